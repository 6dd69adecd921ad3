//! YAML and TOML next to a Compose file as flat settings: a dotted path, its text, where it is written.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::address::Located;
use crate::budget::{Limit, Meter};
use crate::source::{FileId, NodeId};
use crate::yaml::{NodeKind, Tree, parse};

/// A scalar of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The keys that lead to it, by dots and in lower case; items of lists by their number.
    pub(crate) path: String,
    /// Its text.
    pub(crate) value: String,
    /// Its bytes.
    pub(crate) span: Range<usize>,
}

/// How deep keys lead.
const DEEPEST: usize = 24;

/// How many bytes of a path count as one value more: in deep mappings with long keys the paths are most of what is kept.
const PATH_BYTES: usize = 64;

/// All scalars of the first document; nothing of a file that is not YAML.
pub(crate) fn flat(text: &str, meter: Meter<'_>) -> Vec<Setting> {
    let (tree, _) = parse(FileId::default(), text);
    let Some(root) = tree.documents.first().copied().filter(|_| !tree.broken) else { return Vec::new() };
    let mut walk = SettingsWalk { tree: &tree, meter, found: Vec::new() };
    walk.node(root, String::new(), 0);
    walk.found
}

/// The keys at the top of the first document and one level below, as `a` and `a.b`; of TOML where the path says so.
pub(crate) fn sections(text: &str, is_toml: bool, meter: Meter<'_>) -> Vec<Located> {
    let mut found = Vec::new();
    if is_toml {
        let Ok(table) = DeTable::parse(text) else { return found };
        for (key, value) in table.get_ref().iter() {
            found.push(Located { text: key.get_ref().to_string(), span: key.span() });
            let DeValue::Table(inner) = value.get_ref() else { continue };
            let below = inner.iter().map(|(name, _)| {
                let text = format!("{}.{}", key.get_ref(), name.get_ref());
                Located { text, span: name.span() }
            });
            found.extend(below);
        }
    } else {
        let (tree, _) = parse(FileId::default(), text);
        let Some(root) = tree.documents.first().copied().filter(|_| !tree.broken) else { return found };
        let located = |id: NodeId, parent: &str| {
            let (_, node) = tree.follow(id)?;
            let name = tree.text(id)?;
            let text = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
            Some(Located { text, span: node.start as usize..node.end as usize })
        };
        for pair in tree.pairs(root) {
            let Some(outer) = located(pair.key, "") else { continue };
            let below = tree.pairs(pair.value).iter().filter_map(|inner| located(inner.key, &outer.text));
            let below: Vec<Located> = below.collect();
            found.push(outer);
            found.extend(below);
        }
    }
    if meter.spend(Limit::Values, found.len()) { found } else { Vec::new() }
}

/// All scalars of a file of TOML, in its order; nothing of a file that is none.
pub(crate) fn flat_toml(text: &str, meter: Meter<'_>) -> Vec<Setting> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    table_settings(table.get_ref(), "", &mut found);
    if !meter.spend(Limit::Values, found.len()) {
        return Vec::new();
    }
    found.sort_by_key(|setting| setting.span.start);
    found
}

fn table_settings(table: &DeTable<'_>, path: &str, found: &mut Vec<Setting>) {
    for (key, value) in table.iter() {
        value_settings(value, joined(path, &key.get_ref().to_ascii_lowercase()), found);
    }
}

fn value_settings(value: &Spanned<DeValue<'_>>, path: String, found: &mut Vec<Setting>) {
    let text = match value.get_ref() {
        DeValue::Table(table) if table.is_empty() => String::new(),
        DeValue::Table(table) => return table_settings(table, &path, found),
        DeValue::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                value_settings(item, joined(&path, &at.to_string()), found);
            }
            return;
        }
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(on) => on.to_string(),
        DeValue::Datetime(time) => time.to_string(),
    };
    found.push(Setting { path, value: text, span: value.span() });
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

struct SettingsWalk<'a> {
    tree: &'a Tree,
    meter: Meter<'a>,
    found: Vec<Setting>,
}

