//! `plimsoll.yaml` as documented: its JSON Schema is made from the table that its reader uses, and both take the same files.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use plimsoll::testing::config::shape::{ConfigKey, ConfigShape, FILE, SEVERITIES, SEVERITY};
use plimsoll::testing::config::{ConfigErrors, load};
use plimsoll::testing::finding::Selector;
use plimsoll::testing::rules::options;
use plimsoll::testing::source::SourceDb;
use serde_json::{Map, Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rules() -> Vec<&'static str> {
    plimsoll::testing::rules::all().map(|rule| rule.document.name).collect()
}

/// The names that `select` and `ignore` take, those of sets without rules among them.
fn selectors() -> Vec<&'static str> {
    let sets = ["default", "strict", "style"];
    let names = Selector::names().filter(|name| !sets.contains(name));
    sets.into_iter().chain(names).collect()
}

#[test]
fn the_schema_of_the_configuration_is_up_to_date() {
    let path = root().join("docs/plimsoll.schema.json");
    let wanted = format!("{:#}\n", schema());
    if std::env::var_os("PLIMSOLL_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/plimsoll.schema.json is out of date: `cargo dev update` writes it");
}

#[test]
fn schema_and_reader_agree() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let check = |text: &str, expect: bool| {
        let value: Value = serde_yaml::from_str(text).unwrap();
        let read = read(text);
        assert_eq!(read.is_ok(), expect, "the reader on {text}: {read:?}");
        assert_eq!(validator.is_valid(&value), expect, "the schema on {text}");
    };
    check("{}", true);
    check("rules: { exposed-datastore: off, unknown-host: error, unset-variable: true }", true);
    check(
        "rules: { exposed-datastore: { severity: info, allowed_ports: [5432], allowed_networks: [10.0.0.0/8] } }",
        true,
    );
    check("rules: { exposed-datastore: { known_hosts: [a] } }", false);
    check("rules: { exposed-datastore: dreadful }", false);
    check("rules: { exposed-datastore: { allowed_ports: 5432 } }", false);
    check("rules: { exposed-datastore: { allowed_ports: [0] } }", false);
    check("rules: { no-such-rule-at-all: off }", false);
    check("select: [default, strict, unknown-host]\nignore: [exposed-datastore]", true);
    check("select: [network, all, style]\nignore: [proxy, strict]\npreview: true", true);
    check("select: [defaults]", false);
    check("ignore: [networks]", false);
    check("preview: maybe", false);
    check(
        "suppressions: [{ rules: exposed-datastore, paths: [a/**], services: db, reason: r, until: 2026-12-31 }]",
        true,
    );
    check("suppressions: [{ rules: [exposed-datastore, unknown-host] }]", true);
    check("suppressions: [{ reason: because }]", false);
    check("suppressions: [{ rule: exposed-datastore }]", false);
    check("projects: [{ files: [a.yaml], env_files: [.env], profiles: [x], name: n, directory: d }]", true);
    check("projects: [{ files: [a], environment: { A: x, B: 1, C: , D: '' }, provided: [E_1], engine: swarm }]", true);
    check("projects: [{ files: [a], purpose: develop, engine: compose, environment: }]", true);
    check("projects: [{ files: [a], purpose: play }]", false);
    check("projects: [{ files: [a], engine: podman }]", false);
    check("projects: [{ files: [a], provided: [A-B] }]", false);
    check("projects: [{ files: [a], environment: { A: [] } }]", false);
    check("projects: [{ files: [a], environment: { '1': x } }]", false);
    check("projects: [{ env_files: [.env] }]", false);
    check("projects: [{ files: [] }]", false);
    check("host: { gpus: 2, gpu_memory: 24GiB, memory: 64g, cpus: 1.5 }", true);
    check("host: { gpus: -1 }", false);
    check("host: { memory: lots }", false);
    check("services: { a: { single_instance: true, gpu_memory: 8GiB } }", true);
    check("services: { a: { single_instance: maybe } }", false);
    check("exclude: [vendor/**]\nfail_on: never", true);
    check("exclude: vendor", false);
    check("fail_on: sometimes", false);
    check("no_such_key: 1", false);
}

#[test]
fn the_examples_of_the_documentation_are_valid() {
    let text = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 4, "{} examples", blocks.len());
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for block in blocks.into_iter().filter(|block| !block.contains("extends:")) {
        let value: Value = serde_yaml::from_str(block).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{block}: {errors:?}");
        assert!(read(block).is_ok(), "{block}: {:?}", read(block));
    }
}

