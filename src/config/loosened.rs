//! What one configuration allows and another does not.

use super::{Config, FailOn, Pattern, RuleSetting, Suppression};

/// What a later configuration loosens, a clause for each.
pub(crate) fn loosened(then: &Config, now: &Config) -> Vec<String> {
    let mut found = Vec::new();
    for pattern in now.exclude.iter().filter(|pattern| !then.exclude.contains(pattern)) {
        found.push(format!("excludes `{}`", pattern.text));
    }
    for rule in now.ignore.iter().filter(|rule| !then.ignore.contains(rule)) {
        found.push(format!("ignores `{}`", rule.name()));
    }
    for (rule, setting) in &now.rules {
        found.extend(milder(rule.name(), then.rules.get(rule), setting));
    }
    for suppression in now.suppressions.iter().filter(|one| !then.suppressions.iter().any(|other| is_same(one, other)))
    {
        found.push(format!("suppresses {}", words(suppression)));
    }
    if now.select != then.select {
        let of = if now.select.is_empty() {
            "the default rules".to_owned()
        } else {
            quoted(&now.select.iter().map(|one| one.name().to_owned()).collect::<Vec<_>>())
        };
        found.push(format!("selects {of}"));
    }
    if is_later(then.fail_on, now.fail_on) {
        found.push(format!("sets `fail_on` to `{}`", fail_on_name(now.fail_on)));
    }
    if now.projects != then.projects {
        found.push("lists other `projects`".to_owned());
    }
    if now.services != then.services || now.host != then.host {
        found.push("describes `services` or `host` differently".to_owned());
    }
    found
}

fn milder(rule: &str, then: Option<&RuleSetting>, now: &RuleSetting) -> Option<String> {
    let default = RuleSetting::default();
    let then = then.unwrap_or(&default);
    if now.enabled == Some(false) && then.enabled != Some(false) {
        return Some(format!("turns off `{rule}`"));
    }
    if let Some(severity) = now.severity
        && then.severity.is_none_or(|then| severity < then)
    {
        return Some(format!("sets `{rule}` to {}", severity.name()));
    }
    (now.options != then.options).then(|| format!("changes the options of `{rule}`"))
}

/// Whether two suppress the same, wherever they are written and whatever for.
fn is_same(one: &Suppression, other: &Suppression) -> bool {
    let rules = |of: &Suppression| of.rules.iter().map(|named| named.rule).collect::<Vec<_>>();
    rules(one) == rules(other)
        && one.paths == other.paths
        && one.services == other.services
        && (one.until == other.until || one.until.is_some() && one.until <= other.until)
}

fn words(suppression: &Suppression) -> String {
    let rules: Vec<String> = suppression.rules.iter().map(|named| named.name.clone()).collect();
    let paths: Vec<String> = suppression.paths.iter().map(|Pattern { text, .. }| text.clone()).collect();
    let about = [("", &rules), (" in ", &paths), (" of ", &suppression.services)];
    let parts = about.iter().filter(|(_, names)| !names.is_empty());
    let parts: String = parts.map(|(word, names)| format!("{word}{}", quoted(names))).collect();
    if rules.is_empty() { format!("all findings{parts}") } else { parts }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a run fails for less than it did.
fn is_later(then: Option<FailOn>, now: Option<FailOn>) -> bool {
    fn rank(of: Option<FailOn>) -> u8 {
        match of {
            Some(FailOn::Severity(severity)) => severity as u8,
            Some(FailOn::Never) => u8::MAX,
            None => crate::finding::Severity::Warning as u8,
        }
    }
    rank(now) > rank(then)
}

fn fail_on_name(of: Option<FailOn>) -> &'static str {
    match of {
        Some(FailOn::Severity(severity)) => severity.name(),
        Some(FailOn::Never) => "never",
        None => "warning",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::SourceDb;

    fn config(text: &str) -> Config {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/p/plimsoll.yaml"), text.to_owned());
        super::super::load(&sources, Path::new("/p/plimsoll.yaml"), |_| &[]).unwrap()
    }

    #[test]
    fn what_is_stricter_or_the_same_is_not_told() {
        let told = |then: &str, now: &str| loosened(&config(then), &config(now));
        let none: Vec<String> = Vec::new();
        assert_eq!(told("", ""), none);
        assert_eq!(told("exclude: [x]\nignore: [yaml-syntax]\nfail_on: never\n", ""), none);
        assert_eq!(told("rules: {yaml-syntax: info}\n", "rules: {yaml-syntax: error}\nfail_on: info\n"), none);
        let both = "suppressions: [{rules: [yaml-syntax], paths: [x], reason: r}]\n";
        assert_eq!(told(both, &format!("# moved\n{both}")), none);
        assert_eq!(told("", "exclude: [x]\nignore: [yaml-syntax]\n"), ["excludes `x`", "ignores `yaml-syntax`"]);
        assert_eq!(
            told("", "rules: {yaml-syntax: off, wrong-type: info}\n"),
            ["sets `wrong-type` to info", "turns off `yaml-syntax`"]
        );
        assert_eq!(told("", "fail_on: error\n"), ["sets `fail_on` to `error`"]);
        assert_eq!(told("", "select: [yaml-syntax]\n"), ["selects `yaml-syntax`"]);
        assert_eq!(told("", both), ["suppresses `yaml-syntax` in `x`"]);
        assert_eq!(told("", "suppressions: [{services: [s]}]\n"), ["suppresses all findings of `s`"]);
    }
}
