//! Tests of the shell parser.

use super::*;

fn word(word: &ShellWord) -> String {
    let pieces = word.pieces.iter().map(|piece| match piece {
        WordPiece::Text { text, quoted: false, .. } => text.clone(),
        WordPiece::Text { text, .. } => format!("'{text}'"),
        WordPiece::Variable { name, all, operation, .. } => {
            let all = if *all { "[@]" } else { "" };
            let behind = match operation {
                Operation::None => String::new(),
                Operation::Default(value, _) => format!(":-{}", self::word(value)),
                Operation::Alternative(value) => format!(":+{}", self::word(value)),
                Operation::WithoutSuffix(value, _) => format!("%{}", self::word(value)),
                Operation::WithoutPrefix(value, _) => format!("#{}", self::word(value)),
                Operation::From(number) => format!("from {number}"),
                Operation::Other => "?".to_owned(),
            };
            format!("${{{name}{all}{behind}}}")
        }
        WordPiece::Command { script, .. } => format!("$({})", nodes(&script.nodes)),
        WordPiece::Process(script) => format!("<({})", nodes(&script.nodes)),
    });
    pieces.collect()
}

fn simple(simple: &Simple) -> String {
    let assigned = simple.assignments.iter().map(|one| {
        let sign = if one.append { "+=" } else { "=" };
        match &one.value {
            AssignedValue::Word(value) => format!("{}{sign}{}", one.name, word(value)),
            AssignedValue::Array(values) => format!("{}{sign}({})", one.name, words(values)),
        }
    });
    let redirects = simple.redirects.iter().map(|redirect| match redirect {
        Redirect::To(target) => format!(">{}", word(target)),
        Redirect::HereString(text) => format!("<<<{}", word(text)),
        Redirect::HereDocument(body) => format!("<<{:?}", body.get().map(|body| body.text.as_str()).unwrap_or("?")),
    });
    assigned.chain(simple.words.iter().map(word)).chain(redirects).collect::<Vec<_>>().join(" ")
}

