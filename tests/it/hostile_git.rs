//! `check --since` in a checkout that wants to run something. Each trap is sprung by plain git first: it works.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{self, OPEN, code, git, program, run, stderr, stdout, write};

/// What `stacks/app/compose.yaml` brings.
const NEW: &str = "exposed-datastore";

/// A repository, and a directory next to it where every command of a trap leaves its name.
struct Trap {
    repository: PathBuf,
    marks: PathBuf,
}

impl Trap {
    /// A commit on `main`, and a branch whose compose file opens a port.
    fn new(name: &str) -> Trap {
        let files = [("stacks/app/compose.yaml", "services:\n  a:\n    image: example/a:1\n"), ("other.txt", "x\n")];
        let marks = common::project("hostile-git", &format!("{name}-marks"), &[]);
        fs::remove_dir(marks.join(".git")).unwrap();
        let trap = Trap { repository: common::branch("hostile-git", name, &files), marks };
        write(&trap.repository, &[("stacks/app/compose.yaml", OPEN)]);
        trap
    }

    /// A shell command that leaves its name.
    fn mark(&self, name: &str) -> String {
        format!("touch '{}/{name}'; cat", self.marks.display())
    }

    /// A program that leaves its name.
    fn script(&self, path: &Path, name: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("#!/bin/sh\ntouch '{}/{name}'\n", self.marks.display())).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn marked(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.marks).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Shows that plain git falls into the trap, and removes the marks.
    fn spring(&self, mut command: Command, expect: &[&str]) {
        command.stdin(Stdio::null()).output().unwrap();
        let marked = self.marked();
        for name in expect {
            assert!(marked.iter().any(|mark| mark == name), "the trap `{name}` does not work: {marked:?}");
        }
        for name in marked {
            fs::remove_file(self.marks.join(name)).unwrap();
        }
    }

    fn assert_unmarked(&self, run: &str) {
        assert_eq!(self.marked(), Vec::<String>::new(), "{run}");
    }

    /// Runs plimsoll once with each option that runs git.
    fn step_into_it(&self) {
        for option in ["--since", "--config-from"] {
            let output = run(&self.repository, &["check", option, "main", "--format", "concise"]);
            let shown = format!("{option}: {}{}", stdout(&output), stderr(&output));
            self.assert_unmarked(&shown);
            assert!(code(&output) == 1 && stdout(&output).contains(NEW), "{shown}");
        }
    }

    /// Runs plimsoll in every directory, with every form of argument. Where the new finding can be seen, it is.
    fn walk_into_it(&self) {
        for directory in ["", "stacks", "stacks/app", "stacks/app/objects", "stacks/app/refs/heads"] {
            let folder = self.repository.join(directory);
            if !folder.is_dir() {
                continue;
            }
            let app = self.repository.join("stacks/app");
            let file = app.join("compose.yaml");
            let (app, file) = (app.to_str().unwrap(), file.to_str().unwrap());
            for arguments in [&[] as &[&str], &["."], &[app], &[file], &["-f", file], &[".."]] {
                let arguments = [&["check", "--since", "main", "--format", "concise"], arguments].concat();
                let output = run(&folder, &arguments);
                let shown = format!("{directory}: {arguments:?}: {}{}", stdout(&output), stderr(&output));
                self.assert_unmarked(&shown);
                let is_named = arguments.contains(&file) || arguments.contains(&app);
                if is_named || matches!(directory, "" | "stacks" | "stacks/app") && !arguments.contains(&"..") {
                    assert!(code(&output) == 1 && stdout(&output).contains(NEW), "{shown}");
                }
            }
        }
    }
}

fn plain_git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command
}

