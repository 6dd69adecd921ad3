//! The language of Traefik's router rules: ``Host(`a`) && (PathPrefix(`/b`) || !Method(`PUT`))``.
//!
//! A rule is an expression of Go, in which a text is in backticks or double quotes.

use std::ops::Range;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// What it is: one clause.
    pub(crate) what: String,
    /// Its bytes in the rule.
    pub(crate) span: Range<usize>,
}

/// The matchers of HTTP and TCP routers, of versions 2 and 3, in lower case.
const MATCHERS: [&str; 18] = [
    "alpn",
    "clientip",
    "header",
    "headerregexp",
    "headers",
    "headersregexp",
    "host",
    "hostheader",
    "hostregexp",
    "hostsni",
    "hostsniregexp",
    "method",
    "path",
    "pathprefix",
    "pathregexp",
    "query",
    "queryregexp",
    "serviceid",
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum MatcherToken {
    Name(String),
    Text(String),
    Open,
    Close,
    Comma,
    And,
    Or,
    Not,
}

/// The first thing that is wrong with a rule; nothing for one that Traefik can read.
pub(crate) fn malformed(rule: &str) -> Option<Malformed> {
    let tokens = match tokens(rule) {
        Ok(tokens) => tokens,
        Err(malformed) => return Some(malformed),
    };
    let mut parser = MatcherParser { tokens: &tokens, at: 0, end: rule.len() };
    match parser.expression(0) {
        Err(malformed) => Some(malformed),
        Ok(()) => parser.peek().map(|(token, span)| match token {
            MatcherToken::Close => wrong("unmatched closing parenthesis", span),
            _ => wrong("missing `&&` or `||` before this", span),
        }),
    }
}

/// Matchers of version 3 that take one value: doc.traefik.io/traefik/migrate/v2-to-v3-details/#router-rule-matchers.
const SINGLE: [&str; 8] =
    ["host", "hostregexp", "hostsni", "hostsniregexp", "path", "pathprefix", "method", "clientip"];

/// What version 3 calls a matcher of version 2.
fn renamed(name: &str) -> Option<&'static str> {
    match name {
        "headers" => Some("Header"),
        "headersregexp" => Some("HeaderRegexp"),
        "hostheader" => Some("Host"),
        _ => None,
    }
}

/// The first thing in a rule that version 3 of Traefik does not accept any more.
pub(crate) fn outdated(rule: &str) -> Option<Malformed> {
    let tokens = tokens(rule).ok()?;
    tokens.iter().enumerate().find_map(|(at, (token, span))| {
        let MatcherToken::Name(name) = token else { return None };
        let lower = name.to_ascii_lowercase();
        if let Some(now) = renamed(&lower) {
            return Some(wrong(format!("`{name}` is called `{now}` since Traefik 3"), span.clone()));
        }
        let inside = tokens.get(at + 1..).unwrap_or(&[]).iter();
        let comma = inside
            .take_while(|(token, _)| *token != MatcherToken::Close)
            .find(|(token, _)| *token == MatcherToken::Comma);
        let (_, comma) = comma.filter(|_| SINGLE.contains(&lower.as_str()))?;
        Some(wrong(format!("`{name}` takes only one value since Traefik 3"), comma.clone()))
    })
}

fn wrong(what: impl Into<String>, span: Range<usize>) -> Malformed {
    Malformed { what: what.into(), span }
}

fn tokens(rule: &str) -> Result<Vec<(MatcherToken, Range<usize>)>, Malformed> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = rule.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = rule.get(at..).unwrap_or("");
        let (token, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => (MatcherToken::Open, 1),
            ')' => (MatcherToken::Close, 1),
            ',' => (MatcherToken::Comma, 1),
            '!' => (MatcherToken::Not, 1),
            '`' | '"' => {
                let end = closing(rest, first).ok_or_else(|| {
                    let what = if first == '`' { "unclosed backtick" } else { "unclosed quote" };
                    wrong(what, at..at + 1)
                })?;
                (MatcherToken::Text(rest.get(1..end).unwrap_or("").to_owned()), end + 1)
            }
            '\'' => return Err(wrong("values must be in backticks, not in single quotes", at..at + 1)),
            _ if rest.starts_with("&&") => (MatcherToken::And, 2),
            _ if rest.starts_with("||") => (MatcherToken::Or, 2),
            c if c.is_alphabetic() => {
                let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                (MatcherToken::Name(rest.get(..end).unwrap_or("").to_owned()), end)
            }
            ':' => {
                return Err(wrong(
                    "a colon is the syntax of Traefik v1: values must be in parentheses and backticks",
                    at..at + 1,
                ));
            }
            other => {
                let shown = if other == '&' || other == '|' { "a single `&` or `|`" } else { "this character" };
                return Err(wrong(format!("{shown} is not allowed in a rule"), at..at + other.len_utf8()));
            }
        };
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

/// The byte of the quote that closes the one at the start.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices()
        .skip(1)
        .find(|(_, c)| {
            let closes = *c == quote && !escaped;
            escaped = quote == '"' && *c == '\\' && !escaped;
            closes
        })
        .map(|(at, _)| at)
}

