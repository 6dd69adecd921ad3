//! What the Dockerfile of a `build` changes in its base image, as far as it says so.

use super::types::{Command, Healthcheck, ImageReference, Service, Spanned};
use crate::collections::IndexMap;

/// An image that a Dockerfile makes: the stages that lead to its last one (or to `target`), taken together.
#[derive(Clone, Debug)]
pub(crate) struct BuiltImage {
    /// The image that the chain of stages starts from; `scratch` for none. `None` where a variable leaves it open.
    pub(crate) base: Option<Spanned<ImageReference>>,
    /// `EXPOSE`.
    pub(crate) exposes: Vec<Exposed>,
    /// `VOLUME`, clean paths.
    pub(crate) volumes: Vec<Spanned<String>>,
    /// `USER`.
    pub(crate) user: Option<Spanned<String>>,
    /// `WORKDIR`, absolute; `None` where the base image has a say.
    pub(crate) working_dir: Option<Spanned<String>>,
    /// `ENV`, those left out whose value the base image has a say in.
    pub(crate) environment: IndexMap<String, Spanned<String>>,
    /// `CMD`; a shell's form is `/bin/sh -c` and the script.
    pub(crate) command: Option<Command>,
    /// `ENTRYPOINT`, as `command`.
    pub(crate) entrypoint: Option<Command>,
    /// `HEALTHCHECK`.
    pub(crate) healthcheck: Option<Healthcheck>,
    /// `COPY` and `ADD`.
    pub(crate) copies: Vec<Copied>,
    /// `RUN`.
    pub(crate) runs: Vec<Ran>,
}

/// `RUN`.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// The script, its here-documents behind it.
    pub(crate) script: Spanned<String>,
    /// The directory it runs in; `None` where the base image has a say.
    pub(crate) working_dir: Option<String>,
}

/// `EXPOSE`.
#[derive(Clone, Debug)]
pub(crate) struct Exposed {
    /// The ports, first and last.
    pub(crate) ports: Spanned<(u16, u16)>,
    /// `tcp` or `udp`.
    pub(crate) protocol: String,
}

/// `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub(crate) struct Copied {
    /// The sources, as written; none for text that is in the Dockerfile.
    pub(crate) sources: Vec<String>,
    /// The path in the image: clean and absolute, with a slash at its end where one is written. `None` where the base
    /// image has a say.
    pub(crate) target: Option<String>,
    /// The stage or image that the sources are from; `None` for the build context.
    pub(crate) from: Option<String>,
    /// Whether `--chmod` says which mode the files get.
    pub(crate) sets_mode: bool,
}

/// The image that a service runs: the one it names, or the one that its Dockerfile starts from. What it is called where
/// it is built says nothing.
pub(crate) fn base_image(service: &Service) -> Option<&Spanned<ImageReference>> {
    match &service.build {
        Some(build) => build.image.as_ref()?.base.as_ref(),
        None => service.image.as_ref(),
    }
}
