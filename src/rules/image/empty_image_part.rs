//! An image reference of which an empty variable leaves out a part.

use crate::collections::HashSet;
use crate::compose::Reference;
use crate::compose::load::environment::VariableState;
use crate::finding::{Finding, Label, Subject, rule};
use crate::model::{ImageReference, Spanned};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Reports each variable once, at the first image that it breaks.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // A variable without a value and without a default is another rule's.
    let told: HashSet<&str> = cx.facts.blanks().iter().map(|blank| blank.name).collect();
    let first = findings.len();
    for service in cx.model.services.values() {
        let Some(image) = &service.image else { continue };
        let Some(part) = empty_part(&image.value.text) else { continue };
        let blanks = blanks(cx, image);
        let Some(blank) = blanks.first() else { continue };
        let is_open = blanks.iter().any(|one| one.state == VariableState::Unknown || told.contains(one.name.as_str()));
        if is_open {
            continue;
        }
        let name = &blank.name;
        let known = findings.iter_mut().skip(first).find(|finding| finding.evidence.as_deref() == Some(name.as_str()));
        if let Some(known) = known {
            let is_new = known.place != blank.place && known.labels.len() < LABELS;
            known.labels.extend(is_new.then(|| Label {
                place: blank.place,
                message: format!("also in the image of `{}`", service.name).into(),
            }));
            continue;
        }
        let message = format!("variable `{name}` is empty, which leaves the image without {part}: Docker rejects it");
        let help = match part {
            "a registry or path" => format!("write `${{{name}:+${{{name}}}/}}`, which leaves out the slash, too"),
            _ => format!("give it a default that is not empty: `${{{name}:-…}}`"),
        };
        findings.push(
            Finding::new(rule::EMPTY_IMAGE_PART, blank.place, Subject::variable(name), message)
                .evidence(name.as_str())
                .help(help),
        );
    }
}

/// The variables of an image that are replaced with nothing.
fn blanks<'a>(cx: &Context<'a>, image: &Spanned<ImageReference>) -> Vec<&'a Reference> {
    let is_in = |reference: &&Reference| image.place.span.contains(reference.place.span);
    cx.project.references.iter().filter(is_in).filter(|reference| reference.is_blank()).collect()
}

/// The part that is missing from an image reference.
fn empty_part(text: &str) -> Option<&'static str> {
    let last = text.rsplit('/').next().unwrap_or(text);
    let (name, tag) = last.split_once(':').map_or((last, None), |(name, tag)| (name, Some(tag)));
    if text.ends_with('@') {
        Some("a digest")
    } else if text.starts_with('/') || text.contains("//") {
        Some("a registry or path")
    } else if name.is_empty() {
        Some("a name")
    } else if tag.is_some_and(|tag| tag.is_empty() || tag.starts_with(['-', '.'])) {
        Some("a tag")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::empty_part;

    #[test]
    fn parts_are_missing() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(empty_part(text), expect, "{text}");
        check("web:", Some("a tag"));
        check("registry.example.com:5000/web:-alpine", Some("a tag"));
        check("/web:1", Some("a registry or path"));
        check("registry.example.com//web:1", Some("a registry or path"));
        check("shop/:1", Some("a name"));
        check("web@", Some("a digest"));
        check("registry.example.com:5000/web:1", None);
        check("web", None);
    }
}
