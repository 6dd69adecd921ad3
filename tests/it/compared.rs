//! What was known before does not count, end to end: baselines and `--since`.

use crate::common;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{OPEN, active, code, git, program, report, run, standing, stderr, stdout, write};

fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::project("compared", name, files)
}

fn branch(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::branch("compared", name, files)
}

#[test]
fn a_baseline_knows_what_was_and_says_what_is_gone() {
    let folder = project(
        "baseline",
        &[
            ("a/compose.yaml", OPEN),
            ("b/compose.yaml", &OPEN.replace("redis", "postgres").replace("6379:6379", "127.0.0.1:5432:5432")),
        ],
    );
    let before = active(&folder, &[]);
    assert!(before.len() >= 2, "{before:?}");
    let output = run(&folder, &["baseline"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let written = fs::read_to_string(folder.join("plimsoll-baseline.json")).unwrap();
    assert!(!written.contains("open on port") && !written.contains("6379:6379"), "{written}");
    // From anywhere the same file is written and understood.
    let elsewhere = run(&folder.join("a"), &["baseline", "..", "--output", "../plimsoll-baseline.json"]);
    assert_eq!(code(&elsewhere), 0, "{}", stderr(&elsewhere));
    assert_eq!(fs::read_to_string(folder.join("plimsoll-baseline.json")).unwrap(), written);
    let report_of = report(&folder.join("a"), &["..", "--baseline", "../plimsoll-baseline.json"]);
    assert_eq!(standing(&report_of).0, Vec::<String>::new());
    assert_eq!(report_of["baseline"]["known"], before.len());
    assert_eq!(report_of["baseline"]["gone"], serde_json::json!([]));
    assert_eq!(code(&run(&folder, &["check", "--baseline", "plimsoll-baseline.json"])), 0);

    let mended = OPEN.replace("\"6379:6379\"", "\"127.0.0.1:6379:6379\"").replace(
        "  db:\n    image: example/db:1",
        "  db:\n    image: mysql:9\n    ports: [\"3306:3306\"]\n    volumes: [\"/var/lib/mysql\"]",
    );
    fs::write(folder.join("a/compose.yaml"), mended).unwrap();
    let report_of = report(&folder, &["--baseline", "plimsoll-baseline.json"]);
    let new = standing(&report_of).0;
    assert!(new.contains(&"exposed-datastore a/compose.yaml:4".to_owned()), "{new:?}");
    assert!(new.iter().all(|place| place.contains("a/compose.yaml")), "{new:?}");
    let gone = &report_of["baseline"]["gone"];
    assert_eq!(gone.as_array().unwrap().len(), 1, "{gone}");
    assert_eq!(
        (gone[0]["file"].as_str(), gone[0]["resource"].as_str()),
        (Some("a/compose.yaml"), Some("services.cache"))
    );
    let shown = stdout(&run(&folder, &["check", "--baseline", "plimsoll-baseline.json"]));
    assert!(shown.contains("1 no longer found: exposed-datastore in a/compose.yaml"), "{shown}");
    // What was not looked at is not gone.
    let report_of = report(&folder, &["b", "--baseline", "plimsoll-baseline.json"]);
    assert_eq!(report_of["baseline"]["gone"], serde_json::json!([]));
    let report_of = report(&folder, &["--select", "unknown-host", "--baseline", "plimsoll-baseline.json"]);
    assert_eq!(report_of["baseline"]["gone"], serde_json::json!([]));
    assert_eq!(report(&folder, &[]).get("baseline"), None);
}

#[test]
fn what_a_comment_suppresses_is_not_for_the_baseline() {
    let folder = project("commented", &[("compose.yaml", OPEN)]);
    assert_eq!(stdout(&run(&folder, &["baseline"])), "1 finding written to plimsoll-baseline.json\n");
    let commented = OPEN.replace("6379\"]", "6379\"] # plimsoll: ignore[exposed-datastore] at home");
    write(&folder, &[("compose.yaml", &commented)]);
    let compared = report(&folder, &["--baseline", "plimsoll-baseline.json"]);
    assert_eq!(standing(&compared).1, ["exposed-datastore compose.yaml:6 comment \"at home\""]);
    assert_eq!(compared["baseline"], serde_json::json!({ "known": 0, "gone": [] }));
    assert_eq!(stdout(&run(&folder, &["baseline"])), "0 findings written to plimsoll-baseline.json\n");
}

#[test]
fn a_baseline_that_cannot_be_read_ends_with_2() {
    let folder = project(
        "baseline-broken",
        &[("compose.yaml", OPEN), ("old.json", "{\"version\": 9, \"findings\": []}"), ("no.json", "[]")],
    );
    for (file, expect) in [
        ("none.json", "none.json: no such file; run `plimsoll baseline` to create it"),
        ("old.json", "old.json: unsupported baseline version 9, expected version 1"),
        ("no.json", "no.json: not a valid baseline"),
    ] {
        let output = run(&folder, &["check", "--baseline", file]);
        assert_eq!((code(&output), stdout(&output)), (2, String::new()));
        assert!(stderr(&output).contains(expect), "{}", stderr(&output));
    }
}

#[test]
fn since_reports_what_the_branch_has_brought() {
    let folder = branch("since", &[("compose.yaml", OPEN), (".gitignore", "local\n")]);
    assert_eq!(active(&folder, &["--since", "main"]), Vec::<String>::new());
    // Lines move, another finding comes.
    let moved = format!("name: shop\n{OPEN}  db2:\n    image: redis:8\n    ports: [\"6380:6379\"]\n");
    fs::write(folder.join("compose.yaml"), &moved).unwrap();
    let new = ["exposed-datastore compose.yaml:10".to_owned()];
    assert_eq!(active(&folder, &["--since", "main"]), new);
    git(&folder, &["commit", "-q", "-a", "-m", "two"]);
    assert_eq!(active(&folder, &["--since", "main"]), new);
    let suppressed = standing(&report(&folder, &["--since", "main"])).1;
    assert_eq!(suppressed, ["exposed-datastore compose.yaml:7 baseline \"already present at `main`\""]);
    // What came to main meanwhile is not the branch's doing.
    git(&folder, &["checkout", "-q", "main"]);
    fs::write(folder.join("compose.yaml"), OPEN.replace("[\"6379:6379\"]", "[]")).unwrap();
    git(&folder, &["commit", "-q", "-a", "-m", "mended"]);
    git(&folder, &["checkout", "-q", "change"]);
    assert_eq!(active(&folder, &["--since", "main"]), new);
}

#[test]
fn since_reports_what_has_become_worse() {
    let set = |severity: &str| format!("rules: {{ exposed-datastore: {severity} }}\n");
    let folder = branch("since-worse", &[("compose.yaml", OPEN), ("plimsoll.yaml", &set("warning"))]);
    let check = |severity: &str, expect: &[&str]| {
        write(&folder, &[("plimsoll.yaml", &set(severity))]);
        assert_eq!(active(&folder, &["--since", "main"]), expect, "{severity}");
    };
    check("warning", &[]);
    check("info", &[]);
    check("error", &["exposed-datastore compose.yaml:6"]);
}

#[test]
fn since_sees_what_was_removed() {
    let kept = "services:\n  db:\n    image: postgres:17\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n";
    let folder = branch("since-removed", &[("compose.yaml", kept)]);
    fs::write(folder.join("compose.yaml"), "services:\n  db:\n    image: postgres:17\n").unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), ["datastore-without-volume compose.yaml:2"]);
    // A file that others need, and a comment.
    let text = format!("# plimsoll: ignore[exposed-datastore]\n{OPEN}    env_file: web.env\n");
    let folder = branch("since-gone", &[("compose.yaml", &text), ("web.env", "A=1\n")]);
    fs::remove_file(folder.join("web.env")).unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), ["missing-env-file compose.yaml:8"]);
    git(&folder, &["checkout", "-q", "web.env"]);
    fs::write(folder.join("compose.yaml"), text.replacen("# plimsoll: ignore[exposed-datastore]\n", "", 1)).unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore compose.yaml:6"]);
}

