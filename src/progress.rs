//! How far a run has come, and how long its stages take: for the bar on a terminal and for `--verbose`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A stage of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Which files make projects.
    Discover,
    /// Files to one project, as Compose sees it.
    Load,
    /// The project as a typed model.
    Lower,
    /// What several rules need, worked out when a rule first asks.
    Facts,
    /// The rules themselves.
    Rules,
}

impl Stage {
    /// All stages, in the order of a run.
    pub(crate) const ALL: [Stage; 5] = [Stage::Discover, Stage::Load, Stage::Lower, Stage::Facts, Stage::Rules];

    /// The word that people read.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stage::Discover => "discover",
            Stage::Load => "load",
            Stage::Lower => "lower",
            Stage::Facts => "facts",
            Stage::Rules => "rules",
        }
    }
}

/// Counters of one run, which all its threads share.
#[derive(Debug, Default)]
pub struct Watch {
    /// In the order of [`Stage::ALL`], in nanoseconds.
    times: [AtomicU64; 5],
    directories: AtomicUsize,
    done: AtomicUsize,
    judgements: AtomicUsize,
    /// Set from outside where nobody waits for the run any longer.
    cancelled: Arc<AtomicBool>,
}

impl Watch {
    /// A watch over a run that ends early once the flag is set: what it gives is then not complete.
    pub(crate) fn cancelled_by(flag: Arc<AtomicBool>) -> Watch {
        Watch { cancelled: flag, ..Watch::default() }
    }

    /// Whether nobody waits for the run any longer.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Does some work and adds its time to a stage.
    pub(crate) fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let made = work();
        self.add(stage, start.elapsed());
        made
    }

    /// Adds to the time of a stage.
    pub(crate) fn add(&self, stage: Stage, time: Duration) {
        if let Some(sum) = self.times.get(stage as usize) {
            sum.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// The time of a stage, of all threads together.
    pub(crate) fn spent(&self, stage: Stage) -> Duration {
        Duration::from_nanos(self.times.get(stage as usize).map_or(0, |sum| sum.load(Ordering::Relaxed)))
    }

    /// Says how many directories with projects there are, of which none is done.
    pub(crate) fn announce(&self, directories: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.directories.store(directories, Ordering::Relaxed);
    }

    /// Says that a directory is done.
    pub(crate) fn finish_one(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Says that a project was judged; one may be judged twice, alone and over its base.
    pub(crate) fn judge_one(&self) {
        self.judgements.fetch_add(1, Ordering::Relaxed);
    }

    /// How many directories are done, and how many there are (0 while that is not known).
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.directories.load(Ordering::Relaxed))
    }

    /// How many times a project was judged.
    pub(crate) fn judgements(&self) -> usize {
        self.judgements.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_stage_add_up() {
        let watch = Watch::default();
        for stage in Stage::ALL {
            watch.add(stage, Duration::from_millis(2));
            assert_eq!(watch.time(stage, || 7), 7);
            assert!(watch.spent(stage) >= Duration::from_millis(2), "{}", stage.name());
        }
        watch.add(Stage::Rules, Duration::from_secs(9));
        assert!(watch.spent(Stage::Rules) >= Duration::from_secs(9));
        assert!(watch.spent(Stage::Facts) < Duration::from_secs(9));
        watch.announce(3);
        watch.finish_one();
        assert_eq!(watch.progress(), (1, 3));
    }
}
