//! Puts mutants that `cargo mutants --list --json` names into a copy of the sources, each behind `crate::mutant(NUMBER)`.
//!
//! `plimsoll-mutants ROOT < CHOSEN.json > PLACED.json`: `ROOT/src` is rewritten; the mutants that could be placed are
//! printed, with `number` and the lines that they take. The others cannot be switched where they are: parts of a `let`
//! chain, or inside of one that is placed already.

use std::collections::BTreeMap;
use std::io::{read_to_string, stdin};
use std::path::Path;

use proc_macro2::{LineColumn, Span};
use serde_json::{Value, json};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A change of a text: what takes the place of a range.
#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

fn main() {
    let root = std::env::args().nth(1).expect("the root of a copy");
    let chosen: Vec<Value> = serde_json::from_str(&read_to_string(stdin()).expect("a list")).expect("JSON");
    let mut files: BTreeMap<String, Vec<(usize, &Value)>> = BTreeMap::new();
    for mutant in &chosen {
        let number = mutant["number"].as_u64().expect("a number") as usize;
        files.entry(mutant["file"].as_str().expect("a file").to_owned()).or_default().push((number, mutant));
    }
    let mut placed = Vec::new();
    for (file, mutants) in files {
        let path = Path::new(&root).join(&file);
        let text = std::fs::read_to_string(&path).expect("a source");
        let lines = Lines::new(&text);
        let syntax = syn::parse_file(&text).expect("Rust");
        let mut edits: Vec<Edit> = Vec::new();
        for (number, mutant) in mutants {
            let at = lines.range_of(&mutant["span"]);
            let mut finder = Finder { lines: &lines, text: &text, at, number, mutant, found: None };
            finder.visit_file(&syntax);
            let Some(new) = finder.found else { continue };
            let clash = new.iter().any(|new| edits.iter().any(|old| clashes(new, old)));
            if !clash {
                edits.extend(new);
                placed.push(mutant.clone());
            }
        }
        edits.sort_by_key(|edit| (edit.start, edit.end));
        let mut out = text.clone();
        for edit in edits.iter().rev() {
            out.replace_range(edit.start..edit.end, &edit.text);
        }
        std::fs::write(&path, out).expect("writable");
    }
    println!("{}", json!(placed));
}

/// Whether one change is of what the other changes. Two insertions at one place are no clash.
fn clashes(one: &Edit, other: &Edit) -> bool {
    one.start < other.end && other.start < one.end
        || one.start == other.start && one.end == other.end && one.start < one.end
}

struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { text, starts }
    }

    fn byte(&self, line: usize, column: usize) -> usize {
        let start = self.starts[line - 1];
        self.text[start..].char_indices().nth(column).map_or(self.text.len(), |(at, _)| start + at)
    }

    fn of(&self, at: LineColumn) -> usize {
        self.byte(at.line, at.column)
    }

    fn range(&self, span: Span) -> (usize, usize) {
        (self.of(span.start()), self.of(span.end()))
    }

    fn range_of(&self, span: &Value) -> (usize, usize) {
        let at = |end: &str| {
            let number = |name: &str| span[end][name].as_u64().expect("a number") as usize;
            self.byte(number("line"), number("column") - 1)
        };
        (at("start"), at("end"))
    }
}

struct Finder<'f> {
    lines: &'f Lines<'f>,
    text: &'f str,
    at: (usize, usize),
    number: usize,
    mutant: &'f Value,
    found: Option<Vec<Edit>>,
}

impl Finder<'_> {
    fn replacement(&self) -> &str {
        self.mutant["replacement"].as_str().unwrap_or("")
    }

    fn is(&self, genre: &str) -> bool {
        self.mutant["genre"] == genre
    }

    fn slice(&self, (start, end): (usize, usize)) -> &str {
        &self.text[start..end]
    }

    fn switch(&self) -> String {
        format!("crate::mutant({})", self.number)
    }

    fn wrap(&mut self, (start, end): (usize, usize), mutated: String) {
        let text = format!("(if {} {{ {mutated} }} else {{ {} }})", self.switch(), self.slice((start, end)));
        self.found = Some(vec![Edit { start, end, text }]);
    }

    fn insert(&mut self, pieces: Vec<(usize, String)>) {
        self.found = Some(pieces.into_iter().map(|(at, text)| Edit { start: at, end: at, text }).collect());
    }
}

