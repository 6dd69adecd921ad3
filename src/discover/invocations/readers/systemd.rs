//! systemd units: what `ExecStart=` runs in `WorkingDirectory=`.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::environment::variables_of;
use super::super::fragment::Fragment;
use super::super::trace::{Directory, Site, Tracer, World};
use super::super::values::without_marks;
use crate::source::FileId;

/// Reads a unit.
pub(super) fn read(context: &ReaderContext<'_>, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    read_unit(context, &Fragment::from_text(file, &text, 0));
}

/// Whether a text is a unit.
pub(super) fn is_unit(text: &str) -> bool {
    text.lines().any(|line| line.trim() == "[Service]") && text.contains("Exec")
}

/// Reads a unit in a text.
pub(super) fn read_unit(context: &ReaderContext<'_>, fragment: &Fragment) {
    let mut site = Site::at("").with_purpose(Purpose::Deploy);
    site.by_hand = false;
    let tracer = Tracer::new(context, site);
    // Without a working directory a unit runs at the root of the machine.
    let mut world = World::new().in_directory(Directory::Elsewhere);
    let mut commands = Vec::new();
    let mut at = 0;
    let lines: Vec<&str> = fragment.text.split_inclusive('\n').collect();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let start = at;
        at += line.len();
        index += 1;
        let mut whole = (*line).to_owned();
        while whole.trim_end_matches('\n').ends_with('\\') {
            let Some(next) = lines.get(index) else { break };
            whole.push_str(next);
            at += next.len();
            index += 1;
        }
        let trimmed = line.trim_start();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        let Some((key, value)) = whole.split_once('=') else { continue };
        match key.trim() {
            "WorkingDirectory" => {
                let target = value.trim().trim_start_matches('-').trim_matches('"');
                let target = tracer.change(&World::new(), &specifiers(context, target));
                world.go(target);
            }
            "Environment" => world = with_environment(context, world, value),
            "EnvironmentFile" => {
                let path = value.trim().trim_start_matches('-').trim_matches('"').to_owned();
                for ((path, _), _) in context.repository.files_for(&path, &BTreeMap::new()) {
                    let set = variables_of(context.repository, &path);
                    world = set.into_iter().fold(world, |world, (name, value)| world.with(&name, value));
                }
            }
            key if key.starts_with("Exec") => {
                let command = value.trim_start().trim_start_matches(['-', '@', '+', '!', ':']);
                let offset = whole.len() - command.len();
                commands.push((start + offset, start + whole.len()));
            }
            _ => {}
        }
    }
    for (start, end) in commands {
        let part = fragment.part(start, end);
        let text = specifiers(context, &part.text);
        let part = if text == part.text { part } else { fixed(&part, &text) };
        tracer.text(&Rc::new(part), vec![world.clone()]);
    }
}

fn fixed(part: &Fragment, text: &str) -> Fragment {
    let mut fragment = Fragment::new(part.file);
    fragment.push_fixed(text, part.locate(0) as usize);
    fragment
}

/// `%i` and the like are known to systemd alone.
fn specifiers(context: &ReaderContext<'_>, text: &str) -> String {
    let mut out = text.to_owned();
    for name in ["%i", "%I", "%j", "%n", "%N", "%p"] {
        if out.contains(name) {
            out = out.replace(name, &context.unset("%i"));
        }
    }
    out.replace("%h", "~")
}

/// `Environment=A=1 "B=2 3"`
fn with_environment(context: &ReaderContext<'_>, world: World, value: &str) -> World {
    let value = specifiers(context, value.trim());
    let mut world = world;
    let mut rest = value.as_str();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let (word, behind) = match quote {
            Some(quote) => rest.strip_prefix(quote).and_then(|rest| rest.split_once(quote)).unwrap_or((rest, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        if let Some((name, value)) = word.split_once('=') {
            world = world.with(name, value);
        }
        rest = behind.trim_start();
    }
    world
}
