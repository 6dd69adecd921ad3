//! Every mistake in a `plimsoll.yaml`, each at its place and, where it can be guessed, with what was meant.

use std::net::IpAddr;

use super::shape::{ConfigKey, ConfigShape, FILE, SEVERITIES, SEVERITY};
use super::{Date, OptionsOf, nearest, unknown_rule, unknown_selector};
use crate::finding::{RuleId, Selector};
use crate::source::NodeId;
use crate::yaml::{NodeKind, Pair, Tree};

/// What is wrong at a node.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// Where.
    pub(crate) at: NodeId,
    /// One clause.
    pub(crate) message: String,
}

/// The mistakes of a document, in its order.
pub(crate) fn mistakes(tree: &Tree, root: NodeId, options: OptionsOf) -> Vec<Mistake> {
    let mut checker = Checker { tree, options, mistakes: Vec::new() };
    checker.value(root, &FILE, None);
    checker.mistakes
}

struct Checker<'a> {
    tree: &'a Tree,
    options: OptionsOf,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn says(&mut self, at: NodeId, message: impl Into<String>) {
        self.mistakes.push(Mistake { at, message: message.into() });
    }

    /// Checks a value; `rule` is the rule that it belongs to, if any.
    fn value(&mut self, id: NodeId, shape: &ConfigShape, rule: Option<RuleId>) {
        if is_nothing(self.tree, id) {
            return;
        }
        match shape {
            ConfigShape::List(item) => match self.items(id) {
                Some(items) => items.into_iter().for_each(|one| self.value(one, item, rule)),
                None => self.says(id, "expected a list"),
            },
            ConfigShape::Many(item) => match self.items(id) {
                Some(items) => items.into_iter().for_each(|one| self.value(one, item, rule)),
                None => self.value(id, item, rule),
            },
            ConfigShape::Named(value) => self.mapping(id, |checker, pair| checker.value(pair.value, value, rule)),
            ConfigShape::Variables => self.mapping(id, |checker, pair| {
                let name = checker.tree.text(pair.key).unwrap_or_default().to_owned();
                checker.scalar(pair.key, &name, &ConfigShape::Variable);
                if !is_nothing(checker.tree, pair.value) && checker.tree.text(pair.value).is_none() {
                    checker.says(pair.value, "expected a string");
                }
            }),
            ConfigShape::Object(keys) => self.object(id, &keys.iter().collect::<Vec<_>>(), rule),
            ConfigShape::Settings => self.mapping(id, |checker, pair| {
                let name = checker.tree.text(pair.key).unwrap_or_default().to_owned();
                checker.rule(pair.key, &name);
                checker.value(pair.value, &ConfigShape::Setting, RuleId::find(&name));
            }),
            ConfigShape::Setting if self.is_mapping(id) => {
                let options = rule.map_or(&[][..], self.options);
                self.object(id, &std::iter::once(&SEVERITY).chain(options).collect::<Vec<_>>(), rule);
            }
            scalar => match self.tree.text(id).map(str::to_owned) {
                Some(text) => self.scalar(id, &text, scalar),
                None => self.says(id, format!("expected {}", expected(scalar))),
            },
        }
    }

    fn is_mapping(&self, id: NodeId) -> bool {
        matches!(self.tree.follow(id).map(|(_, node)| &node.kind), Some(NodeKind::Mapping(..)))
    }

    fn items(&self, id: NodeId) -> Option<Vec<NodeId>> {
        match &self.tree.follow(id)?.1.kind {
            NodeKind::Sequence(items, _) => Some(items.clone()),
            _ => None,
        }
    }

    /// Does something with each pair of a mapping; a key that is given twice is a mistake.
    fn mapping(&mut self, id: NodeId, mut each: impl FnMut(&mut Self, Pair)) {
        if !self.is_mapping(id) {
            return self.says(id, "expected a mapping");
        }
        let pairs = self.tree.pairs(id).to_vec();
        for (at, pair) in pairs.iter().enumerate() {
            let name = self.tree.text(pair.key);
            if pairs.iter().take(at).any(|other| self.tree.text(other.key) == name) {
                self.says(pair.key, format!("duplicate key `{}`", name.unwrap_or_default()));
            }
            each(self, *pair);
        }
    }

    fn object(&mut self, id: NodeId, keys: &[&ConfigKey], rule: Option<RuleId>) {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        self.mapping(id, |checker, pair| {
            let name = checker.tree.text(pair.key).unwrap_or_default();
            match keys.iter().find(|key| key.name == name) {
                Some(key) => checker.value(pair.value, &key.shape, rule),
                None => {
                    let message = unknown("key", name, &names);
                    checker.says(pair.key, message);
                }
            }
        });
        let is_full =
            |value: NodeId| !is_nothing(self.tree, value) && self.items(value).is_none_or(|list| !list.is_empty());
        let is_there = |key: &&&ConfigKey| self.tree.get(id, key.name).is_some_and(is_full);
        let missing = keys.iter().find(|key| key.required && !is_there(key)).map(|key| key.name);
        if let Some(name) = missing.filter(|_| self.is_mapping(id)) {
            self.says(id, format!("missing required key `{name}`"));
        }
        let narrows = ["rules", "paths", "services"];
        let is_suppression = narrows.iter().all(|name| names.contains(name)) && names.contains(&"until");
        if is_suppression && self.is_mapping(id) && !narrows.iter().any(|name| self.tree.get(id, name).is_some()) {
            self.says(id, "a suppression requires `rules`, `paths` or `services`");
        }
    }

    fn rule(&mut self, at: NodeId, name: &str) {
        if RuleId::find(name).is_none() {
            self.says(at, unknown_rule(name));
        }
    }

    fn scalar(&mut self, at: NodeId, text: &str, shape: &ConfigShape) {
        match shape {
            ConfigShape::Rule => return self.rule(at, text),
            ConfigShape::Selector if Selector::find(text).is_none() => return self.says(at, unknown_selector(text)),
            ConfigShape::Word(words) if !words.contains(&text) => {
                let kind = if words.iter().any(|word| SEVERITIES.contains(word)) { "severity" } else { "value" };
                return self.says(at, unknown(kind, text, words));
            }
            ConfigShape::Variable if !is_variable(text) => {
                return self.says(at, format!("`{text}` is not the name of a variable"));
            }
            ConfigShape::Setting if !["on", "off", "true", "false"].contains(&text) && !SEVERITIES.contains(&text) => {
                return self.says(at, unknown("severity", text, SEVERITIES));
            }
            ConfigShape::Size if bytes(text).is_none() => {
                return self.says(at, format!("`{text}` is not a valid size, such as `24GiB`"));
            }
            ConfigShape::Day if Date::parse(text).is_none() => {
                return self.says(at, format!("`{text}` is not a valid date, such as `2026-12-31`"));
            }
            _ => {}
        }
        let fits = match shape {
            ConfigShape::Flag => matches!(text, "true" | "false"),
            ConfigShape::Count => text.parse::<u32>().is_ok(),
            ConfigShape::Port => text.parse::<u16>().is_ok_and(|port| port > 0),
            ConfigShape::Number => text.parse::<f64>().is_ok_and(|number| number.is_finite() && number >= 0.0),
            ConfigShape::Network => network(text).is_some(),
            ConfigShape::Pattern => super::is_pattern(text),
            ConfigShape::Text | ConfigShape::Path => !text.is_empty(),
            _ => true,
        };
        if !fits {
            self.says(at, format!("expected {}", expected(shape)));
        }
    }
}

