//! Images whose documentation asks for the socket of Docker, or for directories of the host.

use crate::catalogue::schema::ImageRole;
use crate::facts::images::{built, known_image, launch};
use crate::model::{Service, base_image};

/// What an image does with the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SocketUse {
    /// It hands on the requests that it allows.
    Filters,
    /// It creates, restarts or removes containers.
    Manages,
    /// It reads names, labels, events, logs or measurements.
    Reads,
}

/// The last part of an image's name, or the last two, its use of the socket, and the documentation that asks for it.
const TOOLS: [(&str, SocketUse, &str); 95] = [
    ("beszel-agent", SocketUse::Reads, "https://beszel.dev/guide/agent-installation"),
    ("docker-socket-proxy", SocketUse::Filters, "https://github.com/Tecnativa/docker-socket-proxy"),
    ("socket-proxy", SocketUse::Filters, "https://github.com/wollomatic/socket-proxy"),
    ("portainer", SocketUse::Manages, "https://docs.portainer.io/start/install-ce/server/docker/linux"),
    ("portainer-ce", SocketUse::Manages, "https://docs.portainer.io/start/install-ce/server/docker/linux"),
    ("portainer-ee", SocketUse::Manages, "https://docs.portainer.io/start/install/server/docker/linux"),
    ("portainer/agent", SocketUse::Manages, "https://docs.portainer.io/admin/environments/add/docker/agent"),
    ("getwud/wud", SocketUse::Manages, "https://getwud.github.io/wud/"),
    ("whats-up-docker", SocketUse::Manages, "https://getwud.github.io/wud/"),
    ("watchtower", SocketUse::Manages, "https://containrrr.dev/watchtower/"),
    ("ouroboros", SocketUse::Manages, "https://github.com/pyouroboros/ouroboros"),
    ("dockge", SocketUse::Manages, "https://github.com/louislam/dockge"),
    ("yacht", SocketUse::Manages, "https://github.com/SelfhostedPro/Yacht"),
    ("autoheal", SocketUse::Manages, "https://github.com/willfarrell/docker-autoheal"),
    ("ofelia", SocketUse::Manages, "https://github.com/mcuadros/ofelia"),
    ("tugtainer", SocketUse::Manages, "https://github.com/Quenary/tugtainer"),
    ("arcane", SocketUse::Manages, "https://github.com/getarcaneapp/arcane"),
    ("komodo-periphery", SocketUse::Manages, "https://komo.do/docs/setup/connect-servers"),
    ("docker-volume-backup", SocketUse::Manages, "https://github.com/offen/docker-volume-backup"),
    ("gitlab-runner", SocketUse::Manages, "https://docs.gitlab.com/runner/install/docker/"),
    ("drone-runner-docker", SocketUse::Manages, "https://docs.drone.io/runner/docker/installation/linux/"),
    ("drone/agent", SocketUse::Manages, "https://github.com/drone/drone"),
    ("thehiveproject/cortex", SocketUse::Manages, "https://docs.strangebee.com/cortex/installation-and-configuration/"),
    (
        "pterodactyl/wings",
        SocketUse::Manages,
        "https://github.com/pterodactyl/wings/blob/develop/docker-compose.example.yml",
    ),
    ("1dev/server", SocketUse::Manages, "https://docs.onedev.io/installation-guide/run-as-docker-container"),
    ("localstack/localstack", SocketUse::Manages, "https://docs.localstack.cloud/aws/getting-started/installation/"),
    (
        "localstack/localstack-pro",
        SocketUse::Manages,
        "https://docs.localstack.cloud/aws/getting-started/installation/",
    ),
    ("myoung34/github-runner", SocketUse::Manages, "https://github.com/myoung34/docker-github-actions-runner"),
    ("sergi0g/cup", SocketUse::Reads, "https://cup.sergi0g.dev/docs/installation/docker"),
    ("woodpecker-agent", SocketUse::Manages, "https://woodpecker-ci.org/docs/administration/general"),
    ("act_runner", SocketUse::Manages, "https://docs.gitea.com/usage/actions/act-runner"),
    ("openruntimes/executor", SocketUse::Manages, "https://github.com/open-runtimes/executor"),
    ("acme-companion", SocketUse::Manages, "https://github.com/nginx-proxy/acme-companion"),
    ("traefik", SocketUse::Reads, "https://doc.traefik.io/traefik/providers/docker/"),
    ("nginx-proxy", SocketUse::Reads, "https://github.com/nginx-proxy/nginx-proxy"),
    ("docker-gen", SocketUse::Reads, "https://github.com/nginx-proxy/docker-gen"),
    ("caddy-docker-proxy", SocketUse::Reads, "https://github.com/lucaslorentz/caddy-docker-proxy"),
    ("diun", SocketUse::Reads, "https://crazymax.dev/diun/install/docker/"),
    ("dozzle", SocketUse::Reads, "https://dozzle.dev/guide/getting-started"),
    ("homepage", SocketUse::Reads, "https://gethomepage.dev/installation/docker/"),
    ("glance", SocketUse::Reads, "https://github.com/glanceapp/glance/blob/main/docs/configuration.md"),
    ("homarr", SocketUse::Reads, "https://homarr.dev/docs/getting-started/installation/docker/"),
    ("cadvisor", SocketUse::Reads, "https://github.com/google/cadvisor/blob/master/docs/running.md"),
    ("node-exporter", SocketUse::Reads, "https://github.com/prometheus/node_exporter"),
    ("promtail", SocketUse::Reads, "https://grafana.com/docs/loki/latest/send-data/promtail/configuration/"),
    (
        "alloy",
        SocketUse::Reads,
        "https://grafana.com/docs/alloy/latest/reference/components/discovery/discovery.docker/",
    ),
    ("vector", SocketUse::Reads, "https://vector.dev/docs/reference/configuration/sources/docker_logs/"),
    ("telegraf", SocketUse::Reads, "https://github.com/influxdata/telegraf/tree/master/plugins/inputs/docker"),
    (
        "beats/filebeat",
        SocketUse::Reads,
        "https://www.elastic.co/guide/en/beats/filebeat/current/running-on-docker.html",
    ),
    (
        "beats/metricbeat",
        SocketUse::Reads,
        "https://www.elastic.co/guide/en/beats/metricbeat/current/running-on-docker.html",
    ),
    ("datadog/agent", SocketUse::Reads, "https://docs.datadoghq.com/containers/docker/"),
    ("netdata", SocketUse::Reads, "https://learn.netdata.cloud/docs/netdata-agent/installation/docker"),
    ("glances", SocketUse::Reads, "https://github.com/nicolargo/glances/blob/develop/docs/docker.rst"),
    ("logspout", SocketUse::Reads, "https://github.com/gliderlabs/logspout"),
    ("elastic-agent", SocketUse::Reads, "https://www.elastic.co/guide/en/fleet/current/elastic-agent-container.html"),
    (
        "elastic-agent-complete",
        SocketUse::Reads,
        "https://www.elastic.co/guide/en/fleet/current/elastic-agent-container.html",
    ),
    (
        "opentelemetry-collector",
        SocketUse::Reads,
        "https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/receiver/dockerstatsreceiver",
    ),
    (
        "opentelemetry-collector-contrib",
        SocketUse::Reads,
        "https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/receiver/dockerstatsreceiver",
    ),
    (
        "grafana/agent",
        SocketUse::Reads,
        "https://grafana.com/docs/agent/latest/static/configuration/integrations/cadvisor-config/",
    ),
    ("fluent-bit", SocketUse::Reads, "https://docs.fluentbit.io/manual/pipeline/inputs/docker-events"),
    ("zabbix-agent2", SocketUse::Reads, "https://github.com/zabbix/zabbix-docker/tree/trunk/Dockerfiles/agent2"),
    (
        "newrelic/infrastructure",
        SocketUse::Reads,
        "https://docs.newrelic.com/docs/infrastructure/infrastructure-agent/linux-installation/container-instrumentation-infrastructure-monitoring/",
    ),
    ("falcosecurity/falco", SocketUse::Reads, "https://falco.org/docs/setup/container/"),
    ("aquasec/trivy", SocketUse::Reads, "https://trivy.dev/latest/docs/target/container_image/"),
    ("crowdsec", SocketUse::Reads, "https://docs.crowdsec.net/docs/data_sources/docker"),
    ("beszel-agent", SocketUse::Reads, "https://beszel.dev/guide/agent-installation"),
    ("beszel-agent-intel", SocketUse::Reads, "https://beszel.dev/guide/gpu"),
    ("beszel-agent-nvidia", SocketUse::Reads, "https://beszel.dev/guide/gpu"),
    ("visualizer", SocketUse::Reads, "https://github.com/dockersamples/docker-swarm-visualizer"),
    ("uptime-kuma", SocketUse::Reads, "https://github.com/louislam/uptime-kuma/wiki/How-to-Monitor-Docker-Containers"),
    ("caddy-gen", SocketUse::Reads, "https://github.com/wemake-services/caddy-gen"),
    ("bunkerweb-autoconf", SocketUse::Reads, "https://docs.bunkerweb.io/latest/integrations/"),
    ("tsdproxy", SocketUse::Reads, "https://almeidapaulopt.github.io/tsdproxy/docs/getting-started/"),
    ("getwud/wud", SocketUse::Reads, "https://getwud.github.io/wud/"),
    ("whats-up-docker", SocketUse::Reads, "https://getwud.github.io/wud/"),
    ("pawelmalak/flame", SocketUse::Reads, "https://github.com/pawelmalak/flame"),
    ("docker-hoster", SocketUse::Reads, "https://github.com/dvddarias/docker-hoster"),
    (
        "dockerapi",
        SocketUse::Manages,
        "https://github.com/mailcow/mailcow-dockerized/tree/master/data/Dockerfiles/dockerapi",
    ),
    ("kestra/kestra", SocketUse::Manages, "https://kestra.io/docs/installation/docker-compose"),
    (
        "goauthentik/server",
        SocketUse::Manages,
        "https://docs.goauthentik.io/add-secure-apps/outposts/integrations/docker/",
    ),
    ("shepherd", SocketUse::Manages, "https://github.com/containrrr/shepherd"),
    ("docker-gc", SocketUse::Manages, "https://github.com/spotify/docker-gc"),
    ("docker-gc-cron", SocketUse::Manages, "https://github.com/clockworksoul/docker-gc-cron"),
    ("ha-dockermon", SocketUse::Manages, "https://github.com/philhawthorne/ha-dockermon"),
    ("swarm-cronjob", SocketUse::Manages, "https://crazymax.dev/swarm-cronjob/"),
    ("swarmpit/swarmpit", SocketUse::Manages, "https://github.com/swarmpit/swarmpit"),
    ("sablier", SocketUse::Manages, "https://sablierapp.dev/"),
    ("deunhealth", SocketUse::Manages, "https://github.com/qdm12/deunhealth"),
    ("dockwatch", SocketUse::Manages, "https://github.com/Notifiarr/dockwatch"),
    ("doco-cd", SocketUse::Manages, "https://github.com/kimdre/doco-cd"),
    ("forgejo/runner", SocketUse::Manages, "https://code.forgejo.org/forgejo/runner"),
    ("buildkite/agent", SocketUse::Manages, "https://buildkite.com/docs/agent/v3/docker"),
    ("dokploy/dokploy", SocketUse::Manages, "https://docs.dokploy.com/docs/core/installation"),
    ("coolify", SocketUse::Manages, "https://coolify.io/docs/get-started/installation"),
    ("runtipi", SocketUse::Manages, "https://runtipi.io/docs/getting-started/installation"),
];

