//! Traefik: its own settings, the labels of what it routes to, and the language of its rules.

pub(crate) mod collect;
pub(crate) mod guards;
pub(crate) mod labels;
pub(crate) mod matcher;
mod routers;
pub(crate) mod settings;
pub(crate) mod spelling;

pub(crate) use labels::{Element, TraefikRoute, elements, labels_of, routed};

use crate::model::Service;

/// Whether a service is a Traefik by its image.
pub(crate) fn is_traefik(service: &Service) -> bool {
    super::files::image_name(service) == "traefik"
}

/// Whether Traefik looks for its settings there by itself: in `/etc/traefik`, `$HOME/.config` and the working directory.
pub(crate) fn is_static_path(path: &str) -> bool {
    let stem = [".toml", ".yaml", ".yml"].iter().find_map(|ending| path.strip_suffix(ending));
    matches!(stem, Some("/etc/traefik/traefik" | "/traefik" | "/root/.config/traefik"))
}
