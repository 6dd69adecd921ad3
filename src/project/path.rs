//! Paths of values, matched against the patterns of Compose's tables.

/// A table of patterns such as `services.*.build.args`, each with what holds for the paths that fit it. `*` stands for any
/// one step; the items of a list are the step `[]`. Every value of a project is looked up in several such tables.
pub struct Patterns<T: 'static> {
    /// The rows by the number of their steps, each in the order of the table.
    by_length: Vec<Vec<Row<T>>>,
}

struct Row<T: 'static> {
    steps: Vec<&'static str>,
    value: &'static T,
}

impl<T> Patterns<T> {
    /// The table of some rows.
    pub fn new(rows: &'static [(&'static str, T)]) -> Patterns<T> {
        let mut by_length: Vec<Vec<Row<T>>> = Vec::new();
        for (pattern, value) in rows {
            let steps: Vec<&str> = pattern.split('.').collect();
            if by_length.len() <= steps.len() {
                by_length.resize_with(steps.len() + 1, Vec::new);
            }
            if let Some(rows) = by_length.get_mut(steps.len()) {
                rows.push(Row { steps, value });
            }
        }
        Patterns { by_length }
    }

    /// What the first pattern says that a path fits.
    pub fn get(&self, path: &[String]) -> Option<&'static T> {
        self.by_length.get(path.len())?.iter().find(|row| fits(path, &row.steps)).map(|row| row.value)
    }
}

/// Most patterns fail at the last step.
fn fits(path: &[String], steps: &[&str]) -> bool {
    path.iter().zip(steps).rev().all(|(step, wanted)| *wanted == "*" || step == wanted)
}

/// A path as people write it: `services.web.ports`.
pub fn display(path: &[String]) -> String {
    path.join(".")
}

/// The step that stands for the items of a list.
pub const ITEM: &str = "[]";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_of_the_same_length_counts() {
        let table =
            Patterns::new(&[("services.*.ports", 1), ("services.*.*", 2), ("services.*.ports.[]", 3), ("*", 4)]);
        let get = |path: &str| table.get(&path.split('.').map(str::to_owned).collect::<Vec<_>>()).copied();
        assert_eq!(get("services.web.ports"), Some(1));
        assert_eq!(get("services.web.image"), Some(2));
        assert_eq!(get("services.web.ports.[]"), Some(3));
        assert_eq!(get("volumes"), Some(4));
        assert_eq!(get("services.web"), None);
        assert_eq!(get("services.web.ports.[].target"), None);
        assert_eq!(table.get(&[]), None);
    }
}
