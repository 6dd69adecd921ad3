//! `.envrc` of direnv: what it exports is set in its directory.

use std::rc::Rc;

use super::super::Purpose;
use super::super::command::Compose;
use super::super::context::{FoundCommand, ReaderContext};
use super::super::fragment::Fragment;
use super::super::repository::split;
use super::super::resolve::Direnv;
use super::super::trace::{Site, Tracer, World};
use super::super::values::without_marks;
use crate::source::{FileId, Span};

/// Reads an `.envrc`. One that sets `COMPOSE_FILE` says how its directory is started.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId, direnv: &mut Direnv) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let directory = split(path).0;
    let mut site = Site::at(directory).with_purpose(Purpose::Develop);
    site.script = Some(path.to_owned());
    let fragment = Rc::new(Fragment::from_text(file, &text, 0));
    let worlds = Tracer::new(context, site).script(&fragment, vec![World::new()]);
    for world in &worlds {
        let environment = world.environment();
        direnv.entry(directory.to_owned()).or_insert_with(|| environment.clone());
        let Some(variable) = world.variable("COMPOSE_FILE").filter(|variable| variable.exported) else { continue };
        context.find(FoundCommand {
            command: Compose { starts: true, ..Compose::default() },
            directories: vec![directory.to_owned()],
            environment,
            lacking: world.lacking(),
            purpose: Purpose::Develop,
            by_hand: false,
            in_document: false,
            span: Span { file, start: variable.at, end: variable.at + 12 },
        });
    }
}
