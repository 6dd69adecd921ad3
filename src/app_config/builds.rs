//! The Dockerfiles that the services of a project are built from.

use std::path::Path;

use super::dockerfile;
use crate::budget::{Budget, Limit, Meter};
use crate::compose::value::provenance::Texts;
use crate::model::{Build, BuiltImage, Model};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{SourceDb, Span, normalize};

/// Reads the Dockerfile of each service that is built, in the repository that `root` is; what cannot be read is left out.
pub(crate) fn read_builds(model: &mut Model, sources: &SourceDb, root: &Path) {
    for service in model.services.values_mut().chain(model.disabled.values_mut()) {
        if let Some(build) = &mut service.build {
            build.image = built_image(build, sources, root, &model.budget);
        }
    }
}

fn built_image(build: &Build, sources: &SourceDb, root: &Path, budget: &Budget) -> Option<BuiltImage> {
    let arguments = |name: &str| build.args.get(name)?.value.clone();
    let target = build.target.as_ref().map(|target| target.value.as_str()).filter(|target| !target.is_empty());
    if let Some(inline) = &build.inline {
        let texts = Texts::new(sources);
        let inner = if inline.parts.is_empty() { texts.inner(inline.place, &inline.value) } else { None };
        let place = |range: &std::ops::Range<usize>| match inner {
            Some(span) => Place { span: within(span, range), node: inline.place.node },
            None => inline.place,
        };
        let meter = Meter { budget, at: inline.place };
        return dockerfile::built(&inline.value, &arguments, target, (&place, meter));
    }
    let context = Path::new(&build.context.as_ref()?.value);
    let name = build.dockerfile.as_ref().map_or("Dockerfile", |name| name.value.as_str());
    let path = normalize(&context.join(name));
    if !context.is_absolute() || !path.starts_with(root) {
        return None;
    }
    let file = sources.load_noted(&path)?;
    let source = sources.file(file);
    let whole = Span { file, start: 0, end: source.text.len() as u32 };
    let meter = Meter { budget, at: Place { span: Span { end: 0, ..whole }, node: NodeId::new(0) } };
    // Services that are built from one file read it with arguments of their own.
    if !meter.spend(Limit::Bytes, source.text.len()) {
        return None;
    }
    let place = |range: &std::ops::Range<usize>| Place { span: within(whole, range), node: NodeId::new(0) };
    dockerfile::built(&source.text, &arguments, target, (&place, meter))
}

fn within(span: Span, range: &std::ops::Range<usize>) -> Span {
    let end = (span.start + range.end as u32).min(span.end);
    Span { file: span.file, start: (span.start + range.start as u32).min(end), end }
}
