//! Shell scripts.

use super::{check, check_all};

#[track_caller]
fn script(text: &str, present: &str, expect: &[&str]) {
    check("up.sh", text, present, expect);
}

#[test]
fn variables_arrays_and_defaults() {
    script(
        "F=a.yaml\nG=\"-f b.yaml --profile p\"\ndocker compose -f $F $G up",
        "a.yaml b.yaml",
        &["a.yaml+b.yaml profiles p up.sh:3"],
    );
    script("o=(-f a.yaml)\no+=(-f b.yaml)\ndocker compose \"${o[@]}\" up", "a.yaml b.yaml", &["a.yaml+b.yaml up.sh:3"]);
    script("docker compose -f ${X:-a.yaml} up", "a.yaml b.yaml", &["a.yaml up.sh:1"]);
    script("X=${1:-a}\ndocker compose -f $X.yaml up", "a.yaml b.yaml", &["a.yaml up.sh:2"]);
    script("docker compose -f \"$(./pick)\" up", "a.yaml", &[]);
    script("docker compose $(./options) up", "compose.yaml", &[]);
}

#[test]
fn unknown_values_match_files_and_are_the_same_in_one_command() {
    script(
        "docker compose -f c.$1.yaml --env-file $1.env -f o.$1.yaml up",
        "c.x.yaml c.y.yaml c.z.yaml o.x.yaml o.y.yaml",
        &["c.x.yaml+o.x.yaml env x.env up.sh:1", "c.y.yaml+o.y.yaml env y.env up.sh:1"],
    );
    script("docker compose -f \"$1\" up; docker compose -f \"$1.yaml\" up", "a.yaml", &[]);
    script(
        "cd stacks/$1 && docker compose up",
        "stacks/a/compose.yaml stacks/b/compose.yaml stacks/c/x.yaml",
        &["stacks/a/compose.yaml up.sh:1", "stacks/b/compose.yaml up.sh:1"],
    );
    script(
        "for f in stacks/*.yaml; do docker compose -f $f up; done",
        "stacks/a.yaml stacks/b.yaml d.yaml",
        &["stacks/a.yaml up.sh:1", "stacks/b.yaml up.sh:1"],
    );
}

#[test]
fn files_that_the_script_writes_are_none_of_the_repository() {
    let files = "a.yaml b.yaml c.x.yaml";
    for writing in [
        "cat > \"$F\" <<END\nservices: {}\nEND",
        "envsubst < t.yaml > $F",
        "sed s/a/b/ t.yaml | tee \"$F\"",
        "cp t.yaml ./$F",
        "{ echo x; echo y; } > $F",
    ] {
        script(&format!("F=c.$1.yaml\n{writing}\ndocker compose -f a.yaml -f $F up"), files, &[]);
    }
    // Without it, the name may be that of any.
    script("F=c.$1.yaml\ndocker compose -f a.yaml -f $F up", files, &["a.yaml+c.x.yaml up.sh:2"]);
    script("docker compose -f c.x.yaml -f c.$1.yaml up", "c.x.yaml c.y.yaml", &["c.x.yaml+c.y.yaml up.sh:1"]);
}

#[test]
fn projects_that_a_script_starts_with_one_project_directory() {
    script(
        "up() {\n  local d=\"$1\" f\n  local o=()\n  while read -r f; do o+=(-f \"$f\"); done < <(files_of \"$d\")\n  docker compose --project-directory \"$REPO_ROOT\" \"${o[@]}\" \"$@\"\n}",
        "domains/a/compose.yaml domains/b/compose.yaml domains/b/x.yaml",
        &["domains/a/compose.yaml in  up.sh:5", "domains/b/compose.yaml in  up.sh:5"],
    );
    script("docker compose -f \"$f\" up", "a/compose.yaml", &[]);
}

#[test]
fn branches() {
    let files = "a.yaml b.yaml";
    script(
        "F='-f a.yaml'\nif [ -n \"$GPU\" ]; then F=\"$F -f b.yaml\"; fi\ndocker compose $F up",
        files,
        &["a.yaml up.sh:3", "a.yaml+b.yaml up.sh:3"],
    );
    script(
        "o=(-f a.yaml)\n[ -f x ] && o+=(-f b.yaml)\ndocker compose ${o[@]} up",
        files,
        &["a.yaml up.sh:3", "a.yaml+b.yaml up.sh:3"],
    );
    script("docker compose -f a.yaml ${GPU:+-f b.yaml} up", files, &["a.yaml up.sh:1", "a.yaml+b.yaml up.sh:1"]);
    script("S=x\ncase $S in x) F=a.yaml;; *) F=b.yaml;; esac\ndocker compose -f $F up", files, &["a.yaml up.sh:3"]);
    script("case $1 in a|b) ;; *) exit 1;; esac\ndocker compose -f $1.yaml up", "a.yaml", &[]);
    script("case $1 in a) ;; *) exit 1;; esac\ndocker compose -f $1.yaml up", files, &["a.yaml up.sh:2"]);
    script("S=x\nif [ $S = x ]; then F=a.yaml; else F=b.yaml; fi\ndocker compose -f $F up", files, &["a.yaml up.sh:3"]);
    script("if false; then docker compose -f a.yaml up; fi", files, &[]);
    script("exit 0\ndocker compose -f a.yaml up", files, &[]);
    script("cd x || exit 1\ndocker compose -f a.yaml up", "a.yaml x/a.yaml", &["x/a.yaml up.sh:2"]);
}

