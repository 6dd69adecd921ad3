//! What the Dockerfile of a `build` makes of its base image, as far as it says so itself.

use indexmap::IndexMap;

use super::types::{Command, Healthcheck, ImageReference, Service, Spanned};

/// An image that a Dockerfile makes: the stages that lead to its last one (or to `target`), taken together.
#[derive(Clone, Debug)]
pub struct BuiltImage {
    /// The image that the chain of stages starts from; `scratch` for none. `None` where a variable leaves it open.
    pub base: Option<Spanned<ImageReference>>,
    /// `EXPOSE`.
    pub exposes: Vec<Exposed>,
    /// `VOLUME`, clean paths.
    pub volumes: Vec<Spanned<String>>,
    /// `USER`.
    pub user: Option<Spanned<String>>,
    /// `WORKDIR`, absolute; `None` where the base image has a say.
    pub working_dir: Option<Spanned<String>>,
    /// `ENV`, those left out whose value the base image has a say in.
    pub environment: IndexMap<String, Spanned<String>>,
    /// `CMD`; a shell's form is `/bin/sh -c` and the script.
    pub command: Option<Command>,
    /// `ENTRYPOINT`, as `command`.
    pub entrypoint: Option<Command>,
    /// `HEALTHCHECK`.
    pub healthcheck: Option<Healthcheck>,
    /// `COPY` and `ADD`.
    pub copies: Vec<Copied>,
    /// `RUN`.
    pub runs: Vec<Ran>,
}

/// `RUN`.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The script, its here-documents behind it.
    pub script: Spanned<String>,
    /// The directory it runs in; `None` where the base image has a say.
    pub working_dir: Option<String>,
}

/// `EXPOSE`.
#[derive(Clone, Debug)]
pub struct Exposed {
    /// The ports, first and last.
    pub ports: Spanned<(u16, u16)>,
    /// `tcp` or `udp`.
    pub protocol: String,
}

/// `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The sources, as written; none for a text that stands in the Dockerfile.
    pub sources: Vec<String>,
    /// The path in the image: clean and absolute, with a slash at its end where one is written. `None` where the base
    /// image has a say.
    pub target: Option<String>,
    /// The stage or image that the sources are from; `None` for the build context.
    pub from: Option<String>,
    /// The whole instruction.
    pub place: crate::finding::Place,
}

/// The image that a service runs: the one it names, or the one that its Dockerfile starts from. What it is called where
/// it is built says nothing.
pub fn base_image(service: &Service) -> Option<&Spanned<ImageReference>> {
    match &service.build {
        Some(build) => build.image.as_ref()?.base.as_ref(),
        None => service.image.as_ref(),
    }
}
