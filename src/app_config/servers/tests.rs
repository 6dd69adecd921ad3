//! What configurations of servers say, file by file.

use super::*;
use crate::budget::Budget;

/// The ports of a text (`!` where only the container itself can connect), and whether it asks for a login.
fn check(kind: ServerKind, text: &str, ports: &str, login: Option<bool>) {
    let budget = Budget::default();
    let meter = Meter { budget: &budget, at: Place::start() };
    let settings = match kind {
        ServerKind::Mongo | ServerKind::Search => flat(text, meter),
        kind => lines::settings(text, kind, meter),
    };
    let said = facts::facts(kind, &settings, false);
    let given = Place::start();
    let place = |at: usize| {
        let span = &settings[at].span;
        Place { span: Span { start: span.start as u32, end: span.end as u32, ..given.span }, ..given }
    };
    let shown: Vec<String> = said
        .listeners
        .into_iter()
        .map(|one| one.placed(place, given))
        .map(|one| {
            let at = text.get(one.place.span.start as usize..one.place.span.end as usize).unwrap();
            let at = if one.written { at } else { "" };
            format!("{}{} @{at}", one.port, if one.local { "!" } else { "" })
        })
        .collect();
    assert_eq!((shown.join(", ").as_str(), said.login), (ports, login), "{text}");
}

#[test]
fn mosquitto() {
    use ServerKind::Mosquitto;
    check(Mosquitto, "# é\r\npersistence true\r\n", "1883! @", None);
    check(Mosquitto, "listener 1883\nallow_anonymous true\n", "1883 @1883", Some(false));
    let two = "  listener 8883 0.0.0.0\nlistener 1884 127.0.0.1\n";
    check(Mosquitto, two, "8883 @8883 0.0.0.0, 1884! @1884 127.0.0.1", Some(true));
    check(Mosquitto, "#listener 1883\nport 1885\npassword_file /x\n", "1885 @1885", Some(true));
    let guarded = "listener 1883\nallow_anonymous true\nacl_file /x\n";
    check(Mosquitto, guarded, "1883 @1883", Some(true));
    check(Mosquitto, "listener 1883\nplugin /x.so\n", "1883 @1883", Some(true));
    let each =
        "per_listener_settings true\nlistener 1883\nallow_anonymous false\nlistener 1884\nallow_anonymous true\n";
    check(Mosquitto, each, "1883 @1883, 1884 @1884", Some(true));
    check(Mosquitto, "include_dir /x\n", "", None);
    check(Mosquitto, "", "1883! @", None);
}

#[test]
fn users_of_brokers() {
    use ServerKind::{Influx, Rabbitmq};
    check(Rabbitmq, "default_user = shop\n", "", Some(true));
    check(Rabbitmq, "default_user = guest\n", "", None);
    check(Rabbitmq, "load_definitions = /etc/rabbitmq/definitions.json\n", "", Some(true));
    check(Influx, "[http]\n  auth-enabled = false # open\n", "", Some(false));
}

#[test]
fn redis_and_its_kin() {
    use ServerKind::Redis;
    check(Redis, "port 6380\n", "6380 @6380", None);
    check(Redis, "bind 127.0.0.1 -::1\nrequirepass x\n", "6379! @127.0.0.1 -::1", Some(true));
    check(Redis, "bind * -::*\nport 0\ntls-port 6390\n", "6390 @6390", None);
    check(Redis, "port é\n", "", None);
}

#[test]
fn databases() {
    use ServerKind::{Mongo, Mysql, Postgres};
    check(Postgres, "port = 5433 # é\nlisten_addresses = '*'\n", "5433 @5433", None);
    check(Postgres, "listen_addresses = 'localhost' # \"x\n", "5432! @localhost", None);
    check(Postgres, "#port = 5433\n", "5432 @", None);
    check(Mysql, "[client]\nport=1\n[mysqld]\nport = 3307\n", "3307 @3307", None);
    check(Mysql, "[mysqld]\nbind_address=127.0.0.1\n", "3306! @127.0.0.1", None);
    check(Mysql, "[mysqld]\nskip-networking\n", "", None);
    let mongo = "net:\n  port: 27018\n  bindIp: 0.0.0.0\nsecurity: {authorization: enabled}\n";
    check(Mongo, mongo, "27018 @27018", Some(true));
    check(Mongo, "net: {bindIp: 127.0.0.1}\n", "27017! @127.0.0.1", None);
}

#[test]
fn brokers_and_search() {
    use ServerKind::{Kafka, Nats, Rabbitmq, Search};
    check(Nats, "port: 4223\nhttp: 8223\ncluster {\n  port: 6222\n}\n", "4223 @4223, 8223 @8223", None);
    let nats = "listen = \"127.0.0.1:4222\"\nauthorization: {\n user: a\n}\n";
    check(Nats, nats, "4222! @127.0.0.1:4222", Some(true));
    let rabbitmq = "listeners.tcp.default = 5673\nmanagement.tcp.port=15673\n";
    check(Rabbitmq, rabbitmq, "5673 @5673, 15673 @15673", None);
    check(Rabbitmq, "listeners.tcp = none\n", "", None);
    let search = "http.port: 9201\nnetwork: {host: 0.0.0.0}\nxpack.security.enabled: false\n";
    check(Search, search, "9201 @9201", Some(false));
    check(Search, "network.host: _local_\n", "9200! @_local_", None);
    check(Kafka, "listeners=PLAINTEXT://:9094\n", "9094 @PLAINTEXT://:9094", None);
    check(Kafka, "#listeners=PLAINTEXT://:9094\n", "", None);
}

#[test]
fn whose_file_it_is() {
    let mosquitto = kind_of("/mosquitto/config/mosquitto.conf", "eclipse-mosquitto");
    assert_eq!(mosquitto, Some(ServerKind::Mosquitto));
    assert_eq!(kind_of("/usr/local/etc/redis/redis.conf", "redis"), Some(ServerKind::Redis));
    assert_eq!(kind_of("/etc/postgresql/pg_hba.conf", "postgres"), None);
    assert_eq!(kind_of("/etc/nginx/nginx.conf", "nginx"), None);
    assert!(names("redis-server /x/redis.conf", "/x/redis.conf") && !names("/x/redis.conf.d", "/x/redis.conf"));
}
