//! Canonical projects and what docker compose 2.40.3 printed for them (`config --format json`).

use std::path::Path;

use super::{decode, is_empty, is_empty_where_absent, to_json, zero};
use crate::compose::problem::{Problem, TypeProblem, ValueProblem};
use crate::compose::spec::shapes::{CONFIG, DecodedShape, ENV_FILE, Field, PROJECT};
use crate::compose::value::{Data, Entry, Map, Part, Step, Value};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::SourceDb;
use crate::yaml::{NodeKind, ResolvedScalar, ScalarStyle, Tree, parse, resolve_plain};

fn read(text: &str) -> Value {
    let db = SourceDb::new();
    let file = db.overlay(Path::new("/compose.yaml"), text.to_owned());
    let (tree, problems) = parse(file, text);
    assert_eq!(problems, []);
    value(&tree, tree.documents[0])
}

fn value(tree: &Tree, id: NodeId) -> Value {
    let (_, node) = tree.follow(id).unwrap();
    let data = match &node.kind {
        NodeKind::Scalar(text, ScalarStyle::Plain) => match resolve_plain(text) {
            ResolvedScalar::Null => Data::Null,
            ResolvedScalar::Bool(flag) => Data::Bool(flag),
            ResolvedScalar::Int(number) => Data::Int(number),
            ResolvedScalar::Large(number) => Data::Large(number),
            ResolvedScalar::Float(number) => Data::Float(number),
            ResolvedScalar::Timestamp => Data::Timestamp(text.as_str().into()),
            _ => Data::Text(text.as_str().into()),
        },
        NodeKind::Scalar(text, _) => Data::Text(text.as_str().into()),
        NodeKind::Sequence(items, _) => Data::List(items.iter().map(|item| value(tree, *item)).collect()),
        NodeKind::Mapping(pairs, _) => Data::Map(
            pairs
                .iter()
                .map(|pair| {
                    let entry = Entry { key: tree.place(pair.key), value: value(tree, pair.value) };
                    (tree.text(pair.key).unwrap().into(), entry)
                })
                .collect::<Map>(),
        ),
        NodeKind::Alias(_) => unreachable!(),
    };
    Value::new(data, tree.place(id))
}

/// Decodes a project with one service `a`, written without its outer keys.
fn service(text: &str) -> (serde_json::Value, Vec<String>) {
    let decoded = decode(&read(&format!("services:\n  a:\n    {text}\n")));
    let problems = decoded
        .problems
        .iter()
        .map(|problem| {
            assert_eq!(problem.about, ["services", "a"]);
            format!("{}: {}", problem.path.clone().unwrap_or_default(), shown(&problem.problem))
        })
        .collect();
    let mut json = to_json(&decoded.value)["services"]["a"].take();
    json.as_object_mut().unwrap().retain(|key, value| !(value.is_null() && (key == "command" || key == "entrypoint")));
    (json, problems)
}

fn shows(text: &str, expect: &str) {
    let expect: serde_json::Value = serde_json::from_str(expect).unwrap();
    assert_eq!(service(text), (expect, Vec::new()), "{text}");
}

fn shown(problem: &Problem) -> String {
    match problem {
        Problem::Type(TypeProblem::Decoded { key, wanted, found }) => {
            format!("{} wants {wanted:?}, is {found:?}", key.as_deref().unwrap_or_default())
        }
        Problem::Value(ValueProblem::Size(text, flaw)) => format!("size {} {flaw:?}", text.value()),
        Problem::Value(ValueProblem::Duration(text, flaw)) => format!("duration {} {flaw:?}", text.value()),
        Problem::Value(ValueProblem::Negative(number)) => format!("negative {}", number.value()),
        Problem::Value(ValueProblem::TrailingSpace(name)) => format!("trailing space {}", name.value()),
        Problem::Value(ValueProblem::Host(entry, flaw)) => format!("host {} {flaw:?}", entry.value()),
        Problem::Value(ValueProblem::DeviceCount(text)) => format!("devices {}", text.value()),
        Problem::Value(ValueProblem::FileMode(text)) => format!("mode {}", text.value()),
        Problem::Value(ValueProblem::Command(flaw)) => format!("command {flaw:?}"),
        Problem::Value(ValueProblem::Boolean(text)) => format!("boolean {}", text.value()),
        Problem::Value(ValueProblem::Number(text)) => format!("number {}", text.value()),
        other => format!("{other:?}"),
    }
}

