//! What `plimsoll.yaml` may hold: the table that its reader, its mistakes and its JSON Schema are made from.

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Any text.
    Text,
    /// A path, relative to the file.
    Path,
    /// A pattern of paths as `.gitignore` writes them, relative to the directory of the file.
    Pattern,
    /// The name of a rule.
    Rule,
    /// The name of a rule, a family or a set of rules.
    Selector,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Count,
    /// A number of a port, from 1 to 65535.
    Port,
    /// An address or a network: `10.8.0.0/16`.
    Network,
    /// A number from 0.
    Number,
    /// Bytes with a unit: `24GiB`.
    Size,
    /// A day: `2026-12-31`.
    Day,
    /// One of these words.
    Word(&'static [&'static str]),
    /// What is said of rules: their names, each with [`Shape::Setting`].
    Settings,
    /// `on`, `off`, a severity, or a mapping with `severity` and the options of the rule.
    Setting,
    /// A list.
    List(&'static Shape),
    /// One value or a list of them.
    Many(&'static Shape),
    /// A mapping with keys of any name.
    Named(&'static Shape),
    /// A mapping with these keys.
    Object(&'static [Key]),
}

/// A key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What stands under it.
    pub shape: Shape,
    /// What it says, for people.
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "only the test that writes the schema reads it"))]
    pub text: &'static str,
    /// Whether it must be there.
    pub required: bool,
}

const fn key(name: &'static str, shape: Shape, text: &'static str) -> Key {
    Key { name, shape, text, required: false }
}

/// The words for severities.
pub const SEVERITIES: &[&str] = &["error", "warning", "info"];

/// The whole file.
pub const FILE: Shape = Shape::Object(&[
    key("extends", Shape::Many(&Shape::Path), "Configuration files to inherit settings from"),
    key(
        "select",
        Shape::List(&Shape::Selector),
        "Run only these rules, families and sets (`default`, `strict`, `all`)",
    ),
    key("ignore", Shape::List(&Shape::Selector), "Do not run these rules, families and sets"),
    key("rules", Shape::Settings, "Rules by name: `on`, `off`, a severity, or a mapping with a severity and options"),
    key("preview", Shape::Flag, "Whether preview rules run"),
    key("suppressions", Shape::List(&SUPPRESSION), "Suppressions"),
    key("projects", Shape::List(&PROJECT), "Projects to analyze in place of those that are discovered"),
    key("host", HOST, "The machine that everything runs on"),
    key("services", Shape::Named(&SERVICE), "Facts about services that Compose files cannot express, by name"),
    key("exclude", Shape::List(&Shape::Pattern), "Files that are not analyzed, in the syntax of `.gitignore`"),
    key("fail_on", Shape::Word(&["error", "warning", "info", "never"]), "The lowest severity that makes a run fail"),
]);

const SUPPRESSION: Shape = Shape::Object(&[
    key("rules", Shape::Many(&Shape::Rule), "Rules; default: all"),
    key("paths", Shape::Many(&Shape::Pattern), "Files; default: all"),
    key("services", Shape::Many(&Shape::Text), "Services; default: any resource"),
    key("reason", Shape::Text, "Why"),
    key("until", Shape::Day, "The last day; findings count again afterwards"),
]);

const PROJECT: Shape = Shape::Object(&[
    Key { required: true, ..key("files", Shape::List(&Shape::Path), "Compose files, merged in order") },
    key("env_files", Shape::List(&Shape::Path), "Env files, read in order; default: `.env`"),
    key("profiles", Shape::List(&Shape::Text), "Active profiles"),
    key("name", Shape::Text, "The name of the project"),
    key("directory", Shape::Path, "The base directory for relative paths of the project"),
]);

const HOST: Shape = Shape::Object(&[
    key("gpus", Shape::Count, "The number of GPUs"),
    key("gpu_memory", Shape::Size, "The memory of each GPU"),
    key("memory", Shape::Size, "Main memory"),
    key("cpus", Shape::Number, "Processors"),
]);

const SERVICE: Shape = Shape::Object(&[
    key("single_instance", Shape::Flag, "Whether it must not run more than once"),
    key("gpu_memory", Shape::Size, "The GPU memory that it needs"),
]);

/// What stands before the options of any rule.
pub const SEVERITY: Key = key("severity", Shape::Word(SEVERITIES), "The severity of all its findings");
