//! A container whose first process does not react when Docker stops it.

use crate::facts::images::launch;
use crate::facts::lifecycle::jobs::one_shot;
use crate::facts::lifecycle::steps::{StepLink, Steps, base_name, of_service};
use crate::finding::{Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::is_off;
use crate::yaml::edit::{self, Content};

/// Programs that start another one and pass the signal on late or not at all, and programs that do nothing.
const DEAF: [&str; 5] = ["npm", "yarn", "pnpm", "sleep", "tail"];

/// Programs and scripts that are a first process of their own.
const INITS: [&str; 6] = ["tini", "dumb-init", "init", "s6-svscan", "supervisord", "catatonit"];

/// Reports each service once, at what it runs.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let has_init = service.init.as_ref().is_some_and(|init| init.value)
            || launch(service).iter().any(|word| INITS.contains(&base_name(&word.value)));
        // A job ends by itself.
        let ends = one_shot(service).is_some() || !cx.facts.awaited_by(&service.name).is_empty();
        if has_init || ends || service.stop.signal.is_some() || is_off(service) {
            continue;
        }
        let Some(steps) = of_service(service) else { continue };
        let Some((program, help)) = deaf(service, &steps) else { continue };
        let name = &service.name;
        let message = format!("`{name}` is killed after the grace period: `{program}` does not forward `SIGTERM`");
        let mut finding = Finding::new(rule::UNHANDLED_SIGTERM, steps.place, Subject::service(name), message)
            .evidence(program.clone())
            .help(help);
        if !steps.by_shell {
            let edits = edit::add_entry(cx.files, service.place, "init", &Content::Word("true".to_owned()));
            finding.fixes.extend(edit::risky("start an init process", edits));
        }
        findings.push(finding);
    }
}

/// The first process, if it is one that does not stop, and what to do.
fn deaf(service: &Service, steps: &Steps) -> Option<(String, &'static str)> {
    let last = steps.all.last()?;
    if !steps.by_shell {
        let program = last.program();
        return DEAF.contains(&program).then(|| (program.to_owned(), "set `init: true`, or start the program itself"));
    }
    let execs = launch(service).iter().any(|word| word.value.contains("exec ") || word.value.contains("trap "));
    let several = steps.all.len() > 1 && last.link != StepLink::Pipe && !last.inner;
    (several && !execs).then(|| ("sh".to_owned(), "start the last command of the script with `exec`"))
}
