//! A service that needs a GPU and reserves none.

use crate::catalogue::schema::GpuNeed;
use crate::facts::gpus::claims_of_one;
use crate::facts::images::{built, known_image, launch, variable};
use crate::finding::{Finding, Subject, rule};
use crate::model::{DeviceCount, Service};
use crate::rules::Context;
use crate::rules::support::is_off;
use crate::source::Place;

/// Reports services whose image needs a GPU, or whose settings select one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.facts.is_for_swarm() || cx.facts.are_gpus_nearby() {
        return;
    }
    for service in cx.model.services.values().filter(|service| !is_off(service) && !has_gpu(service)) {
        let Some((place, why)) = needs_gpu(service) else { continue };
        let name = &service.name;
        let message = format!("{why}, but `{name}` reserves none: its container sees no GPU");
        let finding = Finding::new(rule::GPU_WITHOUT_RESERVATION, place, Subject::service(name), message).help(
            format!("add `gpus: all` to `{name}`, or reserve GPUs under `deploy.resources.reservations.devices`"),
        );
        findings.push(finding);
    }
}

/// Whether a service gets a GPU in some way, of whatever maker.
fn has_gpu(service: &Service) -> bool {
    let devices = || {
        service.devices.iter().any(|device| {
            let source = device.value.0.as_str();
            ["/dev/nvidia", "nvidia.com/", "/dev/kfd", "/dev/dri", "amd.com/", "/dev/accel"]
                .iter()
                .any(|path| source.starts_with(path))
        })
    };
    // `count: 0` and the like are a choice, too.
    let asks = || {
        service
            .device_requests
            .iter()
            .any(|request| !matches!(request.count, DeviceCount::Ids(ref ids) if ids.is_empty()))
    };
    asks()
        || service.runtime.is_some()
        || devices()
        || !claims_of_one(service).is_empty()
        || service.privileged.as_ref().is_some_and(|privileged| privileged.value)
}

fn needs_gpu(service: &Service) -> Option<(Place, String)> {
    if runs_on_cpu(service) {
        return None;
    }
    if let Some(visible) =
        service.environment.get("NVIDIA_VISIBLE_DEVICES").and_then(|variable| variable.value.as_ref())
        && !matches!(visible.value.trim(), "" | "none" | "void")
    {
        return Some((visible.place, "`NVIDIA_VISIBLE_DEVICES` selects GPUs".to_owned()));
    }
    let known = known_image(service).filter(|known| known.exact && !known.built && built(service).is_none())?;
    let image = service.image.as_ref()?;
    let needed = known.image.gpu_for(known.tag) == Some(GpuNeed::Required);
    needed.then(|| (image.place, format!("`{}` needs an NVIDIA GPU", image.value.repository)))
}

/// Whether settings say that the processor does the work.
fn runs_on_cpu(service: &Service) -> bool {
    let words = launch(service);
    let by_word = words.iter().any(|word| {
        word.value
            .split_whitespace()
            .any(|part| matches!(part, "cpu" | "--cpu" | "--no-cuda" | "--device=cpu" | "--disable-gpu"))
    });
    let is_cpu = |name: &str| variable(service, name).is_some_and(|value| value.value.eq_ignore_ascii_case("cpu"));
    let none = variable(service, "CUDA_VISIBLE_DEVICES").is_some_and(|value| matches!(value.value.trim(), "" | "-1"));
    by_word || none || ["DEVICE", "TORCH_DEVICE", "VLLM_TARGET_DEVICE"].iter().any(|name| is_cpu(name))
}