/// Whether a text can be the name of an environment variable.
pub(super) fn is_variable(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.chars().all(is_letter) && text.chars().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Whether nothing is written: `rules:` with nothing behind it says nothing.
pub(crate) fn is_nothing(tree: &Tree, id: NodeId) -> bool {
    tree.follow(id).is_none_or(|(_, node)| match &node.kind {
        NodeKind::Scalar(text, style) => {
            *style == crate::yaml::ScalarStyle::Plain && matches!(text.as_str(), "" | "~" | "null")
        }
        _ => false,
    })
}

fn expected(shape: &ConfigShape) -> &'static str {
    match shape {
        ConfigShape::Text => "a string",
        ConfigShape::Path => "a path",
        ConfigShape::Pattern => "a path pattern",
        ConfigShape::Rule => "a rule name",
        ConfigShape::Selector => "the name of a rule, family or set",
        ConfigShape::Flag => "`true` or `false`",
        ConfigShape::Count => "a non-negative integer",
        ConfigShape::Port => "a port from 1 to 65535",
        ConfigShape::Network => "an address or a network such as `10.8.0.0/16`",
        ConfigShape::Number => "a number",
        ConfigShape::Size => "a size such as `24GiB`",
        ConfigShape::Day => "a date such as `2026-12-31`",
        ConfigShape::Word(_) => "a word",
        ConfigShape::Variable => "the name of a variable",
        ConfigShape::Setting => "`on`, `off`, a severity or a mapping",
        ConfigShape::List(_) => "a list",
        ConfigShape::Many(item) => expected(item),
        ConfigShape::Settings | ConfigShape::Variables | ConfigShape::Named(_) | ConfigShape::Object(_) => "a mapping",
    }
}

fn unknown(kind: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(meant) => format!("unknown {kind} `{word}`; did you mean `{meant}`?"),
        None => {
            let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
            format!("unknown {kind} `{word}`; expected one of {}", known.join(", "))
        }
    }
}

/// An address and how many of its first bits count.
pub(crate) fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    (bits <= most).then_some((address, bits))
}

/// The bytes of a size; all units count by 1024, as in Compose (`docker/go-units`, `RAMInBytes`).
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = unit.trim().to_ascii_lowercase();
    let power = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit) {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some((number * f64::from(2u32).powi(power)) as u64)
}
