//! A secret that becomes a part of an image.

use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Build, Service};
use crate::rules::Context;
use crate::rules::support::less_in_tests;
use crate::secrets::{Strength, is_secret_name, strength, written_out};

/// Beginnings of names of what a build puts into pages for everyone.
const OF_BROWSERS: [&str; 8] =
    ["VITE_", "REACT_APP_", "NEXT_PUBLIC_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "PUBLIC_", "GATSBY_", "VUE_APP_"];

/// Reports each build argument that is a secret, and the copy of a directory with secrets.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = crate::collections::HashSet::default();
    let services = cx.model.services.values().chain(cx.model.disabled.values());
    for (service, build) in services.filter_map(|service| Some((service, service.build.as_ref()?))) {
        let mut found: Vec<Finding> = of_arguments(cx, service, build);
        found.extend(of_copy(cx, service, build));
        // Services that are built alike have one cause.
        let is_new = |finding: &Finding| {
            let evidence = finding.evidence.clone().unwrap_or_default();
            seen.insert((build.context.as_ref().map(|context| context.value.clone()), evidence))
        };
        found.retain(is_new);
        findings.extend(found);
    }
}

fn of_arguments(cx: &Context<'_>, service: &Service, build: &Build) -> Vec<Finding> {
    let is_public = |name: &str| OF_BROWSERS.iter().any(|start| name.starts_with(start));
    // What no `ARG` takes is not in the image.
    let outline = cx.facts.outlines().iter().find(|one| one.service.name == service.name).map(|one| &one.outline);
    let is_taken = |name: &String| outline.is_none_or(|outline| !outline.is_plain() || outline.declares(name));
    let mut found = Vec::new();
    for (name, value) in
        build.args.iter().filter(|(name, _)| is_secret_name(name) && !is_public(name) && is_taken(name))
    {
        let is_secret = match &value.value {
            // It comes from the environment, or from a variable.
            None => true,
            Some(text) => {
                value.is_interpolated() && !text.is_empty()
                    || value.parts.iter().any(|part| part.is_unknown)
                    || written_out(name, text).is_some() && !is_placeholder(text)
            }
        };
        if !is_secret {
            continue;
        }
        let own = &service.name;
        let message = format!("build argument `{name}` of `{own}` stays readable in the image");
        let severity = less_in_tests(Severity::Warning, cx.facts.is_for_tests(value.place.span.file));
        found.push(
            Finding::new(rule::SECRET_IN_IMAGE, value.place, Subject::service(own), message)
                .severity(severity)
                .evidence(name.clone())
                .help("use `build.secrets` and `RUN --mount=type=secret`: `docker history` shows the arguments of a build"),
        );
    }
    found
}

/// Whether a text says that it is to be replaced.
fn is_placeholder(text: &str) -> bool {
    strength(text, &[]) == Strength::Placeholder
}

/// `COPY . .` of a directory with an env file in it that no `.dockerignore` leaves out.
fn of_copy(cx: &Context<'_>, service: &Service, build: &Build) -> Option<Finding> {
    let image = build.image.as_ref()?;
    let is_whole = |source: &String| matches!(source.trim_end_matches('/'), "." | "" | "./");
    let copy = image.copies.iter().find(|copy| copy.from.is_none() && copy.sources.iter().any(is_whole))?;
    let context = build.context.as_ref()?;
    let held = cx.facts.secret_files().iter().find(|file| {
        file.real().next().is_some()
            && file.path.starts_with(&context.value)
            && !cx.facts.is_left_out_of_build(&context.value, &file.path)
    })?;
    let own = &service.name;
    let shown = cx.facts.shown(&held.path);
    let target = copy.target.as_deref().unwrap_or("the image");
    let message = format!("the image of `{own}` contains `{shown}`, which holds secrets");
    Some(
        Finding::new(rule::SECRET_IN_IMAGE, context.place, Subject::service(own), message)
            .severity(less_in_tests(Severity::Warning, cx.facts.is_for_tests(context.place.span.file)))
            .evidence(shown.clone())
            .label(held.secrets.first()?.place, "a secret")
            .help(format!(
                "add `{shown}` to `.dockerignore`: the Dockerfile copies the whole build context to `{target}`"
            )),
    )
}
