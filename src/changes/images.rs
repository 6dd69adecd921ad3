//! Images that change, and data that the new version cannot read.

use super::sides::{ServicePair, Sides};
use super::storage::is_data;
use super::words::{meant, spelled};
use super::{DeploymentChange, Effect, Topic};
use crate::catalogue::schema::{Image, ImageRole};
use crate::catalogue::tag::Version;
use crate::facts::storage::mounts;
use crate::facts::tags::{TagMeaning, meaning};
use crate::model::{ImageReference, Service, Spanned};

/// What a datastore needs when its major version rises, by the names of the catalogue.
const UPGRADES: [(&[&str], &str); 4] = [
    (
        &[
            "postgres",
            "postgis",
            "timescaledb",
            "timescaledb-ha",
            "paradedb",
            "immich-postgres",
            "supabase-postgres",
            "pgvecto-rs",
            "pgvector-ankane",
            "debezium-postgres",
            "bitnami-postgresql",
            "kartoza-postgis",
        ],
        "it does not start on the data of another major version: dump the data before and restore it, or use `pg_upgrade`",
    ),
    (
        &["mongo", "percona-mongodb", "bitnami-mongodb", "debezium-mongodb"],
        "MongoDB upgrades its data one major version at a time: check that it skips none",
    ),
    (&["elasticsearch"], "Elasticsearch reads the data of the major version before, and of none that is older"),
    (
        &["mysql", "mysql-server", "bitnami-mysql", "debezium-mysql", "percona", "mariadb", "bitnami-mariadb"],
        "it converts its data, and the old version does not read them any more: back them up first",
    ),
];

/// Compares the images of a service, and what builds them.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some((then, now)) = pair.both() else { return };
    let name = pair.name();
    let message = match (&then.build, &now.build) {
        (None, Some(build)) => {
            let was = then.image.as_ref().and_then(|image| sides.then.quoted("image", &image.value.text, &image.parts));
            let was = was.map_or_else(String::new, |image| format!(" instead of using the image {image}"));
            Some((format!("`{name}` is built here{was}"), sides.now.place(build.key)))
        }
        (Some(_), None) if now.image.is_some() => now.image.as_ref().map(|image| {
            let shown = sides.now.masked(&spelled(&image.value.text, &image.parts));
            (format!("`{name}` uses the image `{shown}` and is no longer built here"), sides.now.place(image.place))
        }),
        _ => None,
    };
    if let Some((message, at)) = message {
        out.push(DeploymentChange::new(Topic::Run, Effect::Changes, "image", message).about(name).at(at));
        return;
    }
    match (&then.image, &now.image) {
        (Some(before), Some(after)) if !is_same(sides, before, after) => out.push(changed(sides, pair, before, after)),
        (None, Some(after)) if now.build.is_some() => {
            let shown = shortened(&sides.now.masked(&spelled(&after.value.text, &after.parts)));
            let message = format!("the image built for `{name}` is named `{shown}`");
            let change = DeploymentChange::new(Topic::Run, Effect::Changes, "image", message);
            out.push(change.about(name).at(sides.now.place(after.place)));
        }
        (None, Some(after)) => {
            let shown = shortened(&sides.now.masked(&spelled(&after.value.text, &after.parts)));
            let change = DeploymentChange::new(Topic::Run, Effect::Adds, "image", format!("`{name}` runs `{shown}`"));
            out.push(change.about(name).at(sides.now.place(after.place)));
        }
        _ => {}
    }
}

fn is_same(sides: &Sides<'_>, before: &Spanned<ImageReference>, after: &Spanned<ImageReference>) -> bool {
    let (old, new) = (with_text(before), with_text(after));
    canonical(&meant(&old)) == canonical(&meant(&new)) || sides.is_same(&old, &new)
}

/// One name for an image: Docker Hub and `latest` need not be written.
pub(super) fn canonical(text: &str) -> String {
    const HUB: [&str; 3] = ["docker.io/", "index.docker.io/", "registry-1.docker.io/"];
    let name = HUB.iter().find_map(|host| text.strip_prefix(host)).unwrap_or(text);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let image = ImageReference::parse(name);
    match image.tag.is_none() && image.digest.is_none() && !name.is_empty() && !name.contains('$') {
        true => format!("{name}:latest"),
        false => name.to_owned(),
    }
}

