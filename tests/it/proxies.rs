//! Deployments behind a proxy, as their authors describe them, and what plimsoll says of what can go wrong in them.

use crate::common::{findings, places, project, report};

/// What is found in a project: rule, file and line, of the rules of the families `network` and `proxy`.
fn check(name: &str, files: &[(&str, &str)], expect: &[(&str, &str, u64)]) {
    const OTHERS: [&str; 4] = ["unset-variable", "unset-secret", "missing-env-file", "datastore-at-wrong-path"];
    let folder = project("proxies", name, files);
    let mut found: Vec<(String, String, u64)> = places(&findings(&report(&folder, &[])))
        .into_iter()
        .filter(|(rule, ..)| !OTHERS.contains(&rule.as_str()))
        .collect();
    found.sort();
    let mut expect: Vec<(String, String, u64)> =
        expect.iter().map(|(rule, file, line)| ((*rule).to_owned(), (*file).to_owned(), *line)).collect();
    expect.sort();
    assert_eq!(found, expect, "{name}");
}

/// An nginx in front of a Gunicorn, with certificates of certbot.
const ROCKET: &str = "\
services:
  nginx:
    image: nginx:1.29
    ports:
      - \"80:80\"
      - \"443:443\"
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
      - certificates:/etc/letsencrypt:ro
      - webroot:/var/www/certbot:ro
  rocket2:
    build: .
  certbot:
    image: certbot/certbot:v5.0.0
    command: renew --webroot -w /var/www/certbot
    volumes:
      - certificates:/etc/letsencrypt
      - webroot:/var/www/certbot
volumes:
  certificates:
  webroot:
";

