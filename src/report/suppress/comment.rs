//! The words of a suppression in a comment: `plimsoll: ignore[rule, rule] reason`.

use crate::finding::RuleId;

/// The word that addresses plimsoll, and the one that says what is asked.
const TOOL: &str = "plimsoll";
const VERB: &str = "ignore";

/// How alike a word must be to be taken for the name of the tool or of the verb, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.9;

/// What other tools write in place of `ignore`.
const VERBS: [&str; 11] =
    ["ignore", "ignores", "ignored", "disable", "disabled", "allow", "suppress", "skip", "noqa", "nolint", "off"];

/// The name of a rule in a comment, known or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// As it is written.
    pub(crate) text: String,
    /// The rule that has this name, or had it before; `None` where there is none.
    pub(crate) rule: Option<RuleId>,
    /// First byte in the file.
    pub(crate) start: u32,
    /// The byte after the last.
    pub(crate) end: u32,
}

/// What a comment says to plimsoll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A suppression of these rules.
    Ignore {
        /// At least one.
        names: Vec<Name>,
        /// In the words of the comment.
        reason: Option<String>,
    },
    /// Something that plimsoll cannot follow.
    Malformed {
        /// What is wrong: one clause.
        message: &'static str,
        /// The words behind the `#` that were meant, where that can be told.
        meant: Option<String>,
    },
}

/// A comment, or the part of one behind its last `#`, that addresses plimsoll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// The `#` in the file.
    pub(crate) start: u32,
    /// The end of the comment.
    pub(crate) end: u32,
    /// What it says.
    pub(crate) said: Said,
}

/// Reads a comment that starts, with its `#`, at a byte of the file; `None` where it does not address plimsoll. What
/// comes before another `#` may be for other tools: `# noqa # plimsoll: ignore[…]`.
pub(crate) fn read(text: &str, start: u32) -> Option<Words> {
    let trimmed = text.trim_end();
    trimmed.match_indices('#').find_map(|(at, _)| {
        let behind = trimmed.get(at + 1..)?;
        let body = behind.trim_start_matches([' ', '\t']);
        let body_at = start + (at + 1 + behind.len() - body.len()) as u32;
        // Nearly all comments end here.
        let said = body.starts_with(['p', 'P']).then(|| said(body, body_at))??;
        Some(Words { start: start + at as u32, end: start + trimmed.len() as u32, said })
    })
}

/// The comment for some rules, without its `#`.
pub(crate) fn written(names: &[&str], reason: Option<&str>) -> String {
    let reason = reason.map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{TOOL}: {VERB}[{}]{reason}", names.join(", "))
}

fn said(body: &str, at: u32) -> Option<Said> {
    let (tool, behind) = word(body);
    if strsim::jaro_winkler(&tool.to_ascii_lowercase(), TOOL) < ALIKE {
        return None;
    }
    let separator = behind.len() - behind.trim_start_matches([' ', '\t', ':', '-', '_', '=']).len();
    let (separator, rest) = behind.split_at_checked(separator)?;
    let (verb, behind_verb) = word(rest);
    let list = behind_verb.trim_start();
    let is_verb = |verb: &str| {
        let verb = verb.to_ascii_lowercase();
        VERBS.contains(&verb.as_str()) || strsim::jaro_winkler(&verb, VERB) >= ALIKE
    };
    let is_exact = tool == TOOL && separator.trim() == ":" && verb == VERB;
    if is_exact && let Some(open) = list.strip_prefix('[') {
        let list_at = at + (body.len() - open.len()) as u32;
        if let Some((inside, reason)) = open.split_once(']') {
            let names = names(inside, list_at);
            if !names.is_empty() {
                return Some(Said::Ignore { names, reason: reason_of(reason) });
            }
        }
    }
    let addressed = separator.contains([':', '=']);
    let listed = list.starts_with(['[', '(', '{']);
    let speaks = match tool == TOOL {
        true => addressed || is_verb(verb) && listed || verb.is_empty() && listed,
        false => is_verb(verb) && (addressed || listed),
    };
    let joined = !addressed && !separator.is_empty() && separator.trim().starts_with(['-', '_']) && is_verb(verb);
    if !speaks && !joined {
        return None;
    }
    if !is_verb(verb) && !listed {
        return Some(Said::Malformed { message: "malformed suppression comment", meant: meant(rest) });
    }
    let message = match list {
        "" => "suppression without a rule name",
        _ if listed && !list.contains([']', ')', '}']) => "unclosed bracket in a suppression",
        _ if is_exact && meant(list).is_none() => "suppression without a rule name",
        _ => "malformed suppression comment",
    };
    Some(Said::Malformed { message, meant: meant(list) })
}

