//! Required keys that are missing: `missing-key`.

use super::or_list;
use super::view::about;
use crate::compose::problem::{Missing, Reported};
use crate::finding::{Finding, MissingDefinition, MissingKind, RuleId, rule};

const RULE: RuleId = rule::MISSING_KEY;

/// Something that must be there.
pub(super) fn finding(reported: &Reported, missing: &Missing) -> Finding {
    let mut finding = about(RULE, reported, message(missing));
    finding.help = help(missing).map(Into::into);
    match missing {
        Missing::Services => {
            finding.evidence = Some("services".to_owned());
            finding.missing = Some(MissingDefinition { what: MissingKind::Services, by: String::new() });
        }
        Missing::Image { service } => {
            finding.evidence = Some("image".to_owned());
            finding.missing = Some(MissingDefinition { what: MissingKind::Image, by: service.clone() });
        }
        Missing::Key { key, .. } => {
            finding.evidence = reported.path.as_ref().map(|path| format!("{path}.{key}"));
        }
        _ => {}
    }
    finding
}

fn message(missing: &Missing) -> String {
    match missing {
        Missing::Services => "empty Compose file".to_owned(),
        Missing::ProjectName => "the project name is empty".to_owned(),
        Missing::EntryKey(key) => format!("entry is missing `{key}`"),
        Missing::OneOf(keys) => format!("one of {} is required here", or_list(keys)),
        Missing::BindSource => "missing required key `source` in a bind mount".to_owned(),
        Missing::Image { service } => format!("service `{service}` has neither `image` nor `build`"),
        Missing::WatchTarget { action } => format!("action `{action}` requires a `target`"),
        Missing::SecretSource { name } => format!("secret `{name}` has neither `file` nor `environment`"),
        Missing::Key { key, title, owner } => {
            format!("missing required key `{key}` in {}", instance(title, owner.as_deref()))
        }
    }
}

fn help(missing: &Missing) -> Option<String> {
    let text = match missing {
        Missing::ProjectName => "add `name:` at the top of the file; none can be derived from the directory",
        Missing::BindSource => "add the host path as `source`, or use `type: volume`",
        Missing::Image { .. } => "add `image` or `build`",
        Missing::Key { key, title, .. } => match *title {
            "a device request" => "add `capabilities: [gpu]` for GPUs",
            "a dependency" => "add `condition: service_started`, the default of the short syntax",
            "a mount" => "add `type: bind` for a host path, or `type: volume` for a named volume",
            "a limit" => "set both `soft` and `hard`, or a single number for both",
            _ => return Some(format!("add `{key}`")),
        },
        _ => return None,
    };
    Some(text.to_owned())
}

/// A name for one mapping of a kind: service `web`, or `a port` in a list.
pub(super) fn instance(title: &str, name: Option<&str>) -> String {
    match (title.strip_prefix("a ").or(title.strip_prefix("an ")), name) {
        (Some(kind), _) if kind == "Compose file" || kind.contains(" of ") => title.to_owned(),
        (_, None) | (None, _) => title.to_owned(),
        (Some(kind), Some(name)) => format!("{kind} `{name}`"),
    }
}
