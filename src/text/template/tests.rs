//! Tests of templates, checked against docker compose.

use super::*;

/// `A` is `va`, `B` is set and empty, `C` is `c$A`; nothing else is set.
fn expanded(template: &str) -> Expansion {
    expand(template, &|name| match name {
        "A" => Some("va".to_owned()),
        "B" => Some(String::new()),
        "C" => Some("c$A".to_owned()),
        _ => None,
    })
}

fn check(template: &str, expect: &str) {
    let expansion = expanded(template);
    assert_eq!((expansion.text.as_str(), &expansion.problems), (expect, &Vec::new()), "{template}");
}

/// Each line was tried on docker compose 2.40.3.
#[test]
fn templates_give_what_compose_gives() {
    for (template, expect) in [
        ("", ""),
        ("$ $7 $( $- $} a$", "$ $7 $( $- $} a$"),
        ("$$ $$A $$$A $${A} $$${A}", "$ $A $va ${A} $va"),
        ("$A$$B $Ax $A-x ${A}x $aé", "va$B  va-x vax é"),
        ("{${A}} ${A}} {{.x}}", "{va} va} {{.x}}"),
        ("$C ${U:-$C}", "c$A c$A"),
        ("${A-x} ${B-x} ${U-x} ${A:-x} ${B:-x} ${U:-x}", "va  x va x x"),
        ("${A+x} ${B+x} ${U+x} ${A:+x} ${B:+x} ${U:+x}", "x x  x  "),
        ("${A?x} ${B?x} ${A:?x}", "va  va"),
        ("${A-:?b} ${U-a:-b} ${U--x} ${U:--x} ${U-}", "va a:-b -x -x "),
        ("${U:-a}${A} ${U:-a}b}c ${U:-a}$B}C", "ava ab}c a}C"),
        ("${A:-${B:-x}}y} ${U-${V-${W-w}}} ${A:+x${B}y}z", "vay} w xyz"),
        ("${U:-{\"k\":\"v\"}}", "{\"k\":\"v\"}"),
        ("${U:-{}}", "{}"),
        ("${U:-{{.x}}}", "{{.x}}"),
        ("${U:-a\\}b}", "a\\b}"),
        ("a\n${U:-b}\n}", "a\nb\n}"),
        ("${U:-$$A $7 $(x)}", "$A $7 $(x)"),
        ("${K\u{17f}:-q} $\u{212a}.", "q ."),
    ] {
        check(template, expect);
    }
}

#[test]
fn a_brace_that_starts_no_variable_is_invalid() {
    for (template, text, start, end) in [
        ("é${!}x", "é!}x", 2, 6),
        ("${", "", 0, 2),
        ("${}", "}", 0, 3),
        ("${ A}", " A}", 0, 5),
        ("${A:}", "A:}", 0, 5),
        ("${A|b}", "A|b}", 0, 6),
        ("${A", "A", 0, 2),
        ("${A:-\nb}", "A:-\nb}", 0, 2),
        ("${1A} $A", "1A} va", 0, 5),
        ("${A:-${}}", "va", 5, 8),
        ("${U:-{}} ${A}", "{}} A", 9, 11),
    ] {
        let expansion = expanded(template);
        let expect = vec![TemplateProblem::Invalid { start, end }];
        assert_eq!((expansion.text.as_str(), expansion.problems), (text, expect), "{template}");
    }
}

#[test]
fn a_required_variable_that_is_missing_is_named_with_its_message() {
    let required = |name: &str, message: &str, start, end| TemplateProblem::Required {
        name: name.to_owned(),
        message: message.to_owned(),
        start,
        end,
    };
    for (template, expect) in [
        ("${U?}", vec![required("U", "", 0, 5)]),
        ("é ${B:?need $A} $A", vec![required("B", "need va", 3, 16)]),
        ("${A:-${U:?y}}", vec![required("U", "y", 5, 12)]),
        ("${U?a${V?b}}${W?c}", vec![required("V", "b", 5, 11), required("U", "a", 0, 12), required("W", "c", 12, 18)]),
    ] {
        assert_eq!(expanded(template).problems, expect, "{template}");
    }
}

#[test]
fn a_default_that_is_not_taken_is_resolved_but_has_no_effect() {
    let uses = expanded("é${A:-${U:-$B}}$U").uses;
    let seen: Vec<_> = uses.iter().map(|it| (it.name.as_str(), it.start, it.end, it.outcome, it.effective)).collect();
    let expect = [
        ("A", 2, 16, SubstitutionOutcome::Value, true),
        ("U", 7, 15, SubstitutionOutcome::Default, false),
        ("B", 12, 14, SubstitutionOutcome::Empty, false),
        ("U", 16, 18, SubstitutionOutcome::Unset, true),
    ];
    assert_eq!(seen, expect);
    assert_eq!(uses[0].operator, Some(SubstitutionOperator::Default { also_when_empty: true }));
    assert_eq!(uses[0].word.as_deref(), Some(""));
    assert_eq!(uses[3].word, None);
    let outcomes = |template| expanded(template).uses.iter().map(|it| it.outcome).collect::<Vec<_>>();
    assert_eq!(outcomes("${U:+$A}"), [SubstitutionOutcome::Unset, SubstitutionOutcome::Value]);
    assert_eq!(
        outcomes("${A+}${B:+x}${B?}"),
        [SubstitutionOutcome::Alternative, SubstitutionOutcome::Empty, SubstitutionOutcome::Empty]
    );
}

#[test]
fn pieces_tell_where_the_result_comes_from() {
    let piece =
        |start, end, from_start, from_end, variable| TemplatePiece { start, end, from_start, from_end, variable };
    assert_eq!(expanded("é").pieces, [piece(0, 2, 0, 2, None)]);
    assert_eq!(expanded("").pieces, []);
    let expansion = expanded("é$$x${U:-a${A}}$U${!}z");
    assert_eq!(expansion.text, "é$xava!}z");
    let expect = [
        piece(0, 2, 0, 2, None),
        piece(2, 3, 2, 4, None),
        piece(3, 4, 4, 5, None),
        piece(4, 7, 5, 16, Some(0)),
        piece(7, 7, 16, 18, Some(2)),
        piece(7, 10, 20, 23, None),
    ];
    assert_eq!(expansion.pieces, expect);
}

#[test]
fn hostile_templates_neither_overflow_the_stack_nor_grow_without_bound() {
    let nested = "${U:-".repeat(50_000) + &"}".repeat(50_000);
    assert_eq!(expanded(&nested).uses.len(), MAX_DEPTH + 1);
    let big = "x".repeat(MAX_INSERTED_BYTES / 4);
    let text = expand(&"$A".repeat(100), &|_| Some(big.clone())).text;
    assert_eq!(text.len(), MAX_INSERTED_BYTES);
}
