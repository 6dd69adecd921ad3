//! What brokers tell their clients about where they are.

use crate::model::{Model, Service};

/// Whether a broker of a project sends the clients from outside of it to `localhost`: then the project is for the machine
/// that it runs on. <https://kafka.apache.org/documentation/#brokerconfigs_advertised.listeners>
pub(crate) fn is_local(model: &Model) -> bool {
    let mut published = model.services.values().filter(|service| !service.ports.is_empty());
    published.any(|service| {
        let mut listeners = advertised(service).map(host);
        let is_outside = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        listeners.any(is_outside)
    })
}

/// Whether a broker sends clients to an address that is neither a name of the project nor this machine's.
pub(crate) fn is_for_others(model: &Model, service: &Service) -> bool {
    let names = |host: &str| {
        let named = |one: &Service| {
            one.name == host
                || one.hostname.as_ref().is_some_and(|name| name.value == host)
                || one.container_name.as_ref().is_some_and(|name| name.value == host)
                || one.networks.values().flat_map(|network| &network.aliases).any(|alias| alias.value == host)
        };
        model.services.values().chain(model.disabled.values()).any(named)
    };
    let is_local = |host: &str| {
        ["localhost", "0.0.0.0", "[::1]", "host.docker.internal"].contains(&host) || host.starts_with("127.")
    };
    let is_outside = |host: &str| {
        let host = host.trim_matches(['<', '>']);
        host.contains(['.', '-']) && !host.contains(['$', '{', '_']) && !is_local(host) && !names(host)
    };
    advertised(service).map(host).any(is_outside)
}

/// The listeners that a Kafka broker advertises, by its variables or by the flags of Redpanda.
fn advertised(service: &Service) -> impl Iterator<Item = &str> {
    let of_kafka = service.environment.iter().filter(|(name, _)| {
        let name = name.strip_prefix("KAFKA_CFG_").or_else(|| name.strip_prefix("KAFKA_")).unwrap_or(name);
        name == "ADVERTISED_LISTENERS"
    });
    let values = of_kafka.filter_map(|(_, variable)| variable.value.as_ref()).map(|value| value.value.as_str());
    let words = service.command.iter().flat_map(|command| &command.words).map(|word| word.value.as_str());
    let after_flag = words.clone().zip(words.clone().skip(1)).filter(|(flag, _)| *flag == "--advertise-kafka-addr");
    let in_flag = words.filter_map(|word| word.strip_prefix("--advertise-kafka-addr="));
    let flags = after_flag.map(|(_, value)| value).chain(in_flag);
    values.chain(flags).flat_map(|listeners| listeners.split(',')).map(str::trim)
}

/// The host of `NAME://host:port`.
fn host(listener: &str) -> &str {
    let address = listener.split_once("://").map_or(listener, |(_, address)| address);
    address.rsplit_once(':').map_or(address, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    fn check(keys: &str, expect: bool) {
        with_facts(&format!("services:\n  broker:\n    image: x\n    ports: ['9092:9092']\n    {keys}\n"), |facts| {
            assert_eq!(is_local(facts.model), expect, "{keys}");
        });
    }

    #[test]
    fn brokers_for_this_machine() {
        let listeners = "INSIDE://broker:29092,OUTSIDE://${HOST_IP:-127.0.0.1}:9092";
        check(&format!("environment: {{KAFKA_ADVERTISED_LISTENERS: '{listeners}'}}"), true);
        check("environment: {KAFKA_CFG_ADVERTISED_LISTENERS: 'PLAINTEXT://localhost:9092'}", true);
        check("command: [redpanda, start, --advertise-kafka-addr, 'a://broker:29092,b://localhost:9092']", true);
        check("command: [redpanda, start, '--advertise-kafka-addr=a://broker:29092,b://localhost:9092']", true);
    }

    #[test]
    fn brokers_that_send_clients_elsewhere() {
        let check = |listeners: &str, expect: bool| {
            let keys = format!("environment: {{KAFKA_ADVERTISED_LISTENERS: '{listeners}'}}");
            with_facts(&format!("services:\n  my-broker: {{image: x, {keys}}}\n"), |facts| {
                assert_eq!(is_for_others(facts.model, &facts.model.services["my-broker"]), expect, "{listeners}");
            });
        };
        check("A://my-broker:29092,B://kafka.example.org:9092", true);
        check("PLAINTEXT://public-ip:9092", true);
        check("A://my-broker:29092,B://localhost:9092", false);
        check("A://broker:29092,B://127.0.0.1:9092", false);
    }

    #[test]
    fn brokers_for_others() {
        check("environment: {KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://kafka.example.org:9092'}", false);
        check("environment: {KAFKA_LISTENERS: 'PLAINTEXT://127.0.0.1:9092'}", false);
        check("environment: {OTHER: 'localhost'}", false);
    }
}
