//! What a change does to what would run: which ports it opens, which data it leaves behind, what no longer starts.

mod builds;
mod environment;
mod files;
mod images;
mod labels;
mod networks;
mod pairs;
mod ports;
mod privileges;
mod services;
mod settings;
mod sides;
mod starts;
mod startup;
mod storage;
mod values;
mod variables;
mod words;

use std::path::Path;

use crate::finding::{HeldIn, Severity};
use crate::report::Report;
use crate::since::Before;
use crate::source::SourceDb;
use crate::workspace::{self, Memory, Request};
use sides::Root;

/// What a change does to the projects of a request.
#[derive(Debug, Default)]
pub(crate) struct DeploymentDiff {
    /// The revision, as it was asked for.
    pub(crate) revision: String,
    /// The projects that it changes, by their directories.
    pub(crate) projects: Vec<ProjectChanges>,
    /// How many projects there are, before or now.
    pub(crate) compared: usize,
    /// How many errors and warnings are new, and how many are gone.
    pub(crate) findings: [usize; 2],
    /// What could not be judged, now.
    pub(crate) failures: Vec<String>,
}

/// What a change does to one project.
#[derive(Debug)]
pub(crate) struct ProjectChanges {
    /// The Compose file or the directory that people know it by, as the output shows paths.
    pub(crate) title: String,
    /// The changes, by topic, those with a risk first.
    pub(crate) changes: Vec<DeploymentChange>,
}

/// One thing that is not as it was.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DeploymentChange {
    /// What it is about.
    pub(crate) topic: Topic,
    /// Which way it goes.
    pub(crate) effect: Effect,
    /// The key of the Compose file: `ports`, `healthcheck`; `services` where the service itself comes or goes.
    pub(crate) key: String,
    /// The service, by its name now; `None` where it is about the project.
    pub(crate) service: Option<String>,
    /// The network, volume, secret or config of the project that it is about.
    pub(crate) resource: Option<String>,
    /// One clause that says what follows, secrets masked.
    pub(crate) message: String,
    /// The same without the service that it begins with, so that one line can tell it of several.
    pub(crate) predicate: Option<String>,
    /// Whether somebody should look at it before it is deployed.
    pub(crate) is_risky: bool,
    /// Where it is written.
    pub(crate) place: Option<ChangePlace>,
    /// Where else, in the files of other invocations.
    pub(crate) also: Vec<ChangePlace>,
    /// The invocations that it holds in; empty where it holds in all.
    pub(crate) only: Vec<HeldIn>,
}

/// What a change is about, in the order of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// Who can reach what, and what a container may do.
    Access,
    /// What happens to data.
    Data,
    /// What starts, when, and what that needs.
    Start,
    /// What runs.
    Run,
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// More can be reached or done than before.
    Opens,
    /// Less can.
    Closes,
    /// Something is there that was not.
    Adds,
    /// Something is gone.
    Drops,
    /// Something is elsewhere.
    Moves,
    /// Something is different.
    Changes,
}

/// Where a change is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangePlace {
    /// The file, as the output shows paths.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: u32,
    /// Whether the file is that of the revision: what is there is gone.
    pub(crate) is_then: bool,
}

impl DeploymentChange {
    fn new(topic: Topic, effect: Effect, key: &str, message: String) -> DeploymentChange {
        DeploymentChange {
            topic,
            effect,
            key: key.to_owned(),
            service: None,
            resource: None,
            message,
            predicate: None,
            is_risky: false,
            place: None,
            also: Vec::new(),
            only: Vec::new(),
        }
    }

    fn about(mut self, service: &str) -> DeploymentChange {
        self.service = Some(service.to_owned());
        self.predicate = self.message.strip_prefix(&format!("`{service}` ")).map(str::to_owned);
        self
    }

    fn of_resource(mut self, name: &str) -> DeploymentChange {
        self.resource = Some(name.to_owned());
        self
    }

    fn risky_if(mut self, is_risky: bool) -> DeploymentChange {
        self.is_risky = is_risky;
        self
    }

    fn at(mut self, place: impl Into<Option<ChangePlace>>) -> DeploymentChange {
        self.place = place.into();
        self
    }
}

/// Compares the projects of a request with what they were; `earlier` is the configuration's start.
///
/// # Errors
/// The repository does not hold a text that was needed.
pub(crate) fn compare(
    before: &Before,
    sources: &SourceDb,
    request: &Request,
    start: &Path,
) -> Result<DeploymentDiff, String> {
    let then = before.judge(request, start)?;
    let earlier = before.earlier(then.as_ref(), &request.directory);
    let memory = Memory::default();
    let request = Request { earlier: Some(earlier.clone()), ..request.clone() };
    let (report, opened) = workspace::check_again(sources, &request, &memory);
    let base = request.directory.as_path();
    let now = Root { sources, memory: &memory, base, is_then: false, report: &report };
    let (projects, compared) = match &then {
        Some(then) => {
            let sources = before.sources();
            let root = Root { sources, memory: &then.memory, base, is_then: true, report: &then.report };
            pairs::compare(before, (&root, &then.opened), (&now, &opened))
        }
        None => {
            let (nothing, none, empty) = (SourceDb::new(), Memory::default(), Report::default());
            let root = Root { sources: &nothing, memory: &none, base, is_then: true, report: &empty };
            pairs::compare(before, (&root, &[]), (&now, &opened))
        }
    };
    let counts = |severity: Severity| severity >= Severity::Warning;
    let new = report.active().filter(|finding| counts(finding.severity)).count();
    let prints = before.prints(&report, sources, base);
    let is_gone = |print: &String, severity: Severity| counts(severity) && !prints.contains(print);
    let gone = earlier.severities.iter().filter(|(print, severity)| is_gone(print, **severity)).count();
    Ok(DeploymentDiff {
        revision: before.revision().to_owned(),
        projects,
        compared,
        findings: [new, gone],
        failures: report.failures,
    })
}
