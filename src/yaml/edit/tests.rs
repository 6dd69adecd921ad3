//! Tests of edits on unusual files, to the byte. Every result parses and keeps every comment.

use std::path::Path;

use super::insert::add_entry;
use super::*;
use crate::source::{NodeId, SourceDb, Span};
use crate::text::dotenv;
use crate::text::dotenv::{EnvFileRole, KnownVariables};
use crate::yaml::{NodeKind, Tree, Trees, parse};

/// Applies edits as the fixes are applied.
pub(crate) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::new();
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        assert!(at <= start, "edits overlap in {text:?}");
        out.push_str(text.get(at..start).unwrap());
        out.push_str(&edit.text);
        at = end;
    }
    out + text.get(at..).unwrap()
}

/// The node at a path: keys and numbers; a key with `=` in front gives the key itself.
fn find(tree: &Tree, path: &str) -> NodeId {
    let mut at = tree.documents[0];
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let node = tree.node(at).unwrap();
        at = match &node.kind {
            NodeKind::Sequence(items, _) => items[step.parse::<usize>().unwrap()],
            NodeKind::Mapping(pairs, _) => {
                let (name, is_key) = step.strip_prefix('=').map_or((step, false), |name| (name, true));
                let pair = pairs.iter().rev().find(|pair| tree.text(pair.key) == Some(name));
                let pair = pair.unwrap_or_else(|| panic!("no `{name}`"));
                if is_key { pair.key } else { pair.value }
            }
            other => panic!("{step}: {other:?}"),
        };
    }
    at
}

fn comments(text: &str) -> Vec<String> {
    let file = SourceDb::new().overlay(Path::new("/x"), String::new());
    let (tree, findings) = parse(file, text);
    assert!(findings.is_empty(), "{text}\n{findings:?}");
    let mut all: Vec<String> = tree
        .comments
        .iter()
        .map(|comment| text.get(comment.start as usize..comment.end as usize).unwrap().trim().to_owned())
        .collect();
    all.sort();
    all
}

