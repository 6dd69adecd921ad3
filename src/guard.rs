//! A defect in plimsoll ends the analysis of one project, not the run.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location, catch_unwind};
use std::thread;

/// The stack of each thread that reads or judges files, in bytes: enough for everything that is nested as deep as it may be,
/// whatever the system gives to a program.
pub(crate) const STACK: usize = 8 * 1024 * 1024;

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

/// Does something on a stack of a known size; on the present one where no thread can be made. Nothing comes of it where a
/// defect ends it.
pub fn on_known_stack<T: Send>(act: impl Fn() -> T + Sync) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, &act);
        match thread {
            Ok(thread) => thread.join().ok(),
            Err(_) => guarded(&act),
        }
    })
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
    fn a_stack_has_the_size_that_is_said() {
        /// Takes a kilobyte of the stack and more for each of its calls.
        fn deep(count: usize) -> usize {
            let taken = std::hint::black_box([count as u8; 1024]);
            if count == 0 { 0 } else { deep(count - 1) + taken.len() }
        }
        let used = thread::Builder::new().stack_size(64 * 1024).spawn(|| on_known_stack(|| deep(1_500)));
        assert_eq!(used.unwrap().join().unwrap(), Some(1_500 * 1024));
        assert_eq!(on_known_stack(|| Vec::<u8>::new().remove(1)), None);
    }

    #[test]
    fn a_defect_ends_what_it_is_in() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| Vec::<u8>::new().remove(1)), None);
        assert!(defect("counting").starts_with("internal error while counting"));
    }
}
