//! What the rules on secrets that are written out share: how bad a leak is, its other places, and the fix that moves it.

use crate::facts::repository::purpose::FilePurpose;
use crate::facts::secrets::credentials::{Credential, Holder};
use crate::facts::secrets::destination::TargetFile;
use crate::facts::secrets::leaks::Leak;
use crate::facts::secrets::secret_files::SecretFile;
use crate::finding::{Edit, Finding, Fix, Label, NewFile, Severity, Subject};
use crate::rules::Context;
use crate::rules::support::LABELS;
use crate::secrets::{Form, Strength};
use crate::source::Place;
use crate::yaml::edit;

/// What the example says until somebody replaces it.
const PLACEHOLDER: &str = "changeme";

/// How bad it is that a secret is written in a file, by what the file is for.
pub(crate) fn severity(cx: &Context<'_>, place: Place, worst: Severity) -> Severity {
    let elsewhere =
        cx.facts.is_of_elsewhere() || cx.facts.is_for_tests(place.span.file) || cx.facts.is_shown_only(place.span.file);
    if elsewhere || cx.facts.purpose() != FilePurpose::Any { Severity::Info } else { worst }
}

/// Whether whoever reads the file is told there to replace the secret: at its place, or above the service.
pub(super) fn is_told(cx: &Context<'_>, one: &Credential) -> bool {
    let above = || Some(cx.model.services.get(one.service.as_ref()?)?.key);
    let name = one.fallback.as_ref().unwrap_or(&one.key);
    is_marked(cx, one.place)
        || cx.facts.is_told_to_set(name)
        || above().is_some_and(|key| is_placeholder(&cx.facts.comments_at(key).to_lowercase()))
}

/// Whether a comment at a place tells to replace what is there.
pub(super) fn is_marked(cx: &Context<'_>, place: Place) -> bool {
    const WORDS: [&str; 10] = [
        "change",
        "replace",
        "update this",
        "update with",
        "set a strong",
        "set your",
        "set a secure",
        "override",
        "go here",
        "goes here",
    ];
    let comment = cx.facts.told_at(place);
    WORDS.iter().any(|word| comment.contains(word)) || is_placeholder(&comment)
}

fn is_placeholder(comment: &str) -> bool {
    comment.contains("placeholder")
}

/// Whether a file is the `.env` of Symfony, which has the values for developers: others override it, by its conventions.
pub(super) fn is_of_symfony(cx: &Context<'_>, file: &SecretFile, held: Place) -> bool {
    file.path.file_name().is_some_and(|name| name == ".env") && cx.facts.has_text(held.span.file, "###> symfony/")
}

/// What a finding about a secret is about.
pub(super) fn subject(one: &Credential) -> Subject {
    match &one.service {
        Some(service) => Subject::service(service),
        None => Subject::at(["configs", one.key.as_str()]),
    }
}

/// ` of `web``, or nothing.
pub(super) fn of_service(one: &Credential) -> String {
    one.service.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default()
}

/// The worst that follows from a leak in this project: in files for production, a password of an inner datastore counts, too,
/// unless it only says that it is to be replaced.
pub(super) fn worst_here(cx: &Context<'_>, leak: &Leak) -> Severity {
    let is_for_production = || cx.facts.is_named("prod") || cx.facts.is_named("production");
    let is_password = |one: &Credential| {
        let upper = one.key.to_ascii_uppercase();
        one.strength != Strength::Placeholder && ["PASS", "PWD"].iter().any(|word| upper.contains(word))
    };
    match worst(leak) {
        Severity::Info if leak.members.iter().any(is_password) && is_for_production() => Severity::Warning,
        own => own,
    }
}

/// The worst that follows from a leak: words in place of a key for a service of others open nothing.
pub(super) fn worst(leak: &Leak) -> Severity {
    let is_own = |one: &Credential| {
        let upper = one.key.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
        // What everybody guesses is no leak: where others reach the service, it is a default.
        let is_password = has(&["PASS", "PWD", "ACCESS_KEY"]) && !has(&["ADMIN"]);
        one.strength == Strength::Strong
            || one.form != Form::Value
            || !is_password && has(&["SECRET", "JWT", "SESSION", "SIGN", "ENCRYPT", "SALT", "PASS", "PWD"])
    };
    let is_open = !leak.is_internal && leak.members.iter().any(is_own);
    if is_open { Severity::Warning } else { Severity::Info }
}

