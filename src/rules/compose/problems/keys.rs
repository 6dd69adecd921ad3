//! Unknown and mutually exclusive keys: `unknown-key` and `conflicting-keys`.

use super::missing::instance;
use super::view::ProblemView;
use super::{quick_fix, schema_fix};
use crate::compose::problem::{Conflict, Problem, Reported, Verdict};
use crate::compose::spec::schema::suggest::Guess;
use crate::compose::spec::schema::{Release, UnknownKey};
use crate::finding::{Finding, Severity, rule};

/// A key that the specification does not have.
pub(super) fn unknown(reported: &Reported, unknown: &UnknownKey, view: &ProblemView<'_>) -> Finding {
    let name = &unknown.name;
    if let Verdict::NeedsNewer(release) = reported.verdict {
        let message = format!(
            "`{name}` requires docker compose {release}, but plimsoll reads the project as {} does",
            Release::REFERENCE
        );
        return view.about(rule::UNKNOWN_KEY, reported, message);
    }
    let owner = instance(unknown.title, unknown.owner.as_deref());
    let message = match &unknown.guess {
        Guess::Elsewhere(place) => format!("unknown key `{name}` in {owner}: use {place}"),
        Guess::Replaced(place) => format!("unknown key `{name}` in {owner}: it was replaced by {place}"),
        Guess::Outside { title: None } => format!("`{name}` belongs at the top level, not in {owner}"),
        Guess::Outside { title: Some("a service") } => format!("`{name}` belongs in the service, not in {owner}"),
        Guess::Outside { title: Some(title) } => format!("`{name}` belongs in {title}, not in {owner}"),
        Guess::Section(path) => format!("`{name}` belongs under `{path}`, not in {owner}"),
        Guess::OfService => format!("`{name}` belongs in a service under `services`, not at the top level"),
        Guess::Service => format!("`{name}` looks like a service, which belongs under `services`"),
        Guess::Spelling { .. } | Guess::Nothing => format!("unknown key `{name}` in {owner}"),
    };
    let mut finding = view.about(rule::UNKNOWN_KEY, reported, message);
    if let Guess::Spelling { name: near, fits } = unknown.guess {
        finding.help = Some(format!("did you mean `{near}`?").into());
        let fix = schema_fix::respell(view.files, reported.at, name, near);
        finding.fixes.extend(fix.filter(|_| fits && !reported.is_shared));
    }
    if reported.verdict == Verdict::Accepted {
        finding.severity = Severity::Warning;
        finding.help.get_or_insert_with(|| "remove it: docker compose silently ignores it".into());
    }
    finding
}

/// The key below which an unknown key belongs in the same mapping, and the unknown key.
pub(super) fn parent(reported: &Reported) -> Option<((Vec<&str>, String), &str)> {
    let Problem::UnknownKey(unknown) = &reported.problem else { return None };
    let Guess::Elsewhere(place) = &unknown.guess else { return None };
    let (_, parent) = place.split_once(" under `")?;
    let of_service = reported.about.iter().take(2).map(|name| name.as_str()).collect();
    Some(((of_service, format!("{} {}", parent.trim_end_matches('`'), unknown.title)), &unknown.name))
}

/// Keys or values that exclude each other.
pub(super) fn conflict(reported: &Reported, conflict: &Conflict, view: &ProblemView<'_>) -> Finding {
    let mut finding = view.about(rule::CONFLICTING_KEYS, reported, message(conflict, view));
    finding.help = help(conflict).map(Into::into);
    match conflict {
        Conflict::External { key } => {
            finding.evidence = Some(key.to_string());
            finding.fixes.extend(quick_fix::external_key(view.files, reported.at, key));
        }
        Conflict::Sources(_, other) => finding.evidence = Some((*other).to_owned()),
        Conflict::Differ { key, .. } => finding.evidence = Some((*key).to_owned()),
        _ => {}
    }
    finding
}

fn message(conflict: &Conflict, view: &ProblemView<'_>) -> String {
    let exclusive = |one: &str, other: &str| format!("`{one}` and `{other}` are mutually exclusive");
    match conflict {
        Conflict::ExternalNames => "`name` and `external.name` have different values".to_owned(),
        Conflict::External { key } => exclusive("external", key),
        Conflict::Sources(one, other) => exclusive(one, other),
        Conflict::CountOrIds => exclusive("count", "device_ids"),
        Conflict::Dockerfile => exclusive("dockerfile", "dockerfile_inline"),
        Conflict::Platform(platform) => {
            format!("`build.platforms` does not include the service's platform `{}`", view.written(platform))
        }
        Conflict::NetworkMode => exclusive("network_mode", "networks"),
        Conflict::ReplicasWithName { count, name } => {
            format!("{count} replicas cannot share the container name `{}`", view.written(name))
        }
        Conflict::LimitBesideGroup { key, section, inner } => {
            format!("`{key}` conflicts with `deploy.resources.{section}`, which does not set `{inner}`")
        }
        Conflict::Differ { key, other } => format!("`{key}` and `{other}` have different values"),
    }
}

fn help(conflict: &Conflict) -> Option<String> {
    let text = match conflict {
        Conflict::ExternalNames => "keep `name` and set `external: true`",
        Conflict::External { .. } => "keep only `name` and `external`: an external resource is created elsewhere",
        Conflict::CountOrIds => "keep `device_ids` for specific devices, or `count` for any",
        Conflict::Dockerfile | Conflict::NetworkMode => "remove one of them",
        Conflict::Platform(_) => "add it to `build.platforms`",
        Conflict::ReplicasWithName { .. } => "remove `container_name`; Compose then numbers the containers",
        Conflict::LimitBesideGroup { key, section, .. } => {
            return Some(format!("move `{key}` to `deploy.resources.{section}`"));
        }
        Conflict::Differ { .. } => "set only one of them",
        Conflict::Sources(..) => return None,
    };
    Some(text.to_owned())
}
