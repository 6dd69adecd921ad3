//! Image references.

use super::read;
use crate::catalogue;
use crate::catalogue::tag::Version;
use crate::compose::value::Value;
use crate::model::types::{ImageReference, Spanned};

/// The image of a service.
pub(crate) fn image(service: &Value) -> Option<Spanned<ImageReference>> {
    let text = read::text(service, "image")?;
    let mut image = text.with(ImageReference::parse(&text.value));
    image.parts = text.parts;
    Some(image)
}

impl ImageReference {
    /// Splits a reference, valid or not. A colon before the last slash belongs to the port of a registry.
    pub(crate) fn parse(text: &str) -> ImageReference {
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (text, None),
        };
        let (repository, tag) = match named.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (named, None),
        };
        let kept = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
        ImageReference {
            text: text.to_owned(),
            repository: repository.to_owned(),
            tag: kept(tag),
            digest: kept(digest),
            known: catalogue::lookup(repository),
        }
    }

    /// The tag, as far as it tells the version: `$`, for any, where a digest pins what the newest was at some time.
    pub(crate) fn version_tag(&self) -> Option<&str> {
        let tag = self.tag.as_deref();
        let is_pinned = self.digest.is_some() && Version::from_tag(tag, None) == Version::Newest;
        if is_pinned { Some("$") } else { tag }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, repository: &str, tag: Option<&str>, digest: Option<&str>) {
        let image = ImageReference::parse(text);
        let found = (image.repository.as_str(), image.tag.as_deref(), image.digest.as_deref());
        assert_eq!(found, (repository, tag, digest), "{text}");
    }

    #[test]
    fn references_are_split() {
        check("postgres", "postgres", None, None);
        check("postgres:16", "postgres", Some("16"), None);
        check("localhost:5000/img", "localhost:5000/img", None, None);
        check("localhost:5000/img:1", "localhost:5000/img", Some("1"), None);
        check("docker.io/library/postgres@sha256:ab", "docker.io/library/postgres", None, Some("sha256:ab"));
        check("a/b:1@sha256:ab", "a/b", Some("1"), Some("sha256:ab"));
        check("repo:", "repo", None, None);
        check("repo@", "repo", None, None);
        check(":1", "", Some("1"), None);
    }

    #[test]
    fn a_digest_alone_may_be_any_version() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(ImageReference::parse(text).version_tag(), expect, "{text}");
        };
        check("postgres", None);
        check("postgres:latest", Some("latest"));
        check("postgres@sha256:ab", Some("$"));
        check("postgres:latest@sha256:ab", Some("$"));
        check("postgres:alpine@sha256:ab", Some("$"));
        check("postgres:17-alpine@sha256:ab", Some("17-alpine"));
    }
}
