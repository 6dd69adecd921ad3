//! How the containers of a service are stopped.

use super::types::Spanned;

/// `stop_grace_period` and `stop_signal`.
#[derive(Clone, Debug, Default)]
pub(crate) struct StopSettings {
    /// How long Docker waits before it kills the container, in nanoseconds.
    pub(crate) grace_period: Option<Spanned<i64>>,
    /// The signal with which it is asked to end.
    pub(crate) signal: Option<Spanned<String>>,
}
