//! A login that the datastore it reaches does not know.

use crate::compose::nearest;
use crate::facts::secrets::connections::{FailingLogin, What};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::secrets::is_secret_name;

/// Reports each login that fails, and each password that is set from a user name.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut swapped = Vec::new();
    for service in cx.model.services.values() {
        for (key, variable) in &service.environment {
            if let Some(value) = variable.value.as_ref()
                && let Some(finding) = of_user_name(cx, service, key, value)
            {
                swapped.push(value.place);
                findings.push(finding);
            }
        }
    }
    for one in cx.facts.mismatches() {
        let is_swapped = |place| swapped.contains(&place);
        if !is_swapped(one.place) && !one.given.is_some_and(is_swapped) {
            findings.push(of_login(one));
        }
    }
}

fn of_login(one: &FailingLogin) -> Finding {
    let (client, server) = (&one.client, &one.server);
    let message = match one.what {
        What::Password => format!("`{client}` logs in to `{server}` with another password than `{server}` sets"),
        What::NoPassword => format!("`{client}` gives no password to `{server}`, which requires one"),
        What::User => format!("`{client}` logs in to `{server}` as a user that `{server}` does not create"),
        What::NeedlessPassword => format!("`{client}` sends `{server}` a password, but `{server}` has none"),
        What::Database | What::MisspeltDatabase | What::ForbiddenDatabase => {
            format!("`{client}` uses a database of `{server}` that `{server}` does not create")
        }
    };
    let variable = one.variable.map(|name| format!("`{name}`")).unwrap_or_else(|| "the command".to_owned());
    let help = match one.what {
        What::Password => format!("use the same variable in both places: {variable} of `{server}` sets the password"),
        What::NoPassword => format!("add the password to the address: `redis://:<password>@{server}:6379`"),
        What::User => format!("use the user that {variable} of `{server}` names"),
        What::NeedlessPassword => format!(
            "start `{server}` with `--requirepass`, or leave out the password: Redis rejects `AUTH` where it has none, and most clients then fail"
        ),
        What::Database | What::MisspeltDatabase | What::ForbiddenDatabase => {
            format!("use the database that {variable} of `{server}` names, or create the other one")
        }
    };
    // Who has the password of the server may create another one.
    let severity = match one.what {
        What::Database => Severity::Info,
        What::MisspeltDatabase | What::ForbiddenDatabase | What::NoPassword | What::NeedlessPassword => {
            Severity::Warning
        }
        What::Password | What::User => Severity::Error,
    };
    let mut finding = Finding::new(rule::MISMATCHED_CREDENTIALS, one.place, Subject::service(client), message)
        .severity(severity)
        .evidence(one.key.clone())
        .help(help);
    if let Some(given) = one.given {
        finding = finding.label(given, format!("`{server}` is given this"));
    }
    if !one.is_exact || !matches!(one.what, What::Password | What::User | What::NeedlessPassword) {
        finding.confidence = Confidence::Medium;
    }
    finding
}

/// `DB_PASSWORD: ${DB_USER}`, where a variable for the password is there.
fn of_user_name(cx: &Context<'_>, service: &Service, key: &str, value: &Spanned<String>) -> Option<Finding> {
    let [part] = &value.parts[..] else { return None };
    let used = part.variable.as_ref()?.as_str();
    let is_whole = part.start == 0 && part.end as usize == value.value.len();
    if !["PASS", "PWD"].iter().any(|word| key.to_ascii_uppercase().contains(word)) {
        return None;
    }
    let stem = ["_USERNAME", "_USER"].iter().find_map(|end| used.strip_suffix(end))?;
    if !is_whole || !is_secret_name(key) || !value.via.is_empty() {
        return None;
    }
    let all = cx.project.environment.all();
    let names: Vec<&str> =
        all.iter().map(|(name, _)| *name).chain(cx.project.references.iter().map(|one| one.name.as_str())).collect();
    let meant = ["_PASSWORD", "_PASS", "_PWD"]
        .iter()
        .map(|end| format!("{stem}{end}"))
        .find(|name| names.contains(&name.as_str()));
    let meant = meant.or_else(|| nearest(key, &names).filter(|near| is_secret_name(near)).map(str::to_owned))?;
    let message = format!("`{key}` of `{}` is set from the user name `{used}`", service.name);
    Some(
        Finding::new(rule::MISMATCHED_CREDENTIALS, value.place, Subject::service(&service.name), message)
            .severity(Severity::Error)
            .evidence(key.to_owned())
            .help(format!("did you mean `${{{meant}}}`?")),
    )
}
