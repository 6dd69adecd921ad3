//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::completion::CompletedNames;
use crate::config::FailOn;
use crate::finding::{Set, Severity};
use crate::render::{ChangesFormat, Format, GraphFormat};
use crate::report::baseline::FILE_NAME;

/// A linter and static analyzer for Docker Compose projects: loads a project the way Docker Compose does and reports what
/// will break, leak or lose data.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, propagate_version = true, max_term_width = 100)]
#[command(override_usage = "plimsoll [check] [OPTIONS] [PATH]...\n       plimsoll <COMMAND>")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: CliCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum CliCommand {
    /// Check Compose projects and report problems
    Check(CheckArguments),
    /// Print the resolved project, like `docker compose config --format json`
    Resolve(Resolve),
    /// List how the projects of a repository are started, and where that is written
    Projects(Projects),
    /// List the variables of a project or of a service: value, default, where each is set and used
    Env(Env),
    /// Draw a graph of a project: services, networks, published ports, volumes and connections
    Graph(Draw),
    /// Say what changed since a git revision: ports that open, data that is left behind, what no longer starts
    Diff(DiffArguments),
    /// Record the current findings, so that `check --baseline` only reports new ones
    Baseline(BaselineArguments),
    /// Create a plimsoll.yaml that lists how the projects are started
    Init,
    /// Run the language server: an editor starts it and talks to it over standard input and output
    Lsp {
        /// Accepted because editors pass it; there is no other way to talk to the server
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Explain a rule, or a key of the Compose specification
    Explain {
        /// The name of a rule, or the path of a key, such as `services.web.healthcheck` or `deploy.resources`
        #[arg(value_name = "RULE|KEY", value_parser = CompletedNames::OfRules, hide_possible_values = true)]
        subject: String,
        /// Print all examples of a rule, with its test cases
        #[arg(long)]
        all: bool,
        /// Do not use a pager on a terminal
        #[arg(long)]
        no_pager: bool,
    },
    /// List all rules: which run, and what decides that
    Rules(RulesArguments),
    /// Print a shell completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of plimsoll or of a command
    Man {
        /// The command: check, resolve, …
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Files and directories to search for projects [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) paths: Vec<PathBuf>,
    /// Treat standard input (the path `-`) as the unsaved content of this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "add_ignores"], help_heading = "Editor")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// List the findings of the whole project, not only those in the file
    #[arg(long, requires = "stdin_filename", help_heading = "Editor")]
    pub(super) stdin_project: bool,
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    #[command(flatten)]
    pub(super) comparison: Comparison,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(super) format: Format,
    /// Also write the findings to a file; can be repeated
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output, help_heading = "Output")]
    pub(super) outputs: Vec<OutputFile>,
    /// Lowest severity that results in exit code 1 [default: warning, or `fail_on` in plimsoll.yaml]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Output")]
    pub(super) fail_on: Option<FailOnName>,
    /// Lowest severity to show in text and concise output [default: warning, or that of --fail-on if it is lower]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Output")]
    pub(super) show: Option<SeverityName>,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorName::Auto, help_heading = "Output")]
    pub(super) color: ColorName,
    /// Print findings only, without a summary
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Count the findings of each rule, in text, concise and json
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Print the duration of each stage to standard error
    #[arg(short, long, help_heading = "Output")]
    pub(super) verbose: bool,
    #[command(flatten)]
    pub(super) fixing: Fixing,
    #[command(flatten)]
    pub(super) chosen: ChosenRules,
}

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// Output format
    #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
    pub(super) format: RulesFormat,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    #[command(flatten)]
    pub(super) chosen: ChosenRules,
}

/// Which rules run.
#[derive(Debug, Args)]
pub(super) struct ChosenRules {
    /// Run only these rules, families or sets
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = CompletedNames::OfSelectors, hide_possible_values = true, help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Do not run these rules, families or sets
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = CompletedNames::OfSelectors, hide_possible_values = true, help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
    /// Also run the rules of the strict set (hardening)
    #[arg(long, hide = !Set::Strict.has_rules(), help_heading = "Rules")]
    pub(super) strict: bool,
    /// Also run the rules of the style set (order and quoting)
    #[arg(long, hide = !Set::Style.has_rules(), help_heading = "Rules")]
    pub(super) style: bool,
    /// Also run preview rules, whose findings may still change
    #[arg(long, help_heading = "Rules")]
    pub(super) preview: bool,
}

