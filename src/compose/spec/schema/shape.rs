//! What a shape is: which kinds of nodes the specification takes at a place, and what must hold for each of them.

use super::release::Release;
use crate::compose::value::Data;

/// A set of scalar kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scalars(u8);

impl Scalars {
    /// No scalar.
    pub(crate) const NONE: Scalars = Scalars(0);
    /// Text.
    pub(crate) const TEXT: Scalars = Scalars(1);
    /// `true`, `false`.
    pub(crate) const BOOL: Scalars = Scalars(2);
    /// A whole number; `1.0` is one.
    pub(crate) const INTEGER: Scalars = Scalars(4);
    /// Any number.
    pub(crate) const NUMBER: Scalars = Scalars(8);
    /// Nothing, or `null`.
    pub(crate) const NULL: Scalars = Scalars(16);

    /// Either of two sets.
    pub(crate) const fn or(self, other: Scalars) -> Scalars {
        Scalars(self.0 | other.0)
    }

    /// Whether a kind is in the set.
    pub(crate) const fn has(self, other: Scalars) -> bool {
        self.0 & other.0 != 0
    }
}

/// What must hold for a text. The patterns of the schema search: they are not anchored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextRule {
    /// Anything goes.
    Free,
    /// One of these words.
    Words(&'static [&'static str]),
    /// `[a-zA-Z0-9][a-zA-Z0-9_.-]+`
    ContainerName,
    /// `always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+`
    PullPolicy,
}

/// How people write an entry of a list, which tells what a mapping that slipped in was meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryStyle {
    /// Free words: a part of a command.
    Words,
    /// `KEY=value`; the values may be secret.
    Pairs,
    /// `a:b`
    Joined,
    /// The name of something, which may also be a key with settings.
    Names,
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SchemaList {
    /// What each item must be.
    pub(crate) item: &'static SchemaShape,
    /// Whether no two items may be equal.
    pub(crate) unique: bool,
    /// How an item is written.
    pub(crate) style: EntryStyle,
}

/// Which names a table takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AllowedNames {
    /// `^[a-zA-Z0-9._-]+$`
    Word,
    /// `^[a-z]+$`
    Lower,
    /// `.+`
    Filled,
    /// `^.+$`
    OneLine,
}

impl AllowedNames {
    /// Whether the schema's pattern matches a name.
    pub(crate) fn matches(self, name: &str) -> bool {
        match self {
            AllowedNames::Word => !name.is_empty() && name.bytes().all(is_word_byte),
            AllowedNames::Lower => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()),
            AllowedNames::Filled => name.chars().any(|character| character != '\n'),
            AllowedNames::OneLine => !name.is_empty() && !name.contains('\n'),
        }
    }
}

/// A mapping whose keys are names that the author chooses.
#[derive(Debug)]
pub(crate) struct Table {
    /// What a name stands for: `a service`.
    pub(crate) title: &'static str,
    /// Which names there may be.
    pub(crate) names: AllowedNames,
    /// Whether another name is refused; in an open table the value under it is not looked at.
    pub(crate) closed: bool,
    /// What is under a name.
    pub(crate) value: &'static SchemaShape,
}

/// A mapping whose keys the specification lists.
#[derive(Debug)]
pub(crate) struct Struct {
    /// What it describes: `a service`.
    pub(crate) title: &'static str,
    /// All keys.
    pub(crate) keys: &'static [SchemaKey],
    /// Keys that must be there.
    pub(crate) required: &'static [&'static str],
    /// Whether keys that start with `x-` are free.
    pub(crate) extensions: bool,
    /// Whether Compose refuses a key that is not listed; otherwise it ignores the key.
    pub(crate) closed: bool,
}

impl Struct {
    /// A structure that takes `x-` keys and refuses unknown ones.
    pub(crate) const fn new(title: &'static str, keys: &'static [SchemaKey]) -> Struct {
        Struct { title, keys, required: &[], extensions: true, closed: true }
    }

    /// With keys that must be there.
    pub(crate) const fn required(self, required: &'static [&'static str]) -> Struct {
        Struct { required, ..self }
    }

    /// Without `x-` keys.
    pub(crate) const fn without_extensions(self) -> Struct {
        Struct { extensions: false, ..self }
    }

    /// Ignoring keys that are not listed.
    pub(crate) const fn open(self) -> Struct {
        Struct { closed: false, ..self }
    }

    /// The key of a name.
    pub(crate) fn key(&self, name: &str) -> Option<&'static SchemaKey> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// What the specification says of a key.
#[derive(Debug)]
pub(crate) struct SchemaKey {
    /// Its name.
    pub name: &'static str,
    /// What is under it.
    pub shape: &'static SchemaShape,
    /// What it is for: one line without a full stop, of at most 110 characters.
    pub(crate) doc: &'static str,
    /// The first docker compose that takes it; none where all of version 2 do, or it is as old as what it is in.
    pub(crate) since: Option<Release>,
    /// What to do instead, where the specification advises against it.
    pub(crate) deprecated: Option<&'static str>,
}