/// Makes a bare repository out of ordinary files in a directory, with a working tree and commands.
fn embed(trap: &Trap, directory: &Path, worktree: &str) {
    let base = git(&trap.repository, &["rev-parse", "main"]);
    git(directory, &["init", "-q", "--bare", "-b", "main", "."]);
    let objects = trap.repository.join(".git/objects");
    fs::write(directory.join("objects/info/alternates"), format!("{}\n", objects.display())).unwrap();
    fs::write(directory.join("refs/heads/main"), base).unwrap();
    let blob = git(&trap.repository, &["rev-parse", "main:other.txt"]);
    let entry = format!("100644,{},compose.yaml", blob.trim());
    let git_dir = format!("--git-dir={}", directory.display());
    git(directory, &[&git_dir, "--work-tree=.", "update-index", "--add", "--cacheinfo", &entry]);
    for hook in ["post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction"] {
        trap.script(&directory.join("hooks").join(hook), hook);
    }
    let monitor = directory.join("hooks/fsmonitor-watchman");
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {worktree}\n\tfsmonitor = {}\n\
         [filter \"x\"]\n\tclean = {}\n",
        quoted(monitor.to_str().unwrap()),
        quoted(&trap.mark("clean"))
    );
    fs::write(directory.join("config"), config).unwrap();
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[test]
fn nothing_of_an_embedded_bare_repository_runs() {
    let trap = Trap::new("embedded");
    let app = trap.repository.join("stacks/app");
    embed(&trap, &app, ".");
    write(&app, &[(".gitattributes", "* filter=x\n")]);
    trap.spring(plain_git(&app, &["-c", "core.fsmonitor=false", "diff", "main"]), &["clean"]);
    trap.spring(plain_git(&app, &["status"]), &["fsmonitor-watchman"]);
    trap.step_into_it();
    // As a commit brings it.
    git(&trap.repository, &["add", "-A", "-f", "."]);
    git(&trap.repository, &["commit", "-q", "-m", "two"]);
    trap.walk_into_it();
}

#[test]
fn nothing_of_a_repository_that_a_git_file_names_runs() {
    let trap = Trap::new("git-file");
    let app = trap.repository.join("stacks/app");
    fs::create_dir_all(app.join("store")).unwrap();
    embed(&trap, &app.join("store"), app.to_str().unwrap());
    write(&app, &[(".gitattributes", "* filter=x\n"), (".git", "gitdir: store\n")]);
    trap.spring(plain_git(&app, &["-c", "core.fsmonitor=false", "diff", "main"]), &["clean"]);
    trap.spring(plain_git(&app, &["status"]), &["fsmonitor-watchman"]);
    for directory in ["", "stacks", "stacks/app", "stacks/app/store", "stacks/app/store/objects"] {
        for arguments in [&[] as &[&str], &["."], &["compose.yaml"], &["-f", "compose.yaml"]] {
            let arguments = [&["check", "--since", "main"], arguments].concat();
            let output = run(&trap.repository.join(directory), &arguments);
            trap.assert_unmarked(&format!("{directory}: {arguments:?}: {}", stderr(&output)));
        }
    }
}

#[test]
fn nothing_of_a_further_working_tree_runs() {
    let trap = Trap::new("further");
    let main = trap.repository.clone();
    let further = main.parent().unwrap().join("further-tree");
    let _ = fs::remove_dir_all(&further);
    git(&main, &["worktree", "prune"]);
    git(&main, &["worktree", "add", "-q", "-b", "more", further.to_str().unwrap(), "main"]);
    git(&main, &["config", "extensions.worktreeConfig", "true"]);
    let monitor = further.join("monitor");
    trap.script(&monitor, "monitor");
    git(&further, &["config", "--worktree", "core.fsmonitor", monitor.to_str().unwrap()]);
    git(&further, &["config", "--worktree", "core.alternateRefsCommand", &trap.mark("refs")]);
    // Its objects are in another place, too.
    let objects = trap.marks.parent().unwrap().join("further-objects");
    let _ = fs::remove_dir_all(&objects);
    fs::rename(main.join(".git/objects"), &objects).unwrap();
    write(&main, &[(".git/objects/info/alternates", &format!("{}\n", objects.display()))]);
    write(&further, &[("stacks/app/compose.yaml", OPEN)]);
    trap.spring(plain_git(&further, &["status"]), &["monitor"]);
    let trap = Trap { repository: further, ..trap };
    trap.step_into_it();
}

#[test]
fn nothing_that_the_configuration_of_the_repository_names_runs() {
    let trap = Trap::new("configured");
    let folder = &trap.repository;
    for name in [
        "filter.x.clean",
        "filter.y.process",
        "filter.z.clean",
        "diff.t.textconv",
        "diff.c.command",
        "diff.external",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "core.askPass",
        "core.editor",
        "core.gitProxy",
        "core.pager",
        "pager.ls-files",
        "pager.ls-tree",
        "credential.helper",
        "gpg.program",
        "uploadpack.packObjectsHook",
    ] {
        git(folder, &["config", name, &trap.mark(name)]);
    }
    for name in ["diff", "rev-parse", "merge-base", "ls-tree", "ls-files", "cat-file", "status"] {
        git(folder, &["config", &format!("alias.{name}"), &format!("!{}", trap.mark("alias"))]);
    }
    trap.script(&folder.join(".git/hooks/monitor"), "monitor");
    for hook in ["post-index-change", "reference-transaction", "post-checkout"] {
        trap.script(&folder.join(".git/hooks").join(hook), hook);
    }
    let elsewhere = common::project("hostile-git", "configured-elsewhere", &[("attributes", "*.yaml filter=z\n")]);
    git(folder, &["init", "-q", "--bare", elsewhere.join("far").to_str().unwrap()]);
    trap.script(&elsewhere.join("far/hooks/post-index-change"), "far");
    let alternates = format!("{}\n", elsewhere.join("far/objects").display());
    fs::write(folder.join(".git/objects/info/alternates"), alternates).unwrap();
    fs::write(folder.join(".git/included"), format!("[filter \"w\"]\n\tclean = {}\n", quoted(&trap.mark("w"))))
        .unwrap();
    for (name, value) in [
        ("core.attributesFile", elsewhere.join("attributes").to_str().unwrap()),
        ("include.path", "included"),
        ("submodule.recurse", "true"),
    ] {
        git(folder, &["config", name, value]);
    }
    trap.spring(plain_git(folder, &["diff", "main"]), &["filter.z.clean"]);
    write(folder, &[("stacks/.gitattributes", "*.yaml filter=x diff=t\n")]);
    trap.spring(plain_git(folder, &["diff", "--no-ext-diff", "main"]), &["filter.x.clean", "diff.t.textconv"]);
    trap.spring(plain_git(folder, &["diff", "main"]), &["diff.external"]);
    trap.walk_into_it();
    for attributes in ["*.yaml filter=y diff=c\n", "*.yaml filter=w\n"] {
        write(folder, &[("stacks/.gitattributes", attributes)]);
        trap.step_into_it();
    }
    git(folder, &["config", "core.fsmonitor", ".git/hooks/monitor"]);
    trap.spring(plain_git(folder, &["status"]), &["monitor"]);
    trap.step_into_it();
    // A working tree somewhere else does not distract from this one.
    git(folder, &["config", "core.worktree", elsewhere.to_str().unwrap()]);
    trap.step_into_it();
}

#[test]
fn nothing_is_fetched() {
    let keys = [("upload-pack", Some("remote.origin.uploadpack")), ("ext", None), ("ssh", Some("core.sshCommand"))];
    for (name, key) in keys {
        let trap = Trap::new(&format!("fetch-{name}"));
        let folder = &trap.repository;
        let act = trap.marks.with_extension("act");
        trap.script(&act, name);
        let url = match name {
            "ext" => format!("ext::sh {}", act.display()),
            "upload-pack" => trap.marks.display().to_string(),
            _ => "ssh://example.invalid/far.git".to_owned(),
        };
        git(folder, &["config", "extensions.partialClone", "origin"]);
        git(folder, &["config", "remote.origin.promisor", "true"]);
        git(folder, &["config", "remote.origin.url", &url]);
        git(folder, &["config", "protocol.allow", "always"]);
        git(folder, &["config", "protocol.ext.allow", "always"]);
        key.map(|key| git(folder, &["config", key, act.to_str().unwrap()]));
        let blob = git(folder, &["rev-parse", "main:stacks/app/compose.yaml"]);
        let (directory, file) = blob.trim().split_at(2);
        fs::remove_file(folder.join(".git/objects").join(directory).join(file)).unwrap();
        trap.spring(plain_git(folder, &["cat-file", "-p", blob.trim()]), &[name]);
        let output = run(folder, &["check", "--since", "main"]);
        trap.assert_unmarked(&stderr(&output));
        assert_eq!((code(&output), stdout(&output)), (2, String::new()));
        let expect = "git lacks the earlier text of `stacks/app/compose.yaml`";
        assert!(stderr(&output).contains(expect), "{}", stderr(&output));
    }
}

#[test]
fn the_environment_of_git_does_not_count() {
    let trap = Trap::new("environment");
    let folder = &trap.repository;
    let other = common::branch("hostile-git", "environment-other", &[("compose.yaml", OPEN)]);
    trap.script(&trap.marks.with_extension("act"), "act");
    trap.script(&trap.marks.with_extension("exec").join("git-ls-tree"), "exec");
    let act = trap.marks.with_extension("act").display().to_string();
    let home = trap.marks.with_extension("home");
    write(&home, &[(".gitconfig", &format!("[core]\n\tfsmonitor = {}\n", quoted(&act)))]);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let variables = [
        ("GIT_DIR", text(&other.join(".git"))),
        ("GIT_WORK_TREE", text(&other)),
        ("GIT_INDEX_FILE", text(&other.join("no-index"))),
        ("GIT_OBJECT_DIRECTORY", text(&other.join(".git/objects"))),
        ("GIT_COMMON_DIR", text(&other.join(".git"))),
        ("GIT_NAMESPACE", "other".to_owned()),
        ("GIT_CEILING_DIRECTORIES", text(folder)),
        ("GIT_EXEC_PATH", text(&trap.marks.with_extension("exec"))),
        ("GIT_CONFIG_GLOBAL", text(&home.join(".gitconfig"))),
        ("GIT_CONFIG_COUNT", "1".to_owned()),
        ("GIT_CONFIG_KEY_0", "core.fsmonitor".to_owned()),
        ("GIT_CONFIG_VALUE_0", act.clone()),
        ("GIT_CONFIG_PARAMETERS", format!("'core.fsmonitor'='{act}'")),
        ("GIT_EXTERNAL_DIFF", act.clone()),
        ("GIT_SSH_COMMAND", act.clone()),
        ("GIT_PROXY_COMMAND", act.clone()),
        ("GIT_ASKPASS", act.clone()),
        ("GIT_PAGER", act.clone()),
        ("GIT_TRACE", text(&trap.marks.join("trace"))),
        ("GIT_TRACE2_EVENT", text(&trap.marks.join("trace2"))),
        ("GIT_REDIRECT_STDOUT", text(&trap.marks.join("output"))),
        ("GIT_LITERAL_PATHSPECS", "nonsense".to_owned()),
        ("GIT_DEFAULT_HASH", "nonsense".to_owned()),
        ("HOME", text(&home)),
    ];
    let mut command = plain_git(folder, &["diff", "main"]);
    command.env("GIT_EXTERNAL_DIFF", &act).env("GIT_TRACE", trap.marks.join("trace"));
    trap.spring(command, &["act", "trace"]);
    let check = |variables: &[(&str, String)]| {
        let mut command = program(&folder.join("stacks"));
        command.args(["check", "--since", "main", "--format", "concise"]).envs(variables.iter().cloned());
        let output = command.output().unwrap();
        trap.assert_unmarked(&format!("{variables:?}: {}", stderr(&output)));
        (code(&output), stdout(&output))
    };
    let plain = check(&[]);
    assert!(plain.1.contains(NEW), "{plain:?}");
    assert_eq!(check(&variables), plain);
    // A hook has these alone.
    for hook in [&variables[..1], &variables[..2], &variables[2..3]] {
        assert_eq!(check(hook), plain, "{hook:?}");
    }
}

#[test]
fn the_program_is_never_one_of_the_checkout() {
    let trap = Trap::new("program");
    let folder = &trap.repository;
    trap.script(&folder.join("git"), "here");
    trap.script(&folder.join("bin/git"), "bin");
    let own = folder.join("bin").display().to_string();
    for path in [".".to_owned(), String::new(), "bin".to_owned(), own] {
        let path = format!("{path}:/usr/local/bin:/usr/bin:/bin");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "git --version"]).current_dir(folder).env_clear().env("PATH", &path);
        trap.spring(command, &[if path.contains("bin:/usr/local") { "bin" } else { "here" }]);
        let mut command = program(folder);
        let output = command.args(["check", "--since", "main"]).env("PATH", &path).output().unwrap();
        trap.assert_unmarked(&path);
        assert!(stdout(&output).contains(NEW), "{path}: {}", stderr(&output));
    }
}

