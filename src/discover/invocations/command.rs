//! The options of `docker compose` and `docker stack deploy`, and the words that may come before them.

use super::values::{Hole, Holes, has_hole};

/// A program that starts projects, and what it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Compose {
    /// Whether it is `docker stack deploy`.
    pub(super) swarm: bool,
    /// `-f`, in order.
    pub(super) files: Vec<String>,
    /// `--env-file`, in order.
    pub(super) env_files: Vec<String>,
    /// `--profile`.
    pub(super) profiles: Vec<String>,
    /// `-p`, or the name of the stack.
    pub(super) name: Option<String>,
    /// `--project-directory`.
    pub(super) directory: Option<String>,
    /// Whether the command starts something.
    pub(super) starts: bool,
}

/// What the words of a command turn out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReadCommand {
    /// A command of interest, its assignments (`env A=1 …`) among the words in front of it.
    Compose(Compose, Vec<(String, String)>),
    /// It names the program but starts nothing, or what it does cannot be known.
    Nothing,
    /// Another program.
    Other,
}

/// Subcommands that start something.
const STARTING: [&str; 6] = ["up", "run", "create", "start", "watch", "build"];

/// Subcommands that use a project's files and start nothing.
const INSPECTING: [&str; 30] = [
    "attach", "commit", "config", "convert", "cp", "down", "events", "exec", "export", "images", "kill", "logs",
    "pause", "port", "ps", "publish", "pull", "push", "restart", "rm", "scale", "stats", "stop", "top", "unpause",
    "volumes", "wait", "alpha", "viz", "bridge",
];

/// Options with a value, in front of the subcommand.
const WITH_VALUE: [&str; 17] = [
    "--ansi",
    "--progress",
    "--parallel",
    "--workdir",
    "--context",
    "-c",
    "--host",
    "-H",
    "--log-level",
    "-l",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
    "--podman-path",
    "--podman-args",
    "--podman-run-args",
    "--config",
];

/// Programs whose arguments are never a command.
const OTHER_PROGRAMS: [&str; 44] = [
    "apt", "apt-get", "yum", "dnf", "apk", "brew", "pip", "pip3", "pipx", "npm", "which", "type", "hash", "man", "git",
    "grep", "egrep", "rg", "ag", "sed", "awk", "pgrep", "pkill", "killall", "rm", "cp", "mv", "ln", "chmod", "chown",
    "tar", "curl", "wget", "ls", "docker", "podman", "nerdctl", "test", "[", "[[", "find", "pacman", "zypper", "snap",
];

/// Reads the words of a command. `holes` knows what is not known of them.
pub(super) fn read(words: &[String], holes: &Holes) -> ReadCommand {
    let (start, mut assigned) = behind_wrappers(words);
    let rest = words.get(start..).unwrap_or_default();
    match program(rest, holes) {
        Some(CommandProgram::Compose(length)) => {
            return compose(rest.get(length..).unwrap_or_default(), holes, assigned);
        }
        Some(CommandProgram::Stack(length)) => return stack(rest.get(length..).unwrap_or_default(), assigned),
        Some(CommandProgram::Bare) => return ReadCommand::Nothing,
        None => {}
    }
    let name = rest.first().map_or("", |word| base_name(word));
    if OTHER_PROGRAMS.contains(&name) {
        return ReadCommand::Other;
    }
    // An unknown program that runs another: `retry 3 docker compose up`, `dotenv -- docker compose up`.
    for at in 1..rest.len().min(48) {
        let rest = rest.get(at..).unwrap_or_default();
        let read = match program(rest, holes) {
            Some(CommandProgram::Compose(length)) => compose(rest.get(length..).unwrap_or_default(), holes, Vec::new()),
            Some(CommandProgram::Stack(length)) => stack(rest.get(length..).unwrap_or_default(), Vec::new()),
            _ => continue,
        };
        if let ReadCommand::Compose(command, _) = read {
            assigned.extend(words.get(..start + at).unwrap_or_default().iter().filter_map(|word| assignment(word)));
            return ReadCommand::Compose(command, assigned);
        }
    }
    ReadCommand::Other
}

