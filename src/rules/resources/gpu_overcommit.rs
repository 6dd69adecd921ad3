//! Active services that together request more GPUs than the host has.

use crate::collections::{HashSet, IndexMap};
use crate::facts::gpus::{Amount, GpuClaim, GpuShare, share};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list, few_names};
use crate::yaml::edit;

/// The part of a GPU's memory that vLLM takes by itself (<https://docs.vllm.ai/en/stable/configuration/engine_args.html>).
const OF_VLLM: f64 = 0.9;

/// Reports services that need more memory of GPUs than there is, or else GPUs that several services take, once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let claims: Vec<&GpuClaim<'_>> = cx
        .facts
        .gpus()
        .iter()
        .filter(|claim| share(claim.service) != GpuShare::Little && !is_replaced(cx, claim))
        .collect();
    if let Some(finding) = out_of_memory(cx, &claims) {
        findings.push(finding);
        return;
    }
    let shared = shared(&claims).filter(|group| !is_on_purpose(cx, group));
    let finding = match cx.settings.host.gpus {
        Some(budget) => {
            over_budget(cx, &claims, i64::from(budget)).or_else(|| shared.map(|group| contested(cx, &group)))
        }
        None => shared.map(|group| contested(cx, &group)),
    };
    findings.extend(finding);
}

/// Whether an override states the GPUs of the service anew. That the lists are appended is another rule's.
fn is_replaced(cx: &Context<'_>, claim: &GpuClaim<'_>) -> bool {
    let layer = |other: &GpuClaim<'_>| cx.project.files.iter().position(|file| *file == other.place.span.file);
    let own = layer(claim);
    cx.facts.gpus().iter().any(|other| other.service.name == claim.service.name && layer(other) > own && own.is_some())
}

/// GPUs that several services take.
struct SharedGpus<'c, 'a> {
    /// `GPU 0`, `all GPUs of the host`.
    what: String,
    claims: Vec<&'c GpuClaim<'a>>,
}

/// The GPUs that most services share: all of the host's, or one by its id.
fn shared<'c, 'a>(claims: &[&'c GpuClaim<'a>]) -> Option<SharedGpus<'c, 'a>> {
    let mut by_id: IndexMap<&str, Vec<&'c GpuClaim<'a>>> = IndexMap::default();
    let of_all: Vec<&GpuClaim<'_>> = claims.iter().copied().filter(|claim| claim.amount == Amount::All).collect();
    for claim in claims {
        let Amount::Ids(ids) = &claim.amount else { continue };
        for id in ids {
            by_id.entry(id.as_str()).or_default().push(claim);
        }
    }
    if of_all.len() > 1 {
        return Some(SharedGpus { what: "all GPUs of the host".to_owned(), claims: of_all });
    }
    for own in by_id.values_mut() {
        // One service that asks twice gets what it asks for.
        let mut seen: HashSet<&str> = HashSet::default();
        own.retain(|claim| seen.insert(claim.service.name.as_str()));
        own.extend(of_all.iter().filter(|claim| seen.insert(claim.service.name.as_str())));
    }
    let most = by_id.values().map(Vec::len).max().filter(|most| *most > 1)?;
    let ids: Vec<&str> = by_id.iter().filter(|(_, own)| own.len() == most).map(|(id, _)| *id).collect();
    let claims = by_id.get(ids.first()?)?.clone();
    let same: Vec<&str> =
        ids.into_iter().filter(|id| by_id.get(id).is_some_and(|own| names(own) == names(&claims))).collect();
    let word = if same.len() == 1 { "GPU" } else { "GPUs" };
    Some(SharedGpus { what: format!("{word} {}", and_list(&same)), claims })
}

fn names<'a>(claims: &[&GpuClaim<'a>]) -> Vec<&'a str> {
    claims.iter().map(|claim| claim.service.name.as_str()).collect()
}

/// Whether the services say how much of a GPU each takes, or `plimsoll.yaml` does, and it is enough for all.
fn is_on_purpose(cx: &Context<'_>, group: &SharedGpus<'_, '_>) -> bool {
    let needs: Option<Vec<u64>> = group.claims.iter().map(|claim| need(cx, claim.service)).collect();
    if let (Some(needs), Some(memory)) = (needs, cx.settings.host.gpu_memory) {
        return needs.iter().sum::<u64>() <= memory;
    }
    let parts: Vec<f64> = group.claims.iter().filter_map(|claim| part(claim.service)).collect();
    let has_own = group.claims.iter().any(|claim| matches!(share(claim.service), GpuShare::Part(_)));
    has_own && parts.iter().sum::<f64>() <= 1.0 + f64::EPSILON
}

/// The GPU memory that the containers of a service take, by `plimsoll.yaml`.
fn need(cx: &Context<'_>, service: &Service) -> Option<u64> {
    let of_one = cx.settings.services.get(&service.name)?.gpu_memory?;
    let replicas = service.replicas.as_ref().map_or(1, |replicas| replicas.value.max(0) as u64);
    Some(of_one.saturating_mul(replicas))
}

/// The part of a GPU's memory that a service takes, where it is known.
fn part(service: &Service) -> Option<f64> {
    match share(service) {
        GpuShare::Part(part) => Some(part),
        GpuShare::Open if crate::facts::images::image_text(service).starts_with("vllm/") => Some(OF_VLLM),
        GpuShare::Open | GpuShare::Little => None,
    }
}