#[test]
fn options_belong_to_rules_that_describe_them() {
    let mut described = 0;
    for rule in plimsoll::testing::rules::all() {
        let text = rule.document.text();
        let (_, section) = text.split_once("## Configuration").unwrap_or_default();
        for option in options(rule.id) {
            let name = rule.document.name;
            assert!(section.contains(&format!("`{}`", option.name)), "{name} does not describe `{}`", option.name);
            described += 1;
        }
    }
    assert!(described >= 6, "{described} options");
}

fn read(text: &str) -> Result<plimsoll::testing::config::Config, ConfigErrors> {
    let sources = SourceDb::new();
    sources.overlay(Path::new("/p/plimsoll.yaml"), text.to_owned());
    load(&sources, Path::new("/p/plimsoll.yaml"), options)
}

fn schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://plimsoll.dev/schemas/plimsoll.json",
        "title": "plimsoll.yaml",
    });
    let file = of(&FILE);
    for (key, value) in file.as_object().unwrap() {
        schema[key] = value.clone();
    }
    schema
}

/// The name of an environment variable.
const VARIABLE: &str = "^[A-Za-z_][A-Za-z0-9_]*$";

/// What a value may be. A key with nothing behind it says nothing, wherever it stands.
fn of(shape: &ConfigShape) -> Value {
    match shape {
        ConfigShape::Text | ConfigShape::Path | ConfigShape::Pattern => {
            json!({ "type": ["string", "number", "boolean"], "minLength": 1 })
        }
        ConfigShape::Rule => json!({ "enum": rules() }),
        ConfigShape::Selector => json!({ "enum": selectors() }),
        ConfigShape::Flag => json!({ "type": "boolean" }),
        ConfigShape::Count => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        ConfigShape::Port => json!({ "type": "integer", "minimum": 1, "maximum": 65535 }),
        ConfigShape::Network => json!({ "type": "string", "pattern": "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$" }),
        ConfigShape::Number => json!({ "type": "number", "minimum": 0 }),
        ConfigShape::Size => {
            json!({ "type": ["string", "integer"], "pattern": "^[0-9]+(\\.[0-9]+)? *([kKmMgGtT]([iI]?[bB])?|[bB])?$" })
        }
        ConfigShape::Day => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        ConfigShape::Word(words) => json!({ "enum": words }),
        ConfigShape::Variable => json!({ "type": "string", "pattern": VARIABLE }),
        ConfigShape::Variables => json!({
            "type": ["object", "null"],
            "propertyNames": { "pattern": VARIABLE },
            "additionalProperties": { "type": ["string", "number", "boolean", "null"] },
        }),
        ConfigShape::Setting => setting(&[]),
        ConfigShape::Settings => {
            let named =
                plimsoll::testing::rules::all().map(|rule| (rule.document.name.to_owned(), setting(options(rule.id))));
            let named: Map<String, Value> = named.collect();
            json!({ "type": ["object", "null"], "additionalProperties": false, "properties": named })
        }
        ConfigShape::List(item) => json!({ "type": ["array", "null"], "items": of(item) }),
        ConfigShape::Many(item) => json!({ "anyOf": [of(item), { "type": "array", "items": of(item) }] }),
        ConfigShape::Named(value) => json!({ "type": ["object", "null"], "additionalProperties": of(value) }),
        ConfigShape::Object(keys) => object(keys),
    }
}

fn setting(options: &[ConfigKey]) -> Value {
    let keys: Vec<ConfigKey> = std::iter::once(SEVERITY).chain(options.iter().copied()).collect();
    let words: Vec<Value> = ["on", "off"].iter().chain(SEVERITIES).map(|word| json!(word)).collect();
    json!({ "anyOf": [{ "enum": words }, { "type": "boolean" }, object(&keys)] })
}

fn object(keys: &[ConfigKey]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut value = of(&key.shape);
            value["description"] = json!(key.text);
            if key.required {
                value["type"] = json!("array");
                value["minItems"] = json!(1);
            }
            (key.name.to_owned(), value)
        })
        .collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut object = json!({ "type": ["object", "null"], "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    if keys.iter().any(|key| key.name == "until") {
        object["anyOf"] = json!([{ "required": ["rules"] }, { "required": ["paths"] }, { "required": ["services"] }]);
    }
    object
}
