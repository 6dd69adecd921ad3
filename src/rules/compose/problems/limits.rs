//! Projects that exceed the limits of plimsoll: `limit-reached`.

use crate::budget::Limit;
use crate::finding::{Finding, Subject, rule};
use crate::source::Place;

/// That a limit is reached at a place.
pub(crate) fn finding(at: Place, limit: Limit) -> Finding {
    let most = limit.most();
    let (name, what) = match limit {
        Limit::Values => ("values", format!("the project expands to more than {most} values")),
        Limit::Bytes => ("bytes", format!("variables of the project expand to more than {most} bytes")),
        Limit::Files => ("files", format!("the project loads more than {most} files")),
        Limit::Steps => ("steps", format!("the project takes more than {most} steps to resolve")),
        Limit::Depth => ("depth", "files, services, blocks or defaults are nested too deeply".to_owned()),
        Limit::Services => ("services", format!("the project has more than {most} services")),
    };
    let message = format!("{what}, so that only a part of it is checked");
    Finding::new(rule::LIMIT_REACHED, at, Subject::at([name]), message)
        .help("remove the repetition, or split the project")
}