impl SettingsWalk<'_> {
    fn node(&mut self, id: NodeId, path: String, depth: usize) {
        // Aliases can make a small file endless.
        if depth > DEEPEST || !self.meter.spend(Limit::Values, 1 + path.len() / PATH_BYTES) {
            return;
        }
        let Some((_, node)) = self.tree.follow(id) else { return };
        let below = |key: &str| joined(&path, key);
        match &node.kind {
            NodeKind::Scalar(text, _) => {
                let span = node.start as usize..node.end as usize;
                self.found.push(Setting { path, value: text.to_string(), span });
            }
            NodeKind::Sequence(items, _) => {
                for (at, item) in items.iter().enumerate() {
                    self.node(*item, below(&at.to_string()), depth + 1);
                }
            }
            // An empty section says that it is there: `docker: {}` switches a provider of Traefik on.
            NodeKind::Mapping(pairs, _) if pairs.is_empty() => {
                let span = node.start as usize..node.end as usize;
                self.found.push(Setting { path, value: String::new(), span });
            }
            NodeKind::Mapping(pairs, _) => {
                for pair in pairs {
                    if let Some(key) = self.tree.text(pair.key) {
                        self.node(pair.value, below(&key.to_ascii_lowercase()), depth + 1);
                    }
                }
            }
            NodeKind::Alias(_) => {}
        }
    }
}

/// The parts of a path.
pub(crate) fn parts(path: &str) -> Vec<&str> {
    path.split('.').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::source::Place;

    fn with_budget<T>(act: impl FnOnce(Meter<'_>) -> T) -> T {
        act(Meter { budget: &Budget::default(), at: Place::start() })
    }

    fn check(text: &str, expect: &[&str]) {
        let shown: Vec<String> = with_budget(|meter| flat(text, meter))
            .iter()
            .map(|one| format!("{}={} @{}", one.path, one.value, text.get(one.span.clone()).unwrap()))
            .collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn scalars_with_their_paths() {
        check("é: 'x'\r\nA:\r\n  B: [1, {c: d}]\r\n", &["é=x @'x'", "a.b.0=1 @1", "a.b.1.c=d @d"]);
        check("a: &x {b: 1}\nc: *x\n", &["a.b=1 @1", "c.b=1 @1"]);
        check("a: {}\nb: []\n", &["a= @{}"]);
        check("", &[]);
        check("a: [", &[]);
    }

    #[test]
    fn scalars_of_toml() {
        let text =
            "[A.\"é\"]\r\nb = 'x' # n\r\nc = [1, {d = true}]\r\n[[e]]\r\nf = 1.5\r\n[[e]]\r\ng.h = \"\"\"y\"\"\"\r\n";
        let flat_toml = |text: &str| with_budget(|meter| flat_toml(text, meter));
        let shown: Vec<String> = flat_toml(text)
            .iter()
            .map(|one| format!("{}={} @{}", one.path, one.value, text.get(one.span.clone()).unwrap()))
            .collect();
        let expect =
            ["a.é.b=x @'x'", "a.é.c.0=1 @1", "a.é.c.1.d=true @true", "e.0.f=1.5 @1.5", "e.1.g.h=y @\"\"\"y\"\"\""];
        assert_eq!(shown, expect);
        let empty = flat_toml("[a.b]\n[a.c]\nd = 1\n");
        assert_eq!(empty.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["a.b", "a.c.d"]);
        assert_eq!(flat_toml("a = [\nb"), []);
        assert_eq!(flat_toml("a = {{ env \"X\" }}"), []);
        assert_eq!(flat_toml(""), []);
    }

    #[test]
    fn what_refers_to_itself_ends() {
        let mut text = "a0: &a0 [x]\n".to_owned();
        for level in 1..30 {
            let before = level - 1;
            text.push_str(&format!("a{level}: &a{level} [*a{before}, *a{before}, *a{before}]\n"));
        }
        let budget = Budget::default();
        flat(&text, Meter { budget: &budget, at: Place::start() });
        assert_eq!(budget.reached(), [(Limit::Values, Place::start())]);
    }
}
