//! `extra_hosts`: names and addresses, as compose-go 2.9.1 (`types.HostsList`) reads and shows them.

/// A name and one of its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostEntry {
    /// The name.
    pub host: String,
    /// The address, without brackets.
    pub address: String,
    /// The number of the item or entry it comes from, counted from 0.
    pub from: usize,
}

impl HostEntry {
    /// `host=address`.
    pub fn text(&self) -> String {
        format!("{}={}", self.host, self.address)
    }
}

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostsError {
    /// One clause, values in backticks.
    pub message: String,
    /// The number of the item or entry, counted from 0.
    pub from: usize,
}

/// Entries of a list: `host=address`, or `host:address` where no `=` stands; addresses may be several, with commas.
/// The answer is sorted by `host=address`.
///
/// # Errors
/// An item without `=` and `:`, an empty name, or a name with `:` in it.
pub fn from_list(items: &[String]) -> Result<Vec<HostEntry>, HostsError> {
    let mut entries = Vec::new();
    for (from, item) in items.iter().enumerate() {
        let Some((host, addresses)) = item.split_once('=').or_else(|| item.split_once(':')) else {
            return Err(HostsError { message: format!("`{item}` has no address"), from });
        };
        entries.extend(addresses.split(',').map(|address| (host.to_owned(), address.to_owned(), from)));
    }
    finish(entries)
}

/// Entries of a mapping from a name to its addresses, sorted by `host=address`.
///
/// # Errors
/// A name that is empty or has `:` or `=` in it.
pub fn from_map(items: &[(String, Vec<String>)]) -> Result<Vec<HostEntry>, HostsError> {
    // A name is judged even where it has no address.
    if let Some((from, (host, _))) = items.iter().enumerate().find(|(_, (host, _))| !is_name(host)) {
        return Err(bad_name(host, from));
    }
    let entries = items.iter().enumerate().flat_map(|(from, (host, addresses))| {
        addresses.iter().map(move |address| (host.clone(), address.clone(), from))
    });
    finish(entries.collect())
}

fn finish(entries: Vec<(String, String, usize)>) -> Result<Vec<HostEntry>, HostsError> {
    let mut hosts = Vec::new();
    for (host, address, from) in entries {
        if !is_name(&host) {
            return Err(bad_name(&host, from));
        }
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|bare| !bare.is_empty());
        let address = bare.map(str::to_owned).unwrap_or(address);
        hosts.push(HostEntry { host, address, from });
    }
    hosts.sort_by_cached_key(HostEntry::text);
    Ok(hosts)
}

fn is_name(host: &str) -> bool {
    !host.is_empty() && !host.contains([':', '='])
}

fn bad_name(host: &str, from: usize) -> HostsError {
    HostsError { message: format!("`{host}` is not a host name"), from }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(items: &[&str], expect: &str) {
        let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
        let answer = match from_list(&items) {
            Ok(hosts) => hosts.iter().map(HostEntry::text).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{}: {}", error.from, error.message),
        };
        assert_eq!(answer, expect);
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
        check(&["a:1", "b"], "1: `b` has no address");
        check(&["=1.2.3.4"], "0: `` is not a host name");
        check(&["a:b=1.2.3.4"], "0: `a:b` is not a host name");
    }

    #[test]
    fn addresses_of_a_mapping_are_not_split() {
        let hosts = from_map(&[("a".to_owned(), vec!["1,2".to_owned(), "[::1]".to_owned()])]).unwrap();
        assert_eq!(hosts.iter().map(HostEntry::text).collect::<Vec<_>>(), ["a=1,2", "a=::1"]);
        assert_eq!(from_map(&[("a=b".to_owned(), vec![])]).unwrap_err().message, "`a=b` is not a host name");
    }
}
