//! Addresses of others in the configurations of programs that are no proxies: Alertmanager, Grafana's data sources, Loki,
//! Promtail, Tempo, collectors of OpenTelemetry, cloudflared; and what a Prometheus writes to.

use super::address::{HostPort, host_port};
use super::settings::{Setting, flat, parts};
use crate::budget::Meter;

/// The address of another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContactAddress {
    /// Host and port.
    pub(crate) at: HostPort,
    /// The scheme, if one is written.
    pub(crate) scheme: Option<String>,
}

/// Whether a file is such a configuration, by its path in the container and the image.
pub(crate) fn is_read(target: &str, image: &str) -> bool {
    let is_yaml = target.ends_with(".yml") || target.ends_with(".yaml");
    let images = ["alertmanager", "promtail", "loki", "tempo", "cloudflared", "opentelemetry-collector", "otelcol"];
    let homes = ["/etc/alertmanager/", "/etc/promtail/", "/etc/loki/", "/etc/otel", "/etc/cloudflared/", "/etc/tempo"];
    let of_image = images.iter().any(|name| image.starts_with(name));
    is_yaml
        && (of_image
            || target.contains("/provisioning/datasources/")
            || homes.iter().any(|home| target.starts_with(home)))
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
    settings.iter().filter(|one| is_address(&parts(&one.path)) && !direct(&one.path)).filter_map(address).collect()
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
        check("a: [", &[]);
    }

    #[test]
    fn whose_file_it_is() {
        assert!(is_read("/etc/grafana/provisioning/datasources/main.yml", "grafana"));
        assert!(is_read("/config.yaml", "opentelemetry-collector-contrib"));
        assert!(!is_read("/etc/grafana/grafana.ini", "grafana") && !is_read("/x/app.yml", "app"));
    }
}
