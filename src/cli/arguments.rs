//! What the command line may say.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::FailOn;
use crate::finding::Severity;
use crate::render::{Format, GraphFormat};
use crate::report::baseline::FILE_NAME;

/// The load line for Compose files: reads a Docker Compose project as Docker Compose does and reports what will break,
/// leak or lose data.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, propagate_version = true, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Report what is wrong with Compose projects
    Check(Check),
    /// Print a project as `docker compose config --format json` does
    Resolve(Resolve),
    /// Draw a project: services, networks, published ports, volumes, and who talks to whom
    Graph(Draw),
    /// Write down what is found now, so that `check --baseline` reports only what is new
    Baseline(Baseline),
    /// Write a plimsoll.yaml to start from
    Init,
    /// Print what is written about a rule, or what the specification says of a key
    Explain {
        /// The name of a rule, or the path of a key, such as `services.web.healthcheck` or `deploy.resources`
        #[arg(value_name = "RULE|KEY")]
        subject: String,
    },
    /// List all rules
    Rules {
        /// How to list them
        #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
        format: RulesFormat,
    },
    /// Print a script that lets a shell complete plimsoll's arguments
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or that of a command
    Man {
        /// The command: check, resolve, …
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files and directories to search for projects [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) paths: Vec<PathBuf>,
    /// The file that standard input, given as the path `-`, is the unsaved text of
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "add_ignores"], help_heading = "Editor")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// List the findings of its whole project, not only those in the file
    #[arg(long, requires = "stdin_filename", help_heading = "Editor")]
    pub(super) stdin_project: bool,
    #[command(flatten)]
    pub(super) project: Project,
    #[command(flatten)]
    pub(super) comparison: Comparison,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(super) format: Format,
    /// Also write the findings to a file; may be given several times
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output, help_heading = "Output")]
    pub(super) outputs: Vec<Output>,
    /// The lowest severity that gives exit code 1 [default: warning, or what plimsoll.yaml says]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Output")]
    pub(super) fail_on: Option<FailOnName>,
    /// The lowest severity to list in text and concise output [default: warning, or that of --fail-on if it is lower]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Output")]
    pub(super) show: Option<SeverityName>,
    /// When to colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorName::Auto, help_heading = "Output")]
    pub(super) color: ColorName,
    /// Print findings alone, without a summary
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Count the findings of each rule, in text, concise and json
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Say on standard error how long each stage takes
    #[arg(short, long, help_heading = "Output")]
    pub(super) verbose: bool,
    #[command(flatten)]
    pub(super) fixing: Fixing,
    /// Run only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
    /// Also run the rules that harden what already works
    #[arg(long, help_heading = "Rules")]
    pub(super) strict: bool,
    /// Also run the rules on order and quoting
    #[arg(long, help_heading = "Rules")]
    pub(super) style: bool,
}

/// What need not be reported.
#[derive(Debug, Args)]
#[command(next_help_heading = "Known findings")]
pub(super) struct Comparison {
    /// Report only what this file does not know; `plimsoll baseline` writes one
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Report only what is new since the branch has left this revision of git
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
    /// Write a comment that suppresses it for each finding that would be listed
    #[arg(long)]
    pub(super) add_ignores: bool,
    /// The reason to give in these comments
    #[arg(long, value_name = "TEXT", requires = "add_ignores")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Baseline {
    /// Files and directories to search for projects [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) project: Project,
    /// Where to write it
    #[arg(long, value_name = "FILE", default_value = FILE_NAME, help_heading = "Output")]
    pub(super) output: PathBuf,
    /// Also run the rules that harden what already works
    #[arg(long, help_heading = "Rules")]
    pub(super) strict: bool,
    /// Also run the rules on order and quoting
    #[arg(long, help_heading = "Rules")]
    pub(super) style: bool,
}

/// What is done with fixes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes")]
pub(super) struct Fixing {
    /// Write the safe fixes into the files, and report what remains
    #[arg(long, group = "fixing", conflicts_with_all = ["stdin_filename", "add_ignores"])]
    pub(super) fix: bool,
    /// Show what the safe fixes would change, with secrets hidden; nothing is written
    #[arg(long, group = "fixing", conflicts_with_all = ["format", "add_ignores"])]
    pub(super) diff: bool,
    /// With --fix or --diff: the fixes that may change behaviour, too
    #[arg(long, requires = "fixing")]
    pub(super) unsafe_fixes: bool,
    /// With --fix or --diff: only the fixes of these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', requires = "fixing")]
    pub(super) fix_only: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Resolve {
    /// A file or directory of the project [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) path: Option<PathBuf>,
    #[command(flatten)]
    pub(super) project: Project,
    /// How to print the project
    #[arg(long, value_enum, default_value_t = ResolveFormat::Json)]
    pub(super) format: ResolveFormat,
    /// Add where each value is written
    #[arg(long)]
    pub(super) origins: bool,
}

#[derive(Debug, Args)]
pub(super) struct Draw {
    /// A file or directory of the project [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) path: Option<PathBuf>,
    #[command(flatten)]
    pub(super) project: Project,
    /// The language of the picture
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub(super) format: GraphFormat,
}

/// What selects one project, in the words of docker compose.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Project, as docker compose takes it")]
pub(super) struct Project {
    /// A Compose file; several are merged in order
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// An env file in place of .env; several are read in order
    #[arg(long = "env-file", value_name = "FILE")]
    pub(super) env_files: Vec<PathBuf>,
    /// A profile to activate
    #[arg(long = "profile", value_name = "NAME")]
    pub(super) profiles: Vec<String>,
    /// The directory that relative paths start from
    #[arg(long, value_name = "DIRECTORY")]
    pub(super) project_directory: Option<PathBuf>,
    /// The name of the project
    #[arg(short = 'p', long, value_name = "NAME")]
    pub(super) project_name: Option<String>,
    /// Let variables of the environment count, as docker compose does
    #[arg(long)]
    pub(super) use_environment: bool,
}

/// A file to write, and how.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) file: PathBuf,
}

fn output(text: &str) -> Result<Output, String> {
    let (format, file) = text.split_once('=').ok_or("FORMAT=FILE is wanted, as in sarif=plimsoll.sarif")?;
    let format = Format::from_str(format, false).map_err(|_| {
        let names = Format::value_variants().iter().filter_map(|one| one.to_possible_value());
        let names: Vec<String> = names.map(|one| one.get_name().to_owned()).collect();
        format!("`{format}` is no format: {}", names.join(", "))
    })?;
    match file {
        "" => Err("the name of the file is missing".to_owned()),
        "-" => Err("what goes to standard output is chosen with --format".to_owned()),
        _ => Ok(Output { format, file: PathBuf::from(file) }),
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
pub(super) enum RulesFormat {
    Text,
    Json,
}
