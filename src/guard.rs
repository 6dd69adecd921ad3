//! A defect in plimsoll ends the analysis of one project, not the run.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location, catch_unwind};

thread_local! {
    /// Where the last defect was.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Lets the places of defects be remembered, and nothing else of them be told: what they say may hold a secret.
pub fn remember_defects() {
    panic::set_hook(Box::new(|defect| {
        let place = defect.location().map(Location::to_string);
        LAST.with(|last| last.replace(place));
    }));
}

/// Does something; nothing comes of it where a defect ends it. What it was about to change is not used any more.
pub(crate) fn guarded<T>(act: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(act)).ok()
}

/// What is said where nothing came of something.
pub(crate) fn defect(doing: &str) -> String {
    match LAST.with(RefCell::take) {
        Some(place) => format!("internal error while {doing} ({place}); please report it"),
        None => format!("internal error while {doing}; please report it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_ends_what_it_is_in() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| Vec::<u8>::new().remove(1)), None);
        assert!(defect("counting").starts_with("internal error while counting"));
    }
}
