//! A hostname that matches no service of the project.

use crate::collections::{HashMap, HashSet};
use crate::compose::nearest;
use crate::config::options::{NamePattern, options};
use crate::facts::network::peers::{Meaning, Peer};
use crate::finding::{Finding, Fix, Label, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::for_purpose;
use crate::text::nearest::clearly_meant;
use crate::yaml::edit;

options! {
    rule::UNKNOWN_HOST {
        /// Hosts that exist; `*` matches any characters
        known_hosts: Vec<NamePattern>,
    }
}

/// Reports each unknown name once for each service that uses it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut groups: HashMap<&str, Vec<&Peer>> = HashMap::default();
    let mut order: Vec<&str> = Vec::new();
    // Nobody means these words.
    let is_filler = |host: &str| matches!(host, "test" | "example" | "hostname" | "foo" | "bar");
    // A container of elsewhere whose network a service joins.
    let joined = |host: &str| {
        let mut modes = cx.model.services.values().filter_map(|service| service.network_mode.as_ref());
        modes.any(|mode| mode.value.strip_prefix("container:") == Some(host))
    };
    // A dependency that is not there is reported as such.
    let awaited: HashSet<&str> =
        cx.model.services.values().flat_map(|service| service.depends_on.keys().map(String::as_str)).collect();
    let unknown = |peer: &&Peer| {
        let named = peer.meaning == Meaning::Unknown && peer.variable.is_none();
        named && !is_filler(&peer.host) && !joined(&peer.host) && !awaited.contains(peer.host.as_str())
    };
    for peer in cx.facts.peers().iter().filter(unknown).filter(|peer| !cx.facts.is_service_nearby(&peer.host)) {
        let group = groups.entry(&peer.host).or_default();
        if group.is_empty() {
            order.push(&peer.host);
        }
        group.push(peer);
    }
    let options: Options = cx.settings.options();
    let is_known = |host: &str| options.known_hosts.iter().any(|pattern| pattern.matches(host));
    for host in order.into_iter().filter(|host| !is_known(host)) {
        let Some([first, others @ ..]) = groups.get(host).map(Vec::as_slice) else { continue };
        let known: Vec<&str> = cx.model.services.keys().chain(cx.model.disabled.keys()).map(String::as_str).collect();
        let message = format!("hostname `{host}` matches no service of this project");
        let subject = Subject::service(&first.service);
        // An example may be made for another set of services.
        let is_shown = cx.facts.is_in_example(first.place) && !is_meant(cx, first);
        // Tests and development fail as well where a name is only misspelt.
        let is_misspelt = clearly_meant(host, &known).is_some();
        let severity = match (is_shown, is_misspelt) {
            (true, _) => Severity::Info,
            (false, true) => Severity::Warning,
            (false, false) => for_purpose(Severity::Warning, cx.facts.purpose()),
        };
        let mut finding = Finding::new(rule::UNKNOWN_HOST, first.place, subject, message)
            .severity(severity)
            .evidence(host.to_owned());
        finding.help = Some(match longer(host, &known).or_else(|| nearest(host, &known)) {
            Some(near) => format!("did you mean `{near}`?").into(),
            None => "use the name of a service, or add the host to `extra_hosts` if it is outside the project".into(),
        });
        finding.fixes.extend(fix(cx, host, &known, groups.get(host).map(Vec::as_slice).unwrap_or(&[])));
        finding.labels = others
            .iter()
            .take(8)
            .map(|peer| Label { place: peer.place, message: format!("also used by `{}`", peer.service).into() })
            .collect();
        findings.push(finding);
    }
}

/// The only service whose name goes on where a host ends: `mongodb` for `mongo`.
fn longer<'a>(host: &str, known: &[&'a str]) -> Option<&'a str> {
    let mut longer = known.iter().filter(|name| host.len() > 2 && name.starts_with(host));
    longer.next().filter(|_| longer.next().is_none()).copied()
}

/// Whether a service of the project is meant: its name, or its image, has the name as a word.
fn is_meant(cx: &Context<'_>, peer: &Peer) -> bool {
    let has_word = |text: &str| text.split(['-', '_', '/']).any(|word| word == peer.host);
    let is_of = |service: &Service| {
        has_word(&service.name) || service.image.as_ref().is_some_and(|image| has_word(&image.value.repository))
    };
    cx.model.services.values().any(is_of)
}

/// Respells the host wherever it is, where one service is clearly meant.
fn fix(cx: &Context<'_>, host: &str, known: &[&str], peers: &[&Peer]) -> Option<Fix> {
    let meant = clearly_meant(host, known).filter(|_| peers.iter().all(|peer| peer.is_own))?;
    let edits = edit::all(peers.iter().map(|peer| edit::exchange(cx.files, peer.place, host, meant)));
    edit::safe(format!("replace with `{meant}`"), edits)
}
