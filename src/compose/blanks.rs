//! Where variables leave blanks in a project.

use super::{Project, Reference};
use crate::compose::value::Value;
use crate::compose::value::pattern::ITEM;
use crate::source::Place;

impl Project {
    /// Whether a variable leaves a blank somewhere in what a place holds.
    pub(crate) fn has_blank_in(&self, place: Place) -> bool {
        self.references.iter().any(|one| one.is_blank() && place.span.contains(one.place.span))
    }

    /// Whether a variable leaves a blank in what services have under a key.
    pub(crate) fn has_blank_under(&self, key: &str) -> bool {
        let is_there = |reference: &&Reference| match reference.path.as_slice() {
            [section, _, first, ..] => section == "services" && first == key,
            _ => false,
        };
        self.references.iter().filter(is_there).any(Reference::is_blank)
    }

    /// Whether an entry that a service has under one of some keys is not known, a mount's source apart: all of it is a
    /// variable without a value, or it cannot be read without one.
    pub(crate) fn has_blank_entry(&self, service: &str, keys: &[&str]) -> bool {
        let is_there = |reference: &&Reference| match reference.path.as_slice() {
            [section, name, key, rest @ ..] => {
                let is_source = rest.last().is_some_and(|step| step == "source");
                section == "services" && name == service && keys.contains(&key.as_str()) && !is_source
            }
            _ => false,
        };
        let mut blanks = self.references.iter().filter(is_there).filter(|reference| reference.is_blank());
        blanks.any(|reference| reference.alone || self.is_left_out(service, reference))
    }

    /// Whether an item of a list is not in the project, because its notation cannot be read without the value.
    fn is_left_out(&self, service: &str, reference: &Reference) -> bool {
        let [.., key, item] = reference.path.as_slice() else { return false };
        let value = self.root.get("services").and_then(|services| services.get(service));
        let items = value.and_then(|value| value.get(key)).and_then(Value::list).unwrap_or(&[]);
        let is_kept = |item: &Value| (item.place.span.file, item.place.node) == reference.scalar();
        *item == ITEM && matches!(key.as_str(), "volumes" | "ports") && !items.iter().any(is_kept)
    }
}
