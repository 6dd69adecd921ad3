//! Shell syntax in a command that no shell reads.

use super::operators::{is_operator, is_variable, quoted, shell_word};
use crate::compose::load::short::words;
use crate::facts::images::{built, is_shell, known_image, launch};
use crate::facts::lifecycle::programs;
use crate::facts::lifecycle::steps::base_name;
use crate::facts::place::part_of;
use crate::finding::{Confidence, Edit, Finding, Subject, rule};
use crate::model::{Command, Service, Spanned};
use crate::rules::Context;
use crate::source::Place;
use crate::text::shell::is_script_option;
use crate::yaml::edit::{self, Content};

/// Programs that take their arguments as they are.
const LITERAL: [&str; 20] = [
    "redis-server",
    "valkey-server",
    "keydb-server",
    "postgres",
    "mysqld",
    "mariadbd",
    "mongod",
    "uvicorn",
    "gunicorn",
    "hypercorn",
    "daphne",
    "celery",
    "node",
    "python",
    "python3",
    "java",
    "flask",
    "nats-server",
    "minio",
    "etcd",
];

/// What is wrong with a word.
enum Misread<'a> {
    /// An operator that is an argument.
    Operator(&'a Spanned<String>),
    /// A variable that nobody expands.
    Variable(&'a Spanned<String>),
    /// An operator at which Compose cuts the command off.
    CutOff(Spanned<String>),
    /// A command that is one word with blanks.
    OneWord(&'a Spanned<String>),
    /// The script of a shell that is only the first word of what was meant.
    Swallowed(&'a Spanned<String>),
}

/// Reports the first such word of a service's entrypoint and command, or of its Dockerfile's.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut reported: Vec<Place> = Vec::new();
    for service in cx.model.services.values() {
        let Some((misread, program)) = misread(cx, service) else { continue };
        let place = match &misread {
            Misread::Operator(word) | Misread::Variable(word) | Misread::OneWord(word) | Misread::Swallowed(word) => {
                word.place
            }
            Misread::CutOff(operator) => operator.place,
        };
        if reported.contains(&place) {
            continue;
        }
        reported.push(place);
        findings.push(finding(cx, service, &misread, &program));
    }
}

/// The first word that a shell should have read, and the program that gets it.
fn misread<'a>(cx: &Context<'_>, service: &'a Service) -> Option<(Misread<'a>, String)> {
    let mut own = service.entrypoint.iter().chain(&service.command);
    if let Some(operator) = own.find_map(|command| cut_off(cx, command)) {
        return Some((Misread::CutOff(operator), String::new()));
    }
    let words = launch(service);
    let shell = words.iter().position(|word| is_shell(&word.value));
    let option = shell.and_then(|shell| {
        let behind = words.iter().skip(shell + 1).take_while(|word| word.value.starts_with(['-', '+']));
        let count = behind.take_while(|word| !is_script_option(&word.value)).count();
        words.get(shell + 1 + count).filter(|word| is_script_option(&word.value)).map(|_| shell + 1 + count)
    });
    let program = base_name(words.first()?.value.trim()).split(' ').next().unwrap_or("").to_owned();
    let rest = words.get(option.map_or(0, |option| option + 2)..).unwrap_or_default();
    // `find … -exec … ;` and the like have operators of their own.
    let is_own =
        |word: &&&Spanned<String>| matches!(word.value.as_str(), "-exec" | "-execdir" | "test" | "[" | "expr" | "jq");
    if words.iter().any(|word| is_own(&word)) {
        return None;
    }
    if let Some(word) = rest.iter().skip(usize::from(option.is_none())).find(|word| is_joint(word)) {
        return Some((Misread::Operator(word), program));
    }
    if let Some(option) = option {
        let script = words.get(option + 1).filter(|script| is_cut_short(script, rest))?;
        return Some((Misread::Swallowed(script), program));
    }
    let first = words.first()?;
    let starts = first.value.trim();
    if words.len() == 1
        && starts.contains(' ')
        && !starts.starts_with('-')
        && !first.is_interpolated()
        && knows_entrypoint(service)
        && !starts.contains('\n')
    {
        return Some((Misread::OneWord(first), program));
    }
    let is_literal = words.iter().take(2).any(|word| LITERAL.contains(&base_name(&word.value)));
    let variable = words.iter().find(|word| is_literal && !word.is_interpolated() && is_variable(&word.value))?;
    let program = words.iter().map(|word| base_name(&word.value)).find(|name| LITERAL.contains(name)).unwrap_or("");
    Some((Misread::Variable(variable), program.to_owned()))
}

/// Whether the script of a shell is a program alone, and the words behind it were meant for that.
fn is_cut_short(script: &Spanned<String>, rest: &[&Spanned<String>]) -> bool {
    let is_program = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '.' | '_' | '-');
    // The first word behind a script is its `$0`.
    let is_name = |word: &str| matches!(word, "--" | "-" | "_" | "sh" | "bash" | "ash");
    !script.is_interpolated()
        && script.value.chars().all(is_program)
        && rest.first().is_some_and(|next| !is_name(&next.value) && !next.value.is_empty())
}

