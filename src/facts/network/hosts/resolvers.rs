//! Resolvers of names as dnsmasq and Pi-hole write them.

use super::HostEvidence;
use super::scan::{FoundHost, is_host};

/// Resolvers as dnsmasq writes them, `host#port` between semicolons; those without a port are left out.
pub(crate) fn resolvers(text: &str) -> Vec<FoundHost> {
    let mut at = 0;
    let mut found = Vec::new();
    for word in text.split([';', ',', ' ']) {
        let start = at;
        at += word.len() + 1;
        let Some((host, port)) = word.split_once('#') else { continue };
        let Ok(number) = port.parse::<u16>() else { continue };
        let (end, from) = (start + host.len(), start + host.len() + 1);
        if is_host(host) {
            let port = Some((number, from..from + port.len()));
            let text = start..start + word.len();
            found.push(FoundHost { host: start..end, port, scheme: None, text, evidence: HostEvidence::HostPort });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolvers_with_ports() {
        let text = "unbound#5335;1.1.1.1,dns#53;é#x";
        let found = resolvers(text);
        let shown: Vec<(&str, u16)> =
            found.iter().map(|one| (text.get(one.host.clone()).unwrap(), one.port.as_ref().unwrap().0)).collect();
        assert_eq!(shown, [("unbound", 5335), ("dns", 53)]);
    }
}
