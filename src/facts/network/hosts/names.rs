//! What the name of a variable or option says about the host in its value.

use super::scan::{Needs, is_host};
use super::{HostEvidence, HostRole};

/// What kind of value a name announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameShape {
    /// One host, perhaps with a port; a lone word counts.
    Host,
    /// Hosts, by comma.
    Servers(Needs),
    /// A URL, or `host:port` without scheme.
    Address,
    /// Nothing.
    Other,
}

/// The words of a name, upper case: `ConnectionStrings__Db` is `CONNECTION`, `STRINGS`, `DB`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        let breaks = c.is_ascii_uppercase() && lower;
        lower = c.is_ascii_lowercase();
        if (breaks || !c.is_ascii_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn has(words: &[String], any: &[&str]) -> bool {
    words.iter().any(|word| any.contains(&word.as_str()))
}

/// What kind of value a name announces.
pub(crate) fn shape(words: &[String]) -> NameShape {
    let Some(last) = words.last() else { return NameShape::Other };
    // Addresses of mail, of money and of hardware.
    const OTHER_ADDRESSES: &[&str] = &[
        "EMAIL", "FROM", "REPLY", "SENDER", "WALLET", "CONTRACT", "MAC", "ETH", "BTC", "STREET", "TOKEN", "ADMIN",
        "CHAIN", "MINER", "PAYOUT", "DEPOSIT", "FEE", "BANK", "REAL",
    ];
    match last.as_str() {
        _ if has(words, &["CHARACTER", "CHARSET", "COLLATION"]) => NameShape::Other,
        "HOST" if has(words, &["TRUST", "ALLOW", "CHECK", "VERIFY", "PRESERVE"]) => NameShape::Other,
        "HOST" | "HOSTNAME" => NameShape::Host,
        "SERVER" if has(words, &["WEB", "APP", "WSGI", "ASGI", "HTTP", "ENABLE", "DISABLE", "TYPE"]) => {
            NameShape::Address
        }
        "SERVER" => NameShape::Host,
        "ADDR" | "ADDRESS" | "ENDPOINT" if has(words, OTHER_ADDRESSES) => NameShape::Address,
        "ADDR" | "ADDRESS" | "ENDPOINT" => NameShape::Host,
        "SERVERS" | "BROKERS" | "HOSTS" | "SEEDS" | "BOOTSTRAPSERVERS" => NameShape::Servers(Needs::Host),
        "NODES" | "PEERS" | "VOTERS" | "ENDPOINTS" | "ADDRESSES" | "ADDRS" | "SENTINELS" | "MEMBERS"
        | "CONTACTPOINTS" => NameShape::Servers(Needs::Port),
        "URL" | "URI" | "URLS" | "URIS" | "DSN" | "CONNECT" | "CONNECTION" | "BROKER" | "UPSTREAM" | "TARGET"
        | "PROXY" | "BACKEND" | "ZOOKEEPER" | "STRING" => NameShape::Address,
        _ => NameShape::Other,
    }
}

/// Whether a value of this name may be `word:number` without being a host: an image, a model, a user.
pub(crate) fn is_no_host(words: &[String]) -> bool {
    const OTHERS: &[&str] = &[
        "IMAGE",
        "IMAGES",
        "MODEL",
        "MODELS",
        "TAG",
        "VERSION",
        "RELEASE",
        "USER",
        "UID",
        "PUID",
        "TIME",
        "PASSWORD",
        "PASS",
        "SECRET",
        "TOKEN",
        "KEY",
        "CREDENTIALS",
        "LOGIN",
        "PACKAGES",
        "PORTS",
        "PORT",
        "CRON",
        "SCHEDULE",
        "FORMAT",
        "VOLUME",
        "REPOSITORY",
        "LABEL",
        "LABELS",
        "DISPLAY",
        "TOPICS",
        "TOPIC",
        "CREATE",
    ];
    has(words, OTHERS)
}

/// Whether the variable names what must not be reached through a proxy: a list of names that proves nothing.
pub(crate) fn is_ignored(words: &[String]) -> bool {
    let name = words.concat();
    name.ends_with("NOPROXY") || name.contains("NONPROXYHOSTS")
}

/// Words in the names of variables whose addresses are for browsers.
const PUBLIC: &[&str] = &[
    "ALLOWED",
    "ALLOW",
    "CORS",
    "CSRF",
    "ORIGIN",
    "ORIGINS",
    "TRUSTED",
    "TRUST",
    "PUBLIC",
    "EXTERNAL",
    "CALLBACK",
    "REDIRECT",
    "DOMAIN",
    "DOMAINS",
    "ISSUER",
    "CANONICAL",
    "LETSENCRYPT",
    "SELF",
    "VITE",
    "FRONTEND",
    "AUDIENCE",
    "REFERER",
    "RETURN",
    "LOGOUT",
    "WHITELIST",
    "ALLOWLIST",
    "HOMEPAGE",
    "WEBROOT",
    "REDIRECTS",
    "EXPO",
    "CSR",
];

/// Endings of the names of variables that hold the address under which people reach the service.
const OWN_URLS: &[&str] = &[
    "APP_URL",
    "SITE_URL",
    "ROOT_URL",
    "NEXTAUTH_URL",
    "WEB_URL",
    "CLIENT_URL",
    "HOME_URL",
    "UI_URL",
    "WEBUI_URL",
    "DASHBOARD_URL",
    "INSTANCE_URL",
    "CONSOLE_URL",
    "WWW_URL",
    "WEBSITE_URL",
    "PORTAL_URL",
    "VIRTUAL_HOST",
    "APP_BASE_URL",
    "SITE_BASE_URL",
    "WEB_BASE_URL",
    "INSTANCE_HOSTNAME",
    "KC_HOSTNAME",
    "SERVER_NAME",
    "MY_URL",
    "WEBAPP_URL",
    "SITE_ADDRESS",
    "PATH_URL",
    "ADMIN_URL",
    "DOCS_URL",
    "REACT_APP",
    "TS_HOSTNAME",
    "ASSET_URL",
    "APPLICATION_HOSTS",
];

/// Who the host in the value of a variable or option is, by the name alone.
pub(crate) fn role(words: &[String]) -> HostRole {
    let name = words.join("_");
    if name.contains("LISTEN") || name.contains("ADVERTISE") || words.iter().any(|word| word.starts_with("BIND")) {
        return HostRole::Listen;
    }
    if has(words, &["JMX", "RMI", "MCAST", "MULTICAST"]) || matches!(name.as_str(), "SERVICE_HOST" | "LOCAL_HOST") {
        return HostRole::Listen;
    }
    let ends = |suffix: &&str| name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    let own = matches!(name.as_str(), "HOSTNAME" | "BASE_URL" | "SERVER_URL" | "URL") || name.starts_with("REACT_APP_");
    if own || has(words, PUBLIC) || OWN_URLS.iter().any(ends) || name.starts_with("NG_APP_") {
        return HostRole::Public;
    }
    HostRole::Peer
}

/// The role, once the value is known too: where it listens, its own name, or an address for a browser.
pub(crate) fn role_of_value(
    words: &[String],
    by_name: HostRole,
    host: &str,
    scheme: Option<&str>,
    evidence: HostEvidence,
) -> HostRole {
    if matches!(host, "0.0.0.0" | "::" | "0:0:0:0:0:0:0:0") {
        return HostRole::Listen;
    }
    let loopback = is_loopback(host);
    let name = words.join("_");
    let dotted = host.contains('.') && !host.ends_with(".internal") && !loopback;
    if by_name == HostRole::Peer && dotted && (name == "HOST" || name.ends_with("BASE_URL")) {
        return HostRole::Public;
    }
    if by_name != HostRole::Peer || !loopback {
        return by_name;
    }
    if name.ends_with("QUORUM_VOTERS") || has(words, &["LOCAL"]) {
        return HostRole::Listen;
    }
    let web = matches!(scheme, Some("http" | "https" | "ws" | "wss"));
    // `PREFECT_UI_API_URL` is for the browser, `PREFECT_API_URL` for the worker.
    // `DATA_SOURCE_URI` of Prometheus' exporters.
    let is_backend = has(words, BACKENDS) || name.contains("DATA_SOURCE");
    if web && (!is_backend || has(words, &["UI"])) {
        return HostRole::Public;
    }
    let bare = matches!(evidence, HostEvidence::HostVariable | HostEvidence::HostPort | HostEvidence::CommandOption);
    if bare && !is_backend { HostRole::Listen } else { HostRole::Peer }
}

/// Prefixes of variables that frameworks build into code for the browser, by their documentation.
const BROWSER_PREFIXES: [&str; 10] = [
    "VITE_",
    "NEXT_PUBLIC_",
    "REACT_APP_",
    "VUE_APP_",
    "NUXT_PUBLIC_",
    "EXPO_PUBLIC_",
    "GATSBY_",
    "NG_APP_",
    "SNOWPACK_PUBLIC_",
    "STORYBOOK_",
];

/// Whether a variable is for the browser, by its name. One for a server of the framework (a proxy, rendering) is not.
pub(crate) fn is_for_browser(name: &str) -> bool {
    let words = words(name);
    let upper = name.to_ascii_uppercase();
    let of_server =
        has(&words, &["PROXY", "TARGET", "INTERNAL", "SERVER", "SSR", "DEV", "DOCKER", "UPSTREAM", "DATABASE"]);
    let public = ["PUBLIC_URL", "EXTERNAL_URL", "BROWSER_URL"].iter().any(|end| upper.ends_with(end));
    (BROWSER_PREFIXES.iter().any(|prefix| upper.starts_with(prefix)) || public) && !of_server
}

/// Words of the names of variables that say what a server, not a browser, connects to.
const BACKENDS: &[&str] = &[
    "AI",
    "AMQP",
    "ARANGO",
    "BROKER",
    "CACHE",
    "CASSANDRA",
    "CELERY",
    "CHROMA",
    "CHROMADB",
    "CLAMAV",
    "CLICKHOUSE",
    "COUCHDB",
    "DATABASE",
    "DATASOURCE",
    "DB",
    "ELASTIC",
    "ELASTICSEARCH",
    "EMBEDDING",
    "EMBEDDINGS",
    "ES",
    "ETCD",
    "EUREKA",
    "GOTENBERG",
    "INFERENCE",
    "INFLUX",
    "INFLUXDB",
    "INTERNAL",
    "KAFKA",
    "LDAP",
    "LITELLM",
    "LLM",
    "LOKI",
    "MARIADB",
    "MEILI",
    "MEILISEARCH",
    "MEMCACHED",
    "MICROSERVICE",
    "MILVUS",
    "ML",
    "MONGO",
    "MONGODB",
    "MQTT",
    "MYSQL",
    "NATS",
    "NEO4J",
    "OLLAMA",
    "OPENSEARCH",
    "OTEL",
    "OTLP",
    "PG",
    "PGHOST",
    "POSTGRES",
    "POSTGRESQL",
    "PREFECT",
    "PROMETHEUS",
    "QDRANT",
    "QUEUE",
    "RABBIT",
    "RABBITMQ",
    "RAG",
    "REDIS",
    "SCRAPER",
    "SERVICE",
    "SMTP",
    "SOLR",
    "SQL",
    "TEMPO",
    "TEMPORAL",
    "TIKA",
    "TYPESENSE",
    "UPSTREAM",
    "VALKEY",
    "VLLM",
    "WEAVIATE",
    "WHISPER",
    "WORKER",
    "ZIPKIN",
    "ZOOKEEPER",
];

/// Whether a host is the machine itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "::1" | "ip6-localhost" | "localhost.localdomain")
        || host.starts_with("127.") && is_host(host) && host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The names under which the port to a host variable may be: `DB_HOST` goes with `DB_PORT`.
pub(crate) fn port_names(name: &str) -> Vec<String> {
    const SUFFIXES: &[&str] = &["HOSTNAME", "HOST", "SERVER", "ADDRESS", "ADDR", "ENDPOINT"];
    let upper = name.to_ascii_uppercase();
    let Some(suffix) = SUFFIXES.iter().find(|suffix| upper.ends_with(**suffix)) else { return Vec::new() };
    let Some(prefix) = name.get(..name.len() - suffix.len()) else { return Vec::new() };
    let written = name.get(prefix.len()..).unwrap_or("");
    let port = match written {
        _ if written == suffix.to_ascii_lowercase() => "port",
        _ if written == *suffix => "PORT",
        _ => "Port",
    };
    let mut names = vec![format!("{prefix}{port}"), format!("{name}_{port}")];
    if let Some(stem) = prefix.strip_suffix("_SERVER_") {
        names.push(format!("{stem}_{port}"));
    }
    names
}
