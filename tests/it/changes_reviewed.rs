//! `plimsoll diff` on kinds of changes that pull requests bring, each as somebody who reviews it would be told of it.

use std::fs;

use crate::changes::{branch, diff, told};
use crate::common::{code, git, run, stderr, stdout, write};

/// Compares two states of a repository's files.
fn check(name: &str, before: &[(&str, &str)], after: &[(&str, &str)], expect: &[&str]) {
    let folder = branch(name, before);
    write(&folder, after);
    assert_eq!(told(&diff(&folder, &[])), expect, "{name}");
}

/// The same of one Compose file.
fn file(name: &str, before: &str, after: &str, expect: &[&str]) {
    check(name, &[("compose.yaml", before)], &[("compose.yaml", after)], expect);
}

const ORPHAN: &str =
    "other services reach it by that name only, and its old container stays until `docker compose up --remove-orphans`";

#[test]
fn a_service_with_another_name_is_the_same_one() {
    let numbered = |one: &str, two: &str| {
        let service = "{ image: 'example/queue:1', ports: ['8080'], volumes: ['log:/var/log'], environment: [A=1] }";
        format!("services:\n  {one}: {service}\n  {two}: {service}\nvolumes: {{ log: }}\n")
    };
    let expect = [("queue-1", "queue1"), ("queue-2", "queue2")];
    let expect = expect.map(|(old, new)| format!("! `{old}` is now named `{new}`: {ORPHAN}"));
    let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
    file("renamed-number", &numbered("queue-1", "queue-2"), &numbered("queue1", "queue2"), &expect);
    // Two are as good: neither is it.
    let twice = "services:\n  api: { image: 'example/api:1', ports: ['80'] }\n";
    let blue = "services:\n  api-blue: { image: 'example/api:1', ports: ['80'] }\n  api-green: { image: 'example/api:1', ports: ['80'] }\n";
    let folder = branch("renamed-twice", &[("compose.yaml", twice)]);
    write(&folder, &[("compose.yaml", blue)]);
    assert!(!told(&diff(&folder, &[])).iter().any(|line| line.contains("is now named")));
}

#[test]
fn a_service_moves_with_its_directory_and_its_volume() {
    let text = |name: &str| {
        format!(
            "services:\n  {name}_backend:\n    image: example/{name}:1\n    build: ./{name}-core\n    ports: ['4002:4002']\n    environment: [PORT=4002]\n    volumes: ['{name}_uploads:/app/uploads']\nvolumes: {{ {name}_uploads: }}\n"
        )
    };
    let code = "FROM node:22\nCOPY . /app\n";
    let folder = branch("renamed-directory", &[("compose.yaml", &text("box")), ("box-core/Dockerfile", code)]);
    fs::rename(folder.join("box-core"), folder.join("cloud-core")).unwrap();
    write(&folder, &[("compose.yaml", &text("cloud"))]);
    git(&folder, &["add", "-A"]);
    let told = told(&diff(&folder, &[]));
    let renamed = format!("! `box_backend` is now named `cloud_backend`: {ORPHAN}");
    let moved = "! `cloud_backend` mounts the volume `cloud_uploads` at `/app/uploads` instead of the volume `box_uploads`: it does not see the data that are there, unless they are copied";
    assert!(told.contains(&renamed) && told.contains(&moved.to_owned()), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("publishes")), "{told:#?}");
}

#[test]
fn what_another_command_started_is_not_new() {
    let shown = "services:\n  grafana: { image: 'grafana/grafana:11.1.0', ports: ['3000:3000'], environment: [TOKEN_FILE=x, 'A=${OUTSIDE}'] }\n";
    let before = [
        ("compose.yaml", "include: [monitoring.yaml]\n"),
        ("docker-compose.monitoring.yml", shown),
        ("README.md", "```\ndocker compose -f docker-compose.monitoring.yml up\n```\n"),
    ];
    let remote = shown.replace("image:", "profiles: [remote], image:");
    let after = [
        ("compose.yaml", "include: [docker-compose.monitoring.yml]\n"),
        ("docker-compose.monitoring.yml", remote.as_str()),
        ("README.md", "```\ndocker compose --profile remote up\n```\n"),
    ];
    let folder = branch("ways-included", &before);
    write(&folder, &after);
    let told = told(&diff(&folder, &[]));
    assert!(!told.iter().any(|line| line.contains("publishes") || line.contains("OUTSIDE")), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("new service")), "{told:#?}");
}

