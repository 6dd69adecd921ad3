//! Ports: both sides of a mapping, and who can connect.

use super::Note;
use crate::facts::images::known_image;
use crate::facts::network::published::{Exposure, Published};
use crate::lsp::dispatch::DocumentPlace;

/// The port at a place.
pub(super) fn port(at: DocumentPlace<'_>) -> Option<Note> {
    at.world.projects(at.path()).into_iter().find_map(|project| {
        let loaded = project.loaded(&at.world.sources);
        let facts = loaded.facts(&at.world.sources, &project.memory);
        let is_here = |one: &&Published<'_>| {
            let span = one.port.place.span;
            *at.world.sources.path(span.file) == *at.path()
                && (span.start as usize..=span.end as usize).contains(&at.offset)
        };
        // A range is one port for each of its numbers.
        let here: Vec<&Published<'_>> = facts.published().iter().filter(is_here).collect();
        let first = *here.first()?;
        let span = first.port.place.span;
        let own = here.into_iter().filter(|one| one.service.name == first.service.name);
        let last = own.max_by_key(|one| one.port.target).unwrap_or(first);
        Some(Note { text: text(first, last), stretch: (span.start, span.end) })
    })
}

/// About a port, or about a range from one to another.
fn text(published: &Published<'_>, last: &Published<'_>) -> String {
    let port = published.port;
    let is_range = last.port.target > port.target;
    let target = match is_range {
        true => format!("ports {} to {}/{} of the container", port.target, last.port.target, port.protocol),
        false => format!("port {}/{} of the container", port.target, port.protocol),
    };
    if !published.in_effect {
        return format!("Has no effect: `{}` has no network of its own", published.service.name);
    }
    let known = known_image(published.service);
    let purpose = known.and_then(|known| {
        let all = known.image.ports_for(known.tag).into_iter().flatten();
        all.into_iter().find(|one| one.port == port.target).map(|one| format!(" ({})", one.purpose))
    });
    let purpose = purpose.unwrap_or_default();
    if let (true, Some((first, _)), Some((_, end))) = (is_range, port.published, last.port.published) {
        return format!("Publishes {target} on ports {first} to {end} of the host. {}", who(published));
    }
    let Some((first, last)) = port.published else {
        return format!("Publishes {target}{purpose} on a port of the host that Docker chooses. {}", who(published));
    };
    let host = if first == last { format!("port {first}") } else { format!("one of the ports {first} to {last}") };
    format!("Publishes {target}{purpose} on {host} of the host. {}", who(published))
}

/// Who can connect, in a sentence.
pub(super) fn who(published: &Published<'_>) -> String {
    match &published.reach {
        Exposure::Loopback => "Only this host can connect (127.0.0.1)".to_owned(),
        Exposure::All => "Every machine that reaches this host can connect, on all addresses (0.0.0.0)".to_owned(),
        Exposure::Address(address) => format!("Every machine that reaches `{address}` can connect"),
        Exposure::Unsaid => "A variable without a value decides who can connect".to_owned(),
    }
}