/// Which configuration holds, and which suppressions.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct ConfigurationArguments {
    /// Use this configuration instead of searching for plimsoll.yaml
    #[arg(long, value_name = "FILE", group = "configuring")]
    pub(super) config: Option<PathBuf>,
    /// Ignore plimsoll.yaml
    #[arg(long, group = "configuring")]
    pub(super) no_config: bool,
    /// Use the configuration, the baseline and the suppressions of this git revision, so that a pull request cannot loosen
    /// them
    #[arg(long, value_name = "REV", group = "configuring")]
    pub(super) config_from: Option<String>,
    /// Leave out files and directories that match this pattern, as `exclude` in plimsoll.yaml does; can be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(super) exclude: Vec<String>,
    /// Ignore suppression comments and the suppressions in plimsoll.yaml
    #[arg(long)]
    pub(super) no_suppressions: bool,
}

/// What need not be reported.
#[derive(Debug, Args)]
#[command(next_help_heading = "Known findings")]
pub(super) struct Comparison {
    /// Report only findings that are not in this baseline; `plimsoll baseline` creates one
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Report only findings introduced since the branch diverged from this git revision
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
    /// Check what a fresh checkout contains: files that git ignores are treated as absent, unless they are named here
    #[arg(long)]
    pub(super) committed: bool,
    /// Write a suppression comment for every finding that would be listed
    #[arg(long)]
    pub(super) add_ignores: bool,
    /// Reason to write in these comments
    #[arg(long, value_name = "TEXT", requires = "add_ignores")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The git revision to compare with: the commit where the branch diverged from it
    #[arg(value_name = "REV", default_value = "HEAD")]
    pub(super) revision: String,
    /// Files and directories to search for projects [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// Compare what fresh checkouts contain: files that git ignores are treated as absent, unless they are named here
    #[arg(long)]
    pub(super) committed: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = ChangesFormat::Text, help_heading = "Output")]
    pub(super) format: ChangesFormat,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorName::Auto, help_heading = "Output")]
    pub(super) color: ColorName,
    /// Exit with 1 if anything changed
    #[arg(long, help_heading = "Output")]
    pub(super) exit_code: bool,
}

#[derive(Debug, Args)]
pub(super) struct BaselineArguments {
    /// Files and directories to search for projects [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    #[command(flatten)]
    pub(super) configuration: ConfigurationArguments,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = FILE_NAME, help_heading = "Output")]
    pub(super) output: PathBuf,
    /// Also run the rules of the strict set (hardening)
    #[arg(long, hide = !Set::Strict.has_rules(), help_heading = "Rules")]
    pub(super) strict: bool,
    /// Also run the rules of the style set (order and quoting)
    #[arg(long, hide = !Set::Style.has_rules(), help_heading = "Rules")]
    pub(super) style: bool,
    /// Also run preview rules, whose findings may still change
    #[arg(long, help_heading = "Rules")]
    pub(super) preview: bool,
}

/// What is done with fixes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes")]
pub(super) struct Fixing {
    /// Apply safe fixes, and report the remaining findings
    #[arg(long, group = "fixing", conflicts_with_all = ["stdin_filename", "add_ignores"])]
    pub(super) fix: bool,
    /// Show a diff of what safe fixes would change, with secrets masked; writes nothing
    #[arg(long, group = "fixing", conflicts_with_all = ["format", "add_ignores"])]
    pub(super) diff: bool,
    /// With --fix or --diff: include fixes that may change behavior
    #[arg(long, requires = "fixing")]
    pub(super) unsafe_fixes: bool,
    /// With --fix or --diff: only the fixes of these rules, families or sets
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = CompletedNames::OfSelectors, hide_possible_values = true, requires = "fixing")]
    pub(super) fix_only: Vec<String>,
}

