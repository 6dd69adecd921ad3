//! Reverse proxies: what they forward to, what they listen on, and what their labels and files say.

use super::Rule;

mod acme_webroot_not_shared;
mod certificate_not_mounted;
mod conflicting_label;
mod listening_port_not_published;
mod malformed_rule;
mod proxy_admin_api;
mod proxy_config_path;
mod route_without_auth;
mod traefik_network;
mod traefik_port;
mod upstream_localhost;
mod upstream_port_mismatch;
mod upstream_unknown_host;
mod weak_tls;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    rule!(UPSTREAM_LOCALHOST, upstream_localhost::check),
    rule!(UPSTREAM_UNKNOWN_HOST, upstream_unknown_host::check),
    rule!(UPSTREAM_PORT_MISMATCH, upstream_port_mismatch::check),
    rule!(LISTENING_PORT_NOT_PUBLISHED, listening_port_not_published::check),
    rule!(PROXY_CONFIG_PATH, proxy_config_path::check),
    rule!(CERTIFICATE_NOT_MOUNTED, certificate_not_mounted::check),
    rule!(ACME_WEBROOT_NOT_SHARED, acme_webroot_not_shared::check),
    rule!(TRAEFIK_NETWORK, traefik_network::check),
    rule!(TRAEFIK_PORT, traefik_port::check),
    rule!(CONFLICTING_LABEL, conflicting_label::check),
    rule!(MALFORMED_RULE, malformed_rule::check),
    rule!(ROUTE_WITHOUT_AUTH, route_without_auth::check),
    rule!(PROXY_ADMIN_API, proxy_admin_api::check),
    rule!(WEAK_TLS, weak_tls::check),
];
