//! A secret without a value.

use super::left_empty::{does_without, empty_groups, is_empty_value, is_left_empty, leads_nowhere, needs, opens_door};
use crate::collections::HashSet;
use crate::compose::{Reference, nearest};
use crate::config::options::{NamePattern, options};
use crate::facts::environment::variables::{Blank, Expected, hands_on};
use crate::facts::repository::purpose::FilePurpose;
use crate::facts::secrets::secret_files::lines_of;
use crate::finding::{Finding, Label, MissingDefinition, MissingKind, Severity, Subject, rule};
use crate::model::{Service, Variable, VariableSource};
use crate::rules::Context;
use crate::rules::support::{LABELS, less_in_tests, list_of_names, one_or_together};
use crate::secrets::is_secret_name;
use crate::source::{InGit, Place, relative};
use crate::text::dotenv::{DotenvLine, is_placeholder};
use crate::yaml::edit;

/// Providers of AIs, as the names of their keys have them.
const PROVIDERS: [&str; 15] = [
    "OPENAI",
    "ANTHROPIC",
    "GEMINI",
    "GOOGLE",
    "OPENROUTER",
    "MISTRAL",
    "GROQ",
    "COHERE",
    "DEEPSEEK",
    "XAI",
    "PERPLEXITY",
    "TOGETHER",
    "FIREWORKS",
    "AZURE_OPENAI",
    "CEREBRAS",
];

options! {
    rule::UNSET_SECRET {
        /// Variables that are set elsewhere; `*` matches any characters
        allowed: Vec<NamePattern>,
    }
}

/// Reports each variable once, and each empty line of an env file that reaches a container.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let options: Options = cx.settings.options();
    let all = cx.facts.blanks().iter().filter(|blank| blank.is_secret && !blank.is_rejected);
    let elsewhere = cx.facts.not_loaded();
    let is_elsewhere = |name: &str| elsewhere.iter().flat_map(|file| &file.lines).any(|(set, _)| set == name);
    let is_misspelt = |name: &str| cx.facts.misspelt().iter().any(|one| one.used == name);
    let all = all.filter(|blank| !is_elsewhere(blank.name) && !is_misspelt(blank.name));
    let all = all.filter(|blank| !is_allowed(&options, blank.name) && !is_switched_off(cx, blank));
    let all = all.filter(|blank| is_needed(cx, blank) || !opens_door(cx, blank.name));
    let is_single = |blank: &&Blank<'_>| {
        let is_expected = match cx.facts.expected() {
            Expected::EnvFile => true,
            Expected::Example(_) => is_needed(cx, blank) || optional(cx, blank).is_some(),
            Expected::Nowhere => false,
        };
        is_expected || blank.emptied.is_some() || similar(cx, blank.name).is_some()
    };
    let all = all.filter(|blank| blank.emptied.is_none_or(|line| !is_handed_on(cx, blank.name, line)));
    let (single, together): (Vec<&Blank<'_>>, Vec<&Blank<'_>>) = all.partition(is_single);
    let one = |blank: &Blank<'_>| one_variable(cx, blank);
    let several = |blanks: &[&Blank<'_>]| several_variables(cx, blanks);
    findings.extend(one_or_together(cx, &single, &together, one, several));
    check_env_files(cx, &options, findings);
}

/// Whether the configuration says that something else sets it.
fn is_allowed(options: &Options, name: &str) -> bool {
    options.allowed.iter().any(|pattern| pattern.matches(name))
}

/// Whether the address that the secret is for is left empty with it, and no image needs the secret.
fn is_switched_off(cx: &Context<'_>, blank: &Blank<'_>) -> bool {
    let is_empty = |name: &str| cx.project.environment.value(name).is_some_and(|value| value.is_empty());
    blank.emptied.is_some() && leads_nowhere(blank.name, is_empty) && !is_needed(cx, blank)
}

/// Whether an image is known to need a secret that it is given.
fn is_needed(cx: &Context<'_>, blank: &Blank<'_>) -> bool {
    blank.uses.iter().any(|reference| variable_of(cx, reference).is_some_and(|(service, key)| needs(service, key)))
}

