//! An env file that another program reads beside docker compose, with a line that the two understand differently.

use crate::facts::environment::dialects::Reader;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;

/// Reports the first such line for each reader.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in cx.facts.ambiguous_lines() {
        let reader = match one.reader {
            Reader::DockerRun => "`docker run --env-file`",
            Reader::Shell => "a shell",
            Reader::Systemd => "systemd",
        };
        let name = &one.name;
        let message = format!("docker compose and {reader} read `{name}` differently: {}", one.why);
        let help = match one.reader {
            Reader::DockerRun => {
                "write the value without quotes, variables and comments, or start the container with docker compose"
            }
            Reader::Shell => "put the value in single quotes: both then read the same",
            Reader::Systemd => "write the value without variables and comments, or start docker compose from the unit",
        };
        let finding = Finding::new(rule::ENV_FILE_READ_BY_TWO_DIALECTS, one.line, Subject::variable(name), message)
            .evidence(name.clone())
            .label(one.by, "read here as well")
            .help(help);
        findings.push(finding);
    }
}