const ROCKET_NGINX: &str = "\
events {}
http {
    server {
        listen 80;
        location /.well-known/acme-challenge/ { root /var/www/certbot; }
        location / { return 301 https://$host$request_uri; }
    }
    server {
        listen 443 ssl;
        ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;
        ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem;
        location / { proxy_pass http://rocket2:5000; }
    }
}
";

const ROCKET_DOCKERFILE: &str = "\
FROM python:3.12-slim
WORKDIR /app
COPY . .
EXPOSE 5000
CMD [\"gunicorn\", \"-b\", \"0.0.0.0:5000\", \"app:app\"]
";

fn rocket(name: &str, compose: &str, nginx: &str, expect: &[(&str, &str, u64)]) {
    let files = [("docker-compose.yml", compose), ("nginx.conf", nginx), ("Dockerfile", ROCKET_DOCKERFILE)];
    check(name, &files, expect);
}

#[test]
fn a_gunicorn_behind_nginx_as_it_should_be() {
    rocket("rocket", ROCKET, ROCKET_NGINX, &[]);
}

#[test]
fn the_port_of_the_gunicorn_beside_nginx() {
    let compose = ROCKET.replace("    build: .\n", "    build: .\n    ports: [\"5000:5000\"]\n");
    rocket("rocket-port", &compose, ROCKET_NGINX, &[("proxied-port-published", "docker-compose.yml", 13)]);
}

#[test]
fn the_upstream_of_nginx_by_localhost_and_by_wrong_names() {
    let localhost = ROCKET_NGINX.replace("rocket2:5000", "localhost:5000");
    rocket("rocket-localhost", ROCKET, &localhost, &[("upstream-localhost", "nginx.conf", 12)]);
    let misspelt = ROCKET_NGINX.replace("rocket2:5000", "rocket:5000");
    rocket("rocket-name", ROCKET, &misspelt, &[("upstream-unknown-host", "nginx.conf", 12)]);
    let port = ROCKET_NGINX.replace("rocket2:5000", "rocket2:8000");
    rocket("rocket-other-port", ROCKET, &port, &[("upstream-port-mismatch", "nginx.conf", 12)]);
}

#[test]
fn the_443_of_nginx_and_its_certificates() {
    let compose = ROCKET.replace("      - \"443:443\"\n", "");
    rocket("rocket-443", &compose, ROCKET_NGINX, &[("listening-port-not-published", "nginx.conf", 9)]);
    let compose = ROCKET.replace("      - certificates:/etc/letsencrypt:ro\n", "");
    rocket("rocket-certificates", &compose, ROCKET_NGINX, &[("certificate-not-mounted", "nginx.conf", 10)]);
    let compose = ROCKET.replace("webroot:/var/www/certbot:ro", "./www:/var/www/certbot:ro");
    rocket("rocket-webroot", &compose, ROCKET_NGINX, &[("acme-webroot-not-shared", "nginx.conf", 5)]);
    let compose =
        ROCKET.replace("./nginx.conf:/etc/nginx/nginx.conf:ro", "./nginx.conf:/etc/nginx/conf.d/default.conf:ro");
    rocket("rocket-path", &compose, ROCKET_NGINX, &[("proxy-config-path", "docker-compose.yml", 8)]);
}

/// A Django application behind Caddy, with a consumer of Kafka, in a directory of its own.
const DRUNC: &str = "\
services:
  app:
    build: ..
    command: gunicorn -b 0.0.0.0:8000 drunc_ui.wsgi
    environment:
      DATABASE_HOST: postgres
  kafka_consumer:
    build: ..
    command: python manage.py kafka_consumer
    environment:
      DATABASE_HOST: postgres
      KAFKA_ADDRESS: kafka:9092
  kafka:
    image: apache/kafka:4.1.0
    volumes: [kafka:/var/lib/kafka/data]
  postgres:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/database
    secrets: [database]
    volumes: [database:/var/lib/postgresql/data]
  proxy:
    image: caddy:2.10
    ports: [\"80:80\", \"443:443\"]
    environment:
      UPSTREAM: app:8000
    volumes:
      - ./Caddyfile:/etc/caddy/Caddyfile:ro
      - ./cert.pem:/certs/cert.pem:ro
      - ./key.pem:/certs/key.pem:ro
volumes: {database: {}, kafka: {}}
secrets: {database: {file: ./database.txt}}
";

const DRUNC_CADDY: &str = "\
https://localhost {
    tls /certs/cert.pem /certs/key.pem
    reverse_proxy {$UPSTREAM}
}
";

fn drunc(name: &str, compose: &str, expect: &[(&str, &str, u64)]) {
    let files = [
        ("example_deployment/docker-compose.yml", compose),
        ("example_deployment/Caddyfile", DRUNC_CADDY),
        ("example_deployment/cert.pem", ""),
        ("example_deployment/key.pem", ""),
        ("Dockerfile", "FROM python:3.12-slim\nWORKDIR /usr/src/app\nCOPY . .\n"),
    ];
    check(name, &files, expect);
}

#[test]
fn a_django_behind_caddy_as_it_should_be() {
    drunc("drunc", DRUNC, &[]);
}

#[test]
fn the_consumer_and_what_it_must_reach() {
    let compose = DRUNC.replace("kafka:9092", "kafak:9092");
    drunc("drunc-broker", &compose, &[("unknown-host", "example_deployment/docker-compose.yml", 12)]);
    let compose = DRUNC
        .replace("    command: python manage.py", "    networks: [front]\n    command: python manage.py")
        + "networks: {front: {}}\n";
    let expect = [("unshared-network", "example_deployment/docker-compose.yml", 12)];
    drunc("drunc-networks", &compose, &expect);
}

#[test]
fn caddy_with_its_environment_ports_and_certificates() {
    let caddyfile = "example_deployment/Caddyfile";
    let compose = DRUNC.replace("app:8000", "web:8000");
    drunc("drunc-upstream", &compose, &[("upstream-unknown-host", caddyfile, 3)]);
    let compose = DRUNC.replace("app:8000", "app:5000");
    drunc("drunc-port", &compose, &[("upstream-port-mismatch", caddyfile, 3)]);
    let compose = DRUNC.replace("UPSTREAM: app:8000", "UPSTREAM: localhost:8000");
    drunc("drunc-localhost", &compose, &[("upstream-localhost", caddyfile, 3)]);
    let compose = DRUNC.replace("\"80:80\", \"443:443\"", "\"80:80\"");
    drunc("drunc-443", &compose, &[("listening-port-not-published", caddyfile, 1)]);
    let compose = DRUNC.replace("      - ./key.pem:/certs/key.pem:ro\n", "");
    drunc("drunc-certificates", &compose, &[("certificate-not-mounted", caddyfile, 2)]);
}

#[test]
fn what_a_prometheus_scrapes() {
    let compose = "\
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: [\"./prometheus.yml:/etc/prometheus/prometheus.yml:ro\", \"data:/prometheus\"]
  node-exporter:
    image: prom/node-exporter:v1.9.0
  web:
    image: example/web:1.4
    networks: [back]
volumes: {data: {}}
networks: {back: {}}
";
    let prometheus = "\
scrape_configs:
  - job_name: own
    static_configs: [{targets: ['localhost:9090']}]
  - job_name: node
    static_configs: [{targets: ['localhost:9100']}]
  - job_name: web
    static_configs:
      - targets:
          - web:8000
          - api:8000
";
    let expect = [
        ("loopback-host", "prometheus.yml", 5),
        ("unshared-network", "prometheus.yml", 9),
        ("unknown-host", "prometheus.yml", 10),
    ];
    check("prometheus", &[("compose.yaml", compose), ("prometheus.yml", prometheus)], &expect);
}

#[test]
fn a_configuration_that_stands_in_the_compose_file() {
    let compose = "\
services:
  proxy:
    image: nginx:1.29
    ports: [\"80:80\"]
    configs:
      - source: nginx
        target: /etc/nginx/conf.d/default.conf
  web:
    image: example/web:1.4
configs:
  nginx:
    content: |
      server {
        listen 80;
        # é
        location / {
          proxy_pass http://wep:8000;
        }
      }
";
    check("inline", &[("compose.yaml", compose)], &[("upstream-unknown-host", "compose.yaml", 17)]);
}

#[test]
fn the_port_of_a_variable_without_a_value_is_called_by_the_variable() {
    let compose = "\
services:
  db:
    image: postgres:17
    ports: [\"${DB_PORT}:5432\"]
  cache:
    image: redis:8
    ports: [\"6379\"]
  metrics:
    image: prom/prometheus:v3.7.3
    ports:
      - target: 9090
        published: ${METRICS_PORT}
  store:
    image: mongo:8
    ports: [\"${STORE_PORT:-27018}:27017\"]
";
    let folder = project("proxies", "ports-in-words", &[("compose.yaml", compose)]);
    let arguments = ["--select", "exposed-datastore,unauthenticated-service-published"];
    let found = findings(&report(&folder, &arguments));
    let says = |of: &str| {
        let one = found.iter().find(|one| one["resource"] == format!("services.{of}"));
        let text = |key: &str| one.and_then(|one| one[key].as_str()).unwrap_or_default().to_owned();
        format!("{} / {}", text("message"), text("help"))
    };
    let expect = [
        ("db", "publishes the port in `DB_PORT`", "`127.0.0.1:${DB_PORT}:5432`"),
        ("cache", "publishes a port picked by Docker", "`127.0.0.1::6379`"),
        ("metrics", "publishes the port in `METRICS_PORT`", "`127.0.0.1:${METRICS_PORT}:9090`"),
        ("store", "publishes port 27018", "`127.0.0.1:27018:27017`"),
    ];
    for (service, message, help) in expect {
        let said = says(service);
        assert!(said.contains(message) && said.contains(help), "{said}");
    }
}
