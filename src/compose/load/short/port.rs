//! The short form of `ports`, as docker/go-connections 0.6.0 (`nat.ParsePortSpecs`) and compose-go read it.

use std::net::IpAddr;
use std::ops::Range;

/// One port that a short form publishes; a range gives several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortSpec {
    /// The host's address, without brackets; empty for all.
    pub(crate) host_ip: String,
    /// The host's port, or a range `8000-8010` to choose from; empty where Docker chooses.
    pub(crate) published: String,
    /// The container's port.
    pub(crate) target: u32,
    /// `tcp`, `udp` or `sctp`.
    pub(crate) protocol: String,
}

/// Why a text is not a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortError {
    /// What is wrong.
    pub(crate) flaw: PortFlaw,
    /// The bytes of the text that are wrong.
    pub(crate) range: Range<usize>,
}

/// What is wrong with a port; each with the bytes of the text that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PortFlaw {
    /// It has no port of the container.
    NoTarget,
    /// An unknown protocol.
    Protocol(Range<usize>),
    /// An address that is none.
    Address(Range<usize>),
    /// A number that is not a port.
    Number(Range<usize>),
    /// A range that runs backwards.
    Reversed(Range<usize>),
    /// Ranges of different lengths.
    Lengths {
        /// That of the container.
        container: Range<usize>,
        /// That of the host.
        published: Range<usize>,
    },
}

/// Where the two sides of a short form are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpecParts {
    /// The bytes of the host's side, as `127.0.0.1:8080`; `None` where none is written.
    pub(crate) host: Option<Range<usize>>,
    /// The bytes of the container's side, as `80/tcp`.
    pub(crate) target: Range<usize>,
}

/// The host's and the container's side of a short form, valid or not.
pub(crate) fn parts(spec: &str) -> SpecParts {
    let target = spec.rfind(':').map_or(0, |at| at + 1);
    let host_end = target.saturating_sub(1);
    SpecParts { host: (host_end > 0).then_some(0..host_end), target: target..spec.len() }
}

/// The ports of a short form.
///
/// # Errors
/// An unknown protocol, an address that is none, a port that is not a number below 65536, a range that runs backwards, or
/// ranges of different lengths.
pub(crate) fn parse(spec: &str) -> Result<PortRange, PortError> {
    let sides = parts(spec);
    let target = spec.get(sides.target.clone()).unwrap_or("");
    let (container, protocol) = target.split_once('/').unwrap_or((target, ""));
    if container.is_empty() {
        return Err(PortError { flaw: PortFlaw::NoTarget, range: sides.target });
    }
    let protocol = if protocol.is_empty() { "tcp".to_owned() } else { protocol.to_lowercase() };
    if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
        let start = sides.target.start + container.len() + 1;
        return Err(PortError { flaw: PortFlaw::Protocol(start..spec.len()), range: start..spec.len() });
    }
    let host = sides.host.clone().and_then(|range| spec.get(range)).unwrap_or("");
    let (ip, published) = host.rsplit_once(':').unwrap_or(("", host));
    let ip_range = 0..ip.len();
    let host_ip =
        address(ip).ok_or_else(|| PortError { flaw: PortFlaw::Address(ip_range.clone()), range: ip_range })?;

    let container_range = sides.target.start..sides.target.start + container.len();
    let (first, last) = range(spec, &container_range)?;
    let published_range = host.len() - published.len()..host.len();
    let published = if published.is_empty() {
        None
    } else {
        let (low, high) = range(spec, &published_range)?;
        if last - first != high - low && first != last {
            let flaw = PortFlaw::Lengths { container: container_range, published: published_range.clone() };
            return Err(PortError { flaw, range: published_range });
        }
        Some((low, high))
    };
    Ok(PortRange { host_ip, published, target: (first, last), protocol })
}

/// The ports of a short form, as they are written: the ends of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortRange {
    host_ip: String,
    published: Option<(u32, u32)>,
    target: (u32, u32),
    protocol: String,
}

impl PortRange {
    /// How many ports these are.
    pub(crate) fn len(&self) -> usize {
        (self.target.1 - self.target.0) as usize + 1
    }

    /// The ports, ordered as Compose orders them: by `port/protocol` as text, so 8010 comes before 809.
    pub(crate) fn ports(&self) -> Vec<PortSpec> {
        let (first, last) = self.target;
        let mut ports: Vec<PortSpec> = (0..=last - first)
            .map(|offset| PortSpec {
                host_ip: self.host_ip.clone(),
                published: self.published.map_or(String::new(), |(low, high)| match first == last && low != high {
                    true => format!("{low}-{high}"),
                    false => (low + offset).to_string(),
                }),
                target: first + offset,
                protocol: self.protocol.clone(),
            })
            .collect();
        ports.sort_by_cached_key(|port| format!("{}/{}", port.target, port.protocol));
        ports
    }
}

