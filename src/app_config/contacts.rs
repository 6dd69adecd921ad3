//! Addresses of others in the configurations of programs that are no proxies: Alertmanager, Grafana's data sources, Loki,
//! Promtail, Tempo, Telegraf, collectors of OpenTelemetry, cloudflared; what a Prometheus writes to; and whom Envoy and
//! Apache pass requests on to.

use super::address::{HostPort, host_port};
use super::settings::{Setting, flat, flat_toml, parts};
use crate::budget::{Limit, Meter};

/// The address of another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContactAddress {
    /// Host and port.
    pub(crate) at: HostPort,
    /// The scheme, if one is written.
    pub(crate) scheme: Option<String>,
}

/// Where the configuration of Apache's own image is.
const APACHE: &str = "/usr/local/apache2/conf/";

/// Whether a file is such a configuration, by its path in the container and the image.
pub(crate) fn is_read(target: &str, image: &str) -> bool {
    let is_yaml = target.ends_with(".yml") || target.ends_with(".yaml");
    if image == "telegraf" || image == "httpd" || target.starts_with(APACHE) {
        return target.ends_with(".conf");
    }
    let images =
        ["alertmanager", "promtail", "loki", "tempo", "cloudflared", "opentelemetry-collector", "otelcol", "envoy"];
    let homes = [
        "/etc/envoy/",
        "/etc/alertmanager/",
        "/etc/promtail/",
        "/etc/loki/",
        "/etc/otel",
        "/etc/cloudflared/",
        "/etc/tempo",
    ];
    let of_image = images.iter().any(|name| image.starts_with(name));
    is_yaml
        && (of_image
            || target.contains("/provisioning/datasources/")
            || homes.iter().any(|home| target.starts_with(home)))
}

/// The addresses of others in a configuration, by its path in the container.
pub(crate) fn of_file(target: &str, text: &str, meter: Meter<'_>) -> Vec<HostPort> {
    let found = if !target.ends_with(".conf") {
        addresses(text, meter)
    } else if target.contains("/telegraf") {
        let settings = flat_toml(text, meter);
        settings.iter().filter(|one| is_of_telegraf(&parts(&one.path))).filter_map(address).collect()
    } else {
        apache(text, meter)
    };
    found.into_iter().map(|one| one.at).collect()
}

/// docs.influxdata.com/telegraf/v1/output-plugins, …/input-plugins.
fn is_of_telegraf(path: &[&str]) -> bool {
    matches!(
        path,
        ["outputs" | "inputs", _, _, "urls" | "servers" | "brokers", _] | ["outputs" | "inputs", _, _, "url"]
    )
}

/// Whom Apache passes requests on to: httpd.apache.org/docs/2.4/mod/mod_proxy.html.
fn apache(text: &str, meter: Meter<'_>) -> Vec<ContactAddress> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let directive = line.split_whitespace().next().unwrap_or("").to_ascii_lowercase();
        if !matches!(directive.as_str(), "proxypass" | "proxypassmatch" | "balancermember" | "sethandler")
            || !meter.spend(Limit::Values, 1)
        {
            continue;
        }
        let Some(scheme) = line.find("://") else { continue };
        let is_between = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/' | '?' | '|' | '$');
        let from = scheme + 3;
        let rest = line.get(from..).unwrap_or("");
        let authority = rest.get(..rest.find(is_between).unwrap_or(rest.len())).unwrap_or("");
        // `unix:/run/php.sock|fcgi://localhost/` is a socket.
        let is_socket = line.contains("unix:");
        let at = host_port(authority, start + from).filter(|_| !is_socket);
        found.extend(at.map(|at| ContactAddress { at, scheme: None }));
    }
    found
}

/// The addresses of others in a text. Where a program listens itself is left out, and so are URLs with variables.
pub(crate) fn addresses(text: &str, meter: Meter<'_>) -> Vec<ContactAddress> {
    let settings = flat(text, meter);
    // Grafana hands these to the browser.
    let direct = |path: &str| {
        let access = path.strip_suffix(".url").map(|item| format!("{item}.access"));
        access.is_some_and(|access| {
            settings.iter().any(|one| one.path == access && matches!(one.value.as_str(), "direct" | "browser"))
        })
    };
    let named = settings.iter().filter(|one| is_address(&parts(&one.path)) && !direct(&one.path)).filter_map(address);
    named.chain(settings.iter().filter_map(|one| endpoint(one, &settings))).collect()
}

/// The address of an endpoint of one of Envoy's clusters, whose port is a setting of its own:
/// envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto.
fn endpoint(setting: &Setting, all: &[Setting]) -> Option<ContactAddress> {
    let parent = setting.path.strip_suffix(".socket_address.address").filter(|path| path.contains("clusters."))?;
    let path = format!("{parent}.socket_address.port_value");
    let port = all.iter().find(|one| one.path == path)?.value.parse().ok()?;
    let host = host_port(&setting.value, 0).filter(|found| found.port.is_none())?.host;
    Some(ContactAddress { at: HostPort { host, port: Some(port), span: setting.span.clone() }, scheme: None })
}

