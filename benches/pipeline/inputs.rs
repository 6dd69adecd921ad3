//! Projects of any size, as people write them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use granit_parser::Parser;

/// How many projects the tree has.
const PROJECTS: usize = 300;

/// How many services are in one of its projects; they differ.
const SIZES: [usize; 6] = [1, 2, 2, 3, 4, 7];

/// A Compose file with so many services, about 25 lines each.
pub fn project(services: usize) -> String {
    let mut text = String::from(
        "# made by the benchmark\nx-logging: &logging {driver: local, options: {max-size: 10m}}\nservices:\n",
    );
    for number in 0..services {
        service(&mut text, number);
    }
    text.push_str("networks:\n  back:\n  front:\n    driver: bridge\nvolumes:\n");
    for number in 0..services {
        writeln!(text, "  data-{number}:").unwrap();
    }
    text
}

fn service(text: &mut String, number: usize) {
    let (image, port, path) = match number % 5 {
        0 => ("example/app:${APP_VERSION:-1.4}", 8080, "/app/data"),
        1 => ("postgres:17.2", 5432, "/var/lib/postgresql/data"),
        2 => ("redis:7.4-alpine", 6379, "/data"),
        3 => ("nginx:1.27", 80, "/usr/share/nginx/html"),
        _ => ("ghcr.io/example/worker:2024.11", 9000, "/srv"),
    };
    write!(
        text,
        "  service-{number}:\n    image: {image}\n    restart: unless-stopped\n    logging: *logging\n    environment:\n\
         \x20     TZ: \"Europe/Berlin\"\n      POSTGRES_PASSWORD: ${{DB_PASSWORD:-change-{number}}}  # see .env\n\
         \x20     PEER_URL: http://service-{peer}:8080/api\n      LEVEL: ${{LOG_LEVEL}}\n    ports:\n\
         \x20     - \"127.0.0.1:{host}:{port}\"\n    volumes:\n      - data-{number}:{path}\n\
         \x20     - ./config/{number}.conf:/etc/app/{number}.conf:ro\n    networks: [back, front]\n    healthcheck:\n\
         \x20     test: [\"CMD\", \"wget\", \"-q\", \"http://localhost:{port}/health\"]\n      interval: 30s\n\
         \x20     timeout: 5s\n      retries: 3\n    labels:\n      org.example.owner: 'team-{team}'\n",
        peer = number / 2,
        host = 10_000 + number,
        team = number % 7,
    )
    .unwrap();
    if number > 0 {
        writeln!(text, "    depends_on:\n      service-{}:\n        condition: service_healthy", number - 1).unwrap();
    }
}

/// A file that changes something of every service of a project.
pub fn override_of(project: &str) -> String {
    let mut text = String::from("services:\n");
    for line in project.lines().filter(|line| line.starts_with("  service-")) {
        writeln!(text, "{line}\n    environment: {{LEVEL: debug, EXTRA: \"1\"}}\n    ports: [\"9999\"]").unwrap();
    }
    text
}

/// How many events the parser gives for a text.
pub fn parse_only(text: &str) -> usize {
    Parser::new_from_str(text).take_while(Result::is_ok).count()
}

/// A tree of projects on disk, which goes when this does.
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Writes the tree.
    pub fn new() -> Tree {
        let root = env::temp_dir().join(format!("plimsoll-bench-{}", process::id()));
        for (number, services) in SIZES.into_iter().cycle().take(PROJECTS).enumerate() {
            let directory = root.join(format!("group-{}", number % 12)).join(format!("project-{number}"));
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("compose.yaml"), project(services)).unwrap();
            if number.is_multiple_of(3) {
                fs::write(directory.join(".env"), "APP_VERSION=1.5\nLOG_LEVEL=info\n# a comment\n").unwrap();
            }
        }
        Tree { root }
    }

    /// The directory that all projects are below.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // What is left in the directory for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.root);
    }
}