/// What the image of a service does with the socket, where its documentation asks for it.
pub(super) fn use_of(service: &Service) -> Option<SocketUse> {
    // Someone who builds a filter calls it that.
    if service.name.contains("socket-proxy") {
        return Some(SocketUse::Filters);
    }
    let image = &base_image(service)?.value;
    let repository = image.repository.as_str();
    let known = image.known.map(|known| known.image.name.as_str());
    // In a registry with one repository the tag says which image it is.
    let is_named = |name: &str| {
        let is_end = repository.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        is_end || known == Some(name) || image.tag.as_deref() == Some(name)
    };
    let listed = TOOLS.iter().find(|(name, ..)| is_named(name)).map(|(_, tool_use, _)| *tool_use);
    let is_monitor = || known_image(service).is_some_and(|known| known.image.role == ImageRole::Monitoring);
    listed.or_else(|| is_monitor().then_some(SocketUse::Reads))
}

/// The first number of a group of people; those of programs, such as Docker's, are below.
const FIRST_OF_PEOPLE: u32 = 1000;

/// Whether something may give the user the group of the socket: `group_add`, the group in `user`, the Dockerfile, or a
/// start script.
pub(super) fn may_have_group(service: &Service) -> bool {
    let of_user = service.user.as_ref().and_then(|user| user.value.split_once(':').map(|(_, group)| group.to_owned()));
    // A person's own group is not Docker's.
    let is_of_person = |group: &str| group.parse::<u32>().is_ok_and(|number| number >= FIRST_OF_PEOPLE);
    let by_user = of_user.is_some_and(|group| !is_of_person(&group));
    let in_image = built(service).is_some_and(|image| {
        let says = |text: &str| text.contains("docker") || text.contains("addgroup") || text.contains("groupadd");
        image.runs.iter().any(|ran| says(&ran.script.value)) || image.entrypoint.is_some()
    });
    let by_script = launch(service).iter().any(|word| {
        ["chmod", "chown", "chgrp", "usermod", "sudo", "docker.sock"].iter().any(|program| word.value.contains(program))
    });
    !service.isolation.group_add.is_empty() || by_user || in_image || by_script
}