fn contested(cx: &Context<'_>, group: &SharedGpus<'_, '_>) -> Finding {
    let parts: Option<Vec<f64>> = group.claims.iter().map(|claim| part(claim.service)).collect();
    let percent =
        parts.map(|parts| (parts.iter().sum::<f64>() * 100.0).round() as i64).filter(|percent| *percent > 100);
    let mut message = format!("{} share {}", few_names(&names(&group.claims)), group.what);
    if let Some(percent) = percent {
        message = format!("{message} and take {percent}% of its memory together");
    }
    // A variable with a default is there to give each its own.
    let is_chosen = group.claims.iter().any(|claim| edit::written(cx.files, claim.place).contains('$'));
    at_second(&group.claims, message)
        .severity(if is_chosen { Severity::Info } else { Severity::Warning })
        .help("give each service its own `device_ids`; if they share on purpose, say how much each takes: with an option such as `--gpu-memory-utilization`, or as `gpu_memory` in plimsoll.yaml")
}

fn over_budget(cx: &Context<'_>, claims: &[&GpuClaim<'_>], budget: i64) -> Option<Finding> {
    let group = SharedGpus { what: String::new(), claims: claims.to_vec() };
    if is_on_purpose(cx, &group) {
        return None;
    }
    let amount = |claim: &GpuClaim<'_>| match &claim.amount {
        Amount::All => budget.max(1),
        Amount::Number(number) => *number,
        Amount::Ids(ids) => ids.len() as i64,
    };
    let all: i64 = claims.iter().map(|claim| amount(claim)).sum();
    let mut services = names(claims);
    services.dedup();
    // What one service asks for and the host does not have is another rule's.
    if all <= budget || services.len() < 2 && claims.iter().all(|claim| amount(claim) > budget) {
        return None;
    }
    let of = if budget == 1 { "1 GPU".to_owned() } else { format!("{budget} GPUs") };
    let message = match services.as_slice() {
        [only] => format!("the containers of `{only}` request {all} GPUs together and share the {of} of the host"),
        _ => format!("{} request {all} GPUs together and share the {of} of the host", few_names(&services)),
    };
    let finding = at_second(claims, message).severity(Severity::Error).confidence(Confidence::High);
    Some(finding.help("request fewer GPUs, put services that do not run at the same time into profiles, or say how much memory each takes as `gpu_memory` in plimsoll.yaml if they share on purpose"))
}

/// Services that need more GPU memory than the host has.
fn out_of_memory(cx: &Context<'_>, claims: &[&GpuClaim<'_>]) -> Option<Finding> {
    let of_one = cx.settings.host.gpu_memory?;
    let gpus = u64::from(cx.settings.host.gpus.unwrap_or(1).max(1));
    let known: Vec<&GpuClaim<'_>> = claims.iter().copied().filter(|claim| need(cx, claim.service).is_some()).collect();
    let sum = |claims: &[&GpuClaim<'_>]| claims.iter().filter_map(|claim| need(cx, claim.service)).sum::<u64>();
    let mut groups = vec![(known.clone(), of_one.saturating_mul(gpus), "the GPUs of the host have")];
    if gpus == 1 {
        groups = vec![(known.clone(), of_one, "the GPU of the host has")];
    }
    let mut by_id: IndexMap<&str, Vec<&GpuClaim<'_>>> = IndexMap::default();
    for claim in &known {
        if let Amount::Ids(ids) = &claim.amount
            && let [only] = ids.as_slice()
        {
            by_id.entry(only.as_str()).or_default().push(claim);
        }
    }
    groups.extend(by_id.into_values().map(|own| (own, of_one, "a GPU of the host has")));
    let (over, memory, what) = groups.into_iter().find(|(own, memory, _)| sum(own) > *memory)?;
    let message = format!(
        "{} need {} of GPU memory, but {what} {}",
        few_names(&names(&over)),
        in_gibibytes(sum(&over)),
        in_gibibytes(memory)
    );
    let finding = at_second(&over, message).severity(Severity::Error).confidence(Confidence::High);
    Some(finding.help("give services GPUs of their own, use smaller models, or put services that do not run at the same time into profiles"))
}

fn in_gibibytes(bytes: u64) -> String {
    let tenths = (bytes as f64 / f64::from(1 << 30) * 10.0).round() / 10.0;
    format!("{tenths} GiB")
}

/// A finding at the second of several claims, with the others as labels, each place once.
fn at_second(claims: &[&GpuClaim<'_>], message: String) -> Finding {
    let first = claims.first().map_or(crate::source::Place::start(), |claim| claim.place);
    let second = claims.get(1).or(claims.first());
    // Services that share a request through an anchor are told apart by their names.
    let place = second
        .map_or(first, |claim| if claim.place == first && claims.len() > 1 { claim.service.key } else { claim.place });
    let subject = second.map_or(Subject::Project, |claim| Subject::service(&claim.service.name));
    let mut finding = Finding::new(rule::GPU_OVERCOMMIT, place, subject, message);
    for (at, claim) in claims.iter().enumerate() {
        let is_told = at == 1 || finding.labels.iter().any(|label| label.place == claim.place) || claim.place == place;
        if !is_told && finding.labels.len() < LABELS {
            finding = finding.label(claim.place, format!("requested by `{}` here", claim.service.name));
        }
    }
    finding
}
