//! Whether the configuration of a development server uses a variable: what runs in the container reads it then.

use std::path::{Path, PathBuf};

use crate::model::{MountKind, Service};
use crate::source::{PathKind, SourceDb};

/// Configurations of development servers that can forward requests.
const FILES: [&str; 14] = [
    "vite.config.ts",
    "vite.config.js",
    "vite.config.mts",
    "vite.config.mjs",
    "next.config.js",
    "next.config.ts",
    "next.config.mjs",
    "nuxt.config.ts",
    "vue.config.js",
    "svelte.config.js",
    "astro.config.mjs",
    "webpack.config.js",
    "src/setupProxy.js",
    "proxy.conf.js",
];

/// Whether one in the directories that a service is built from or mounts names a variable.
pub(crate) fn use_variable(service: &Service, variable: &str, root: &Path, sources: &SourceDb) -> bool {
    let context = service.build.as_ref().and_then(|build| build.context.as_ref()).map(|context| context.value.as_str());
    let binds = service.mounts.iter().filter_map(|mount| match &mount.kind {
        MountKind::Bind(source) => Some(source.as_str()),
        _ => None,
    });
    let directories = context.into_iter().chain(binds).map(PathBuf::from).filter(|path| path.starts_with(root));
    directories.into_iter().any(|directory| {
        FILES.iter().map(|file| directory.join(file)).any(|file| {
            let text = (sources.kind(&file) == PathKind::File).then(|| sources.load(&file).ok()).flatten();
            text.is_some_and(|id| sources.file(id).text.contains(variable))
        })
    })
}
