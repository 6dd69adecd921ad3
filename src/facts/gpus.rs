//! GPUs that active services request.

use crate::facts::images::{argument_value, image_text, variable};
use crate::model::{DeviceCount, DeviceRequest, Model, Service};
use crate::source::Place;

/// How many GPUs a service asks for, all replicas together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    /// All of the host's.
    All,
    /// This many.
    Number(i64),
    /// These, by id; every replica uses the same ones.
    Ids(Vec<String>),
}

/// A service's claim to GPUs.
#[derive(Clone, Debug)]
pub struct GpuClaim<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// How many, all replicas together.
    pub(crate) amount: Amount,
    /// Where it is written.
    pub(crate) place: Place,
}

/// The claims of active services, in the order of the files.
pub(crate) fn claims(model: &Model) -> Vec<GpuClaim<'_>> {
    model.services.values().flat_map(claims_of).collect()
}

fn claims_of(service: &Service) -> Vec<GpuClaim<'_>> {
    let replicas = service.replicas.as_ref().map_or(1, |replicas| replicas.value);
    if replicas < 1 {
        return Vec::new();
    }
    claims_times(service, replicas)
}

/// What one container of a service claims.
pub(crate) fn claims_of_one(service: &Service) -> Vec<GpuClaim<'_>> {
    claims_times(service, 1)
}

fn claims_times(service: &Service, replicas: i64) -> Vec<GpuClaim<'_>> {
    let claim = |amount, place| GpuClaim { service, amount, place };
    let requests = service.device_requests.iter().filter(|request| is_gpu(request));
    let mut claims: Vec<GpuClaim<'_>> =
        requests.filter_map(|request| Some(claim(amount(&request.count, replicas)?, request.place))).collect();
    for device in &service.devices {
        if let Some(id) = device.value.0.strip_prefix(CDI) {
            claims.push(claim(named(&[id.to_owned()]), device.place));
        }
    }
    // The runtime reads what a request puts into the variable, so a request wins over it.
    if claims.is_empty()
        && let Some((amount, place)) = runtime(service)
    {
        claims.push(claim(amount, place));
    }
    claims
}

const CDI: &str = "nvidia.com/gpu=";

/// Whether a request is for GPUs. A request without a driver goes to the one that has its capabilities (moby,
/// `daemon/nvidia_linux.go`).
pub(crate) fn is_gpu(request: &DeviceRequest) -> bool {
    let has = |wanted: &[&str]| request.capabilities.iter().any(|capability| wanted.contains(&capability.as_str()));
    match request.driver.as_deref() {
        None | Some("nvidia") => {
            has(&["gpu", "nvidia", "compute", "compat32", "graphics", "utility", "video", "display"])
        }
        Some(_) => has(&["gpu"]),
    }
}

fn amount(count: &DeviceCount, replicas: i64) -> Option<Amount> {
    match count {
        DeviceCount::All => Some(Amount::All),
        DeviceCount::Number(number) => (*number > 0).then(|| Amount::Number(number.saturating_mul(replicas))),
        DeviceCount::Ids(ids) => Some(named(ids)),
    }
}

/// Ids may be joined by commas, and carry the prefix of CDI.
fn named(ids: &[String]) -> Amount {
    let ids: Vec<String> = ids
        .iter()
        .flat_map(|id| id.split(','))
        .map(|id| id.strip_prefix(CDI).unwrap_or(id).trim().to_owned())
        .filter(|id| !id.is_empty())
        .collect();
    if ids.iter().any(|id| id == "all") { Amount::All } else { Amount::Ids(ids) }
}

/// Without the variable the image decides; nothing is claimed then.
fn runtime(service: &Service) -> Option<(Amount, Place)> {
    service.runtime.as_ref().filter(|runtime| runtime.value == "nvidia")?;
    let devices = service.environment.get("NVIDIA_VISIBLE_DEVICES")?.value.as_ref()?;
    match devices.value.trim() {
        "" | "none" | "void" => None,
        _ => Some((named(std::slice::from_ref(&devices.value)), devices.place)),
    }
}

/// What a service takes of the GPUs that it requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum GpuShare {
    /// It watches them, or decodes and encodes video: hardly any memory.
    Little,
    /// This part of the memory, as its command or a variable says.
    Part(f64),
    /// As much as it likes.
    Open,
}

/// Parts of the names of images that watch GPUs, or use them for video and screens.
const LIGHT: [&str; 43] = [
    "dcgm",
    "gpu-exporter",
    "gpu_exporter",
    "nvidia-exporter",
    "nvidia_exporter",
    "nvidia-smi",
    "nvtop",
    "nvitop",
    "gpustat",
    "netdata",
    "glances",
    "cadvisor",
    "node-exporter",
    "node_exporter",
    "telegraf",
    "datadog",
    "beszel",
    "zabbix-agent",
    "alloy",
    "jellyfin",
    "plex",
    "emby",
    "tdarr",
    "unmanic",
    "frigate",
    "handbrake",
    "ffmpeg",
    "mediamtx",
    "go2rtc",
    "scrypted",
    "shinobi",
    "ersatztv",
    "tvheadend",
    "immich-server",
    "fileflows",
    "nginx-rtmp",
    "sunshine",
    "webtop",
    "kasm",
    "selkies",
    "steam-headless",
    "dispatcharr",
    "stash",
];