/// The address without brackets; empty brackets are taken for no address.
fn address(ip: &str) -> Option<String> {
    let bare = match ip.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').filter(|rest| !rest.contains(['[', ']']))?,
        None => ip,
    };
    (bare.is_empty() || bare.parse::<IpAddr>().is_ok()).then(|| bare.to_owned())
}

/// First and last port of `80` or `80-90`, with its bytes; what follows a second `-` is ignored.
fn range(spec: &str, at: &Range<usize>) -> Result<(u32, u32), PortError> {
    let text = spec.get(at.clone()).unwrap_or("");
    let mut numbers = text.split('-');
    let low = numbers.next().unwrap_or("");
    let invalid =
        |start: usize, length: usize| PortError { flaw: PortFlaw::Number(start..start + length), range: at.clone() };
    let first = number(low).ok_or_else(|| invalid(at.start, low.len()))?;
    let last = match numbers.next() {
        Some(high) => number(high).ok_or_else(|| invalid(at.start + low.len() + 1, high.len()))?,
        None => first,
    };
    if last < first {
        return Err(PortError { flaw: PortFlaw::Reversed(at.clone()), range: at.clone() });
    }
    Ok((first, last))
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<u16>().ok().filter(|_| digits).map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spec: &str, expect: &str) {
        let answer = match parse(spec) {
            Ok(range) => range
                .ports()
                .iter()
                .map(|port| format!("{}|{}|{}/{}", port.host_ip, port.published, port.target, port.protocol))
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => format!("{}: {}", spec.get(error.range.clone()).unwrap(), shown(spec, &error.flaw)),
        };
        assert_eq!(answer, expect, "{spec:?}");
    }

    fn shown(spec: &str, flaw: &PortFlaw) -> String {
        let part = |range: &Range<usize>| spec.get(range.clone()).unwrap().to_owned();
        match flaw {
            PortFlaw::NoTarget => "no target".to_owned(),
            PortFlaw::Protocol(range) => format!("protocol {}", part(range)),
            PortFlaw::Address(range) => format!("address {}", part(range)),
            PortFlaw::Number(range) => format!("number {}", part(range)),
            PortFlaw::Reversed(range) => format!("reversed {}", part(range)),
            PortFlaw::Lengths { container, published } => format!("lengths {} {}", part(container), part(published)),
        }
    }

    #[test]
    fn a_short_form_gives_its_ports() {
        check("80", "||80/tcp");
        check("8080:80", "|8080|80/tcp");
        check("127.0.0.1:8080:80/UDP", "127.0.0.1|8080|80/udp");
        check("127.0.0.1::80", "127.0.0.1||80/tcp");
        check(":80", "||80/tcp");
        check("[::1]:8080:80", "::1|8080|80/tcp");
        check("::1:8080:80", "::1|8080|80/tcp");
        check("8000-8010:80", "|8000-8010|80/tcp");
        check("9-10:809-810", "|9|809/tcp |10|810/tcp");
        check("1-2:99-100", "|2|100/tcp |1|99/tcp");
        check("80-80-90", "||80/tcp");
        check("80/", "||80/tcp");
        check("0080:80", "|80|80/tcp");
    }

    #[test]
    fn an_error_points_at_the_wrong_part() {
        check("8080:", ": no target");
        check("80/http", "http: protocol http");
        check("300.0.0.1:80:80", "300.0.0.1: address 300.0.0.1");
        check("localhost:80:80", "localhost: address localhost");
        check("a:80", "a: number a");
        check("80:70000", "70000: number 70000");
        check("+80:80", "+80: number +80");
        check("80-x:80", "80-x: number x");
        check("90-80:80", "90-80: reversed 90-80");
        check("1-3:80-81", "1-3: lengths 80-81 1-3");
        check("127.0.0.1:a:80", "a: number a");
        check("[::1:80:80", "[::1: address [::1");
        check("", ": no target");
    }

    #[test]
    fn parts_are_the_two_sides() {
        assert_eq!(parts("127.0.0.1:8080:80/tcp"), SpecParts { host: Some(0..14), target: 15..21 });
        assert_eq!(parts("80"), SpecParts { host: None, target: 0..2 });
        assert_eq!(parts(":80"), SpecParts { host: None, target: 1..3 });
    }
}