/// One project, and one way to start it.
#[derive(Debug, Args)]
pub(super) struct OneProject {
    /// A file or directory of the project [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) path: Option<PathBuf>,
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// The invocation that is written in this place, as `plimsoll projects` lists it
    #[arg(long, value_name = "FILE[:LINE]", conflicts_with_all = ["path", "files", "env_files", "profiles", "project_directory", "project_name"])]
    pub(super) invocation: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Resolve {
    #[command(flatten)]
    pub(super) one: OneProject,
    /// Output format
    #[arg(long, value_enum, default_value_t = ResolveFormat::Json)]
    pub(super) format: ResolveFormat,
    /// Include the origin of each value
    #[arg(long)]
    pub(super) origins: bool,
}

#[derive(Debug, Args)]
pub(super) struct Projects {
    /// List only the projects in this directory [default: the working directory]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = ProjectsFormat::Text)]
    pub(super) format: ProjectsFormat,
}

#[derive(Debug, Args)]
pub(super) struct Env {
    /// List what reaches the containers of this service, instead of what the Compose files use
    #[arg(value_name = "SERVICE")]
    pub(super) service: Option<String>,
    /// A file or directory of the project [default: the working directory]
    #[arg(long, value_name = "PATH", conflicts_with = "files")]
    pub(super) path: Option<PathBuf>,
    #[command(flatten)]
    pub(super) project: ProjectArguments,
    /// How to print them
    #[arg(long, value_enum, default_value_t = EnvFormat::Text)]
    pub(super) format: EnvFormat,
}

#[derive(Debug, Args)]
pub(super) struct Draw {
    #[command(flatten)]
    pub(super) one: OneProject,
    /// Output format
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub(super) format: GraphFormat,
}

/// What selects one project, in the words of docker compose.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Project (same as docker compose)")]
pub(super) struct ProjectArguments {
    /// Compose file; can be repeated, merged in order
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Env file to use instead of .env; can be repeated, read in order
    #[arg(long = "env-file", value_name = "FILE")]
    pub(super) env_files: Vec<PathBuf>,
    /// Profile to activate; can be repeated
    #[arg(long = "profile", value_name = "NAME")]
    pub(super) profiles: Vec<String>,
    /// Base directory for relative paths
    #[arg(long, value_name = "DIRECTORY")]
    pub(super) project_directory: Option<PathBuf>,
    /// Project name
    #[arg(short = 'p', long, value_name = "NAME")]
    pub(super) project_name: Option<String>,
    /// Use environment variables for interpolation, as docker compose does
    #[arg(long)]
    pub(super) use_environment: bool,
}

/// A file to write, and how.
#[derive(Clone, Debug)]
pub(super) struct OutputFile {
    pub(super) format: Format,
    pub(super) file: PathBuf,
}

fn output(text: &str) -> Result<OutputFile, String> {
    let (format, file) = text.split_once('=').ok_or("expected FORMAT=FILE, such as sarif=plimsoll.sarif")?;
    let format = Format::from_str(format, false).map_err(|_| {
        let names = Format::value_variants().iter().filter_map(|one| one.to_possible_value());
        let names: Vec<String> = names.map(|one| one.get_name().to_owned()).collect();
        format!("unknown format `{format}`; possible values: {}", names.join(", "))
    })?;
    match file {
        "" => Err("missing file name".to_owned()),
        "-" => Err("use --format to choose the format of standard output".to_owned()),
        _ => Ok(OutputFile { format, file: PathBuf::from(file) }),
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SeverityName {
    Error,
    Warning,
    Info,
}

impl SeverityName {
    pub(super) fn severity(self) -> Severity {
        match self {
            SeverityName::Error => Severity::Error,
            SeverityName::Warning => Severity::Warning,
            SeverityName::Info => Severity::Info,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FailOnName {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOnName {
    pub(super) fn fail_on(self) -> FailOn {
        match self {
            FailOnName::Error => FailOn::Severity(Severity::Error),
            FailOnName::Warning => FailOn::Severity(Severity::Warning),
            FailOnName::Info => FailOn::Severity(Severity::Info),
            FailOnName::Never => FailOn::Never,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorName {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ResolveFormat {
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ProjectsFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum EnvFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RulesFormat {
    Text,
    Json,
}
