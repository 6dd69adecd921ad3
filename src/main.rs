//! The `plimsoll` program.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use plimsoll::{Surroundings, remember_defects, run};

fn main() -> ExitCode {
    remember_defects();
    let surroundings = match Surroundings::from_process() {
        Ok(surroundings) => surroundings,
        Err(error) => {
            eprintln!("plimsoll: cannot read the working directory: {error}");
            return ExitCode::from(2);
        }
    };
    // Standard error stays unlocked: the bar is drawn there by another thread.
    ExitCode::from(run(std::env::args_os(), &surroundings, &mut stdout(), &mut stderr()))
}
