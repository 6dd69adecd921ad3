//! The thread pool of a run; without one, everything runs on the current thread.

use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::guard::STACK;

/// As many threads as there are processors; nothing where the system allows no more of them.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| ThreadPoolBuilder::new().stack_size(STACK).build().ok());

/// What comes of each item, in their order.
pub(crate) fn side_by_side<I: Sync, T: Send>(items: &[I], each: impl Fn(&I) -> Vec<T> + Sync) -> Vec<T> {
    on(POOL.as_ref(), items, each)
}

fn on<I: Sync, T: Send>(pool: Option<&ThreadPool>, items: &[I], each: impl Fn(&I) -> Vec<T> + Sync) -> Vec<T> {
    match pool {
        Some(pool) => pool.install(|| items.par_iter().flat_map_iter(&each).collect()),
        None => items.iter().flat_map(each).collect(),
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
        assert_eq!(on(None, &items, twice), expect);
        assert_eq!(side_by_side(&items, twice), expect);
    }
}