/// The finding with the other places of the leak.
pub(super) fn with_places(mut finding: Finding, leak: &Leak) -> Finding {
    let others = leak.members.iter().skip(1).filter(|one| one.place != finding.place).take(LABELS);
    let message = |one: &Credential| match (&one.fallback, one.form) {
        (Some(_), _) => "also here",
        (None, Form::Address) => "the same password in an address",
        (None, _) => "the same secret",
    };
    finding.labels.extend(others.map(|one| Label { place: one.place, message: message(one).into() }));
    finding
}

/// The finding with the other places of the leak, and the fix.
pub(super) fn with_rest(cx: &Context<'_>, finding: Finding, leak: &Leak) -> Finding {
    let mut finding = with_places(finding, leak);
    finding.fixes.extend(into_env_file(cx, leak));
    finding
}

/// The variable that a secret gets: its own, or one by its service where that name is taken.
pub(super) fn variable(cx: &Context<'_>, leak: &Leak) -> Option<String> {
    let first = leak.members.first()?;
    if let Some(name) = &first.fallback {
        return Some(name.clone());
    }
    let named = leak.members.iter().find(|one| one.form == Form::Value && one.holder == Holder::Environment);
    let service = first.service.as_deref().unwrap_or_default();
    let own = match named {
        Some(one) => one.key.clone(),
        None => format!("{service}_{}", if first.form == Form::Token { "TOKEN" } else { "PASSWORD" }),
    };
    let own = upper(&own);
    let is_taken = |name: &str| {
        cx.project.environment.setting(name).is_some() || cx.project.references.iter().any(|one| one.name == name)
    };
    let longer = upper(&format!("{service}_{own}"));
    let is_name = |name: &String| name.starts_with(|first: char| first.is_ascii_alphabetic());
    [own, longer].into_iter().filter(is_name).find(|name| !is_taken(name))
}

fn upper(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }).collect()
}

/// Moves a secret into the env file, and lists its name in the example.
fn into_env_file(cx: &Context<'_>, leak: &Leak) -> Option<Fix> {
    let first = leak.members.first()?;
    let is_editable = |one: &Credential| one.is_own && one.holder != Holder::Content && one.form != Form::PrivateKey;
    let is_url_safe = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let in_address = leak.members.iter().any(|one| one.form == Form::Address);
    // What is there to be replaced would be in force from the env file, too.
    if first.strength == Strength::Placeholder {
        return None;
    }
    if !leak.members.iter().all(is_editable) || in_address && !is_url_safe(first.secret()) {
        return None;
    }
    let name = variable(cx, leak)?;
    let destination = cx.facts.destination()?;
    let written = format!("${{{name}:?}}");
    let mut edits: Vec<Edit> = edit::all(leak.members.iter().map(|one| replaced(cx, one, &name, &written)))?;
    let mut creates = Vec::new();
    let is_set = cx.project.environment.setting(&name).is_some();
    if !is_set {
        add(cx, &destination.env_file, &edit::env::assignment(&name, first.secret())?, &mut edits, &mut creates);
    }
    if !destination.example.names.contains(&name) {
        add(cx, &destination.example, &edit::env::assignment(&name, PLACEHOLDER)?, &mut edits, &mut creates);
    }
    if let Some((target, line)) = &destination.ignore {
        add(cx, target, line, &mut edits, &mut creates);
    }
    edits.sort_by_key(|edit| (edit.span.file, edit.span.start, edit.span.end));
    let (env_file, example) = (cx.facts.shown(&destination.env_file.path), cx.facts.shown(&destination.example.path));
    let title =
        format!("move it to `{env_file}` and list `{name}` in `{example}`: the project then needs `{env_file}`");
    Some(edit::over_files(title, edits, creates))
}

/// Adds a line to a file, or makes the file.
pub(super) fn add(
    cx: &Context<'_>,
    target: &TargetFile,
    line: &str,
    edits: &mut Vec<Edit>,
    creates: &mut Vec<NewFile>,
) {
    match target.file {
        Some(file) => edits.extend(edit::env::append(cx.files, file, line)),
        None => creates.push(NewFile { path: target.path.clone(), text: format!("{line}\n") }),
    }
}

fn replaced(cx: &Context<'_>, one: &Credential, name: &str, written: &str) -> Option<Vec<Edit>> {
    let there = edit::written(cx.files, one.place);
    let fits = match &one.fallback {
        // The default of another variable's default stays where it is.
        Some(_) => there.starts_with(&format!("${{{name}")) && there.ends_with('}'),
        None => there == one.secret(),
    };
    if !fits {
        return None;
    }
    edit::replace_part(cx.files, one.place, written)
}
