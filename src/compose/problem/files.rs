//! What is wrong with files: their syntax, those that others name, and env files.

use crate::compose::value::Text;
use crate::compose::value::quote::Quote;
use crate::source::LoadError;
use crate::yaml::SyntaxKind;

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
    /// A file in a directory that is not there.
    NoDirectory {
        /// The last part of its path.
        name: Quote,
        /// The directory, from the file that names it.
        directory: Quote,
        /// Whether a file of that name is next to the file that names it.
        is_beside: bool,
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
        around: NearbyFile,
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
pub(crate) enum NearbyFile {
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
    /// The line of this variable, behind another that cannot be read.
    Of(String),
    /// In a file whose lines are not interpreted; what precedes the `=`.
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
