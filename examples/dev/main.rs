//! What people who work on plimsoll need: `cargo dev new-rule`, `update`, `dump` and `corpus`.

mod corpus;
mod new_rule;
mod update;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use plimsoll::testing::dump::dump;
use plimsoll::testing::source::SourceDb;
use plimsoll::testing::workspace::Request;

#[derive(Parser)]
#[command(name = "cargo dev")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the document and the function of a new rule.
    NewRule {
        /// The folder and the name: `network/exposed-datastore`.
        #[arg(value_name = "FAMILY/NAME")]
        name: String,
    },
    /// Write all generated files anew: blocks of findings, the list of rules, the schema, examples of outputs, snapshots.
    Update,
    /// Print what rules see of a project: the resolved files, the model, the facts.
    Dump {
        /// A Compose file, or a directory.
        path: PathBuf,
    },
    /// Print what a rule finds in real projects.
    Corpus(corpus::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::NewRule { name } => new_rule::write(&name),
        Command::Update => update::run(),
        Command::Dump { path } => print_dump(&path),
        Command::Corpus(arguments) => corpus::print(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo dev: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The root of plimsoll's repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn print_dump(path: &Path) -> Result<(), String> {
    let directory = std::env::current_dir().map_err(|error| error.to_string())?;
    let path = directory.join(path);
    let mut request = Request { directory, ..Request::default() };
    if path.is_dir() {
        request.paths.push(path.clone())
    } else {
        request.files.push(path.clone())
    }
    let text = dump(&SourceDb::new(), &request);
    print!("{}", text.ok_or_else(|| format!("{}: no Compose file is here", path.display()))?);
    Ok(())
}
