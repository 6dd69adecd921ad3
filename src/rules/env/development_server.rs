//! A server for developers on a service that others reach.

use crate::facts::images::{has_in_turn, launch, launched_words};
use crate::facts::repository::purpose::FilePurpose;
use crate::facts::secrets::logins::reached;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Mount, MountKind, Service};
use crate::rules::Context;

/// Words of a command, one behind the other, and what to start in their place.
const SERVERS: [(&[&str], &str); 16] = [
    (&["manage.py", "runserver"], "gunicorn or uvicorn"),
    (&["flask", "run"], "gunicorn"),
    (&["flask", "--debug"], "gunicorn"),
    (&["php", "artisan", "serve"], "PHP-FPM or FrankenPHP"),
    (&["npm", "run", "dev"], "the built application"),
    (&["npm", "run", "start:dev"], "the built application"),
    (&["yarn", "dev"], "the built application"),
    (&["pnpm", "dev"], "the built application"),
    (&["pnpm", "run", "dev"], "the built application"),
    (&["next", "dev"], "`next start`"),
    (&["ng", "serve"], "the built pages"),
    (&["vite", "dev"], "the built pages"),
    (&["nodemon"], "`node`"),
    (&["webpack-dev-server"], "the built pages"),
    (&["start-dev"], "`start`"),
    (&["--reload"], "the server without `--reload`"),
];

/// Configurations of servers that start anew when a file changes.
const WATCHED: [&str; 4] = ["nodemon.json", "vite.config.js", "vite.config.ts", ".air.toml"];

/// Reports each service that starts one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.facts.purpose_beside_servers() != FilePurpose::Any || cx.facts.is_of_elsewhere() {
        return;
    }
    let mut seen = crate::collections::HashSet::default();
    for service in cx.model.services.values() {
        findings.extend(of_service(cx, service).filter(|finding| seen.insert(finding.place)));
    }
}

fn of_service(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let words = launch(service);
    let texts = launched_words(service);
    let (found, better) = SERVERS.iter().find(|(wanted, _)| has_in_turn(&texts, wanted))?;
    let place = words.first()?.place;
    let open = reached(cx.facts, service)?;
    let own = &service.name;
    // Who lets it restart, or leads others to it through a proxy, runs it for others.
    let is_kept =
        service.restart.as_ref().is_some_and(|restart| matches!(restart.value.as_str(), "always" | "unless-stopped"));
    let is_proxied = cx.facts.proxied().iter().any(|one| one.service == *own);
    // Who mounts what the server watches changes it while it runs.
    let watches = |mount: &Mount| {
        matches!(mount.kind, MountKind::Bind(_))
            && WATCHED.iter().any(|file| mount.target.value.rsplit('/').next() == Some(file))
    };
    let is_watched = service.mounts.iter().any(watches);
    let severity = if (is_kept || is_proxied) && !is_watched { Severity::Warning } else { Severity::Info };
    let written = found.join(" ");
    let message = format!("`{own}` starts a development server (`{written}`)");
    Some(
        Finding::new(rule::DEVELOPMENT_SERVER, place, Subject::service(own), message)
            .severity(severity)
            .evidence(written)
            .label(open, "reachable through this")
            .help(format!("start {better}: a development server is slow, and shows the insides of the program")),
    )
}
