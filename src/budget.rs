//! What one project may cost. Each limit is counted, never timed, so that a project meets it everywhere or nowhere; the
//! first place that goes beyond one is kept, and becomes a finding.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::source::Place;

/// How deep files, services and blocks may follow each other where each step is a call of a function.
pub(crate) const MAX_DEPTH: usize = 100;

/// How many bytes of a text that is read again for each service count as one step.
pub(crate) const BYTES_OF_A_STEP: usize = 4;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Limit {
    /// Values made from the files: nodes, aliases and merge keys followed, services that others extend, ports of ranges.
    Values,
    /// Bytes that variables and their like are replaced by.
    Bytes,
    /// Files read as a part of the project, those read again counted again.
    Files,
    /// Steps of passes whose work is not bounded by the values: variables handed on, imports followed, pairs compared.
    Steps,
    /// [`MAX_DEPTH`].
    Depth,
    /// Services that rules are run on: many of them compare each with each other.
    Services,
}

impl Limit {
    /// All limits, in the order of their counters.
    const ALL: [Limit; 6] = [Limit::Values, Limit::Bytes, Limit::Files, Limit::Steps, Limit::Depth, Limit::Services];

    /// How much of it a project may have.
    pub(crate) fn most(self) -> u64 {
        match self {
            Limit::Values => 300_000,
            Limit::Bytes => 16 * 1024 * 1024,
            Limit::Files => 1_000,
            Limit::Steps => 4_000_000,
            Limit::Depth => MAX_DEPTH as u64,
            Limit::Services => 3_000,
        }
    }
}

/// What a project has cost so far.
#[derive(Debug, Default)]
pub struct Budget {
    spent: [AtomicU64; Limit::ALL.len()],
    reached: Mutex<Vec<(Limit, Place)>>,
}

impl Budget {
    /// Counts something, and says whether it is within the limit. Beyond it, the caller leaves out what it counted.
    pub(crate) fn spend(&self, limit: Limit, amount: usize, at: Place) -> bool {
        let Some(spent) = self.spent.get(limit as usize) else { return true };
        let before = spent.fetch_add(amount as u64, Ordering::Relaxed);
        let is_within = before.saturating_add(amount as u64) <= limit.most();
        if !is_within {
            self.note(limit, at);
        }
        is_within
    }

    /// Whether a depth is within the limit.
    pub(crate) fn allows_depth(&self, depth: usize, at: Place) -> bool {
        let is_within = depth < MAX_DEPTH;
        if !is_within {
            self.note(Limit::Depth, at);
        }
        is_within
    }

    /// Notes that a limit is reached at a place.
    pub(crate) fn note(&self, limit: Limit, at: Place) {
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if reached.iter().all(|(known, _)| *known != limit) {
            reached.push((limit, at));
        }
    }

    /// Whether nothing more of it may be had.
    pub(crate) fn is_spent(&self, limit: Limit) -> bool {
        self.spent(limit) > limit.most()
    }

    /// Whether something was beyond it.
    pub(crate) fn is_reached(&self, limit: Limit) -> bool {
        self.reached().iter().any(|(reached, _)| *reached == limit)
    }

    /// How much has been counted.
    pub(crate) fn spent(&self, limit: Limit) -> u64 {
        self.spent.get(limit as usize).map_or(0, |spent| spent.load(Ordering::Relaxed))
    }

    /// The limits that were reached, and where first.
    pub(crate) fn reached(&self) -> Vec<(Limit, Place)> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The budget of a project at one place, for readers of the text at that place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter<'a> {
    /// The budget.
    pub(crate) budget: &'a Budget,
    /// The place that is named if a limit is reached.
    pub(crate) at: Place,
}

impl Meter<'_> {
    /// Counts something, and says whether it is within the limit.
    pub(crate) fn spend(self, limit: Limit, amount: usize) -> bool {
        self.budget.spend(limit, amount, self.at)
    }

    /// A value that takes the place of a variable, if its bytes are within the limit.
    pub(crate) fn inserted(self, value: Option<String>) -> Option<String> {
        value.filter(|value| self.spend(Limit::Bytes, value.len()))
    }

    /// Whether a depth is within the limit.
    pub(crate) fn allows_depth(self, depth: usize) -> bool {
        self.budget.allows_depth(depth, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_reached_once_and_at_its_first_place() {
        let budget = Budget::default();
        let most = Limit::Values.most() as usize;
        assert!(budget.spend(Limit::Values, most, Place::start()));
        assert_eq!((budget.is_spent(Limit::Values), budget.reached()), (false, Vec::new()));
        assert!(!budget.spend(Limit::Values, 1, Place::start()));
        assert!(!budget.spend(Limit::Values, 1, Place::start()));
        assert!(budget.allows_depth(MAX_DEPTH - 1, Place::start()) && !budget.allows_depth(MAX_DEPTH, Place::start()));
        let expected = [(Limit::Values, Place::start()), (Limit::Depth, Place::start())];
        assert_eq!((budget.is_spent(Limit::Values), budget.reached().as_slice()), (true, expected.as_slice()));
        assert_eq!((budget.spent(Limit::Values), budget.spent(Limit::Bytes)), (most as u64 + 2, 0));
    }

    #[test]
    fn counters_stand_in_the_order_of_the_limits() {
        assert!(Limit::ALL.iter().enumerate().all(|(at, limit)| *limit as usize == at));
    }
}
