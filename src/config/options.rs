//! Options of rules as types: a rule declares a struct; reader, errors and JSON Schema are generated from it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::check::network;
use super::shape::{ConfigKey, ConfigShape};
use crate::finding::RuleId;

/// The options of a rule; made by [`options!`].
pub(crate) trait RuleOptions: Default {
    /// The rule.
    const RULE: RuleId;
    /// The keys that `plimsoll.yaml` has for them.
    const KEYS: &'static [ConfigKey];

    /// The options with the values that the configuration gives; a value that does not fit has been reported.
    fn read(values: &BTreeMap<String, Vec<String>>) -> Self;
}

/// A value in the list of an option.
pub(crate) trait OptionValue: Sized {
    /// What it is in `plimsoll.yaml`.
    const SHAPE: ConfigShape;

    /// Reads one.
    fn read(text: &str) -> Option<Self>;
}

/// Declares the options of a rule: a struct `Options` whose fields are lists. The comment on a field is its description in
/// the JSON Schema.
macro_rules! options {
    ($rule:path { $($(#[doc = $text:literal])+ $field:ident: Vec<$value:ty>,)+ }) => {
        /// The options of the rule.
        #[derive(Default)]
        pub(crate) struct Options {
            $($(#[doc = $text])+ pub(crate) $field: Vec<$value>,)+
        }

        impl $crate::config::options::RuleOptions for Options {
            const RULE: $crate::finding::RuleId = $rule;
            const KEYS: &'static [$crate::config::shape::ConfigKey] = &[$($crate::config::shape::ConfigKey {
                name: stringify!($field),
                shape: $crate::config::shape::ConfigShape::List(
                    &<$value as $crate::config::options::OptionValue>::SHAPE,
                ),
                text: concat!($($text),+).trim_ascii(),
                required: false,
            }),+];

            fn read(values: &std::collections::BTreeMap<String, Vec<String>>) -> Options {
                Options { $($field: $crate::config::options::list(values, stringify!($field)),)+ }
            }
        }
    };
}

pub(crate) use options;

/// The values of one option.
pub(crate) fn list<T: OptionValue>(values: &BTreeMap<String, Vec<String>>, option: &str) -> Vec<T> {
    values.get(option).into_iter().flatten().filter_map(|text| T::read(text)).collect()
}

/// A port of the host.
impl OptionValue for u16 {
    const SHAPE: ConfigShape = ConfigShape::Port;

    fn read(text: &str) -> Option<u16> {
        text.parse().ok().filter(|port| *port > 0)
    }
}

/// An address, or a network by its address and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AddressRange {
    address: IpAddr,
    bits: u8,
}

impl OptionValue for AddressRange {
    const SHAPE: ConfigShape = ConfigShape::Network;

    fn read(text: &str) -> Option<AddressRange> {
        network(text).map(|(address, bits)| AddressRange { address, bits })
    }
}

impl AddressRange {
    /// Whether an address is in it.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        let bits = u32::from(self.bits);
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differ = u32::from(network) ^ u32::from(address);
                differ.checked_shr(32 - bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differ = u128::from(network) ^ u128::from(address);
                differ.checked_shr(128 - bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// A name; `*` matches any characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamePattern(String);

impl OptionValue for NamePattern {
    const SHAPE: ConfigShape = ConfigShape::Text;

    fn read(text: &str) -> Option<NamePattern> {
        Some(NamePattern(text.to_owned()))
    }
}

impl NamePattern {
    /// Whether a name is meant.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == name };
        let Some(mut left) = name.strip_prefix(first) else { return false };
        let (middle, last) = rest.rsplit_once('*').map_or((None, rest), |(middle, last)| (Some(middle), last));
        // The first occurrence of each part leaves the most for those behind it.
        for part in middle.into_iter().flat_map(|middle| middle.split('*')) {
            let Some((_, behind)) = left.split_once(part) else { return false };
            left = behind;
        }
        left.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, RuleSetting};
    use crate::finding::rule;

    options! {
        rule::UNKNOWN_HOST {
            /// Names
            names: Vec<NamePattern>,
            /// Ports that
            /// are open
            ports: Vec<u16>,
        }
    }

    #[test]
    fn options_are_read_from_the_settings_of_their_rule() {
        let options: BTreeMap<String, Vec<String>> = [
            ("names".to_owned(), vec!["db*".to_owned()]),
            ("ports".to_owned(), vec!["80".to_owned(), "x".to_owned(), "0".to_owned()]),
        ]
        .into();
        let mut config = Config::default();
        assert!(config.options::<Options>().ports.is_empty());
        config.rules.insert(rule::UNKNOWN_HOST, RuleSetting { options, ..RuleSetting::default() });
        let read = config.options::<Options>();
        assert_eq!(read.ports, [80]);
        assert!(read.names.iter().any(|pattern| pattern.matches("db1")));
        let [names, ports] = Options::KEYS else { panic!("two keys") };
        assert_eq!(
            (names.name, names.text, ports.name, ports.text),
            ("names", "Names", "ports", "Ports that are open")
        );
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        let check = |pattern: &str, name: &str, expect: bool| {
            let found = NamePattern::read(pattern).unwrap().matches(name);
            assert_eq!(found, expect, "{pattern} on {name}");
        };
        check("db", "db", true);
        check("db", "db2", false);
        check("*", "", true);
        check("db*", "db", true);
        check("*.é.*", "a.é.b", true);
        check("*.é.*", "a.é", false);
        check("a*b*c", "abc", true);
        check("a*b*c", "aXbYc", true);
        check("a*b*c", "ac", false);
        check("a*a", "a", false);
        check("*a*a*", "bab", false);
        check("**", "x", true);
        check("a.c", "abc", false);
    }

    #[test]
    fn a_network_holds_its_addresses() {
        let check = |network: &str, address: &str, expect: bool| {
            let network = AddressRange::read(network).unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), expect, "{network:?} and {address}");
        };
        check("10.8.0.0/16", "10.8.255.1", true);
        check("10.8.0.0/16", "10.9.0.1", false);
        check("192.0.2.7", "192.0.2.7", true);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("fd00::/8", "fd12::1", true);
        check("fd00::/8", "10.0.0.1", false);
    }
}
