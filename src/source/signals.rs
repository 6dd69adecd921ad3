//! Signals that end the process: they wait while a file is written, so that no copy is left behind.

/// Does something that is not interrupted. What a signal asked for meanwhile happens right after it.
#[cfg(unix)]
pub(super) fn held<T>(act: impl FnOnce() -> T) -> T {
    gate::GATE.hold(act)
}

/// Does something.
#[cfg(not(unix))]
pub(super) fn held<T>(act: impl FnOnce() -> T) -> T {
    act()
}

#[cfg(unix)]
mod gate {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, LazyLock, Mutex, PoisonError};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::{flag, low_level};

    /// What ends the process in the terminal and on a CI runner.
    const SIGNALS: [i32; 3] = [SIGHUP, SIGINT, SIGTERM];

    /// Made with the first file that is written.
    pub(super) static GATE: LazyLock<Gate> = LazyLock::new(Gate::new);

    /// The signals that wait.
    pub(super) struct Gate {
        /// Whether none has to.
        is_open: Arc<AtomicBool>,
        waiting: Vec<(i32, Arc<AtomicBool>)>,
        writing: Mutex<()>,
    }

    impl Gate {
        fn new() -> Gate {
            let is_open = Arc::new(AtomicBool::new(true));
            let waiting = SIGNALS.map(|signal| (signal, Arc::new(AtomicBool::new(false))));
            for (signal, is_waiting) in &waiting {
                // Without a handler the signal does what it always does.
                let _ = flag::register_conditional_default(*signal, Arc::clone(&is_open));
                let _ = flag::register(*signal, Arc::clone(is_waiting));
            }
            Gate { is_open, waiting: waiting.into(), writing: Mutex::default() }
        }

        pub(super) fn hold<T>(&self, act: impl FnOnce() -> T) -> T {
            let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            self.is_open.store(false, Ordering::SeqCst);
            let done = act();
            self.is_open.store(true, Ordering::SeqCst);
            drop(writing);
            for (signal, is_waiting) in &self.waiting {
                if is_waiting.swap(false, Ordering::SeqCst) {
                    let _ = low_level::emulate_default_handler(*signal);
                }
            }
            done
        }
    }
}
