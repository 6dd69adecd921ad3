//! Tests of the models of small projects.

use crate::facts::Facts;
use crate::facts::fixture::{with_facts, with_sources};
use crate::model::{DeviceCount, MountKind, Service, Spanned, VariableSource};
use crate::source::Place;
use crate::source::SourceDb;

/// Loads a service `s` with these lines and hands it over.
fn with_service(lines: &str, act: impl FnOnce(&dyn Fn(Place) -> String, &Service)) {
    let text = format!("services:\n  s:\n{lines}");
    with_sources(&[("compose.yaml", &text)], &[], |sources, facts| {
        act(&|place| written(sources, place), &facts.model.services["s"]);
    });
}

fn written(sources: &SourceDb, place: Place) -> String {
    sources.file(place.span.file).slice(place.span.start, place.span.end).to_owned()
}

fn values(texts: &[Spanned<String>]) -> Vec<&str> {
    texts.iter().map(|text| text.value.as_str()).collect()
}

#[test]
fn short_ports_point_at_their_sides() {
    let lines = "    image: x # é\r\n    ports: ['127.0.0.1:8080:80/udp', 9000-9001:90-91, '7']\r\n";
    with_service(lines, |written, service| {
        let published: Vec<Option<(u16, u16)>> = service.ports.iter().map(|port| port.published).collect();
        assert_eq!(published, [Some((8080, 8080)), Some((9000, 9000)), Some((9001, 9001)), None]);
        let targets: Vec<(u16, &str)> =
            service.ports.iter().map(|port| (port.target, port.protocol.as_str())).collect();
        assert_eq!(targets, [(80, "udp"), (90, "tcp"), (91, "tcp"), (7, "tcp")]);
        let first = &service.ports[0];
        assert_eq!(first.host_ip.as_ref().map(|address| address.text.as_str()), Some("127.0.0.1"));
        assert_eq!(written(first.place), "'127.0.0.1:8080:80/udp'");
        assert_eq!(written(first.host_place), "127.0.0.1:8080");
        assert_eq!(written(first.target_place), "80/udp");
        assert_eq!(written(service.ports_key.unwrap()), "ports");
    });
}

#[test]
fn long_ports_point_at_their_keys() {
    let lines = "    image: x\n    ports: [{target: 80, published: 8000-8010, host_ip: 0.0.0.0}, {target: 81, published: '0'}]\n";
    with_service(lines, |written, service| {
        assert_eq!(service.ports[0].published, Some((8000, 8010)));
        assert_eq!(written(service.ports[0].host_place), "8000-8010");
        assert_eq!(written(service.ports[0].target_place), "80");
        assert_eq!(service.ports[1].published, None);
    });
}

#[test]
fn mounts_have_their_kinds() {
    let lines = "    image: x
    volumes:
      - /host/x:/abs:ro
      - data:/data/
      - /anonymous
      - {type: tmpfs, target: /mem}
      - {type: volume, source: data, target: /sub, volume: {subpath: inner}}
      - {type: image, source: alpine, target: /alpine}
      - {type: bind, source: /, target: /hostfs, bind: {propagation: rshared}}
    tmpfs: ['/run/:size=1m,exec', /tmp]
volumes: {data: {}}
";
    with_service(lines, |written, service| {
        let found: Vec<(&str, &MountKind)> =
            service.mounts.iter().map(|mount| (mount.target.value.as_str(), &mount.kind)).collect();
        let data = MountKind::Volume("data".to_owned());
        let expect = [
            ("/abs", &MountKind::Bind("/host/x".to_owned())),
            ("/data", &data),
            ("/anonymous", &MountKind::Anonymous),
            ("/mem", &MountKind::Tmpfs),
            ("/sub", &data),
            ("/alpine", &MountKind::Other("image".to_owned())),
            ("/hostfs", &MountKind::Bind("/".to_owned())),
            ("/run", &MountKind::Tmpfs),
            ("/tmp", &MountKind::Tmpfs),
        ];
        assert_eq!(found, expect);
        assert!(service.mounts[0].read_only && !service.mounts[1].read_only);
        assert_eq!(service.mounts[4].subpath.as_deref(), Some("inner"));
        assert_eq!(service.mounts[6].propagation.as_ref().unwrap().value, "rshared");
        assert_eq!(written(service.mounts[0].target.place), "/abs");
        assert_eq!(written(service.mounts[7].target.place), "/run/");
        assert_eq!(written(service.mounts[7].options.as_ref().unwrap().place), "size=1m,exec");
    });
}