fn words(all: &[ShellWord]) -> String {
    all.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn nodes(all: &[ShellNode]) -> String {
    all.iter().map(node).collect::<Vec<_>>().join("; ")
}

fn node(node: &ShellNode) -> String {
    match node {
        ShellNode::Simple(one) => simple(one),
        ShellNode::Pipeline(all) => all.iter().map(self::node).collect::<Vec<_>>().join(" | "),
        ShellNode::Chain(first, others) => others.iter().fold(self::node(first), |text, (link, other)| {
            format!("{text} {} {}", if *link == ChainOperator::And { "&&" } else { "||" }, self::node(other))
        }),
        ShellNode::Subshell(all) => format!("({})", nodes(all)),
        ShellNode::Group(all) => format!("{{{}}}", nodes(all)),
        ShellNode::If(branches, otherwise) => {
            let branches = branches.iter().map(|(test, body)| format!("{}?{}", nodes(test), nodes(body)));
            format!("if[{}|{}]", branches.collect::<Vec<_>>().join("|"), nodes(otherwise))
        }
        ShellNode::Loop(test, body) => format!("while[{}?{}]", nodes(test), nodes(body)),
        ShellNode::For(name, over, body) => {
            format!("for {name} in [{}]: {}", over.as_deref().map(words).unwrap_or_default(), nodes(body))
        }
        ShellNode::Case(subject, arms) => {
            let arms = arms.iter().map(|(patterns, body)| format!("{}:{}", words(patterns), nodes(body)));
            format!("case {} [{}]", word(subject), arms.collect::<Vec<_>>().join("|"))
        }
        ShellNode::Function(name, body) => format!("{name}(){{{}}}", nodes(body)),
    }
}

fn check(text: &str, expect: &str) {
    let script = parse(text);
    assert_eq!((nodes(&script.nodes).as_str(), script.broken), (expect, false), "{text:?}");
}

#[test]
fn words_and_quotes() {
    check("a 'b c'\\ d \"e $f\" g#h # i", "a 'b c' d 'e '${f} g#h");
    check("a \\\n  b\nc", "a b; c");
    check("A=1 B+=\"x y\" c", "A=1 B+='x y' c");
    check("a=(x \"y z\"\n w)\na+=(v)", "a=(x 'y z' w); a+=(v)");
    check("x[3]=1; a[b", "x=1; a[b");
    check("docker compose -f <(cat a) up", "docker compose -f <(cat a) up");
    check("rm !(a|b)c", "rm !*c");
}

#[test]
fn variables_and_substitutions() {
    check("a ${x:-y} ${x-'y z'} ${x:+-f $z} ${x:?no} ${x}", "a ${x:-y} ${x:-'y z'} ${x:+-f ${z}} ${x} ${x}");
    check("a ${x%/*} ${x##*/} ${#x} ${x//a/b} ${x[@]} $@ $1", "a ${x%/*} ${x#*/} ${x?} ${x?} ${x[@]} ${@[@]} ${1}");
    check("a $(b \"$(c)\" | d) `e f` $((1 + 2))", "a $(b ''$(c) | d) $(e f) $()");
    check("a ${x:-${y:-z}}", "a ${x:-${y:-z}}");
}

#[test]
fn lists_and_pipes() {
    check("a && b || c; d & e", "a && b || c; d; e");
    check("! a 2>&1 >/dev/null | b >>f", "a >1 >/dev/null | b >f");
    check("(a; b) && { c; }", "(a; b) && {c}");
    check("a &&\n  b |\n c", "a && b | c");
    check("[[ -f a && $b < c ]] && d", "[[ -f a & & ${b} < c ]] && d");
}

#[test]
fn compound_commands() {
    check("if a; then b\nelif c; then d; else e; fi >f", "if[a?b|c?d|e]");
    check("while a; do b; done <f", "while[a?b]");
    check("for x in a $b\ndo c $x; done; for y; do d; done", "for x in [a ${b}]: c ${x}; for y in []: d");
    check("for ((i=0;i<3;i++)); do a; done", "while[?a]");
    check("case $1 in\n (a|b) c ;;\n *) d\nesac", "case ${1} [a b:c|*:d]");
    check("f() { a; }\nfunction g { b; }\nh() ( c )", "f(){a}; g(){b}; h(){(c)}");
}

#[test]
fn here_documents() {
    check("cat <<EOF >f\na 'b\nEOF\nc", "cat <<\"a 'b\\n\" >f; c");
    check("a <<-'X' && b\n\tc\n\tX\nd <<<e", "a <<\"\\tc\\n\" && b; d <<<e");
    check("if a; then b <<E\nx\nE\nfi", "if[a?b <<\"x\\n\"|]");
}

#[test]
fn broken_scripts_are_read_as_far_as_possible() {
    for (text, expect) in [
        ("a 'b", "a 'b'"),
        ("a \"b $(c", "a 'b '$(c)"),
        ("a ) b", "a; b"),
        ("done; a", "done; a"),
        ("if a; then b", "if[a?b|]"),
        ("((a", "{}"),
    ] {
        let script = parse(text);
        assert_eq!(nodes(&script.nodes), expect, "{text:?}");
    }
}

#[test]
fn nesting_and_length_are_bounded() {
    for unit in ["(", "$(", "{ ", "\"$(", "${a:-", "if ", "((", "A[ ", "`", "<(", "case a in b) ", "<<a\n", "f() "] {
        let script = parse(&unit.repeat(20_000));
        assert!(script.nodes.len() <= 20_000, "{unit:?}");
    }
}

#[test]
fn spans_are_bytes_of_the_text() {
    let text = "é; docker  up 'x' # c";
    let script = parse(text);
    let Some(ShellNode::Simple(simple)) = script.nodes.get(1) else { panic!("{script:?}") };
    assert_eq!(text.get(simple.span.0 as usize..simple.span.1 as usize), Some("docker  up 'x'"));
    assert_eq!(text.get(simple.words[2].at as usize..), Some("'x' # c"));
}
