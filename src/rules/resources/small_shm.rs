//! A program that needs more shared memory than a container has.

use crate::facts::images::image_text;
use crate::finding::{Finding, Fix, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit::{self, Content};

/// Parts of the names of images, what the program does with shared memory, the size that its documentation asks for, and that.
const NEEDS: [(&str, &str, &str, &str); 9] = [
    ("selenium/standalone-", "the browser crashes", "2g", "https://github.com/SeleniumHQ/docker-selenium"),
    ("selenium/node-", "the browser crashes", "2g", "https://github.com/SeleniumHQ/docker-selenium"),
    ("browserless/", "the browser crashes", "2g", "https://docs.browserless.io/enterprise/docker/config"),
    ("zenika/alpine-chrome", "the browser crashes", "1g", "https://github.com/jlandure/alpine-chrome"),
    ("mcr.microsoft.com/playwright", "the browser crashes", "1g", "https://playwright.dev/docs/docker"),
    ("linuxserver/chromium", "the browser crashes", "1g", "https://docs.linuxserver.io/images/docker-chromium/"),
    ("linuxserver/firefox", "the browser crashes", "1g", "https://docs.linuxserver.io/images/docker-firefox/"),
    (
        "vllm/vllm-openai",
        "workers of a split model cannot exchange data",
        "8g",
        "https://docs.vllm.ai/en/stable/deployment/docker.html",
    ),
    (
        "huggingface/text-generation-inference",
        "workers of a split model cannot exchange data",
        "1g",
        "https://github.com/huggingface/text-generation-inference",
    ),
];

/// Reports services of such images with the 64 MB that Docker gives.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values().filter(|service| !has_more(service)) {
        let text = image_text(service);
        let Some((_, effect, size, _)) = NEEDS.iter().find(|(name, ..)| text.contains(name)) else { continue };
        let Some(image) = crate::model::base_image(service) else { continue };
        let name = &service.name;
        let message = format!("`{name}` has 64 MB of shared memory: {effect} under load");
        let mut finding = Finding::new(rule::SMALL_SHM, image.place, Subject::service(name), message)
            .help(format!("add `shm_size: {size}`, or `ipc: host` if all that runs on the host is trusted"));
        finding.fixes.extend(fix(cx, service, size));
        findings.push(finding);
    }
}

/// Whether the size is set, or the memory is another's.
fn has_more(service: &Service) -> bool {
    let is_mounted = service.mounts.iter().any(|mount| mount.target.value == "/dev/shm");
    service.shm_size.is_some()
        || is_mounted
        || service.isolation.ipc.as_ref().is_some_and(|ipc| ipc.value != "private" && ipc.value != "none")
}

fn fix(cx: &Context<'_>, service: &Service, size: &str) -> Option<Fix> {
    let edits = edit::set_entry(cx.files, service.place, "shm_size", &Content::text(size));
    edit::risky(
        format!("give `{}` {size} of shared memory, which counts as memory of the container", service.name),
        edits,
    )
}