/// What an edit at a path makes of a text; `-` where there is none.
fn edited(text: &str, path: &str, act: impl Fn(Files<'_>, Place) -> Option<Vec<Edit>>) -> String {
    let (sources, trees) = (SourceDb::new(), Trees::default());
    let file = sources.overlay(Path::new("/compose.yaml"), text.to_owned());
    let tree = trees.get(&sources, file);
    let place = tree.0.place(find(&tree.0, path));
    let Some(edits) = act(Files::new(&sources, &trees), place) else { return "-".to_owned() };
    let result = apply(text, edits);
    assert_eq!(comments(&result), comments(text), "comments of\n{text}\nbecome\n{result}");
    result
}

fn text(text: &str) -> Content {
    Content::text(text)
}

#[test]
fn a_scalar_keeps_its_quotes_or_gets_those_it_needs() {
    for (before, new, after) in [
        ("a: x # c\n", "y", "a: y # c\n"),
        ("a: x\t# c\r\n", "y z", "a: y z\t# c\r\n"),
        ("\u{feff}a: x", "é", "\u{feff}a: é"),
        ("a: 'x'\n", "it's", "a: 'it''s'\n"),
        ("a: \"x\"\n", "a\\b\"", "a: \"a\\\\b\\\"\"\n"),
        ("a: x\n", "k: v", "a: \"k: v\"\n"),
        ("b: 'q'\na: x\n", "# y", "b: 'q'\na: '# y'\n"),
        ("a: x\n", "5432", "a: \"5432\"\n"),
        ("a: x\n", "22:22", "a: \"22:22\"\n"),
        ("a: x\n", "yes", "a: \"yes\"\n"),
        ("a: x\n", "", "a: \"\"\n"),
        ("x: [b]\na: x\n", "a, b", "x: [b]\na: a, b\n"),
        ("a: |\n  x\n", "y", "-"),
        ("b: &q\n  a: x\nc: *q\na: y\n", "z", "b: &q\n  a: x\nc: *q\na: z\n"),
    ] {
        assert_eq!(edited(before, "a", |files, place| replace(files, place, new)), after, "{before:?}");
    }
    assert_eq!(edited("a: [x, y]", "a/0", |files, place| replace(files, place, "p, q")), "a: [\"p, q\", y]");
    assert_eq!(edited("b: &q\n  a: x\nc: *q\n", "b/a", |files, place| replace(files, place, "z")), "-");
    assert_eq!(edited("b: &q\n  a: x\n", "b/a", |files, place| replace(files, place, "z")), "b: &q\n  a: z\n");
    assert_eq!(edited("'a' : 1\n", "=a", |files, place| replace(files, place, "b")), "'b' : 1\n");
    assert_eq!(edited("a: { b : 1 }\n", "a/=b", |files, place| replace(files, place, "é")), "a: { é : 1 }\n");
}

#[test]
fn a_part_of_a_scalar_is_replaced_and_the_whole_quoted_where_it_must_be() {
    for (before, part, new, after) in [
        ("p:\n- 6379:6379\n", "6379:", "127.0.0.1:6379:", "p:\n- 127.0.0.1:6379:6379\n"),
        ("p:\n- 6379\n", "6379", "127.0.0.1::6379", "p:\n- 127.0.0.1::6379\n"),
        ("p:\n- 6379\n", "6379", "[::1]::6379", "p:\n- \"[::1]::6379\"\n"),
        ("p:\n- '80:80' # é\n", "80:", "é'", "p:\n- 'é''80' # é\n"),
        ("p:\n- \"80:80\"\n", "80:", "\"", "p:\n- \"\\\"80\"\n"),
        ("p:\n- a b\n", " b", " #b", "p:\n- \"a #b\"\n"),
        ("p:\n- >-\n  http://x\n  y\n", "http", "https", "p:\n- >-\n  https://x\n  y\n"),
        ("p:\n- |\n  x\n", "x", "", "-"),
        ("p:\n- a\n  b c\n", "b", "d", "p:\n- a\n  d c\n"),
        ("p:\n- a\n  b c\n", "b", "d:", "-"),
    ] {
        let result = edited(before, "p/0", |files, place| {
            let start = place.span.start + before.get(place.span.start as usize..).unwrap().find(part)? as u32;
            let span = Span { start, end: start + part.len() as u32, ..place.span };
            replace_part(files, Place { span, ..place }, new)
        });
        assert_eq!(result, after, "{before:?}");
    }
}

#[test]
fn words_lose_quotes_and_numbers_get_them() {
    for (before, after) in [
        ("a: 5 # c\n", "a: \"5\" # c\n"),
        ("a: true", "a: \"true\""),
        ("b: 'x'\na: 1e3\n", "b: 'x'\na: '1e3'\n"),
        ("a: x\n  y\n", "-"),
        ("a: 'x'\n", "-"),
        ("a:\n", "-"),
    ] {
        assert_eq!(edited(before, "a", quote), after);
    }
    assert_eq!(edited("a: \"5\"\t# c", "a", |files, place| write_word(files, place, "5")), "a: 5\t# c");
    assert_eq!(edited("a: x\n", "a", |files, place| write_word(files, place, "5 # x")), "-");
    assert_eq!(edited("a: x\n", "a", |files, place| respell(files, place, "z", "y")), "-");
}

#[test]
fn an_entry_goes_and_its_comments_stay() {
    for (before, path, after) in [
        ("a: 1\nb: 2\n", "=a", "b: 2\n"),
        ("a: 1\nb: 2", "=b", "a: 1"),
        ("a: 1\r\nb: 2\r\nc: 3\r\n", "=b", "a: 1\r\nc: 3\r\n"),
        ("\u{feff}a: 1\nb: 2\n", "=a", "\u{feff}b: 2\n"),
        ("# h\na: 1 # c\nb: 2\n", "=a", "# h\n# c\nb: 2\n"),
        ("a: 1\nb: 2 # c", "=b", "a: 1\n# c"),
        ("version: '3'\n\nservices: {}\n", "=version", "services: {}\n"),
        ("services: {}\n\nversion: '3'", "=version", "services: {}"),
        ("a: 1\n\nb: 2\n\nc: 3\n", "=b", "a: 1\n\nc: 3\n"),
        ("a: |\n  x\n\n  y\n\nb: 2\n", "=a", "b: 2\n"),
        ("a:\n   b: 1\n   c: # x\n      - d # y\n   e: 1\n", "a/=c", "a:\n   b: 1\n   # x\n   # y\n   e: 1\n"),
        ("a:\n- x\n-   k: v\n    l: w\n- y\n", "a/1", "a:\n- x\n- y\n"),
        ("a:\n- k: v\n  l: w\n", "a/0/=k", "a:\n- l: w\n"),
        ("a:\n- k: v # c\n  l: w\n", "a/0/=k", "a:\n- # c\n  l: w\n"),
        ("a:\n  -\n    k: v\n    l: w\n", "a/0/=k", "a:\n  -\n    l: w\n"),
        ("a:\n  - x\nb: 1\n", "a/0", "b: 1\n"),
        ("a:\n  - x # c\n", "a/0", "a: [] # c\n"),
        ("a:\n  # c\n  - x\n", "a/0", "-"),
        (
            "s:\n  w:\n    n:\n      d:\n        k:\n        - x\n",
            "s/w/n/d/k/0",
            "s:\n  w:\n    n:\n      d:\n        k: []\n",
        ),
        ("v:\n  d:\n    k: 1\n  e:\n", "v/d/=k", "v:\n  d: {}\n  e:\n"),
        ("v:\n  d:\nw: 1\n", "v/=d", "w: 1\n"),
        ("a: 1\n", "=a", "-"),
        ("a: [x, y, z]\n", "a/1", "a: [x, z]\n"),
        ("a: [x, y , z ,]\n", "a/2", "a: [x, y ,]\n"),
        ("a: { k: v, l: w }\n", "a/=k", "a: { l: w }\n"),
        ("a: [\n  x,\n  y, # c\n  z\n]\n", "a/1", "-"),
        ("a: [\n  x, # c\n  y,\n  z\n]\n", "a/1", "a: [\n  x, # c\n  z\n]\n"),
        ("a: [x]\nb: 1\n", "a/0", "b: 1\n"),
        ("a: [ x ]\n", "a/0", "a: []\n"),
        ("a: &q\n  x: 1\n  y: 2\nb: *q\n", "a/=x", "-"),
        ("a: &q\n  x: 1\nb: *q\n", "=a", "-"),
        ("a: &q\n  x: 1\nb: *q\n", "=b", "a: &q\n  x: 1\n"),
        ("a: 1\n? b\n: 2\n", "=b", "-"),
        ("a:\n\t\nb:\t1\t# c\nc: 2\n", "=b", "a:\n\t\n# c\nc: 2\n"),
        ("a: # c\nb: 1\n", "=a", "# c\nb: 1\n"),
        ("a:\n  - x\n  -\n  - y\n", "a/1", "a:\n  - x\n  - y\n"),
    ] {
        assert_eq!(edited(before, path, remove), after, "{before:?} {path}");
    }
}

#[test]
fn an_entry_comes_in_the_form_of_the_file() {
    let list = || Content::List(vec![text("d:/data")]);
    for (before, path, key, content, after) in [
        ("a: 1\n", "", "b", text("x"), "a: 1\nb: x\n"),
        ("a: 1", "", "b", text("x"), "a: 1\nb: x"),
        ("\u{feff}a: 1\r\n", "", "b", list(), "\u{feff}a: 1\r\nb:\r\n  - d:/data\r\n"),
        ("a: # c\n", "a", "b", Content::Empty, "a: # c\n  b:\n"),
        ("s:\n w:\n  a: 1\n x:\n  b: 1\n", "s/w", "v", list(), "s:\n w:\n  a: 1\n  v:\n   - d:/data\n x:\n  b: 1\n"),
        (
            "s:\n  w:\n    p:\n    - 1\n  x:\n",
            "s/w",
            "v",
            list(),
            "s:\n  w:\n    p:\n    - 1\n    v:\n    - d:/data\n  x:\n",
        ),
        (
            "s:\n       w:\n              a: é # é\n",
            "s/=w",
            "v",
            list(),
            "s:\n       w:\n              a: é # é\n              v:\n                     - d:/data\n",
        ),
        (
            "s:\n  w:\n    a: 1\n    # - deep\n    #x\n  x: 1\n",
            "s/w",
            "b",
            text("y"),
            "s:\n  w:\n    a: 1\n    b: y\n    # - deep\n    #x\n  x: 1\n",
        ),
        (
            "s:\n  w:\n    a:\n      - 1\n      # - 2\n\n      # - 3\n\nx: 1\n",
            "s/w",
            "b",
            text("y"),
            "s:\n  w:\n    a:\n      - 1\n      # - 2\n\n      # - 3\n    b: y\n\nx: 1\n",
        ),
        ("s:\n  w: {a: 1}\n", "s/w", "v", list(), "s:\n  w: {a: 1, v: [d:/data]}\n"),
        ("s: {}\n", "s", "v", list(), "s:\n  v:\n    - d:/data\n"),
        ("s: {} # c\n", "s", "v", text("x"), "s: # c\n  v: x\n"),
        ("s: ~\n", "s", "v", text("x"), "s:\n  v: x\n"),
        ("s: { }\nt: 1", "=s", "v", text("x"), "s:\n  v: x\nt: 1"),
        ("s: &e {}\nt: *e\n", "s", "v", text("x"), "-"),
        ("s: {\n  a: 1, # c\n  b: 2\n}\n", "s", "v", text("x"), "s: {\n  a: 1, # c\n  b: 2,\n  v: x\n}\n"),
        ("s: {\n  a: 1,\n  b: 2 # c\n}\n", "s", "v", text("x"), "s: {\n  a: 1,\n  b: 2, # c\n  v: x\n}\n"),
        ("s: {\n  a: 1,\n}\n", "s", "v", text("x"), "s: {\n  a: 1,\n  v: x,\n}\n"),
        ("s: {\n  a: 1}\n", "s", "v", text("x"), "s: {\n  a: 1,\n  v: x}\n"),
        ("s:\n  a: |\n    x\n\n\nt: 1\n", "s", "b", text("y"), "s:\n  a: |\n    x\n  b: y\n\n\nt: 1\n"),
        ("s:\n  a: |+\n    x\n\n\nt: 1\n", "s", "b", text("y"), "s:\n  a: |+\n    x\n\n\n  b: y\nt: 1\n"),
        ("s:\n  a: |\n    x", "s", "b", text("y"), "-"),
        ("s:\n  a: >-\n    x", "s", "b", text("y"), "s:\n  a: >-\n    x\n  b: y"),
        ("s: 1\n", "s", "b", text("y"), "-"),
        ("s:\n  a: 1\n", "s", "a", text("y"), "-"),
        ("x: &x\n  v: 1\ns:\n  <<: *x\n", "s", "v", text("y"), "-"),
        ("x: &x\n  v: 1\ns:\n  <<: *x\n", "s", "w", text("y"), "x: &x\n  v: 1\ns:\n  <<: *x\n  w: y\n"),
        ("- a: 1\n", "0", "b", text("y"), "- a: 1\n  b: y\n"),
        (
            "s:\n  a: 1\n",
            "s",
            "b",
            Content::Map(vec![("k".into(), Content::Word("5".into())), ("l".into(), Content::Map(vec![]))]),
            "s:\n  a: 1\n  b:\n    k: 5\n    l: {}\n",
        ),
    ] {
        let result = edited(before, path, |files, place| add_entry(files, place, key, &content));
        assert_eq!(result, after, "{before:?}");
    }
}

#[test]
fn an_item_comes_like_the_others() {
    let map = Content::Map(vec![("path".into(), text("x.env")), ("required".into(), Content::Word("false".into()))]);
    for (before, path, content, after) in [
        ("a:\n- 'x'\n", "=a", text("y"), "a:\n- 'x'\n- 'y'\n"),
        ("a:\n    -   \"x\" # c\n", "a", text("y"), "a:\n    -   \"x\" # c\n    -   \"y\"\n"),
        (
            "a:\n  - k: v\n    l:\n      m: 1\nb: 1\n",
            "a",
            map.clone(),
            "a:\n  - k: v\n    l:\n      m: 1\n  - path: x.env\n    required: false\nb: 1\n",
        ),
        ("a: [x]\n", "a", text("y"), "a: [x, y]\n"),
        ("a: ['x', ]\n", "a", text("y"), "a: ['x', 'y', ]\n"),
        ("a: [ x, # c\n  z ]\n", "a", text("y"), "a: [ x, # c\n  z,\n  y ]\n"),
        ("a: []\n", "a", text("y"), "a:\n  - y\n"),
        ("a: { b: [] }\n", "a/b", text("y"), "a: { b: [y] }\n"),
        ("a:\n# c\nb: 1\n", "a", text("y"), "a:\n  - y\n# c\nb: 1\n"),
        ("a:\n  -\n    k: v\n", "a", map, "a:\n  -\n    k: v\n  - path: x.env\n    required: false\n"),
        ("a: &q [x]\nb: *q\n", "a", text("y"), "-"),
        ("a: &q [x]\nb: *q\n", "b", text("y"), "-"),
        ("a: x\n", "a", text("y"), "-"),
    ] {
        assert_eq!(edited(before, path, |files, place| add_item(files, place, &content)), after, "{before:?}");
    }
}

#[test]
fn a_list_or_a_section_is_made_where_there_is_none() {
    for (before, after) in [
        ("s:\n  w:\n    i: x\n", "s:\n  w:\n    i: x\n    volumes:\n      - d:/data\n"),
        ("s:\n  w:\n    volumes:\n", "s:\n  w:\n    volumes:\n      - d:/data\n"),
        ("s:\n  w:\n    volumes: [a:/b]\n", "s:\n  w:\n    volumes: [a:/b, d:/data]\n"),
        ("s:\n  w:\n    volumes: *x\n", "-"),
    ] {
        let before = if before.contains('*') { format!("x: &x [a:/a]\n{before}") } else { before.to_owned() };
        let result = edited(&before, "s/w", |files, place| add_to_list(files, place, "volumes", &text("d:/data")));
        assert_eq!(result, after, "{before:?}");
    }
    for (before, after) in [
        ("s:\n  w:\n    i: x\n", "s:\n  w:\n    i: x\nvolumes:\n  data:\n"),
        ("v: 1\n\ns:\n  w: 1", "v: 1\n\ns:\n  w: 1\n\nvolumes:\n  data:"),
        ("s:\n  w: 1\n  # x: 1\n# end\n", "s:\n  w: 1\n  # x: 1\nvolumes:\n  data:\n# end\n"),
        ("volumes:\r\ns:\r\n   w: 1\r\n", "volumes:\r\n   data:\r\ns:\r\n   w: 1\r\n"),
        ("volumes: {x: {}}\ns:\n  w: 1\n", "volumes: {x: {}, data: {}}\ns:\n  w: 1\n"),
        ("volumes:\n  data:\ns:\n  w: 1\n", "volumes:\n  data:\ns:\n  w: 1\n"),
        ("s:\n  w: 1\n\n  x: 2\n", "s:\n  w: 1\n\n  x: 2\n\nvolumes:\n  data:\n"),
        ("s:\r\n  w: 1\r\n  x: 2\r\n", "s:\r\n  w: 1\r\n  x: 2\r\nvolumes:\r\n  data:\r\n"),
    ] {
        let result =
            edited(before, "s", |files, place| add_to_section(files, place, "volumes", "data", &Content::Empty));
        assert_eq!(result, after, "{before:?}");
    }
}

#[test]
fn edits_at_one_place_keep_their_order_and_those_that_overlap_are_none() {
    let before = "s:\n  w:\n    i: x";
    let both = edited(before, "s/w", |files, place| {
        all([
            add_to_list(files, place, "volumes", &text("d:/data")),
            add_to_section(files, place, "volumes", "d", &Content::Empty),
        ])
    });
    assert_eq!(both, "s:\n  w:\n    i: x\n    volumes:\n      - d:/data\nvolumes:\n  d:");
    let twice = |files: Files<'_>, place: Place| all([replace(files, place, "a"), replace(files, place, "b")]);
    assert_eq!(edited("a: x\n", "a", twice), "-");
}

#[test]
fn entries_move_with_their_comments() {
    for (before, wanted, after) in [
        ("a: 1\n# b\nb: 2 # x\nc: 3\n", "=b =a", "# b\nb: 2 # x\na: 1\nc: 3\n"),
        ("# a\na: 1\nb: 2", "=b =a", "b: 2\n# a\na: 1"),
        ("s:\r\n  - y\r\n  # é\r\n  - x\r\n", "s/1 s/0", "s:\r\n  # é\r\n  - x\r\n  - y\r\n"),
        ("b:\n  k: 1\n  # l: 2\n\na: 1\n", "=a =b", "a: 1\n\nb:\n  k: 1\n  # l: 2\n"),
        ("c: 1\nx: 2\na: 3\n", "=a =c", "a: 3\nx: 2\nc: 1\n"),
        ("b: 1\n# which\n\na: 2\n", "=a =b", "-"),
        ("s: [y, x]\n", "s/1 s/0", "-"),
        ("a: &q 1\nb: *q\n", "=b =a", "-"),
        ("x: &q 1\nb: *q\na: 2\n", "=a =b", "x: &q 1\na: 2\nb: *q\n"),
        ("a:\n  c: 1\nb: 2\n", "a/=c =b", "-"),
        ("b: |+\n  x\n\na: 1\n", "=a =b", "-"),
    ] {
        let first = wanted.split(' ').next().unwrap();
        let result = edited(before, first, |files, place| {
            let tree = files.trees.get(files.sources, place.span.file);
            let places: Vec<Place> = wanted.split(' ').map(|path| tree.0.place(find(&tree.0, path))).collect();
            reorder(files, &places)
        });
        assert_eq!(result, after, "{before:?}");
    }
}

#[test]
fn what_is_broken_or_has_lone_carriage_returns_is_left_alone() {
    let lone = "a: 1\rb: 2\r";
    assert_eq!(edited(lone, "=a", remove), "-");
    let (sources, trees) = (SourceDb::new(), Trees::default());
    let file = sources.overlay(Path::new("/compose.yaml"), "a: 1\nb: [\n".to_owned());
    let place = Place { span: Span { file, start: 3, end: 4 }, node: NodeId::new(2) };
    assert_eq!(replace(Files::new(&sources, &trees), place, "2"), None);
}

#[test]
fn lines_of_env_files_are_edited_to_the_letter() {
    type Act = fn(Files<'_>, FileId, &dotenv::DotenvLine) -> Option<Vec<Edit>>;
    let cases: [(&str, Act, &str); 13] = [
        ("A=1\nB=2", |files, file, line| env::set_value(files, file, line, "x"), "A=x\nB=2"),
        (
            "\u{feff}A=\r\nB=2\r\n",
            |files, file, line| env::set_value(files, file, line, "a b"),
            "\u{feff}A='a b'\r\nB=2\r\n",
        ),
        ("A=\"1\" # é\n", |files, file, line| env::set_value(files, file, line, "x y"), "A=\"x y\" # é\n"),
        ("A='1'\n", |files, file, line| env::set_value(files, file, line, "it's"), "A=\"it's\"\n"),
        ("A=1\n", |files, file, line| env::set_value(files, file, line, "$x"), "A='$x'\n"),
        ("A\nB=1\n", |files, file, line| env::set_value(files, file, line, "x"), "-"),
        ("export A = 1 # c\n", |files, file, line| env::rename(files, file, line, "B"), "export B = 1 # c\n"),
        ("A=1\n", |files, file, line| env::rename(files, file, line, "B C"), "-"),
        ("# h\nA=1 # c\r\nB=2", |files, file, line| env::remove(files, file, line), "# h\n# c\r\nB=2"),
        ("A='1\n2'\nB=2", |files, file, line| env::remove(files, file, line), "B=2"),
        ("A='1' B=2\n", |files, file, line| env::remove(files, file, line), "-"),
        ("A=1", |files, file, _| env::add(files, file, "B", "2"), "A=1\nB=2"),
        ("A=1\r\n", |files, file, _| env::add(files, file, "B", "2"), "A=1\r\nB=2\r\n"),
    ];
    for (before, act, after) in cases {
        let (sources, trees) = (SourceDb::new(), Trees::default());
        let file = sources.overlay(Path::new("/.env"), before.to_owned());
        let none = |_: &str| None;
        let parsed = dotenv::parse(before, EnvFileRole::Service, KnownVariables { first: &none, earlier: &none });
        let edits = act(Files::new(&sources, &trees), file, &parsed.lines[0]);
        assert_eq!(edits.map_or("-".to_owned(), |edits| apply(before, edits)), after, "{before:?}");
    }
}

#[test]
fn equal_values_are_the_same_in_any_notation() {
    for (one, two, expect) in
        [("a: [x, 1]", "b:\n- 'x'\n- 1", true), ("a: 1", "b: '1'", false), ("a: {k: 1}", "b: {k: 2}", false)]
    {
        let text = format!("{one}\n{two}\n");
        let (sources, trees) = (SourceDb::new(), Trees::default());
        let file = sources.overlay(Path::new("/compose.yaml"), text);
        let tree = trees.get(&sources, file);
        let place = |path: &str| tree.0.place(find(&tree.0, path));
        assert_eq!(same(Files::new(&sources, &trees), place("=a"), place("=b")), expect, "{one} {two}");
    }
}

#[test]
fn names_join_lists_and_mappings_and_keys_take_values() {
    for (before, after) in [
        ("n: [a]\n", "n: [a, b]\n"),
        ("n:\n- 'a' # c\n", "n:\n- 'a' # c\n- 'b'\n"),
        ("n:\n  a: {}\n", "n:\n  a: {}\n  b:\n"),
        ("n: {a: }\r\n", "n: {a: , b: {} }\r\n"),
        ("n: a\n", "-"),
    ] {
        assert_eq!(edited(before, "=n", |files, place| add_name(files, place, "b")), after, "{before:?}");
    }
    let no = Content::Word("false".to_owned());
    for (before, after) in [
        ("p: x\n", "p: x\nrequired: false\n"),
        ("p: x\nrequired: true # c", "p: x\nrequired: false # c"),
        ("{p: x}", "{p: x, required: false}"),
    ] {
        assert_eq!(edited(before, "", |files, place| set_entry(files, place, "required", &no)), after, "{before:?}");
    }
}

#[test]
fn a_scalar_becomes_a_mapping_or_a_list() {
    let long = Content::Map(vec![("path".into(), text("a.env")), ("required".into(), Content::Word("false".into()))]);
    let list = Content::List(vec![long.clone()]);
    for (before, path, content, after) in [
        ("e:\n  -   a.env # c\n  - b\n", "e/0", &long, "e:\n  -   path: a.env\n      required: false # c\n  - b\n"),
        ("e: [a.env, b]", "e/0", &long, "e: [{ path: a.env, required: false }, b]"),
        ("s:\r\n   e: a.env\r\n", "s/e", &list, "s:\r\n   e:\r\n      - path: a.env\r\n        required: false\r\n"),
        ("e: &a a.env\n", "e", &list, "-"),
        ("e: >-\n  a.env\n", "e", &list, "-"),
    ] {
        assert_eq!(edited(before, path, |files, place| expand(files, place, content)), after, "{before:?}");
    }
}

#[test]
fn a_value_is_written_over() {
    let test = Content::List(vec![Content::text("CMD"), Content::text("a b")]);
    let waits = Content::Map(vec![("db".to_owned(), Content::Map(vec![("c".to_owned(), Content::text("x"))]))]);
    for (before, content, after) in [
        ("s:\n  t: [x, y] # é\n  u: 1\n", &test, "s:\n  t: [CMD, a b] # é\n  u: 1\n"),
        ("s:\n  t:\n    - x\n    - y\n  u: 1\n", &test, "s:\n  t: [CMD, a b]\n  u: 1\n"),
        ("s:\n  t: x\n", &test, "s:\n  t: [CMD, a b]\n"),
        ("s:\n  t:\n    - db\n  u: 1\n", &waits, "s:\n  t:\n    db:\n      c: x\n  u: 1\n"),
        ("s:\n  t: [db]\n", &waits, "s:\n  t:\n    db:\n      c: x\n"),
        ("s:\n  t:\n    - x # why\n    - y\n", &test, "-"),
        ("s:\n  t: &a [x]\n  u: *a\n", &test, "-"),
        ("s:\n  u: 1\n", &test, "-"),
    ] {
        assert_eq!(edited(before, "s", |files, place| overwrite(files, place, "t", content)), after, "{before:?}");
    }
}

#[test]
fn text_comes_before_and_within_what_stands_there() {
    for (before, after) in [
        ("p: [\"80:80\"]\n", "p: [\"127.0.0.1:80:80\"]\n"),
        ("p:\n- 80:80\n", "p:\n- 127.0.0.1:80:80\n"),
        ("p:\n- ${P:-1}:80 # é\n", "p:\n- 127.0.0.1:${P:-1}:80 # é\n"),
        ("p:\n- >-\n  80:80\n", "p:\n- >-\n  127.0.0.1:80:80\n"),
    ] {
        assert_eq!(edited(before, "p/0", |files, place| prefix(files, place, "127.0.0.1:")), after, "{before:?}");
    }
    let first = |files: Files<'_>, place: Place| replace_first(files, place, "0.0.0.0", "127.0.0.1");
    assert_eq!(edited("p: '0.0.0.0:1:1'", "p", first), "p: '127.0.0.1:1:1'");
    assert_eq!(edited("p: x", "p", first), "-");
    let exchanged = |files: Files<'_>, place: Place| exchange(files, place, "dv", "db");
    assert_eq!(edited("p: \"d\\x76\"\n", "p", exchanged), "p: \"db\"\n");
    assert_eq!(edited("p: dv\n", "p", exchanged), "p: db\n");
    assert_eq!(edited("p: dw\n", "p", exchanged), "-");
}
