//! The `plimsoll` program.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use plimsoll::{Surroundings, on_known_stack, remember_defects, run};

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
    let code = on_known_stack(|| run(std::env::args_os(), &surroundings, &mut stdout(), &mut stderr()));
    ExitCode::from(code.unwrap_or_else(|| {
        eprintln!("plimsoll: internal error; please report it");
        2
    }))
}
