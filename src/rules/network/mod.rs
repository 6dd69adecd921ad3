//! Who can reach whom: ports open to the world, and services that cannot find each other.

use super::Rule;

mod unused_network;
mod external_network_name;
mod default_bridge_without_names;
mod host_docker_internal;
mod host_port_conflict;
mod loopback_listener;
mod ports_with_host_network;
mod published_port_not_listened;
mod published_port_used_internally;
mod replicas_with_fixed_host_port;
mod unauthenticated_service_published;
mod wrong_service_port;
mod exposed_datastore;
mod loopback_host;
mod proxied_port_published;
mod unknown_host;
mod unshared_network;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    rule!(EXPOSED_DATASTORE, exposed_datastore::check),
    rule!(LOOPBACK_HOST, loopback_host::check),
    rule!(PROXIED_PORT_PUBLISHED, proxied_port_published::check),
    rule!(UNKNOWN_HOST, unknown_host::check),
    rule!(UNSHARED_NETWORK, unshared_network::check),
    rule!(DEFAULT_BRIDGE_WITHOUT_NAMES, default_bridge_without_names::check),
    rule!(HOST_DOCKER_INTERNAL, host_docker_internal::check),
    rule!(HOST_PORT_CONFLICT, host_port_conflict::check),
    rule!(LOOPBACK_LISTENER, loopback_listener::check),
    rule!(PORTS_WITH_HOST_NETWORK, ports_with_host_network::check),
    rule!(PUBLISHED_PORT_NOT_LISTENED, published_port_not_listened::check),
    rule!(PUBLISHED_PORT_USED_INTERNALLY, published_port_used_internally::check),
    rule!(REPLICAS_WITH_FIXED_HOST_PORT, replicas_with_fixed_host_port::check),
    rule!(UNAUTHENTICATED_SERVICE_PUBLISHED, unauthenticated_service_published::check),
    rule!(WRONG_SERVICE_PORT, wrong_service_port::check),
    rule!(EXTERNAL_NETWORK_NAME, external_network_name::check),
    rule!(UNUSED_NETWORK, unused_network::check),
];
