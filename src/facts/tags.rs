//! What the tags of images say: whether the next pull may bring something else.

use crate::catalogue::schema::ImageRole;
use crate::facts::images::known_image;
use crate::model::{ImageReference, Service, Spanned};

/// What a tag means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagMeaning {
    /// There is none, which means `latest`.
    Absent,
    /// Whatever was released last: `latest`, `stable`, or only the name of a variant.
    Moving,
    /// Whatever was built last, released or not: `nightly`.
    Unstable,
    /// A version before its release: `18beta1`.
    Prerelease,
    /// A version, a date, a commit.
    Version,
    /// Not known: a word of the project's own, or a variable without a value.
    Unknown,
}

/// Words that name whatever was released last.
const MOVING: [&str; 12] =
    ["latest", "stable", "edge", "lts", "mainline", "release", "current", "rolling", "main", "master", "public", "oss"];

/// Words that name whatever was built last.
const UNSTABLE: [&str; 17] = [
    "nightly",
    "unstable",
    "dev",
    "devel",
    "develop",
    "development",
    "canary",
    "snapshot",
    "experimental",
    "insiders",
    "preview",
    "alpha",
    "beta",
    "rc",
    "testing",
    "weekly",
    "bleeding",
];

/// Words that name a variant of an image and no version.
const VARIANTS: [&str; 22] = [
    "alpine",
    "slim",
    "debian",
    "ubuntu",
    "bookworm",
    "bullseye",
    "trixie",
    "buster",
    "jammy",
    "noble",
    "focal",
    "fpm",
    "apache",
    "management",
    "cli",
    "perl",
    "cuda",
    "gpu",
    "cpu",
    "rocm",
    "full",
    "community",
];

/// Words of a version before its release.
const BEFORE_RELEASE: [&str; 4] = ["alpha", "beta", "rc", "preview"];

/// What the tag of an image says.
pub(crate) fn meaning(image: &Spanned<ImageReference>) -> TagMeaning {
    let is_blank = |part: &crate::compose::value::Part| part.variable.is_some() && part.start == part.end;
    if image.value.digest.is_some() {
        return TagMeaning::Version;
    }
    if image.value.repository.is_empty() || image.parts.iter().any(is_blank) || image.value.text.contains(['<', '{']) {
        return TagMeaning::Unknown;
    }
    of_tag(image.value.tag.as_deref())
}

/// What a tag says.
pub(crate) fn of_tag(tag: Option<&str>) -> TagMeaning {
    let Some(tag) = tag else { return TagMeaning::Absent };
    let lower = tag.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['-', '_', '.', '+']).filter(|word| !word.is_empty()).collect();
    let has_digit = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit());
    // `18beta1`, `3.0.0-rc.1`: a version that is not out yet.
    let starts_with_version =
        lower.strip_prefix('v').unwrap_or(&lower).starts_with(|letter: char| letter.is_ascii_digit());
    if starts_with_version {
        let is_early = |word: &&str| {
            let letters = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
            let letters = letters.trim_end_matches(|letter: char| letter.is_ascii_digit());
            BEFORE_RELEASE.contains(&letters)
        };
        return if words.iter().any(is_early) { TagMeaning::Prerelease } else { TagMeaning::Version };
    }
    // A commit or a date behind a word pins it.
    let is_pin = |word: &&str| {
        has_digit(word) && (word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) || has_date(word))
    };
    let has_numbers = lower
        .split(['-', '_'])
        .any(|part| part.contains('.') && part.starts_with(|letter: char| letter.is_ascii_digit()));
    if has_numbers || words.iter().any(is_pin) || dates(&words) {
        return TagMeaning::Version;
    }
    if words.iter().any(|word| UNSTABLE.contains(word)) {
        return TagMeaning::Unstable;
    }
    let is_variant = |word: &&&str| {
        let stem = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        VARIANTS.contains(&stem) || MOVING.contains(*word) || word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let moves = words.iter().any(|word| MOVING.contains(word)) && !words.iter().any(|word| has_version(word));
    if moves || words.first().is_some_and(|first| is_variant(&first)) && words.iter().all(|word| is_variant(&word)) {
        return TagMeaning::Moving;
    }
    if words.iter().any(has_digit) { TagMeaning::Version } else { TagMeaning::Unknown }
}