/// Brackets deeper than this are not rule.
const DEEPEST: usize = 64;

struct MatcherParser<'a> {
    tokens: &'a [(MatcherToken, Range<usize>)],
    at: usize,
    end: usize,
}

impl MatcherParser<'_> {
    fn peek(&self) -> Option<(&MatcherToken, Range<usize>)> {
        self.tokens.get(self.at).map(|(token, span)| (token, span.clone()))
    }

    fn expression(&mut self, depth: usize) -> Result<(), Malformed> {
        self.term(depth)?;
        while matches!(self.peek(), Some((MatcherToken::And | MatcherToken::Or, _))) {
            self.at += 1;
            self.term(depth)?;
        }
        Ok(())
    }

    fn term(&mut self, depth: usize) -> Result<(), Malformed> {
        while matches!(self.peek(), Some((MatcherToken::Not, _))) {
            self.at += 1;
        }
        let Some((token, span)) = self.peek() else {
            let end = self.end;
            return Err(wrong("the rule ends where a matcher is expected", end.saturating_sub(1)..end));
        };
        let token = token.clone();
        self.at += 1;
        match token {
            MatcherToken::Open if depth < DEEPEST => {
                self.expression(depth + 1)?;
                self.close(&span)
            }
            MatcherToken::Name(name) => self.matcher(&name, span),
            MatcherToken::Close => Err(wrong("unmatched closing parenthesis", span)),
            _ => Err(wrong("expected a matcher such as `Host`", span)),
        }
    }

    fn matcher(&mut self, name: &str, span: Range<usize>) -> Result<(), Malformed> {
        if !MATCHERS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(wrong(format!("unknown matcher `{name}`"), span));
        }
        let Some((MatcherToken::Open, opened)) = self.peek() else {
            return Err(wrong(format!("the value of `{name}` must be in parentheses"), span));
        };
        self.at += 1;
        loop {
            match self.peek() {
                Some((MatcherToken::Text(_), _)) => self.at += 1,
                Some((MatcherToken::Close, span)) => return Err(wrong(format!("`{name}` has no value"), span)),
                Some((_, span)) => return Err(wrong("expected a value in backticks", span)),
                None => return self.close(&opened),
            }
            if !matches!(self.peek(), Some((MatcherToken::Comma, _))) {
                return self.close(&opened);
            }
            self.at += 1;
        }
    }

    fn close(&mut self, opened: &Range<usize>) -> Result<(), Malformed> {
        match self.peek() {
            Some((MatcherToken::Close, _)) => {
                self.at += 1;
                Ok(())
            }
            Some((MatcherToken::Text(_), span)) => Err(wrong("stray backtick, or missing comma before this", span)),
            Some((_, span)) => Err(wrong("missing closing parenthesis before this", span)),
            None => Err(wrong("unclosed parenthesis", opened.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that is wrong, `-` for a good rule.
    fn check(rule: &str, expect: &str) {
        let found = malformed(rule).map_or("-".to_owned(), |one| rule.get(one.span).unwrap().to_owned());
        assert_eq!(found, expect, "{rule}");
    }

    #[test]
    fn good_rules() {
        check("Host(`a.é`)", "-");
        check("Host(`a`) && (PathPrefix(`/b`) || !Method(`PUT`))", "-");
        check("Host(`a`, `b`)&&Headers(`X`,`y`)", "-");
        check("HostRegexp(`{sub:[a-z]+}.a`) || host(\"b\")", "-");
        check("HostSNI(`*`)", "-");
        check("((Host(`a`)))", "-");
        check(&format!("{}Host(`a`)", "!".repeat(100_000)), "-");
        check(&format!("{}Host(`a`)", "(".repeat(100_000)), "(");
    }

    #[test]
    fn stray_signs() {
        check("Host(`a)", "`");
        check("Host(`a`", "(");
        check("Host(`a`))", ")");
        check("(Host(`a`) && Path(`/`)", "(");
        check("Host('a')", "'");
        check("Host(a)", "a");
        check("Host(`a``)", "`");
        check("Host(`a`) Path(`/`)", "Path");
        check("Host(`a`) & Path(`/`)", "&");
        check("Host(`a`) &&", "&");
        check("Host:a.b", ":");
        check("Hots(`a`)", "Hots");
        check("Host()", ")");
        check("Host(`a` `b`)", "`b`");
        check("`a`", "`a`");
    }

    #[test]
    fn what_version_three_does_not_accept() {
        let check = |rule: &str, expect: Option<&str>| {
            let found = outdated(rule).map(|one| rule.get(one.span).unwrap().to_owned());
            assert_eq!(found.as_deref(), expect, "{rule}");
        };
        check("Host(`a.é`) || PathPrefix(`/b`)", None);
        check("Host(`a`, `b`)", Some(","));
        check("Header(`X`, `y`) && Query(`a`, `b`)", None);
        check("Host(`a`) && Headers(`X`, `y`)", Some("Headers"));
    }
}
