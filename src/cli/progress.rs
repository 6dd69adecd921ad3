//! The progress bar of a long run, on standard error.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::progress::Watch;

/// How long a run may take before it says where it is.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a drawing is.
const TICK: Duration = Duration::from_millis(100);

/// Does some work; where there is a watch and the work takes long, a bar shows how far it is.
pub(super) fn during<T>(watch: Option<&Watch>, work: impl FnOnce() -> T) -> T {
    let Some(watch) = watch else { return work() };
    let (done, wait) = mpsc::channel::<()>();
    thread::scope(|scope| {
        // Without the thread there is no bar, and the work goes on.
        let _ = thread::Builder::new().spawn_scoped(scope, || draw(watch, wait));
        let made = work();
        drop(done);
        made
    })
}

fn draw(watch: &Watch, wait: Receiver<()>) {
    let goes_on = |time: Duration| wait.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !goes_on(PATIENCE) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    loop {
        let (done, all) = watch.progress();
        let template = if all == 0 { "{spinner} looking for projects" } else { "{spinner} {pos} of {len} directories" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_length(all as u64);
        bar.set_position(done as u64);
        bar.tick();
        if !goes_on(TICK) {
            break;
        }
    }
    bar.finish_and_clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_done_once_whether_seen_or_not() {
        let watch = Watch::default();
        let mut times = 0;
        assert_eq!(during(None, || 1), 1);
        assert_eq!(
            during(Some(&watch), || {
                times += 1;
                times
            }),
            1
        );
        // Long enough for a drawing, which a test has no terminal for.
        let long = || thread::sleep(PATIENCE + TICK * 2);
        during(Some(&watch), long);
    }
}