#[test]
fn a_further_way_tells_what_it_opens() {
    let base = "services:\n  web: { image: 'a:1', ports: ['80:80'], environment: [MODE=production] }\n";
    let simple = "services:\n  web: { image: 'a:1', ports: ['80:80', '9229:9229'], environment: [MODE=debug] }\n  extra: { image: 'b:1' }\n";
    check(
        "ways-further",
        &[("compose.yaml", base), ("README.md", "docker compose up\n")],
        &[
            ("compose.debug.yaml", simple),
            ("README.md", "docker compose up\n\n```\ndocker compose -f compose.debug.yaml up\n```\n"),
        ],
        &[
            "! `web` publishes port 9229 on all interfaces: other machines can connect to it",
            "`extra` is a new service with the image `b:1`",
            "the project is also started with `-f compose.debug.yaml`",
        ],
    );
}

#[test]
fn a_new_service_with_a_profile_is_told_once() {
    let base = "services:\n  web: { image: 'a:1' }\n";
    let after = format!("{base}  cache: {{ image: 'redis:7', profiles: [cache] }}\n");
    let readme = "```\ndocker compose -f compose.yaml up\ndocker compose -f compose.yaml --profile cache up\n```\n";
    check(
        "ways-profile",
        &[("compose.yaml", base), ("README.md", readme)],
        &[("compose.yaml", &after)],
        &["`cache` is a new service with the image `redis:7`, only with the profile `cache`"],
    );
}

#[test]
fn what_must_be_there_before_it_starts() {
    let base = "services:\n  web: { image: 'a:1', env_file: .env }\n";
    let after = format!("{base}  worker: {{ image: 'a:1', env_file: [.env, worker.env] }}\n");
    file(
        "needs-env-file",
        base,
        &after,
        &[
            "! `worker` reads variables from `./worker.env`, which is not in the repository: docker compose stops where it is missing",
            "`worker` is a new service with the image `a:1`",
        ],
    );
    let new = "services:\n  web: { image: 'a:1', environment: ['A=${A}', 'B=${B:-1}'], env_file: web.env }\n";
    check(
        "needs-new-project",
        &[("README.md", "x\n")],
        &[("compose.yaml", new)],
        &[
            "! `web` reads variables from `./web.env`, which is not in the repository: docker compose stops where it is missing",
            "! the variable `A` has no value in the repository: it is blank unless it is set where this runs",
            "a new project with `web`",
        ],
    );
    let base = "services:\n  web: { image: 'a:1', environment: ['A=${A}'] }\n";
    let after = "services:\n  web: { image: 'a:1', environment: ['A=${A}', 'DOMAIN=${DOMAIN}', 'KEY=${KEY:?}'] }\n";
    check(
        "needs-example",
        &[("compose.yaml", base), (".env.example", "A=1\n"), (".gitignore", ".env\n")],
        &[("compose.yaml", after), (".env.example", "A=1\nDOMAIN=example.org\nKEY=example-value\n")],
        &[
            "! the variable `KEY` must be set where this runs, or docker compose stops",
            "! the variable `DOMAIN` has a value in an example only: it is blank unless it is set where this runs",
            "`web` gets the variables `DOMAIN` and `KEY`",
        ],
    );
}

#[test]
fn images_by_another_name_are_the_same() {
    file(
        "image-names",
        "services:\n  db: { image: 'postgres:16-alpine' }\n  web: { image: 'nginx:latest' }\n",
        "services:\n  db: { image: 'docker.io/library/postgres:16-alpine' }\n  web: { image: docker.io/nginx }\n",
        &[],
    );
    file(
        "image-of-build",
        "services:\n  web: { build: . }\n  job: { build: ., image: 'example/job:1' }\n",
        "services:\n  web: { build: ., image: 'example/web:1' }\n  job: { build: ., image: 'example/job:2' }\n",
        &[
            "the image built for `web` is named `example/web:1`",
            "the image built for `job` is named `example/job:2` instead of `example/job:1`",
        ],
    );
}

