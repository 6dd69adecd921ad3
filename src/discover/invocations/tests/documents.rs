//! Documents, and comments at the top of Compose files.

use super::{brief, check, check_all, found};

#[track_caller]
fn readme(text: &str, present: &str, expect: &[&str]) {
    check("README.md", text, present, expect);
}

#[test]
fn blocks_and_code_in_markdown() {
    let files = "a.yaml b.yaml";
    readme("x\n\n```sh\ndocker compose -f a.yaml up # -f b.yaml\n```\n", files, &["a.yaml README.md:4"]);
    readme(
        "1. x\n\n   ```\n   $ docker compose -f a.yaml \\\n   >  -f b.yaml up\n   docker compose -f b.yaml up\n   ```\n",
        files,
        &["a.yaml+b.yaml README.md:4"],
    );
    readme(
        "```console\n$ docker compose -f a.yaml \\\n    -f b.yaml up\nCreated\n```\n",
        files,
        &["a.yaml+b.yaml README.md:2"],
    );
    readme("x\n\n    docker compose -f a.yaml up\n", files, &["a.yaml README.md:3"]);
    readme(
        "Use `docker compose -f a.yaml up`, or ``docker-compose -f b.yaml start``.\n",
        files,
        &["a.yaml README.md:1", "b.yaml README.md:1"],
    );
    readme("You need `docker compose`. `docker compose -f a.yaml` and `docker compose version`.\n", files, &[]);
    readme("<!--\n```\ndocker compose -f a.yaml up\n```\n-->\n", files, &[]);
    readme("```yaml\n# docker compose -f a.yaml up\nservices:\n```\n", files, &[]);
    readme(
        "```diff\n-docker compose -f a.yaml up\n+docker compose -f b.yaml up\n```\n",
        files,
        &["b.yaml README.md:3"],
    );
    readme("```\nIt's easy:\ndocker compose -f a.yaml up\n```\n", files, &["a.yaml README.md:3"]);
    readme("```\nuser@host:~/shop$ docker compose -f a.yaml up\n```\n", files, &["a.yaml README.md:2"]);
}

#[test]
fn placeholders() {
    let files = "a.yaml c.x.yaml c.y.yaml";
    readme(
        "```\ndocker compose -f <file> up\ndocker compose -f <the-file>.yaml up\ndocker compose -f {{x}}.yaml up\n```\n",
        files,
        &[],
    );
    readme("`docker compose -f c.<env>.yaml up`\n", files, &["c.x.yaml README.md:1", "c.y.yaml README.md:1"]);
    readme("`docker compose -f a.yaml up <service>`\n", files, &["a.yaml README.md:1"]);
    readme("`docker compose [-f <file>...] [options] up`\n", files, &[]);
}

#[test]
fn directories_under_headings() {
    let files = "a.yaml x/a.yaml";
    readme(
        "# A\n```\ncd x\n```\n```\ndocker compose -f a.yaml up\n```\n# B\n```\ndocker compose -f a.yaml up\n```\n",
        files,
        &["a.yaml README.md:10", "x/a.yaml README.md:6"],
    );
    readme("```\ngit clone https://e.org/them/x\ncd x\ndocker compose -f a.yaml up\n```\n", files, &[]);
    readme(
        "```\ngit clone https://e.org/us/shop\n```\n## B\n```\ncd shop/x\ndocker compose -f a.yaml up\n```\n",
        files,
        &["x/a.yaml README.md:7"],
    );
    check("x/doc.md", "`docker compose -f a.yaml up`", files, &["x/a.yaml x/doc.md:1"]);
    check("x/doc.md", "`docker compose -f x/a.yaml -f a.yaml up`", files, &["x/a.yaml+a.yaml x/doc.md:1"]);
}

