//! Inlay hints: the values of variables, and the address of a port that says none.

use std::collections::{BTreeMap, BTreeSet};

use gen_lsp_types::{InlayHint, InlayHintKind, InlayHintParams};

use super::dispatch::Cx;
use super::hover::values::shown_value;
use crate::facts::network::published::Exposure;
use crate::text::template::SubstitutionOutcome;

/// The longest value that is shown, in characters.
const LONGEST: usize = 40;

/// The hints in a range of a document.
pub(super) fn hints(cx: Cx<'_>, params: InlayHintParams) -> Option<Vec<InlayHint>> {
    let document = cx.document(&params.text_document.uri)?;
    let page = document.page(cx.world.encoding);
    let (from, to) = (page.offset(params.range.start) as u32, page.offset(params.range.end) as u32);
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    let sources = &cx.world.sources;
    for project in cx.world.projects(&document.path) {
        let loaded = project.loaded(sources);
        let is_here = |file| *sources.path(file) == *document.path;
        let used =
            loaded.project.references.iter().filter(|one| one.effective && one.outcome == SubstitutionOutcome::Value);
        for reference in used.filter(|one| is_here(one.place.span.file)) {
            let span = reference.place.span;
            let is_exact = page.text.get(span.start as usize..).is_some_and(|text| text.starts_with('$'));
            if let Some(value) = shown_value(loaded, &reference.name).filter(|_| is_exact) {
                found.entry(span.end).or_default().insert(format!("= {}", short(&value)));
            }
        }
        let facts = loaded.facts(sources, &project.memory);
        let open = facts.published().iter().filter(|one| one.in_effect && one.reach == Exposure::All);
        for port in open.map(|one| one.port).filter(|port| port.host_ip.is_none() && port.published.is_some()) {
            if is_here(port.place.span.file) && port.via.is_empty() {
                found.entry(port.place.span.end).or_default().insert("on all addresses (0.0.0.0)".to_owned());
            }
        }
    }
    let hints = found.range(from..=to).map(|(at, labels)| {
        let label: String = labels.iter().map(String::as_str).collect::<Vec<_>>().join(" or ");
        let position = page.position(*at);
        InlayHint::new(position, label.into(), Some(InlayHintKind::Type), None, None, Some(true), None, None)
    });
    Some(hints.collect())
}

fn short(value: &str) -> String {
    let line = value.lines().next().unwrap_or_default();
    if line.chars().count() > LONGEST || line.len() < value.len() {
        return format!("{}…", line.chars().take(LONGEST).collect::<String>());
    }
    line.to_owned()
}
