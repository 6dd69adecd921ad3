//! Fixes that several rules offer.

use crate::facts::environment::variables::Blank;
use crate::finding::{Edit, Fix};
use crate::model::{MountKind, Port, Service};
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Directories whose last word says that they hold data, and so may be mounted without hiding a program.
const DATA_WORDS: [&str; 20] = [
    "data",
    "db",
    "database",
    "databases",
    "storage",
    "store",
    "state",
    "sqlite",
    "config",
    "cache",
    "persist",
    "persistent",
    "persistence",
    "var",
    "instance",
    "appdata",
    "uploads",
    "files",
    "media",
    "backups",
];

/// Publishes a port on loopback alone, where it is published on all addresses.
pub(crate) fn on_loopback(cx: &Context<'_>, port: &Port) -> Option<Fix> {
    let title = "publish it on `127.0.0.1` only: other machines can then no longer reach it";
    let by_variable = port.host_parts.iter().any(|part| {
        // The variable of an address; empty ones leave no address behind.
        part.variable.is_some() && (port.host_ip.is_some() || part.start == part.end)
    });
    if !port.via.is_empty() || by_variable {
        return None;
    }
    let text = edit::text_of(cx.files, port.place);
    let loopback = Content::text("127.0.0.1");
    let edits = match (text, port.host_ip.as_ref().map(|address| address.text.as_str())) {
        // The long form.
        (None, None | Some("0.0.0.0" | "::")) => edit::set_entry(cx.files, port.place, "host_ip", &loopback),
        (Some(text), None) if text.contains(':') => edit::prefix(cx.files, port.place, "127.0.0.1:"),
        (Some(text), None) if !text.contains('$') => edit::prefix(cx.files, port.place, "127.0.0.1::"),
        (Some(text), Some("0.0.0.0")) if text.starts_with("0.0.0.0:") => {
            edit::replace_first(cx.files, port.place, "0.0.0.0", "127.0.0.1")
        }
        (Some(text), Some("::")) if text.starts_with("[::]:") => {
            edit::replace_first(cx.files, port.place, "[::]", "127.0.0.1")
        }
        _ => None,
    };
    edit::risky(title, edits)
}

/// Removes the entry that publishes a port, for a service that is reached without it.
pub(crate) fn without_port(cx: &Context<'_>, port: &Port) -> Option<Fix> {
    if !port.via.is_empty() {
        return None;
    }
    let title = "remove the entry: the port is then only reachable from services on the same network";
    edit::risky(title, edit::remove(cx.files, port.place))
}

/// Mounts a named volume at a directory of a service, and declares it.
pub(crate) fn in_named_volume(cx: &Context<'_>, service: &Service, directory: &str) -> Option<Fix> {
    let directory = directory.trim_end_matches('/');
    let taken = service.mounts.iter().any(|mount| mount.target.value.trim_end_matches('/') == directory);
    if !directory.starts_with('/') || taken || directory.contains([':', '$', ' ']) {
        return None;
    }
    let volume = free_name(cx, service, directory)?;
    let item = Content::Text(format!("{volume}:{directory}"));
    let edits = edit::all([
        edit::add_to_list(cx.files, service.place, "volumes", &item),
        edit::add_to_section(cx.files, service.place, "volumes", &volume, &Content::Empty),
    ]);
    edit::risky(
        format!("persist `{directory}` in the volume `{volume}`: data in the current container is not migrated"),
        edits,
    )
}

/// Gives the anonymous volume at a directory of a service a name, and declares it.
pub(crate) fn named(cx: &Context<'_>, service: &Service, directory: &str) -> Option<Fix> {
    let mount =
        service.mounts.iter().find(|mount| mount.kind == MountKind::Anonymous && mount.target.value == directory)?;
    let text = edit::text_of(cx.files, mount.place).filter(|text| !text.contains('$') && text.starts_with('/'))?;
    if !mount.via.is_empty() || text.contains(':') {
        return None;
    }
    let volume = free_name(cx, service, directory)?;
    let edits = edit::all([
        edit::prefix(cx.files, mount.place, &format!("{volume}:")),
        edit::add_to_section(cx.files, mount.place, "volumes", &volume, &Content::Empty),
    ]);
    edit::risky(format!("name the volume `{volume}`: data in the current anonymous volume is not migrated"), edits)
}

/// A name for a volume of a service that no volume has.
fn free_name(cx: &Context<'_>, service: &Service, directory: &str) -> Option<String> {
    let last = directory.rsplit('/').next().unwrap_or("").trim_start_matches('.');
    let word = last.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_')) && !last.is_empty();
    let names = [Some(format!("{}-data", service.name)), word.then(|| format!("{}-{last}-data", service.name))];
    names.into_iter().flatten().find(|name| !cx.model.volumes.contains_key(name))
}

/// Whether a directory is there for data, so that a volume on it hides no program.
pub(crate) fn is_for_data(directory: &str) -> bool {
    let last = directory.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let lower = last.trim_start_matches('.').to_ascii_lowercase();
    directory.starts_with("/var/lib/")
        || lower
            .trim_end_matches(|one: char| one.is_ascii_digit())
            .split(['-', '_'])
            .any(|word| DATA_WORDS.contains(&word))
}

/// Writes the name of a variable that is set in the place of one that is a misspelling of it.
pub(crate) fn meant(cx: &Context<'_>, blank: &Blank<'_>) -> Option<Fix> {
    if blank.emptied.is_some() {
        return None;
    }
    let name = blank.name;
    let set: Vec<&str> = cx.project.environment.all().into_iter().map(|(name, _)| name).collect();
    let meant = crate::text::nearest::clearly_meant(name, &set)?;
    let edits = each_use(cx, blank, &|form| Some(form.replacen(name, meant, 1)));
    edit::risky(format!("replace with `{meant}`, which has a value: the project then uses that value"), edits)
}

fn each_use(cx: &Context<'_>, blank: &Blank<'_>, written: &dyn Fn(&str) -> Option<String>) -> Option<Vec<Edit>> {
    let name = blank.name;
    let mut places: Vec<Place> = blank.uses.iter().map(|reference| reference.place).collect();
    places.dedup();
    edit::all(places.into_iter().map(|place| {
        let forms = [format!("${{{name}}}"), format!("${name}")];
        let form = forms.iter().find(|form| edit::reads_as(cx.files, place, form))?;
        edit::replace_part(cx.files, place, &written(form)?)
    }))
}