#[test]
fn since_follows_renames_and_takes_odd_names_and_new_files() {
    let folder = branch("since-names", &[("a/compose.yaml", OPEN), ("odd \"é\" \\ name/compose.yaml", OPEN)]);
    fs::create_dir_all(folder.join("b c")).unwrap();
    git(&folder, &["mv", "a/compose.yaml", "b c/compose.yaml"]);
    assert_eq!(active(&folder, &["--since", "main"]), Vec::<String>::new());
    write(&folder, &[("new\ndir/compose.yaml", OPEN), ("odd \"é\" \\ name/compose.yaml", &format!("name: x\n{OPEN}"))]);
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore new\ndir/compose.yaml:6"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "two"]);
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore new\ndir/compose.yaml:6"]);
    assert_eq!(active(&folder, &["b c", "--since", "main"]), Vec::<String>::new());
    assert_eq!(active(&folder.join("new\ndir"), &["--since", "main~0"]), ["exposed-datastore compose.yaml:6"]);
    assert_eq!(
        active(&folder, &["new\ndir/compose.yaml", "--since", "main"]),
        ["exposed-datastore new\ndir/compose.yaml:6"]
    );
}

#[test]
fn since_follows_a_file_that_only_the_command_line_names() {
    let folder = branch("since-odd", &[("stack.yml", OPEN)]);
    git(&folder, &["mv", "stack.yml", "other.yml"]);
    assert_eq!(active(&folder, &["other.yml", "--since", "main"]), Vec::<String>::new());
    assert_eq!(active(&folder, &["-f", "other.yml", "--since", "main"]), Vec::<String>::new());
    assert_eq!(active(&folder, &["other.yml"]), ["exposed-datastore other.yml:6"]);
}