fn one_variable(cx: &Context<'_>, blank: &Blank<'_>) -> Option<Finding> {
    let name = blank.name;
    let (first, others) = blank.uses.split_first()?;
    let optional = optional(cx, blank);
    let (place, message) = match (blank.emptied, blank.replaced) {
        (Some(line), Some(_)) => (line, format!("secret `{name}` is overridden with an empty value here")),
        (Some(line), None) => (line, format!("secret `{name}` is empty")),
        (None, _) => (first.place, format!("secret `{name}` is not set")),
    };
    let is_form = blank.emptied.is_some_and(|line| is_form_to_fill_in(cx, line));
    let severity = if is_form || optional.is_some() { Severity::Info } else { severity_of(cx, blank) };
    let mut finding = Finding::new(rule::UNSET_SECRET, place, Subject::variable(name), message).severity(severity);
    finding.missing = Some(MissingDefinition { what: MissingKind::Variable(name.to_owned()), by: String::new() });
    finding.help = Some(optional.unwrap_or_else(|| help(cx, name)).into());
    if let Some(replaced) = blank.replaced.filter(|_| blank.emptied.is_some()) {
        finding = finding.label(replaced, "set in an earlier file");
    }
    if blank.emptied.is_some() {
        finding = finding.label(first.place, "used here");
    }
    let more = others.iter().take(LABELS);
    finding.labels.extend(more.map(|one| Label { place: one.place, message: "also used here".into() }));
    Some(finding)
}

/// The secrets of a project in which nothing says where any of them is set, or that its example leaves out.
fn several_variables(cx: &Context<'_>, blanks: &[&Blank<'_>]) -> Option<Finding> {
    let uses: Vec<&Reference> = blanks.iter().filter_map(|blank| blank.uses.first().copied()).collect();
    let (first, others) = uses.split_first()?;
    let message = format!("secrets {} are not set", list_of_names(&uses));
    let mut finding = Finding::new(rule::UNSET_SECRET, first.place, Subject::Project, message)
        .severity(less_in_tests(Severity::Warning, cx.facts.is_thrown_away() || cx.facts.is_at_home()))
        .evidence("unset")
        .help(match cx.facts.expected() {
            Expected::Example(example) => {
                format!("add them to `{}`, without their values", relative(&cx.project.directory, &example))
            }
            _ => "add a file `.env.example` that lists them without their values".to_owned(),
        });
    let others = others.iter().filter(|one| one.place != first.place).take(LABELS);
    finding.labels.extend(others.map(|one| Label { place: one.place, message: format!("`{}`", one.name).into() }));
    Some(finding)
}

fn severity_of(cx: &Context<'_>, blank: &Blank<'_>) -> Severity {
    let severity = match cx.facts.expected() {
        _ if cx.facts.is_documented_as_optional(blank.name) => return Severity::Info,
        Expected::EnvFile => Severity::Error,
        Expected::Example(_) if is_needed(cx, blank) || !blank.uses.iter().all(|one| hands_on(one)) => Severity::Error,
        Expected::Example(_) => Severity::Warning,
        Expected::Nowhere if cx.facts.is_at_home() => Severity::Info,
        Expected::Nowhere => Severity::Warning,
    };
    let is_for_tests = blank.emptied.is_some_and(|line| cx.facts.is_for_tests(line.span.file));
    less_in_tests(severity, is_for_tests || cx.facts.is_thrown_away())
}

/// What to do about a secret that nothing needs to run.
fn optional(cx: &Context<'_>, blank: &Blank<'_>) -> Option<String> {
    if blank.uses.iter().all(|reference| is_of_dashboard(reference)) {
        return Some(
            "set it if you use the widget: without it, only the dashboard shows no data for this service".to_owned(),
        );
    }
    if blank.uses.iter().all(|reference| is_optional(cx, reference)) {
        return Some(format!(
            "set it if you need it: the image starts without it; `${{{}:-}}` allows it to be empty",
            blank.name
        ));
    }
    let is_left_out = || matches!(cx.facts.expected(), Expected::Example(_));
    let left = blank.emptied.is_some() || cx.facts.is_documented_empty(blank.name) || is_left_out();
    let is_one_of_several = |reference: &Reference| {
        let [first, service, ..] = reference.path.as_slice() else { return false };
        let service = cx.model.services.get(service.as_str()).filter(|_| first == "services");
        service.is_some_and(has_several_providers)
    };
    if left && is_of_integration(blank.name) && !is_needed(cx, blank) {
        return Some(format!("set it if you use this integration; `${{{}:-}}` allows it to be empty", blank.name));
    }
    (left && provider_of(blank.name).is_some() && blank.uses.iter().all(|one| is_one_of_several(one)))
        .then(|| several_help(blank.name))
}

