//! Whether a project runs at somebody's home: a home server, a Raspberry Pi, a NAS.

use std::path::Path;

use super::presentation::readme;
use crate::model::{Model, Service};
use crate::source::{DirectorySearch, SourceDb, origin};

/// How much of a text is read, in lines.
const BEGINNING: usize = 40;

/// What a text or a repository says of such a place, in lower case.
const WORDS: [&str; 18] = [
    "homelab",
    "home lab",
    "home-lab",
    "home server",
    "home-server",
    "homeserver",
    "raspberry",
    "rpi",
    "synology",
    "unraid",
    "truenas",
    "media server",
    "mediaserver",
    "media stack",
    "media-stack",
    "smart home",
    "smarthome",
    "my nas",
];

/// Applications that people run at home.
const APPLICATIONS: [&str; 58] = [
    "adguard",
    "adguardhome",
    "audiobookshelf",
    "bazarr",
    "calibre-web",
    "changedetection",
    "deluge",
    "dozzle",
    "duplicati",
    "emby",
    "esphome",
    "filebrowser",
    "freshrss",
    "frigate",
    "glance",
    "heimdall",
    "homarr",
    "home-assistant",
    "homeassistant",
    "homebridge",
    "homepage",
    "immich",
    "jackett",
    "jellyfin",
    "jellyseerr",
    "jellystat",
    "kavita",
    "komga",
    "lidarr",
    "mealie",
    "motioneye",
    "navidrome",
    "nzbget",
    "octoprint",
    "ombi",
    "overseerr",
    "paperless",
    "paperless-ngx",
    "photoprism",
    "pihole",
    "plex",
    "plexmediaserver",
    "prowlarr",
    "qbittorrent",
    "radarr",
    "readarr",
    "sabnzbd",
    "scrutiny",
    "sonarr",
    "stirling-pdf",
    "syncthing",
    "tandoor",
    "tautulli",
    "transmission",
    "uptime-kuma",
    "vaultwarden",
    "watchtower",
    "zigbee2mqtt",
];
/// How many of them make a home.
const MOST_ELSEWHERE: usize = 2;

/// Whether the repository says so, or has the applications that people run at home.
pub(crate) fn is_at_home(model: &Model, root: &Path, sources: &SourceDb) -> bool {
    if is_of_home(root, sources) {
        return true;
    }
    let stem = |name: &str| name.split('.').next().unwrap_or("").to_ascii_lowercase();
    let has_applications = |directory: &Path| {
        let find = || {
            let entries = sources.entries(directory);
            let names = entries.names().filter(|name| APPLICATIONS.contains(&stem(name).as_str()));
            names.map(|name| directory.join(name)).collect()
        };
        sources.found(DirectorySearch::Applications, directory, find).len() > MOST_ELSEWHERE
    };
    // Where each has a directory of its own, the project is one of them.
    let around = model.directory.parent().filter(|around| around.starts_with(root) && *around != root);
    let own = model.services.values().filter(|service| is_application(service)).count();
    has_applications(root) || around.is_some_and(has_applications) || own > MOST_ELSEWHERE
}

/// Whether a repository says so by its name, by those of its files or at the beginning of its README.
fn is_of_home(root: &Path, sources: &SourceDb) -> bool {
    let says_so = |text: &str| {
        let lower = text.to_lowercase();
        WORDS.iter().any(|word| has_word(&lower, word))
    };
    let find = || {
        let is_called = origin(root).is_some_and(|address| says_so(address.rsplit(['/', ':']).next().unwrap_or("")));
        let beginning = |text: String| text.lines().take(BEGINNING).collect::<Vec<_>>().join("\n");
        let has_script = || sources.entries(root).names().any(says_so);
        let is_told = || readme(root, sources).map(beginning).is_some_and(|text| says_so(&text));
        if is_called || has_script() || is_told() { vec![root.to_path_buf()] } else { Vec::new() }
    };
    !sources.found(DirectorySearch::Home, root, find).is_empty()
}

fn is_application(service: &Service) -> bool {
    let image = service.image.as_ref().map_or("", |image| image.value.repository.as_str());
    APPLICATIONS.contains(&image.rsplit('/').next().unwrap_or(""))
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphabetic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    #[test]
    fn applications_of_a_home() {
        let check = |images: &[&str], expect: bool| {
            let services: String =
                images.iter().enumerate().map(|(at, image)| format!("  s{at}: {{image: {image}}}\n")).collect();
            with_facts(&format!("services:\n{services}"), |facts| {
                assert_eq!(is_at_home(facts.model, Path::new("/nowhere"), &SourceDb::new()), expect, "{images:?}");
            });
        };
        check(&["linuxserver/sonarr", "linuxserver/radarr:5", "jellyfin/jellyfin"], true);
        check(&["linuxserver/sonarr", "linuxserver/radarr"], false);
        check(&["postgres", "example/web", "grafana/grafana"], false);
    }

    #[test]
    fn applications_in_directories_beside() {
        let sources = SourceDb::new();
        for name in ["immich", "jellyfin", "duplicati", "shop"] {
            sources.overlay(&Path::new("/r/docker").join(name), String::new());
        }
        with_facts("services: {}\n", |facts| {
            let is_at = |directory: &str| {
                let model = Model { directory: directory.into(), ..facts.model.clone() };
                is_at_home(&model, Path::new("/r"), &sources)
            };
            assert!(is_at("/r/docker/shop") && !is_at("/r/docker") && !is_at("/r/other/shop"));
        });
    }

    #[test]
    fn words_of_texts() {
        let says = |text: &str, expect: bool| {
            let sources = SourceDb::new();
            sources.overlay(Path::new("/r/README.md"), text.to_owned());
            with_facts("services: {}\n", |facts| {
                assert_eq!(is_at_home(facts.model, Path::new("/r"), &sources), expect, "{text}");
            });
        };
        says("# My Homelab\n", true);
        says("# Stacks\n\nWhat runs on my Raspberry Pi 4.\n", true);
        says("# Shop\n\nThe server of our shop.\n", false);
        says("# Interpreter\n", false);
    }
}
