//! The address of the host that a port is published on, parsed once.

use std::net::IpAddr;

/// An address of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostAddress {
    /// As the project has it.
    pub(crate) text: String,
    /// The address, with an IPv4 address in IPv6 notation as the former; `None` for anything else.
    pub(crate) ip: Option<IpAddr>,
}

impl HostAddress {
    /// Reads an address, which may be in brackets.
    pub(crate) fn new(text: &str) -> HostAddress {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        HostAddress { text: text.to_owned(), ip: bare.parse().ok().map(|ip: IpAddr| ip.to_canonical()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_notations_do_not_matter() {
        let ip = |text: &str| HostAddress::new(text).ip.map(|ip| ip.to_string());
        assert_eq!(ip("127.0.0.1").as_deref(), Some("127.0.0.1"));
        assert_eq!(ip("[::1]").as_deref(), Some("::1"));
        assert_eq!(ip("::ffff:10.0.0.1").as_deref(), Some("10.0.0.1"));
        assert_eq!(ip("localhost"), None);
        assert_eq!(ip("[127.0.0.1"), None);
        assert_eq!(ip(""), None);
    }
}
