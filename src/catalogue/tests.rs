//! Tests of the catalogue: look-ups, and that every file of `rules/images` is sound.

use std::collections::BTreeSet;

use super::schema::{DatabaseEngine, Keeps, WrongMountEffect};
use super::*;

fn image(repository: &str) -> &'static Image {
    lookup(repository).unwrap_or_else(|| panic!("{repository} is not found")).image
}

fn every_image() -> impl Iterator<Item = &'static Image> {
    (0..table::TEXTS.len()).map(|index| image_at(index).expect("the build has read the file"))
}

#[test]
fn registries_and_mirrors_are_seen_through() {
    for name in [
        "postgres",
        "library/postgres",
        "docker.io/postgres",
        "docker.io/library/postgres",
        "index.docker.io/library/postgres",
        "registry.hub.docker.com/library/postgres",
        "public.ecr.aws/docker/library/postgres",
        "mirror.gcr.io/library/postgres",
        "docker.io/pgvector/pgvector",
    ] {
        let found = lookup(name).unwrap_or_else(|| panic!("{name} is not found"));
        assert_eq!((found.image.name.as_str(), found.exact), ("postgres", true), "{name}");
    }
}

#[test]
fn the_end_of_a_name_is_a_guess() {
    for (name, expected) in [
        ("registry.cn-hangzhou.aliyuncs.com/zhengqing/redis", "redis"),
        ("harbor.example.com/hub/library/postgres", "postgres"),
        ("harbor.example.com/proxy/grafana/grafana", "grafana"),
        ("localhost:5000/mysql", "mysql"),
    ] {
        let found = lookup(name).unwrap_or_else(|| panic!("{name} is not found"));
        assert_eq!((found.image.name.as_str(), found.exact), (expected, false), "{name}");
    }
}

#[test]
fn words_of_others_are_not_matched() {
    for name in ["acme/nginx", "acme/alpine", "acme/my-postgres", "acme/registry", "postgresql-backup", "web", "", "/"]
    {
        assert!(lookup(name).is_none(), "{name}");
    }
}

#[test]
fn postgres_moved_its_data_in_18() {
    let paths = |tag: Option<&str>| -> Vec<Vec<&str>> {
        let answers = image("postgres").data_for(tag);
        answers.iter().map(|answer| answer.iter().map(|data| data.path.as_str()).collect()).collect()
    };
    assert_eq!(paths(Some("17-alpine")), [["/var/lib/postgresql/data"]]);
    assert_eq!(paths(Some("pg16")), [["/var/lib/postgresql/data"]]);
    for tag in [None, Some("latest"), Some("alpine"), Some("18.1-bookworm"), Some("0.8.1-pg18-trixie")] {
        assert_eq!(paths(tag), [["/var/lib/postgresql"]], "{tag:?}");
    }
    assert_eq!(paths(Some("${POSTGRES_TAG}")), [["/var/lib/postgresql"], ["/var/lib/postgresql/data"]]);
    let newest = image("postgres").data_for(None);
    assert_eq!(newest[0][0].wrong[0].effect, WrongMountEffect::Refused);
}

#[test]
fn a_latest_that_has_moved_is_unknown() {
    let influxdb = image("influxdb");
    assert!(influxdb.data_for(None).len() > 1 && influxdb.data_for(Some("latest")).len() > 1);
    assert_eq!(influxdb.data_for(Some("2.7-alpine")).len(), 1);
}

#[test]
fn a_tag_without_the_prefix_of_versions_is_unknown() {
    let timescaledb = image("timescale/timescaledb");
    for tag in [None, Some("latest"), Some("2.17.2")] {
        assert_eq!(timescaledb.data_for(tag).len(), 2, "{tag:?}");
    }
    assert_eq!(timescaledb.data_for(Some("2.17.2-pg17")).len(), 1);
    assert_eq!(image("postgis/postgis").data_for(None).len(), 2);
    assert_eq!(image("postgis/postgis").data_for(Some("17-3.5")).len(), 1);
}