fn refuses(text: &str, expect: &str) {
    assert_eq!(service(text).1, [expect], "{text}");
}

/// `everything.yaml` holds every key of a service; it is what `config --no-interpolate` printed, `$$` made one `$`.
#[test]
fn every_key_is_shown_as_docker_compose_shows_it() {
    let decoded = decode(&read(include_str!("everything.yaml")));
    assert_eq!(decoded.problems, []);
    let mut shown = to_json(&decoded.value);
    let mut expect: serde_json::Value = serde_json::from_str(include_str!("everything.json")).unwrap();
    // The check of consistency, which comes after decoding, copies `scale` there.
    let replicas = expect["services"]["zero"]["deploy"].as_object_mut().unwrap().remove("replicas");
    assert_eq!(replicas, Some(0.into()));
    for (name, services) in expect["services"].as_object().unwrap() {
        for (key, value) in services.as_object().unwrap() {
            assert_eq!(shown["services"][name][key], *value, "{name}.{key}");
        }
    }
    assert_eq!(shown, expect);
    assert_eq!(shown["services"]["all"].as_object_mut().unwrap().len(), 85);
}

#[test]
fn empty_projects_have_services() {
    assert_eq!(to_json(&decode(&read("volumes: {}")).value), serde_json::json!({"services": {}}));
}

