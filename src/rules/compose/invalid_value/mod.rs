//! A value that Compose cannot read, or passes on to an engine that refuses it. What Compose itself rejects the loader
//! reports; here is what it takes and the engine does not (docker compose 2.40.3, moby 28.5.1).

mod image;
mod mounts;
mod network;
mod resources;
mod words;

use super::address;
use super::problems::Templates;
use crate::collections::HashSet;
use crate::compose::load::environment::Environment;
use crate::compose::value::{Entry, Map, Part, Step, Text, Value};
use crate::finding::{Confidence, Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Files;

/// How many characters of a value a message shows.
const SHOWN: usize = 60;

/// What is wrong with a value.
struct ValueFlaw {
    message: String,
    help: Option<String>,
    /// Where, if not at the value itself.
    place: Option<Place>,
    severity: Severity,
    /// A misspelt word, and the one that was meant.
    meant: Option<(String, String)>,
}

impl ValueFlaw {
    fn new(message: String) -> ValueFlaw {
        ValueFlaw { message, help: None, place: None, severity: Severity::Error, meant: None }
    }

    fn help(self, help: impl Into<String>) -> ValueFlaw {
        ValueFlaw { help: Some(help.into()), ..self }
    }

    fn at(self, place: Place) -> ValueFlaw {
        ValueFlaw { place: Some(place), ..self }
    }

    /// Suggests the word that is nearest to a misspelt one.
    fn near(self, text: &str, known: &[&str]) -> ValueFlaw {
        match nearest(text, known) {
            Some(near) => ValueFlaw { meant: Some((text.to_owned(), near.to_owned())), ..self }
                .help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// Suggests the nearest of a few words, or all of them.
    fn one_of(self, text: &str, known: &[&str]) -> ValueFlaw {
        let all: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        self.help(format!("use one of {}", all.join(", "))).near(text, known)
    }
}

fn nearest<'a>(text: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let wanted = plain(text);
    let most = wanted.len().div_ceil(4).min(3);
    let near = known.iter().map(|word| (strsim::osa_distance(&wanted, &plain(word)), *word)).min()?;
    (near.0 <= most).then_some(near.1)
}

/// A value as messages show it: the start of its first line.
fn shown(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or("");
    let mut shown: String = line
        .chars()
        .map(|letter| if letter.is_control() || letter == '`' { ' ' } else { letter })
        .take(SHOWN)
        .collect();
    if line.chars().count() > SHOWN || text.trim().lines().count() > 1 {
        shown.push('…');
    }
    format!("`{shown}`")
}

type Judge = fn(&Value) -> Option<ValueFlaw>;

/// Values of a service; `*` steps over names, `[]` over items.
const SERVICE: &[(&[&str], Judge)] = &[
    (&["image"], image::flaw),
    (&["restart"], words::restart),
    (&["deploy", "restart_policy", "condition"], words::condition),
    (&["healthcheck", "test"], words::healthcheck),
    (&["cap_add", "[]"], words::capability),
    (&["cap_drop", "[]"], words::capability),
    (&["security_opt", "[]"], words::security_option),
    (&["stop_signal"], words::signal),
    (&["ipc"], words::ipc),
    (&["pid"], words::pid),
    (&["uts"], words::uts),
    (&["container_name"], words::container_name),
    (&["working_dir"], words::working_directory),
    (&["ports", "[]", "protocol"], words::protocol),
    (&["ports", "[]", "target"], resources::port),
    (&["ports", "[]", "published"], resources::published),
    (&["volumes", "[]", "bind", "propagation"], words::propagation),
    (&["devices", "[]", "source"], words::device),
    (&["dns", "[]"], network::server),
    (&["mac_address"], network::mac),
    (&["networks", "*", "mac_address"], network::mac),
    (&["networks", "*", "ipv4_address"], network::v4),
    (&["networks", "*", "ipv6_address"], network::v6),
    (&["networks", "*", "link_local_ips", "[]"], network::any),
    (&["mem_limit"], resources::memory),
    (&["mem_reservation"], resources::memory),
    (&["deploy", "resources", "limits", "memory"], resources::memory),
    (&["deploy", "resources", "reservations", "memory"], resources::memory),
    (&["ulimits", "*"], resources::ulimit),
    (&["cpu_period"], resources::cpu_period),
    (&["cpu_quota"], resources::cpu_quota),
    (&["blkio_config", "weight"], resources::weight),
];

/// Reports every value of which the engine is known to take no such text or number.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let templates = Templates::new(cx.project, cx.files);
    let environment = &cx.project.environment;
    let mut report = ValueReport { environment, files: cx.files, templates, seen: HashSet::default(), findings };
    for (name, entry) in section(cx, "services") {
        let subject = Subject::service(name);
        for (path, judge) in SERVICE {
            each(&entry.value, path, &mut |value| report.judge(&subject, path, value, *judge));
        }
        for (limit, entry) in entry.value.get("ulimits").and_then(Value::map).into_iter().flatten() {
            report.add(&subject, "ulimits", entry.key, resources::ulimit_name(limit));
        }
        let variables = entry.value.get("environment").and_then(Value::map);
        let nameless = variables.and_then(|variables| variables.get(""));
        if let Some(nameless) = nameless.filter(|nameless| !cx.project.has_blank_in(nameless.key)) {
            let flaw = ValueFlaw::new("missing variable name".to_owned()).help("use `NAME=value`");
            report.add(&subject, "environment", nameless.key, Some(flaw));
        }
        words::seccomp(cx, &subject, &entry.value, &mut report);
    }
    for (name, entry) in section(cx, "volumes") {
        let local = entry.value.get("driver").and_then(Value::text).is_none_or(|driver| driver == "local");
        if let Some(value) = entry.value.get("name").filter(|_| local) {
            report.judge(&Subject::volume(name), &["name"], value, words::volume_name);
        }
    }
    network::check(cx, &mut report);
    mounts::check(cx, &mut report);
    resources::secrets(cx, &mut report);
}

fn section<'a>(cx: &Context<'a>, key: &str) -> impl Iterator<Item = (&'a Text, &'a Entry)> {
    cx.project.root.get(key).and_then(Value::map).into_iter().flat_map(Map::iter)
}

