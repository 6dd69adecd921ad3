//! A GPU that the host or the container does not have.

use crate::facts::gpus::{Amount, GpuClaim, claims_of_one, in_container};
use crate::facts::images::variable;
use crate::finding::{Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;

/// Reports the first GPU that a service asks for and the host lacks, and a selection among GPUs that the container lacks.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let of_host =
            cx.settings.host.gpus.and_then(|gpus| claims_of_one(service).iter().find_map(|claim| lacking(claim, gpus)));
        findings.extend(of_host.or_else(|| selected(cx, service)));
    }
}

/// A claim to more GPUs than the host has, or to one beyond its last.
fn lacking(claim: &GpuClaim<'_>, gpus: u32) -> Option<Finding> {
    let name = &claim.service.name;
    let has = if gpus == 1 { "1 GPU".to_owned() } else { format!("{gpus} GPUs") };
    let message = match &claim.amount {
        Amount::All => return None,
        Amount::Number(number) if *number > i64::from(gpus) => {
            format!("`{name}` requests {number} GPUs, but the host has {gpus}: its container does not start")
        }
        Amount::Number(_) => return None,
        Amount::Ids(ids) => {
            let id = ids.iter().find(|id| id.parse::<u32>().is_ok_and(|id| id >= gpus))?;
            format!(
                "`{name}` requests GPU `{id}`, but the host has {has}, numbered from 0: its container does not start"
            )
        }
    };
    let help = "request a GPU that the host has, or correct `host.gpus` in plimsoll.yaml";
    Some(Finding::new(rule::GPU_DEVICE_MISSING, claim.place, Subject::service(name), message).help(help))
}

/// `CUDA_VISIBLE_DEVICES` with a number of the host: a container numbers its GPUs from 0.
fn selected(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    const NAME: &str = "CUDA_VISIBLE_DEVICES";
    let chosen = variable(service, NAME)?;
    let count = in_container(service, cx.settings.host.gpus)?;
    let beyond = chosen.value.split(',').map(str::trim).find(|id| id.parse::<i64>().is_ok_and(|id| id >= count))?;
    let name = &service.name;
    let has = if count == 1 { "one GPU, numbered 0".to_owned() } else { format!("{count} GPUs, numbered from 0") };
    let message = format!("`{NAME}` selects GPU `{beyond}`, but the container of `{name}` has {has}");
    let claim = claims_of_one(service).first().map(|claim| claim.place);
    let mut finding = Finding::new(rule::GPU_DEVICE_MISSING, chosen.place, Subject::service(name), message)
        .evidence(NAME)
        .help(format!(
            "remove `{NAME}`: the reservation already selects the GPU, and the container numbers what it gets from 0"
        ));
    if let Some(place) = claim {
        finding = finding.label(place, "reserved here");
    }
    Some(finding)
}
