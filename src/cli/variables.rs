//! `plimsoll env`: where each variable of a project, or of one of its services, comes from.

use super::arguments::{Env, EnvFormat};
use super::{CLEAN, CommandOutcome, FAILED, Surroundings, WantedRequest, request};
use crate::compose::nearest;
use crate::render::{self, Format, RenderOptions, variables_json, variables_text};
use crate::report::Report;
use crate::source::SourceDb;
use crate::workspace;

/// Lists the variables of the one project that the options select.
pub(super) fn list(arguments: Env, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let wanted = WantedRequest::one(arguments.project, arguments.path);
    let request = request(&sources, wanted, surroundings)?;
    let (listed, findings) =
        workspace::variables(&sources, &request, arguments.service.as_deref())?.ok_or("no Compose file found")?;
    let variables = listed.map_err(|services| unknown(arguments.service.as_deref().unwrap_or(""), &services))?;
    let is_rejected = findings.iter().any(|finding| finding.severity == crate::finding::Severity::Error);
    let errors = render::render(
        Format::Concise,
        &Report::new(findings, 1, 0, &sources),
        &sources,
        &RenderOptions { summary: false, ..RenderOptions::new(request.directory.clone()) },
    );
    let output = match arguments.format {
        EnvFormat::Text => variables_text(&variables, &sources, &request.directory),
        EnvFormat::Json => variables_json(&variables, &sources, &request.directory),
    };
    Ok(CommandOutcome { output, errors, code: if is_rejected { FAILED } else { CLEAN }, ..CommandOutcome::default() })
}

fn unknown(service: &str, services: &[String]) -> String {
    let names: Vec<&str> = services.iter().map(String::as_str).collect();
    match nearest(service, &names) {
        Some(near) => format!("no service `{service}` in the project; did you mean `{near}`?"),
        None => format!("no service `{service}` in the project"),
    }
}
