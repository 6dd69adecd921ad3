//! Bitbucket pipelines: the scripts of all steps.

use super::super::context::ReaderContext;
use super::super::trace::{Site, Tracer, World};
use super::purpose_of_job;
use super::yaml::Yaml;
use crate::source::{FileId, NodeId};

/// Reads `bitbucket-pipelines.yml`.
pub(super) fn read(context: &ReaderContext<'_>, file: FileId) {
    let yaml = Yaml::from_file(context.repository.sources, file);
    let mut left: Vec<NodeId> = yaml.roots().to_vec();
    let mut seen = 0;
    while let Some(node) = left.pop().filter(|_| seen < 20_000) {
        seen += 1;
        left.extend(yaml.items(node));
        let entries = yaml.entries(node);
        let name = yaml.text_of(node, "name").unwrap_or("");
        let stage = yaml.text_of(node, "deployment").map_or("", |_| "deploy");
        for (key, value) in entries {
            if !matches!(key, "script" | "after-script") {
                left.push(value);
                continue;
            }
            let mut site = Site::at("").with_purpose(purpose_of_job(&[name, stage]));
            site.by_hand = false;
            let tracer = Tracer::new(context, site);
            let mut worlds = vec![World::new()];
            for fragment in yaml.scripts(Some(value)) {
                worlds = tracer.text(&fragment, worlds);
            }
        }
    }
}
