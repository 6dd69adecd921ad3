//! `plimsoll completions` and `plimsoll man`, generated from the arguments.

use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::Arguments;

/// What a manual page says behind the options.
const EXIT_STATUS: &str = "\
.SH \"EXIT STATUS\"
.TP
0
nothing at or above the severity of \\-\\-fail\\-on
.TP
1
something is; or, for plimsoll resolve, docker compose would reject the project
.TP
2
the run could not be made: a mistake in the arguments or the configuration, a file that cannot be read or written
";

/// A script for a shell.
pub(super) fn completions(shell: Shell) -> String {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "plimsoll", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual page of the program or of one of its commands, in roff.
pub(super) fn manual(name: Option<&str>) -> Result<String, String> {
    let mut command = Arguments::command();
    command.build();
    let found = match name {
        None => command,
        Some(name) => {
            let known: Vec<&str> = command.get_subcommands().map(|one| one.get_name()).collect();
            let unknown = || format!("unknown command `{name}`: {}", known.join(", "));
            command.find_subcommand(name).cloned().ok_or_else(unknown)?
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(found).render(&mut page).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&page).into_owned() + EXIT_STATUS)
}