fn has_let(expr: &syn::Expr) -> bool {
    struct Lets(bool);
    impl<'a> Visit<'a> for Lets {
        fn visit_expr_let(&mut self, _: &'a syn::ExprLet) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}
        fn visit_block(&mut self, _: &'a syn::Block) {}
    }
    let mut lets = Lets(false);
    match expr {
        syn::Expr::Binary(binary) => {
            lets.visit_expr(&binary.left);
            lets.visit_expr(&binary.right);
        }
        other => lets.visit_expr(other),
    }
    lets.0
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_expr_binary(&mut self, node: &'a syn::ExprBinary) {
        if self.is("BinaryOperator") && self.lines.range(node.op.span()) == self.at {
            if !has_let(&node.left) && !has_let(&node.right) && !matches!(&*node.left, syn::Expr::Let(_)) {
                let (left, right) = (self.lines.range(node.left.span()), self.lines.range(node.right.span()));
                let mutated = format!("{} {} {}", self.slice(left), self.replacement(), self.slice(right));
                self.wrap((left.0, right.1), mutated);
            }
            return;
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'a syn::ExprUnary) {
        if self.is("UnaryOperator") && self.lines.range(node.op.span()) == self.at {
            let inner = self.lines.range(node.expr.span());
            let mutated = self.slice(inner).to_owned();
            self.wrap((self.at.0, inner.1), mutated);
            return;
        }
        visit::visit_expr_unary(self, node);
    }

    fn visit_block(&mut self, node: &'a syn::Block) {
        if self.is("FnValue")
            && let (Some(first), Some(last)) = (node.stmts.first(), node.stmts.last())
            && (self.lines.range(first.span()).0, self.lines.range(last.span()).1) == self.at
        {
            let text = format!("if {} {{ return {}; }} ", self.switch(), self.replacement());
            self.insert(vec![(self.at.0, text)]);
            return;
        }
        visit::visit_block(self, node);
    }

    fn visit_arm(&mut self, node: &'a syn::Arm) {
        if self.is("MatchArm") {
            let range = self.lines.range(node.span());
            if range.0 == self.at.0 {
                match &node.guard {
                    Some((_, guard)) if has_let(guard) => {}
                    Some((_, guard)) => {
                        let (start, end) = self.lines.range(guard.span());
                        let text = format!("!{} && (", self.switch());
                        self.insert(vec![(start, text), (end, ")".to_owned())]);
                    }
                    None => {
                        let (_, end) = self.lines.range(node.pat.span());
                        self.insert(vec![(end, format!(" if !{}", self.switch()))]);
                    }
                }
                return;
            }
        }
        if self.is("MatchArmGuard")
            && let Some((_, guard)) = &node.guard
            && self.lines.range(guard.span()) == self.at
        {
            if !has_let(guard) {
                let text = match self.replacement() {
                    "true" => format!("{} || (", self.switch()),
                    _ => format!("!{} && (", self.switch()),
                };
                self.insert(vec![(self.at.0, text), (self.at.1, ")".to_owned())]);
            }
            return;
        }
        visit::visit_arm(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'a syn::ExprStruct) {
        if self.is("StructField")
            && let Some(rest) = &node.rest
        {
            for field in &node.fields {
                let range = self.lines.range(field.span());
                if range.0 != self.at.0 {
                    continue;
                }
                let name = self.slice(self.lines.range(field.member.span())).to_owned();
                let path = self.slice(self.lines.range(node.path.span())).to_owned();
                let base = self.slice(self.lines.range(rest.span())).to_owned();
                let value = self.slice(self.lines.range(field.expr.span())).to_owned();
                let text =
                    format!("{name}: if {} {{ {path} {{ ..{base} }}.{name} }} else {{ {value} }}", self.switch());
                self.found = Some(vec![Edit { start: range.0, end: range.1, text }]);
                return;
            }
        }
        visit::visit_expr_struct(self, node);
    }
}