/// Whether a word begins with a version of its own: `pg17`, `v2`.
fn has_version(word: &str) -> bool {
    let rest = word.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let stem = word.strip_suffix(rest).unwrap_or(word);
    !rest.is_empty() && !VARIANTS.contains(&stem) && !stem.is_empty()
}

/// `20240131`, or `2024` and more behind it.
fn has_date(word: &str) -> bool {
    word.len() >= 8 && word.starts_with("20") && word.bytes().take(8).all(|byte| byte.is_ascii_digit())
}

/// Whether words are a date in parts: `2024-01-31`.
fn dates(words: &[&str]) -> bool {
    let is_number = |word: Option<&&str>, length: usize| {
        word.is_some_and(|word| word.len() >= length && word.bytes().take(length).all(|byte| byte.is_ascii_digit()))
    };
    words.iter().enumerate().any(|(at, word)| {
        word.len() == 4 && word.starts_with("20") && is_number(words.get(at), 4) && is_number(words.get(at + 1), 2)
    })
}

/// The image that a service pulls; `None` for one that is built, whatever it is called then.
pub(crate) fn pulled(service: &Service) -> Option<&Spanned<ImageReference>> {
    service.image.as_ref().filter(|_| service.build.is_none() && service.provider.is_none())
}

/// Datastores that read the files of the versions before theirs and bring them up to date: a new image starts with what an
/// older one has written.
const READING: [&str; 16] = [
    "mariadb",
    "qdrant",
    "minio",
    "clickhouse",
    "neo4j",
    "couchdb",
    "weaviate",
    "milvus",
    "chroma",
    "redis",
    "valkey",
    "typesense",
    "opensearch",
    "solr",
    "manticore",
    "questdb",
];

/// Whether the files of another version may not be read: a database or a search engine, not a cache, and none that reads
/// what its earlier versions have written.
pub(crate) fn is_bound_to_version(service: &Service) -> bool {
    known_image(service).is_some_and(|known| {
        known.exact
            && matches!(known.image.role, ImageRole::Datastore | ImageRole::Search)
            && !known.image.name.rsplit('-').next().is_some_and(|name| READING.contains(&name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_apart() {
        let check = |all: &[&str], expect: TagMeaning| {
            for tag in all {
                assert_eq!(of_tag(Some(tag)), expect, "{tag}");
            }
        };
        check(
            &[
                "latest",
                "stable",
                "edge",
                "alpine",
                "latest-alpine",
                "stable-alpine3.22",
                "lts",
                "main",
                "slim-bookworm",
                "management-alpine",
                "alpine3.22",
                "cuda",
            ],
            TagMeaning::Moving,
        );
        check(&["nightly", "dev", "develop", "unstable-alpine", "nightly-full", "beta"], TagMeaning::Unstable);
        check(&["18beta1", "v3.0.0-rc.1", "2.0.0-alpha", "8.0-rc1-alpine"], TagMeaning::Prerelease);
        check(
            &[
                "17",
                "v2.5.1",
                "17-alpine",
                "pg17",
                "0.8.0-pg17",
                "latest-pg17",
                "nightly-20240131",
                "main-1a2b3c4d",
                "sha-1a2b3c4",
                "RELEASE.2024-12-18T13-15-44Z",
                "nightly-2024-01-31",
                "jdk21",
                "2024.12.1",
                "version-v3.4",
                "develop-0.4.18.2805-ls157",
            ],
            TagMeaning::Version,
        );
        check(&["api", "prod", "web-frontend"], TagMeaning::Unknown);
        assert_eq!(of_tag(None), TagMeaning::Absent);
    }
}
