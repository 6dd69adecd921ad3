//! What is wrong with the syntax of a file, as data.

use crate::source::Place;

/// A syntax error and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// Which error.
    pub(crate) kind: SyntaxKind,
    /// Where.
    pub(crate) at: Place,
}

/// A kind of syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxKind {
    /// An alias of an anchor that is not defined before it.
    UndefinedAlias {
        /// The name of the anchor.
        name: String,
    },
    /// A `?` at the start of a value in braces, where docker compose reads a key.
    KeyIndicator,
    /// A bracket right behind the colon of a plain key in braces, where docker compose reads the colon as a part of the key.
    ColonWithoutSpace,
    /// The parser cannot go on.
    Unreadable {
        /// The parser's own words.
        words: String,
        /// What most often is behind them.
        cause: Option<SyntaxCause>,
    },
}

/// What most often is behind an error of the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxCause {
    /// A tab where YAML wants spaces.
    Tab,
    /// A plain value that starts with `@`, a backtick or `%`.
    ReservedStart,
    /// `[` or `{` without its end.
    OpenBracket,
    /// A quote without its end.
    OpenQuote,
    /// `: ` inside a plain value.
    ColonInValue,
    /// A line that is indented unlike its neighbors.
    Indentation,
    /// A line without its colon, or a quote that is missing above it.
    MissingColon,
}
