//! `plimsoll diff`: what a change does to what would run, end to end.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{self, code, git, run, stderr, stdout, write};

pub(super) fn branch(name: &str, files: &[(&str, &str)]) -> PathBuf {
    common::branch("changes", name, files)
}

pub(super) fn diff(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["diff", "main", "--format", "json"], arguments].concat());
    assert!(stderr(&output).is_empty(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is said of a change: `!` before what has a risk.
pub(super) fn told(diff: &Value) -> Vec<String> {
    let projects = diff["projects"].as_array().unwrap().iter();
    let changes = projects.flat_map(|project| project["changes"].as_array().unwrap());
    let line = |change: &Value| {
        let sign = if change["risk"] == true { "! " } else { "" };
        format!("{sign}{}", change["message"].as_str().unwrap())
    };
    changes.map(line).collect()
}

/// Compares two texts of one service, written below `services: { db: … }`.
fn service(name: &str, before: &str, after: &str, expect: &[&str]) {
    let file = |text: &str| format!("services:\n  db:\n    image: postgres:16\n{text}volumes: {{ data: , other: }}\n");
    let folder = branch(name, &[("compose.yaml", &file(before))]);
    write(&folder, &[("compose.yaml", &file(after))]);
    assert_eq!(told(&diff(&folder, &[])), expect, "{name}");
}

#[test]
fn ports_open_close_and_move() {
    let ports = |list: &str| format!("    ports: [{list}]\n");
    let check = |name: &str, before: &str, after: &str, expect: &[&str]| {
        service(name, &ports(before), &ports(after), expect);
    };
    let open = "! `db` publishes port 5432 on all interfaces: anyone can try passwords against the database";
    check("port-opened", "", "'5432:5432'", &[open]);
    check("port-loopback", "", "'127.0.0.1:5432:5432'", &["`db` publishes port 5432 on this machine only"]);
    check("port-closed", "'5432:5432'", "", &["`db` no longer publishes port 5432"]);
    check(
        "port-widened",
        "'127.0.0.1:5432:5432'",
        "'5432:5432'",
        &[
            "! `db` publishes port 5432 on all interfaces instead of on this machine only: anyone can try passwords against the database",
        ],
    );
    check(
        "port-moved",
        "'5432:5432'",
        "'5433:5432'",
        &["`db` publishes its port 5432 as port 5433 instead of port 5432"],
    );
    check(
        "port-retargeted",
        "'80:8000'",
        "'80:9000'",
        &["port 80 of the host leads to port 9000 of `db` instead of 8000"],
    );
    check(
        "port-ranges",
        "",
        "'3000-3003:3000-3003', '80:80', '53:53/udp'",
        &["! `db` publishes ports 80, 3000-3003 and 53/udp on all interfaces: other machines can connect to them"],
    );
    check("port-same", "'5432:5432', '80:80'", "{target: 80, published: '80'}, '0.0.0.0:5432:5432/tcp'", &[]);
}

#[test]
fn volumes_are_dropped_added_and_moved() {
    let volumes = |list: &str| format!("    volumes: [{list}]\n");
    let check = |name: &str, before: &str, after: &str, expect: &[&str]| {
        service(name, &volumes(before), &volumes(after), expect);
    };
    let data = "/var/lib/postgresql/data";
    check(
        "volume-dropped",
        &format!("'data:{data}'"),
        "",
        &[
            "! `db` drops the volume `data`, which holds its data: it starts empty, and what it stores is lost with the container",
        ],
    );
    check(
        "volume-replaced",
        &format!("'data:{data}'"),
        &format!("'other:{data}'"),
        &[
            "! `db` mounts the volume `other` at `/var/lib/postgresql/data` instead of the volume `data`: it does not see the data that are there, unless they are copied",
        ],
    );
    check(
        "volume-misplaced",
        &format!("'data:{data}'"),
        "'data:/data'",
        &[
            "! `db` mounts the volume `data` at `/data` instead of `/var/lib/postgresql/data`: it does not keep its data there, so it starts empty and loses what it stores with the container",
        ],
    );
    check(
        "volume-added",
        "",
        &format!("'data:{data}'"),
        &["`db` keeps its data in the volume `data` from now on: what its container holds so far is not copied"],
    );
    check(
        "volume-read-only",
        "'./conf:/conf'",
        "'./conf:/conf:ro'",
        &["`db` can only read `./conf` of the host at `/conf`"],
    );
    check("volume-same", "'data:/data'", "{type: volume, source: data, target: /data/}", &[]);
}

#[test]
fn images_say_what_becomes_of_the_data() {
    let file = |image: &str| {
        format!(
            "services:\n  db:\n    image: {image}\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes: {{ data: }}\n"
        )
    };
    let check = |name: &str, before: &str, after: &str, expect: &[&str]| {
        let folder = branch(name, &[("compose.yaml", &file(before))]);
        write(&folder, &[("compose.yaml", &file(after))]);
        assert_eq!(told(&diff(&folder, &[])), expect, "{name}");
    };
    check(
        "image-major",
        "postgres:15",
        "postgres:16",
        &[
            "! `db` runs `postgres:16` instead of `postgres:15`: it does not start on the data of another major version: dump the data before and restore it, or use `pg_upgrade`",
        ],
    );
    check("image-minor", "postgres:16.1", "postgres:16.2", &["`db` runs `postgres:16.2` instead of `postgres:16.1`"]);
    check(
        "image-older",
        "postgres:16",
        "postgres:15-alpine",
        &[
            "! `db` runs `postgres:15-alpine` instead of `postgres:16`: an older major version does not read the data of a newer one",
        ],
    );
    check(
        "image-other",
        "postgres:16",
        "mysql:8",
        &[
            "! `db` runs `mysql:8` instead of `postgres:16`: check that it reads the data of the other image, and back them up first",
        ],
    );
    check(
        "image-moving",
        "nginx:1.27",
        "nginx",
        &[
            "`db` runs `nginx` instead of `nginx:1.27`: each pull may bring another version, whichever is the newest then",
        ],
    );
}

#[test]
fn what_starts_and_when() {
    let before = "\
services:
  db: { image: 'postgres:16', healthcheck: { test: [CMD, pg_isready] }, restart: always }
  migrate: { image: 'example/app:1', command: migrate }
  web:
    image: example/app:1
    depends_on:
      db: { condition: service_healthy }
      migrate: { condition: service_completed_successfully }
  old: { image: 'example/old:1', volumes: ['data:/data'] }
volumes: { data: }
";
    let after = "\
services:
  db: { image: 'postgres:16' }
  migrate: { image: 'example/app:1', command: migrate, profiles: [tools] }
  web:
    image: example/app:1
    depends_on: [db]
  new: { image: 'example/new:1', privileged: true }
";
    let folder = branch("starts", &[("compose.yaml", before)]);
    write(&folder, &[("compose.yaml", after)]);
    let expect = [
        "! `new` runs privileged: whoever controls the container controls the host",
        "! nothing uses the volume `data` any more: the data stay on the host",
        "! `old` is gone: a container of it that runs is left alone until `docker compose up --remove-orphans`",
        "! `db` has no healthcheck any more: Docker no longer notices when it stops working",
        "! `db` no longer starts again after a crash, nor when Docker is restarted",
        "! `web` waits until `db` has started, instead of until it is healthy",
        "! `web` no longer waits for `migrate` to end without an error",
        "! `migrate` no longer starts by default, only with the profile `tools`",
        "`new` is a new service with the image `example/new:1`",
    ];
    let mut told = told(&diff(&folder, &[]));
    let mut expect = expect.map(str::to_owned).to_vec();
    told.sort();
    expect.sort();
    assert_eq!(told, expect);
}

#[test]
fn who_reaches_whom() {
    let before = "\
services:
  web: { image: 'example/web:1', networks: [front, back], environment: { DB: 'postgres://db:5432/x' } }
  db: { image: 'postgres:16', networks: [back] }
networks: { front: , back: { internal: true } }
";
    let after = before.replace("networks: [front, back]", "networks: [front]").replace("{ internal: true }", "");
    let folder = branch("reach", &[("compose.yaml", before)]);
    write(&folder, &[("compose.yaml", &after)]);
    let expect = [
        "! `web` leaves the network `back`: it and `db` can no longer reach each other, although one uses the other",
        "! the network `back` is no longer internal: its containers can reach the internet",
    ];
    assert_eq!(told(&diff(&folder, &[])), expect);
}

#[test]
fn privileges_that_are_gained() {
    let check = |name: &str, after: &str, expect: &[&str]| service(name, "", after, expect);
    check("cap-add", "    cap_add: [SYS_ADMIN, CHOWN]\n", &["! `db` gets the capability `SYS_ADMIN`"]);
    check("cap-drop", "    cap_drop: [ALL]\n    cap_add: [CHOWN]\n", &["`db` gives up all capabilities but `CHOWN`"]);
    check(
        "socket",
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n",
        &["! `db` gets the Docker socket (`/var/run/docker.sock`): it can control Docker, and with it the host"],
    );
    check(
        "pid",
        "    pid: host\n",
        &["! `db` uses the `pid` namespace of the host: it sees and can end the processes of the host"],
    );
    check(
        "host-network",
        "    network_mode: host\n",
        &["! `db` uses the network of the host: each port that it listens on is open there, published or not"],
    );
}

#[test]
fn variables_and_secrets_are_told_by_name() {
    let before = "services:\n  web:\n    image: example/web:1\n    environment:\n      LEVEL: info\n      API_TOKEN: q7Rt2LmX9zKw4b\n      MODE: ${MODE}\n";
    let after = "services:\n  web:\n    image: example/web:1\n    environment:\n      LEVEL: debug\n      API_TOKEN: w8Yu3NpC6vBn5m\n      MODE: ${MODE}\n      NEW: ${NEW:?}\n      HOST: ${HOST}\n";
    let folder = branch("variables", &[("compose.yaml", before), (".env", "MODE=production-mode-x\n")]);
    write(&folder, &[("compose.yaml", after), (".env", "MODE=other.mode/x\n")]);
    let expect = [
        "! the variable `NEW` must be set where this runs, or docker compose stops",
        "! the variable `HOST` has no value in the repository: it is blank unless it is set where this runs",
        "`web` gets the variables `NEW` and `HOST`",
        "`web` gets `LEVEL` with `debug` instead of `info`",
        "`web` gets another value of `API_TOKEN`",
        "`web` gets another value of `MODE`",
    ];
    let output = diff(&folder, &[]);
    let rejected = "! docker compose rejects the project, so nothing starts; `plimsoll check` says why";
    let told: Vec<String> = told(&output).into_iter().filter(|line| line != rejected).collect();
    assert_eq!(told, expect);
    for format in ["text", "markdown", "json"] {
        let shown = stdout(&run(&folder, &["diff", "main", "--format", format]));
        for secret in ["q7Rt2LmX9zKw4b", "w8Yu3NpC6vBn5m", "production-mode-x", "other.mode"] {
            assert!(!shown.contains(secret), "{format}: {shown}");
        }
    }
}

#[test]
fn nothing_in_a_file_acts_on_a_terminal_or_a_runner() {
    let folder = branch("hostile", &[("compose.yaml", "services:\n  web: { image: 'a:1' }\n")]);
    let hostile = "services:\n  web:\n    image: 'a:1'\n    hostname: \"x\\e[31m##[error]\\u202e`|<img>\"\n    command: \"::error::x\\n::add-mask::y\"\n";
    write(&folder, &[("compose.yaml", hostile)]);
    for format in ["text", "markdown", "json"] {
        let shown = stdout(&run(&folder, &["diff", "main", "--format", format]));
        assert!(shown.contains("hostname"), "{format}: {shown}");
        assert!(!shown.contains("##[error]") && !shown.contains('\u{202e}') && !shown.contains('\u{1b}'), "{shown}");
        assert!(shown.lines().all(|line| !line.trim_start().starts_with("::")), "{shown}");
        assert!(format != "markdown" || !shown.contains("<img>"), "{shown}");
    }
}

#[test]
fn what_holds_in_one_invocation_says_which() {
    let base = "services:\n  web: { image: 'a:1' }\n";
    let files = [
        ("compose.yaml", base),
        ("compose.prod.yaml", "services:\n  web: { ports: ['80:80'] }\n"),
        (
            "Makefile",
            "up:\n\tdocker compose up -d\nprod:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up -d\n",
        ),
    ];
    let folder = branch("invocations", &files);
    write(
        &folder,
        &[
            ("compose.yaml", &base.replace("a:1", "a:2")),
            ("compose.prod.yaml", "services:\n  web: { ports: ['81:80'], image: 'a:3' }\n"),
        ],
    );
    let output = diff(&folder, &[]);
    let changes = output["projects"][0]["changes"].as_array().unwrap();
    let shown: Vec<(&str, u64)> = changes
        .iter()
        .map(|change| (change["message"].as_str().unwrap(), change["invocations"].as_array().unwrap().len() as u64))
        .collect();
    assert_eq!(
        shown,
        [
            ("`web` publishes its port 80 as port 81 instead of port 80", 0),
            ("`web` runs `a:2` instead of `a:1`", 1),
            ("`web` runs `a:3` instead of `a:1`", 0)
        ]
    );
}

#[test]
fn a_project_that_moves_is_the_same_one() {
    let file = "services:\n  db: { image: 'postgres:16', volumes: ['data:/var/lib/postgresql/data'], build: . }\nvolumes: { data: }\n";
    let folder = branch(
        "moves",
        &[("one/compose.yaml", file), ("gone/docker-compose.yml", "services:\n  x: { image: 'x:1' }\n")],
    );
    fs::rename(folder.join("one"), folder.join("two")).unwrap();
    fs::remove_dir_all(folder.join("gone")).unwrap();
    git(&folder, &["add", "-A"]);
    let expect = [
        "! the project is gone (`gone/docker-compose.yml`): what runs of it is left alone, and so are its volumes",
        "! the project is named `two` instead of `one`: its containers and networks are created anew, and its volumes start empty, while the data stay in those of `one`",
    ];
    assert_eq!(told(&diff(&folder, &[])), expect);
}

#[test]
fn formats_exit_codes_and_findings() {
    let folder = branch("formats", &[("compose.yaml", "services:\n  db: { image: 'postgres:16' }\n")]);
    let nothing = run(&folder, &["diff", "main", "--exit-code"]);
    assert_eq!((code(&nothing), stdout(&nothing).as_str()), (0, "Nothing that would run changes since `main`\n"));
    write(&folder, &[("compose.yaml", "services:\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n")]);
    assert_eq!(code(&run(&folder, &["diff", "main"])), 0);
    assert_eq!(code(&run(&folder, &["diff", "main", "--exit-code"])), 1);
    assert_eq!(code(&run(&folder, &["diff", "nowhere"])), 2);
    let text = "\
compose.yaml
  Access
    ▲ `db` publishes port 5432 on all interfaces: anyone can try passwords against the database (compose.yaml:4)

1 change in 1 project since `main`, 1 with a risk
1 new problem: `plimsoll check --since main` lists them
";
    assert_eq!(stdout(&run(&folder, &["diff", "main"])), text);
    // Without a revision, what is not committed yet.
    assert!(stdout(&run(&folder, &["diff"])).contains("since `HEAD`"));
    git(&folder, &["commit", "-q", "-a", "-m", "open"]);
    assert_eq!(stdout(&run(&folder, &["diff"])), "Nothing that would run changes since `HEAD`\n");
    let markdown = "\
### plimsoll: 1 change in 1 project since `main`, 1 with a risk

#### `compose.yaml`

**Access**

- ⚠️ `db` publishes port 5432 on all interfaces: anyone can try passwords against the database (`compose.yaml:4`)

1 new problem: `plimsoll check --since main` lists them.
";
    assert_eq!(stdout(&run(&folder, &["diff", "main", "--format", "markdown"])), markdown);
    let json = diff(&folder, &[]);
    assert_eq!((json["version"].as_u64(), json["since"].as_str()), (Some(1), Some("main")));
    let summary = serde_json::json!({"changes": 1, "risks": 1, "projects": 1, "new_findings": 1, "solved_findings": 0});
    assert_eq!(json["summary"], summary);
    let change = &json["projects"][0]["changes"][0];
    assert_eq!((change["topic"].as_str(), change["effect"].as_str()), (Some("access"), Some("opens")));
    assert_eq!(
        (change["file"].as_str(), change["line"].as_u64(), change["removed"].as_bool()),
        (Some("compose.yaml"), Some(4), Some(false))
    );
}
