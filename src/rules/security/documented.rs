//! Images whose documentation asks for power over the host, and what exactly it asks for.

use crate::catalogue::schema::ImageRole;
use crate::facts::images::{image_text, known_image};
use crate::model::{Service, base_image};

/// Names of images (the last part, or the last two; `/` at the end for all of a publisher), the words for what their
/// documentation asks for, and that documentation. The words: `privileged`, `network`, `pid`, `ipc`, `seccomp`, `apparmor`,
/// `label`, `systempaths`, `shared`, the names of capabilities, `devices`, and paths of the host, which cover what is below.
const DOCUMENTED: [(&str, &[&str], &str); 123] = [
    // Home automation.
    (
        "home-assistant",
        &["privileged", "network", "NET_ADMIN", "NET_RAW"],
        "https://www.home-assistant.io/installation/linux",
    ),
    ("homeassistant", &["network", "NET_ADMIN", "NET_RAW"], "https://docs.linuxserver.io/images/docker-homeassistant/"),
    ("python-matter-server", &["network", "apparmor"], "https://github.com/home-assistant-libs/python-matter-server"),
    ("esphome", &["network", "privileged"], "https://esphome.io/guides/getting_started_command_line"),
    ("homebridge", &["network"], "https://github.com/homebridge/docker-homebridge"),
    ("scrypted", &["network"], "https://docs.scrypted.app/installation.html"),
    (
        "gladys",
        &["privileged", "network", "/dev", "/run/udev"],
        "https://gladysassistant.com/docs/installation/docker/",
    ),
    ("frigate", &["privileged", "devices"], "https://docs.frigate.video/frigate/installation/"),
    ("otbr", &["privileged", "network"], "https://openthread.io/guides/border-router/docker"),
    ("scanservjs", &["privileged"], "https://github.com/sbs20/scanservjs/blob/master/docs/docker.md"),
    // Media servers, which are found by broadcasts.
    ("plex", &["network"], "https://docs.linuxserver.io/images/docker-plex/"),
    ("pms-docker", &["network"], "https://github.com/plexinc/pms-docker"),
    ("jellyfin", &["network"], "https://jellyfin.org/docs/general/installation/container/"),
    ("embyserver", &["network"], "https://hub.docker.com/r/emby/embyserver"),
    (
        "music-assistant/server",
        &["network", "SYS_ADMIN", "DAC_READ_SEARCH", "apparmor"],
        "https://www.music-assistant.io/installation/",
    ),
    ("shairport-sync", &["network"], "https://github.com/mikebrady/shairport-sync/tree/master/docker"),
    ("owntone", &["network"], "https://owntone.github.io/owntone-server/installation/"),
    ("snapserver", &["network"], "https://github.com/badaix/snapcast"),
    ("syncthing", &["network"], "https://github.com/syncthing/syncthing/blob/main/README-Docker.md"),
    // Networks.
    ("wg-easy", &["NET_ADMIN", "SYS_MODULE"], "https://wg-easy.github.io/wg-easy/latest/getting-started/"),
    ("wireguard", &["NET_ADMIN", "SYS_MODULE"], "https://docs.linuxserver.io/images/docker-wireguard/"),
    ("wg-access-server", &["NET_ADMIN", "SYS_MODULE"], "https://github.com/freifunkMUC/wg-access-server"),
    ("firezone", &["NET_ADMIN", "SYS_MODULE"], "https://www.firezone.dev/kb/deploy"),
    ("gluetun", &["NET_ADMIN"], "https://github.com/qdm12/gluetun-wiki"),
    ("tailscale", &["network", "NET_ADMIN", "SYS_MODULE", "/var/lib"], "https://tailscale.com/kb/1282/docker"),
    ("zerotier", &["network", "NET_ADMIN", "SYS_ADMIN"], "https://docs.zerotier.com/docker/"),
    ("netbird", &["network", "NET_ADMIN", "SYS_ADMIN"], "https://docs.netbird.io/get-started/install/docker"),
    ("openvpn", &["NET_ADMIN"], "https://github.com/kylemanna/docker-openvpn"),
    ("openvpn-as", &["NET_ADMIN"], "https://hub.docker.com/r/openvpn/openvpn-as"),
    ("openvpn-client", &["NET_ADMIN", "label"], "https://github.com/dperson/openvpn-client"),
    ("transmission-openvpn", &["NET_ADMIN"], "https://haugene.github.io/docker-transmission-openvpn/"),
    ("ipsec-vpn-server", &["privileged", "NET_ADMIN"], "https://github.com/hwdsl2/docker-ipsec-vpn-server"),
    ("pihole", &["network", "NET_ADMIN", "SYS_TIME"], "https://docs.pi-hole.net/docker/"),
    ("adguardhome", &["network", "NET_ADMIN"], "https://github.com/AdguardTeam/AdGuardHome/wiki/Docker"),
    ("dnsmasq", &["network", "NET_ADMIN"], "https://github.com/jpillora/docker-dnsmasq"),
    ("keepalived", &["network", "NET_ADMIN"], "https://github.com/osixia/docker-keepalived"),
    ("omada-controller", &["network"], "https://github.com/mbentley/docker-omada-controller"),
    ("netalertx", &["network", "NET_ADMIN"], "https://docs.netalertx.com/DOCKER_COMPOSE/"),
    ("watchyourlan", &["network"], "https://github.com/aceberg/WatchYourLAN"),
    ("upsnap", &["network"], "https://github.com/seriousm4x/UpSnap"),
    ("cloudflare-ddns", &["network"], "https://github.com/favonia/cloudflare-ddns"),
    ("fail2ban", &["network", "NET_ADMIN"], "https://github.com/crazy-max/docker-fail2ban"),
    ("netfilter-mailcow", &["privileged", "network"], "https://github.com/mailcow/mailcow-dockerized"),
    (
        "mailcow/netfilter",
        &["privileged", "network"],
        "https://github.com/mailcow/mailcow-dockerized/blob/master/docker-compose.yml",
    ),
    ("suricata", &["network", "NET_ADMIN"], "https://github.com/jasonish/docker-suricata"),
    ("ntopng", &["network", "NET_ADMIN"], "https://hub.docker.com/r/ntop/ntopng"),
    ("coturn", &["network"], "https://github.com/coturn/coturn/blob/master/docker/coturn/README.md"),
    ("livekit-server", &["network"], "https://docs.livekit.io/home/self-hosting/vm/"),
    ("mediamtx", &["network"], "https://mediamtx.org/docs/kickoff/install"),
    ("rtpengine", &["network", "privileged", "NET_ADMIN"], "https://github.com/sipwise/rtpengine"),
    ("freeswitch", &["network"], "https://github.com/signalwire/freeswitch"),
    ("asterisk", &["network"], "https://docs.asterisk.org/"),
    ("ntp", &["SYS_TIME"], "https://github.com/cturra/docker-ntp"),
    ("chrony", &["SYS_TIME"], "https://github.com/cturra/docker-ntp"),
    // What watches the host.
    (
        "cadvisor",
        &["privileged", "SYS_ADMIN", "devices", "/sys", "/var/lib/docker", "/dev", "/proc"],
        "https://github.com/google/cadvisor/blob/master/docs/running.md",
    ),
    ("node-exporter", &["pid", "network", "SYS_TIME", "/proc", "/sys"], "https://github.com/prometheus/node_exporter"),
    (
        "netdata",
        &["pid", "network", "SYS_PTRACE", "SYS_ADMIN", "apparmor", "/proc", "/sys", "/etc"],
        "https://learn.netdata.cloud/docs/netdata-agent/installation/docker",
    ),
    ("glances", &["pid", "network"], "https://github.com/nicolargo/glances/blob/develop/docs/docker.rst"),
    ("dashdot", &["privileged"], "https://getdashdot.com/docs/installation/docker"),
    (
        "beszel-agent-intel",
        &["network", "devices", "PERFMON", "SYS_RAWIO", "SYS_ADMIN"],
        "https://beszel.dev/guide/gpu",
    ),
    ("beszel-agent-nvidia", &["network", "devices", "SYS_RAWIO", "SYS_ADMIN"], "https://beszel.dev/guide/gpu"),
    ("beszel-agent", &["network", "devices", "SYS_RAWIO", "SYS_ADMIN"], "https://beszel.dev/guide/agent-installation"),
    (
        "scrutiny",
        &["SYS_RAWIO", "SYS_ADMIN", "devices", "privileged", "/run/udev"],
        "https://github.com/AnalogJ/scrutiny",
    ),
    ("smartctl-exporter", &["privileged", "devices"], "https://github.com/prometheus-community/smartctl_exporter"),
    ("diskover", &["/"], "https://docs.linuxserver.io/images/docker-diskover/"),
    (
        "datadog/agent",
        &["pid", "network", "SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN", "/proc", "/sys", "/sys/kernel/debug"],
        "https://docs.datadoghq.com/containers/docker/",
    ),
    (
        "newrelic/infrastructure",
        &["privileged", "pid", "network", "SYS_PTRACE"],
        "https://docs.newrelic.com/docs/infrastructure/infrastructure-agent/linux-installation/container-instrumentation-infrastructure-monitoring/",
    ),
    ("falco", &["privileged", "/dev", "/proc", "/boot", "/etc", "/usr"], "https://falco.org/docs/setup/container/"),
    ("beyla", &["privileged", "pid", "SYS_ADMIN", "SYS_PTRACE"], "https://grafana.com/docs/beyla/latest/setup/docker/"),
    ("alloy", &["privileged", "pid", "/proc", "/sys"], "https://grafana.com/docs/alloy/latest/set-up/install/docker/"),
    (
        "opentelemetry-collector-ebpf-profiler",
        &["privileged", "pid", "SYS_ADMIN", "/sys", "/proc"],
        "https://github.com/open-telemetry/opentelemetry-ebpf-profiler",
    ),
    (
        "dcgm-exporter",
        &["SYS_ADMIN"],
        "https://docs.nvidia.com/datacenter/dcgm/latest/gpu-telemetry/dcgm-exporter.html",
    ),
    ("dcgm", &["privileged"], "https://github.com/NVIDIA/gpu-operator/blob/master/assets/state-dcgm/0400_dcgm.yml"),
    ("coroot-node-agent", &["privileged", "pid", "/sys"], "https://docs.coroot.com/installation/docker-swarm"),
    (
        "scaphandre",
        &["privileged", "/sys", "/proc"],
        "https://github.com/hubblo-org/scaphandre/blob/main/docs_src/tutorials/docker-compose.md",
    ),
    (
        "kepler",
        &["privileged", "pid", "/sys", "/proc"],
        "https://github.com/sustainable-computing-io/kepler/blob/main/manifests/k8s/daemonset.yaml",
    ),
    ("parca-agent", &["privileged", "pid", "/sys"], "https://www.parca.dev/docs/quickstart"),
    (
        "tracee",
        &["privileged", "pid", "/etc/os-release"],
        "https://aquasecurity.github.io/tracee/latest/docs/install/docker/",
    ),
    ("intel-gpu-exporter", &["privileged", "pid"], "https://github.com/onedr0p/intel-gpu-exporter"),
    ("tetragon", &["privileged", "pid"], "https://tetragon.io/docs/installation/docker/"),
    ("security-spire-agent", &["privileged", "pid"], "https://github.com/edgexfoundry/edgex-compose"),
    ("security-spire-agent-arm64", &["privileged", "pid"], "https://github.com/edgexfoundry/edgex-compose"),
    ("security-spire-server", &["pid"], "https://github.com/edgexfoundry/edgex-compose"),
    ("security-spire-server-arm64", &["pid"], "https://github.com/edgexfoundry/edgex-compose"),
    ("hass-otbr-docker", &["privileged", "network"], "https://github.com/ownbee/hass-otbr-docker"),
    ("homey-shs", &["privileged", "network"], "https://support.homey.app/"),
    ("v2raya", &["privileged", "network", "NET_ADMIN"], "https://v2raya.org/en/docs/prologue/installation/docker/"),
    ("spire-agent", &["pid"], "https://spiffe.io/docs/latest/deploying/spire_agent/"),
    ("speedtest-tracker", &["network"], "https://docs.speedtest-tracker.dev/"),
    ("komodo-periphery", &["/proc"], "https://komo.do/docs/setup/connect-servers"),
    (
        "metricbeat",
        &["network", "/proc", "/sys"],
        "https://www.elastic.co/guide/en/beats/metricbeat/current/running-on-docker.html",
    ),
    ("telegraf", &["/proc", "/sys", "/etc"], "https://github.com/influxdata/telegraf"),
    // Containers within containers.
    ("docker", &["privileged"], "https://hub.docker.com/_/docker"),
    ("jumpserver/koko", &["privileged"], "https://github.com/jumpserver/Dockerfile"),
    ("jms_koko", &["privileged"], "https://github.com/jumpserver/Dockerfile"),
    ("db2", &["privileged"], "https://www.ibm.com/docs/en/db2/11.5.x?topic=system-linux"),
    ("db2_community/db2", &["privileged"], "https://www.ibm.com/docs/en/db2/11.5.x?topic=system-linux"),
    ("dockurr/windows", &["NET_ADMIN"], "https://github.com/dockur/windows"),
    ("dockurr/macos", &["NET_ADMIN"], "https://github.com/dockur/macos"),
    ("buildkit", &["privileged", "seccomp", "apparmor"], "https://github.com/moby/buildkit"),
    ("binfmt", &["privileged"], "https://github.com/tonistiigi/binfmt"),
    ("qemu-user-static", &["privileged"], "https://github.com/multiarch/qemu-user-static"),
    ("kindest/node", &["privileged"], "https://kind.sigs.k8s.io/"),
    ("k3s", &["privileged"], "https://docs.k3s.io/advanced"),
    ("k3d-proxy", &["privileged"], "https://k3d.io/"),
    ("kasm", &["privileged"], "https://docs.linuxserver.io/images/docker-kasm/"),
    ("portainer/agent", &["/var/lib/docker"], "https://docs.portainer.io/admin/environments/add/docker/agent"),
    ("docker-socket-proxy", &["privileged"], "https://github.com/Tecnativa/docker-socket-proxy"),
    ("wings", &["/var/lib/docker"], "https://github.com/pterodactyl/wings/blob/develop/docker-compose.example.yml"),
    // Programs that run the programs of strangers in sandboxes of their own.
    ("judge0", &["privileged"], "https://github.com/judge0/judge0/blob/master/docker-compose.yml"),
    ("piston", &["privileged"], "https://github.com/engineer-man/piston/blob/master/docker-compose.yaml"),
    ("kasmweb/workspaces", &["privileged"], "https://github.com/kasmtech/kasm-workspaces-dind"),
    // Servers of files, which the kernel of the host serves.
    ("nfs-server", &["privileged", "SYS_ADMIN", "SYS_MODULE"], "https://github.com/ehough/docker-nfs-server"),
    ("nfs-server-alpine", &["privileged", "SYS_ADMIN"], "https://github.com/sjiveson/nfs-server-alpine"),
    ("puppeteer", &["SYS_ADMIN"], "https://pptr.dev/guides/docker"),
    // Browsers, which make a sandbox of their own, and programs with the same need.
    ("alpine-chrome", &["SYS_ADMIN", "seccomp"], "https://github.com/jlandure/alpine-chrome"),
    ("sockpuppetbrowser", &["SYS_ADMIN"], "https://github.com/dgtlmoon/sockpuppetbrowser"),
    ("anythingllm", &["SYS_ADMIN"], "https://docs.anythingllm.com/installation-docker/local-docker"),
    ("livekit/egress", &["SYS_ADMIN"], "https://github.com/livekit/egress"),
    ("linuxserver/", &["seccomp"], "https://docs.linuxserver.io/misc/docker-faq/"),
    ("photoprism", &["seccomp", "apparmor"], "https://docs.photoprism.app/getting-started/docker-compose/"),
    ("mariadb", &["seccomp", "apparmor"], "https://github.com/MariaDB/mariadb-docker/issues/434"),
    ("milvus", &["seccomp"], "https://milvus.io/docs/install_standalone-docker-compose.md"),
];