/// The assignments in front of a program: `env A=1 program`.
pub(super) fn assigned(words: &[String]) -> Vec<(String, String)> {
    behind_wrappers(words).1
}

/// A program at the start of words, and how many of them name it.
enum CommandProgram {
    Compose(usize),
    Stack(usize),
    /// `docker` with another subcommand.
    Bare,
}

fn program(words: &[String], holes: &Holes) -> Option<CommandProgram> {
    let first = words.first()?;
    let name = match first.starts_with('/') || !first.contains('/') {
        true => base_name(first),
        false => return None,
    };
    match name {
        "docker-compose" | "podman-compose" | "docker-compose.exe" | "docker-compose-v1" => {
            return Some(CommandProgram::Compose(1));
        }
        "docker" | "podman" | "nerdctl" | "docker.exe" => {
            let at = behind_options(words);
            return match words.get(at).map(String::as_str) {
                Some("compose") => Some(CommandProgram::Compose(at + 1)),
                Some("stack") if words.get(at + 1).is_some_and(|word| word == "deploy" || word == "up") => {
                    Some(CommandProgram::Stack(at + 2))
                }
                _ => Some(CommandProgram::Bare),
            };
        }
        _ => {}
    }
    let named = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    match holes.whole(first)? {
        Hole::Unset(name) | Hole::Computed(name) if words.get(1).is_some_and(|word| word == "compose") => {
            let name = named(name);
            ["docker", "podman", "engine", "runtime"]
                .iter()
                .any(|part| name.contains(part))
                .then_some(CommandProgram::Compose(2))
        }
        Hole::Unset(name) => named(name).contains("compose").then_some(CommandProgram::Compose(1)),
        Hole::Computed(raw) => {
            let raw = raw.replace('-', " ");
            (raw.contains("docker compose") || raw.contains("podman compose")).then_some(CommandProgram::Compose(1))
        }
        Hole::Arguments => None,
    }
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Behind the options between `docker` and its subcommand.
fn behind_options(words: &[String]) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        let takes = matches!(
            word.as_str(),
            "-c" | "--context"
                | "-H"
                | "--host"
                | "--config"
                | "-l"
                | "--log-level"
                | "--tlscacert"
                | "--tlscert"
                | "--tlskey"
                | "-n"
                | "--namespace"
                | "--connection"
                | "--url"
        );
        at += if takes { 2 } else { 1 };
    }
    at
}

/// Behind `sudo`, `env`, `timeout` and the like, and the assignments among them.
fn behind_wrappers(words: &[String]) -> (usize, Vec<(String, String)>) {
    let mut at = 0;
    let mut assigned = Vec::new();
    while let Some(word) = words.get(at) {
        if let Some(assignment) = assignment(word).filter(|_| at > 0) {
            assigned.push(assignment);
            at += 1;
            continue;
        }
        let with_value: &[&str] = match base_name(word) {
            "sudo" | "doas" => &["-u", "-g", "-h", "-p", "-C", "-T", "-U", "-D", "-R"],
            "env" => &["-u", "-C", "-S", "--unset", "--chdir"],
            "exec" => &["-a"],
            "timeout" | "gtimeout" => &["-k", "-s", "--kill-after", "--signal"],
            "nice" | "ionice" => &["-n", "-c"],
            "stdbuf" => &["-i", "-o", "-e"],
            "watch" => &["-n", "--interval"],
            "xargs" => &["-I", "-n", "-P", "-L", "-d"],
            "nohup" | "time" | "setsid" | "unbuffer" | "chronic" | "cross-env" | "cross-env-shell" | "then" | "do"
            | "else" | "!" | "command" | "builtin" | "eval" => &[],
            _ => break,
        };
        if word == "command" && words.get(at + 1).is_some_and(|next| next.starts_with("-v") || next.starts_with("-V")) {
            return (words.len(), assigned);
        }
        let is_timeout = base_name(word).ends_with("timeout");
        at += 1;
        while let Some(option) = words.get(at).filter(|word| word.starts_with('-')) {
            at += if with_value.contains(&option.as_str()) { 2 } else { 1 };
        }
        if is_timeout
            && words
                .get(at)
                .is_some_and(|word| word.starts_with(|letter: char| letter.is_ascii_digit()) || has_hole(word))
        {
            at += 1;
        }
    }
    (at, assigned)
}

