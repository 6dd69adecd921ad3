//! A variable without which an image does not start, or with a value that it refuses.

use super::left_empty::{empty_groups, is_left_empty};
use crate::catalogue::schema::{Required, RequiredWhen, VariableSetting};
use crate::facts::images::{KnownImage, known_image, may_be_set, runs_server, variable};
use crate::facts::storage::mounts::{cover, is_inside};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::{MountKind, Service};
use crate::rules::Context;
use crate::rules::support::{and_list, is_off, less_in_tests, or_list};
use crate::yaml::edit;

/// Reports each need of the image of a service that nothing meets, and each value that the image refuses.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values().filter(|service| runs_server(service) && !is_off(service)) {
        let Some(known) = known_image(service).filter(|known| !known.built) else { continue };
        let required = known.image.required_for(known.tag).into_iter();
        let (each, first): (Vec<&Required>, Vec<&Required>) = required
            .filter(|required| !is_met(cx, service, required))
            .partition(|required| required.when == RequiredWhen::EveryStart);
        findings.extend([each, first].iter().filter_map(|needs| of_needs(cx, service, known, needs)));
        for refused in &known.image.refused {
            findings.extend(of_value(service, refused));
        }
    }
}

/// Whether something meets a need, or may meet it.
fn is_met(cx: &Context<'_>, service: &Service, required: &Required) -> bool {
    let is_given = |setting: &VariableSetting| {
        variable(service, &setting.variable).is_some_and(|value| setting.contains(&value.value))
    };
    // What a variable without a value leaves blank is reported for itself.
    let is_open = |setting: &VariableSetting| {
        may_be_set(service, &setting.variable)
            || service.environment.get(&setting.variable).is_some_and(|one| {
                let is_blank = one.value.as_ref().is_none_or(|value| value.value.is_empty());
                let written = || edit::text_of(cx.files, one.key).unwrap_or_default();
                is_blank && (one.value.as_ref().is_none_or(|value| value.is_interpolated()) || written().contains('$'))
            })
    };
    let is_left_empty = |setting: &VariableSetting| {
        let variable = service.environment.get(&setting.variable);
        let groups = empty_groups(service.environment.iter());
        variable.is_some_and(|one| is_left_empty(cx, service, (&setting.variable, one), &groups))
    };
    let is_malformed = required.any_of.iter().any(|setting| is_malformed(cx, service, &setting.variable));
    let is_asked = required.given.as_ref().is_none_or(is_given);
    let is_met = required.any_of.iter().any(|setting| is_given(setting) || is_open(setting) || is_left_empty(setting));
    let is_mounted = required.unless_mounted.iter().any(|path| {
        cover(cx.model, service, path).is_some()
            || service.mounts.iter().any(|mount| is_inside(&mount.target.value, path))
    });
    // Data of another project are made already.
    let is_made =
        required.when == RequiredWhen::FirstStart && service.mounts.iter().any(|mount| is_foreign(cx, &mount.kind));
    !is_asked || is_met || is_malformed || is_mounted || is_made
}

/// Whether an entry of the list under `environment` that could not be read names the variable: `- NAME : value`.
fn is_malformed(cx: &Context<'_>, service: &Service, name: &str) -> bool {
    let names =
        |item: &str| item.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(':'));
    service.environment_key.is_some_and(|key| cx.facts.items_below(key).iter().any(|item| names(item)))
}

/// The needs of a service that arise at the same time and that nothing meets.
fn of_needs(cx: &Context<'_>, service: &Service, known: KnownImage<'_>, needs: &[&Required]) -> Option<Finding> {
    let names: Vec<&str> = needs.iter().filter_map(|need| Some(need.any_of.first()?.variable.as_str())).collect();
    let (first, more) = names.split_first()?;
    let name = &service.name;
    let wanted = and_list(&names);
    let message = match needs.first()?.when {
        RequiredWhen::EveryStart => format!("`{name}` does not start without {wanted}"),
        RequiredWhen::FirstStart => format!("`{name}` does not start with an empty data directory without {wanted}"),
    };
    let others = needs.iter().flat_map(|need| need.any_of.iter().skip(1)).map(|setting| setting.variable.as_str());
    let others: Vec<&str> = others.filter(|one| !one.contains("ALLOW_EMPTY") && !one.contains("AUTH_METHOD")).collect();
    let help = match (others.as_slice(), more.is_empty()) {
        ([], _) | (_, false) => format!("set {wanted} under `environment`"),
        (others, true) => format!("set `{first}` under `environment`, or {}", or_list(others)),
    };
    let image = || service.image.as_ref().map(|image| image.place);
    let place = service.environment_key.or_else(image).unwrap_or(service.key);
    let finding = Finding::new(rule::REQUIRED_IMAGE_VARIABLE, place, Subject::service(name), message)
        .severity(Severity::Error)
        .evidence((*first).to_owned())
        .help(help);
    let is_shown = cx.facts.is_for_tests(place.span.file) || cx.facts.is_shown_only(place.span.file);
    let finding = finding.severity(less_in_tests(Severity::Error, is_shown));
    Some(if known.exact {
        finding
    } else {
        finding.severity(less_in_tests(Severity::Warning, is_shown)).confidence(Confidence::Medium)
    })
}

fn is_foreign(cx: &Context<'_>, kind: &MountKind) -> bool {
    matches!(kind, MountKind::Volume(name) if cx.model.volumes.get(name).is_some_and(|volume| volume.external))
}

fn of_value(service: &Service, refused: &VariableSetting) -> Option<Finding> {
    let wanted = refused.value.as_deref()?;
    let value = variable(service, &refused.variable).filter(|value| value.value == wanted)?;
    let (name, variable) = (&service.name, &refused.variable);
    let message = format!("`{name}` does not start: its image refuses `{wanted}` as `{variable}`");
    Some(
        Finding::new(rule::REQUIRED_IMAGE_VARIABLE, value.place, Subject::service(name), message)
            .severity(Severity::Error)
            .evidence(variable.clone())
            .help(format!("remove `{variable}`: this user is there anyway, or name another user")),
    )
}