#[test]
fn embedded_databases_depend_on_the_build() {
    for name in ["gitea/gitea", "codeberg.org/forgejo/forgejo"] {
        let paths = |tag| -> Vec<Vec<&str>> {
            let answers = image(name).sqlite_for(tag);
            answers.iter().map(|files| files.iter().map(|file| file.path.as_str()).collect()).collect()
        };
        let (usual, rootless) = ("/data/gitea/gitea.db", "/var/lib/gitea/data/gitea.db");
        assert_eq!(paths(Some("1.24")), [[usual]]);
        assert_eq!(paths(Some("1.24-rootless")), [[rootless]]);
        assert_eq!(paths(Some("${GITEA_TAG}")), [[usual], [rootless]]);
    }
}

#[test]
fn facts_depend_on_the_tag() {
    let elasticsearch = image("elasticsearch");
    assert_eq!(elasticsearch.login_for(Some("7.17.0")).map(|login| login.default), Some(false));
    assert_eq!(elasticsearch.login_for(Some("8.11.1")).map(|login| login.default), Some(true));
    assert!(elasticsearch.login_for(Some("$TAG")).is_none());
    assert_eq!(image("ollama/ollama").gpu_for(Some("0.5.7-rocm")), None);
    assert_eq!(image("ollama/ollama").gpu_for(None), Some(GpuNeed::Optional));
    assert_eq!(image("ollama/ollama").gpu_for(Some("${OLLAMA_TAG}")), None);
}

#[test]
fn ports_depend_on_the_build() {
    let ports = |tag| -> Vec<u16> { image("nextcloud").ports_for(tag)[0].iter().map(|port| port.port).collect() };
    assert_eq!(ports(Some("31-fpm-alpine")), [9000]);
    assert_eq!(ports(Some("31-apache")), [80]);
    assert_eq!(ports(Some("${NEXTCLOUD_TAG}")), [80, 9000]);
}

#[test]
fn programs_depend_on_the_build() {
    let postgres = image("postgres");
    assert_eq!(postgres.has_program(Some("17-alpine3.20"), "wget"), Some(true));
    assert_eq!(postgres.has_program(Some("17"), "wget"), Some(false));
    assert_eq!(postgres.has_program(Some("17"), "python3"), None);
    assert_eq!(postgres.has_program(Some("$TAG"), "wget"), None);
    assert_eq!(postgres.has_program(Some("$TAG"), "bash"), Some(true));
    assert_eq!(image("prom/prometheus").has_program(Some("$TAG"), "wget"), None);
    assert_eq!(image("prom/prometheus").has_program(Some("v3.1.0-distroless"), "wget"), Some(false));
    assert_eq!(image("neo4j").has_program(Some("$TAG"), "wget"), None);
    assert_eq!(image("mongo").has_program(Some("4.4"), "mongosh"), Some(false));
    assert_eq!(image("mongo").has_program(Some("sha"), "mongosh"), None);
    assert!(
        image("mongo").healthcheck_for(Some("7")).is_some() && image("mongo").healthcheck_for(Some("4.4")).is_none()
    );
    assert_eq!(image("nginx").has_program(Some("1.27-alpine-slim"), "curl"), Some(false));
    assert_eq!(image("nginx").has_program(Some("1.27-alpine"), "curl"), Some(true));
}

#[test]
fn helpers_answer_for_a_port_and_a_variable() {
    let postgres = image("postgres");
    assert!(postgres.is_datastore() && postgres.holds_data());
    assert!(postgres.exposure(5432).is_some() && postgres.exposure(80).is_none());
    assert_eq!(postgres.secret_variables().collect::<Vec<_>>(), ["POSTGRES_PASSWORD"]);
    let trust = &postgres.required[0].any_of[2];
    assert!(trust.contains("trust") && !trust.contains("md5"));
    assert!(!postgres.required[0].any_of[0].contains(""));
}