#[test]
fn other_markup() {
    let files = "a.yaml b.yaml c.yaml";
    check(
        "a.rst",
        "A\n=\n\nRun::\n\n  docker compose -f a.yaml up\n\n.. code-block:: sh\n   :x:\n\n   docker compose -f b.yaml up\n\n.. comment\n   docker compose -f c.yaml up\n",
        files,
        &["a.yaml a.rst:6", "b.yaml a.rst:11"],
    );
    check(
        "a.rst",
        ".. code-block:: yaml\n\n   # docker compose -f a.yaml up\n\n``docker compose -f b.yaml up``",
        files,
        &["b.yaml a.rst:5"],
    );
    check(
        "a.adoc",
        "= A\n\n[source,sh]\n----\ndocker compose -f a.yaml up\n----\n\n////\ndocker compose -f c.yaml up\n////\n// `docker compose -f c.yaml up`\nor `docker compose -f b.yaml up`\n",
        files,
        &["a.yaml a.adoc:5", "b.yaml a.adoc:12"],
    );
    check("a.adoc", "[source,yaml]\n----\n# docker compose -f a.yaml up\n----\n", files, &[]);
}

#[test]
fn units_in_blocks() {
    readme(
        "```ini\n[Service]\nWorkingDirectory=/srv/shop/x\n# ExecStart=docker compose -f b.yaml up\nExecStart=/usr/bin/docker compose -f a.yaml up\n```\n",
        "a.yaml x/a.yaml x/b.yaml",
        &["x/a.yaml README.md:5"],
    );
}

#[test]
fn comments_of_compose_files() {
    let text = |comment: &str| format!("{comment}\nservices:\n  a:\n    image: x\n# docker compose -f b.yaml up\n");
    check("x/a.yaml", &text("# Run `docker compose -f x/a.yaml up`"), "b.yaml", &["x/a.yaml x/a.yaml:1"]);
    check(
        "a.yaml",
        &text("#\n# $ TAG=1 docker compose -f b.yaml \\\n#     -f a.yaml up"),
        "b.yaml",
        &["b.yaml+a.yaml a.yaml:2"],
    );
    check("a.yaml", &text("# docker compose -f gone.yaml -f a.yaml up"), "b.yaml", &[]);
    check("values.yaml", "# docker compose -f b.yaml up\na: 1\n", "b.yaml", &[]);
}

#[test]
fn hostile_documents_end() {
    readme(&"```\n".repeat(20_000), "a.yaml", &[]);
    readme(&"`docker compose -f a.yaml up` ".repeat(2000), "a.yaml", &["a.yaml README.md:1"]);
    readme(&("```\n".to_owned() + &"docker compose <".repeat(5000) + "\n```\n"), "a.yaml", &[]);
    check_all(&[("a.rst", &"::\n\n ".repeat(5000)), ("a.adoc", &"----\n".repeat(5000))], "a.yaml", &[]);
}

#[test]
fn directories_of_documents_are_not_certain() {
    let files = "a.yaml x/b.yaml compose.yaml";
    readme(
        "```\ncd x\n```\n```\ndocker compose -f a.yaml up\ndocker compose -f b.yaml up\n```\n",
        files,
        &["a.yaml README.md:5", "x/b.yaml README.md:6"],
    );
    readme("```\ncd <directory>\ndocker compose up\n```\n", files, &["compose.yaml README.md:3"]);
    readme("```\ncd elsewhere\ndocker compose up\n```\n", files, &[]);
}

#[test]
fn commands_without_the_way_to_their_files() {
    let text = "```sh\ndocker compose --env-file .env.prod -f shop.yaml -f shop.prod.yaml up\n```\n";
    let files = [("README.md", text), ("deploy/shop.yaml", ""), ("deploy/shop.prod.yaml", ""), ("old/shop.yaml", "")];
    let (sources, all) = found(&files);
    let shown: Vec<String> = all.projects.values().flatten().map(|one| brief(&sources, one)).collect();
    assert!(
        shown.contains(&"deploy/shop.yaml+deploy/shop.prod.yaml env deploy/.env.prod README.md:2".to_owned()),
        "{shown:?}"
    );
    let (_, all) = found(&[
        ("README.md", text),
        ("a/shop.yaml", ""),
        ("a/shop.prod.yaml", ""),
        ("b/shop.yaml", ""),
        ("b/shop.prod.yaml", ""),
    ]);
    assert!(all.projects.values().flatten().all(|one| one.written.is_empty()));
}

#[test]
fn what_is_exported_stays_for_the_next_block() {
    let text = "```sh\nexport FILE=a.yaml\nOWN=b.yaml\n```\nThen:\n```sh\ndocker compose -f $FILE up\n```\n";
    readme(text, "a.yaml b.yaml", &["a.yaml README.md:7"]);
}
