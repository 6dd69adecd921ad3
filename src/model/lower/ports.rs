//! `ports`, which the loader has converted to the long form.

use super::read;
use crate::compose::value::Value;
use crate::model::HostAddress;
use crate::model::types::Port;

/// The ports of a service.
pub(crate) fn ports(service: &Value) -> Vec<Port> {
    read::items(service, "ports").iter().filter_map(port).collect()
}

fn port(entry: &Value) -> Option<Port> {
    let target = entry.get("target")?;
    let host_ip = entry.get("host_ip").filter(|address| address.text().is_some_and(|text| !text.is_empty()));
    let published = entry.get("published").filter(|published| !published.is_null());
    Some(Port {
        place: entry.place,
        via: entry.via.clone(),
        host_place: published.or(host_ip).map_or(entry.place, |side| side.place),
        target_place: target.place,
        host_ip: host_ip.and_then(Value::text).map(HostAddress::new),
        host_parts: host_ip.or(published).map(|side| side.parts.clone()).unwrap_or_default(),
        published: published.and_then(read::as_text).and_then(|text| range(&text.value)),
        target: u16::try_from(read::as_integer(target)?).ok()?,
        protocol: read::text(entry, "protocol").map_or_else(|| "tcp".to_owned(), |protocol| protocol.value),
        parts: entry.parts.clone(),
    })
}

/// First and last port of `80` or `80-90`; 0 leaves the choice to Docker.
fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first > 0 && first <= last).then_some((first, last))
}
