//! A secret file that ends with a line break, read by a program that takes it as a part of the secret.

use std::path::Path;

use crate::facts::images::known_image;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;

/// Reports each variable that brings such a file in.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values().filter(|service| takes_files_whole(service)) {
        for (name, variable) in &service.environment {
            let Some(value) = variable.value.as_ref().filter(|_| name.starts_with("FILE__")) else { continue };
            findings.extend(of_variable(cx, service, name, value));
        }
    }
    for (name, secret) in &cx.model.secrets {
        findings.extend(secret.file.as_ref().and_then(|file| of_echo(cx, name, file)));
    }
}

/// A file that is not in the checkout, and that a script or a text makes with `echo`.
fn of_echo(cx: &Context<'_>, name: &str, file: &Spanned<String>) -> Option<Finding> {
    let path = Path::new(&file.value);
    let mut readers =
        cx.model.services.values().filter(|service| service.secrets.iter().any(|grant| grant.source.value == name));
    // Datastores strip it, as their start scripts read the file with a shell.
    let reader = readers.find(|service| known_image(service).is_none_or(|known| !known.image.holds_data()))?;
    if !cx.facts.is_absent(path) {
        return None;
    }
    let line = cx.facts.echoed(path)?;
    let shown = cx.facts.shown(path);
    let message = format!(
        "`{shown}` is created with `echo`, which adds a line break that `{}` may take as a part of the secret",
        reader.name
    );
    Some(
        Finding::new(rule::SECRET_FILE_NEWLINE, file.place, Subject::at(["secrets", name]), message)
            .severity(Severity::Info)
            .evidence(name.to_owned())
            .label(line, "created here")
            .help(format!("use `printf %s '…' > {shown}`")),
    )
}

/// Whether the image's `FILE__` variables take a file byte for byte, as those of LinuxServer do
/// (<https://docs.linuxserver.io/misc/file-secrets/>).
fn takes_files_whole(service: &Service) -> bool {
    let repository = service.image.as_ref().map_or("", |image| image.value.repository.as_str());
    repository.split('/').any(|part| part == "linuxserver")
}

fn of_variable(cx: &Context<'_>, service: &Service, name: &str, value: &Spanned<String>) -> Option<Finding> {
    let granted = value.value.strip_prefix("/run/secrets/")?;
    let grant = service
        .secrets
        .iter()
        .find(|grant| grant.target.as_ref().map_or(&grant.source, |target| target).value == granted)?;
    let path = &cx.model.secrets.get(&grant.source.value)?.file.as_ref()?.value;
    let place = cx.facts.line_break_at_end(Path::new(path))?;
    let shown = cx.facts.shown(Path::new(path));
    let own = &service.name;
    let message = format!(
        "the line break at the end of `{shown}` becomes a part of `{}` in `{own}`",
        name.trim_start_matches("FILE__")
    );
    let finding = Finding::new(rule::SECRET_FILE_NEWLINE, value.place, Subject::service(own), message)
        .evidence(name.to_owned())
        .label(place, "this line ends with a line break")
        .help(format!("write the file without it: `printf %s '…' > {shown}`"));
    Some(finding)
}
