//! What Dockerfiles change: the image they start from, the user, and what they run.

use super::images::{becomes_of_data, canonical, keeps_something, shortened};
use super::sides::{ServicePair, Side, Sides};
use super::words::identity;
use super::{DeploymentChange, Effect, Topic};
use crate::model::{BuiltImage, Command, ImageReference, Service, Spanned};

/// Compares the images that are built for a service on both sides.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some((then, now)) = pair.both() else { return };
    let (Some(old), Some(new)) = (image(then), image(now)) else { return };
    if let (Some(before), Some(after)) = (&old.base, &new.base) {
        out.extend(base(sides, pair, before, after));
    }
    if then.user.is_none() && now.user.is_none() {
        out.extend(user(sides, now, (old, new)));
    }
    if ![then, now].into_iter().any(|service| service.entrypoint.is_some()) {
        out.extend(command(sides, now, "ENTRYPOINT", (old.entrypoint.as_ref(), new.entrypoint.as_ref())));
        if ![then, now].into_iter().any(|service| service.command.is_some()) {
            out.extend(command(sides, now, "CMD", (old.command.as_ref(), new.command.as_ref())));
        }
    }
    if then.healthcheck.is_none() && now.healthcheck.is_none() {
        out.extend(healthcheck(sides, now, (old, new)));
    }
}

fn image(service: &Service) -> Option<&BuiltImage> {
    service.build.as_ref()?.image.as_ref()
}

fn change(topic: Topic, effect: Effect, service: &Service, message: String) -> DeploymentChange {
    DeploymentChange::new(topic, effect, "build", message).about(&service.name)
}

fn base(
    sides: &Sides<'_>,
    pair: ServicePair<'_>,
    before: &Spanned<ImageReference>,
    after: &Spanned<ImageReference>,
) -> Option<DeploymentChange> {
    let now = pair.now?;
    if canonical(&before.value.text) == canonical(&after.value.text) {
        return None;
    }
    let old = shortened(&sides.then.masked(&before.value.text));
    let new = shortened(&sides.now.masked(&after.value.text));
    let name = &now.name;
    let what = match old == new {
        true => format!("`{name}` is built on another version of `{new}`"),
        false => format!("`{name}` is built on `{new}` instead of `{old}`"),
    };
    let rest = becomes_of_data(before, after).filter(|_| keeps_something(sides, pair));
    let (topic, message) = match rest {
        Some(rest) => (Topic::Data, format!("{what}: {rest}")),
        None => (Topic::Run, what),
    };
    let at = sides.now.place(after.place);
    Some(change(topic, Effect::Changes, now, message).risky_if(rest.is_some()).at(at))
}

fn user(sides: &Sides<'_>, now: &Service, (old, new): (&BuiltImage, &BuiltImage)) -> Option<DeploymentChange> {
    let is_root = |user: &str| matches!(user.split(':').next(), Some("root" | "0"));
    let name = &now.name;
    let shown = |user: &Spanned<String>| sides.now.masked(&user.value);
    let at = new.user.as_ref().map(|user| sides.now.place(user.place));
    let opens = |message: String, at| change(Topic::Access, Effect::Opens, now, message).risky_if(true).at(at);
    match (&old.user, &new.user) {
        (Some(was), Some(is)) if was.value == is.value => None,
        (Some(was), None) if !is_root(&was.value) => {
            let was_at = sides.then.place(was.place);
            let message = format!(
                "`{name}` runs as the user of its base image, which may be root: its Dockerfile has no `USER` any more"
            );
            Some(opens(message, Some(was_at)))
        }
        (was, Some(is)) if is_root(&is.value) && was.as_ref().is_some_and(|was| !is_root(&was.value)) => {
            Some(opens(format!("`{name}` runs as root (`USER` of its Dockerfile)"), at))
        }
        (_, Some(is)) if !is_root(&is.value) => {
            let message = format!(
                "`{name}` runs as `{}` (`USER` of its Dockerfile): files that it wrote as another user may not be its own",
                shown(is)
            );
            let effect = if old.user.is_none() { Effect::Closes } else { Effect::Changes };
            Some(change(Topic::Access, effect, now, message).at(at))
        }
        _ => None,
    }
}

fn command(
    sides: &Sides<'_>,
    now: &Service,
    key: &str,
    (old, new): (Option<&Command>, Option<&Command>),
) -> Option<DeploymentChange> {
    let words = |command: Option<&Command>| -> Option<Vec<(bool, String)>> {
        command.map(|command| command.words.iter().map(identity).collect())
    };
    if words(old) == words(new) {
        return None;
    }
    let name = &now.name;
    let text = |side: &Side<'_>, command: Option<&Command>| {
        command.map_or_else(String::new, |command| side.words(&command.words))
    };
    let (was, is) = (text(&sides.then, old), text(&sides.now, new));
    let message = match sides.differing_words("command", &was, &is) {
        Some(words) if old.is_some() && new.is_some() => {
            format!("`{name}` runs {words} in the `{key}` of its Dockerfile")
        }
        _ => format!("`{name}` runs another `{key}` of its Dockerfile"),
    };
    let at = new
        .map(|command| sides.now.place(command.place))
        .or_else(|| old.map(|command| sides.then.place(command.place)));
    Some(change(Topic::Run, Effect::Changes, now, message).at(at))
}

fn healthcheck(sides: &Sides<'_>, now: &Service, (old, new): (&BuiltImage, &BuiltImage)) -> Option<DeploymentChange> {
    let name = &now.name;
    let is_on = |image: &BuiltImage| image.healthcheck.as_ref().is_some_and(|check| !check.disabled);
    match (is_on(old), is_on(new)) {
        (true, false) => {
            let message = format!(
                "the Dockerfile of `{name}` has no `HEALTHCHECK` any more: Docker no longer notices when it stops working"
            );
            let at = old.healthcheck.as_ref().map(|check| sides.then.place(check.key));
            Some(change(Topic::Start, Effect::Drops, now, message).risky_if(true).at(at))
        }
        (false, true) => {
            let message = format!("the Dockerfile of `{name}` has a `HEALTHCHECK`");
            let at = new.healthcheck.as_ref().map(|check| sides.now.place(check.key));
            Some(change(Topic::Start, Effect::Adds, now, message).at(at))
        }
        _ => None,
    }
}
