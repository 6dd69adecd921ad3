//! Ports of images that are closed, because nothing opens them.

use super::{is_configured, is_named};
use crate::catalogue::has_word;
use crate::catalogue::schema::Transport;
use crate::facts::images::{is_open, known_image, launch, runs_server};
use crate::model::{Port, Service};

/// What would open a published port of a service: an option of the command, or a word of the tag. `None` where the port is
/// open, or may be.
pub(crate) fn closed(service: &Service, port: &Port) -> Option<&'static str> {
    let known = known_image(service).filter(|known| known.exact && !known.built && runs_server(service))?;
    let answers = known.image.ports_for(known.tag);
    let [ports] = answers.as_slice() else { return None };
    let is_it = |number: u16, transport: Transport| number == port.target && transport == Transport::Tcp;
    let closed = ports.iter().find(|one| one.closed_otherwise && is_it(one.port, one.protocol))?;
    let words = launch(service);
    let opens =
        |opener: &String| has_word(known.tag, opener) || words.iter().any(|word| word.value.contains(opener.as_str()));
    // A variable may name plugins, or options.
    let may_say = |name: &String| ["PLUGINS", "CONSOLE", "OPTS", "ARGS"].iter().any(|word| name.contains(word));
    let told = service.environment.keys().any(may_say) || service.env_files.iter().any(|file| !file.loaded);
    let brought = service.mounts.iter().any(|mount| mount.target.value.contains("plugins"));
    let is_tag_known = known.tag.is_none_or(|tag| !tag.contains('$')) && port.protocol == "tcp";
    if !is_tag_known || told || brought || closed.opened_by.iter().any(opens) || is_open(service, closed) {
        return None;
    }
    if is_configured(service) || is_named(service, port.target) {
        return None;
    }
    closed.opened_by.first().map(String::as_str)
}
