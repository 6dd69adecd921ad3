//! The settings of a Traefik itself: a file, or else options of its command, or else variables.
//!
//! The three exclude each other: what is found first counts alone, as its documentation says under "static
//! configuration".

use crate::app_config::settings::Setting;
use crate::model::{Service, Spanned};
use crate::source::Place;

/// A setting, by its path in lower case: `entrypoints.web.address`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StaticSetting {
    /// The path.
    pub(crate) path: String,
    /// Its value.
    pub(crate) value: String,
    /// Where it is written.
    pub(crate) place: Place,
    /// Whether a variable of the Compose file is in it.
    pub(crate) interpolated: bool,
}

/// What a Traefik was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TraefikSettings {
    /// All settings.
    pub(crate) all: Vec<StaticSetting>,
    /// Whether all that it was told could be read.
    pub(crate) known: bool,
}

impl TraefikSettings {
    /// The last value of a path, and where it is written.
    pub(crate) fn get(&self, path: &str) -> Option<&StaticSetting> {
        self.all.iter().rev().find(|one| one.path == path)
    }

    /// Whether something is set at or below a path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.all.iter().any(|one| {
            one.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                && !(one.path == path && one.value.eq_ignore_ascii_case("false"))
        })
    }

    /// The ports of the entry points: name, port, where.
    pub(crate) fn entry_points(&self) -> Vec<(&str, u16, Place)> {
        self.all
            .iter()
            .filter_map(|one| {
                let name = one.path.strip_prefix("entrypoints.")?.strip_suffix(".address")?;
                let address = one.value.split('/').next()?;
                let (host, port) = address.rsplit_once(':')?;
                let local = host.starts_with("127.") || host == "localhost";
                Some((name, port.parse().ok()?, one.place)).filter(|_| !local && !one.value.ends_with("/udp"))
            })
            .collect()
    }

    /// Whether the provider's constraints let a service through for sure: where there are some, they are no more than
    /// labels that it must have, and it has them.
    pub(crate) fn admits(&self, service: &Service) -> bool {
        let constraints = ["providers.docker.constraints", "providers.swarm.constraints"];
        let wanted = constraints.iter().filter_map(|path| self.get(path)).map(|one| one.value.trim());
        let has = |name: &str, value: &str| {
            let mut labels = service.labels.iter().chain(&service.deploy_labels);
            labels.any(|(label, held)| label == name && held.value == value)
        };
        let holds = |condition: &str| {
            let inner = condition.trim().strip_prefix("Label(").and_then(|rest| rest.strip_suffix(')'));
            let (name, value) = inner?.split_once(',')?;
            let bare = |text: &str| text.trim().trim_matches(['`', '"', '\'']).to_owned();
            Some(has(&bare(name), &bare(value)))
        };
        wanted
            .filter(|expression| !expression.is_empty())
            .all(|expression| expression.split("&&").all(|condition| holds(condition) == Some(true)))
    }

    /// Whether an entry point may require authentication: it has middlewares, or (in Traefik 1) `auth`. What could not be read may
    /// say so, too.
    pub(crate) fn asks_at_entrance(&self) -> bool {
        let asks = |path: &str| path.contains(".http.middlewares") || path.contains(".auth.");
        !self.known || self.all.iter().any(|one| one.path.starts_with("entrypoints.") && asks(&one.path))
    }

    /// The networks that the providers are told to use.
    pub(crate) fn provider_network(&self) -> Option<&StaticSetting> {
        // The last is Traefik 1's.
        ["providers.docker.network", "providers.swarm.network", "docker.network"].iter().find_map(|path| self.get(path))
    }
}

/// Whether Traefik takes a text for yes.
pub(crate) fn is_true(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "1" | "t")
}

/// What the command of a service says: `--a.b=c`, and `--a.b` for `true`.
pub(crate) fn from_command(service: &Service) -> Vec<StaticSetting> {
    let words = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    words.filter_map(from_word).collect()
}

fn from_word(word: &Spanned<String>) -> Option<StaticSetting> {
    let option = word.value.strip_prefix("--").or_else(|| word.value.strip_prefix('-'))?;
    let (path, value) = option.split_once('=').unwrap_or((option, "true"));
    let value = value.trim_matches('"').to_owned();
    let interpolated = word.is_interpolated();
    Some(StaticSetting { path: path.to_ascii_lowercase(), value, place: word.place, interpolated })
}

/// What the variables of a service say: `TRAEFIK_A_B=c`.
pub(crate) fn from_environment(service: &Service) -> Vec<StaticSetting> {
    let of_traefik = service.environment.iter().filter_map(|(name, variable)| {
        let path = name.to_ascii_lowercase().strip_prefix("traefik_")?.replace('_', ".");
        let value = variable.value.as_ref()?;
        let interpolated = value.is_interpolated();
        Some(StaticSetting { path, value: value.value.clone(), place: value.place, interpolated })
    });
    of_traefik.collect()
}

/// What a file says, its bytes turned into places.
pub(crate) fn from_file(settings: &[Setting], place: impl Fn(&Setting) -> Place) -> Vec<StaticSetting> {
    let shown = |one: &Setting| StaticSetting {
        path: one.path.clone(),
        value: one.value.clone(),
        place: place(one),
        interpolated: false,
    };
    settings.iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_config::testing::{command, service, set, spanned};
    use crate::source::SourceDb;

    #[test]
    fn constraints_admit_who_has_the_labels() {
        let sources = SourceDb::new();
        let mut app = service("é");
        app.deploy_labels.insert("a.b".to_owned(), spanned(&sources, "/a.b", "x"));
        let check = |constraints: &str, expect: bool| {
            let mut traefik = service("t");
            traefik.command = Some(command(&sources, &[&format!("--providers.docker.constraints={constraints}")]));
            let settings = TraefikSettings { all: from_command(&traefik), known: true };
            assert_eq!(settings.admits(&app), expect, "{constraints}");
        };
        check("", true);
        check("Label(`a.b`,`x`)", true);
        check("Label(`a.b`, `y`)", false);
        check("Label(`a.b`,`x`) && Label(`c`,`x`)", false);
        check("!Label(`c`,`x`)", false);
        check("Label(`a.b`,`x`) || Label(`c`,`x`)", false);
    }

    #[test]
    fn options_and_variables() {
        let sources = SourceDb::new();
        let mut traefik = service("é");
        let words = [
            "--api.insecure",
            "--entryPoints.Web.address=:80",
            "--entrypoints.m.address=127.0.0.1:9",
            "--entrypoints.u.address=:53/udp",
            "-log=x",
        ];
        traefik.command = Some(command(&sources, &words));
        set(&sources, &mut traefik, "TRAEFIK_PROVIDERS_DOCKER_NETWORK", "web");
        let settings = TraefikSettings { all: from_command(&traefik), known: true };
        assert!(settings.has("api.insecure") && settings.has("api") && !settings.has("ap"));
        assert_eq!(settings.entry_points().iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(), [("web", 80)]);
        let settings = TraefikSettings { all: from_environment(&traefik), known: true };
        assert_eq!(settings.provider_network().map(|one| one.value.as_str()), Some("web"));
    }
}
