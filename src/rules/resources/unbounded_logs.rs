//! Container logs without a limit.

use crate::collections::IndexMap;
use crate::finding::{Finding, Fix, Subject, rule};
use crate::model::{Logging, Service};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services};
use crate::source::FileId;
use crate::yaml::edit::{self, Content};

/// Reports the services of a file together.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut by_file: IndexMap<FileId, Vec<&Service>> = IndexMap::default();
    for service in all_services(cx).filter(|service| service.provider.is_none() && grows(service.logging.as_ref())) {
        by_file.entry(service.key.span.file).or_default().push(service);
    }
    for all in by_file.values() {
        let [first, others @ ..] = all.as_slice() else { continue };
        let message = match others {
            [] => format!("the log of `{}` grows without a limit", first.name),
            _ => format!("the logs of {} services grow without a limit", all.len()),
        };
        let mut finding = Finding::new(rule::UNBOUNDED_LOGS, first.key, Subject::service(&first.name), message)
            .help("set `max-size` and `max-file` under `logging.options`, or as `log-opts` in the configuration of the Docker daemon");
        for other in others.iter().take(LABELS) {
            finding = finding.label(other.key, format!("`{}`", other.name));
        }
        finding.fixes.extend(fix(cx, all));
        findings.push(finding);
    }
}

/// Whether the logs are files that are not rotated: the driver of a daemon that nobody configured.
fn grows(logging: Option<&Logging>) -> bool {
    logging.is_none_or(|logging| {
        let is_json = logging.driver.as_ref().is_none_or(|driver| driver.value == "json-file");
        is_json && !logging.options.contains_key("max-size")
    })
}

/// Limits the logs of all services.
fn fix(cx: &Context<'_>, services: &[&Service]) -> Option<Fix> {
    let limits = || {
        Content::Map(vec![("max-size".to_owned(), Content::text("10m")), ("max-file".to_owned(), Content::text("3"))])
    };
    let edits = services.iter().map(|service| match &service.logging {
        None => {
            let logging =
                Content::Map(vec![("driver".to_owned(), Content::text("json-file")), ("options".to_owned(), limits())]);
            edit::set_entry(cx.files, service.place, "logging", &logging)
        }
        Some(own) if own.options.is_empty() => edit::set_entry(cx.files, own.key, "options", &limits()),
        Some(_) => None,
    });
    edit::safe("keep three files of 10 MB for each container", edit::all(edits))
}
