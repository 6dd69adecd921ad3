//! What docker compose rejects or ignores in a project, as data: the loader says what is wrong and where, `rules` puts it
//! into words.

mod files;
mod project;
mod values;

use crate::budget::Limit;
use crate::compose::spec::schema::{Release, UnknownKey};
use crate::compose::value::Text;
use crate::compose::value::quote::Quote;
use crate::source::Place;

pub(crate) use files::{
    EnvFileProblem, EnvLine, EnvLineFlaw, ExtendsProblem, IncludeProblem, LinePosition, NearbyFile, Syntax,
};
pub(crate) use project::{Conflict, Missing, Resource, Undefined};
pub(crate) use values::{Cast, ExpectedValue, TypeProblem, ValueKind, ValueProblem};

/// What docker compose itself says of a project with a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The release that the loader follows rejects it, or plimsoll cannot see all that it would load.
    Rejected,
    /// That release rejects it, and this one takes it.
    NeedsNewer(Release),
    /// It loads, with what is wrong ignored.
    Accepted,
}

/// The number of a problem in the list of its load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ProblemId(pub(crate) usize);

/// Why there is a problem at all, where it is not a mistake of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Another problem of the same load.
    Problem(ProblemId),
    /// A variable without a value; the value that it is used in.
    Blank(Place),
    /// A value that is wrong itself.
    Value(Place),
    /// The service starts from one that is not found.
    Unresolved(String),
    /// A section that is not a mapping, so that nothing in it is known.
    Section(&'static str),
    /// What is missing may come after a syntax error.
    CutOff,
}

/// Another place that belongs to a problem.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Related {
    /// Where.
    pub(crate) place: Place,
    /// What is there.
    pub(crate) role: PlaceRole,
}

/// What another place has to do with a problem.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PlaceRole {
    /// The first of two that should be one.
    First,
    /// One of two that exclude each other.
    Opposite,
    /// The definition of what is meant.
    Definition,
    /// The same name in another file.
    OtherDefinition,
    /// The `include` that brings it.
    Include,
    /// The value of an earlier file.
    Overridden,
    /// Another use of the same thing, by a service.
    UsedBy(String),
    /// Another use of the same required variable.
    RequiredToo,
    /// Another file in the same directory.
    FileOfDirectory,
    /// A key of the service that lost its indentation, so that it reads as a service.
    Shifted(Text),
}

/// A problem, where it is, and what docker compose says.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// What is wrong.
    pub(crate) problem: Problem,
    /// Where.
    pub(crate) at: Place,
    /// What it is about, as a path of the model; empty where no part of the model is.
    pub(crate) about: Vec<Text>,
    /// The path with the numbers of the items on the way, from the stages that know them.
    pub(crate) path: Option<String>,
    /// Other places that belong to it.
    pub(crate) related: Vec<Related>,
    /// Whether the value is elsewhere too (through an alias, say), so that an edit would change more than this place.
    pub(crate) is_shared: bool,
    /// What docker compose says.
    pub(crate) verdict: Verdict,
    /// What it follows from; a consequence is not shown to people.
    pub(crate) caused_by: Option<Cause>,
}

impl Reported {
    /// A problem for which docker compose rejects the project.
    pub(crate) fn new(at: Place, about: &[Text], problem: Problem) -> Reported {
        Reported {
            problem,
            at,
            about: about.to_vec(),
            path: None,
            related: Vec::new(),
            is_shared: false,
            verdict: Verdict::Rejected,
            caused_by: None,
        }
    }

    /// A problem of a service.
    pub(crate) fn about_service(at: Place, name: &str, problem: Problem) -> Reported {
        Reported::new(at, &[Text::new_static("services"), name.into()], problem)
    }

    /// With another place.
    #[must_use]
    pub(crate) fn related(mut self, place: Place, role: PlaceRole) -> Reported {
        self.related.push(Related { place, role });
        self
    }

    /// Whether docker compose rejects the project for it, and it is a mistake of its own.
    pub(crate) fn is_rejection(&self) -> bool {
        self.verdict == Verdict::Rejected && self.caused_by.is_none()
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    /// The project costs more than plimsoll spends on one; what is beyond the limit is not loaded.
    Limit(Limit),
    /// The file is not readable YAML.
    Syntax(Syntax),
    /// A key that a mapping has twice.
    DuplicateKey {
        /// The key.
        key: Text,
    },
    /// A key that the specification does not have.
    UnknownKey(UnknownKey),
    /// A value of the wrong type.
    Type(TypeProblem),
    /// A value of the right type that docker compose cannot use.
    Value(ValueProblem),
    /// Something that must be there.
    Missing(Missing),
    /// Keys or values that exclude each other.
    Conflict(Conflict),
    /// A name that nothing in the project has.
    Undefined(Undefined),
    /// A service that depends on one of a profile that is not active.
    Inactive {
        /// The service that is not active.
        name: Quote,
        /// Its profiles.
        profiles: Vec<String>,
        /// Whether the dependency may be made optional.
        may_be_optional: bool,
    },
    /// Services that depend on each other, the first one again at the end.
    Cycle {
        /// Their names.
        path: Vec<String>,
    },
    /// An `include` that cannot be followed.
    Include(IncludeProblem),
    /// An `extends` that cannot be followed.
    Extends(ExtendsProblem),
    /// A `$` that starts no variable.
    Interpolation {
        /// What is written there; `None` in the value of a secret.
        written: Option<String>,
    },
    /// A variable that must have a value.
    Required {
        /// Its name.
        name: String,
        /// What the file says of it.
        message: String,
    },
    /// An env file or label file that cannot be read.
    EnvFile(EnvFileProblem),
    /// A line of an env file that cannot be read.
    EnvLine(EnvLine),
    /// Two mounts at one path of the container.
    MountTarget {
        /// The path.
        target: Quote,
    },
    /// Two services with one container name.
    ContainerName {
        /// The name.
        name: Quote,
    },
}

impl Problem {
    /// Whether all that the files say is known in spite of it.
    pub(crate) fn leaves_all_read(&self) -> bool {
        let of_service =
            matches!(self, Problem::EnvFile(EnvFileProblem::OfService { .. } | EnvFileProblem::BlankPath { .. }));
        of_service || matches!(self, Problem::Inactive { .. } | Problem::Cycle { .. })
    }

    /// Whether a file that the project includes is not known.
    pub(crate) fn is_unread_include(&self) -> bool {
        let Problem::Include(problem) = self else { return false };
        !matches!(problem, IncludeProblem::Cycle { .. } | IncludeProblem::Conflict { .. })
    }
}
