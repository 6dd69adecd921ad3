//! A script that a container starts and that git keeps without its execute bit.

use crate::facts::images::{built, launch};
use crate::facts::lifecycle::probe::{Probe, ProbeForm, probe};
use crate::facts::lifecycle::scripts::ScriptOrigin;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned, base_image};
use crate::rules::Context;
use crate::source::Place;

/// Programs that start the one behind them.
const STARTERS: [&str; 5] = ["tini", "dumb-init", "exec", "--", "catatonit"];

/// Reports what is started, and the script of a healthcheck.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut reported: Vec<Place> = Vec::new();
    for service in cx.model.services.values() {
        let started = started(service);
        let tested = match probe(service).as_ref().and_then(Probe::form) {
            Some(ProbeForm::Exec(words)) => words.first(),
            _ => None,
        };
        let words = started
            .filter(|_| starts_command(service))
            .map(|word| (word, true))
            .into_iter()
            .chain(tested.map(|word| (word, false)));
        for (word, starts) in words {
            if let Some(finding) = finding(cx, service, word, starts)
                && !reported.contains(&finding.place)
            {
                reported.push(finding.place);
                findings.push(finding);
            }
        }
    }
}

/// Images without an entrypoint, or with one that starts any other command as it is: that of Node.js hands a file that is
/// not executable to `node`.
const PLAIN: [&str; 9] =
    ["alpine", "busybox", "debian", "eclipse-temurin", "golang", "php", "python", "ruby", "dotnet-aspnet"];

/// Whether it is known that Docker starts the first word of what a service runs.
fn starts_command(service: &Service) -> bool {
    let own = service.entrypoint.is_some() || built(service).is_some_and(|image| image.entrypoint.is_some());
    let known = || base_image(service).and_then(|image| image.value.known);
    own || known().is_some_and(|known| known.exact && PLAIN.contains(&known.image.name.as_str()))
}

/// The program that a container starts, those left out that only start another one.
fn started(service: &Service) -> Option<&Spanned<String>> {
    let mut by_starter = false;
    for word in launch(service) {
        let is_starter = STARTERS.contains(&base(&word.value));
        if !(is_starter || by_starter && word.value.starts_with('-')) {
            return Some(word);
        }
        by_starter |= is_starter;
    }
    None
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn finding(cx: &Context<'_>, service: &Service, word: &Spanned<String>, starts: bool) -> Option<Finding> {
    let file = cx.facts.file_in(service, &word.value)?;
    if cx.facts.is_executable_in_git(&file.path)? || file.origin == ScriptOrigin::Copied && may_be_changed(service) {
        return None;
    }
    let path = cx.facts.path_shown(&file.path);
    // The repository says to set it.
    let last = base(&path);
    let said =
        [format!("chmod +x {path}"), format!("chmod +x {last}"), format!("chmod +x ./{last}"), "chmod +x *".to_owned()];
    if cx.facts.is_in_scripts(&said.each_ref().map(String::as_str)) {
        return None;
    }
    let name = &service.name;
    let (severity, message) = match starts {
        true => {
            (Severity::Error, format!("`{name}` fails with `permission denied`: `{path}` is not executable in git"))
        }
        false => (
            Severity::Warning,
            format!("`{name}` never becomes healthy: `{path}`, its healthcheck, is not executable in git"),
        ),
    };
    let finding = Finding::new(rule::SCRIPT_NOT_EXECUTABLE, word.place, Subject::service(name), message)
        .severity(severity)
        .evidence(path.clone())
        .help(format!(
            "run `git update-index --chmod=+x {path}` and commit it, or start it with its interpreter: `sh {}`",
            base(&word.value)
        ));
    Some(finding)
}

/// Whether the Dockerfile sets modes.
fn may_be_changed(service: &Service) -> bool {
    built(service).is_none_or(|image| {
        image.copies.iter().any(|copy| copy.sets_mode)
            || image.runs.iter().any(|run| {
                ["chmod", "install -m", "dos2unix", "sed -i"].iter().any(|word| run.script.value.contains(word))
            })
    })
}