#[test]
fn a_source_that_is_a_blank_variable_is_not_known() {
    let lines = "    image: x
    volumes:
      - ${NONE}:/short
      - {type: bind, source: '${NONE}', target: /long}
      - ${NONE}/:/root
      - ${NONE}/data:/below
      - .:/here
";
    with_service(lines, |_, service| {
        let found: Vec<(&str, &MountKind, bool)> =
            service.mounts.iter().map(|one| (one.target.value.as_str(), &one.kind, one.source.is_some())).collect();
        let (below, here) = (MountKind::Bind("/data".to_owned()), MountKind::Bind("/plimsoll-test/shop".to_owned()));
        let expect = [
            ("/short", &MountKind::Unknown, false),
            ("/long", &MountKind::Unknown, false),
            ("/root", &MountKind::Unknown, false),
            ("/below", &below, true),
            ("/here", &here, true),
        ];
        assert_eq!(found, expect);
    });
}

#[test]
fn variables_point_at_their_values() {
    with_service("    image: x\n    environment: [A=1, B, C=]\n", |written, service| {
        let values: Vec<(&str, Option<&str>)> = service
            .environment
            .iter()
            .map(|(name, variable)| (name.as_str(), variable.value.as_ref().map(|value| value.value.as_str())))
            .collect();
        assert_eq!(values, [("A", Some("1")), ("B", None), ("C", Some(""))]);
        assert_eq!(written(service.environment["A"].value.as_ref().unwrap().place), "1");
        assert_eq!(written(service.environment["A"].key), "A=1");
        assert_eq!(written(service.environment_key.unwrap()), "environment");
    });
}

#[test]
fn lines_of_env_files_are_told_from_the_environment() {
    let text = "services:\n  s:\n    image: x\n    environment: {A: 1}\n    env_file: [{path: raw.env, format: raw}]\n";
    with_sources(&[("compose.yaml", text), ("raw.env", "A=2\nD=4\n")], &[], |_, facts| {
        let service = &facts.model.services["s"];
        assert!(service.env_files[0].loaded && service.env_files[0].required);
        assert!(service.env_files[0].path.value.ends_with("/shop/raw.env"));
        let environment = &service.environment;
        assert_eq!(environment["A"].source, VariableSource::Environment);
        assert_eq!(environment["D"].source, VariableSource::EnvFile);
    });
}

#[test]
fn commands_are_words() {
    let lines = "    image: x\n    entrypoint: [/e, -x]\n    command: serve --port 80\n";
    with_service(lines, |written, service| {
        let entrypoint = service.entrypoint.as_ref().unwrap();
        assert_eq!(values(&entrypoint.words), ["/e", "-x"]);
        assert_eq!(written(entrypoint.words[1].place), "-x");
        assert_eq!(values(&service.command.as_ref().unwrap().words), ["serve", "--port", "80"]);
    });
    with_service("    image: x\n", |_, service| assert!(service.command.is_none()));
}

#[test]
fn what_compose_implies_is_left_out() {
    let lines = "    image: x\n    links: [t]\n    secrets: [key]\n  t:\n    image: x\n    depends_on: [u]\n  u:\n    image: x\n    networks: [default]\nsecrets: {key: {file: ./key}}\n";
    with_service(lines, |_, service| {
        assert!(service.depends_on.is_empty());
        assert_eq!(service.networks_key, None);
        assert!(service.networks.contains_key("default"));
        assert_eq!(service.secrets[0].source.value, "key");
        assert_eq!(service.secrets[0].target, None);
    });
    let text = format!("services:\n  s:\n{lines}");
    with_facts(&text, |facts| {
        assert_eq!(facts.model.services["t"].depends_on["u"].condition.value, "service_started");
        assert!(facts.model.services["u"].networks_key.is_some());
        assert!(!facts.model.networks["default"].declared);
        assert_eq!(facts.model.networks["default"].key, facts.model.place);
        assert!(facts.model.secrets["key"].file.as_ref().unwrap().value.ends_with("/shop/key"));
    });
}

#[test]
fn healthchecks_are_tests_with_a_first_word() {
    let check = |healthcheck: &str, disabled: bool, expect: &[&str]| {
        with_service(&format!("    image: x\n    healthcheck: {healthcheck}\n"), |_, service| {
            let healthcheck = service.healthcheck.as_ref().unwrap();
            assert_eq!((healthcheck.disabled, values(&healthcheck.test)), (disabled, expect.to_vec()));
        });
    };
    check("{test: curl x}", false, &["CMD-SHELL", "curl x"]);
    check("{test: [CMD, curl, x]}", false, &["CMD", "curl", "x"]);
    check("{test: [NONE]}", true, &["NONE"]);
    check("{disable: true}", true, &[]);
    check("{interval: 5s}", false, &[]);
}

