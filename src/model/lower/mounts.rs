//! `volumes` and `tmpfs`.

use super::{LoweringContext, read};
use crate::compose::load::short::volume::clean;
use crate::compose::value::provenance::parts_within;
use crate::compose::value::{Part, Value};
use crate::model::types::{Mount, MountKind, Spanned};

/// The mounts of a service, those of `tmpfs` last.
pub(crate) fn mounts(cx: &LoweringContext<'_>, service: &Value) -> Vec<Mount> {
    let volumes = read::items(service, "volumes").iter().filter_map(mount);
    volumes.chain(read::items(service, "tmpfs").iter().filter_map(|entry| tmpfs(cx, entry))).collect()
}

fn mount(entry: &Value) -> Option<Mount> {
    let target = read::text(entry, "target")?;
    let source = read::text(entry, "source");
    let kind = match (entry.get("type")?.text()?, &source) {
        ("bind", Some(_)) if entry.get("source").is_some_and(is_unknown) => MountKind::Unknown,
        ("bind", Some(source)) => MountKind::Bind(source.value.clone()),
        // The loader has dropped a source that is null, or reported that there is none.
        ("bind", None) => MountKind::Unknown,
        ("volume", Some(source)) => MountKind::Volume(source.value.clone()),
        ("volume", None) => MountKind::Anonymous,
        ("tmpfs", _) => MountKind::Tmpfs,
        (other, _) => MountKind::Other(other.to_owned()),
    };
    Some(Mount {
        place: entry.place,
        via: entry.via.clone(),
        source: source.filter(|_| !matches!(kind, MountKind::Tmpfs | MountKind::Unknown)),
        kind,
        target: Spanned { value: clean(&target.value), ..target },
        read_only: read::flag(entry, "read_only"),
        subpath: entry.get("volume").and_then(|volume| read::text(volume, "subpath")).map(|path| path.value),
        // A `create_host_path` of false leaves no key behind, but the mapping; other options leave theirs.
        must_exist: entry.get("bind").is_some_and(|bind| bind.map().is_some_and(|options| options.is_empty())),
        propagation: entry.get("bind").and_then(|bind| read::text(bind, "propagation")),
        options: None,
    })
}

/// Whether nothing of a source is known: it is a variable without a value, which Compose reads as the directory of the
/// project, or as `/` where a slash follows.
fn is_unknown(source: &Value) -> bool {
    let is_blank = |part: &Part| part.variable.is_some() && part.start == part.end;
    source.has_blank() && (source.text() == Some("/") || source.parts.iter().all(is_blank))
}

/// `/run` or `/run:size=64m,exec`
fn tmpfs(cx: &LoweringContext<'_>, entry: &Value) -> Option<Mount> {
    let text = entry.text()?;
    let path = text.split(':').next().unwrap_or(text);
    let stretch = |range: std::ops::Range<usize>, value: String| Spanned {
        value,
        place: cx.texts.part(entry, range.clone()),
        via: entry.via.clone(),
        parts: parts_within(&entry.parts, &range),
    };
    let options = text.get(path.len() + 1..).filter(|options| !options.is_empty());
    Some(Mount {
        place: entry.place,
        via: entry.via.clone(),
        kind: MountKind::Tmpfs,
        source: None,
        target: stretch(0..path.len(), clean(path)),
        read_only: options.is_some_and(|options| options.split(',').any(|option| option == "ro")),
        subpath: None,
        must_exist: false,
        propagation: None,
        options: options.map(|options| stretch(path.len() + 1..text.len(), options.to_owned())),
    })
}
