//! Work on all processors. The thread that asks for it takes part, so that memory which it frees later is its own.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

use crate::guard::STACK;

/// How many threads may help: with the one that asks there are as many as processors.
static MOST: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(0, |all| NonZero::get(all) - 1));

/// How many threads are helping: what is done side by side may do something side by side itself.
static HELPING: AtomicUsize = AtomicUsize::new(0);

/// What comes of each item, in their order.
pub(crate) fn side_by_side<I: Sync, T: Send>(items: &[I], each: impl Fn(&I) -> Vec<T> + Sync) -> Vec<T> {
    with_help(*MOST, items, each)
}

fn with_help<I: Sync, T: Send>(most: usize, items: &[I], each: impl Fn(&I) -> Vec<T> + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made: Vec<(usize, Vec<T>)> = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return made };
            made.push((at, each(item)));
        }
    };
    let mut made = thread::scope(|scope| {
        let help = |_| {
            let helper = Helper::new(most)?;
            let work = &work;
            // Where the system allows no more threads, this one does all of it.
            Builder::new().stack_size(STACK).spawn_scoped(scope, move || helper.does(work)).ok()
        };
        let helpers: Vec<_> = (1..items.len()).map_while(help).collect();
        let mut made = work();
        for helper in helpers {
            made.extend(helper.join().unwrap_or_else(|defect| resume_unwind(defect)));
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    // A list that grows would take twice the memory.
    let mut all = Vec::with_capacity(made.iter().map(|(_, some)| some.len()).sum());
    made.into_iter().for_each(|(_, some)| all.extend(some));
    all
}

/// The right to one more thread.
struct Helper;

impl Helper {
    fn new(most: usize) -> Option<Helper> {
        let more = |helping: usize| (helping < most).then_some(helping + 1);
        HELPING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Helper)
    }

    fn does<T>(self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        HELPING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_order_with_and_without_threads() {
        let items: Vec<usize> = (0..100).collect();
        let twice = |item: &usize| vec![*item; 2];
        let expect: Vec<usize> = items.iter().flat_map(twice).collect();
        for most in [0, 1, 7] {
            assert_eq!(with_help(most, &items, twice), expect);
            let nested = with_help(most, &[1, 2, 3], |_| with_help(most, &items, twice));
            assert_eq!(nested, expect.repeat(3));
        }
    }
}