#[test]
fn dockerfiles_say_what_runs() {
    let compose = ("compose.yaml", "services:\n  web: { build: . }\n");
    let after =
        "FROM node:22-alpine\nCMD [node, server.js]\n".replace("[node, server.js]", "[\"node\", \"server.js\"]");
    check(
        "dockerfile",
        &[
            compose,
            (
                "Dockerfile",
                "FROM node:20-alpine\nHEALTHCHECK CMD wget -q localhost\nUSER node\nCMD [\"npm\", \"start\"]\n",
            ),
        ],
        &[("Dockerfile", &after)],
        &[
            "! `web` runs as the user of its base image, which may be root: its Dockerfile has no `USER` any more",
            "! the Dockerfile of `web` has no `HEALTHCHECK` any more: Docker no longer notices when it stops working",
            "`web` is built on `node:22-alpine` instead of `node:20-alpine`",
            "`web` runs with `node server.js` instead of `npm start` in the `CMD` of its Dockerfile",
        ],
    );
    // What the Compose file says counts.
    check(
        "dockerfile-overridden",
        &[
            ("compose.yaml", "services:\n  web: { build: ., command: [run], user: '1000' }\n"),
            ("Dockerfile", "FROM a\nUSER x\nCMD a\n"),
        ],
        &[("Dockerfile", "FROM a\nCMD b\n")],
        &[],
    );
}

#[test]
fn code_and_configuration_are_no_data() {
    let code = "services:\n  web: { image: 'a:1', volumes: ['./app:/app', './data:/data'] }\n";
    check(
        "mount-code",
        &[("compose.yaml", code), ("app/main.py", "x\n"), ("data/.gitkeep", "")],
        &[("compose.yaml", "services:\n  web: { image: 'a:1' }\n")],
        &[
            "`web` no longer mounts `./data` of the host at `/data`: what it writes there is lost when the container is recreated",
            "`web` no longer mounts `./app` of the host at `/app`: it uses what its image has there",
        ],
    );
    file(
        "mount-covered",
        "services:\n  web: { image: 'a:1', volumes: ['./config:/config', './log.txt:/config/log.txt'] }\n",
        "services:\n  web: { image: 'a:1', volumes: ['./config:/config'] }\n",
        &[
            "`web` no longer mounts `./log.txt` of the host at `/config/log.txt`: that path is in `./config` of the host now, which is mounted at `/config`",
        ],
    );
    let proxy = "services:\n  proxy: { image: 'nginx:1.27', volumes: ['./conf.d:/etc/nginx/conf.d:ro', './src:/src'] }\n  web: { build: ./src }\n";
    check(
        "mount-directory",
        &[("compose.yaml", proxy), ("conf.d/site.conf", "a\n"), ("src/Dockerfile", "FROM a\n"), ("src/x.json", "1\n")],
        &[("conf.d/site.conf", "b\n"), ("src/x.json", "2\n")],
        &["`proxy` mounts `./conf.d`, in which this changes `site.conf`"],
    );
}