/// Whether a use is in a variable that the image of its service does without.
fn is_optional(cx: &Context<'_>, reference: &Reference) -> bool {
    variable_of(cx, reference).is_some_and(|(service, key)| does_without(service, key))
}

/// The service and the variable that a use is in.
fn variable_of<'c>(cx: &'c Context<'_>, reference: &'c Reference) -> Option<(&'c Service, &'c str)> {
    let [first, service, ..] = reference.path.as_slice() else { return None };
    let service = cx.model.services.get(service.as_str()).filter(|_| first == "services")?;
    let key = reference.key.as_deref().or_else(|| reference.path.last().map(|last| last.as_str()))?;
    Some((service, key))
}

/// Words in the name of a secret for another system that a project may do without: mail, single sign-on, chat, monitoring.
const INTEGRATIONS: [&str; 28] = [
    "SMTP",
    "MAIL",
    "EMAIL",
    "MAILGUN",
    "SENDGRID",
    "POSTMARK",
    "LDAP",
    "OAUTH",
    "OAUTH2",
    "OIDC",
    "SAML",
    "SSO",
    "SLACK",
    "TELEGRAM",
    "DISCORD",
    "TWILIO",
    "STRIPE",
    "SENTRY",
    "RECAPTCHA",
    "HCAPTCHA",
    "TURNSTILE",
    "PUSHOVER",
    "GOTIFY",
    "NTFY",
    "WEBHOOK",
    "HF",
    "HUGGING",
    "HUGGINGFACE",
];

/// Parts of the names of keys with which an application signs or encrypts: without a value, anybody can do the same.
const SIGNING: [&str; 10] =
    ["JWT", "SESSION", "COOKIE", "ENCRYPT", "SIGNING", "SECRET_KEY", "APP_KEY", "APP_SECRET", "AUTH_SECRET", "HMAC"];

/// Whether a secret is such a key.
fn signs(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    SIGNING.iter().any(|part| upper.contains(part))
}

/// Whether a secret is one for another system.
fn is_of_integration(name: &str) -> bool {
    name.split('_').any(|word| INTEGRATIONS.contains(&word.to_ascii_uppercase().as_str()))
}

/// Whether a use fills a label of the dashboard gethomepage, which reads the keys of its widgets there
/// (<https://gethomepage.dev/configs/docker/>).
fn is_of_dashboard(reference: &Reference) -> bool {
    let labels = reference.path.iter().position(|step| step == "labels");
    let key = reference.key.as_deref().or_else(|| reference.path.get(labels? + 1).map(|step| step.as_str()));
    labels.is_some() && key.is_some_and(|key| key.starts_with("homepage."))
}

/// The provider of an AI that a name is the key of.
fn provider_of(name: &str) -> Option<&str> {
    let provider = name.strip_suffix("_API_KEY").filter(|provider| PROVIDERS.contains(provider))?;
    Some(if provider == "GOOGLE" { "GEMINI" } else { provider })
}

/// Whether a service takes the keys of more than one provider of an AI: one is enough, and none may be needed.
fn has_several_providers(service: &Service) -> bool {
    let mut providers: HashSet<&str> = HashSet::default();
    providers.extend(service.environment.keys().filter_map(|name| provider_of(name)));
    providers.len() > 1
}

fn several_help(name: &str) -> String {
    format!("set the keys of the providers that you use; `${{{name}:-}}` allows it to be empty")
}

