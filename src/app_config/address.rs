//! Hosts and ports as proxies write them.

use std::net::Ipv6Addr;
use std::ops::Range;

/// A host, its port if one is written, and the bytes of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    /// The host, without brackets.
    pub(crate) host: String,
    /// The port, if one is written.
    pub(crate) port: Option<u16>,
    /// The bytes of host and port.
    pub(crate) span: Range<usize>,
}

/// A text and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// The text.
    pub(crate) text: String,
    /// Its bytes.
    pub(crate) span: Range<usize>,
}

/// Whether a host is a placeholder, as in examples: `your-host`, `example`.
pub(crate) fn is_stand_in(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    matches!(host.as_str(), "xxx" | "host" | "hostname" | "server" | "example" | "changeme" | "todo" | "none")
        || host.starts_with("your")
}

/// Reads `host`, `host:port`, `[::1]:port`; `offset` is where the text starts. `None` for sockets, for what still has
/// a variable in it, and for anything else.
pub(crate) fn host_port(text: &str, offset: usize) -> Option<HostPort> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']')?;
            inside.parse::<Ipv6Addr>().ok()?;
            (inside, after.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        Some(port) => Some(port.parse::<u16>().ok()?),
        None => None,
    };
    let named = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    let lettered = host.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
    let host = host.to_owned();
    (named && lettered).then_some(HostPort { host, port, span: offset..offset + text.len() })
}
