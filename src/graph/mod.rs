//! The graph of a project: services, published ports, storage, and which services connect to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::facts::Facts;
use crate::facts::images::known_image;
use crate::facts::network::peers::Meaning;
use crate::facts::network::published::Exposure;
use crate::model::{MountKind, Service};
use crate::source::relative;

/// What a reviewer wants to see of a project. Services are named by their place in `services`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Graph {
    /// The project's name.
    pub(crate) name: String,
    /// The services of active profiles, in the order of the files.
    pub(crate) services: Vec<ServiceNode>,
    /// The networks that services are on; empty where `default` is the only one.
    pub(crate) networks: Vec<NetworkNode>,
    /// Named volumes and directories of the host that services write to.
    pub(crate) stores: Vec<StoreNode>,
    /// Ports that the host opens.
    pub(crate) ports: Vec<PortEdge>,
    /// Who talks to whom.
    pub(crate) links: Vec<ServiceLink>,
}

impl Graph {
    /// All words that a picture shows.
    pub(crate) fn words(&mut self) -> impl Iterator<Item = &mut String> {
        let services = self.services.iter_mut().flat_map(|one| [&mut one.name, &mut one.image]);
        let networks = self.networks.iter_mut().map(|network| &mut network.name);
        let stores = self.stores.iter_mut().flat_map(|store| store.mounts.values_mut().chain([&mut store.name]));
        std::iter::once(&mut self.name).chain(services).chain(networks).chain(stores)
    }
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceNode {
    /// Its name.
    pub(crate) name: String,
    /// Its image without the registry's host, or `build`.
    pub(crate) image: String,
    /// Whether it keeps data: a database, a cache, a broker, a search engine.
    pub(crate) is_datastore: bool,
    /// How many of it run; one where nothing is said.
    pub(crate) replicas: i64,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NetworkNode {
    /// Its key at top level.
    pub(crate) name: String,
    /// Whether another project makes it.
    pub(crate) external: bool,
    /// Whether it has no way out.
    pub(crate) internal: bool,
    /// The services on it.
    pub(crate) members: BTreeSet<usize>,
}

/// A place that outlives containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreNode {
    /// The volume's key at top level, or the path of the host relative to the project.
    pub(crate) name: String,
    /// Whether it is a directory of the host.
    pub(crate) is_bind: bool,
    /// The services that mount it, each with the path in its container.
    pub(crate) mounts: BTreeMap<usize, String>,
}

/// Who may connect to a published port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Audience {
    /// Every network the host is on.
    Everyone,
    /// Those who reach one address of the host.
    OneAddress,
    /// The host itself.
    Host,
}

impl Audience {
    /// The words for it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Audience::Everyone => "all interfaces",
            Audience::OneAddress => "one host address",
            Audience::Host => "this host only",
        }
    }
}

/// The ports of a service that one audience reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortEdge {
    /// Who may connect.
    pub(crate) audience: Audience,
    /// The service.
    pub(crate) service: usize,
    /// The ports as the host has them, and the container's where it is another: `80`, `8080→80`, `53/udp`.
    pub(crate) ports: Vec<String>,
}

/// How two services are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum LinkKind {
    /// The first names the second, which answers.
    Talks,
    /// The first names the second, and nothing leads there.
    Unreachable,
    /// The first is started after the second and, as far as the files tell, does not name it.
    StartsAfter,
}

/// A link from one service to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceLink {
    /// Who speaks.
    pub(crate) from: usize,
    /// Who is spoken to.
    pub(crate) to: usize,
    /// How.
    pub(crate) kind: LinkKind,
    /// The ports that are named, in ascending order.
    pub(crate) ports: BTreeSet<u16>,
}

/// Draws up the graph of a project.
pub(crate) fn graph(facts: &Facts<'_>) -> Graph {
    let model = facts.model;
    let services: Vec<&Service> = model.services.values().collect();
    let index: BTreeMap<&str, usize> = services.iter().enumerate().map(|(at, one)| (one.name.as_str(), at)).collect();
    Graph {
        name: model.name.clone(),
        services: services.iter().map(|service| service_node(service)).collect(),
        networks: networks(facts, &services),
        stores: stores(facts, &services),
        ports: ports(facts, &index),
        links: links(facts, &index),
    }
}

fn service_node(service: &Service) -> ServiceNode {
    let image = match (&service.image, &service.build) {
        (_, Some(_)) => "build".to_owned(),
        (Some(image), None) => without_host(&image.value.text).to_owned(),
        (None, None) => service.provider.as_ref().map_or_else(String::new, |one| format!("provider {}", one.value)),
    };
    ServiceNode {
        name: service.name.clone(),
        image,
        is_datastore: known_image(service).is_some_and(|known| known.image.holds_data()),
        replicas: service.replicas.as_ref().map_or(1, |replicas| replicas.value),
    }
}