/// The operator at which Compose cuts off a command that is a text.
fn cut_off(cx: &Context<'_>, command: &Command) -> Option<Spanned<String>> {
    let text = edit::text_of(cx.files, command.place)?;
    let range = words::cut_off(&without_variables(&text))?;
    // `--token <device_name>` is for the reader to fill in.
    if text.get(range.start..).is_some_and(is_placeholder) {
        return None;
    }
    let operator = text.get(range.clone())?.to_owned();
    let place = part_of(&Spanned::new(text, command.place), range, cx.facts.texts());
    Some(Spanned::new(operator, place))
}

/// Whether a text begins with a name in angle brackets.
fn is_placeholder(text: &str) -> bool {
    let inside = text.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(inside, _)| inside);
    let is_letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    inside.is_some_and(|inside| !inside.is_empty() && inside.chars().all(is_letter))
}

/// A text with letters in the place of each `${…}`, whose default may have any sign in it.
fn without_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (inside, after) = behind.split_once('}').unwrap_or((behind, ""));
        out.push_str(before);
        out.push_str(&"x".repeat(inside.len() + 3));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether a word joins two commands: an operator, or one that ends with a semicolon.
fn is_joint(word: &Spanned<String>) -> bool {
    let text = word.value.as_str();
    let ends = text.len() > 1 && text.ends_with(';') && !text.contains(' ') && !text.contains("off;");
    !word.is_interpolated() && (is_operator(text) || ends)
}

/// Whether it is known what the command is given to: an entrypoint that is no shell, or an image of the catalogue.
fn knows_entrypoint(service: &Service) -> bool {
    let own = service.entrypoint.is_some() || built(service).is_some_and(|image| image.entrypoint.is_some());
    own || known_image(service).is_some_and(|known| known.exact)
}

fn finding(cx: &Context<'_>, service: &Service, misread: &Misread<'_>, program: &str) -> Finding {
    let name = &service.name;
    let (place, kind, message) = match misread {
        Misread::Operator(word) => (
            word.place,
            "operator",
            format!("no shell reads the command of `{name}`: `{}` is an argument of `{program}`", word.value),
        ),
        Misread::CutOff(word) => (
            word.place,
            "cut-off",
            format!("the command of `{name}` ends at `{}`: Compose drops the rest, as no shell reads it", word.value),
        ),
        Misread::Variable(word) => (
            word.place,
            "variable",
            format!("no shell reads the command of `{name}`: `{program}` gets the literal text `{}`", word.value),
        ),
        Misread::OneWord(word) => (
            word.place,
            "one-word",
            format!("no shell reads the command of `{name}`: all of it is the name of one program"),
        ),
        Misread::Swallowed(word) => (
            word.place,
            "swallowed",
            format!("`{name}` runs `{}` without arguments: `{program}` reads one word only as its script", word.value),
        ),
    };
    let mut finding = Finding::new(rule::SHELL_SYNTAX_WITHOUT_SHELL, place, Subject::service(name), message)
        .evidence(kind)
        .help(match misread {
            Misread::Swallowed(_) => "write the whole script as one word, or leave out the shell",
            _ => "run it in a shell: `sh -c` with the whole script as one word",
        });
    if !matches!(misread, Misread::CutOff(_)) && !knows_entrypoint(service) {
        finding.confidence = Confidence::Medium;
    }
    let is_of = |command: &&(&str, &Command)| {
        command.1.place.node == place.node || command.1.words.iter().any(|one| one.place == place)
    };
    let keys = [("entrypoint", &service.entrypoint), ("command", &service.command)];
    let keys: Vec<(&str, &Command)> = keys.into_iter().filter_map(|(key, one)| Some((key, one.as_ref()?))).collect();
    if let Some((key, command)) = keys.iter().find(is_of)
        && !matches!(misread, Misread::Swallowed(_))
        && programs::has(service, "sh") != Some(false)
        && is_alone(service, key)
    {
        finding.fixes.extend(edit::risky("run it in a shell", in_shell(cx, service, key, command)));
    }
    finding
}

/// Whether a command is not given to an entrypoint that would not start a shell.
fn is_alone(service: &Service, key: &str) -> bool {
    key == "entrypoint" && service.command.is_none()
        || key == "command"
            && service.entrypoint.is_none()
            && built(service).is_none_or(|image| image.entrypoint.is_none())
}

fn in_shell(cx: &Context<'_>, service: &Service, key: &str, command: &Command) -> Option<Vec<Edit>> {
    if command.words.iter().any(|word| !word.via.is_empty()) {
        return None;
    }
    let as_list = |script: &str| Content::List(vec![quoted("sh"), quoted("-c"), quoted(script)]);
    let Some(text) = edit::text_of(cx.files, command.place) else {
        let texts: Option<Vec<String>> = command.words.iter().map(|word| edit::text_of(cx.files, word.place)).collect();
        let texts = texts?;
        let script = match texts.as_slice() {
            [only] => only.clone(),
            all => all.iter().map(|text| shell_word(text)).collect::<Vec<_>>().join(" "),
        };
        return edit::overwrite(cx.files, service.place, key, &as_list(&script));
    };
    let text = text.trim();
    let bare = ["sh -c ", "bash -c ", "/bin/sh -c ", "/bin/bash -c "].iter().find_map(|shell| text.strip_prefix(shell));
    edit::overwrite(cx.files, service.place, key, &as_list(bare.unwrap_or(text)))
}