impl SchemaKey {
    /// Whether docker compose 2.40.3 refuses the key because it is newer.
    pub(crate) fn is_newer(&self) -> bool {
        self.since.is_some_and(|release| release > Release::REFERENCE)
    }

    /// With the first docker compose that takes it.
    pub(crate) const fn since(self, major: u16, minor: u16, patch: u16) -> SchemaKey {
        SchemaKey { since: Some(Release { major, minor, patch }), ..self }
    }

    /// Advised against.
    pub(crate) const fn deprecated(self, instead: &'static str) -> SchemaKey {
        SchemaKey { deprecated: Some(instead), ..self }
    }
}

/// A key of the specification.
pub(crate) const fn key(name: &'static str, shape: &'static SchemaShape, doc: &'static str) -> SchemaKey {
    SchemaKey { name, shape, doc, since: None, deprecated: None }
}

/// What a mapping must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mapping {
    /// None may be here.
    No,
    /// Anything goes in it.
    Free,
    /// Listed keys.
    Struct(&'static Struct),
    /// Chosen names.
    Table(&'static Table),
}

/// What may be at a place. The schema's `oneOf` always chooses by the kind of the node, so a shape says for each
/// kind what must hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SchemaShape {
    /// Which scalars.
    pub(crate) scalars: Scalars,
    /// What must hold for a text.
    pub(crate) text: TextRule,
    /// Least and greatest number.
    pub(crate) range: (i64, i64),
    /// What must hold for a list, if there may be one.
    pub(crate) list: Option<SchemaList>,
    /// What must hold for a mapping.
    pub(crate) map: Mapping,
    /// Whether a number or a boolean that is here was surely meant as the text that it looks like.
    pub(crate) quotable: bool,
    /// What to write instead of a scalar of the wrong kind, where quotes alone do not fix it.
    pub(crate) hint: Option<&'static str>,
}

/// Each shape is one entry of the table.
impl PartialEq for SchemaShape {
    fn eq(&self, other: &SchemaShape) -> bool {
        std::ptr::eq(self, other)
    }
}

impl SchemaShape {
    /// Whether nothing but a mapping may be there.
    pub(crate) fn is_mapping_only(&self) -> bool {
        self.scalars == Scalars::NONE && self.list.is_none() && !matches!(self.map, Mapping::No)
    }

    /// Scalars of some kinds.
    pub(crate) const fn from_scalars(scalars: Scalars) -> SchemaShape {
        SchemaShape {
            scalars,
            text: TextRule::Free,
            range: (i64::MIN, i64::MAX),
            list: None,
            map: Mapping::No,
            quotable: false,
            hint: None,
        }
    }

    /// Text for which a number or a boolean needs quotes only.
    pub(crate) const fn quotable(self) -> SchemaShape {
        SchemaShape { quotable: true, ..self }
    }

    /// With words on what to write.
    pub(crate) const fn hint(self, hint: &'static str) -> SchemaShape {
        SchemaShape { hint: Some(hint), ..self }
    }

    /// With a rule for text.
    pub(crate) const fn text(self, text: TextRule) -> SchemaShape {
        SchemaShape { text, ..self }
    }

    /// With a least and a greatest number.
    pub(crate) const fn within(self, least: i64, greatest: i64) -> SchemaShape {
        SchemaShape { range: (least, greatest), ..self }
    }

    /// Or a list.
    pub(crate) const fn or_list(self, item: &'static SchemaShape, style: EntryStyle) -> SchemaShape {
        SchemaShape { list: Some(SchemaList { item, unique: false, style }), ..self }
    }

    /// Or a list without equal items.
    pub(crate) const fn or_set(self, item: &'static SchemaShape, style: EntryStyle) -> SchemaShape {
        SchemaShape { list: Some(SchemaList { item, unique: true, style }), ..self }
    }

    /// Or a mapping.
    pub(crate) const fn or_map(self, map: Mapping) -> SchemaShape {
        SchemaShape { map, ..self }
    }

    /// A list and nothing else.
    pub(crate) const fn list(item: &'static SchemaShape, style: EntryStyle) -> SchemaShape {
        SchemaShape::from_scalars(Scalars::NONE).or_list(item, style)
    }

    /// A list without equal items and nothing else.
    pub(crate) const fn set(item: &'static SchemaShape, style: EntryStyle) -> SchemaShape {
        SchemaShape::from_scalars(Scalars::NONE).or_set(item, style)
    }

    /// A mapping with listed keys and nothing else.
    pub(crate) const fn structure(structure: &'static Struct) -> SchemaShape {
        SchemaShape::from_scalars(Scalars::NONE).or_map(Mapping::Struct(structure))
    }

    /// A mapping with chosen names and nothing else.
    pub(crate) const fn table(table: &'static Table) -> SchemaShape {
        SchemaShape::from_scalars(Scalars::NONE).or_map(Mapping::Table(table))
    }