#[test]
fn commands_say_which_words_differ() {
    let text = |words: &str| format!("services:\n  web:\n    image: a:1\n{words}");
    let long = |workers: &str, rest: &str| {
        text(&format!(
            "    command: serve --address 0.0.0.0:8080 --workers {workers} --log-level info --timeout 30s --root /srv{rest}\n"
        ))
    };
    file(
        "words-value",
        &long("2", ""),
        &long("4", ""),
        &["`web` runs with `--workers 4` instead of `--workers 2` in its command"],
    );
    file("words-more", &long("2", ""), &long("2", " --debug"), &["`web` runs with `--debug` in its command"]);
    file("words-less", &long("2", " --debug"), &long("2", ""), &["`web` runs without `--debug` in its command"]);
    let check = |test: &str| text(&format!("    healthcheck: {{ test: {test} }}\n"));
    file(
        "words-test",
        &check("curl -f http://localhost:8080/ready"),
        &check("curl -f http://localhost:8080/live"),
        &[
            "`web` runs its healthcheck with `-f http://localhost:8080/live` instead of `-f http://localhost:8080/ready`",
        ],
    );
    file("words-shell", &check("[CMD, true]"), &check("[CMD-SHELL, true]"), &["`web` runs its healthcheck in a shell"]);
    let password = |value: &str| long("2", &format!(" --password {value}"));
    file("words-secret", &password("q7Rt2LmX9zKw4b"), &password("w8Yu3NpC6vBn5m"), &["`web` has another command"]);
    let (typed, asked) = (password("admin"), password("${ADMIN_PASSWORD}"));
    let folder = branch("words-blank", &[("compose.yaml", &typed)]);
    write(&folder, &[("compose.yaml", &asked)]);
    assert!(told(&diff(&folder, &[])).contains(&"`web` has another command".to_owned()));
    let args =
        |value: &str| text(&format!("    build: {{ context: ., args: {{ VERSION: '{value}', OTHER: '1' }} }}\n"));
    file("words-args", &args("1"), &args("2"), &["the build of `web` changes: `args.VERSION`"]);
}

#[test]
fn what_says_nothing_is_not_told() {
    let service = |rest: &str| format!("services:\n  web: {{ image: 'a:1'{rest} }}\n");
    file("quiet-expose", &service(""), &service(", expose: [80]"), &[]);
    // Of a service that is gone, that is told.
    let gone = "`db` is gone: a container of it that runs is left alone until `docker compose up --remove-orphans`";
    let with = service(", depends_on: [db]") + "  db: { image: 'b:1' }\n";
    file("quiet-dependency", &with, &service(""), &[&format!("! {gone}")]);
    let names =
        |one: &str, two: &str| format!("services:\n  web: {{ image: 'a:1'{one} }}\n  api: {{ image: 'a:1'{two} }}\n");
    let folder = branch("quiet-names", &[("compose.yaml", &names("", ""))]);
    write(&folder, &[("compose.yaml", &names(", container_name: web", ", container_name: api"))]);
    let text = stdout(&run(&folder, &["diff", "main"]));
    assert!(text.contains("each of `web` and `api` sets `container_name`"), "{text}");
}

#[test]
fn labels_of_a_new_route_are_told_with_it() {
    let service = |rest: &str| format!("services:\n  web: {{ image: 'a:1'{rest} }}\n");
    let labels = ", labels: [traefik.enable=true, 'traefik.http.routers.web.rule=Host(`a.example`)', 'other=1']";
    file(
        "labels-route",
        &service(""),
        &service(labels),
        &["! Traefik routes what matches `Host('a.example')` to `web`", "`web` gets the label `other`"],
    );
    let folder = branch("labels-enable", &[("compose.yaml", &service(""))]);
    write(&folder, &[("compose.yaml", &service(", labels: [traefik.enable=true]"))]);
    let change = &diff(&folder, &[])["projects"][0]["changes"][0];
    assert_eq!((change["message"].as_str(), change["line"].as_u64()), (Some("Traefik routes to `web`"), Some(2)));
}

#[test]
fn what_ends_everything_comes_first() {
    let before = "services:\n  web:\n    image: a:1\n";
    let after = "services:\n  web:\n    image: a:1\n    ports: ['80:80']\n    ports: ['81:81']\n";
    let folder = branch("rejected", &[("compose.yaml", before)]);
    write(&folder, &[("compose.yaml", after)]);
    let told = told(&diff(&folder, &[]));
    assert!(told[0].starts_with("! docker compose rejects the project, so nothing starts: "), "{told:#?}");
    // What only the place where it runs has is no mistake of the files.
    let needs = "services:\n  web:\n    image: a:${TAG:?}\n    env_file: web.env\n";
    let folder = branch("not-rejected", &[("compose.yaml", before)]);
    write(&folder, &[("compose.yaml", needs)]);
    let told = self::told(&diff(&folder, &[]));
    assert!(!told.iter().any(|line| line.contains("rejects")), "{told:#?}");
}

