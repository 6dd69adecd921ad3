//! How a project is judged.

use crate::discover::invocations::{Engine, Invocation, Purpose};
use crate::facts::repository::purpose;
use crate::workspace::fragments::{Depth, EntryStatus};

/// How a project is judged.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) depth: Depth,
    pub(super) standing: EntryStatus,
    /// Whether somebody says that it is started like this.
    pub(super) is_default: bool,
    /// What it is started for, where that is written.
    pub(super) purpose: Option<Purpose>,
    /// Whether it is deployed to a swarm.
    pub(super) swarm: bool,
}

impl Manner {
    pub(super) const DEFAULT: Manner =
        Manner { depth: Depth::Whole, standing: EntryStatus::Project, is_default: true, purpose: None, swarm: false };
}

/// How a command starts a project.
pub(super) fn manner_of(invocation: &Invocation) -> Manner {
    let purpose = invocation.is_purpose_written.then_some(invocation.purpose);
    Manner { purpose, swarm: invocation.engine == Engine::Swarm, ..Manner::DEFAULT }
}

pub(super) fn purpose_of(purpose: Purpose) -> purpose::FilePurpose {
    match purpose {
        Purpose::Test => purpose::FilePurpose::Test,
        Purpose::Develop => purpose::FilePurpose::Development,
        Purpose::Deploy => purpose::FilePurpose::Any,
    }
}
