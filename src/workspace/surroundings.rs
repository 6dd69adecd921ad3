//! The variables of a project that do not come from its files.

use super::Request;
use crate::discover::RunSurroundings;
use crate::source::process_variables;

/// Variables that every machine has, with values that are the same on all, so that findings are, too.
pub(super) fn surroundings(request: &Request) -> RunSurroundings {
    if request.use_environment {
        return surroundings_of_process(request);
    }
    let variables = [
        ("HOME", "/home/user".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("PWD", request.directory.display().to_string()),
        ("USER", "user".to_owned()),
    ];
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    RunSurroundings { directory: request.directory.clone(), variables }
}

/// `resolve` prints what Compose would print here: the machine's own variables count, all others only when asked.
pub(super) fn surroundings_of_process(request: &Request) -> RunSurroundings {
    const OF_THE_MACHINE: [&str; 3] = ["HOME", "PATH", "USER"];
    let mut variables: Vec<(String, String)> = process_variables()
        .into_iter()
        .filter(|(name, _)| request.use_environment || OF_THE_MACHINE.contains(&name.as_str()))
        .collect();
    if !variables.iter().any(|(name, _)| name == "PWD") {
        variables.push(("PWD".to_owned(), request.directory.display().to_string()));
    }
    RunSurroundings { directory: request.directory.clone(), variables }
}