/// The letters and digits at the start, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The names between brackets.
fn names(inside: &str, at: u32) -> Vec<Name> {
    let mut start = at;
    let mut names = Vec::new();
    for piece in inside.split(',') {
        let text = piece.trim();
        let lead = (piece.len() - piece.trim_start().len()) as u32;
        if !text.is_empty() {
            let first = start + lead;
            names.push(Name {
                text: text.to_owned(),
                rule: RuleId::find(text),
                start: first,
                end: first + text.len() as u32,
            });
        }
        start += piece.len() as u32 + 1;
    }
    names
}

/// The words behind the list, without what sets them off.
fn reason_of(text: &str) -> Option<String> {
    let reason = text.trim_start_matches([' ', '\t', ':', '-', '–', '—']).trim_end();
    (!reason.is_empty()).then(|| reason.to_owned())
}

/// The comment that was meant, where the words start with names of rules: known ones, or ones much like them.
fn meant(text: &str) -> Option<String> {
    let mut rest = text.trim_start_matches(['[', '(', '{', ' ', '\t', ':', '=', '-']);
    let mut found: Vec<&'static str> = Vec::new();
    loop {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
        let (name, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        let known = RuleId::find(name).map(RuleId::name);
        let guessed = || RuleId::nearest(name).map(RuleId::name).filter(|_| name.contains(['-', '_']));
        let Some(known) = known.or_else(guessed) else { break };
        if !found.contains(&known) {
            found.push(known);
        }
        rest = behind.trim_start_matches([' ', '\t']);
        let Some(next) = rest.strip_prefix(',') else { break };
        rest = next.trim_start();
    }
    let reason = reason_of(rest.trim_start_matches([']', ')', '}', ',']));
    (!found.is_empty()).then(|| written(&found, reason.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignores(text: &str, expect: &[(&str, u32)], reason: Option<&str>) {
        let words = read(text, 100).unwrap_or_else(|| panic!("{text} is not seen"));
        let Said::Ignore { names, reason: found } = &words.said else { panic!("{text}: {:?}", words.said) };
        let names: Vec<(&str, u32)> = names.iter().map(|name| (name.text.as_str(), name.start)).collect();
        assert_eq!((names.as_slice(), found.as_deref()), (expect, reason), "{text}");
    }

    fn malformed(text: &str, expect: &str, meant: Option<&str>) {
        match read(text, 0).map(|words| words.said) {
            Some(Said::Malformed { message, meant: found }) => {
                assert_eq!((message, found.as_deref()), (expect, meant), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn rules_and_the_reason_are_read_with_their_places() {
        ignores("# plimsoll: ignore[exposed-datastore]", &[("exposed-datastore", 119)], None);
        ignores("#plimsoll:ignore[a, b] behind é", &[("a", 117), ("b", 120)], Some("behind é"));
        ignores("# plimsoll : ignore [ a ,b, ] - why # not", &[("a", 122), ("b", 125)], Some("why # not"));
        ignores("# noqa # plimsoll: ignore[a]: why", &[("a", 126)], Some("why"));
        let words = read("# noqa # plimsoll: ignore[a]  ", 10).unwrap();
        assert_eq!((words.start, words.end), (17, 38));
    }

    #[test]
    fn slips_are_seen_and_mended_where_the_rule_is_clear() {
        let one = Some("plimsoll: ignore[exposed-datastore]");
        let cannot = "malformed suppression comment";
        malformed("# plimsol: ignore[exposed-datastore]", cannot, one);
        malformed("# Plimsoll: Ignore[exposed-datastore]", cannot, one);
        malformed("# plimsoll: ignores[exposed-datastore]", cannot, one);
        malformed("# plimsoll: disable=exposed-datastore", cannot, one);
        malformed("# plimsoll ignore[exposed-datastore]", cannot, one);
        malformed("# plimsoll-ignore: exposed-datastore", cannot, one);
        malformed("# plimsoll: ignore(exposed-datastore)", cannot, one);
        malformed("# plimsoll: exposed-datastore", cannot, one);
        malformed("# plimsoll: ignore exposed-datastore", cannot, one);
        malformed("# plimsoll: ignore exposed-datastor", cannot, one);
        malformed("# plimsoll: this is fine", cannot, None);
        malformed("# plimsoll: ignore", "suppression without a rule name", None);
        malformed("# plimsoll: ignore[]", "suppression without a rule name", None);
        malformed("# plimsol: ignore", "suppression without a rule name", None);
        malformed(
            "# plimsoll: ignore[unknown-host, exposed-datastore it is a test",
            "unclosed bracket in a suppression",
            Some("plimsoll: ignore[unknown-host, exposed-datastore] it is a test"),
        );
    }

    #[test]
    fn prose_is_prose() {
        for text in [
            "# plimsoll ignores this file",
            "# checked by plimsoll: see docs",
            "# please: ignore the rest",
            "# ignore[exposed-datastore]",
            "# a plimsoll",
            "# Plimsoll line: how deep a ship may lie",
            "#",
        ] {
            assert_eq!(read(text, 0), None, "{text}");
        }
    }
}
