//! The ports that a collector of traces opens, by the components in its configuration.

use std::path::Path;

use super::{Listener, Listeners, PortCoverage, PortEvidence, Sureness};
use crate::facts::Facts;
use crate::facts::images::{argument_value, known_image};
use crate::model::{Mount, MountKind, Service};

/// Ports and the components that open them where nothing else is written
/// (<https://github.com/open-telemetry/opentelemetry-collector>, `receiver` and `extension`, also of its contributions;
/// <https://www.jaegertracing.io/docs/2.0/apis/>).
const PORTS: [(u16, &[&str]); 12] = [
    (4317, &["otlp"]),
    (4318, &["otlp"]),
    (5778, &["remote_sampling"]),
    (1777, &["pprof"]),
    (8889, &[]),
    (9411, &["zipkin"]),
    (13133, &["health_check", "healthcheckv2"]),
    (14250, &["jaeger"]),
    (14268, &["jaeger"]),
    (16685, &["jaeger_query"]),
    (16686, &["jaeger_query"]),
    (55679, &["zpages"]),
];

/// What a collector listens on, where its configuration has none of the components that open a port.
pub(super) fn missed(facts: &Facts<'_>, service: &Service, port: u16) -> Option<Listeners> {
    let known = known_image(service).filter(|known| known.exact)?;
    if !matches!(known.image.name.as_str(), "opentelemetry-collector" | "jaeger") || !service.env_files.is_empty() {
        return None;
    }
    let text = configuration(facts, service)?;
    let (_, components) = PORTS.iter().find(|(number, _)| *number == port)?;
    if opens(&text, port, components) {
        return None;
    }
    let mut found = Listeners { extent: PortCoverage::All, ..Listeners::default() };
    let is_published = |number: u16| service.ports.iter().any(|one| one.target == number);
    let open = PORTS.iter().filter(|(number, components)| is_published(*number) && opens(&text, *number, components));
    for (number, _) in open {
        let (port, sure, evidence) = (*number, Sureness::Certain, PortEvidence::Configuration);
        found.add(Listener { port, sure, who: "its configuration".to_owned(), evidence, place: service.key });
    }
    Some(found).filter(|found| !found.ports.is_empty())
}

/// The one configuration that the command names, without its comments.
fn configuration(facts: &Facts<'_>, service: &Service) -> Option<String> {
    let (named, _) = argument_value(service, "--config")?;
    let named = named.strip_prefix("file:").unwrap_or(&named);
    let brings = |mount: &&Mount| mount.target.value == named;
    let MountKind::Bind(source) = &service.mounts.iter().find(brings)?.kind else { return None };
    let file = facts.sources.load_noted(Path::new(source))?;
    let text = &facts.sources.file(file).text;
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    // Other files, and variables, may say more.
    let is_whole = !text.contains("${") && text.contains("receivers:");
    is_whole.then_some(text)
}

/// Whether a text has a port, or as a key or in a list one of the components that open it.
fn opens(text: &str, port: u16, components: &[&str]) -> bool {
    let is_between = |letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '/');
    let digits = port.to_string();
    text.lines().any(|line| {
        let is_list = line.contains('[') || line.trim_start().starts_with("- ");
        line.split(is_between).any(|word| {
            let behind = line.split_once(word).map_or("", |(_, behind)| behind);
            let is_named = is_list || behind.starts_with(':');
            word == digits || is_named && components.contains(&word.split('/').next().unwrap_or(word))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_open_ports() {
        let text = "receivers:\n  otlp/2: {protocols: {grpc: {}}}\nextensions: [jaeger_query]\n  name: jaeger\n  http: 0.0.0.0:8889\n";
        let check = |port: u16, components: &[&str], expect: bool| assert_eq!(opens(text, port, components), expect);
        check(4317, &["otlp"], true);
        check(16686, &["jaeger_query"], true);
        check(14250, &["jaeger"], false);
        check(8889, &[], true);
        check(9411, &["zipkin"], false);
    }
}
