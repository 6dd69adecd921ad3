//! Tests of hosts as people write them.

use super::*;
use crate::app_config::testing::{command, service, set, set_to, slice, spanned};
use crate::compose::value::Part;
use crate::model::Healthcheck;
use crate::source::Place;
use crate::source::{SourceDb, Span};

/// `Peer db:5432 Url`, and so on for each host.
fn show(sources: &SourceDb, references: &[HostReference]) -> String {
    let one = |found: &HostReference| {
        assert_eq!(slice(sources, found.place), found.host, "{found:?}");
        let port = found.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{:?} {}{port} {:?}", found.role, found.host, found.evidence)
    };
    references.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn variable(name: &str, value: &str, expect: &str) {
    let sources = SourceDb::new();
    let mut service = service("app");
    set(&sources, &mut service, name, value);
    let found = references(&service, &Texts::new(&sources));
    assert_eq!(show(&sources, &found), expect, "{name}={value}");
}

fn run(words: &[&str], expect: &str) {
    let sources = SourceDb::new();
    let mut service = service("app");
    service.command = Some(command(&sources, words));
    let found = references(&service, &Texts::new(&sources));
    assert_eq!(show(&sources, &found), expect, "{words:?}");
}

#[test]
fn urls() {
    variable("DATABASE_URL", "postgres://user:pw@db:5432/x", "Peer db:5432 Url");
    variable("DATABASE_URL", "postgresql+asyncpg://u:p@db/x", "Peer db Url");
    variable("DATABASE_URL", "postgres://u:p#w/r?d@db:5432/x", "Peer db:5432 Url");
    variable("DATABASE_URL", "postgres://u:p@ss@db:5432/x", "Peer db:5432 Url");
    variable("DATABASE_URL", "postgres://u:@db:5432/x?sslmode=disable", "Peer db:5432 Url");
    variable("DATABASE_URL", "postgres://u:pé@db:5432/x", "Peer db:5432 Url");
    variable("DATABASE_URL", "postgres://localhost:5432/x", "Peer localhost:5432 Url");
    variable("CACHE", "redis://:pw@cache:6379/0", "Peer cache:6379 Url");
    variable("REDIS_URL", "rediss://default:p:w@redis_1:6379", "Peer redis_1:6379 Url");
    variable("AMQP", "amqp://", "");
    variable("BROKER", "amqp://guest:guest@rabbitmq//", "Peer rabbitmq Url");
    variable("M", "mongodb://a:27017,b:27018/?replicaSet=r", "Peer a:27017 Url, Peer b:27018 Url");
    variable("M", "mongodb://u:p@a,b/x", "Peer a Url, Peer b Url");
    variable("M", "mongodb+srv://u:p@cluster/x", "");
    variable("NATS", "nats://a:4222,nats://u:p@b", "Peer a:4222 Url, Peer b Url");
    variable("X", "http://a:80,http://b:81, http://c", "Peer a:80 Url, Peer b:81 Url, Peer c Url");
    variable(
        "B",
        "failover:(tcp://broker1:61616,tcp://broker2:61616)",
        "Peer broker1:61616 Url, Peer broker2:61616 Url",
    );
    variable("X", r#"{"url":"http://api:8000/x","ws":"ws://hub"}"#, "Peer api:8000 Url, Peer hub Url");
    variable("X", "http://[fd00::1]:8080/x", "Peer fd00::1:8080 Url");
    variable("X", "http://a/login?next=http://b/", "Peer a Url");
    variable("X", "etcd0=http://etcd0:2380,etcd1=http://etcd1:2380", "Peer etcd0:2380 Url, Peer etcd1:2380 Url");
    variable("MAILER_DSN", "smtp://:@mailpit:1025", "Peer mailpit:1025 Url");
    variable("MAILER_DSN", "ses+smtp://k:s@default", "");
    variable("X", "http://:8080", "");
    variable("X", "http://.example.com", "");
    variable("X", "http://*:80", "");
    variable("X", "http://$HOST:80 and http://<ip>:80 and http://{{ host }}/", "");
    variable("X", "http://[YOUR_IP]:7350", "");
    variable("X", "https://api.example.com:99999", "");
    variable("X", "postgresql://%2Fvar%2Frun/x", "");
}

#[test]
fn urls_without_a_host() {
    for url in [
        "unix:///run/x.sock",
        "http+unix://x/y",
        "sqlite:///x.db",
        "sqlite+aiosqlite:////data/x.db",
        "sqlite://db",
        "file://etc/x",
        "data:image/png;base64,AA",
        "urn:a:b",
        "s3://bucket/x",
        "gs://bucket",
        "docker://image:latest",
        "memory://x",
        "doctrine://default",
        "arn:aws:s3:::x",
    ] {
        variable("X_URL", url, "");
    }
}

#[test]
fn drivers() {
    variable("SPRING_DATASOURCE_URL", "jdbc:postgresql://db:5432/x", "Peer db:5432 Jdbc");
    variable("U", "jdbc:mysql://db/x?useSSL=false", "Peer db Jdbc");
    variable("U", "jdbc:sqlserver://db:1433;databaseName=x;encrypt=false", "Peer db:1433 Jdbc");
    variable("U", "r2dbc:postgresql://db:5432/x", "Peer db:5432 Jdbc");
    variable("U", "jdbc:oracle:thin:@db:1521:XE", "Peer db:1521 Jdbc");
    variable("U", "jdbc:oracle:thin:@//db:1521/XE", "Peer db:1521 Jdbc");
    variable("U", "jdbc:h2:tcp://h2:9092/~/x", "Peer h2:9092 Jdbc");
    variable("U", "jdbc:h2:file:./x", "");
    variable("U", "jdbc:sqlite:x.db", "");
    variable("DSN", "user:p@w@tcp(db:3306)/x?parseTime=true", "Peer db:3306 Dsn");
    variable("DSN", "user:pw@unix(/run/x.sock)/x", "");
    variable("ConnectionStrings__Default", "Server=db,1433;Database=x;User Id=sa;Password=p", "Peer db:1433 Dsn");
    variable("C", "Server=tcp:db, 1433;Database=x", "Peer db:1433 Dsn");
    variable("C", r"Data Source=db\SQLEXPRESS;Database=x", "Peer db Dsn");
    variable("C", "Data Source=/data/x.db;Password=x", "");
    variable("C", "Data Source=app.db;Cache=Shared", "");
    variable("C", "Host=db;Port=5432;Username=u;Password=p=;q", "Peer db:5432 Dsn");
    variable("C", "host=db port=5432 user=u dbname=x sslmode=disable", "Peer db:5432 Dsn");
    variable("C", "mysql:host=db;port=3306;dbname=x", "Peer db:3306 Dsn");
    variable("C", "cache:6379,password=x,abortConnect=false", "Peer cache:6379 HostPort");
    variable("C", "host=db", "");
}

#[test]
fn pairs_and_lists() {
    variable("DB_HOST", "db", "Peer db HostVariable");
    variable("FORGEJO__database__HOST", "db:5432", "Peer db:5432 HostPort");
    variable("redisHost", "cache", "Peer cache HostVariable");
    variable("spring.redis.host", "cache", "Peer cache HostVariable");
    variable("KAFKA_HOST", "a:9092,b:9092", "Peer a:9092 Servers, Peer b:9092 Servers");
    variable("SMTP_SERVER", "mail.example.com", "Peer mail.example.com HostVariable");
    variable("CORE_ADDRESS", "fabric-peer", "Peer fabric-peer HostVariable");
    variable("EMAIL_FROM_ADDRESS", "hello", "");
    variable("WALLET_ADDRESS", "0x52908400098527886E0F7030069857D2E4169EE7", "");
    variable("AUTH_TRUST_HOST", "true", "");
    variable("X_SERVER", "true", "");
    variable("X_HOST", "", "");
    variable("X_HOST", "[YOUR-IP]", "");
    variable("X_ENDPOINT", "your-server-url", "");
    variable("X_HOST", "8080", "");
    variable("X_HOST", "not a host", "");
    variable("X_HOST", "/run/mysqld.sock", "");
    variable("DB_HOST", "fe80::1", "Peer fe80::1 HostVariable");
    variable("KAFKA_BOOTSTRAP_SERVERS", "a:9092, b:9092", "Peer a:9092 Servers, Peer b:9092 Servers");
    variable("ELASTICSEARCH_HOSTS", r#"["es01:9200","es02:9200"]"#, "Peer es01:9200 Servers, Peer es02:9200 Servers");
    variable("discovery.seed_hosts", "es01,es02", "Peer es01 Servers, Peer es02 Servers");
    variable("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@k1:9093,2@k2:9093", "Peer k1:9093 Servers, Peer k2:9093 Servers");
    variable(
        "ZOO_SERVERS",
        "server.1=z1:2888:3888;2181 server.2=z2:2888:3888;2181",
        "Peer z1:2888 Servers, Peer z2:2888 Servers",
    );
    variable("REDIS_NODES", "one two", "");
    variable("KAFKA_ZOOKEEPER_CONNECT", "zookeeper:2181/kafka", "Peer zookeeper:2181 HostPort");
    variable("CSC_URL", "csc:3333", "Peer csc:3333 HostPort");
    variable("PROCESS_MANAGER_URL", "pm", "");
    variable("WHATEVER", "db:5432", "Peer db:5432 HostPort");
    variable("APP_IMAGE", "node:1800", "");
    variable("TAG", "postgres:16", "");
    variable("BASE", "postgres:16", "");
    variable("MODEL", "llama:7000", "");
    variable("RUN_AS", "1000:1000", "");
    variable("SERVICES", "db redis", "");
    variable("POSTGRES_USER", "db", "");
}

#[test]
fn roles() {
    variable(
        "KAFKA_ADVERTISED_LISTENERS",
        "PLAINTEXT://kafka:9092,EXT://localhost:29092",
        "Listen kafka:9092 Url, Listen localhost:29092 Url",
    );
    variable("KAFKA_LISTENERS", "PLAINTEXT://:9092,C://0.0.0.0:9093", "Listen 0.0.0.0:9093 Url");
    variable("LISTEN_ADDRESS", "localhost:80", "Listen localhost:80 HostPort");
    variable("ZBX_BIND_ADDRESS", "127.0.0.1", "Listen 127.0.0.1 HostVariable");
    variable("METRICS_ADDR", "0.0.0.0:9100", "Listen 0.0.0.0:9100 HostPort");
    variable("HOST", "odoo-db", "Peer odoo-db HostVariable");
    variable("HOST", "example.com", "Public example.com HostVariable");
    variable("KAFKA_JMX_HOSTNAME", "localhost", "Listen localhost HostVariable");
    variable("OLLAMA_BASE_URL", "http://host.docker.internal:11434", "Peer host.docker.internal:11434 Url");
    variable("HOST", "localhost", "Listen localhost HostVariable");
    variable("SERVER_HOST", "localhost", "Listen localhost HostVariable");
    variable("REDIS_HOST", "localhost", "Peer localhost HostVariable");
    variable("REDIS_HOST", "app", "Own app HostVariable");
    variable("ALLOWED_HOSTS", "localhost,app.example.com", "Public localhost Servers, Public app.example.com Servers");
    variable("CORS_ALLOW_ORIGINS", "http://localhost:3000", "Public localhost:3000 Url");
    variable("NEXT_PUBLIC_API_URL", "http://localhost:8000", "Public localhost:8000 Url");
    variable("VITE_API", "http://api:8000", "Public api:8000 Url");
    variable("REACT_APP_API", "http://localhost", "Public localhost Url");
    variable("APP_URL", "http://localhost", "Public localhost Url");
    variable("API_URL", "http://localhost:8000", "Public localhost:8000 Url");
    variable("API_URL", "http://api:8000", "Peer api:8000 Url");
    variable("OLLAMA_BASE_URL", "http://localhost:11434", "Peer localhost:11434 Url");
    variable("API_BASE_URL", "http://backend:8000", "Peer backend:8000 Url");
    variable("WIKI_BASE_URL", "https://wiki.example.com", "Public wiki.example.com Url");
    variable("OAUTH_REDIRECT_URI", "http://localhost/cb", "Public localhost Url");
    variable("NO_PROXY", "localhost,db:5432", "");
    variable("no_proxy", "http://localhost", "");
}

#[test]
fn commands() {
    run(&["serve", "--host", "0.0.0.0"], "Listen 0.0.0.0 CommandOption");
    run(&["uvicorn", "x:app", "--host", "localhost", "--port", "80"], "Listen localhost CommandOption");
    run(&["worker", "--host", "db"], "Peer db CommandOption");
    run(&["worker", "--redis=redis://cache:6379", "-v"], "Peer cache:6379 Url");
    run(&["./wait-for-it.sh", "db:5432", "-t", "30", "--", "x", "a:1"], "Peer db:5432 CommandOption");
    run(&["sh", "-c", "/wait-for db:5432 -- npm start"], "Peer db:5432 CommandOption");
    run(&["dockerize", "-wait", "tcp://db:5432", "x"], "Peer db:5432 Url");
    run(&["kafka-topics", "--bootstrap-server", "kafka:9092", "--list"], "Peer kafka:9092 CommandOption");
    run(&["cub", "kafka-ready", "-b", "broker:29092", "1", "40"], "Peer broker:29092 CommandOption");
    run(&["psql", "-h", "db", "-U", "u"], "Peer db CommandOption");
    run(&["server", "-h", "db"], "");
    run(&["gunicorn", "-b", "127.0.0.1:8000", "x:app"], "Listen 127.0.0.1:8000 CommandOption");
    run(&["sh", "-c", "until pg_isready -h db; do sleep 1; done; exec x"], "Peer db CommandOption");
    run(&["sh", "-c", "while ! nc -z 'db' 5432; do sleep 1; done"], "Peer db:5432 CommandOption");
    run(&["bash", "-c", "echo > /dev/tcp/db/5432 || (</dev/tcp/é/1)"], "Peer db:5432 CommandOption");
    run(&["bash", "-c", "timeout 1 bash -c '</dev/tcp/db/5432'"], "Peer db:5432 CommandOption");
    run(&["sh", "-c", "echo http://localhost:80 && curl http://api:80/é"], "Peer api:80 Url");
    run(
        &["--providers.docker.endpoint=tcp://proxy:2375", "--web.external-url=http://localhost"],
        "Peer proxy:2375 Url, Public localhost Url",
    );
    run(&["etcd", "--listen-client-urls", "http://etcd:2379"], "Listen etcd:2379 Url");
    run(&["mysqld", "--character-set-server=utf8mb4", "--collation-server", "utf8mb4_bin"], "");
    run(&["gateway", "--servers=postgres", "--server=web"], "");
    run(&["sh", "-c", "server & curl -s http://localhost:80/"], "Own localhost:80 Url");
    run(&["node", "db", "redis", "app:main"], "");
    run(&["python", "manage.py", "runserver", "0.0.0.0:8000"], "");
}

#[test]
fn a_port_comes_from_the_variable_beside_it() {
    let sources = SourceDb::new();
    let mut service = service("app");
    for (name, value) in [("DB_HOST", "db"), ("DB_PORT", "5432"), ("mqHost", "mq"), ("mqPort", "x")] {
        set(&sources, &mut service, name, value);
    }
    let found = references(&service, &Texts::new(&sources));
    assert_eq!(show(&sources, &found), "Peer db:5432 HostVariable, Peer mq HostVariable");
    assert_eq!(slice(&sources, found[0].port_place.unwrap()), "5432");
}

#[test]
fn a_host_from_a_variable_is_where_the_variable_is() {
    let sources = SourceDb::new();
    let mut value = spanned(&sources, "/x", "http://${H}:80/é");
    let at = value.place.span.start;
    let part = |start, end, from: u32, to: u32, variable: Option<&str>| Part {
        start,
        end,
        place: Place { span: Span { start: at + from, end: at + to, ..value.place.span }, ..value.place },
        variable: variable.map(Into::into),
        is_default: false,
        is_unknown: false,
    };
    let parts = vec![part(0, 7, 0, 7, None), part(7, 9, 7, 11, Some("H")), part(9, 15, 11, 17, None)];
    value.value = "http://db:80/é".to_owned();
    value.parts = parts.into();
    let mut service = service("app");
    set_to(&mut service, "U", value);
    let found = references(&service, &Texts::new(&sources));
    assert_eq!(slice(&sources, found[0].place), "${H}");
    assert_eq!(slice(&sources, found[0].port_place.unwrap()), "80");
    assert_eq!((found[0].variable.as_deref(), found[0].text.as_str()), (Some("H"), "http://db:80/é"));
}

#[test]
fn a_healthcheck_asks_the_service_itself() {
    let sources = SourceDb::new();
    let mut service = service("app");
    let test = command(&sources, &["CMD-SHELL", "curl -f http://localhost:80 || exit 1"]).words;
    service.healthcheck = Some(Healthcheck { key: Place::start(), test, disabled: false });
    service.labels.insert("href".to_owned(), spanned(&sources, "/l", "http://x:80"));
    let found = references(&service, &Texts::new(&sources));
    assert_eq!(show(&sources, &found), "Own localhost:80 Url, Public x:80 Url");
}

#[test]
fn settings_before_a_program_are_not_the_program() {
    run(&["sh", "-c", "echo http://a:80"], "");
    run(&["sh", "-c", "LOG_LEVEL=debug echo http://a:80"], "");
    run(&["sh", "-c", "log-level=debug echo http://a:80"], "Peer a:80 Url");
    run(&["sh", "-c", "=debug echo http://a:80"], "Peer a:80 Url");
}
