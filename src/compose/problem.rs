//! What docker compose rejects or ignores in a project, as data: the loader says what is wrong and where, `rules` puts it
//! into words.

use crate::compose::load::short::duration::DurationFlaw;
use crate::compose::load::short::hosts::HostFlaw;
use crate::compose::load::short::port::PortFlaw;
use crate::compose::load::short::size::SizeFlaw;
use crate::compose::load::short::volume::VolumeFlaw;
use crate::compose::load::short::words::WordsFlaw;
use crate::compose::spec::schema::{Release, UnknownKey, Violation};
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Text, Value};
use crate::source::{LoadError, Place};
use crate::yaml::SyntaxKind;

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
    /// What is missing may stand behind a syntax error.
    CutOff,
}

/// Another place that belongs to a problem.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Related {
    /// Where.
    pub(crate) place: Place,
    /// What is there.
    pub(crate) role: Role,
}

/// What another place has to do with a problem.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
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
    /// Whether the value stands elsewhere too (through an alias, say), so that an edit would change more than this place.
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
    pub(crate) fn of_service(at: Place, name: &str, problem: Problem) -> Reported {
        Reported::new(at, &[Text::new_static("services"), name.into()], problem)
    }

    /// With another place.
    #[must_use]
    pub(crate) fn related(mut self, place: Place, role: Role) -> Reported {
        self.related.push(Related { place, role });
        self
    }

    /// As a consequence of something else.
    #[must_use]
    pub(crate) fn caused_by(mut self, cause: Cause) -> Reported {
        self.caused_by = Some(cause);
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

/// What is wrong with the syntax of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// What the parser found.
    Parser(SyntaxKind),
    /// The Compose file itself cannot be read.
    Unreadable {
        /// The name of the file.
        name: String,
        /// Why.
        error: LoadError,
    },
    /// An alias inside its own anchor.
    RecursiveAlias,
    /// A value that does not fit its tag.
    Tag {
        /// The tag.
        tag: String,
    },
    /// Aliases that expand to too much.
    TooLarge {
        /// How many values there may be.
        limit: usize,
    },
}

/// A kind of value, as far as messages tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing written.
    Empty,
    /// `null`.
    Null,
    /// A boolean.
    Bool,
    /// A whole number.
    Int,
    /// Another number.
    Float,
    /// A text.
    Text,
    /// A date.
    Timestamp,
    /// A list.
    List,
    /// A mapping.
    Map,
}

impl Kind {
    /// The kind of a value.
    pub(crate) fn of(value: &Value) -> Kind {
        match &value.data {
            Data::Null if value.place.span.start == value.place.span.end => Kind::Empty,
            Data::Null => Kind::Null,
            Data::Bool(_) => Kind::Bool,
            Data::Int(_) | Data::Large(_) => Kind::Int,
            Data::Float(_) => Kind::Float,
            Data::Text(_) => Kind::Text,
            Data::Timestamp(_) => Kind::Timestamp,
            Data::List(_) => Kind::List,
            Data::Map(_) => Kind::Map,
        }
    }
}

/// What the decoder wants at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A text.
    Text,
    /// A text or a list of texts.
    TextOrTexts,
    /// A list of texts.
    Texts,
    /// A list.
    List,
    /// A mapping.
    Map,
    /// A mapping or a list.
    MapOrList,
    /// An address or a list of them.
    Addresses,
    /// A whole number.
    Int,
    /// A whole number or a mapping.
    IntOrMap,
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// A file mode.
    FileMode,
    /// `all` or a number of devices.
    DeviceCount,
}

/// What docker compose casts a text to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    /// A boolean.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Float,
}

/// A value of the wrong type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TypeProblem {
    /// A file that is no mapping.
    File {
        /// What it is.
        found: Kind,
    },
    /// A list or mapping as a key.
    CollectionAsKey,
    /// A key that YAML reads as something else than a text.
    Key {
        /// The key.
        key: Text,
        /// What YAML reads.
        found: Kind,
    },
    /// A merge key whose value is no mapping.
    MergeKey,
    /// A text that docker compose cannot cast.
    Cast {
        /// The key.
        key: Text,
        /// What it casts to.
        to: Cast,
        /// The text.
        text: Quote,
    },
    /// A value that the decoder cannot use.
    Decoded {
        /// The key, `None` for the project itself.
        key: Option<Text>,
        /// What it wants.
        wanted: Wanted,
        /// What is there.
        found: Kind,
    },
    /// A value that cannot override one of another type.
    Override {
        /// The key.
        key: Text,
        /// What is here.
        found: Kind,
        /// What is overridden.
        base: Kind,
    },
    /// `include` that is no list.
    Include,
    /// A value that does not fit the specification.
    Schema(Violation),
}