#[test]
fn limits_and_devices_are_read() {
    let lines = "    image: x
    mem_limit: 1g
    cpus: 0.5
    deploy:
      replicas: 3
      resources:
        limits: {cpus: '1.5'}
        reservations: {devices: [{driver: nvidia, count: -1, capabilities: [gpu]}, {device_ids: ['0'], capabilities: [gpu]}]}
    gpus: all
    devices: ['/dev/a:/dev/b:r']
    privileged: true
    cap_add: [SYS_ADMIN]
";
    with_service(lines, |written, service| {
        assert_eq!(service.memory_limit.as_ref().unwrap().value, 1 << 30);
        assert_eq!(service.cpu_limit.as_ref().unwrap().value, 1.5);
        assert_eq!(service.replicas.as_ref().unwrap().value, 3);
        assert!(service.privileged.as_ref().unwrap().value);
        assert_eq!(values(&service.isolation.cap_add), ["SYS_ADMIN"]);
        let counts: Vec<&DeviceCount> = service.device_requests.iter().map(|request| &request.count).collect();
        assert_eq!(counts, [&DeviceCount::All, &DeviceCount::All, &DeviceCount::Ids(vec!["0".to_owned()])]);
        let places: Vec<String> = service.device_requests.iter().map(|request| written(request.place)).collect();
        assert_eq!(places, ["all", "-1", "['0']"]);
        assert_eq!(service.device_requests[0].capabilities, ["gpu"]);
        assert_eq!(service.devices[0].value, ("/dev/a".to_owned(), "/dev/b".to_owned(), "r".to_owned()));
    });
}

#[test]
fn hosts_are_names_and_addresses() {
    let hosts = |facts: &Facts<'_>| {
        let hosts = facts.model.services["s"].extra_hosts.iter().map(|host| host.value.clone());
        let mut hosts: Vec<(String, String)> = hosts.collect();
        hosts.sort();
        hosts
    };
    let expect = [("g", "host-gateway"), ("h", "1.2.3.4"), ("h", "::1")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let list = "services:\n  s: {image: x, extra_hosts: ['h:1.2.3.4', 'h=::1', 'g=host-gateway']}\n";
    with_facts(list, |facts| assert_eq!(hosts(facts), expect));
    let map = "services:\n  s: {image: x, extra_hosts: {h: [1.2.3.4, '::1'], g: host-gateway}}\n";
    with_facts(map, |facts| assert_eq!(hosts(facts), expect));
}

#[test]
fn volumes_in_memory_are_recognised() {
    let text = "services:\n  s: {image: x, volumes: ['memory:/m', 'bound:/b']}\nvolumes:\n  memory: {driver_opts: {type: tmpfs, device: tmpfs}}\n  bound: {driver_opts: {type: none, o: bind, device: /srv}}\n  other: {driver: other, driver_opts: {type: tmpfs}}\n  foreign: {external: true, name: elsewhere}\n";
    with_facts(text, |facts| {
        let memory: Vec<bool> = facts.model.volumes.values().map(|volume| volume.is_tmpfs()).collect();
        assert_eq!(memory, [true, false, false, false]);
        assert_eq!(facts.model.services["s"].mounts[1].kind, MountKind::Volume("bound".to_owned()));
        assert_eq!(facts.model.volumes["memory"].name.value, "shop_memory");
        assert_eq!(facts.model.volumes["foreign"].name.value, "elsewhere");
        assert!(facts.model.volumes["foreign"].external);
    });
}

#[test]
fn interpolated_text_keeps_its_parts() {
    let lines = "    image: repo/x:${TAG:-1}\n    container_name: ''\n    profiles: []\n";
    with_service(lines, |written, service| {
        let image = service.image.as_ref().unwrap();
        assert_eq!(image.value.tag.as_deref(), Some("1"));
        assert!(image.is_interpolated());
        let part = image.parts.iter().find(|part| part.variable.is_some()).unwrap();
        assert_eq!(written(part.place), "${TAG:-1}");
        assert!(service.container_name.is_none());
    });
}

#[test]
fn wrong_types_are_left_out() {
    let lines = "    image: [x]\n    ports: {a: b}\n    volumes: 5\n    environment: text\n    networks: 3\n    healthcheck: []\n    deploy: x\n    build: [x]\n    gpus: {a: 1}\n    command: {a: b}\n    extra_hosts: 7\n";
    with_service(lines, |_, service| {
        assert!(service.ports.is_empty() && service.mounts.is_empty() && service.device_requests.is_empty());
    });
    with_facts("services: [x]\nnetworks: 5\n", |facts| assert!(facts.model.services.is_empty()));
    with_facts("- x\n", |facts| assert!(facts.model.services.is_empty()));
}

#[test]
fn services_of_inactive_profiles_stand_aside() {
    with_facts("services:\n  a: {image: x}\n  b: {image: x, profiles: [p], env_file: [x.env]}\n", |facts| {
        assert_eq!(facts.model.services.keys().collect::<Vec<_>>(), ["a"]);
        let disabled = &facts.model.disabled["b"];
        assert_eq!(values(&disabled.profiles), ["p"]);
        assert!(disabled.env_files[0].path.value.ends_with("/x.env"));
    });
}
