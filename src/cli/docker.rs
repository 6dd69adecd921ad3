//! The plugin of Docker's command line: as `docker-plimsoll` among its plugins, `docker plimsoll check` is `plimsoll check`.
//!
//! What Docker asks of a plugin: <https://github.com/docker/cli/blob/master/cli-plugins/metadata/metadata.go>; how it
//! completes: `ShellCompRequestCmd` of <https://pkg.go.dev/github.com/spf13/cobra>.

use std::ffi::OsString;
use std::path::Path;

use clap::{Arg, Command, CommandFactory};

use super::arguments::Arguments;

/// The name of the program among Docker's plugins.
const FILE_NAME: &str = "docker-plimsoll";
/// What Docker calls the command.
const NAME: &str = "plimsoll";
/// The options of `docker` itself that take a value: they may precede the command.
const TAKE_A_VALUE: [&str; 9] =
    ["--config", "-c", "--context", "-H", "--host", "-l", "--log-level", "--tlscacert", "--tlscert"];
/// What the shell is to do where nothing is offered: complete the names of files, or nothing.
const FILES: &str = ":0\n";
const NO_FILES: &str = ":4\n";

/// What a call of the program asks for.
#[derive(Debug, PartialEq)]
pub(super) enum PluginCall {
    /// A command of the program, with the words that usage texts begin with.
    Command { arguments: Vec<OsString>, name: &'static str },
    /// An answer to Docker's command line.
    Answer(String),
}

/// Reads the arguments, the program's own name first.
pub(super) fn call(arguments: Vec<OsString>) -> PluginCall {
    let program = arguments.first().map(|path| Path::new(path).file_stem().unwrap_or_default().to_owned());
    if program.is_none_or(|program| program != FILE_NAME) {
        return PluginCall::Command { arguments, name: NAME };
    }
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match words.first().map(String::as_str) {
        Some("docker-cli-plugin-metadata") => return PluginCall::Answer(metadata()),
        Some("__complete" | "__completeNoDesc") => {
            return PluginCall::Answer(completed(words.get(2..).unwrap_or_default()));
        }
        _ => {}
    }
    let Some(at) = command_at(&words) else { return PluginCall::Command { arguments, name: NAME } };
    let help = words.iter().take(at).any(|word| word == "help").then(|| OsString::from("help"));
    let own = arguments.iter().skip(at + 2).cloned();
    let arguments = arguments.iter().take(1).cloned().chain(help).chain(own).collect();
    PluginCall::Command { arguments, name: "docker plimsoll" }
}

/// Where the name of the command is, behind the options of `docker`.
fn command_at(words: &[String]) -> Option<usize> {
    let mut is_value = false;
    for (at, word) in words.iter().enumerate() {
        if std::mem::take(&mut is_value) {
            continue;
        }
        match word.as_str() {
            NAME => return Some(at),
            option if TAKE_A_VALUE.contains(&option) || option == "--tlskey" => is_value = true,
            option if option.starts_with('-') || option == "help" => {}
            _ => return None,
        }
    }
    None
}

fn metadata() -> String {
    let about = serde_json::json!({
        "SchemaVersion": "0.1.0",
        "Vendor": "plimsoll",
        "Version": concat!("v", env!("CARGO_PKG_VERSION")),
        "ShortDescription": "Report what will break, leak or lose data in Compose projects",
        "URL": env!("CARGO_PKG_REPOSITORY"),
    });
    format!("{about}\n")
}

/// What may stand in place of the last word, one a line with a description behind a tab, and what the shell does besides.
fn completed(words: &[String]) -> String {
    let Some((last, before)) = words.split_last() else { return NO_FILES.to_owned() };
    let mut root = Arguments::command();
    root.build();
    let mut command = &root;
    let mut value_of = None;
    for word in before {
        match value_of.take() {
            Some(_) => {}
            None if word.starts_with('-') => value_of = option(command, word).filter(|_| !word.contains('=')),
            None => command = command.find_subcommand(word).unwrap_or(command),
        }
    }
    let default = command.find_subcommand("check").filter(|_| command.get_name() == NAME);
    match (value_of, last.split_once('=')) {
        (Some(arg), _) => values(arg, "", last),
        (None, Some((name, value))) if last.starts_with('-') => match option(command, name) {
            Some(arg) => values(arg, &format!("{name}="), value),
            None => NO_FILES.to_owned(),
        },
        (None, _) if last.starts_with('-') => {
            let args = command.get_arguments().chain(default.into_iter().flat_map(Command::get_arguments));
            let named = args.filter(|arg| !arg.is_hide_set()).filter_map(|arg| {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                Some((format!("--{}", arg.get_long()?), help))
            });
            listed(named, last) + NO_FILES
        }
        (None, _) => {
            let commands = command.get_subcommands().filter(|one| !one.is_hide_set());
            let commands = commands.map(|one| (one.get_name().to_owned(), about(one)));
            match command.get_positionals().next() {
                Some(arg) => values(arg, "", last),
                None => listed(commands, last) + FILES,
            }
        }
    }
}

/// An option of a command, or of `check`, which may be left out.
fn option<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let name = word.split('=').next().unwrap_or(word);
    let of = |command: &'a Command| {
        command.get_arguments().find(|arg| {
            let is_long = arg.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long));
            let is_short = arg.get_short().is_some_and(|short| name.strip_prefix('-') == Some(&short.to_string()));
            (is_long || is_short) && arg.get_action().takes_values()
        })
    };
    of(command).or_else(|| of(command.find_subcommand("check")?))
}