fn changed(
    sides: &Sides<'_>,
    pair: ServicePair<'_>,
    before: &Spanned<ImageReference>,
    after: &Spanned<ImageReference>,
) -> DeploymentChange {
    let name = pair.name();
    let old = sides.then.masked(&spelled(&before.value.text, &before.parts));
    let new = sides.now.masked(&spelled(&after.value.text, &after.parts));
    let (old, new) = (shortened(&old), shortened(&new));
    let what = match old == new {
        true => format!("`{name}` runs another version of `{new}`"),
        false if is_built(pair.now) => format!("the image built for `{name}` is named `{new}` instead of `{old}`"),
        false => format!("`{name}` runs `{new}` instead of `{old}`"),
    };
    let at = sides.now.place(after.place);
    let change = |topic: Topic, rest: &str| {
        let message = if rest.is_empty() { what.clone() } else { format!("{what}: {rest}") };
        DeploymentChange::new(topic, Effect::Changes, "image", message).about(name).at(at.clone())
    };
    if is_built(pair.now) {
        return change(Topic::Run, "");
    }
    if keeps_something(sides, pair)
        && let Some(rest) = becomes_of_data(before, after)
    {
        return change(Topic::Data, rest).risky_if(true);
    }
    let moves = |image: &Spanned<ImageReference>| matches!(meaning(image), TagMeaning::Moving | TagMeaning::Absent);
    let rest = match (moves(before), moves(after)) {
        (false, true) if meaning(before) == TagMeaning::Version => {
            "each pull may bring another version, whichever is the newest then"
        }
        _ if before.value.digest.is_some() && after.value.digest.is_none() => "it is no longer pinned to a digest",
        _ => "",
    };
    change(Topic::Run, rest)
}

/// Whether a mount keeps what the service writes: data of the old version meet the new one.
pub(super) fn keeps_something(sides: &Sides<'_>, pair: ServicePair<'_>) -> bool {
    let model = sides.then.facts.model;
    pair.then.is_some_and(|then| {
        mounts::all(model, then).into_iter().any(|mount| mounts::is_persistent(model, mount) && is_data(mount))
    })
}

fn is_built(service: Option<&Service>) -> bool {
    service.is_some_and(|service| service.build.is_some())
}

/// An image without most of its digest.
pub(super) fn shortened(image: &str) -> String {
    match image.split_once("@sha256:") {
        Some((rest, digest)) if digest.len() > 12 => {
            format!("{rest}@sha256:{}…", digest.get(..12).unwrap_or(digest))
        }
        _ => image.to_owned(),
    }
}

/// What becomes of the data of a datastore, where another image or version looks at them.
pub(super) fn becomes_of_data(
    before: &Spanned<ImageReference>,
    after: &Spanned<ImageReference>,
) -> Option<&'static str> {
    let was = before.value.known.map(|known| known.image).filter(|image| keeps_data(image))?;
    let is = after.value.known.map(|known| known.image);
    let Some(is) = is.filter(|is| is.name == was.name) else {
        let is_postgres = |image: &Image| UPGRADES.first().is_some_and(|(all, _)| all.contains(&image.name.as_str()));
        return match is {
            Some(is) if is_postgres(is) && is_postgres(was) => of_versions(was, before, is, after),
            _ => Some("check that it reads the data of the other image, and back them up first"),
        };
    };
    of_versions(was, before, is, after)
}

fn of_versions(
    was: &Image,
    before: &Spanned<ImageReference>,
    is: &Image,
    after: &Spanned<ImageReference>,
) -> Option<&'static str> {
    let open = |image: &Spanned<ImageReference>| super::words::is_open(&image.parts);
    if open(before) || open(after) {
        return None;
    }
    let (old, new) = (was.version(before.value.version_tag()), is.version(after.value.version_tag()));
    let known = UPGRADES.iter().find(|(all, _)| all.contains(&is.name.as_str())).map(|(_, words)| *words);
    match (old, new) {
        (Version::Numbers(old), Version::Numbers(new)) => {
            let major = |numbers: &[u32]| numbers.first().copied();
            match major(&old).cmp(&major(&new)) {
                std::cmp::Ordering::Less => {
                    Some(known.unwrap_or("a new major version may convert its data for good: back them up first"))
                }
                std::cmp::Ordering::Greater => Some("an older major version does not read the data of a newer one"),
                std::cmp::Ordering::Equal => {
                    is_older(&old, &new).then_some("an older version may not read the data of a newer one")
                }
            }
        }
        (Version::Numbers(_), Version::Newest) => {
            Some("the next pull may bring another major version, which may not read the data of this one")
        }
        _ => None,
    }
}

/// Whether the second version is the older one, as far as both say.
fn is_older(old: &[u32], new: &[u32]) -> bool {
    old.iter().zip(new).find(|(old, new)| old != new).is_some_and(|(old, new)| new < old)
}

/// Whether an image keeps data that nobody can fetch again.
fn keeps_data(image: &Image) -> bool {
    matches!(image.role, ImageRole::Datastore | ImageRole::Search | ImageRole::Broker)
}

/// The whole text of an image with its parts.
fn with_text(image: &Spanned<ImageReference>) -> Spanned<String> {
    let text = image.value.text.clone();
    Spanned { value: text, place: image.place, via: image.via.clone(), parts: image.parts.clone() }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn an_image_has_one_name() {
        for text in ["postgres", "postgres:latest", "docker.io/postgres", "docker.io/library/postgres:latest"] {
            assert_eq!(canonical(text), "postgres:latest");
        }
        assert_eq!(canonical("docker.io/a/b:1"), "a/b:1");
        assert_eq!(canonical("ghcr.io/a/b"), "ghcr.io/a/b:latest");
        assert_eq!(canonical("postgres@sha256:ab"), "postgres@sha256:ab");
        assert_eq!(canonical("${IMAGE}"), "${IMAGE}");
    }
}