/// An image reference without the host of its registry and without its digest.
fn without_host(text: &str) -> &str {
    let text = text.split('@').next().unwrap_or(text);
    match text.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => rest,
        _ => text,
    }
}

fn networks(facts: &Facts<'_>, services: &[&Service]) -> Vec<NetworkNode> {
    let mut nodes: Vec<NetworkNode> = Vec::new();
    for (key, network) in &facts.model.networks {
        let on_it = |service: &&Service| service.networks.contains_key(key);
        let members: BTreeSet<usize> =
            services.iter().enumerate().filter(|(_, one)| on_it(one)).map(|(at, _)| at).collect();
        if !members.is_empty() {
            let (external, internal) = (network.external, network.internal);
            nodes.push(NetworkNode { name: key.clone(), external, internal, members });
        }
    }
    let only_default = matches!(nodes.as_slice(), [one] if one.name == "default" && !one.external);
    if only_default { Vec::new() } else { nodes }
}

fn stores(facts: &Facts<'_>, services: &[&Service]) -> Vec<StoreNode> {
    let mut nodes: Vec<StoreNode> = Vec::new();
    for (at, service) in services.iter().enumerate() {
        for mount in &service.mounts {
            let (name, is_bind) = match &mount.kind {
                MountKind::Volume(name) => (name.clone(), false),
                MountKind::Bind(path) if !mount.read_only && !is_file(path) => {
                    (host_path(&facts.model.directory, path), true)
                }
                _ => continue,
            };
            let position = nodes.iter().position(|node| node.name == name && node.is_bind == is_bind);
            let position = position.unwrap_or_else(|| {
                nodes.push(StoreNode { name, is_bind, mounts: BTreeMap::new() });
                nodes.len() - 1
            });
            if let Some(node) = nodes.get_mut(position) {
                node.mounts.entry(at).or_insert_with(|| mount.target.value.clone());
            }
        }
    }
    nodes
}

/// A path of the host as the Compose file would write it.
fn host_path(directory: &Path, path: &str) -> String {
    match relative(directory, path.as_ref()) {
        path if path.is_empty() => ".".to_owned(),
        path if path.starts_with(['/', '.']) => path,
        path => format!("./{path}"),
    }
}

/// Whether a path of the host is a file by its name (`nginx.conf`, `docker.sock`, `/etc/localtime`).
fn is_file(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("/etc/") || path.starts_with("/dev/") || last.trim_start_matches('.').contains('.')
}

fn ports(facts: &Facts<'_>, index: &BTreeMap<&str, usize>) -> Vec<PortEdge> {
    let mut edges: BTreeMap<(usize, Audience), Vec<String>> = BTreeMap::new();
    for published in facts.published().iter().filter(|published| published.in_effect && published.is_active) {
        let Some(service) = index.get(published.service.name.as_str()) else { continue };
        let audience = match published.reach {
            // As Docker takes it while the variable has no value.
            Exposure::All | Exposure::Unsaid => Audience::Everyone,
            Exposure::Address(_) => Audience::OneAddress,
            Exposure::Loopback => Audience::Host,
        };
        let port = published.port;
        let host = match port.published {
            Some((first, last)) if first == last => first.to_string(),
            Some((first, last)) => format!("{first}-{last}"),
            None => "any".to_owned(),
        };
        let target = port.target.to_string();
        let ports = if host == target { host } else { format!("{host}→{target}") };
        let ports = if port.protocol == "tcp" { ports } else { format!("{ports}/{}", port.protocol) };
        let known = edges.entry((*service, audience)).or_default();
        if !known.contains(&ports) {
            known.push(ports);
        }
    }
    edges.into_iter().map(|((service, audience), ports)| PortEdge { audience, service, ports }).collect()
}

