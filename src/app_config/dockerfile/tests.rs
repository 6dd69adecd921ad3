//! Tests of the Dockerfile reader.

use std::ops::Range;

use super::built;
use crate::budget::{Budget, Limit, Meter};
use crate::model::{BuiltImage, Command};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{FileId, Span};

fn place(range: &Range<usize>) -> Place {
    let span = Span { file: FileId::default(), start: range.start as u32, end: range.end as u32 };
    Place { span, node: NodeId::new(0) }
}

fn read_with(text: &str, arguments: &[(&str, &str)], target: Option<&str>) -> Option<BuiltImage> {
    let lookup = |name: &str| arguments.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned());
    let budget = Budget::default();
    built(text, &lookup, target, (&place, Meter { budget: &budget, at: Place::start() }))
}

fn read(text: &str) -> BuiltImage {
    read_with(text, &[], None).unwrap()
}

fn base(image: &BuiltImage) -> Option<&str> {
    image.base.as_ref().map(|base| base.value.text.as_str())
}

fn words(command: Option<&Command>) -> Vec<&str> {
    command.map(|command| command.words.iter().map(|word| word.value.as_str()).collect()).unwrap_or_default()
}

#[test]
fn the_last_stage_counts_with_those_it_stands_on() {
    let text = "ARG V=20\nFROM --platform=linux/amd64 node:${V}-slim AS Deps\nWORKDIR /app\nENV PORT=3000 A=b\nEXPOSE $PORT 9229/TCP 5000-5002/udp\n\
        FROM golang AS other\nUSER root\nFROM deps\nUSER node\nWORKDIR sub\nCMD [\"node\", \"x.js\"]\n";
    let image = read(text);
    assert_eq!(base(&image), Some("node:20-slim"));
    let ports: Vec<((u16, u16), &str)> =
        image.exposes.iter().map(|one| (one.ports.value, one.protocol.as_str())).collect();
    assert_eq!(ports, [((3000, 3000), "tcp"), ((9229, 9229), "tcp"), ((5000, 5002), "udp")]);
    assert_eq!(image.working_dir.unwrap().value, "/app/sub");
    assert_eq!(image.user.unwrap().value, "node");
    assert_eq!(words(image.command.as_ref()), ["node", "x.js"]);
    let expose = image.exposes[1].ports.place.span;
    assert_eq!(text.get(expose.start as usize..expose.end as usize), Some("9229/TCP"));
}

#[test]
fn arguments_of_the_build_go_before_defaults() {
    let text = "ARG BASE=postgres\nARG V\nFROM ${BASE}:${V:-16}\nARG PORT=1\nARG V\nEXPOSE $PORT\nENV V=$V\n";
    let check = |arguments: &[(&str, &str)], image: &str, port: u16| {
        let read = read_with(text, arguments, None).unwrap();
        assert_eq!((base(&read), read.exposes[0].ports.value.0), (Some(image), port));
    };
    check(&[], "postgres:16", 1);
    check(&[("BASE", "mysql"), ("V", "9"), ("PORT", "2")], "mysql:9", 2);
    assert_eq!(read_with(text, &[("V", "9")], None).unwrap().environment["V"].value, "9");
    assert!(!read(text).environment.contains_key("V"));
    assert_eq!(base(&read("ARG IMAGE\nFROM $IMAGE\n")), None);
}

#[test]
fn a_target_is_a_name_or_a_number() {
    let text = "FROM a AS one\nFROM b AS Two\nFROM c\n";
    let check = |target, expect: Option<&str>| {
        let image = read_with(text, &[], target);
        assert_eq!(image.as_ref().and_then(base), expect, "{target:?}");
    };
    check(None, Some("c"));
    check(Some("two"), Some("b"));
    check(Some("0"), Some("a"));
    check(Some("three"), None);
    assert!(read_with("# nothing\n", &[], None).is_none());
}

