//! A fixed host port on a service with several replicas.

use crate::facts::network::published::has_borrowed_network;
use crate::finding::{Finding, Subject, rule};
use crate::model::Port;
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the entry of `ports` that does not suffice for all replicas.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let Some(replicas) = service.replicas.as_ref().filter(|replicas| replicas.value > 1) else { continue };
        if has_borrowed_network(service) || is_for_swarm(cx) {
            continue;
        }
        let short = |port: &&Port| {
            port.published.is_some_and(|(first, last)| i64::from(last) - i64::from(first) + 1 < replicas.value)
        };
        let Some(port) = service.ports.iter().find(short) else { continue };
        let (first, last) = port.published.unwrap_or_default();
        let shown = if first == last { format!("port {first}") } else { format!("ports {first} to {last}") };
        let (name, count) = (&service.name, replicas.value);
        let message = format!("{count} replicas of `{name}` publish host {shown}");
        let help = format!(
            "publish the range `{first}-{}`, let Docker pick a port with `\"{}\"`, or put a reverse proxy in front of them: only the first replica gets the port, and the others fail",
            i64::from(first) + count - 1,
            port.target
        );
        let range = format!("{first}-{}", i64::from(first) + count - 1);
        let mut finding =
            Finding::new(rule::REPLICAS_WITH_FIXED_HOST_PORT, port.host_place, Subject::service(name), message)
                .evidence(port.target.to_string())
                .label(replicas.place, "the replicas")
                .help(help);
        let is_variable = port.host_parts.iter().any(|part| part.variable.is_some());
        // With an address before it, or a variable in it, the host's side is more than the number.
        if first == last && port.via.is_empty() && port.host_ip.is_none() && !is_variable {
            finding.fixes.extend(edit::risky(
                format!("publish the range {range}: each replica then has its own host port"),
                edit::exchange(cx.files, port.host_place, &first.to_string(), &range),
            ));
        }
        findings.push(finding);
    }
}

/// Whether the file is for `docker stack deploy`: Swarm has one port for all replicas.
fn is_for_swarm(cx: &Context<'_>) -> bool {
    cx.facts.is_for_swarm() || ["swarm", "stack"].iter().any(|word| cx.facts.is_named(word))
}