#[test]
fn the_project_with_a_risk_comes_first() {
    let quiet = "services:\n  web: { image: 'a:1' }\n";
    let folder = branch("order", &[("a/compose.yaml", quiet), ("b/compose.yaml", quiet)]);
    let open = "services:\n  web: { image: 'a:1', privileged: true }\n";
    write(&folder, &[("a/compose.yaml", &quiet.replace("a:1", "a:2")), ("b/compose.yaml", open)]);
    let shown = diff(&folder, &[]);
    assert_eq!(shown["projects"][0]["project"], "b/compose.yaml");
}

#[test]
fn paths_outside_are_shown_as_they_are_written() {
    let service = |rest: &str| format!("services:\n  web: {{ image: 'a:1'{rest} }}\n");
    file(
        "outside",
        &service(""),
        &service(", volumes: ['../shared:/shared', '~/.cache:/cache']"),
        &["`web` mounts `../shared` of the host at `/shared`", "`web` mounts `~/.cache` of the host at `/cache`"],
    );
}

#[test]
fn a_long_comment_is_folded_and_short_of_names() {
    let service = |at: usize, tag: usize| format!("  s{at}: {{ image: 'example/s{at}:{tag}' }}\n");
    let file = |tag: usize| format!("services:\n{}", (0..100).map(|at| service(at, tag)).collect::<String>());
    let folder = branch("long", &[("compose.yaml", &file(1))]);
    write(&folder, &[("compose.yaml", &file(2))]);
    let comment = stdout(&run(&folder, &["diff", "main", "--format", "markdown"]));
    assert_eq!(comment.matches("\n- ").count(), 100, "{comment}");
    assert!(comment.contains("<details><summary>88 more</summary>"), "{comment}");
    assert_eq!(comment.matches("</details>").count(), 1);
    let open = |name: &str| format!("services:\n  {name}: {{ image: 'a:1' }}\n");
    let folder = branch("mention", &[("compose.yaml", &open("web"))]);
    let hostile = "services:\n  web:\n    image: a:1\n    container_name: \"@octocat\"\n    networks: { \"x`|@all\\n# h\": }\n    labels: { \"@octocat/team <img src=x> [a](http://b.example)\": y }\nnetworks: { \"x`|@all\\n# h\": }\n";
    write(&folder, &[("compose.yaml", hostile)]);
    let comment = stdout(&run(&folder, &["diff", "main", "--format", "markdown"]));
    let outside = |text: &str| text.split('`').step_by(2).collect::<String>();
    for line in comment.lines() {
        let plain = outside(line);
        assert!(!plain.contains("@oct") && !plain.contains("@all") && !plain.contains("<img"), "{line}");
        assert!(!line.starts_with("# ") && !plain.contains("](http"), "{line}");
    }
}

#[test]
fn a_whole_hash_is_shortened_and_a_shallow_clone_explained() {
    let folder = branch("shallow", &[("compose.yaml", "services:\n  web: { image: 'a:1' }\n")]);
    let hash = git(&folder, &["rev-parse", "main"]).trim().to_owned();
    let shown = stdout(&run(&folder, &["diff", &hash]));
    assert_eq!(shown, format!("Nothing that would run changes since `{}`\n", hash.get(..12).unwrap()));
    write(&folder, &[("compose.yaml", "services:\n  web: { image: 'a:2' }\n")]);
    git(&folder, &["commit", "-q", "-a", "-m", "two"]);
    let clone = folder.with_extension("clone");
    let _ = fs::remove_dir_all(&clone);
    let url = format!("file://{}", folder.display());
    git(&folder, &["clone", "-q", "--depth", "1", &url, clone.to_str().unwrap()]);
    let output = run(&clone, &["diff", &hash]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("this clone is shallow; fetch the whole history"), "{}", stderr(&output));
    // The parent of a merge commit is enough.
    git(&clone, &["fetch", "-q", "--depth", "2", &url]);
    let output = run(&clone, &["diff", "HEAD^1"]);
    assert!(stdout(&output).contains("`web` runs `a:2` instead of `a:1`"), "{}", stderr(&output));
}

