//! `plimsoll explain` on a key of the specification: what may be there, and what it is for.

use crate::compose::spec::schema::{FoundPlace, Release, SchemaKey, forms, keys_at, reference_page};

/// What the specification says of the first of some places; the others are listed. Nothing of none.
pub(super) fn explain(found: &[FoundPlace]) -> String {
    let Some((first, others)) = found.split_first() else { return String::new() };
    let mut text = format!("{}\n{}\n\n", first.path(), doc(first));
    let mut facts = forms(first.shape);
    facts.extend(first.since.map(|release| ("since", since(release))));
    facts.extend(first.key.and_then(|key| key.deprecated).map(|instead| ("deprecated", instead.to_owned())));
    facts.push(("see", reference_page(first.segments())));
    text.push_str(&columns("", facts.iter().map(|(heading, fact)| (*heading, fact.clone()))));
    if let Some(structure) = keys_at(first.shape) {
        text.push_str("\nkeys\n");
        let note = |key: &'static SchemaKey| key_note(key, structure.required.contains(&key.name));
        text.push_str(&columns("  ", structure.keys.iter().map(|key| (key.name, note(key)))));
        if structure.extensions {
            text.push_str("  keys that start with `x-` are allowed\n");
        }
    }
    if !others.is_empty() {
        text.push_str("\nalso\n");
        let others: Vec<(String, String)> = others.iter().map(|other| (other.path(), doc(other))).collect();
        text.push_str(&columns("  ", others.iter().map(|(path, doc)| (path.as_str(), doc.clone()))));
    }
    text
}

fn doc(found: &FoundPlace) -> String {
    match (found.key, keys_at(found.shape)) {
        (Some(key), _) => key.doc.to_owned(),
        (None, Some(structure)) => format!("User-defined name of {}", structure.title),
        (None, None) => "User-defined name".to_owned(),
    }
}

fn key_note(key: &SchemaKey, is_required: bool) -> String {
    let mut notes = Vec::new();
    if is_required {
        notes.push("required".to_owned());
    }
    notes.extend(key.since.map(|release| format!("since {release}")));
    notes.extend(key.deprecated.map(|instead| format!("deprecated: {instead}")));
    if notes.is_empty() { key.doc.to_owned() } else { format!("{} ({})", key.doc, notes.join(", ")) }
}

fn since(release: Release) -> String {
    let newer = release > Release::REFERENCE;
    let note = if newer { format!("; `plimsoll resolve` behaves like {}", Release::REFERENCE) } else { String::new() };
    format!("docker compose {release}{note}")
}

/// Lines of two columns.
fn columns<'a>(indent: &str, rows: impl Iterator<Item = (&'a str, String)> + Clone) -> String {
    let width = rows.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.map(|(name, text)| format!("{indent}{name:width$}  {text}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::spec::schema::lookup;

    #[test]
    fn a_key_is_explained_with_its_facts() {
        let expect = "services.*.healthcheck.start_interval\n\
                      Time between checks during the start period\n\
                      \n\
                      value  a string\n\
                      note   use a duration with a unit, such as `10s`\n\
                      since  docker compose 2.20.2\n\
                      see    https://docs.docker.com/reference/compose-file/services/#healthcheck\n";
        assert_eq!(explain(&lookup("healthcheck.start_interval")), expect);
    }

    #[test]
    fn a_mapping_lists_its_keys() {
        let text = explain(&lookup("services.*.depends_on"));
        let line = "  condition  Condition for this service to start: started, healthy, or completed successfully (required)\n";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("value  a list of unique entries or a mapping\n"), "{text}");
        assert!(text.ends_with("keys that start with `x-` are allowed\n"), "{text}");
    }

    #[test]
    fn old_and_new_keys_say_so() {
        assert!(explain(&lookup("version")).contains("\ndeprecated  remove it\n"));
        assert!(
            explain(&lookup("pre_start")).contains("  docker compose 5.3.0; `plimsoll resolve` behaves like 2.40.3\n")
        );
    }

    #[test]
    fn what_else_a_path_may_mean_is_listed() {
        let text = explain(&lookup("volumes"));
        assert!(text.starts_with("volumes\n") && text.contains("\nalso\n  services.*.volumes  "), "{text}");
        assert_eq!(explain(&[]), "");
    }
}
