//! Files that lead out of a repository, never end or cannot be read: nothing outside is read or written, nothing waits, and
//! what was not judged is said. The promises are those of `docs/security.md`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{OPEN, code, project, run, run_with, stderr, stdout, write};

/// What no output may hold.
const MARK: &str = "OutsideMark77";

/// A repository with some files, next to a directory with the files that it must not reach.
fn enclosed(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = project("hostile_files", name, &[]);
    let (repository, outside) = (folder.join("repo"), folder.join("outside"));
    fs::remove_dir(folder.join(".git")).unwrap();
    fs::create_dir_all(repository.join(".git")).unwrap();
    write(&repository, files);
    let service = format!("services:\n  a:\n    image: {MARK}\n    container_name: {MARK}\n    restrat: {MARK}\n");
    write(
        &outside,
        &[
            ("frag.yaml", service.as_str()),
            ("compose.yaml", &service),
            ("sub/compose.yaml", &service),
            ("e.env", &format!("A={MARK}\n{MARK} x\n")),
            ("p.yaml", &format!("rules: {{{MARK}: off}}\n")),
            ("known.json", &format!("{{\"{MARK}\": 1}}\n")),
            ("n.conf", &format!("server {{ listen 80; location / {{ proxy_pass http://{MARK}:1; }} }}\n")),
        ],
    );
    repository
}

/// All that the program says about a repository, whichever command it is asked with.
fn said(repository: &Path) -> String {
    let mut said = String::new();
    for arguments in [
        &["check", "--strict", "--style", "--show", "info", "--format", "text"][..],
        &["check", "--format", "json"],
        &["check", "--diff", "--unsafe-fixes"],
        &["check", "-f", "compose.yaml", "--format", "concise", "--show", "info"],
        &["resolve"],
        &["graph"],
        &["projects"],
        &["baseline", "--output", "made.json"],
    ] {
        let output = run(repository, arguments);
        assert!(output.status.code().is_some(), "{arguments:?} was ended by a signal");
        said.push_str(&stdout(&output));
        said.push_str(&stderr(&output));
    }
    said.push_str(&fs::read_to_string(repository.join("made.json")).unwrap_or_default());
    said
}