fn links(facts: &Facts<'_>, index: &BTreeMap<&str, usize>) -> Vec<ServiceLink> {
    let mut links: BTreeMap<(usize, usize, LinkKind), BTreeSet<u16>> = BTreeMap::new();
    let mut add = |from: &str, to: &str, kind: LinkKind, port: Option<u16>| {
        let (Some(from), Some(to)) = (index.get(from), index.get(to)) else { return };
        if from != to {
            links.entry((*from, *to, kind)).or_default().extend(port);
        }
    };
    for peer in facts.peers() {
        match &peer.meaning {
            Meaning::Service(name) => add(&peer.service, name, LinkKind::Talks, peer.port),
            Meaning::Unreachable(name) => add(&peer.service, name, LinkKind::Unreachable, peer.port),
            _ => {}
        }
    }
    for proxied in facts.proxied() {
        add(&proxied.proxy, &proxied.service, LinkKind::Talks, Some(proxied.port));
    }
    let spoken: BTreeSet<(usize, usize)> = links.keys().map(|(from, to, _)| (*from, *to)).collect();
    for service in facts.model.services.values() {
        for name in service.depends_on.keys() {
            let (Some(from), Some(to)) = (index.get(service.name.as_str()), index.get(name.as_str())) else { continue };
            if from != to && !spoken.contains(&(*from, *to)) {
                links.entry((*from, *to, LinkKind::StartsAfter)).or_default();
            }
        }
    }
    links.into_iter().map(|((from, to, kind), ports)| ServiceLink { from, to, kind, ports }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    const SHOP: &str = concat!(
        "services:\n",
        "  web:\n    image: ghcr.io/example/web:2\n    ports: ['443:8443', '127.0.0.1:9000:9000', '53:53/udp']\n",
        "    environment: { DATABASE_URL: 'postgres://db:5432/shop', CACHE_URL: 'redis://cache:6379' }\n",
        "    networks: [front]\n    depends_on: [db, jobs]\n    volumes: ['./up loads:/srv', './a.conf:/a.conf']\n",
        "  db:\n    image: postgres:17@sha256:00\n    networks: [back]\n    volumes: ['data:/var/lib/postgresql/data']\n",
        "  cache:\n    image: redis:8\n    networks: [front]\n",
        "  jobs:\n    build: .\n    scale: 3\n    networks: [front]\n",
        "networks: { front: {}, back: { internal: true } }\nvolumes: { data: {} }\n",
    );

    #[test]
    fn what_a_blank_variable_names_is_not_one_store_of_two_services() {
        let text = "services:
  a: {image: 'postgres:17', volumes: ['${A}:/var/lib/postgresql/data']}
  b: {image: 'postgres:17', volumes: ['${B}:/var/lib/postgresql/data']}
";
        with_facts(text, |facts| assert!(graph(facts).stores.is_empty()));
    }

    #[test]
    fn a_graph_shows_who_talks_to_whom() {
        with_facts(SHOP, |facts| {
            let graph = graph(facts);
            let images: Vec<(&str, bool, i64)> =
                graph.services.iter().map(|one| (one.image.as_str(), one.is_datastore, one.replicas)).collect();
            let expect =
                [("example/web:2", false, 1), ("postgres:17", true, 1), ("redis:8", true, 1), ("build", false, 3)];
            assert_eq!(images, expect);
            let links: Vec<(usize, usize, LinkKind, Vec<u16>)> = graph
                .links
                .iter()
                .map(|link| (link.from, link.to, link.kind, link.ports.iter().copied().collect()))
                .collect();
            let expect = vec![
                (0, 1, LinkKind::Unreachable, vec![5432]),
                (0, 2, LinkKind::Talks, vec![6379]),
                (0, 3, LinkKind::StartsAfter, vec![]),
            ];
            assert_eq!(links, expect);
        });
    }

    #[test]
    fn a_graph_shows_ports_networks_and_stores() {
        with_facts(SHOP, |facts| {
            let graph = graph(facts);
            let ports: Vec<(Audience, String)> =
                graph.ports.iter().map(|edge| (edge.audience, edge.ports.join(" "))).collect();
            let expect = vec![(Audience::Everyone, "443→8443 53/udp".to_owned()), (Audience::Host, "9000".to_owned())];
            assert_eq!(ports, expect);
            let networks: Vec<(&str, bool, usize)> =
                graph.networks.iter().map(|one| (one.name.as_str(), one.internal, one.members.len())).collect();
            assert_eq!(networks, [("front", false, 3), ("back", true, 1)]);
            let stores: Vec<(&str, bool)> = graph.stores.iter().map(|one| (one.name.as_str(), one.is_bind)).collect();
            assert_eq!(stores, [("./up loads", true), ("data", false)]);
        });
    }

    #[test]
    fn the_only_network_is_not_worth_drawing() {
        with_facts("services: { a: { image: a }, b: { image: localhost/b:1 } }\n", |facts| {
            let graph = graph(facts);
            assert!(graph.networks.is_empty() && graph.links.is_empty());
            assert_eq!(graph.services[1].image, "b:1");
        });
    }
}
