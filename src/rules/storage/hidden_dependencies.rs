//! A bind mount of the sources that hides dependencies installed in the image, or what the image was built to run.

use crate::collections::IndexMap;
use crate::facts::storage::binds::HiddenDependencies;
use crate::finding::{Finding, Subject, rule};
use crate::model::MountKind;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list, is_one_file};
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Reports each bound directory once, at the first bind.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let hidden = cx.facts.hidden_dependencies();
    let mut groups: IndexMap<(&MountKind, &str), Vec<&HiddenDependencies<'_>>> = IndexMap::default();
    for one in &hidden {
        groups.entry((&one.mount.kind, &one.directory)).or_default().push(one);
    }
    for ((_, directory), group) in groups {
        let Some((first, rest)) = group.split_first() else { continue };
        let names: Vec<&str> = group.iter().map(|one| one.service.name.as_str()).collect();
        let message = format!("bind mount hides `{directory}` in the image of `{}`", first.service.name);
        let subject = Subject::service(&first.service.name);
        let mut finding = Finding::new(rule::HIDDEN_DEPENDENCIES, first.mount.place, subject, message)
            .evidence(directory.to_owned())
            .label(first.run.script.place, "installed here")
            .help(format!("add `- {directory}` to the `volumes` of {}: otherwise every machine needs the dependencies in its checkout", and_list(&names)));
        for other in rest.iter().take(LABELS) {
            finding = finding.label(other.mount.place, format!("also in `{}`", other.service.name));
        }
        if is_one_file(cx) {
            let volume = Content::text(directory);
            let add = |one: &&HiddenDependencies<'_>| edit::add_to_list(cx.files, one.service.key, "volumes", &volume);
            finding.fixes.extend(edit::risky(
                format!(
                    "keep `{directory}` of the image in an anonymous volume: new dependencies then require a new volume"
                ),
                edit::all(group.iter().map(add)),
            ));
        }
        findings.push(finding);
    }
    programs(cx, findings);
    directories(cx, findings);
}

/// Reports each bind that hides the directory in which its container starts.
fn directories(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in cx.facts.hidden_directories() {
        let (name, path) = (&one.service.name, one.path);
        let message = format!(
            "bind mount hides `{path}`, the working directory of `{name}`: what it starts finds no files there"
        );
        let finding = Finding::new(rule::HIDDEN_DEPENDENCIES, one.mount.place, Subject::service(name), message)
            .evidence(path.to_owned())
            .help(format!("mount the sources at `{path}`, or set `working_dir: {}`", one.mount.target.value));
        findings.retain(|other| other.place != one.mount.place);
        findings.push(finding);
    }
}

/// Reports each bind that hides what its container starts with; where it hides the dependencies, too, they have been said.
fn programs(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in cx.facts.hidden_programs() {
        if findings.iter().any(|finding| finding.place == one.mount.place) {
            continue;
        }
        let (name, path) = (&one.service.name, &one.path);
        let message = format!("bind mount hides `{path}`, which `{name}` starts with and its Dockerfile builds");
        let help = format!(
            "mount only what `{name}` reads, or give it a `command` that builds and runs the sources: in a fresh checkout the file is missing, and the container does not start"
        );
        let finding = Finding::new(rule::HIDDEN_DEPENDENCIES, one.mount.place, Subject::service(name), message)
            .evidence(path.clone())
            .label(one.word.place, "started here")
            .help(help);
        findings.push(finding);
    }
}