/// A file of a repository, and what it must not reach.
type Trap = (&'static str, &'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

const PLAIN: &str = "services:\n  a:\n    image: busybox:1.37\n";

const TRAPS: &[Trap] = &[
    ("include", &[("compose.yaml", "include: [../outside/frag.yaml]\n")], &[]),
    ("extends", &[("compose.yaml", "services: {b: {extends: {file: ../outside/frag.yaml, service: a}}}\n")], &[]),
    ("env-file", &[("compose.yaml", "services: {a: {image: 'busybox:1', env_file: ../outside/e.env}}\n")], &[]),
    ("compose-file", &[("compose.yaml", PLAIN), (".env", "COMPOSE_FILE=compose.yaml:../outside/frag.yaml\n")], &[]),
    ("link", &[], &[("../outside/compose.yaml", "compose.yaml")]),
    ("override", &[("compose.yaml", PLAIN)], &[("../outside/frag.yaml", "compose.override.yaml")]),
    ("dotenv", &[("compose.yaml", "services: {a: {image: \"x:${A}\"}}\n")], &[("../outside/e.env", ".env")]),
    ("directory", &[("compose.yaml", "include: [d/frag.yaml]\n")], &[("../outside", "d")]),
    ("settings", &[("compose.yaml", PLAIN)], &[("../outside/p.yaml", "plimsoll.yaml")]),
    ("base", &[("compose.yaml", PLAIN), ("plimsoll.yaml", "extends: ../outside/p.yaml\n")], &[]),
    (
        "proxy",
        &[("compose.yaml", "services: {a: {image: 'nginx:1.27', volumes: ['./n.conf:/etc/nginx/nginx.conf']}}\n")],
        &[("../outside/n.conf", "n.conf")],
    ),
];

#[test]
fn nothing_outside_of_the_repository_is_read() {
    for (name, files, links) in TRAPS {
        let repository = enclosed(name, files);
        for (target, link) in *links {
            symlink(target, repository.join(link)).unwrap();
        }
        let said = said(&repository).to_lowercase();
        assert!(!said.contains(&MARK.to_lowercase()), "{name}: {said}");
        assert!(said.contains("outside the repository"), "{name}: {said}");
    }
}

#[test]
fn a_path_outside_opens_that_path_and_no_other() {
    let repository = enclosed("named", &[("compose.yaml", "include: [../outside/frag.yaml]\n")]);
    write(
        &repository.join("../outside"),
        &[("own.env", "TAG=1\n"), ("named/compose.yaml", "include: [../frag.yaml]\n")],
    );
    // The folder of these tests is itself in a repository, which ignores it.
    fs::create_dir_all(repository.join("../outside/named/.git")).unwrap();
    for arguments in [
        &["check", "--format", "json", "-f", "compose.yaml", "--env-file", "../outside/own.env"][..],
        &["check", "--format", "json", ".", "../outside/named"],
        &["check", "--format", "json", "../outside/named"],
        &["resolve", "--env-file", "../outside/own.env"],
    ] {
        let output = run(&repository, arguments);
        assert!(!(stdout(&output) + &stderr(&output)).contains(MARK), "{arguments:?}");
    }
    let open = enclosed("opened", &[("compose.yaml", "services: {a: {image: \"busybox:${TAG}\"}}\n")]);
    write(&open.join("../outside"), &[("own.env", "TAG=1.37\n")]);
    let resolved = stdout(&run(&open, &["resolve", "--env-file", "../outside/own.env"]));
    assert!(resolved.contains("busybox:1.37"), "{resolved}");
}

#[test]
fn what_git_keeps_is_not_read() {
    let repository =
        enclosed("git", &[("compose.yaml", "services: {a: {image: 'x:1', env_file: [.git/config, l]}}\n")]);
    write(&repository, &[(".git/config", MARK)]);
    symlink(".git/config", repository.join("l")).unwrap();
    let said = said(&repository);
    assert!(!said.contains(MARK) && said.contains("part of the git directory"), "{said}");
    // A git directory under another name is one, too.
    let moved = enclosed("moved", &[("compose.yaml", "services: {a: {image: 'x:1', env_file: kept/config}}\n")]);
    fs::remove_dir(moved.join(".git")).unwrap();
    write(&moved, &[(".git", "gitdir: kept\n"), ("kept/config", MARK)]);
    let said = self::said(&moved);
    assert!(!said.contains(MARK) && said.contains("part of the git directory"), "{said}");
}

#[test]
fn what_has_no_end_is_not_waited_for() {
    for (name, file) in [
        ("pipe-settings", "plimsoll.yaml"),
        ("pipe-env", ".env"),
        ("pipe-file", "compose.yaml"),
        ("pipe-make", "Makefile"),
    ] {
        let repository = enclosed(name, &[("other/compose.yaml", OPEN)]);
        if file != "compose.yaml" {
            write(&repository, &[("compose.yaml", PLAIN)]);
        }
        assert!(Command::new("mkfifo").arg(repository.join(file)).status().unwrap().success());
        let output = run(&repository, &["check", "--format", "concise"]);
        assert!([1, 2].contains(&code(&output)), "{name}: {}", stderr(&output));
    }
    let folder = enclosed("device", &[("compose.yaml", PLAIN)]);
    fs::remove_dir(folder.join(".git")).unwrap();
    symlink("/proc/self/environ", folder.join(".env")).unwrap();
    let said = said(&folder);
    assert!(!said.contains("/nonexistent"), "the variables of the process are shown: {said}");
    let long = "a: 1\n".repeat(1_700_000);
    let output = run_with(&folder, &["check", "--stdin-filename", "compose.yaml", "-"], &long);
    assert_eq!((code(&output), stderr(&output).as_str()), (2, "plimsoll: standard input: more than 8388608 bytes\n"));
}

#[test]
fn what_was_not_judged_does_not_look_clean() {
    let judged = |name: &str, files: &[(&str, &str)], links: &[(&str, &str)], arguments: &[&str]| {
        let repository = enclosed(name, files);
        for (target, link) in links {
            symlink(target, repository.join(link)).unwrap();
        }
        let output = run(&repository, &[&["check", "--format", "concise"], arguments].concat());
        (code(&output), stdout(&output) + &stderr(&output))
    };
    let (code, said) = judged("linked", &[("stack.txt", OPEN)], &[("stack.txt", "compose.yaml")], &[]);
    assert!(code == 1 && said.contains("exposed-datastore"), "{said}");
    let (code, said) = judged("led-out", &[], &[("../outside/compose.yaml", "compose.yaml")], &[]);
    assert_eq!(
        (code, said.lines().last().unwrap()),
        (2, "plimsoll: compose.yaml: not judged: outside the repository (plimsoll only reads files inside it)")
    );
    for arguments in [["compose.yaml"].as_slice(), &["-f", "compose.yaml"], &["d"], &["."]] {
        let links = [("../outside/compose.yaml", "compose.yaml"), ("../outside/sub", "d")];
        let (code, said) = judged("named-out", &[], &links, arguments);
        assert!(code == 2 && said.contains("not judged"), "{arguments:?}: {said}");
    }
    let (code, said) = judged("nowhere", &[("compose.yaml", PLAIN)], &[("none", "plimsoll.yaml")], &[]);
    assert!(code == 2 && said.contains("plimsoll.yaml"), "{said}");
}

#[test]
fn a_configuration_that_cannot_be_read_is_said() {
    let compose = "services: {a: {image: 'nginx:1.27', volumes: ['./n.conf:/etc/nginx/nginx.conf:ro']}}\n";
    let repository = enclosed("latin", &[("compose.yaml", compose)]);
    fs::write(repository.join("n.conf"), b"# \xe9\n").unwrap();
    let output = run(&repository, &["check", "--format", "concise"]);
    assert_eq!(
        (code(&output), stderr(&output).as_str()),
        (0, "plimsoll: n.conf: not judged: invalid UTF-8 at byte 2\n"),
        "the application may read it"
    );
    assert_eq!(code(&run(&repository, &["check", "--format", "concise", "n.conf"])), 2, "it is named");
    fs::write(repository.join("compose.yaml"), b"# \xe9\nservices: {}\n").unwrap();
    assert_eq!(code(&run(&repository, &["check", "--format", "concise"])), 1, "docker compose reads this one");
    write(&repository, &[("compose.yaml", compose)]);
    write(&repository, &[("plimsoll.yaml", "exclude: [n.conf]\n")]);
    assert_eq!(code(&run(&repository, &["check", "--format", "concise"])), 0, "nobody asked for what is excluded");
}

#[test]
fn a_directory_that_cannot_be_listed_is_said() {
    let repository = enclosed("closed", &[("compose.yaml", PLAIN), ("closed/compose.yaml", OPEN)]);
    let closed = repository.join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o111)).unwrap();
    let is_root = fs::read_dir(&closed).is_ok();
    let output = run(&repository, &["check", "--format", "concise"]);
    let elsewhere = run(&repository, &["check", "--format", "concise", "compose.yaml"]);
    let listed = run(&repository, &["projects"]);
    write(&repository, &[("plimsoll.yaml", "exclude: [closed/]\n")]);
    let excluded = run(&repository, &["check", "--format", "concise"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if !is_root {
        assert!(code(&output) == 2 && stderr(&output).contains("closed: not judged: "), "{}", stderr(&output));
        assert!(code(&listed) == 2 && stderr(&listed).contains("closed: not read: "), "{}", stderr(&listed));
    }
    assert_eq!(code(&elsewhere), 0, "what is not asked for is not missed");
    assert_eq!(code(&excluded), if is_root { 0 } else { code(&elsewhere) }, "nor what is excluded");
}

#[test]
fn nothing_outside_is_written() {
    let repository = enclosed("written", &[("compose.yaml", OPEN)]);
    symlink("../outside/known.json", repository.join("plimsoll-baseline.json")).unwrap();
    symlink("../outside/new.sarif", repository.join("out.sarif")).unwrap();
    symlink("../outside", repository.join("d")).unwrap();
    let kept = fs::read_to_string(repository.join("../outside/known.json")).unwrap();
    for arguments in [
        &["baseline"][..],
        &["check", "--output", "json=plimsoll-baseline.json"],
        &["check", "--output", "sarif=out.sarif"],
        &["check", "--output", "json=d/new.json"],
    ] {
        let output = run(&repository, arguments);
        assert!(code(&output) == 2 && !stderr(&output).is_empty(), "{arguments:?}");
    }
    assert_eq!(fs::read_to_string(repository.join("../outside/known.json")).unwrap(), kept);
    assert!(!repository.join("../outside/new.sarif").exists() && !repository.join("../outside/new.json").exists());
    let output = run(&repository, &["check", "--output", "json=../outside/asked.json"]);
    assert!(code(&output) == 1 && repository.join("../outside/asked.json").exists(), "a path that is named is written");
}

#[test]
fn a_fix_loses_no_second_name_and_leaves_nothing_behind() {
    let mistake = "services:\n  a:\n    image: busybox:1.37\n    restrat: always\n";
    let repository = enclosed("second", &[("compose.yaml", mistake)]);
    fs::hard_link(repository.join("compose.yaml"), repository.join("second")).unwrap();
    let output = run(&repository, &["check", "--fix", "--format", "concise"]);
    assert!(stderr(&output).contains("compose.yaml: skipped") && stderr(&output).contains("hard links"), "{output:?}");
    fs::remove_file(repository.join("second")).unwrap();
    fs::set_permissions(repository.join("compose.yaml"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(code(&run(&repository, &["check", "--fix", "--format", "concise"])), 0);
    let mode = fs::metadata(repository.join("compose.yaml")).unwrap().permissions().mode();
    let names = fs::read_dir(&repository).unwrap().count();
    assert_eq!((mode & 0o777, names), (0o600, 2), "the mode stays, and beside `.git` there is one file");
}