#[test]
fn extensions_in_mappings_become_an_entry() {
    shows(
        "{environment: {A: 1, x-b: c}, labels: {x-l: [1, {b: ~, a: 1.0}]}, x-gone: 1}",
        r##"{"environment": {"A": "1", "#extensions": "map[x-b:c]"},
            "labels": {"#extensions": "map[x-l:[1 map[a:1 b:<nil>]]]"}}"##,
    );
    shows("{ulimits: {x-u: 5}}", r##"{"ulimits": {"#extensions": {}}}"##);
    shows("{networks: {x-n: {}}}", r##"{"networks": {"#extensions": {}}}"##);
    shows(
        "{depends_on: {x-b: {condition: service_started, required: true}}}",
        r#"{"depends_on": {"x-b": {"condition": "service_started", "required": true}}}"#,
    );
}

#[test]
fn texts_are_cast_and_floats_are_cut() {
    shows(
        "{cpu_shares: 1.5, tty: 'Yes', oom_score_adj: '-5'}",
        r#"{"cpu_shares": 1, "tty": true, "oom_score_adj": -5}"#,
    );
    shows("{mem_limit: 1.5}", "{}");
    shows("{ports: [{target: 70000}]}", r#"{"ports": [{"target": 70000}]}"#);
    shows("{blkio_config: {weight: 65537}}", r#"{"blkio_config": {"weight": 1}}"#);
    shows("{environment: {'A ': b}}", r#"{"environment": {"A ": "b"}}"#);
    shows("{group_add: [1000, ~]}", r#"{"group_add": ["1000", ""]}"#);
    shows(
        "{provider: {type: t, options: {a: [], b: ~}}}",
        r#"{"provider": {"type": "t", "options": {"b": ["<nil>"]}}}"#,
    );
    shows("{build: {ssh: {default: ~, key: /k}}}", r#"{"build": {"ssh": ["default", "key=/k"]}}"#);
    shows(
        "{env_file: [{path: a, required: true}, {path: b, required: false}, {path: c}]}",
        r#"{"env_file": ["a", {"path": "b", "required": false}, {"path": "c", "required": false}]}"#,
    );
}

#[test]
fn configs_hide_content_from_the_environment() {
    let decoded = decode(&read("configs: {a: {environment: E, content: c}, b: {content: c}}"));
    let configs = to_json(&decoded.value)["configs"].take();
    assert_eq!(configs, serde_json::json!({"a": {"environment": "E"}, "b": {"content": "c"}}));
}

#[test]
fn what_docker_compose_refuses_is_reported() {
    refuses("mem_limit: 12q", "mem_limit: size 12q Unit(2..3)");
    refuses("shm_size: -1m", "shm_size: size -1m Negative");
    refuses("healthcheck: {interval: '30'}", "healthcheck.interval: duration 30 NoUnit");
    refuses("healthcheck: {retries: -1}", "healthcheck.retries: negative -1");
    refuses("environment: ['A =b']", "environment.0: trailing space A ");
    refuses("environment: [à=b]", "environment.0: trailing space à");
    refuses("extra_hosts: [a]", "extra_hosts: host a NoAddress");
    refuses("extra_hosts: {'a:b': 1.1.1.1}", "extra_hosts: host a:b Name(3)");
    refuses("gpus: [{count: some}]", "gpus.0.count: devices some");
    refuses("secrets: [{source: s, mode: '0999'}]", "secrets.0.mode: mode 0999");
    refuses("secrets: [{source: s, mode: 1.5}]", "secrets.0.mode: mode wants FileMode, is Float");
    refuses("command: a (b)", "command: command Parenthesis");
    refuses("attach: maybe", "attach: boolean maybe");
    refuses("blkio_config: {weight: '300'}", "blkio_config.weight: weight wants Int, is Text");
    refuses("deploy: {update_config: {delay: x}}", "deploy.update_config.delay: duration x Invalid");
    refuses("deploy: {resources: {limits: {cpus: x}}}", "deploy.resources.limits.cpus: number x");
    refuses("storage_opt: {a: true}", "storage_opt.a: a wants Text, is Bool");
    refuses("cap_add: ALL", "cap_add: cap_add wants List, is Text");
    refuses("ulimits: {n: {soft: 1.5}}", "ulimits.n.soft: soft wants Int, is Float");
}

#[test]
fn values_keep_their_origin() {
    let text = "services: {a: {mem_limit: 1k, environment: [É=xyz], command: 'run xyz'}}";
    let mut canonical = read(text);
    let place = canonical.place;
    let part =
        |start, end| Part { start, end, place, variable: Some("V".into()), is_default: false, is_unknown: false };
    let Data::Map(services) = &mut canonical.data else { panic!() };
    let Data::Map(services) = &mut services.get_mut("services").unwrap().value.data else { panic!() };
    let Data::Map(service) = &mut services.get_mut("a").unwrap().value.data else { panic!() };
    service.get_mut("mem_limit").unwrap().value.parts = vec![part(0, 1)].into();
    service.get_mut("command").unwrap().value.parts = vec![part(4, 7)].into();
    let Data::List(items) = &mut service.get_mut("environment").unwrap().value.data else { panic!() };
    items[0].parts = vec![part(2, 5)].into();
    items[0].via = vec![Step::Implied].into();

    let decoded = decode(&canonical);
    let service = decoded.value.get("services").unwrap().get("a").unwrap();
    let cut =
        |value: &Value| text.get(value.place.span.start as usize..value.place.span.end as usize).unwrap().to_owned();
    let memory = service.get("mem_limit").unwrap();
    assert_eq!((memory.text(), cut(memory), memory.parts.len()), (Some("1024"), "1k".to_owned(), 1));
    let variable = service.get("environment").unwrap().map().unwrap().get("É").unwrap();
    assert_eq!((variable.value.text(), cut(&variable.value)), (Some("xyz"), "É=xyz".to_owned()));
    assert_eq!((variable.key, &variable.value.via[..]), (variable.value.place, &[Step::Implied][..]));
    // The name has three bytes with its `=`; the part began in it.
    assert_eq!(variable.value.parts[..], [part(0, 2)]);
    let words = service.get("command").unwrap().list().unwrap();
    assert_eq!((&words[0].parts[..], &words[1].parts[..]), ([].as_slice(), [part(0, 3)].as_slice()));
    assert_eq!(service.get("entrypoint").unwrap().via[..], [Step::Implied]);
}

#[test]
fn fields_that_are_left_out_where_they_are_absent_are_those_whose_zero_is_empty() {
    fn check(fields: &[Field]) {
        for field in fields {
            let absent = zero(&field.shape, &Value::implied(Data::Null, Place::start()));
            assert_eq!(is_empty_where_absent(&field.shape), is_empty(&field.shape, &absent.data), "{}", field.name);
            inner(&field.shape);
        }
    }
    fn inner(shape: &DecodedShape) {
        match shape {
            DecodedShape::Pointer(shape) | DecodedShape::List(shape) | DecodedShape::Map(shape) => inner(shape),
            DecodedShape::Struct(fields) => check(fields),
            _ => {}
        }
    }
    [PROJECT, CONFIG, ENV_FILE].into_iter().for_each(check);
}
