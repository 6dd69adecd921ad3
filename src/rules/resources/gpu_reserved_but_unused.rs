//! A GPU that is reserved for a service that does not use it.

use crate::catalogue::schema::ImageRole;
use crate::facts::gpus::claims_of_one;
use crate::facts::images::{argument_value, known_image, variable};
use crate::finding::{Finding, Subject, rule};
use crate::model::{Service, Spanned, base_image};
use crate::rules::Context;
use crate::source::Place;

/// Reports reservations of services whose image or settings use no GPU.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let claims = claims_of_one(service);
        let Some(claim) = claims.first() else { continue };
        let Some((why, label)) = unused(service) else { continue };
        let name = &service.name;
        let message = format!("`{name}` reserves a GPU that it does not use: {why}");
        let mut finding = Finding::new(rule::GPU_RESERVED_BUT_UNUSED, claim.place, Subject::service(name), message)
            .help("remove the reservation, or change what keeps the service from using the GPU");
        if let Some(place) = label.filter(|place| *place != claim.place) {
            finding = finding.label(place, "this keeps it from using one");
        }
        findings.push(finding);
    }
}

/// Why a service uses no GPU, and where that is written.
fn unused(service: &Service) -> Option<(String, Option<Place>)> {
    let hidden = ["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"].into_iter().find_map(|name| {
        let value = variable(service, name)?;
        let is_none = match name {
            "CUDA_VISIBLE_DEVICES" => value.value.trim() == "-1",
            _ => matches!(value.value.trim(), "none" | "void"),
        };
        (is_none && service.environment.contains_key(name)).then_some((name, value))
    });
    if let Some((name, value)) = hidden {
        return Some((format!("`{name}: {}` hides all of them", value.value.trim()), Some(value.place)));
    }
    if let Some(word) = argument_value(service, "--device").filter(|(value, _)| value == "cpu").map(|(_, word)| word) {
        return Some(("its command selects the CPU".to_owned(), Some(word.place)));
    }
    by_image(service)
}

fn by_image(service: &Service) -> Option<(String, Option<Place>)> {
    let image = base_image(service)?;
    let has_cpu = |tag: &str| tag.split(['-', '_', '.']).any(|word| word == "cpu");
    if image.value.tag.as_deref().is_some_and(has_cpu) {
        return Some((format!("`{}` is a build for CPUs", image.value.text), Some(place(image))));
    }
    let known = known_image(service).filter(|known| known.exact && !known.built && known.image.gpu.is_none())?;
    let is_plain = matches!(known.image.role, ImageRole::Cache | ImageRole::Broker | ImageRole::Proxy);
    let is_database = known.image.role == ImageRole::Datastore
        && ["postgres", "mysql", "mariadb", "mongo"].contains(&known.image.name.as_str());
    (is_plain || is_database)
        .then(|| (format!("`{}` makes no use of GPUs", image.value.repository), Some(place(image))))
}

fn place<T>(value: &Spanned<T>) -> Place {
    value.place
}