/// A value of the right type that docker compose cannot use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ValueProblem {
    /// A text that docker compose reads as a boolean.
    BooleanWord {
        /// The key.
        key: Text,
        /// The text.
        text: Quote,
        /// What is read.
        flag: bool,
    },
    /// A `name=value` without `=`.
    NoEquals(Quote),
    /// A mount in short form.
    Volume(Quote, VolumeFlaw),
    /// A device with too many parts.
    Device(Quote),
    /// A port with a fraction.
    FloatPort(Quote),
    /// A port in short form; which part is wrong.
    Port(Quote, PortFlaw),
    /// A command with a quote that is not closed, say.
    Command(WordsFlaw),
    /// The name of a variable that ends with whitespace.
    TrailingSpace(Quote),
    /// An entry of `extra_hosts`.
    Host(Quote, HostFlaw),
    /// A text that is no boolean.
    Boolean(Quote),
    /// A number below zero.
    Negative(Quote),
    /// A text that is no number.
    Number(Quote),
    /// A size.
    Size(Quote, SizeFlaw),
    /// A duration.
    Duration(Quote, DurationFlaw),
    /// A file mode.
    FileMode(Quote),
    /// A number of devices.
    DeviceCount(Quote),
    /// A text that is no whole number.
    Integer(Quote),
    /// The format of an env file.
    EnvFileFormat(Quote),
    /// The name of the project.
    ProjectName(String),
    /// An IP address.
    Address(Quote),
    /// An empty `path`.
    EmptyPath,
    /// The first word of a healthcheck's `test`.
    Healthcheck {
        /// The keyword that it is in capitals, if it is one.
        keyword: Option<&'static str>,
    },
    /// A number of containers below zero.
    NegativeScale {
        /// The key that gives it.
        key: &'static str,
    },
    /// A value that does not fit the specification.
    Schema(Violation),
}

/// Something that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Everything: the file is empty.
    Services,
    /// The name of the project.
    ProjectName,
    /// What identifies an entry of a list.
    EntryKey(&'static str),
    /// The source of a secret or config: one of these keys.
    OneOf(&'static [&'static str]),
    /// The source of a bind mount.
    BindSource,
    /// The image of a service.
    Image {
        /// The service.
        service: String,
    },
    /// The target of a `watch`.
    WatchTarget {
        /// Its action.
        action: &'static str,
    },
    /// A secret whose source is blank.
    SecretSource {
        /// The secret.
        name: String,
    },
    /// A key that the specification requires.
    Key {
        /// The key.
        key: &'static str,
        /// What lacks it: `a service`.
        title: &'static str,
        /// The name of the one that lacks it.
        owner: Option<Text>,
    },
}

/// Keys or values that exclude each other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Conflict {
    /// `name` and `external.name` differ.
    ExternalNames,
    /// A key beside `external: true`.
    External {
        /// The key.
        key: Text,
    },
    /// Two sources of one secret or config.
    Sources(&'static str, &'static str),
    /// `count` and `device_ids`.
    CountOrIds,
    /// `dockerfile` and `dockerfile_inline`.
    Dockerfile,
    /// A platform that `build.platforms` lacks.
    Platform(Quote),
    /// `network_mode` and `networks`.
    NetworkMode,
    /// Several containers with one name.
    ReplicasWithName {
        /// How many.
        count: i64,
        /// The name.
        name: Quote,
    },
    /// A limit beside a group of limits that does not set it.
    LimitBesideGroup {
        /// The key of the service.
        key: &'static str,
        /// The group below `deploy.resources`.
        section: &'static str,
        /// The key in it.
        inner: &'static str,
    },
    /// Two keys for one thing, with different values.
    Differ {
        /// The first.
        key: &'static str,
        /// The second, as a path below the service.
        other: String,
    },
}

/// What a name may be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Resource {
    /// A service.
    Service,
    /// A network.
    Network,
    /// A volume.
    Volume,
    /// A secret.
    Secret,
    /// A config.
    Config,
    /// A model.
    Model,
}

impl Resource {
    /// The word for one of them.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Resource::Service => "service",
            Resource::Network => "network",
            Resource::Volume => "volume",
            Resource::Secret => "secret",
            Resource::Config => "config",
            Resource::Model => "model",
        }
    }

    /// The section at top level.
    pub(crate) fn section(self) -> &'static str {
        match self {
            Resource::Service => "services",
            Resource::Network => "networks",
            Resource::Volume => "volumes",
            Resource::Secret => "secrets",
            Resource::Config => "configs",
            Resource::Model => "models",
        }
    }
}

