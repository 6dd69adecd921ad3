//! Tests of the proxies in small projects.

use std::path::Path;

use super::testing::{service, set, slice, spanned};
use super::*;
use crate::compose::value::thin_arc::Few;
use crate::model::{Build, FileObject, Grant, ImageReference, Model, Mount, MountKind, Service, Spanned};

fn model(services: Vec<Service>) -> Model {
    Model {
        name: "p".to_owned(),
        directory: PathBuf::from("/p"),
        services: services.into_iter().map(|service| (service.name.clone(), service)).collect(),
        disabled: Default::default(),
        networks: Default::default(),
        volumes: Default::default(),
        secrets: Default::default(),
        configs: Default::default(),
        place: Place::start(),
        budget: Default::default(),
    }
}

fn text(value: &str) -> Spanned<String> {
    Spanned::new(value.to_owned(), Place::start())
}

fn image(service: &mut Service, repository: &str) {
    service.image = Some(Spanned::new(ImageReference::parse(repository), Place::start()));
}

fn bind(source: &str, target: &str) -> Mount {
    Mount {
        place: Place::start(),
        via: Few::new(),
        kind: MountKind::Bind(source.to_owned()),
        source: None,
        target: text(target),
        read_only: true,
        subpath: None,
        must_exist: false,
        propagation: None,
        options: None,
    }
}

/// `proxy > host:port @text`, one a target.
fn check(sources: &SourceDb, model: &Model, expect: &[&str]) {
    let show = |one: &ProxyTarget| {
        let port = one.port.map_or("-".to_owned(), |port| port.to_string());
        format!("{} > {}:{port} @{}", one.proxy.as_deref().unwrap_or("-"), one.host, slice(sources, one.place))
    };
    assert_eq!(collect_app_configs(model, sources, false).targets.iter().map(show).collect::<Vec<_>>(), expect);
}

#[test]
fn mounted_files() {
    let sources = SourceDb::new();
    sources.overlay(
        Path::new("/p/nginx.conf"),
        "upstream é { server app:8000; }\r\nproxy_pass http://é; proxy_pass http://web;".into(),
    );
    sources.overlay(Path::new("/p/t.conf.template"), "proxy_pass http://${H}:80;".into());
    sources.overlay(Path::new("/p/Caddyfile"), "a {\n reverse_proxy {$H}:81\n}".into());
    sources.overlay(Path::new("/q/nginx.conf"), "proxy_pass http://outside;".into());
    sources.overlay(Path::new("/p/other.conf"), "proxy_pass http://no;".into());
    let mut front = service("front");
    set(&sources, &mut front, "H", "api");
    front.mounts = vec![
        bind("/p/nginx.conf", "/etc/nginx/nginx.conf"),
        bind("/p/t.conf.template", "/etc/nginx/templates/default.conf.template"),
        bind("/p/Caddyfile", "/etc/caddy/Caddyfile"),
        bind("/q/nginx.conf", "/etc/nginx/conf.d/outside.conf"),
        bind("/p/other.conf", "/etc/app/other.conf"),
    ];
    let model = model(vec![front]);
    let expect = [
        "front > app:8000 @app:8000",
        "front > web:- @web",
        "front > api:80 @http://${H}:80",
        "front > api:81 @{$H}:81",
    ];
    check(&sources, &model, &expect);
}

#[test]
fn configs_of_the_project() {
    let sources = SourceDb::new();
    let content = spanned(&sources, "/p/compose.yaml", "listen 8080; proxy_pass http://app;");
    let mut front = service("front");
    image(&mut front, "docker.io/library/nginx");
    let grant =
        Grant { place: Place::start(), source: text("c"), target: Some(text("/etc/nginx/conf.d/default.conf")) };
    front.configs = vec![grant];
    let mut model = model(vec![front]);
    let object =
        FileObject { key: Place::start(), file: None, environment: None, content: Some(content), external: false };
    model.configs.insert("c".to_owned(), object);
    check(&sources, &model, &["front > app:- @app"]);
    let listens = collect_app_configs(&model, &sources, false).listens;
    assert_eq!((listens[0].port, listens[0].ssl, slice(&sources, listens[0].place).as_str()), (8080, false, "8080"));
}

#[test]
fn files_copied_into_an_image() {
    let sources = SourceDb::new();
    let dockerfile = "FROM nginx\nCOPY --from=build /x /etc/nginx/nginx.conf\nCOPY --chown=1 site.conf /etc/nginx/conf.d/\nADD [\"Caddyfile\", \"/etc/caddy/Caddyfile\"]\nCOPY . /app";
    sources.overlay(Path::new("/p/front/Dockerfile"), dockerfile.into());
    sources.overlay(Path::new("/p/front/site.conf"), "proxy_pass http://app:1;".into());
    sources.overlay(Path::new("/p/front/Caddyfile"), "a\nreverse_proxy app:2".into());
    let mut front = service("front");
    front.build = Some(Build {
        key: Place::start(),
        context: Some(text("/p/front")),
        dockerfile: None,
        inline: None,
        target: None,
        args: Default::default(),
        image: None,
    });
    let mut model = model(vec![front]);
    builds::read_builds(&mut model, &sources, Path::new("/p"));
    check(&sources, &model, &["front > app:1 @app:1", "front > app:2 @app:2"]);
}

#[test]
fn traefik_routes_by_labels() {
    let sources = SourceDb::new();
    let mut app = service("app");
    let port = "traefik.http.services.app.loadbalancer.server.port";
    app.labels.insert(port.to_owned(), spanned(&sources, "/l", "8080"));
    let mut proxy = service("edge");
    image(&mut proxy, "traefik");
    check(&sources, &model(vec![app.clone()]), &[]);
    let mut met = app.clone();
    met.network_mode = Some(spanned(&sources, "/n", "bridge"));
    check(&sources, &model(vec![met]), &["- > app:8080 @8080"]);
    check(&sources, &model(vec![app, proxy]), &["edge > app:8080 @8080"]);
}