/// Hands over every value at a path.
fn each(value: &Value, path: &[&str], act: &mut dyn FnMut(&Value)) {
    match path {
        [] => act(value),
        ["*", rest @ ..] => value.map().into_iter().flatten().for_each(|(_, entry)| each(&entry.value, rest, act)),
        ["[]", rest @ ..] => value.list().into_iter().flatten().for_each(|item| each(item, rest, act)),
        [key, rest @ ..] => value.get(key).into_iter().for_each(|value| each(value, rest, act)),
    }
}

/// A text that another program fills in before Compose reads the file, or a comment that an env file made a value: that
/// is another rule's.
fn is_filled_in_later(value: &Value) -> bool {
    let Some(text) = value.text() else { return false };
    let upper = text.to_uppercase();
    let template = ["{{", "{%", "<%", "$CAP_", "PLACEHOLDER", "PLACE_HOLDER"].iter().any(|mark| upper.contains(mark));
    let comment = |part: &Part| {
        let piece = text.get(part.start as usize..part.end as usize);
        part.variable.is_some() && piece.is_some_and(|piece| piece.starts_with('#'))
    };
    template || has_blank_to_fill(text) || value.parts.iter().any(comment)
}

/// Whether a text has a `<word>` for somebody to replace.
fn has_blank_to_fill(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ');
    let mut starts = text.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    starts.any(|(word, _)| !word.is_empty() && word.chars().all(is_word))
}

struct ValueReport<'a> {
    environment: &'a Environment,
    files: Files<'a>,
    /// The values that came through variables, which nobody is shown.
    templates: Templates<'a>,
    /// What an anchor brings to several services is one cause.
    seen: HashSet<Place>,
    findings: &'a mut Vec<Finding>,
}