#[test]
fn commands_have_two_forms() {
    let image = read("FROM a\nENTRYPOINT exec app --x\nCMD [\"serve\"]\n");
    assert_eq!(words(image.entrypoint.as_ref()), ["/bin/sh", "-c", "exec app --x"]);
    assert_eq!(words(image.command.as_ref()), ["serve"]);
    let image = read("FROM a AS b\nCMD [\"x\"]\nFROM b\nSHELL [\"bash\", \"-c\"]\nENTRYPOINT y\n");
    assert_eq!(words(image.entrypoint.as_ref()), ["bash", "-c", "y"]);
    assert!(image.command.is_none(), "an entrypoint drops the command of the image below");
}

#[test]
fn healthchecks() {
    let check = |text: &str, expect: &[&str], disabled: bool| {
        let found = read(&format!("FROM a\n{text}\n")).healthcheck.unwrap();
        let test: Vec<&str> = found.test.iter().map(|word| word.value.as_str()).collect();
        assert_eq!((test.as_slice(), found.disabled), (expect, disabled), "{text}");
    };
    check(
        "HEALTHCHECK --interval=5s --retries=3 \\\n  CMD curl -f http://localhost/ || exit 1",
        &["CMD-SHELL", "curl -f http://localhost/ || exit 1"],
        false,
    );
    check("HEALTHCHECK CMD [\"a\", \"b\"]", &["CMD", "a", "b"], false);
    check("HEALTHCHECK NONE", &[], true);
}

#[test]
fn copies_and_volumes() {
    let image = read(
        "FROM a\nCOPY --chown=x a b /etc/x/\nWORKDIR /srv\nADD . .\nCOPY --from=0 [\"a b\", \"./c\"]\nCOPY <<EOF /f\nx\nEOF\nVOLUME [\"/a/\", \"/b\"]\nVOLUME /c /d\nENV K a b  c\n",
    );
    let copies: Vec<(Vec<&str>, Option<&str>, Option<&str>)> = image
        .copies
        .iter()
        .map(|one| (one.sources.iter().map(String::as_str).collect(), one.target.as_deref(), one.from.as_deref()))
        .collect();
    let expect = [
        (vec!["a", "b"], Some("/etc/x/"), None),
        (vec!["."], Some("/srv/"), None),
        (vec!["a b"], Some("/srv/c"), Some("0")),
        (vec![], Some("/f"), None),
    ];
    assert_eq!(copies, expect);
    let volumes: Vec<&str> = image.volumes.iter().map(|volume| volume.value.as_str()).collect();
    assert_eq!(volumes, ["/a", "/b", "/c", "/d"]);
    assert_eq!(image.environment["K"].value, "a b  c");
}

#[test]
fn what_the_base_decides_is_left_open() {
    let image = read("FROM a\nWORKDIR app\nCOPY x y\nENV PATH=/x:$PATH B=1\n");
    assert!(image.working_dir.is_none());
    assert_eq!(image.copies[0].target, None);
    assert_eq!(image.environment.keys().collect::<Vec<_>>(), ["B"]);
}

#[test]
fn variables_that_double_reach_a_limit() {
    for line in ["ENV A{at}=$A{before}$A{before}", "ARG A{at}=$A{before}$A{before}", "ENV A{at} $A{before}$A{before}"] {
        let mut text = "FROM a\nENV A0=xxxxxxxxxxxxxxxx\n".to_owned();
        for at in 1..60 {
            let line = line.replace("{at}", &at.to_string()).replace("{before}", &(at - 1).to_string());
            text.push_str(&format!("{line}\n"));
        }
        let budget = Budget::default();
        let meter = Meter { budget: &budget, at: Place::start() };
        assert!(built(&text, &|_| None, None, (&place, meter)).is_none(), "{line}");
        assert_eq!(budget.reached(), [(Limit::Bytes, Place::start())], "{line}");
    }
}

#[test]
fn a_long_chain_of_stages_is_read_once() {
    let mut text = "FROM a AS s0\nEXPOSE 80\nRUN x\n".to_owned();
    for at in 1..3_000 {
        text.push_str(&format!("FROM s{} AS s{at}\nRUN x\n", at - 1));
    }
    let image = read(&text);
    assert_eq!((image.runs.len(), image.exposes.len(), base(&image)), (3_000, 1, Some("a")));
    assert_eq!(read_with(&text, &[], Some("s1")).unwrap().runs.len(), 2);
}
