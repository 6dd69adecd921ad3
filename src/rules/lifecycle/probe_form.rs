//! Tests in the wrong form: shell syntax that no shell reads, words that a shell does not get, a result that is always good.

use super::probe_fault::{ProbeFault, is_editable};
use crate::facts::lifecycle::probe::{Probe, ProbeForm, always_succeeds};
use crate::facts::lifecycle::steps::base_name;
use crate::finding::{Fix, Severity};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::rules::lifecycle::operators::{is_operator, is_variable, quoted, shell_word};
use crate::yaml::edit::{self, Content};

/// Programs that answer in the same way whatever user or password they are given.
const INDIFFERENT: [&str; 4] = ["pg_isready", "redis-cli", "valkey-cli", "mysqladmin"];

/// What is wrong with how a test is written.
pub(super) fn fault(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let (kind, words) = probe.check.test.split_first()?;
    if kind.value == "CMD-SHELL" {
        return words_behind_script(cx, service, probe, words);
    }
    let Some(ProbeForm::Exec(words)) = probe.form() else { return None };
    let program = words.first()?;
    let name = &service.name;
    let place = |word: &Spanned<String>| if probe.of_dockerfile { probe.check.key } else { word.place };
    let help = "use `CMD-SHELL` with the whole script as one text".to_owned();
    if let Some(operator) = words.iter().skip(1).find(|word| is_operator(&word.value)) {
        let message = format!(
            "`{name}` never becomes healthy: without a shell, `{}` in its healthcheck is an argument of `{}`",
            operator.value,
            base_name(&program.value)
        );
        let mut fault = ProbeFault::new(place(operator), "operator", message, help);
        fault.fix = as_script(cx, probe, words);
        return Some(fault);
    }
    // That all of it is one word is an invalid value.
    if program.value.trim().contains(' ') {
        return None;
    }
    let variable = words.iter().skip(1).find(|word| !word.is_interpolated() && is_variable(&word.value))?;
    let message = format!(
        "the healthcheck of `{name}` passes the literal text `{}` to `{}`: without a shell, no variable is expanded",
        variable.value,
        base_name(&program.value)
    );
    let mut fault = ProbeFault::new(place(variable), "variable-without-shell", message, help);
    if INDIFFERENT.contains(&base_name(&program.value)) {
        fault.severity = Some(Severity::Info);
    }
    fault.fix = as_script(cx, probe, words);
    Some(fault)
}

/// `[CMD-SHELL, curl, -f, http://…]`: a shell runs the first word, and takes the others for its own arguments.
fn words_behind_script(
    cx: &Context<'_>,
    service: &Service,
    probe: &Probe<'_>,
    words: &[Spanned<String>],
) -> Option<ProbeFault> {
    let [program, first, ..] = words else { return None };
    let (name, text) = (&service.name, base_name(&program.value));
    if text.trim().contains(' ') {
        return None;
    }
    let message = format!(
        "the healthcheck of `{name}` runs `{text}` without arguments: `CMD-SHELL` ignores the words after the first one"
    );
    let help = "use `CMD`, or write the whole command as one text after `CMD-SHELL`".to_owned();
    let mut fault = ProbeFault::new(first.place, "words-behind-script", message, help);
    if INDIFFERENT.contains(&text) && text != "mysqladmin" {
        fault.severity = Some(Severity::Info);
    }
    fault.fix = as_script(cx, probe, words);
    Some(fault)
}

/// The words as one script.
fn as_script(cx: &Context<'_>, probe: &Probe<'_>, words: &[Spanned<String>]) -> Option<Fix> {
    if !is_editable(probe) {
        return None;
    }
    let texts: Option<Vec<String>> = words.iter().map(|word| edit::text_of(cx.files, word.place)).collect();
    let texts = texts?;
    let script = match texts.as_slice() {
        [only] => only.clone(),
        all => all.iter().map(|text| shell_word(text)).collect::<Vec<_>>().join(" "),
    };
    let test = Content::List(vec![quoted("CMD-SHELL"), quoted(&script)]);
    edit::safe("run the test in a shell", edit::overwrite(cx.files, probe.check.key, "test", &test))
}

/// A test whose command the `&` of an address without quotes sends to the background: the rest is an assignment, which
/// succeeds.
pub(super) fn background(service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let ProbeForm::Shell(script, _) = probe.form()? else { return None };
    if !has_bare_ampersand(&script.value) {
        return None;
    }
    let place = if probe.of_dockerfile { probe.check.key } else { script.place };
    let message = format!(
        "the healthcheck of `{}` cannot fail: the `&` in its address sends the command to the background",
        service.name
    );
    let help = "put the address in quotes".to_owned();
    let mut fault = ProbeFault::new(place, "background", message, help);
    fault.severity = Some(Severity::Warning);
    Some(fault)
}

/// Whether a script has `?a=b&c=d` outside of quotes.
fn has_bare_ampersand(script: &str) -> bool {
    let mut quote = None;
    let mut word = String::new();
    for (at, letter) in script.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(one), _) if one == letter => quote = None,
            (None, '&') => {
                let rest = script.get(at + 1..).unwrap_or("");
                let name =
                    rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().unwrap_or("");
                let is_assignment =
                    !name.is_empty() && rest.get(name.len()..).is_some_and(|rest| rest.starts_with('='));
                if is_assignment && word.contains("://") && word.contains('?') {
                    return true;
                }
            }
            _ => {}
        }
        if quote.is_none() && letter.is_whitespace() {
            word.clear();
        } else {
            word.push(letter);
        }
    }
    false
}

/// A test whose result is always good.
pub(super) fn constant(service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let (place, is_constant) = match probe.form()? {
        ProbeForm::Shell(script, _) => (script.place, always_succeeds(&script.value)),
        ProbeForm::Exec(words) => {
            let program = words.first()?;
            (program.place, matches!(base_name(&program.value), "true" | "echo"))
        }
    };
    if !is_constant {
        return None;
    }
    let message = format!("the healthcheck of `{}` cannot fail", service.name);
    let help = "test that the server answers, or remove the healthcheck".to_owned();
    let place = if probe.of_dockerfile { probe.check.key } else { place };
    let mut fault = ProbeFault::new(place, "constant", message, help);
    fault.severity = Some(Severity::Info);
    Some(fault)
}