#[test]
fn since_without_git_or_its_revision_ends_with_2() {
    let folder = branch("since-broken", &[("compose.yaml", OPEN)]);
    let check = |folder: &Path, revision: &str, path: &str, expect: &str| {
        let output = program(folder).args(["check", "--since", revision]).env("PATH", path).output().unwrap();
        assert_eq!((code(&output), stdout(&output)), (2, String::new()));
        assert!(stderr(&output).contains(expect), "{}", stderr(&output));
    };
    check(&folder, "no-such-branch", "/usr/bin:/bin", "unknown git revision `no-such-branch`");
    check(&folder, "main", "/nonexistent", "requires the program `git`");
    git(&folder, &["checkout", "-q", "--orphan", "other"]);
    git(&folder, &["commit", "-q", "-m", "alone"]);
    check(&folder, "main", "/usr/bin:/bin", "have no common ancestor");
    let none = std::env::temp_dir().join(format!("plimsoll-no-repository-{}", std::process::id()));
    fs::create_dir_all(&none).unwrap();
    check(&none, "main", "/usr/bin:/bin", "comparing with a revision requires a git repository");
    fs::remove_dir(&none).unwrap();
}

#[test]
fn since_reads_repositories_of_both_hashes() {
    let folder = project("since-sha256", &[("compose.yaml", OPEN), ("web.env", "A=1\n")]);
    fs::remove_dir(folder.join(".git")).unwrap();
    git(&folder, &["init", "-q", "-b", "main", "--object-format=sha256"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "one"]);
    assert_eq!(active(&folder, &["--since", "main"]), Vec::<String>::new());
    let more = format!("{OPEN}  db2:\n    image: redis:8\n    ports: [\"6380:6379\"]\n");
    fs::write(folder.join("compose.yaml"), more).unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore compose.yaml:9"]);
}

#[test]
fn since_follows_a_renamed_file_that_was_edited() {
    let text = format!("{OPEN}  web:\n    image: example/web:1\n");
    let folder = branch("since-edited", &[("a/compose.yaml", &text), ("b/compose.yaml", "services: {}\n")]);
    git(&folder, &["mv", "a/compose.yaml", "c.compose.yaml"]);
    fs::create_dir_all(folder.join("c")).unwrap();
    git(&folder, &["mv", "c.compose.yaml", "c/compose.yaml"]);
    let edited = format!("name: shop\n{}", text.replace("web:1", "web:2"));
    fs::write(folder.join("c/compose.yaml"), edited).unwrap();
    assert_eq!(active(&folder, &["c", "--since", "main"]), Vec::<String>::new());
}

#[test]
fn since_takes_files_behind_a_filter_for_what_git_has_compared() {
    let folder = project("since-filter", &[("compose.yaml", OPEN), (".gitattributes", "compose.yaml filter=x\n")]);
    fs::remove_dir(folder.join(".git")).unwrap();
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    fs::File::options().append(true).open(folder.join("compose.yaml")).unwrap().set_modified(hour_ago).unwrap();
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["config", "filter.x.clean", "sed 's/redis:8/example:1/'"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "one"]);
    assert!(git(&folder, &["show", "HEAD:compose.yaml"]).contains("example:1"));
    assert_eq!(active(&folder, &["--since", "main"]), Vec::<String>::new());
}

#[test]
fn since_leaves_a_sparse_checkout_and_what_is_not_tracked_as_they_are() {
    let text = format!("{OPEN}    env_file: web.env\n");
    let files = [("compose.yaml", text.as_str()), ("web.env", "A=1\n"), (".gitignore", "ignored\n")];
    let folder = branch("since-sparse", &files);
    git(&folder, &["update-index", "--skip-worktree", "web.env"]);
    fs::remove_file(folder.join("web.env")).unwrap();
    assert_eq!(active(&folder, &["--since", "main"]), Vec::<String>::new());
    write(&folder, &[("ignored/compose.yaml", OPEN), ("new/compose.yaml", OPEN)]);
    assert_eq!(active(&folder, &["--since", "main"]), ["exposed-datastore new/compose.yaml:6"]);
    let inner = ["ignored/compose.yaml", "--since", "main"];
    assert_eq!(active(&folder, &inner), Vec::<String>::new());
    // Git no longer tracks the file, but the commit knows it.
    git(&folder, &["rm", "-q", "--cached", "compose.yaml"]);
    assert_eq!(active(&folder, &["compose.yaml", "--since", "main"]), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn since_sees_nothing_behind_a_link() {
    let folder = branch("since-link", &[("a/compose.yaml", OPEN), ("b/compose.yaml", OPEN)]);
    fs::rename(folder.join("a"), folder.join("c")).unwrap();
    std::os::unix::fs::symlink("c", folder.join("a")).unwrap();
    git(&folder, &["add", "-A"]);
    assert_eq!(active(&folder, &["c", "--since", "main"]), Vec::<String>::new());
}