fn assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty()
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_name.then(|| (name.to_owned(), value.to_owned()))
}

/// An option with its value, written `-f x`, `-f=x`, `-fx`, `--file x` or `--file=x`.
fn option<'w>(words: &'w [String], short: Option<&str>, long: &str) -> Option<(Option<&'w str>, usize)> {
    let word = words.first()?;
    let next = || words.get(1).map(String::as_str);
    if word == long {
        return Some((next(), 2));
    }
    if let Some(value) = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('=')) {
        return Some((Some(value), 1));
    }
    let rest = word.strip_prefix(short?)?;
    match rest {
        "" => Some((next(), 2)),
        _ if word.starts_with("--") => None,
        _ => Some((Some(rest.strip_prefix('=').unwrap_or(rest)), 1)),
    }
}

fn compose(words: &[String], holes: &Holes, assigned: Vec<(String, String)>) -> ReadCommand {
    let mut command = Compose::default();
    let mut rest = words;
    let mut open = false;
    while let Some(word) = rest.first() {
        let mut length = 1;
        if let Some((value, words)) = option(rest, Some("-f"), "--file") {
            command.files.extend(value.map(str::to_owned));
            length = words;
        } else if let Some((value, words)) = option(rest, None, "--env-file") {
            command.env_files.extend(value.map(str::to_owned));
            length = words;
        } else if let Some((value, words)) = option(rest, None, "--profile") {
            command.profiles.extend(value.map(str::to_owned));
            length = words;
        } else if let Some((value, words)) = option(rest, Some("-p"), "--project-name") {
            command.name = value.map(str::to_owned);
            length = words;
        } else if let Some((value, words)) =
            option(rest, None, "--project-directory").or_else(|| option(rest, None, "--workdir"))
        {
            command.directory = value.map(str::to_owned);
            length = words;
        } else if matches!(word.as_str(), "--help" | "-h" | "--version" | "-v" | "-version") {
            return ReadCommand::Nothing;
        } else if WITH_VALUE.contains(&word.as_str()) {
            length = 2;
        } else if let Some(hole) = holes.whole(word) {
            match hole {
                Hole::Computed(_) => return ReadCommand::Nothing,
                Hole::Unset(_) | Hole::Arguments => open = true,
            }
        } else if !word.starts_with('-') {
            return match subcommand(word) {
                Some(starts) => ReadCommand::Compose(Compose { starts, ..command }, assigned),
                None => ReadCommand::Nothing,
            };
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    // Whoever calls it adds the subcommand.
    if open { ReadCommand::Compose(Compose { starts: true, ..command }, assigned) } else { ReadCommand::Nothing }
}

/// Whether a subcommand starts something; nothing for a word that is none, or needs no project.
fn subcommand(word: &str) -> Option<bool> {
    let word = word.trim_end_matches(['.', ',', ';', ':', ')', '!', '?', '\'', '"', '`']);
    if STARTING.contains(&word) {
        return Some(true);
    }
    // A placeholder in a document, or a variable that chooses.
    if has_hole(word) || matches!(word, "…" | "...") || word.starts_with('[') && word.ends_with(']') {
        return Some(true);
    }
    INSPECTING.contains(&word).then_some(false)
}

fn stack(words: &[String], assigned: Vec<(String, String)>) -> ReadCommand {
    let mut command = Compose { swarm: true, starts: true, ..Compose::default() };
    let mut rest = words;
    while let Some(word) = rest.first() {
        let mut length = 1;
        if let Some((value, words)) = option(rest, Some("-c"), "--compose-file") {
            command.files.extend(value.map(str::to_owned));
            length = words;
        } else if matches!(word.as_str(), "--resolve-image" | "--orchestrator" | "--namespace" | "--kubeconfig") {
            length = 2;
        } else if !word.starts_with('-') {
            command.name = Some(word.clone());
            break;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    match command.files.is_empty() {
        true => ReadCommand::Nothing,
        false => ReadCommand::Compose(command, assigned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn shown(text: &str) -> String {
        let mut holes = Holes::default();
        let text = text.replace("ARGUMENTS", &holes.text(Hole::Arguments));
        let text = text.replace("COMPUTED", &holes.text(Hole::Computed("date".to_owned())));
        let text = text.replace("DC", &holes.text(Hole::Unset("DOCKER_COMPOSE".to_owned())));
        match read(&words(&text), &holes) {
            ReadCommand::Compose(command, assigned) => {
                let mut shown = vec![if command.swarm { "swarm" } else { "compose" }.to_owned()];
                shown.extend(assigned.iter().map(|(name, value)| format!("{name}={value}")));
                shown.extend(command.files.iter().map(|file| format!("f:{file}")));
                shown.extend(command.env_files.iter().map(|file| format!("e:{file}")));
                shown.extend(command.profiles.iter().map(|name| format!("x:{name}")));
                shown.extend(command.name.iter().map(|name| format!("p:{name}")));
                shown.extend(command.directory.iter().map(|name| format!("d:{name}")));
                shown.push(if command.starts { "starts" } else { "inspects" }.to_owned());
                shown.join(" ")
            }
            ReadCommand::Nothing => "nothing".to_owned(),
            ReadCommand::Other => "other".to_owned(),
        }
    }

    #[test]
    fn options_of_compose() {
        let check = |text: &str, expect: &str| assert_eq!(shown(text), expect, "{text}");
        check("docker compose -f a -f=b -fc --file d --file=e up -f g", "compose f:a f:b f:c f:d f:e starts");
        check("docker --context x compose --profile a,b -p n logs -f", "compose x:a,b p:n inspects");
        check("/usr/bin/docker-compose --env-file=.e --project-directory . up", "compose e:.e d:. starts");
        check("podman-compose --ansi never up", "compose starts");
        check("docker compose -f a ARGUMENTS", "compose f:a starts");
        check("docker compose COMPUTED up", "nothing");
        check("DC -f a up", "compose f:a starts");
        check("docker compose -f a", "nothing");
    }

    #[test]
    fn words_in_front() {
        let check = |text: &str, expect: &str| assert_eq!(shown(text), expect, "{text}");
        check("sudo -u x env A=1 docker compose up", "compose A=1 starts");
        check("timeout -k 5 300 docker compose up", "compose starts");
        check("cross-env A=1 B=2 docker compose up", "compose A=1 B=2 starts");
        check("retry 3 -- docker compose -f a up", "compose f:a starts");
        check("command -v docker-compose up", "other");
    }

    #[test]
    fn stacks() {
        let check = |text: &str, expect: &str| assert_eq!(shown(text), expect, "{text}");
        check("docker stack deploy --prune -c a --compose-file=b n", "swarm f:a f:b p:n starts");
        check("docker stack rm a", "nothing");
        check("docker stack deploy n", "nothing");
    }

    #[test]
    fn what_is_no_command() {
        let check = |text: &str, expect: &str| assert_eq!(shown(text), expect, "{text}");
        for text in [
            "docker compose version",
            "docker compose ls",
            "docker compose --help",
            "docker-compose --version",
            "docker build -f a",
        ] {
            check(text, "nothing");
        }
        for text in [
            "apt-get install docker-compose up",
            "pip install docker-compose up-to-date",
            "my-docker-compose -f a up",
            "./docker-compose.sh -f a up",
            "docker-compose-wait up",
            "tool/docker-compose/run up",
            "scanner -c a",
            "curl -o /usr/local/bin/docker-compose up",
        ] {
            check(text, "other");
        }
        check("docker composer -f a up", "nothing");
    }
}