/// A name that nothing in the project has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Undefined {
    /// No such resource.
    Name {
        /// What it should be.
        kind: Resource,
        /// The name.
        name: Quote,
        /// The service that uses it.
        service: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A build context that is a service without `build`.
    NotBuilt {
        /// That service.
        name: Quote,
    },
}

/// An `include` that cannot be followed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IncludeProblem {
    /// The path has a variable without a value.
    BlankPath,
    /// A file elsewhere.
    Remote(Quote),
    /// Files that include each other.
    Cycle {
        /// Their names, the first one again at the end.
        names: Vec<String>,
    },
    /// A file that cannot be read.
    Unreadable {
        /// The last part of its path.
        name: Quote,
        /// Why.
        error: LoadError,
    },
    /// A name that both files define, differently.
    Conflict {
        /// The name.
        name: Text,
    },
}

/// An `extends` that cannot be followed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExtendsProblem {
    /// A file elsewhere.
    Remote(Quote),
    /// A file that cannot be read.
    Unreadable {
        /// The path, from the file that names it.
        file: Quote,
        /// Why.
        error: LoadError,
    },
    /// A file without services.
    NoServices(Quote),
    /// No such service.
    Undefined {
        /// The service that extends it.
        service: String,
        /// The name.
        wanted: Quote,
        /// The file that should have it, if another one.
        file: Option<Quote>,
        /// The services it has.
        known: Vec<String>,
    },
    /// Services that extend each other, the first one again at the end.
    Cycle {
        /// Their names.
        names: Vec<String>,
    },
}

/// An env file or label file that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EnvFileProblem {
    /// The project's own.
    OfProject {
        /// The path, from the Compose file.
        name: String,
        /// Why.
        error: LoadError,
    },
    /// That of an `include`.
    OfInclude {
        /// The path as the file has it.
        written: Quote,
        /// The path, from the file that names it.
        path: Quote,
        /// The last part of the path.
        name: Quote,
        /// Whether a directory is there.
        is_directory: bool,
    },
    /// The `label_file` of a service.
    OfLabels {
        /// The path, as the file has it.
        written: Quote,
        /// The path, from the file that names it.
        path: Quote,
        /// Why.
        error: LoadError,
    },
    /// The `env_file` of a service, whose path has a variable without a value.
    BlankPath {
        /// The path, from the file that names it.
        path: Quote,
    },
    /// The `env_file` of a service.
    OfService {
        /// The path, as the file has it.
        written: Quote,
        /// The path, from the file that names it.
        path: Quote,
        /// Why.
        error: LoadError,
        /// What is known of the place where it should be.
        around: Around,
    },
}

impl EnvFileProblem {
    /// The path from the file that names it, for all but the project's own.
    pub(crate) fn path(&self) -> Option<&Quote> {
        match self {
            EnvFileProblem::OfProject { .. } => None,
            EnvFileProblem::OfInclude { path, .. }
            | EnvFileProblem::OfLabels { path, .. }
            | EnvFileProblem::BlankPath { path }
            | EnvFileProblem::OfService { path, .. } => Some(path),
        }
    }
}

/// What is next to a missing file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    /// It is outside of the repository: a path of the host.
    Host,
    /// Outside of the repository, by a relative path.
    Outside,
    /// An example of it.
    Example(String),
    /// A file with nearly its name.
    Near(String),
    /// Nothing like it.
    Nothing,
}

/// A line of an env file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvLine {
    /// What is wrong with it.
    pub(crate) flaw: EnvLineFlaw,
    /// Where it comes in the file.
    pub(crate) position: LinePosition,
}

/// Where a line of an env file comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinePosition {
    /// Before all variables.
    Start,
    /// Behind the line of a variable.
    Behind(String),
    /// In a file whose lines are taken as they are; what stands before the `=`.
    Raw(String),
}

/// What is wrong with a line of an env file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EnvLineFlaw {
    /// A name with whitespace in it.
    KeyWithSpace,
    /// A `=` without a name before it.
    NoKey,
    /// A character that no name has.
    UnexpectedCharacter(char),
    /// A quote without its end.
    UnterminatedQuote,
    /// `export` without a name.
    ExportOfNothing,
    /// A `$` that starts no variable.
    InvalidInterpolation,
    /// A variable that must have a value.
    Required {
        /// Its name.
        name: String,
        /// What the file says of it.
        message: String,
    },
}
