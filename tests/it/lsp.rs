//! The language server, as an editor uses it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::editor::Editor;
use crate::common::{findings, places, project, report, root, write};

const WEB: &str = "services:\n  web:\n    image: nginx:1.29\n    restrat: always\n    depends_on: [db]\n  db:\n    image: example/db:1\n    volumes: [\"data:/var/lib/db\"]\nvolumes:\n  data:\n";

fn editor(name: &str, files: &[(&str, &str)]) -> Editor {
    Editor::start(&project("lsp", name, files))
}

#[test]
fn what_is_typed_is_judged_and_cleared() {
    let mut editor = editor("typed", &[("compose.yaml", WEB)]);
    editor.open("compose.yaml");
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), ["unknown-key 4"]);
    let one = &editor.published["compose.yaml"][0];
    assert_eq!(one["codeDescription"]["href"], "https://plimsoll.dev/rules/unknown-key");
    assert_eq!((&one["source"], &one["severity"]), (&json!("plimsoll"), &json!(1)));
    editor.change("compose.yaml", &WEB.replace("restrat", "restart"));
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), Vec::<String>::new());
    editor.change("compose.yaml", &WEB.replace("[db]", "[bd]"));
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), ["undefined-reference 5", "unknown-key 4"]);
    editor.close("compose.yaml");
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), Vec::<String>::new());
    assert_eq!(editor.stop(), 0);
}

#[test]
fn the_findings_are_those_of_check() {
    for name in ["first-look", "ten-mistakes", "well-kept", "outputs"] {
        let folder = root().join("fixtures/projects").join(name);
        let mut editor = Editor::start(&folder);
        let mut files: Vec<String> = Vec::new();
        collect(&folder, &folder, &mut files);
        files.iter().for_each(|file| editor.open(file));
        editor.settle();
        let all = findings(&report(&folder, &["."]));
        let counted: Vec<Value> = all.into_iter().filter(|one| one["suppressed"].is_null()).collect();
        let mut expect: Vec<String> =
            places(&counted).into_iter().map(|(rule, file, line)| format!("{file} {rule} {line}")).collect();
        let published: Vec<String> = editor.published.keys().cloned().collect();
        let mut seen: Vec<String> = published
            .iter()
            .flat_map(|file| {
                editor.diagnostics(file).into_iter().map(|one| format!("{file} {one}")).collect::<Vec<_>>()
            })
            .collect();
        expect.sort();
        expect.dedup();
        seen.sort();
        seen.dedup();
        assert_eq!(seen, expect, "{name}");
    }
}

fn collect(folder: &Path, directory: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(folder, &path, files);
        } else if path.extension().is_some_and(|one| one == "yaml" || one == "yml") {
            files.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
        }
    }
}

#[test]
fn half_typed_lines_hide_nothing_and_invent_nothing() {
    let mut editor = editor("half", &[("compose.yaml", WEB)]);
    editor.open("compose.yaml");
    editor.settle();
    editor.change("compose.yaml", &WEB.replace("    restrat: always\n", "    restrat: always\n    env\n"));
    editor.settle();
    let found = editor.diagnostics("compose.yaml");
    assert!(found.contains(&"unknown-key 4".to_owned()), "{found:?}");
    assert!(found.iter().any(|one| one.starts_with("yaml-syntax")), "{found:?}");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn an_env_file_changes_what_its_project_shows() {
    let compose = "services:\n  web:\n    image: nginx:${TAG}\n";
    let mut editor = editor("env", &[("compose.yaml", compose), (".env", "TZ=UTC\n")]);
    editor.open("compose.yaml");
    editor.open(".env");
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), ["unset-variable 3"]);
    editor.change(".env", "TAG=1.29\n");
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), Vec::<String>::new());
    let hover = editor.request("textDocument/hover", editor.at(compose, "compose.yaml", "${TA"));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("`1.29`, set in `.env` line 1"), "{hover}");
}