#[test]
fn a_repository_of_another_owner_is_refused_unless_the_user_trusts_it() {
    let trap = Trap::new("owner");
    let folder = &trap.repository;
    if fs::metadata(folder).unwrap().uid() != 0 {
        // Only root can give files away. Where it is someone else, the rest of this file is all there is to see.
        return;
    }
    for path in [folder.clone(), folder.join(".git")] {
        chown(path, Some(65534), Some(65534)).unwrap();
    }
    let home = trap.marks.with_extension("home");
    trap.script(&home.join("monitor"), "monitor");
    let monitor = home.join("monitor").display().to_string();
    let check = |trusted: &str| {
        write(&home, &[(".gitconfig", &format!("{trusted}[core]\n\tfsmonitor = {monitor}\n"))]);
        let mut command = program(folder);
        let output = command.args(["check", "--since", "main"]).env("HOME", &home).output().unwrap();
        trap.assert_unmarked(trusted);
        output
    };
    for trusted in ["", "[safe]\n\tdirectory = /somewhere/else\n", "[safe]\n\tdirectory = *\n\tdirectory =\n"] {
        let output = check(trusted);
        assert_eq!((code(&output), stdout(&output)), (2, String::new()), "{trusted}");
        assert!(stderr(&output).contains("dubious ownership"), "{}", stderr(&output));
    }
    for trusted in [format!("[safe]\n\tdirectory = {}\n", folder.display()), "[safe]\n\tdirectory = *\n".to_owned()] {
        let output = check(&trusted);
        assert!(stdout(&output).contains(NEW), "{trusted}: {}", stderr(&output));
    }
}
