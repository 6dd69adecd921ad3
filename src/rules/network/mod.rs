//! Who can reach whom: ports open to the world, and services that cannot find each other.

use super::Rule;

mod exposed_datastore;
mod loopback_host;
mod proxied_port_published;
mod unknown_host;
mod unshared_network;

/// The rules of this family.
pub const RULES: &[Rule] = &[
    rule!(EXPOSED_DATASTORE, exposed_datastore::check),
    rule!(LOOPBACK_HOST, loopback_host::check),
    rule!(PROXIED_PORT_PUBLISHED, proxied_port_published::check),
    rule!(UNKNOWN_HOST, unknown_host::check),
    rule!(UNSHARED_NETWORK, unshared_network::check),
];
