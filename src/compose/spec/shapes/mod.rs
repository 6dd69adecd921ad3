//! The structs that docker compose decodes a project into, as tables (compose-go 2.9.1, `types/`).

mod build;
mod deploy;
mod project;
mod service;

pub(crate) use project::{CONFIG, PROJECT};
pub(crate) use service::ENV_FILE;

/// How a value is decoded, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DecodedShape {
    /// A string; integers become one.
    Text,
    /// A boolean, or text that names one.
    Bool,
    /// A signed integer; floats are cut, texts are read.
    Int,
    /// An unsigned integer of so many bits, higher bits dropped; texts are refused.
    Unsigned(u32),
    /// A float32; texts are read.
    Float,
    /// A number of CPUs, kept as a float32.
    Cpus,
    /// A size in bytes, shown as a text of digits; a float counts as 0.
    Bytes,
    /// A duration, shown as Go shows it.
    Duration,
    /// A file mode: a number, or a text of octal digits; shown as `0440`.
    FileMode,
    /// A number of devices, or `all`, which is -1.
    DeviceCount,
    /// A command: a list, or text that is split into words; null where absent.
    Command,
    /// A healthcheck's test: a list, or a text for the shell.
    Test,
    /// A text or a list of texts.
    Texts,
    /// A text or a list of plain values, all shown as texts.
    TextsOrNumbers,
    /// A mapping of texts, also as a list of `KEY=value`; null where a key has no value.
    Environment,
    /// A mapping of texts, also as a list of `KEY=value`; empty text where a key has no value.
    Mapping,
    /// A mapping of texts; null is an empty text.
    Options,
    /// A mapping of lists of texts.
    MultiOptions,
    /// Names and addresses, shown as a sorted list of `host=address`.
    Hosts,
    /// SSH keys, shown as a list of `id` or `id=path`.
    Ssh,
    /// A limit: one number, or `soft` and `hard`.
    Ulimit,
    /// An env file: shown as its path where it is required, as a mapping otherwise.
    EnvFile,
    /// A config at top level, whose content is hidden where it comes from the environment.
    Config,
    /// A value that is kept even where it is `0`, `false` or empty, and is null where absent.
    Pointer(&'static DecodedShape),
    /// A list.
    List(&'static DecodedShape),
    /// A mapping with keys of the author's choice.
    Map(&'static DecodedShape),
    /// A mapping with fixed keys; shown even where it is empty.
    Struct(&'static [Field]),
}

/// A field of a struct.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its key in the project; letters of another case fit too.
    pub(crate) name: &'static str,
    /// Its key in the output.
    pub(crate) shown: &'static str,
    /// What it holds.
    pub(crate) shape: DecodedShape,
    /// Whether it is shown where it is `0`, `false`, empty or absent.
    pub(crate) always: bool,
}

/// A field that is shown where it is not empty.
const fn field(name: &'static str, shape: DecodedShape) -> Field {
    Field { name, shown: name, shape, always: false }
}

/// A field that is always shown, under a key of its own.
const fn always(name: &'static str, shown: &'static str, shape: DecodedShape) -> Field {
    Field { name, shown, shape, always: true }
}

/// A list of texts.
const TEXT_LIST: DecodedShape = DecodedShape::List(&DecodedShape::Text);