impl ValueReport<'_> {
    /// Judges a value that somebody wrote, unless a variable leaves a blank in it.
    fn judge(&mut self, subject: &Subject, path: &[&str], value: &Value, judge: Judge) {
        if value.has_blank() || value.via.contains(&Step::Implied) {
            return;
        }
        let Some(flaw) = judge(value).filter(|_| !is_filled_in_later(value)) else { return };
        let path: Vec<&str> = path.iter().copied().filter(|step| !matches!(*step, "*" | "[]")).collect();
        let path = path.join(".");
        let flaw = match self.templates.at(value.place) {
            Some(written) => hidden(flaw, &path, value, &written),
            None => flaw,
        };
        let environment = self.environment;
        let files = self.files;
        let meant = flaw.meant.clone().filter(|_| value.via.is_empty() && value.parts.is_empty());
        let Some(finding) = self.put(subject, &path, value.place, flaw) else { return };
        finding.fixes.extend(meant.and_then(|(old, new)| {
            edit::safe(format!("replace with `{new}`"), edit::respell(files, value.place, &old, &new))
        }));
        let variables = value.parts.iter().filter_map(|part| part.variable.as_deref());
        for name in variables {
            if let Some(place) = environment.setting(name).and_then(|setting| setting.place) {
                finding.labels.push(Label { place, message: format!("`{name}` is set here").into() });
            }
        }
    }

    /// Reports a flaw at a place; of a value that came through a variable only that it is invalid.
    fn add(&mut self, subject: &Subject, path: &str, place: Place, flaw: Option<ValueFlaw>) -> Option<&mut Finding> {
        let flaw = flaw?;
        let flaw = match self.templates.at(place).or_else(|| self.templates.at(flaw.place?)) {
            Some(written) => unnamed(flaw, path, &written),
            None => flaw,
        };
        self.put(subject, path, place, flaw)
    }

    fn put(&mut self, subject: &Subject, path: &str, place: Place, flaw: ValueFlaw) -> Option<&mut Finding> {
        let place = flaw.place.unwrap_or(place);
        if !self.seen.insert(place) {
            return None;
        }
        let evidence = format!("{path}: {}", flaw.message);
        let mut finding = Finding::new(rule::INVALID_VALUE, place, subject.clone(), flaw.message)
            .severity(flaw.severity)
            .evidence(evidence);
        finding.help = flaw.help.map(Into::into);
        if flaw.severity < Severity::Error {
            finding.confidence = Confidence::Medium;
        }
        self.findings.push(finding);
        self.findings.last_mut()
    }
}

/// The shortest stretch of a variable's value, in characters, that no message may have.
const RECOGNIZABLE: usize = 4;

/// A flaw of a value that came through a variable: its words with the value as the file writes it, where they then show
/// nothing of the variable.
fn hidden(flaw: ValueFlaw, path: &str, value: &Value, written: &str) -> ValueFlaw {
    let text = value.text().unwrap_or("");
    let part = |part: &Part| text.get(part.start as usize..part.end as usize).filter(|_| !part.is_default);
    let brought: Vec<&str> = value.parts.iter().filter(|part| part.variable.is_some()).filter_map(part).collect();
    let tells = |words: &str| brought.iter().any(|secret| tells_of(words, secret));
    let replaced = |words: &str| words.replace(text, "");
    let is_whole = !text.is_empty() && text.chars().count() <= SHOWN && !brought.is_empty();
    if !is_whole || tells(&replaced(&flaw.message)) || flaw.help.as_deref().is_some_and(tells) {
        return unnamed(flaw, path, written);
    }
    ValueFlaw { message: flaw.message.replace(text, written), meant: None, ..flaw }
}

/// Whether words hold a stretch of a value by which it can be recognized.
fn tells_of(words: &str, secret: &str) -> bool {
    let (words, secret) = (words.to_lowercase(), secret.to_lowercase());
    let letters: Vec<char> = secret.chars().collect();
    let least = letters.len().min(RECOGNIZABLE);
    least > 0 && letters.windows(least).any(|stretch| words.contains(&stretch.iter().collect::<String>()))
}

/// A flaw without its words: only that the value is invalid.
fn unnamed(flaw: ValueFlaw, path: &str, written: &str) -> ValueFlaw {
    let message = format!("`{written}` is not a valid value for `{path}`");
    let help = "check the value of the variable".to_owned();
    ValueFlaw { message, help: Some(help), meant: None, ..flaw }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_by_a_stretch_of_it() {
        for (words, secret, expect) in [
            ("`abcdefg` is not a size", "xxCDEFxx", true),
            ("`abcdefg` is not a size", "xxcdexx", false),
            ("`abcdefg` is not a size", "CDE", true),
            ("`abcdefg` is not a size", "", false),
        ] {
            assert_eq!(tells_of(words, secret), expect, "{secret}");
        }
    }
}
