//! The pages of images on public registries.

use crate::lsp::issues::FileRange;
use crate::lsp::spot::inner;
use crate::yaml::Tree;

/// Each image that a service pulls, with its page and its name. One that is built here has no page.
pub(super) fn pages(tree: &Tree, text: &str) -> Vec<(FileRange, String, String)> {
    let services = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
    let services = services.flat_map(|services| tree.pairs(services));
    let pulled = services.filter(|service| tree.get(service.value, "build").is_none());
    let images = pulled.filter_map(|service| tree.get(service.value, "image"));
    let found = images.filter_map(|node| {
        let name = repository(tree.text(node)?)?;
        Some((inner(tree, node, text)?, page(&name)?, name))
    });
    found.collect()
}

/// The name of an image without its tag; none where a variable is in it.
fn repository(image: &str) -> Option<String> {
    let image = image.split('@').next()?;
    let start = image.rfind('/').map_or(0, |slash| slash + 1);
    let name = match image.get(start..)?.find(':') {
        Some(colon) => image.get(..start + colon)?,
        None => image,
    };
    (!name.is_empty() && !name.contains('$')).then(|| name.to_owned())
}

/// The page of an image; none on a registry that is not known to have pages.
fn page(name: &str) -> Option<String> {
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("docker.io", name),
    };
    let hub = |path: &str| match path.strip_prefix("library/").unwrap_or(path) {
        official if !official.contains('/') => format!("https://hub.docker.com/_/{official}"),
        path => format!("https://hub.docker.com/r/{path}"),
    };
    match registry {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" | "lscr.io" => Some(hub(path)),
        "ghcr.io" | "gcr.io" => Some(format!("https://{registry}/{path}")),
        "quay.io" => Some(format!("https://quay.io/repository/{path}")),
        "public.ecr.aws" => Some(format!("https://gallery.ecr.aws/{path}")),
        "mcr.microsoft.com" => Some(format!("https://mcr.microsoft.com/artifact/mar/{path}/about")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_images_have_pages() {
        for (image, expect) in [
            ("postgres:17", Some("https://hub.docker.com/_/postgres")),
            ("grafana/grafana", Some("https://hub.docker.com/r/grafana/grafana")),
            ("docker.io/library/redis@sha256:0", Some("https://hub.docker.com/_/redis")),
            ("ghcr.io/acme/shop:2", Some("https://ghcr.io/acme/shop")),
            ("mariadb:${V:-11.8}", Some("https://hub.docker.com/_/mariadb")),
            ("registry.example.com:5000/acme/shop:2", None),
            ("${IMAGE}", None),
            ("localhost/shop", None),
        ] {
            let found = repository(image).and_then(|name| page(&name));
            assert_eq!(found.as_deref(), expect, "{image}");
        }
    }
}
