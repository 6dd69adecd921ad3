//! Runs git with an environment and a configuration in which nothing from a checkout can run.

use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use super::programs::{find_in, search_path};

/// The settings that make git run a program or open a connection, each set to what does neither. The command line wins
/// over every configuration file.
const SETTINGS: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.gitProxy=none",
    "core.askPass=false",
    "core.alternateRefsCommand=false",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
];

/// The environment of git besides `PATH`; nothing else is inherited, no `GIT_…` above all.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("LC_ALL", "C"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_ASKPASS", "false"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// Variables that are handed on: what Windows needs to start a program, and who called `sudo`, whose files git accepts.
const INHERITED: &[&str] = &["SystemRoot", "SUDO_UID"];

/// The most bytes that are kept of what git complains about.
const MOST_WORDS: u64 = 64 * 1024;

/// The program `git` for one repository.
#[derive(Clone, Debug)]
pub(super) struct GitProgram {
    root: PathBuf,
    program: PathBuf,
    path: OsString,
    /// The values of `safe.directory` that the user has set.
    safe: Vec<OsString>,
}

impl GitProgram {
    /// The program for the repository with this root.
    pub(super) fn new(root: &Path) -> Result<GitProgram, String> {
        let path = search_path(root);
        let program =
            find_in(&path, "git").ok_or("comparing with a revision requires the program `git`, which was not found")?;
        let path = std::env::join_paths(path).map_err(|error| format!("`PATH`: {error}"))?;
        Ok(GitProgram { root: root.to_path_buf(), program, path, safe: Vec::new() })
    }

    /// Hands on which directories of other owners the user trusts.
    pub(super) fn trust_as_configured(&mut self) {
        for scope in ["--system", "--global"] {
            let mut command = self.bare_command();
            command.args(["config", scope, "--includes", "--type=path", "--null", "--get-all", "safe.directory"]);
            // Not in the repository: its configuration has no say here.
            command.current_dir(self.root.ancestors().last().unwrap_or(&self.root));
            for name in ["HOME", "XDG_CONFIG_HOME", "USERPROFILE", "ProgramData"] {
                command.envs(std::env::var_os(name).map(|value| (name, value)));
            }
            let output = command.stdin(Stdio::null()).output().map(|output| output.stdout).unwrap_or_default();
            let values = output.strip_suffix(b"\0").map(|values| values.split(|byte| *byte == 0));
            self.safe.extend(values.into_iter().flatten().map(|value| super::path_of(value).into_os_string()));
        }
    }

    /// What git prints.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        self.answer(arguments, &[], |output| {
            let mut bytes = Vec::new();
            output.read_to_end(&mut bytes).map_err(cannot_run)?;
            Ok(bytes)
        })
    }

    /// What a function reads of what git prints; git is not left behind, however the function ends.
    pub(super) fn answer<T>(
        &self,
        arguments: &[&str],
        input: &[u8],
        read: impl FnOnce(&mut BufReader<ChildStdout>) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut child = self.command(arguments).spawn().map_err(cannot_run)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let stdout = stdout.ok_or("`git` cannot be run: it has no output")?;
        let (answer, words) = thread::scope(|scope| {
            // Git answers before it has read everything, and may complain at any time.
            let written = thread::Builder::new().spawn_scoped(scope, move || {
                // Git may end without having read all of it.
                let _ = stdin.map(|mut stdin| stdin.write_all(input));
            });
            let words = thread::Builder::new().spawn_scoped(scope, move || {
                let mut words = Vec::new();
                let mut stderr = stderr?;
                stderr.by_ref().take(MOST_WORDS).read_to_end(&mut words).ok()?;
                io::copy(&mut stderr, &mut io::sink()).ok()?;
                Some(words)
            });
            let mut stdout = BufReader::new(stdout);
            let answer = match (&written, &words) {
                (Ok(_), Ok(_)) => read(&mut stdout),
                _ => Err("`git` cannot be run: no thread can be made".to_owned()),
            };
            if answer.is_err() {
                // Nobody reads on: without this, git would wait for it.
                let _ = child.kill();
            }
            drop(stdout);
            (answer, words.ok().and_then(|words| words.join().ok()).flatten().unwrap_or_default())
        });
        finish(child, answer, &words)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare_command();
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        // What was found is the repository: `core.worktree` does not move it, and git does not look further up. With
        // `GIT_DIR` git would no longer ask who owns it.
        command.env("GIT_WORK_TREE", &self.root);
        if let Some(above) = self.root.parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
        for directory in &self.safe {
            let mut setting = OsString::from("safe.directory=");
            setting.push(directory);
            command.arg("-c").arg(setting);
        }
        command.args(arguments).current_dir(&self.root);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn bare_command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("PATH", &self.path).envs(ENVIRONMENT.iter().copied());
        for name in INHERITED {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.arg("--no-pager").args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        command
    }
}

fn finish<T>(mut child: Child, answer: Result<T, String>, words: &[u8]) -> Result<T, String> {
    let status = child.wait().map_err(cannot_run)?;
    let words = String::from_utf8_lossy(words);
    match (answer, words.lines().next()) {
        (answer, _) if status.success() => answer,
        (Err(error), None) => Err(error),
        (_, words) => Err(format!("git: {}", words.unwrap_or("it failed").trim_start_matches("fatal: "))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn cannot_run(error: io::Error) -> String {
    format!("`git` cannot be run: {error}")
}