#[test]
fn loops() {
    script(
        "while [ $# -gt 0 ]; do case $1 in -g) F=\"$F -f b.yaml\";; esac; shift; done\ndocker compose -f a.yaml $F up",
        "a.yaml b.yaml",
        &["a.yaml up.sh:2", "a.yaml+b.yaml up.sh:2"],
    );
    script(
        "for f in a b; do F=\"$F -f $f.yaml\"; done\ndocker compose $F up",
        "a.yaml b.yaml",
        &["a.yaml+b.yaml up.sh:2"],
    );
}

#[test]
fn functions_and_aliases() {
    let files = "a.yaml b.yaml";
    script("f() {\n docker compose -f $1 up\n}\nf a.yaml\nf b.yaml", files, &["a.yaml up.sh:2", "b.yaml up.sh:2"]);
    script("f() {\n docker compose -f a.yaml \"$@\"\n}", files, &["a.yaml up.sh:2"]);
    script("f() {\n docker compose -f a.yaml \"$@\"\n}\nf version", files, &[]);
    script("alias dc='docker compose -f a.yaml'\nalias up='dc up'", files, &["a.yaml up.sh:2"]);
    script("f() { f; f; }; f", files, &[]);
    script("alias docker='docker compose -f a.yaml'\ndocker up", files, &["a.yaml up.sh:2"]);
}

#[test]
fn directories() {
    let files = "a.yaml x/a.yaml x/y/a.yaml";
    script(
        "cd x\ndocker compose -f a.yaml up\ncd y; docker compose -f a.yaml up\ncd ../..\ndocker compose -f a.yaml up",
        files,
        &["a.yaml up.sh:5", "x/a.yaml up.sh:2", "x/y/a.yaml up.sh:3"],
    );
    script(
        "(cd x; docker compose -f a.yaml up)\ndocker compose -f a.yaml up",
        files,
        &["a.yaml up.sh:2", "x/a.yaml up.sh:1"],
    );
    script("pushd x; pushd y; popd; docker compose -f a.yaml up", files, &["x/a.yaml up.sh:1"]);
    script("cd /opt/shop/x && docker compose -f a.yaml up", files, &["x/a.yaml up.sh:1"]);
    script("cd ../other && docker compose -f a.yaml up", files, &[]);
    script("cd \"$DIR\" && docker compose -f a.yaml up", files, &[]);
    script("git clone https://e.org/x && cd x && docker compose -f a.yaml up", files, &[]);
    script(
        "git clone https://e.org/shop.git && cd shop/x && docker compose -f a.yaml up",
        files,
        &["x/a.yaml up.sh:1"],
    );
    check(
        "x/up.sh",
        "docker compose -f a.yaml up\ndocker compose -f x/y/a.yaml up",
        files,
        &["x/a.yaml x/up.sh:1", "x/y/a.yaml x/up.sh:2"],
    );
}

#[test]
fn the_directory_of_a_script() {
    for start in [
        "cd \"$(dirname \"$0\")/..\"",
        "cd ${0%/*}/..",
        "DIR=\"$( cd -- \"$( dirname -- \"${BASH_SOURCE[0]}\" )\" &> /dev/null && pwd )\"; cd $DIR/..",
        "cd $(dirname $(readlink -f $0))/..",
        "cd `dirname $0`; cd ..",
        "cd \"$(git rev-parse --show-toplevel || exit)\"",
        "cd $(realpath $(dirname $0)/..)",
    ] {
        check(
            "bin/up.sh",
            &format!("{start}\ndocker compose -f a.yaml up"),
            "a.yaml bin/a.yaml",
            &["a.yaml bin/up.sh:2"],
        );
    }
    check(
        "bin/up.sh",
        "R=$(cd $(dirname $0)/.. && pwd)\ndocker compose -f $R/x/a.yaml --project-directory $R up",
        "a.yaml x/a.yaml",
        &["x/a.yaml in  bin/up.sh:2"],
    );
}

