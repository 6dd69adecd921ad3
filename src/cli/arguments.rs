//! What the command line may say.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::FailOn;
use crate::finding::Severity;
use crate::render::{Format, GraphFormat};

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
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files and directories to search for projects [default: the working directory]
    #[arg(value_name = "PATH", conflicts_with = "files")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) project: Project,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t = FormatName::Text, help_heading = "Output")]
    pub(super) format: FormatName,
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

/// What is done with fixes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes")]
pub(super) struct Fixing {
    /// Write the safe fixes into the files, and report what remains
    #[arg(long, group = "fixing")]
    pub(super) fix: bool,
    /// Show what the safe fixes would change, with secrets hidden; nothing is written
    #[arg(long, group = "fixing", conflicts_with = "format")]
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
    #[arg(long, value_enum, default_value_t = GraphFormatName::Mermaid)]
    pub(super) format: GraphFormatName,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum GraphFormatName {
    Mermaid,
    Dot,
    Svg,
}

impl GraphFormatName {
    pub(super) fn format(self) -> GraphFormat {
        match self {
            GraphFormatName::Mermaid => GraphFormat::Mermaid,
            GraphFormatName::Dot => GraphFormat::Dot,
            GraphFormatName::Svg => GraphFormat::Svg,
        }
    }
}

/// What selects one project, in the words of docker compose.
#[derive(Debug, Args)]
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

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatName {
    Text,
    Concise,
    Json,
}

impl FormatName {
    pub(super) fn format(self) -> Format {
        match self {
            FormatName::Text => Format::Text,
            FormatName::Concise => Format::Concise,
            FormatName::Json => Format::Json,
        }
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
