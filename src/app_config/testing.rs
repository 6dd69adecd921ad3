//! Services made from text, for tests.

use std::path::Path;

use crate::model::{Command, Service, Spanned, Variable, VariableSource};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{SourceDb, Span};

/// A service without anything.
pub(crate) fn service(name: &str) -> Service {
    Service {
        name: name.to_owned(),
        key: Place::start(),
        place: Place::start(),
        profiles: Vec::new(),
        image: None,
        build: None,
        container_name: None,
        hostname: None,
        domainname: None,
        command: None,
        entrypoint: None,
        environment: Default::default(),
        environment_key: None,
        env_files: Vec::new(),
        ports: Vec::new(),
        ports_key: None,
        expose: Vec::new(),
        mounts: Vec::new(),
        volumes_key: None,
        volumes_from: Vec::new(),
        networks: Default::default(),
        networks_key: None,
        network_mode: None,
        links: Vec::new(),
        external_links: Vec::new(),
        extra_hosts: Vec::new(),
        depends_on: Default::default(),
        healthcheck: None,
        labels: Default::default(),
        labels_key: None,
        deploy_labels: Default::default(),
        deploy_labels_key: None,
        secrets: Vec::new(),
        configs: Vec::new(),
        replicas: None,
        restart: None,
        stop: crate::model::StopSettings::default(),
        user: None,
        working_dir: None,
        privileged: None,
        read_only: None,
        runtime: None,
        platform: None,
        device_requests: Vec::new(),
        devices: Vec::new(),
        memory_limit: None,
        cpu_limit: None,
        restart_condition: None,
        shm_size: None,
        logging: None,
        init: None,
        isolation: Default::default(),
        provider: None,
        configured: None,
    }
}

/// Writes a text into a file of its own and gives it as a value that is there.
pub(crate) fn spanned(sources: &SourceDb, path: &str, text: &str) -> Spanned<String> {
    let before = "é: \r\n";
    let file = sources.overlay(Path::new(path), format!("{before}{text}\r\n"));
    let start = before.len() as u32;
    let span = Span { file, start, end: start + text.len() as u32 };
    Spanned::new(text.to_owned(), Place { span, node: NodeId::new(0) })
}

/// Sets a variable of a service.
pub(crate) fn set(sources: &SourceDb, service: &mut Service, name: &str, value: &str) {
    set_to(service, name, spanned(sources, &format!("/{name}"), value));
}

/// Sets a variable of a service to a value with a place.
pub(crate) fn set_to(service: &mut Service, name: &str, value: Spanned<String>) {
    let variable = Variable {
        key: value.place,
        value: Some(value),
        is_unknown: false,
        with_gaps: None,
        is_assumed: false,
        source: VariableSource::Environment,
    };
    service.environment.insert(name.to_owned(), variable);
}

/// A command of words.
pub(crate) fn command(sources: &SourceDb, words: &[&str]) -> Command {
    let words = words.iter().enumerate().map(|(at, word)| spanned(sources, &format!("/word{at}"), word)).collect();
    Command { place: Place::start(), words }
}

/// The text of a place.
pub(crate) fn slice(sources: &SourceDb, place: Place) -> String {
    sources.file(place.span.file).slice(place.span.start, place.span.end).to_owned()
}
