//! Addresses and subnets as Go's `net` and `net/netip` read them.

use std::net::IpAddr;

/// A range of addresses: `172.28.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subnet {
    address: IpAddr,
    bits: u8,
}

impl Subnet {
    /// Reads an address, a slash and a number of bits.
    pub(crate) fn parse(text: &str) -> Option<Subnet> {
        let (address, bits) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let plain = bits == "0" || !bits.starts_with(['0', '+']);
        let bits: u8 = bits.parse().ok().filter(|_| plain)?;
        (bits <= width(address)).then_some(Subnet { address, bits })
    }

    /// How many bits all its addresses have in common.
    pub(crate) fn bits(self) -> u8 {
        self.bits
    }

    /// Whether its addresses are of IPv6.
    pub(crate) fn is_v6(self) -> bool {
        self.address.is_ipv6()
    }

    /// The same range, written with its first address.
    pub(crate) fn masked(self) -> Subnet {
        Subnet { address: keep(self.address, self.bits), bits: self.bits }
    }

    /// Whether an address is in it.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        self.is_v6() == address.is_ipv6() && keep(address, self.bits) == keep(self.address, self.bits)
    }

    /// Whether an address is in both.
    pub(crate) fn overlaps(self, other: Subnet) -> bool {
        let wider = if self.bits < other.bits { self } else { other };
        wider.contains(self.address) && wider.contains(other.address)
    }
}

impl std::fmt::Display for Subnet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// An address whose bits after the first few are zero.
fn keep(address: IpAddr, bits: u8) -> IpAddr {
    let spare = u32::from(width(address) - bits.min(width(address)));
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(spare).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(spare).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}

/// Whether a text is a hardware address of six bytes: `02:42:ac:11:00:02`, with dashes, or `0242.ac11.0002`.
pub(crate) fn is_mac(text: &str) -> bool {
    let hexadecimal = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parted = |separator: char, count: usize, digits: usize| {
        let parts: Vec<&str> = text.split(separator).collect();
        parts.len() == count && parts.iter().all(|part| hexadecimal(part, digits))
    };
    parted(':', 6, 2) || parted('-', 6, 2) || parted('.', 3, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(text: &str) -> Subnet {
        Subnet::parse(text).unwrap()
    }

    #[test]
    fn subnets_are_read() {
        for good in ["172.28.0.0/16", "0.0.0.0/0", "10.0.0.1/32", "fd00::/64", "::/0"] {
            assert_eq!(Subnet::parse(good).map(|subnet| subnet.to_string()).as_deref(), Some(good));
        }
        for bad in ["172.28.0.0", "172.28.0.0/33", "172.28.0/16", "172.28.0.0/016", "172.28.0.0/", "fd00::/129", "x/8"]
        {
            assert_eq!(Subnet::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranges_hold_and_overlap() {
        assert_eq!(subnet("172.28.3.7/16").masked(), subnet("172.28.0.0/16"));
        assert_eq!(subnet("fd00::7/64").masked(), subnet("fd00::/64"));
        assert_eq!((subnet("172.28.3.7/16").bits(), subnet("fd00::/64").bits()), (16, 64));
        assert!(subnet("172.28.0.0/16").contains("172.28.255.1".parse().unwrap()));
        assert!(!subnet("172.28.0.0/16").contains("172.29.0.1".parse().unwrap()));
        assert!(!subnet("0.0.0.0/0").contains("::1".parse().unwrap()));
        assert!(subnet("10.0.0.0/8").overlaps(subnet("10.9.0.0/16")));
        assert!(subnet("10.9.0.0/16").overlaps(subnet("10.0.0.0/8")));
        assert!(!subnet("10.0.0.0/16").overlaps(subnet("10.1.0.0/16")));
    }

    #[test]
    fn hardware_addresses() {
        for good in ["02:42:ac:11:65:43", "02-42-AC-11-65-43", "0242.ac11.6543"] {
            assert!(is_mac(good), "{good}");
        }
        for bad in ["02:42:ac:11:65", "02:42:ac:11:65:4g", "0242ac116543", "02:42-ac:11:65:43"] {
            assert!(!is_mac(bad), "{bad}");
        }
    }
}
