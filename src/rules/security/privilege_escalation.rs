//! A container whose programs may gain privileges.

use super::hardened::{containers, is_privileged, lacking};
use crate::finding::{Finding, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit::{self, Content};

/// Reports services without `no-new-privileges`. Who sets it to false is `security-profile-disabled`'s.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in containers(cx).filter(|service| !is_privileged(service) && !speaks_of_it(service)) {
        let name = &service.name;
        let message = format!("programs in `{name}` can gain privileges: `no-new-privileges` is not set");
        let mut finding = lacking(rule::PRIVILEGE_ESCALATION, service, message)
            .help("add `no-new-privileges:true` under `security_opt`, unless it uses `sudo` or other setuid programs");
        let option = Content::text("no-new-privileges:true");
        let edits = edit::add_to_list(cx.files, service.place, "security_opt", &option);
        let title = "set `no-new-privileges`: `sudo` and other setuid programs no longer work";
        finding.fixes.extend(edit::risky(title, edits));
        findings.push(finding);
    }
}

fn speaks_of_it(service: &Service) -> bool {
    service.isolation.security_opt.iter().any(|option| option.value.starts_with("no-new-privileges"))
}