#[test]
fn what_the_environment_says() {
    let files = "compose.yaml a.yaml";
    script("COMPOSE_FILE=a.yaml\ndocker compose up", files, &["compose.yaml up.sh:2"]);
    script(
        "export COMPOSE_FILE=a.yaml COMPOSE_PROFILES=p,q\ndocker compose up",
        files,
        &["a.yaml profiles p,q up.sh:2"],
    );
    script(
        "COMPOSE_FILE=compose.yaml:a.yaml docker compose --profile r up",
        files,
        &["compose.yaml+a.yaml profiles r up.sh:1"],
    );
    script("set -a\nCOMPOSE_FILE=a.yaml\nset +a\ndocker compose up", files, &["a.yaml up.sh:4"]);
    script("export COMPOSE_PROJECT_NAME=n\ndocker compose -p m up", files, &["compose.yaml name m up.sh:2"]);
    script("COMPOSE_ENV_FILES=x.env,y.env docker compose up", files, &["compose.yaml env x.env+y.env up.sh:1"]);
}

#[test]
fn commands_in_texts() {
    let files = "a.yaml";
    script("ssh h <<'E'\ncd /srv/shop\n  docker compose -f a.yaml up -d\nE", files, &["a.yaml up.sh:3"]);
    script("bash -c 'x && docker compose -f a.yaml up'", files, &["a.yaml up.sh:1"]);
    script("echo \"don't: docker compose -f a.yaml up\"", files, &["a.yaml up.sh:1"]);
    script(
        "cat <<E\nRun (`docker compose -f a.yaml up`)\n# docker compose -f a.yaml up\nE",
        files,
        &["a.yaml up.sh:2"],
    );
    script("git commit -m 'docker compose -f a.yaml up'", files, &[]);
    script("# docker compose -f a.yaml up\nx # docker compose -f a.yaml up", files, &[]);
    script("id=$(docker compose -f a.yaml run x)", files, &["a.yaml up.sh:1"]);
    script("id=`docker compose -f a.yaml run x`", files, &["a.yaml up.sh:1"]);
    script("diff <(docker compose -f a.yaml config) x", files, &["a.yaml up.sh:1"]);
    script("trap 'docker compose -f a.yaml up' EXIT", files, &["a.yaml up.sh:1"]);
    script("eval \"docker compose -f a.yaml up\"", files, &["a.yaml up.sh:1"]);
}

#[test]
fn commands_that_only_look() {
    let files = "compose.yaml a.yaml b.yaml";
    script(
        "docker compose -f a.yaml up\ndocker compose -f a.yaml logs -f\ndocker compose -f b.yaml ps",
        files,
        &["a.yaml up.sh:1", "b.yaml up.sh:3"],
    );
    script("docker compose up; docker compose --profile x down", files, &["compose.yaml up.sh:1"]);
}

#[test]
fn scripts_without_an_ending() {
    check("bin/start", "#!/usr/bin/env bash\ndocker compose -f a.yaml up", "a.yaml", &[]);
    check_all(
        &[("a.sh", "docker compose -f a.yaml up\r\ndocker compose \\\r\n -f b.yaml up\r\n")],
        "a.yaml b.yaml",
        &["a.yaml a.sh:1", "b.yaml a.sh:2"],
    );
}

#[test]
fn hostile_scripts_end() {
    let doubling = (0..40).map(|n| format!("[ x ] && A{n}=1\n")).collect::<String>();
    script(&format!("{doubling}docker compose -f a.yaml up"), "a.yaml", &["a.yaml up.sh:41"]);
    let growing = "A=xxxxxxxxxxxxxxxx\n".to_owned() + &"A=$A$A$A$A\n".repeat(40);
    script(&format!("{growing}docker compose -f a.yaml up"), "a.yaml", &["a.yaml up.sh:42"]);
    let nested = "for x in 1 2 3 4 5 6 7 8; do ".repeat(12) + "docker compose -f a.yaml up" + &"; done".repeat(12);
    script(&nested, "a.yaml", &["a.yaml up.sh:1"]);
    let calls = (0..30).map(|n| format!("f{n}() {{ f{0}; f{0}; }}\n", n + 1)).collect::<String>() + "f0";
    script(&calls, "a.yaml", &[]);
    script(&"bash -c '".repeat(500), "a.yaml", &[]);
    script(&("eval ".repeat(3) + "docker compose -f a.yaml up"), "a.yaml", &["a.yaml up.sh:1"]);
    script(&("eval ".repeat(300) + "docker compose -f a.yaml up"), "a.yaml", &[]);
}

#[test]
fn env_files_that_are_sourced_and_not_there() {
    script(
        "set -a\n[ -f .env.local ] && source .env.local\n. \"secrets/$1\"\ndocker compose up",
        "compose.yaml",
        &["compose.yaml lacks .env.local+secrets/* up.sh:4"],
    );
    script(". venv/bin/activate\n. ./common.sh\ndocker compose up", "compose.yaml", &["compose.yaml up.sh:3"]);
    script(". ./deploy/prod.env\ndocker compose up", "compose.yaml", &["compose.yaml lacks deploy/prod.env up.sh:2"]);
}
