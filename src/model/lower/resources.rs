//! Resources that a service requests: memory, CPUs, devices, replicas, logs.

use super::{entry, read};
use crate::compose::value::{Data, Map, Value};
use crate::model::types::{DeviceCount, DeviceRequest, Logging, Spanned};

/// The value at the end of a chain of keys.
pub(crate) fn nested<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |value, key| value.get(key))
}

/// The memory limit in bytes.
pub(crate) fn memory_limit(service: &Value) -> Option<Spanned<i64>> {
    let limits = nested(service, &["deploy", "resources", "limits"]);
    limits.and_then(|limits| read::bytes(limits, "memory")).or_else(|| read::bytes(service, "mem_limit"))
}

/// The processor limit in cores.
pub(crate) fn cpu_limit(service: &Value) -> Option<Spanned<f64>> {
    let limits = nested(service, &["deploy", "resources", "limits"]);
    limits.and_then(|limits| read::limit(limits, "cpus")).or_else(|| read::limit(service, "cpus"))
}

/// How many containers are wanted.
pub(crate) fn replicas(service: &Value) -> Option<Spanned<i64>> {
    let deploy = service.get("deploy");
    deploy.and_then(|deploy| read::integer(deploy, "replicas")).or_else(|| read::integer(service, "scale"))
}

/// `gpus`, then the reservations of `deploy`.
pub(crate) fn device_requests(service: &Value) -> Vec<DeviceRequest> {
    let mut requests: Vec<DeviceRequest> = read::items(service, "gpus").iter().filter_map(gpu_request).collect();
    if let Some(reservations) = nested(service, &["deploy", "resources", "reservations"]) {
        requests.extend(read::items(reservations, "devices").iter().filter_map(request));
    }
    requests
}

/// An entry of `gpus`; docker compose adds the capability when it makes the container (2.40.3, `create.go`).
fn gpu_request(value: &Value) -> Option<DeviceRequest> {
    let mut request = request(value)?;
    if !request.capabilities.iter().any(|capability| capability == "gpu") {
        request.capabilities.push("gpu".to_owned());
    }
    Some(request)
}

fn request(value: &Value) -> Option<DeviceRequest> {
    value.map()?;
    let ids = read::texts(value, "device_ids");
    let count = value.get("count").filter(|count| !count.is_null());
    let named = if ids.is_empty() { count } else { value.get("device_ids") };
    let count = match count {
        _ if !ids.is_empty() => DeviceCount::Ids(ids.into_iter().map(|id| id.value).collect()),
        None => DeviceCount::Number(0),
        Some(Value { data: Data::Text(text), .. }) if text.eq_ignore_ascii_case("all") => DeviceCount::All,
        Some(count) => match read::as_integer(count)? {
            number if number < 0 => DeviceCount::All,
            number => DeviceCount::Number(number),
        },
    };
    Some(DeviceRequest {
        place: named.filter(|value| !read::is_implied(value)).map_or(value.place, |value| value.place),
        via: value.via.clone(),
        driver: read::text(value, "driver").map(|driver| driver.value),
        capabilities: read::texts(value, "capabilities").into_iter().map(|capability| capability.value).collect(),
        count,
    })
}

/// `devices`: host path, container path, permissions.
pub(crate) fn devices(service: &Value) -> Vec<Spanned<(String, String, String)>> {
    let device = |value: &Value| {
        let source = read::text(value, "source")?.value;
        let target = read::text(value, "target").map_or_else(|| source.clone(), |target| target.value);
        let permissions = read::text(value, "permissions").map_or_else(|| "rwm".to_owned(), |text| text.value);
        Some(read::spanned(value, (source, target, permissions)))
    };
    read::items(service, "devices").iter().filter_map(device).collect()
}

/// `logging`.
pub(crate) fn logging(service: &Map) -> Option<Logging> {
    let entry = entry(service, "logging")?;
    entry.value.map()?;
    Some(Logging {
        key: entry.key,
        driver: read::text(&entry.value, "driver"),
        options: read::texts_by_key(entry.value.get("options")),
    })
}