#[test]
fn a_fix_is_applied_and_a_comment_suppresses() {
    let mut editor = editor("fix", &[("compose.yaml", WEB)]);
    editor.open("compose.yaml");
    editor.settle();
    let range = json!({"start": {"line": 3, "character": 6}, "end": {"line": 3, "character": 6}});
    let params =
        json!({"textDocument": {"uri": editor.uri("compose.yaml")}, "range": range, "context": {"diagnostics": []}});
    let actions = editor.request("textDocument/codeAction", params);
    let actions = actions.as_array().unwrap();
    let preferred: Vec<&Value> = actions.iter().filter(|one| one["isPreferred"] == true).collect();
    assert_eq!(preferred.len(), 1, "{actions:?}");
    let edit = &preferred[0]["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!(edit["newText"], "ar");
    assert!(actions.iter().any(|one| one["title"] == "Suppress `unknown-key` with a comment"), "{actions:?}");
    let all = actions.iter().find(|one| one["kind"] == "source.fixAll.plimsoll").unwrap().clone();
    let resolved = editor.request("codeAction/resolve", all);
    assert_eq!(resolved["edit"]["documentChanges"][0]["edits"].as_array().unwrap().len(), 1, "{resolved}");
}

#[test]
fn a_service_is_renamed_in_all_files() {
    let nginx = "server { location / { proxy_pass http://app:80; } }\n";
    let compose = "services:\n  proxy:\n    image: nginx:1.29\n    volumes: [\"./nginx.conf:/etc/nginx/conf.d/default.conf:ro\"]\n    depends_on: [app]\n  app:\n    image: example/app:1\n";
    let mut editor = editor("rename", &[("compose.yaml", compose), ("nginx.conf", nginx)]);
    editor.open("compose.yaml");
    editor.settle();
    let mut params = editor.at(compose, "compose.yaml", "[ap");
    params["newName"] = json!("shop");
    let edit = editor.request("textDocument/rename", params.clone());
    let changed: Vec<usize> =
        edit["documentChanges"].as_array().unwrap().iter().map(|one| one["edits"].as_array().unwrap().len()).collect();
    assert_eq!(changed, [2, 1], "{edit}");
    params["newName"] = json!("proxy");
    assert!(editor.ask("textDocument/rename", params)["error"]["message"].as_str().unwrap().contains("already"));
}

#[test]
fn features_can_be_switched_off() {
    let folder = project("lsp", "off", &[("compose.yaml", WEB)]);
    let mut editor = Editor::start_with(&folder, json!({"hover": false, "diagnostics": false}));
    editor.open("compose.yaml");
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), Vec::<String>::new());
    let place = editor.at(WEB, "compose.yaml", "  image");
    assert_eq!(editor.request("textDocument/hover", place.clone()), json!(null));
    editor.notify("workspace/didChangeConfiguration", json!({"settings": {"plimsoll": {"hover": true}}}));
    assert!(editor.request("textDocument/hover", place)["contents"]["value"].as_str().unwrap().contains("image"));
}

#[test]
fn malformed_input_is_answered_and_the_server_goes_on() {
    let mut editor = editor("malformed", &[("compose.yaml", WEB)]);
    editor.raw("{oops");
    editor.open("compose.yaml");
    let answer = editor.ask("textDocument/hover", json!({"textDocument": 1}));
    assert_eq!(answer["error"]["code"], -32602);
    assert_eq!(editor.ask("no/such", json!(null))["error"]["code"], -32601);
    let unread: Vec<&Value> = editor.said.iter().filter(|one| one["error"]["code"] == -32700).collect();
    assert_eq!(unread.len(), 1);
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), ["unknown-key 4"]);
    assert_eq!(editor.stop(), 0);
}

