//! Images whose documentation asks for the socket of Docker, or for directories of the host.

use crate::catalogue::schema::Role;
use crate::facts::images::known_image;
use crate::model::{Service, base_image};

/// What an image does with the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It hands on the requests that it allows.
    Filters,
    /// It creates, restarts or removes containers.
    Manages,
    /// It reads names, labels, events, logs or measurements.
    Reads,
}

/// The last part of an image's name, or the last two, its use of the socket, and the documentation that asks for it.
const TOOLS: [(&str, Use, &str); 51] = [
    ("docker-socket-proxy", Use::Filters, "https://github.com/Tecnativa/docker-socket-proxy"),
    ("socket-proxy", Use::Filters, "https://github.com/wollomatic/socket-proxy"),
    ("portainer", Use::Manages, "https://docs.portainer.io/start/install-ce/server/docker/linux"),
    ("portainer-ce", Use::Manages, "https://docs.portainer.io/start/install-ce/server/docker/linux"),
    ("portainer-ee", Use::Manages, "https://docs.portainer.io/start/install/server/docker/linux"),
    ("portainer/agent", Use::Manages, "https://docs.portainer.io/admin/environments/add/docker/agent"),
    ("watchtower", Use::Manages, "https://containrrr.dev/watchtower/"),
    ("ouroboros", Use::Manages, "https://github.com/pyouroboros/ouroboros"),
    ("dockge", Use::Manages, "https://github.com/louislam/dockge"),
    ("yacht", Use::Manages, "https://github.com/SelfhostedPro/Yacht"),
    ("autoheal", Use::Manages, "https://github.com/willfarrell/docker-autoheal"),
    ("ofelia", Use::Manages, "https://github.com/mcuadros/ofelia"),
    ("tugtainer", Use::Manages, "https://github.com/Quenary/tugtainer"),
    ("arcane", Use::Manages, "https://github.com/getarcaneapp/arcane"),
    ("komodo-periphery", Use::Manages, "https://komo.do/docs/setup/connect-servers"),
    ("docker-volume-backup", Use::Manages, "https://github.com/offen/docker-volume-backup"),
    ("gitlab-runner", Use::Manages, "https://docs.gitlab.com/runner/install/docker/"),
    ("drone-runner-docker", Use::Manages, "https://docs.drone.io/runner/docker/installation/linux/"),
    ("drone/agent", Use::Manages, "https://github.com/drone/drone"),
    ("thehiveproject/cortex", Use::Manages, "https://docs.strangebee.com/cortex/installation-and-configuration/"),
    ("pterodactyl/wings", Use::Manages, "https://github.com/pterodactyl/wings/blob/develop/docker-compose.example.yml"),
    ("1dev/server", Use::Manages, "https://docs.onedev.io/installation-guide/run-as-docker-container"),
    ("localstack/localstack", Use::Manages, "https://docs.localstack.cloud/aws/getting-started/installation/"),
    ("localstack/localstack-pro", Use::Manages, "https://docs.localstack.cloud/aws/getting-started/installation/"),
    ("myoung34/github-runner", Use::Manages, "https://github.com/myoung34/docker-github-actions-runner"),
    ("sergi0g/cup", Use::Reads, "https://cup.sergi0g.dev/docs/installation/docker"),
    ("woodpecker-agent", Use::Manages, "https://woodpecker-ci.org/docs/administration/general"),
    ("act_runner", Use::Manages, "https://docs.gitea.com/usage/actions/act-runner"),
    ("openruntimes/executor", Use::Manages, "https://github.com/open-runtimes/executor"),
    ("acme-companion", Use::Manages, "https://github.com/nginx-proxy/acme-companion"),
    ("traefik", Use::Reads, "https://doc.traefik.io/traefik/providers/docker/"),
    ("nginx-proxy", Use::Reads, "https://github.com/nginx-proxy/nginx-proxy"),
    ("docker-gen", Use::Reads, "https://github.com/nginx-proxy/docker-gen"),
    ("caddy-docker-proxy", Use::Reads, "https://github.com/lucaslorentz/caddy-docker-proxy"),
    ("diun", Use::Reads, "https://crazymax.dev/diun/install/docker/"),
    ("dozzle", Use::Reads, "https://dozzle.dev/guide/getting-started"),
    ("homepage", Use::Reads, "https://gethomepage.dev/installation/docker/"),
    ("glance", Use::Reads, "https://github.com/glanceapp/glance/blob/main/docs/configuration.md"),
    ("homarr", Use::Reads, "https://homarr.dev/docs/getting-started/installation/docker/"),
    ("cadvisor", Use::Reads, "https://github.com/google/cadvisor/blob/master/docs/running.md"),
    ("node-exporter", Use::Reads, "https://github.com/prometheus/node_exporter"),
    ("promtail", Use::Reads, "https://grafana.com/docs/loki/latest/send-data/promtail/configuration/"),
    ("alloy", Use::Reads, "https://grafana.com/docs/alloy/latest/reference/components/discovery/discovery.docker/"),
    ("vector", Use::Reads, "https://vector.dev/docs/reference/configuration/sources/docker_logs/"),
    ("telegraf", Use::Reads, "https://github.com/influxdata/telegraf/tree/master/plugins/inputs/docker"),
    ("beats/filebeat", Use::Reads, "https://www.elastic.co/guide/en/beats/filebeat/current/running-on-docker.html"),
    ("beats/metricbeat", Use::Reads, "https://www.elastic.co/guide/en/beats/metricbeat/current/running-on-docker.html"),
    ("datadog/agent", Use::Reads, "https://docs.datadoghq.com/containers/docker/"),
    ("netdata", Use::Reads, "https://learn.netdata.cloud/docs/netdata-agent/installation/docker"),
    ("glances", Use::Reads, "https://github.com/nicolargo/glances/blob/develop/docs/docker.rst"),
    ("logspout", Use::Reads, "https://github.com/gliderlabs/logspout"),
];

/// What the image of a service does with the socket, where its documentation asks for it.
pub(super) fn use_of(service: &Service) -> Option<Use> {
    // Someone who builds a filter calls it that.
    if service.name.contains("socket-proxy") {
        return Some(Use::Filters);
    }
    let repository = base_image(service)?.value.repository.as_str();
    let is_named =
        |name: &str| repository.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let listed = TOOLS.iter().find(|(name, ..)| is_named(name)).map(|(_, tool_use, _)| *tool_use);
    let is_monitor = || known_image(service).is_some_and(|known| known.image.role == Role::Monitoring);
    listed.or_else(|| is_monitor().then_some(Use::Reads))
}