/// A secret that is set and whose name is much like this one.
fn similar<'c>(cx: &'c Context<'_>, name: &str) -> Option<&'c str> {
    let set: Vec<&str> = cx.project.environment.all().into_iter().map(|(name, _)| name).collect();
    nearest(name, &set).filter(|near| *near != name && is_secret_name(near))
}

fn help(cx: &Context<'_>, name: &str) -> String {
    match (similar(cx, name), cx.facts.expected()) {
        (Some(near), _) => format!("did you mean `{near}`, which has a value?"),
        (None, Expected::Example(example)) => {
            let example = relative(&cx.project.directory, &example);
            format!("add it to `{example}`, without its value")
        }
        (None, _) => "set it in `.env`".to_owned(),
    }
}

/// Whether a line of an env file only hands on what the environment sets: `TOKEN=${TOKEN}`.
fn is_handed_on(cx: &Context<'_>, name: &str, line: Place) -> bool {
    let line = edit::rest_of_line(cx.files, line);
    let value = line.split_once('=').map_or("", |(_, value)| value.trim().trim_matches(['"', '\'']));
    let of_braces = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    of_braces.or(value.strip_prefix('$')) == Some(name)
}

/// Empty lines of `env_file`s whose name is that of a secret.
fn check_env_files(cx: &Context<'_>, options: &Options, findings: &mut Vec<Finding>) {
    // A line that the Compose file uses as well is reported there.
    let used = cx.facts.blanks().iter().filter(|blank| blank.is_secret && !blank.is_rejected);
    let mut seen: HashSet<Place> = used.filter_map(|blank| blank.emptied).collect();
    for service in cx.model.services.values() {
        let groups = empty_groups(service.environment.iter());
        for (name, variable) in &service.environment {
            let is_skipped = is_allowed(options, name) || is_handed_on(cx, name, variable.key);
            if !is_left_empty(cx, service, (name, variable), &groups) || is_skipped || !seen.insert(variable.key) {
                continue;
            }
            let message = format!("secret `{name}` of `{}` is empty", service.name);
            let needed = needs(service, name);
            let severity = match needed {
                _ if is_form(cx, service, variable) => Severity::Info,
                true => Severity::Error,
                false if signs(name) && cx.facts.purpose() != FilePurpose::Development => Severity::Warning,
                // Whoever wrote the line left it empty, and may have meant it.
                false => Severity::Info,
            };
            let severity = less_in_tests(severity, cx.facts.is_for_tests(variable.key.span.file));
            let subject = Subject::service(&service.name);
            let mut finding = Finding::new(rule::UNSET_SECRET, variable.key, subject, message)
                .severity(severity)
                .evidence(name.clone())
                .help("give it a value, or remove the line if the service does not need it");
            finding.missing =
                Some(MissingDefinition { what: MissingKind::Variable(name.clone()), by: service.name.clone() });
            findings.push(finding);
        }
    }
}

/// Whether a line is in an env file that git tracks and whose secrets are all empty or placeholders: a form that each
/// deployment fills in.
fn is_form_to_fill_in(cx: &Context<'_>, line: Place) -> bool {
    let file = line.span.file;
    let is_open = |one: &DotenvLine| one.value.as_deref().is_none_or(|value| value.is_empty() || is_placeholder(value));
    cx.facts.in_git(&cx.facts.path_of(file)) == InGit::Tracked
        && lines_of(cx.facts, file).iter().filter(|one| is_secret_name(&one.key)).all(is_open)
}

/// Whether git has the env file of a variable, and each of its secrets is left empty: a form that people fill in.
fn is_form(cx: &Context<'_>, service: &Service, variable: &Variable) -> bool {
    let file = variable.key.span.file;
    let secrets: Vec<&Variable> = service
        .environment
        .iter()
        .filter(|(name, one)| {
            one.source == VariableSource::EnvFile && one.key.span.file == file && is_secret_name(name)
        })
        .map(|(_, one)| one)
        .collect();
    secrets.len() > 1
        && secrets.into_iter().all(is_empty_value)
        && cx.facts.in_git(&cx.facts.path_of(file)) == InGit::Tracked
}
