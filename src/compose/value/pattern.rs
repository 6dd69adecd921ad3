//! Paths of values, matched against the patterns of Compose's tables.

use crate::compose::value::Text;

/// A table of patterns such as `services.*.build.args`, each with what holds for the paths that fit it. `*` stands for any
/// one step; the items of a list are the step `[]`. Where several fit, the first counts.
///
/// Every stage walks over all values of a project with such a table. So the table is a tree of its own, and the walk goes
/// down both at once: below a value whose path no pattern begins with there is nothing to look for.
pub(crate) struct Patterns<T: 'static> {
    spots: Vec<Spot<T>>,
}

/// All patterns that begin alike.
struct Spot<T: 'static> {
    /// What holds for a path that ends here.
    value: Option<&'static T>,
    /// Where each step leads that a pattern names.
    named: Vec<(&'static str, usize)>,
    /// Where any other step leads.
    other: Option<usize>,
}

/// How far a walk has come in a table.
pub(crate) struct At<T: 'static> {
    table: &'static Patterns<T>,
    spot: usize,
}

impl<T> Clone for At<T> {
    fn clone(&self) -> At<T> {
        *self
    }
}

impl<T> Copy for At<T> {}

/// A pattern that begins with the steps so far: its row, what is left behind these steps (`None` at the end), and its value.
type PatternRest<T> = (usize, Option<&'static str>, &'static T);

impl<T> Patterns<T> {
    /// The table of some rows.
    pub(crate) fn new(rows: &'static [(&'static str, T)]) -> Patterns<T> {
        let mut table = Patterns { spots: Vec::with_capacity(2 * rows.len()) };
        let rows = rows.iter().enumerate().map(|(row, (pattern, value))| (row, Some(*pattern), value));
        table.add(&rows.collect::<Vec<_>>());
        table
    }

    /// Adds the spot that these patterns lead on from, and all below it.
    fn add(&mut self, rows: &[PatternRest<T>]) -> usize {
        let at = self.spots.len();
        let value = rows.iter().find(|(_, rest, _)| rest.is_none()).map(|(_, _, value)| *value);
        self.spots.push(Spot { value, named: Vec::new(), other: None });
        let mut steps: Vec<(&'static str, PatternRest<T>)> = rows.iter().filter_map(split).collect();
        // Stable: the rows of one step stay in their order.
        steps.sort_by_key(|(step, _)| *step);
        let any: Vec<PatternRest<T>> = steps.iter().filter(|(step, _)| *step == ANY).map(|(_, rest)| *rest).collect();
        let mut named = Vec::new();
        let mut other = None;
        for group in steps.chunk_by(|(step, _), (next, _)| step == next) {
            let Some((step, _)) = group.first() else { continue };
            if *step == ANY {
                other = Some(self.add(&any));
                continue;
            }
            let mut rest: Vec<PatternRest<T>> = group.iter().map(|(_, rest)| *rest).collect();
            if !any.is_empty() {
                rest.extend(&any);
                rest.sort_unstable_by_key(|(row, ..)| *row);
            }
            named.push((*step, self.add(&rest)));
        }
        if let Some(spot) = self.spots.get_mut(at) {
            spot.named = named;
            spot.other = other;
        }
        at
    }

    /// The start of a walk.
    pub(crate) fn start(&'static self) -> At<T> {
        At { table: self, spot: 0 }
    }

    /// What the first pattern says that a path fits.
    pub(crate) fn get(&'static self, path: &[Text]) -> Option<&'static T> {
        path.iter().try_fold(self.start(), |at, step| at.step(step))?.value()
    }
}

impl<T> At<T> {
    /// One step further; `None` where no pattern goes on so.
    pub(crate) fn step(self, step: &str) -> Option<At<T>> {
        let spot = self.table.spots.get(self.spot)?;
        let named = spot.named.iter().find(|(name, _)| *name == step).map(|(_, next)| *next);
        Some(At { table: self.table, spot: named.or(spot.other)? })
    }

    /// What holds for a value here.
    pub(crate) fn value(self) -> Option<&'static T> {
        self.table.spots.get(self.spot)?.value
    }
}

/// The next step of a pattern, and what is left behind it.
fn split<T>((row, rest, value): &PatternRest<T>) -> Option<(&'static str, PatternRest<T>)> {
    let rest = (*rest)?;
    let (step, behind) = match rest.split_once('.') {
        Some((step, behind)) => (step, Some(behind)),
        None => (rest, None),
    };
    Some((step, (*row, behind, *value)))
}

/// The step that stands for the items of a list.
pub(crate) const ITEM: Text = Text::new_static("[]");

/// The step of a pattern that stands for any.
const ANY: &str = "*";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_of_the_same_length_counts() {
        const ROWS: &[(&str, u8)] = &[
            ("services.*.ports", 1),
            ("services.*.*", 2),
            ("services.*.ports.[]", 3),
            ("services.db.image", 4),
            ("*", 5),
            ("volumes.data", 6),
            ("volumes.*", 7),
        ];
        let table: &'static Patterns<u8> = Box::leak(Box::new(Patterns::new(ROWS)));
        let get = |path: &str| table.get(&path.split('.').map(Text::from).collect::<Vec<_>>()).copied();
        assert_eq!(get("services.web.ports"), Some(1));
        assert_eq!(get("services.db.ports"), Some(1));
        assert_eq!(get("services.web.image"), Some(2));
        assert_eq!(get("services.db.image"), Some(2));
        assert_eq!(get("services.web.ports.[]"), Some(3));
        assert_eq!(get("services.db.ports.[]"), Some(3));
        assert_eq!(get("volumes"), Some(5));
        assert_eq!(get("volumes.data"), Some(6));
        assert_eq!(get("volumes.other"), Some(7));
        assert_eq!(get("services.web"), None);
        assert_eq!(get("services.web.ports.[].target"), None);
        assert_eq!(table.get(&[]), None);
    }
}
