//! Whether all that an nginx is configured with is read.

use super::files::image_name;
use super::official::{is_official_nginx, runs_as_made};
use super::read::{ConfigurationContent, ReadConfiguration};
use crate::model::{Copied, MountKind, Service};

/// A service whose configuration as a proxy is read to the last file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WholeConfiguration {
    /// The service.
    pub(crate) service: String,
    /// The port of the page that its image comes with, where that is still there.
    pub(crate) default_page: Option<u16>,
}

const HOME: &str = "/etc/nginx";
const MAIN: &str = "/etc/nginx/nginx.conf";
const PARTS: &str = "/etc/nginx/conf.d";
/// The image's own page.
const DEFAULT: &str = "/etc/nginx/conf.d/default.conf";

/// Whether the files of nginx that are read are all there are: no variable is put into one, and nothing else is mounted or
/// copied where it looks for them.
pub(super) fn whole(service: &Service, read: &[&ReadConfiguration]) -> Option<WholeConfiguration> {
    let is_template = read.iter().any(|one| one.target.ends_with(".template") || one.is_template);
    let is_all = is_official_nginx(service)
        && (!read.is_empty() || serves_files(service))
        && runs_as_made(service)
        && !is_template
        && service.configs.is_empty()
        && service.volumes_from.is_empty()
        && !has_unread_mount(service, read)
        && copies(service).all(|copied| is_read(copied, read));
    is_all.then(|| WholeConfiguration { service: service.name.clone(), default_page: default_page(service, read) })
}

/// Whether a service is given files for the page of its image, so that it needs no configuration.
fn serves_files(service: &Service) -> bool {
    let is_page = |target: &str| target.trim_end_matches('/').starts_with("/usr/share/nginx/html");
    service.mounts.iter().any(|mount| is_page(&mount.target.value))
        || copies(service).any(|copied| copied.target.as_deref().is_some_and(is_page))
}

fn has_unread_mount(service: &Service, read: &[&ReadConfiguration]) -> bool {
    let may_be_read = |target: &str| {
        let target = target.trim_end_matches('/');
        let is_home = [HOME, PARTS, "/etc/nginx/templates", "/etc/nginx/sites-enabled"].contains(&target);
        target.starts_with(HOME) && (is_home || target.ends_with(".conf") || target.ends_with(".template"))
    };
    let unread = |mount: &&crate::model::Mount| !read.iter().any(|one| one.given == mount.place);
    service.mounts.iter().filter(unread).any(|mount| may_be_read(&mount.target.value))
}

fn copies(service: &Service) -> impl Iterator<Item = &Copied> {
    service.build.iter().filter_map(|build| build.image.as_ref()).flat_map(|image| &image.copies)
}

/// Whether what a Dockerfile copies is nothing that nginx is configured with, or is read.
fn is_read(copied: &Copied, read: &[&ReadConfiguration]) -> bool {
    let Some(target) = copied.target.as_deref() else { return false };
    let target = target.trim_end_matches('/');
    if !target.starts_with(HOME) && !HOME.starts_with(target) {
        return true;
    }
    let is_here = |source: &String| {
        let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or("");
        let is_other = name.contains('.') && !name.ends_with(".conf") && !name.ends_with(".template") && name != ".";
        let inside = |one: &&ReadConfiguration| {
            one.target == target || one.target.strip_prefix(target).is_some_and(|rest| rest.starts_with('/'))
        };
        !source.contains(['*', '$', '?']) && (is_other || read.iter().any(inside))
    };
    copied.from.is_none() && copied.sources.iter().all(is_here)
}

/// The port of the image's own page, unless that is replaced, removed or not included.
fn default_page(service: &Service, read: &[&ReadConfiguration]) -> Option<u16> {
    let includes_parts = |one: &&ReadConfiguration| {
        let ConfigurationContent::Nginx(config) = &one.content else { return true };
        config.includes.iter().any(|include| include.text.contains("conf.d/"))
    };
    let is_included = read.iter().find(|one| one.target == MAIN).is_none_or(includes_parts);
    let covers = |mount: &crate::model::Mount| {
        let target = mount.target.value.trim_end_matches('/');
        [PARTS, HOME, DEFAULT].contains(&target) && matches!(mount.kind, MountKind::Bind(_))
    };
    let image = service.build.as_ref().and_then(|build| build.image.as_ref());
    let removes = |script: &str| script.contains("rm ") && script.contains(PARTS);
    let is_gone = read.iter().any(|one| one.target == DEFAULT)
        || service.mounts.iter().any(covers)
        || image.is_some_and(|image| image.runs.iter().any(|run| removes(&run.script.value)));
    let port = if image_name(service) == "nginx-unprivileged" { 8080 } else { 80 };
    (is_included && !is_gone).then_some(port)
}