/// Words in the names of images of programs that serve models, whose documentation asks for the memory of the host to be
/// shared: <https://docs.vllm.ai/en/latest/deployment/docker.html>.
const MODEL_SERVERS: [&str; 9] = ["vllm", "sglang", "tgi", "tei", "pytorch", "cuda", "rocm", "triton", "gaudi"];

/// What programs ask for that put programs into the kernel: <https://github.com/cloudflare/ebpf_exporter>.
const FOR_EBPF: [&str; 8] = ["privileged", "pid", "network", "BPF", "PERFMON", "SYS_ADMIN", "SYS_PTRACE", "/sys"];

/// Whether the documentation of a service's image asks for something.
pub(super) fn asks_for(service: &Service, what: &str) -> bool {
    if matches!(what, "pid" | "network") && is_monitor(service) {
        return true;
    }
    if FOR_EBPF.contains(&what) && (service.name.contains("ebpf") || image_text(service).contains("ebpf")) {
        return true;
    }
    // GPUs of AMD: <https://rocm.docs.amd.com/projects/install-on-linux/en/latest/how-to/docker.html>.
    let has_amd_gpu = || service.devices.iter().any(|device| device.value.0 == "/dev/kfd");
    if matches!(what, "seccomp" | "apparmor" | "ipc" | "SYS_PTRACE") && has_amd_gpu() {
        return true;
    }
    let Some(image) = base_image(service) else { return false };
    let repository = image.value.repository.as_str();
    // An image with a Docker daemon of its own says so in its tag.
    if what == "privileged" && image.value.tag.as_deref().is_some_and(|tag| tag.contains("dind")) {
        return true;
    }
    if what == "ipc" && MODEL_SERVERS.iter().any(|word| repository.contains(word)) {
        return true;
    }
    let is_named = |name: &str| {
        if name.ends_with('/') {
            return repository.starts_with(name) || repository.contains(&format!("/{name}"));
        }
        repository.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let is_asked = |asked: &&str| *asked == what || is_below(what, asked);
    DOCUMENTED.iter().filter(|(name, ..)| is_named(name)).any(|(_, asked, _)| asked.iter().any(&is_asked))
}

fn is_below(path: &str, directory: &str) -> bool {
    directory.starts_with('/') && crate::facts::storage::mounts::is_inside(path, directory)
}

/// Whether a service measures something, by the catalogue or by its name.
pub(super) fn is_monitor(service: &Service) -> bool {
    let is_exporter = image_text(service).rsplit('/').next().is_some_and(|name| name.contains("exporter"));
    is_exporter || known_image(service).is_some_and(|known| known.image.role == ImageRole::Monitoring)
}