fn is_address(path: &[&str]) -> bool {
    match path {
        // prometheus.io/docs/prometheus/latest/configuration, and that of Tempo's generator.
        [.., "remote_write" | "remote_read", _, "url"]
        // prometheus.io/docs/alerting/latest/configuration
        | ["receivers", _, "webhook_configs", _, "url"]
        | ["global", "smtp_smarthost"]
        // grafana.com/docs/grafana/latest/administration/provisioning
        | ["datasources", _, "url"]
        // grafana.com/docs/loki/latest/send-data/promtail/configuration, …/loki/latest/configure
        | ["clients", _, "url"]
        | ["ruler", "alertmanager_url"]
        // developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel (configuration file)
        | ["ingress", _, "service"] => true,
        // opentelemetry.io/docs/collector/configuration; the exporter `prometheus` listens.
        ["exporters", name, "endpoint" | "traces_endpoint" | "metrics_endpoint" | "logs_endpoint"] => {
            *name == "prometheusremotewrite" || !name.starts_with("prometheus")
        }
        [.., "static_configs", _, "targets", _] => path.first() == Some(&"receivers"),
        _ => false,
    }
}

/// The host and port of a URL or of `host:port`, and where they are written.
pub(crate) fn address(setting: &Setting) -> Option<ContactAddress> {
    let value = setting.value.as_str();
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, value),
    };
    if matches!(scheme.as_deref(), Some("unix" | "unix+tls" | "file" | "bastion")) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let bare = authority.rsplit('@').next()?;
    let at = value.len() - rest.len() + authority.len() - bare.len();
    // Without a scheme only `host:port` is an address: `http_status:404` is none.
    let quotes = setting.span.len().checked_sub(value.len())?;
    let start = setting.span.start + quotes / 2 + at;
    let found = host_port(bare, start)?;
    let found = if matches!(quotes, 0 | 2) { found } else { HostPort { span: setting.span.clone(), ..found } };
    let named = scheme.is_some() || found.port.is_some() && !found.host.starts_with("http_");
    named.then_some(ContactAddress { at: found, scheme })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::source::Place;

    fn check(text: &str, expect: &[&str]) {
        let budget = Budget::default();
        let found = addresses(text, Meter { budget: &budget, at: Place::start() });
        let shown: Vec<&str> = found.iter().map(|one| text.get(one.at.span.clone()).unwrap()).collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn addresses_of_others() {
        check("remote_write:\r\n  - url: 'http://é:1/x'\r\n  - url: http://store:8428/api\r\n", &["store:8428"]);
        check("receivers:\n  - name: a\n    webhook_configs: [{url: \"http://hook:80/\"}]\n", &["hook:80"]);
        check("datasources:\n  - url: http://u:p@prom:9090\n  - {url: 'http://b:1', access: direct}\n", &["prom:9090"]);
        check("clients:\n  - url: http://loki:3100/loki/api/v1/push\n", &["loki:3100"]);
        check(
            "ingress:\n  - service: http://app:80\n  - service: http_status:404\n  - service: unix:/x\n",
            &["app:80"],
        );
        let collector = "receivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}}}}
exporters:
  otlp/2: {endpoint: tempo:4317}
  prometheus: {endpoint: 0.0.0.0:8889}
  otlphttp: {endpoint: '${env:URL}'}
";
        check(collector, &["tempo:4317"]);
        let envoy = "clusters:
  - load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: api, port_value: 1}}}}]}]}
listeners: [{address: {socket_address: {address: 0.0.0.0, port_value: 80}}}]
";
        check(envoy, &["api"]);
        check("a: [", &[]);
    }

    #[test]
    fn addresses_in_files_of_lines() {
        let check = |target: &str, text: &str, expect: &[&str]| {
            let budget = Budget::default();
            let found = of_file(target, text, Meter { budget: &budget, at: Place::start() });
            let shown: Vec<&str> = found.iter().map(|one| text.get(one.span.clone()).unwrap()).collect();
            assert_eq!(shown, expect, "{text}");
        };
        let telegraf =
            "[[outputs.influxdb]]\nurls = [\"http://é:1\", \"http://influx:8086\"]\n[[inputs.x]]\nlisten = 'a:1'\n";
        check("/etc/telegraf/telegraf.conf", telegraf, &["influx:8086"]);
        let apache = "Listen 80\r\nProxyPass \"/\" \"http://é:1/\"\r\n  ProxyPass /a http://app:8080/ retry=0\r\nSetHandler \"proxy:fcgi://php:9000\"\n# ProxyPass / http://b\nSetHandler \"proxy:unix:/x|fcgi://localhost\"\nProxyPass / http://$1\n";
        check("/usr/local/apache2/conf/httpd.conf", apache, &["app:8080", "php:9000"]);
    }

    #[test]
    fn whose_file_it_is() {
        assert!(is_read("/etc/grafana/provisioning/datasources/main.yml", "grafana"));
        assert!(is_read("/config.yaml", "opentelemetry-collector-contrib"));
        assert!(!is_read("/etc/grafana/grafana.ini", "grafana") && !is_read("/x/app.yml", "app"));
    }
}
