//! Paths of values, matched against the patterns of Compose's tables.

/// Whether a path fits a pattern such as `services.*.build.args`; `*` stands for any one step. The items of a list are
/// the step `[]`.
pub fn matches(path: &[String], pattern: &str) -> bool {
    // Most patterns fail at the last step, which is looked at without taking the pattern apart.
    let Some(last) = path.last() else { return false };
    if !pattern.ends_with('*') && !pattern.ends_with(last.as_str()) {
        return false;
    }
    let mut steps = path.iter();
    for wanted in pattern.split('.') {
        match steps.next() {
            Some(step) if wanted == "*" || step == wanted => {}
            _ => return false,
        }
    }
    steps.next().is_none()
}

/// A path as people write it: `services.web.ports`.
pub fn display(path: &[String]) -> String {
    path.join(".")
}

/// The step that stands for the items of a list.
pub const ITEM: &str = "[]";