#[test]
fn keys_and_embedded_databases_are_known() {
    let slurk = image("slurk/server");
    assert_eq!(slurk.session_secrets, [["SLURK_SECRET_KEY"]]);
    assert_eq!(slurk.in_memory.as_ref().map(|memory| memory.unless[0].variable.as_str()), Some("SLURK_DATABASE_URI"));
    let grafana = image("grafana/grafana").sqlite_for(None);
    assert_eq!(grafana[0][0].path, "/var/lib/grafana/grafana.db");
    assert!(grafana[0][0].replaced_by.iter().any(|setting| setting.variable == "GF_DATABASE_URL"));
    assert_eq!(image("metabase/metabase").sqlite_for(None)[0][0].engine, DatabaseEngine::H2);
}

#[test]
fn repositories_are_sorted_unique_and_short() {
    let names: Vec<&str> = table::REPOSITORIES.iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted_by(|left, right| left < right));
    for name in names {
        assert_eq!(hub_name(name), name, "not in short form");
        assert!(!name.contains('@') && !name.rsplit('/').next().unwrap_or(name).contains(':'), "{name} has a tag");
    }
}

#[test]
fn every_file_has_sources_and_is_checked() {
    for image in every_image() {
        assert!(!image.sources.is_empty() && !image.repositories.is_empty(), "{}", image.name);
        assert!(image.checked, "{}: its facts are not held against its documentation", image.name);
    }
}

#[test]
fn paths_are_absolute_and_inside_their_volume() {
    for image in every_image() {
        for data in &image.data {
            let paths = [&data.path].into_iter().chain(&data.volume).chain(&data.also_accepted);
            for path in paths.chain(data.wrong.iter().map(|wrong| &wrong.path)) {
                assert!(path.starts_with('/') && !path.ends_with('/'), "{}: {path}", image.name);
            }
            let inside = |volume: &String| data.path == *volume || data.path.starts_with(&format!("{volume}/"));
            assert!(data.volume.as_ref().is_none_or(inside), "{}: {}", image.name, data.path);
        }
        assert!(image.sqlite.iter().all(|sqlite| sqlite.path.starts_with('/')), "{}", image.name);
    }
}

#[test]
fn what_keeps_data_says_where() {
    for image in every_image().filter(|image| image.is_datastore()) {
        assert!(!image.ports.is_empty() || !image.data.is_empty(), "{}", image.name);
        let persistent = image.data.iter().any(|data| data.keeps == Keeps::Persistent);
        assert!(persistent || image.in_memory.is_some() || image.data.is_empty(), "{}", image.name);
    }
}

#[test]
fn exposures_are_of_known_ports_and_one_clause() {
    for image in every_image() {
        let known: BTreeSet<u16> = image.ports.iter().map(|port| port.port).collect();
        for exposure in &image.exposure {
            assert!(exposure.ports.iter().all(|port| known.contains(port)), "{}: {exposure:?}", image.name);
            assert!(!exposure.why.ends_with('.') && exposure.why.len() < 100, "{}: {}", image.name, exposure.why);
        }
    }
}

#[test]
fn healthcheck_tests_are_lists_compose_accepts() {
    for image in every_image() {
        let Some(kind) = image.healthcheck_test.first() else { continue };
        assert!(kind == "CMD" || (kind == "CMD-SHELL" && image.healthcheck_test.len() == 2), "{}", image.name);
        assert!(image.healthcheck_test.len() > 1, "{}", image.name);
        let tested = image.healthcheck_test.get(1).filter(|_| kind == "CMD");
        let missing = tested.is_some_and(|program| image.has_program(None, program) == Some(false));
        assert!(!missing, "{}: the test needs a program the newest image lacks", image.name);
    }
}

#[test]
fn variables_of_accounts_that_are_passwords_are_secrets() {
    for image in every_image() {
        let secrets: BTreeSet<&str> = image.secret_variables().collect();
        for account in &image.defaults.accounts {
            for variable in &account.password.variables {
                assert!(secrets.contains(variable.as_str()), "{}: {variable}", image.name);
            }
        }
    }
}
