//! The keys of `plimsoll.yaml`: the table that its reader, its errors and its JSON Schema are generated from.

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum ConfigShape {
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
    /// What is said of rules: their names, each with [`ConfigShape::Setting`].
    Settings,
    /// `on`, `off`, a severity, or a mapping with `severity` and the options of the rule.
    Setting,
    /// A list.
    List(&'static ConfigShape),
    /// One value or a list of them.
    Many(&'static ConfigShape),
    /// The name of a variable.
    Variable,
    /// Variables by name, each with a text, or with nothing where only the deployment knows its value.
    Variables,
    /// A mapping with keys of any name.
    Named(&'static ConfigShape),
    /// A mapping with these keys.
    Object(&'static [ConfigKey]),
}

/// A key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct ConfigKey {
    /// Its name.
    pub name: &'static str,
    /// What is under it.
    pub shape: ConfigShape,
    /// What it says, for people.
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "only the test that writes the schema reads it"))]
    pub text: &'static str,
    /// Whether it must be there.
    pub required: bool,
}

const fn key(name: &'static str, shape: ConfigShape, text: &'static str) -> ConfigKey {
    ConfigKey { name, shape, text, required: false }
}

/// The words for what starts a project, the usual one first.
pub const ENGINES: &[&str] = &["compose", "swarm"];

/// The words for what a project is started for.
pub const PURPOSES: &[&str] = &["deploy", "develop", "test"];

/// The words for severities.
pub const SEVERITIES: &[&str] = &["error", "warning", "info"];

/// The whole file.
pub const FILE: ConfigShape = ConfigShape::Object(&[
    key("extends", ConfigShape::Many(&ConfigShape::Path), "Configuration files to inherit settings from"),
    key(
        "select",
        ConfigShape::List(&ConfigShape::Selector),
        "Run only these rules, families and sets (`default`, `strict`, `all`)",
    ),
    key("ignore", ConfigShape::List(&ConfigShape::Selector), "Do not run these rules, families and sets"),
    key(
        "rules",
        ConfigShape::Settings,
        "Rules by name: `on`, `off`, a severity, or a mapping with a severity and options",
    ),
    key("preview", ConfigShape::Flag, "Whether preview rules run"),
    key("suppressions", ConfigShape::List(&SUPPRESSION), "Suppressions"),
    key(
        "projects",
        ConfigShape::List(&PROJECT),
        "How projects are started; files that no entry names are still discovered",
    ),
    key("host", HOST, "The machine that everything runs on"),
    key("services", ConfigShape::Named(&SERVICE), "Facts about services that Compose files cannot express, by name"),
    key(
        "exclude",
        ConfigShape::List(&ConfigShape::Pattern),
        "Files that are not analyzed, in the syntax of `.gitignore`",
    ),
    key(
        "fail_on",
        ConfigShape::Word(&["error", "warning", "info", "never"]),
        "The lowest severity that makes a run fail",
    ),
]);

const SUPPRESSION: ConfigShape = ConfigShape::Object(&[
    key("rules", ConfigShape::Many(&ConfigShape::Rule), "Rules; default: all"),
    key("paths", ConfigShape::Many(&ConfigShape::Pattern), "Files; default: all"),
    key("services", ConfigShape::Many(&ConfigShape::Text), "Services; default: any resource"),
    key("reason", ConfigShape::Text, "Why"),
    key("until", ConfigShape::Day, "The last day; findings count again afterwards"),
]);

const PROJECT: ConfigShape = ConfigShape::Object(&[
    ConfigKey {
        required: true,
        ..key("files", ConfigShape::List(&ConfigShape::Path), "Compose files, merged in order")
    },
    key("env_files", ConfigShape::List(&ConfigShape::Path), "Env files, read in order; default: `.env`"),
    key(
        "environment",
        ConfigShape::Variables,
        "Variables of the command that starts it; without a value: set, but not here",
    ),
    key("provided", ConfigShape::List(&ConfigShape::Variable), "Variables that the deployment sets"),
    key("profiles", ConfigShape::List(&ConfigShape::Text), "Active profiles"),
    key("name", ConfigShape::Text, "The name of the project"),
    key("directory", ConfigShape::Path, "The base directory for relative paths of the project"),
    key(
        "engine",
        ConfigShape::Word(ENGINES),
        "What starts it: `docker compose` or, for `swarm`, `docker stack deploy`",
    ),
    key("purpose", ConfigShape::Word(PURPOSES), "What it is started for; default: as the names of its files suggest"),
]);

const HOST: ConfigShape = ConfigShape::Object(&[
    key("gpus", ConfigShape::Count, "The number of GPUs"),
    key("gpu_memory", ConfigShape::Size, "The memory of each GPU"),
    key("memory", ConfigShape::Size, "Main memory"),
    key("cpus", ConfigShape::Number, "Processors"),
]);

const SERVICE: ConfigShape = ConfigShape::Object(&[
    key("single_instance", ConfigShape::Flag, "Whether it must not run more than once"),
    key("gpu_memory", ConfigShape::Size, "The GPU memory that it needs"),
]);

/// What comes before the options of any rule.
pub const SEVERITY: ConfigKey = key("severity", ConfigShape::Word(SEVERITIES), "The severity of all its findings");
