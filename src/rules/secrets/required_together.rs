//! A variable that an image reads only together with another.

use crate::facts::images::{known_image, may_be_set, variable};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::and_list;

/// Reports each group of which only some are set.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values() {
        let Some(known) = known_image(service).filter(|known| known.exact && !known.built) else { continue };
        for group in &known.image.together {
            let value = |name: &String| variable(service, name).filter(|value| !value.value.is_empty());
            let is_open = |name: &String| service.environment.contains_key(name) || may_be_set(service, name);
            let Some((first, at)) = group.iter().find_map(|name| Some((name, value(name)?))) else { continue };
            let missing: Vec<&String> = group.iter().filter(|name| value(name).is_none() && !is_open(name)).collect();
            if missing.is_empty() {
                continue;
            }
            let own = &service.name;
            let listed = and_list(&missing);
            let message = format!("`{first}` of `{own}` has no effect without {listed}");
            let finding = Finding::new(rule::REQUIRED_TOGETHER, at.place, Subject::service(own), message)
                .evidence(first.clone())
                .help(format!("set {listed}, too"));
            findings.push(finding);
        }
    }
}