    /// Whether nodes of this kind are allowed here, whatever is in them.
    pub(crate) fn accepts(&self, data: &Data) -> bool {
        match data {
            Data::Null => self.scalars.has(Scalars::NULL),
            Data::Bool(_) => self.scalars.has(Scalars::BOOL),
            Data::Int(_) | Data::Large(_) => self.scalars.has(Scalars::INTEGER.or(Scalars::NUMBER)),
            Data::Float(number) => {
                let whole = number.is_finite() && number.fract() == 0.0;
                self.scalars.has(Scalars::NUMBER) || whole && self.scalars.has(Scalars::INTEGER)
            }
            Data::Text(_) => self.scalars.has(Scalars::TEXT),
            Data::Timestamp(_) => false,
            Data::List(_) => self.list.is_some(),
            Data::Map(_) => !matches!(self.map, Mapping::No),
        }
    }
}

impl TextRule {
    /// Whether a text is fine.
    pub(crate) fn contains(self, text: &str) -> bool {
        match self {
            TextRule::Free => true,
            TextRule::Words(words) => words.contains(&text),
            TextRule::ContainerName => text
                .as_bytes()
                .windows(2)
                .any(|pair| matches!(pair, [first, second] if first.is_ascii_alphanumeric() && is_word_byte(*second))),
            TextRule::PullPolicy => {
                PULL_POLICIES.iter().any(|word| text.contains(word)) || text.split("every_").skip(1).any(starts_period)
            }
        }
    }
}

/// The words of `pull_policy`, next to `every_` with a duration.
pub(crate) const PULL_POLICIES: &[&str] =
    &["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];

/// `^[0-9]+[wdhms]`
fn starts_period(text: &str) -> bool {
    let unit = text.trim_start_matches(|character: char| character.is_ascii_digit());
    unit.len() < text.len() && unit.starts_with(['w', 'd', 'h', 'm', 's'])
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Text.
pub(crate) static TEXT: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).quotable();
/// A duration. The schema takes any text; what is not a duration fails later, as does a number in quotes.
pub(crate) static DURATION: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).hint("use a duration with a unit, such as `10s`");
/// `true` or `false`.
pub(crate) static BOOL: SchemaShape = SchemaShape::from_scalars(Scalars::BOOL);
/// `true` or `false`, or text that stands for it.
pub(crate) static FLAG: SchemaShape =
    SchemaShape::from_scalars(Scalars::BOOL.or(Scalars::TEXT)).hint("use `true` or `false`");
/// A whole number, or text that stands for it.
pub(crate) static INTEGER_OR_TEXT: SchemaShape = SchemaShape::from_scalars(Scalars::INTEGER.or(Scalars::TEXT));
/// A whole number.
pub(crate) static INTEGER: SchemaShape = SchemaShape::from_scalars(Scalars::INTEGER);
/// A number.
pub(crate) static NUMBER: SchemaShape = SchemaShape::from_scalars(Scalars::NUMBER);
/// A number, or text that stands for it.
pub(crate) static NUMBER_OR_TEXT: SchemaShape = SchemaShape::from_scalars(Scalars::NUMBER.or(Scalars::TEXT));
/// A list of texts.
pub(crate) static TEXTS: SchemaShape = SchemaShape::list(&TEXT, EntryStyle::Words);
/// A list of different texts.
pub(crate) static TEXT_SET: SchemaShape = SchemaShape::set(&TEXT, EntryStyle::Words);
/// A list of different names.
pub(crate) static NAME_SET: SchemaShape = SchemaShape::set(&TEXT, EntryStyle::Names);
/// A list of different texts of the form `a:b`.
pub(crate) static JOINED_SET: SchemaShape = SchemaShape::set(&TEXT, EntryStyle::Joined);
/// A text, or a list of texts.
pub(crate) static TEXT_OR_TEXTS: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).quotable().or_list(&TEXT, EntryStyle::Words);
/// A text, or a list of different texts.
pub(crate) static TEXT_OR_SET: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).quotable().or_set(&TEXT, EntryStyle::Words);
/// A command: text, a list of texts, or null for the image's own.
pub(crate) static COMMAND: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT.or(Scalars::NULL)).quotable().or_list(&TEXT, EntryStyle::Words);
/// A value under a name of [`PAIRS`].
static PAIR_VALUE: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::BOOL).or(Scalars::NULL));
static PAIR_TABLE: Table = Table { title: "a variable", names: AllowedNames::Filled, closed: true, value: &PAIR_VALUE };
/// A mapping of names to scalars, or a list of `KEY=value`.
pub(crate) static PAIRS: SchemaShape = SchemaShape::table(&PAIR_TABLE).or_set(&TEXT, EntryStyle::Pairs);
static OPTION: SchemaShape = SchemaShape::from_scalars(Scalars::NUMBER.or(Scalars::TEXT)).quotable();
static OPTION_TABLE: Table = Table { title: "an option", names: AllowedNames::OneLine, closed: false, value: &OPTION };
/// Options of a driver: names to texts and numbers.
pub(crate) static OPTIONS: SchemaShape = SchemaShape::table(&OPTION_TABLE);
