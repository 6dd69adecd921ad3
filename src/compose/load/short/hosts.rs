//! `extra_hosts`: names and addresses, as compose-go 2.9.1 (`types.HostsList`) reads and shows them.

/// A name and one of its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostEntry {
    /// The name.
    pub(crate) host: String,
    /// The address, without brackets.
    pub(crate) address: String,
    /// The number of the item or entry it comes from, counted from 0.
    pub(crate) from: usize,
}

impl HostEntry {
    /// `host=address`.
    pub(crate) fn text(&self) -> String {
        format!("{}={}", self.host, self.address)
    }
}

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostsError {
    /// What is wrong.
    pub(crate) flaw: HostFlaw,
    /// The number of the item or entry, counted from 0.
    pub(crate) from: usize,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostFlaw {
    /// It has no address.
    NoAddress,
    /// It has no name.
    NoName,
    /// A name that is none; how many bytes of the entry it has.
    Name(usize),
}

/// What a list or a mapping says, sorted by `host=address`, and every entry that is refused.
pub(crate) type Hosts = (Vec<HostEntry>, Vec<HostsError>);

/// Entries of a list: `host=address`, or `host:address` where no `=` is; addresses may be several, with commas. An
/// item without `=` and `:`, an empty name, and a name with `:` in it are refused.
pub(crate) fn from_list(items: &[String]) -> Hosts {
    let mut refused = Vec::new();
    let mut entries = Vec::new();
    for (from, item) in items.iter().enumerate() {
        match item.split_once('=').or_else(|| item.split_once(':')) {
            Some((host, addresses)) if is_name(host) => {
                entries.extend(addresses.split(',').map(|address| (host.to_owned(), address.to_owned(), from)));
            }
            Some((host, _)) => refused.push(bad_name(host, from)),
            None => refused.push(HostsError { flaw: HostFlaw::NoAddress, from }),
        }
    }
    (finish(entries), refused)
}

/// Entries of a mapping from a name to its addresses. A name that is empty or has `:` or `=` in it is refused, even where
/// it has no address.
pub(crate) fn from_map(items: &[(String, Vec<String>)]) -> Hosts {
    let (named, refused): (Vec<_>, Vec<_>) = items.iter().enumerate().partition(|(_, (host, _))| is_name(host));
    let entries = named.into_iter().flat_map(|(from, (host, addresses))| {
        addresses.iter().map(move |address| (host.clone(), address.clone(), from))
    });
    (finish(entries.collect()), refused.into_iter().map(|(from, (host, _))| bad_name(host, from)).collect())
}

fn finish(entries: Vec<(String, String, usize)>) -> Vec<HostEntry> {
    let mut hosts = Vec::new();
    for (host, address, from) in entries {
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|bare| !bare.is_empty());
        let address = bare.map(str::to_owned).unwrap_or(address);
        hosts.push(HostEntry { host, address, from });
    }
    hosts.sort_by_cached_key(HostEntry::text);
    hosts
}

fn is_name(host: &str) -> bool {
    !host.is_empty() && !host.contains([':', '='])
}

fn bad_name(host: &str, from: usize) -> HostsError {
    let flaw = if host.is_empty() { HostFlaw::NoName } else { HostFlaw::Name(host.len()) };
    HostsError { flaw, from }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(items: &[&str], expect: &str) {
        let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
        let (hosts, refused) = from_list(&items);
        let refused = refused.iter().map(|error| format!("{}: {:?}", error.from, error.flaw));
        let answer: Vec<String> = hosts.iter().map(HostEntry::text).chain(refused).collect();
        assert_eq!(answer.join(" "), expect);
    }

    #[test]
    fn lists_are_split_at_the_first_separator_and_sorted() {
        check(&["b:1.2.3.4", "a=::1", "a=[::2],3.3.3.3"], "a=3.3.3.3 a=::1 a=::2 b=1.2.3.4");
        check(&["a:[::1]"], "a=::1");
        check(&["a="], "a=");
        check(&["a=[]"], "a=[]");
        check(&["a=1=2"], "a=1=2");
        check(&["host.docker.internal:host-gateway"], "host.docker.internal=host-gateway");
    }

    #[test]
    fn bad_names_are_refused() {
        check(&["b", "a:1", "c"], "a=1 0: NoAddress 2: NoAddress");
        check(&["=1.2.3.4"], "0: NoName");
        check(&["a:b=1.2.3.4"], "0: Name(3)");
    }

    #[test]
    fn addresses_of_a_mapping_are_not_split() {
        let (hosts, _) = from_map(&[("a".to_owned(), vec!["1,2".to_owned(), "[::1]".to_owned()])]);
        assert_eq!(hosts.iter().map(HostEntry::text).collect::<Vec<_>>(), ["a=1,2", "a=::1"]);
        let (hosts, refused) = from_map(&[("a=b".to_owned(), vec![]), ("c".to_owned(), vec!["1".to_owned()])]);
        assert_eq!(hosts.len(), 1);
        assert_eq!(refused.iter().map(|error| error.flaw).collect::<Vec<_>>(), [HostFlaw::Name(3)]);
    }
}