#[test]
fn a_text_that_git_lacks_matters_where_it_is_needed() {
    let folder =
        branch("partial", &[("compose.yaml", "services:\n  web: { image: 'a:1' }\n"), ("logo.svg", "<svg/>\n")]);
    let lose = |path: &str| {
        let blob = git(&folder, &["rev-parse", &format!("main:{path}")]);
        let (directory, file) = blob.trim().split_at(2);
        fs::remove_file(folder.join(".git/objects").join(directory).join(file)).unwrap();
    };
    lose("logo.svg");
    write(&folder, &[("logo.svg", "<svg></svg>\n"), ("compose.yaml", "services:\n  web: { image: 'a:2' }\n")]);
    assert_eq!(told(&diff(&folder, &[])), ["`web` runs `a:2` instead of `a:1`"]);
    lose("compose.yaml");
    let output = run(&folder, &["diff", "main"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("git lacks the earlier text of `compose.yaml`"), "{}", stderr(&output));
}

#[test]
fn the_values_of_an_example_are_those_of_nobody() {
    let compose = |tag: &str| {
        format!(
            "services:\n  web:\n    image: example/web:${{TAG:-{tag}}}\n    ports: ['${{PORT}}:80']\n    environment: ['MODE=${{MODE}}']\n    command: serve $MODE\n"
        )
    };
    let example = "TAG=1\nPORT=8080\nMODE=fast\n";
    let other = "TAG=2\nPORT=9090\nMODE=slow\n";
    let before = [("compose.yaml", &*compose("1")), (".env.example", example), (".gitignore", ".env\n")];
    check("example-value", &before, &[(".env.example", other)], &[]);
    check(
        "example-gone",
        &before,
        &[(".env.example", "TAG=1\nPORT=8080\n")],
        &["! the variable `MODE` has no value in the repository: it is blank unless it is set where this runs"],
    );
    let known = [("compose.yaml", &*compose("1")), (".env", example)];
    check(
        "known-value",
        &known,
        &[(".env", "TAG=1\nPORT=9090\nMODE=fast\n")],
        &["`web` publishes its port 80 as port 9090 instead of port 8080"],
    );
}

#[test]
fn another_environment_is_another_project() {
    let staging = "services:\n  queue: { image: 'rabbitmq:3', ports: ['127.0.0.1:5672:5672'] }\n";
    let production = "services:\n  web: { image: 'a:1' }\n";
    let both = format!("{production}  queue: {{ image: 'rabbitmq:3', ports: ['5672:5672'] }}\n");
    let readme = "```\ndocker compose -f staging.yml up\ndocker compose -f production.yml up\n```\n";
    check(
        "environments",
        &[("staging.yml", staging), ("production.yml", production), ("README.md", readme)],
        &[("production.yml", &both)],
        &[
            "! `queue` publishes port 5672 on all interfaces: anyone can log in as guest and read the queues unless the password is changed",
            "`queue` is a new service with the image `rabbitmq:3`",
        ],
    );
    let folder =
        branch("environments-alike", &[("staging.yml", staging), ("production.yml", staging), ("README.md", readme)]);
    let closed = staging.replace("rabbitmq:3", "rabbitmq:4");
    write(&folder, &[("staging.yml", &closed), ("production.yml", &closed)]);
    let text = stdout(&run(&folder, &["diff", "main"]));
    assert!(text.starts_with("./\n"), "{text}");
    assert!(
        text.contains("(staging.yml:2 and production.yml:2)") || text.contains("(production.yml:2 and staging.yml:2)"),
        "{text}"
    );
    let also = &diff(&folder, &[])["projects"][0]["changes"][0]["also"];
    assert_eq!((also.as_array().unwrap().len(), also[0]["line"].as_u64()), (1, Some(2)));
}