/// Options that say which part of a GPU's memory a server takes.
const PART_OPTIONS: [&str; 6] = [
    "--gpu-memory-utilization",
    "--gpu_memory_utilization",
    "--mem-fraction-static",
    "--cuda-memory-fraction",
    "--gpu-memory-fraction",
    "--memory-fraction",
];

/// Variables that do.
const PART_VARIABLES: [&str; 7] = [
    "GPU_MEMORY_UTILIZATION",
    "VLLM_GPU_MEMORY_UTILIZATION",
    "CUDA_MEMORY_FRACTION",
    "GPU_MEMORY_FRACTION",
    "XLA_PYTHON_CLIENT_MEM_FRACTION",
    "MEM_FRACTION_STATIC",
    "GPU_MEM_FRACTION",
];

/// What a service takes of its GPUs.
pub(crate) fn share(service: &Service) -> GpuShare {
    let image = image_text(service).to_ascii_lowercase();
    let name = image.split(':').next().unwrap_or("");
    if LIGHT.iter().any(|word| name.contains(word)) || computes_nothing(service) {
        return GpuShare::Little;
    }
    let by_option = || PART_OPTIONS.iter().find_map(|option| argument_value(service, option));
    let by_variable = || PART_VARIABLES.iter().find_map(|name| Some(variable(service, name)?.value.clone()));
    let part = by_option().map(|(value, _)| value).or_else(by_variable).and_then(|value| value.trim().parse().ok());
    part.map_or(GpuShare::Open, GpuShare::Part)
}

/// Whether a service asks for what the driver has beside computing: measurements, video, graphics
/// (<https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html>).
fn computes_nothing(service: &Service) -> bool {
    let lacks_compute = |words: &[&str]| {
        let others = ["utility", "video", "graphics", "display"];
        words.iter().any(|word| others.contains(word)) && !words.iter().any(|word| matches!(*word, "compute" | "all"))
    };
    let mut requests = service.device_requests.iter().filter(|request| is_gpu(request)).peekable();
    if requests.peek().is_some() {
        return requests
            .all(|request| lacks_compute(&request.capabilities.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let capabilities = variable(service, "NVIDIA_DRIVER_CAPABILITIES");
    capabilities.is_some_and(|value| lacks_compute(&value.value.split(',').map(str::trim).collect::<Vec<_>>()))
}

/// How many GPUs a container of a service has; `None` where that is not known, or it requests none.
pub(crate) fn in_container(service: &Service, of_host: Option<u32>) -> Option<i64> {
    let mut all = 0;
    let claims = claims_of_one(service);
    for claim in &claims {
        all += match &claim.amount {
            Amount::All => i64::from(of_host?),
            Amount::Number(number) => *number,
            Amount::Ids(ids) => ids.len() as i64,
        };
    }
    (!claims.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    fn check(service: &str, expect: &[Amount]) {
        with_facts(&format!("services:\n  s: {service}\n"), |facts| {
            let found: Vec<Amount> = claims(facts.model).into_iter().map(|claim| claim.amount).collect();
            assert_eq!(found, expect, "{service}");
        });
    }

    fn reservation(request: &str, more: &str) -> String {
        format!("{{image: x, deploy: {{{more} resources: {{reservations: {{devices: [{{{request}}}]}}}}}}}}")
    }

    fn ids(ids: &[&str]) -> Amount {
        Amount::Ids(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn requests_are_claims() {
        check("{image: x, gpus: all}", &[Amount::All]);
        check("{image: x, gpus: [{count: 2}]}", &[Amount::Number(2)]);
        check("{image: x, gpus: [{count: 0}]}", &[]);
        check(&reservation("driver: nvidia, capabilities: [gpu]", ""), &[Amount::All]);
        check(&reservation("driver: nvidia, count: -1, capabilities: [gpu]", ""), &[Amount::All]);
        check(&reservation("count: 2, capabilities: [gpu]", "replicas: 3,"), &[Amount::Number(6)]);
        check(&reservation("count: 2, capabilities: [gpu]", "replicas: 0,"), &[]);
        check(&reservation("device_ids: ['0', '2'], capabilities: [utility]", ""), &[ids(&["0", "2"])]);
        check(&reservation("driver: cdi, device_ids: ['nvidia.com/gpu=all'], capabilities: [gpu]", ""), &[Amount::All]);
        check(&reservation("driver: amd, count: 1, capabilities: [compute]", ""), &[]);
        check(&reservation("count: 1, capabilities: [tpu]", ""), &[]);
    }

    #[test]
    fn the_runtime_reads_a_variable() {
        let with = |devices: &str| {
            format!("{{image: x, runtime: nvidia, environment: {{NVIDIA_VISIBLE_DEVICES: {devices}}}}}")
        };
        check(&with("all"), &[Amount::All]);
        check(&with("'0,1'"), &[ids(&["0", "1"])]);
        check(&with("void"), &[]);
        check("{image: x, runtime: nvidia}", &[]);
        check("{image: x, environment: [NVIDIA_VISIBLE_DEVICES=all]}", &[]);
        check(
            "{image: x, runtime: nvidia, gpus: [{count: 1}], environment: [NVIDIA_VISIBLE_DEVICES=all]}",
            &[Amount::Number(1)],
        );
    }

    #[test]
    fn devices_name_gpus_by_cdi() {
        check("{image: x, devices: ['nvidia.com/gpu=1']}", &[ids(&["1"])]);
    }
}
