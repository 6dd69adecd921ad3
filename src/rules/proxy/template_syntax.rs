//! A form of variables in a template that the program that fills it does not know.

use crate::facts::images::may_be_set;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::with_given;

/// Reports each such variable of templates of nginx, and each that the service does not have.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in &cx.facts.app_configs().unsupported {
        let (service, text) = (&one.service, &one.text);
        let name: String = text
            .trim_start_matches(['$', '{'])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        let message = format!("`{text}` is not replaced: `envsubst` does not support default values");
        let finding = Finding::new(rule::TEMPLATE_SYNTAX, one.place, Subject::service(service), message)
            .evidence(name.clone())
            .help(format!("write `${{{name}}}`, and give `{name}` its default under `environment` of `{service}`"));
        findings.push(with_given(finding, one.given, format!("`{service}` uses this template")));
    }
    for one in &cx.facts.app_configs().unfilled {
        let Some(service) = cx.model.services.get(&one.service) else { continue };
        let name = &one.text;
        if cx.fragment || service.environment.contains_key(name) || may_be_set(service, name) {
            continue;
        }
        let message = format!("`{}` does not have the variable `{name}` of this template", service.name);
        let finding = Finding::new(rule::TEMPLATE_SYNTAX, one.place, Subject::service(&service.name), message)
            .evidence(name.clone())
            .confidence(Confidence::Medium)
            .help(format!("add `{name}` to `environment`: the image only replaces variables that it has, and nginx rejects the rest"));
        findings.push(with_given(finding, one.given, format!("`{}` uses this template", service.name)));
    }
}