/// The values that an argument takes, behind what is written already.
fn values(arg: &Arg, written: &str, last: &str) -> String {
    let (list, start) = match last.rsplit_once(',').filter(|_| arg.get_value_delimiter() == Some(',')) {
        Some((list, start)) => (format!("{written}{list},"), start),
        None => (written.to_owned(), last),
    };
    let possible = arg.get_possible_values();
    let then = if possible.is_empty() { FILES } else { NO_FILES };
    let known = possible.iter().filter(|value| !value.is_hide_set() && value.get_name().starts_with(start));
    let known = known.map(|value| {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        (format!("{list}{}", value.get_name()), help)
    });
    listed(known, "") + then
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn listed(offers: impl Iterator<Item = (String, String)>, start: &str) -> String {
    let fitting = offers.filter(|(name, _)| name.starts_with(start));
    fitting.map(|(name, help)| format!("{name}\t{}\n", help.lines().next().unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> PluginCall {
        call(words.iter().map(OsString::from).collect())
    }

    fn given(words: &[&str]) -> Vec<String> {
        match asked(words) {
            PluginCall::Command { arguments, .. } => {
                arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
            }
            PluginCall::Answer(text) => panic!("answered {text}"),
        }
    }

    fn offered(words: &[&str]) -> String {
        let before = ["docker-plimsoll", "__complete", "plimsoll"];
        match asked(&[&before[..], words].concat()) {
            PluginCall::Answer(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn docker_calls_the_plugin_with_its_own_options_first() {
        let plugin = "/usr/libexec/docker/cli-plugins/docker-plimsoll";
        assert_eq!(given(&[plugin, "plimsoll", "check", "--help"]), ["check", "--help"]);
        assert_eq!(given(&[plugin, "-D", "--context", "plimsoll", "plimsoll", "plimsoll"]), ["plimsoll"]);
        assert_eq!(given(&[plugin, "--host=tcp://a", "plimsoll"]), [""; 0]);
        assert_eq!(given(&[plugin, "help", "plimsoll", "check"]), ["help", "check"]);
        assert_eq!(given(&[plugin, "check", "plimsoll"]), ["check", "plimsoll"]);
        assert_eq!(given(&["plimsoll", "plimsoll"]), ["plimsoll"]);
        assert_eq!(given(&["C:/plugins/docker-plimsoll.exe", "plimsoll", "rules"]), ["rules"]);
    }

    #[test]
    fn docker_is_told_what_the_plugin_is() {
        let PluginCall::Answer(text) = asked(&["docker-plimsoll", "docker-cli-plugin-metadata"]) else { panic!() };
        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(told["SchemaVersion"], "0.1.0");
        assert_eq!(told["Version"], format!("v{}", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn commands_options_and_values_are_completed() {
        assert!(offered(&["ch"]).starts_with("check\tCheck Compose projects"));
        assert!(offered(&["ch"]).ends_with(FILES));
        assert!(offered(&["check", "--form"]).starts_with("--format\tOutput format\n"));
        assert!(offered(&["--form"]).starts_with("--format\t"), "`check` may be left out");
        let names = |text: String| -> Vec<String> {
            text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(names(offered(&["check", "--format", "jso"])), ["json", "jsonl", ":4"]);
        assert_eq!(names(offered(&["check", "--format=sar"])), ["--format=sarif", ":4"]);
        assert!(
            offered(&["check", "--select", "exposed-datastore,unset-sec"]).contains("exposed-datastore,unset-secret\t")
        );
        assert_eq!(offered(&["check", "-f", ""]), FILES);
        assert_eq!(offered(&["check", "compose"]), FILES);
        assert!(offered(&["explain", "exposed-data"]).contains("exposed-datastore\t"));
    }
}
