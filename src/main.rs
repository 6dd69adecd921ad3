//! The `plimsoll` program.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use plimsoll::cli::{Surroundings, run};

fn main() -> ExitCode {
    let surroundings = match Surroundings::of_process() {
        Ok(surroundings) => surroundings,
        Err(error) => {
            eprintln!("plimsoll: the working directory cannot be read: {error}");
            return ExitCode::from(2);
        }
    };
    // Standard error stays unlocked: the bar is drawn there by another thread.
    ExitCode::from(run(std::env::args_os(), &surroundings, &mut stdout().lock(), &mut stderr()))
}
