//! The scripts of package.json.

use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::purpose_of_name;
use super::yaml::Yaml;
use crate::source::FileId;

/// How scripts call each other.
const RUNNERS: [&str; 9] =
    ["npm run", "npm run-script", "yarn run", "yarn", "pnpm run", "pnpm", "bun run", "npm", "bun"];

/// Reads the scripts, which run in the directory of the file.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let yaml = Yaml::from_json(context.repository.sources, file);
    let Some(scripts) = yaml.root().and_then(|root| yaml.get(root, &["scripts"])) else { return };
    let scripts: Vec<(&str, Rc<Fragment>)> = yaml
        .entries(scripts)
        .into_iter()
        .take(512)
        .filter_map(|(name, node)| Some((name, Rc::new(yaml.fragment(node)?))))
        .collect();
    let mut world = World::new();
    for (name, fragment) in &scripts {
        let is_command = fragment.text.contains("compose") || fragment.text.contains("stack deploy");
        for runner in RUNNERS.iter().filter(|_| is_command) {
            world.alias(&format!("{runner} {name}"), &fragment.text, fragment, 0);
        }
    }
    for (name, fragment) in &scripts {
        let site = Site::at(split(path).0).with_purpose(purpose_of_name(name).unwrap_or(Purpose::Deploy));
        Tracer::new(context, site).text(fragment, vec![world.clone()]);
    }
}