#[test]
fn no_message_holds_a_secret() {
    let compose = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD}\n      URL: postgres://a:s3cr3tW0rd9@db/x\n";
    let mut editor = editor("secret", &[("compose.yaml", compose), (".env", "DB_PASSWORD=hunter2hunter\n")]);
    editor.open("compose.yaml");
    editor.settle();
    for needle in ["${DB_PASS", "s3cr3", "POSTGRES_PASS", "postgres:1"] {
        let place = editor.at(compose, "compose.yaml", needle);
        for method in ["hover", "completion", "definition", "documentHighlight"] {
            editor.ask(&format!("textDocument/{method}"), place.clone());
        }
        editor.ask("textDocument/references", json!({"textDocument": place["textDocument"], "position": place["position"], "context": {"includeDeclaration": true}}));
    }
    let document = json!({"textDocument": {"uri": editor.uri("compose.yaml")}, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}, "context": {"diagnostics": []}});
    for method in ["inlayHint", "documentSymbol", "documentLink", "foldingRange", "codeAction"] {
        editor.ask(&format!("textDocument/{method}"), document.clone());
    }
    let said: String = editor.said.iter().map(Value::to_string).collect();
    assert!(!said.contains("hunter2") && !said.contains("s3cr3t"), "a secret was told");
}

#[test]
fn files_that_come_and_go_are_noticed() {
    let compose = "services:\n  web:\n    image: nginx:1.29\n    env_file: web.env\n";
    let folder = project("lsp", "watched", &[("compose.yaml", compose)]);
    let mut editor = Editor::start(&folder);
    editor.open("compose.yaml");
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), ["missing-env-file 4"]);
    write(&folder, &[("web.env", "TZ=UTC\n")]);
    let changes = json!({"changes": [{"uri": editor.uri("web.env"), "type": 1}]});
    editor.notify("workspace/didChangeWatchedFiles", changes);
    editor.settle();
    assert_eq!(editor.diagnostics("compose.yaml"), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn edits_do_not_add_up() {
    let mut editor = editor("edits", &[("compose.yaml", WEB)]);
    editor.open("compose.yaml");
    let edit = |editor: &mut Editor, times: usize| {
        for number in 0..times {
            editor.change("compose.yaml", &WEB.replace("restrat", if number % 2 == 0 { "restart" } else { "restrat" }));
            // A question makes the server judge.
            if number % 10 == 0 {
                let place = editor.at(WEB, "compose.yaml", "  image");
                editor.request("textDocument/hover", place);
            }
        }
        editor.said.clear();
    };
    edit(&mut editor, 1000);
    let before = editor.memory();
    edit(&mut editor, 10_000);
    let after = editor.memory();
    assert!(after <= before + before / 10, "{before} KiB before 10,000 edits, {after} KiB after");
}

#[test]
fn what_extends_and_builds_name_is_found() {
    let compose = "services:\n  web:\n    extends: {file: common.yaml, service: base}\n    build: {context: app, target: run}\n    ports: ['8000-8010:8000-8010']\n    volumes: [da:/data]\nvolumes:\n  data:\n";
    let common = "services:\n  base:\n    tty: true\n    environment: {DB_PASSWORD: hunter2hunter2}\n";
    let dockerfile = "FROM busybox AS make\nFROM busybox as run\n";
    let files = [("compose.yaml", compose), ("common.yaml", common), ("app/Dockerfile", dockerfile)];
    let mut editor = editor("named", &files);
    editor.open("compose.yaml");
    editor.settle();
    let mut hover = |needle: &str| {
        let answer = editor.request("textDocument/hover", editor.at(compose, "compose.yaml", needle));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let base = hover("service: bas");
    assert!(base.contains("service of `common.yaml`") && base.contains("tty: true"), "{base}");
    assert!(!base.contains("hunter2"), "{base}");
    let ports = hover("8000-8010:");
    assert!(ports.contains("ports 8000 to 8010/tcp of the container on ports 8000 to 8010"), "{ports}");
    let place = editor.at(compose, "compose.yaml", "target: ru");
    let made = editor.request("textDocument/definition", place);
    assert!(made[0]["uri"].as_str().unwrap().ends_with("app/Dockerfile"), "{made}");
    assert_eq!(made[0]["range"]["start"], json!({"line": 1, "character": 16}));
    let mut place = editor.at(compose, "compose.yaml", "[da");
    place["position"]["character"] = json!(place["position"]["character"].as_u64().unwrap() + 1);
    let offered = editor.request("textDocument/completion", place);
    let items = offered.get("items").unwrap_or(&offered).as_array().unwrap().clone();
    let data = items.iter().find(|one| one["label"] == "data").unwrap();
    assert!(!data.to_string().contains("data:"), "{data}");
}
