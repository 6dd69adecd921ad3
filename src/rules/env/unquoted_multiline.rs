//! A value of several lines without quotes, of which docker compose takes the first.

use crate::compose::load::environment::line_place;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::text::dotenv::DotenvLine;

/// Reports each key or object that begins on a line of an env file and goes on below. Where docker compose cannot read
/// what follows, `malformed-env-line` reports it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut all = cx.facts.env_lines();
    all.extend(cx.facts.example_lines());
    for (at, (file, line)) in all.iter().enumerate() {
        let next = all.get(at + 1).filter(|(other, _)| other == file).map(|(_, line)| line);
        if !is_cut(line, next) || cx.facts.is_malformed_env_file(*file) {
            continue;
        }
        let name = &line.key;
        let place = line_place(*file, 0, line.key_span.0, line.value_span.1);
        let message = format!("the value of `{name}` ends at the end of its first line");
        let finding = Finding::new(rule::UNQUOTED_MULTILINE, place, Subject::variable(name), message)
            .severity(Severity::Error)
            .evidence(name.clone())
            .help("put the whole value in double quotes, or write it on one line with `\\n` for each line break");
        findings.push(finding);
    }
}

fn is_cut(line: &DotenvLine, next: Option<&DotenvLine>) -> bool {
    let Some(value) = line.value.as_deref().filter(|_| line.quote.is_none() && !line.bare) else { return false };
    let is_key = value.starts_with("-----BEGIN") && !value.contains("-----END");
    let is_open = matches!(value.trim_end(), "{" | "[" | "\"");
    // What follows is read as lines of its own.
    is_key || is_open && next.is_some_and(|next| next.bare || next.key.starts_with(['"', '}', ']']))
}
