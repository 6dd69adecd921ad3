//! The targets that a Prometheus configuration scrapes.

use std::collections::BTreeSet;

use super::address::{HostPort, host_port};
use super::settings::{Setting, flat, parts};
use crate::budget::Meter;
use crate::collections::{HashMap, HashSet};

/// An address that is scraped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScrapeTarget {
    /// Host and port.
    pub(crate) at: HostPort,
    /// The name of the job.
    pub(crate) job: Option<String>,
}

/// The addresses of `static_configs`. Where relabelling puts another address in their place, that one counts.
pub(crate) fn targets(text: &str, meter: Meter<'_>) -> Vec<ScrapeTarget> {
    let settings = flat(text, meter);
    let named: HashMap<_, &str> = settings
        .iter()
        .filter(|one| one.path.ends_with(".job_name"))
        .filter_map(|one| Some((job(&parts(&one.path))?, one.value.as_str())))
        .collect();
    let replaced = jobs_with_another_address(&settings);
    let jobs: HashSet<_> = replaced.iter().filter_map(|path| job(&parts(path))).collect();
    settings
        .iter()
        .filter_map(|setting| {
            let parts = parts(&setting.path);
            let is_target = matches!(parts.as_slice(), [.., "static_configs", _, "targets", _]);
            let job = job(&parts);
            let is_replacement = matches!(parts.as_slice(), [.., "relabel_configs", _, "replacement"])
                && setting.path.strip_suffix(".replacement").is_some_and(|path| replaced.contains(path));
            let taken = is_target && job.is_none_or(|job| !jobs.contains(&job));
            let name = || job.and_then(|job| named.get(&job)).map(|name| (*name).to_owned());
            let found = (taken || is_replacement).then(|| address(setting)).flatten();
            found.map(|at| ScrapeTarget { at, job: name() })
        })
        .collect()
}

/// `scrape_configs.3` of a path, or the like.
fn job<'a>(parts: &[&'a str]) -> Option<(&'a str, &'a str)> {
    Some((*parts.first()?, *parts.get(1)?))
}

/// The `relabel_configs` items that write `__address__`, by path.
fn jobs_with_another_address(settings: &[Setting]) -> BTreeSet<String> {
    let writes = |setting: &&Setting| setting.path.ends_with(".target_label") && setting.value == "__address__";
    let of_scrape = |path: &str| path.contains(".relabel_configs.") && !path.contains("metric_relabel_configs");
    settings
        .iter()
        .filter(writes)
        .filter_map(|setting| setting.path.strip_suffix(".target_label"))
        .filter(|path| of_scrape(path))
        .map(str::to_owned)
        .collect()
}

fn address(setting: &Setting) -> Option<HostPort> {
    let quoted = setting.span.len() != setting.value.len();
    let start = setting.span.start + usize::from(quoted);
    let found = host_port(&setting.value, start)?;
    Some(if quoted && setting.span.len() != setting.value.len() + 2 {
        HostPort { span: setting.span.clone(), ..found }
    } else {
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let budget = crate::budget::Budget::default();
        let meter = Meter { budget: &budget, at: crate::source::Place::start() };
        let shown: Vec<String> = targets(text, meter)
            .iter()
            .map(|one| one.at.clone())
            .map(|one| format!("{} {:?} @{}", one.host, one.port, text.get(one.span.clone()).unwrap()))
            .collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn static_targets() {
        let text = "scrape_configs:\r\n  - job_name: é\r\n    static_configs:\r\n      - targets: ['app:9100', \"b:1\", c:2, 'http://x/y']\r\n";
        check(text, &["app Some(9100) @app:9100", "b Some(1) @b:1", "c Some(2) @c:2"]);
        check(
            "alerting:\n  alertmanagers:\n    - static_configs:\n        - targets: [am:9093]\n",
            &["am Some(9093) @am:9093"],
        );
        check("scrape_configs: [", &[]);
    }

    #[test]
    fn names_of_jobs() {
        let budget = crate::budget::Budget::default();
        let meter = Meter { budget: &budget, at: crate::source::Place::start() };
        let text = "scrape_configs:\n  - static_configs: [{targets: ['a:1']}]\n  - static_configs: [{targets: ['b:1']}]\n    job_name: é\n";
        let found: Vec<_> = targets(text, meter).into_iter().map(|one| one.job).collect();
        assert_eq!(found, [None, Some("é".to_owned())]);
    }

    #[test]
    fn relabelled_targets() {
        let text = "scrape_configs:
  - job_name: probe
    static_configs: [{targets: ['web:80']}]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {target_label: __address__, replacement: 'blackbox:9115'}
  - static_configs: [{targets: ['app:1']}]
    metric_relabel_configs: [{target_label: __address__, replacement: 'no:1'}]
";
        check(text, &["blackbox Some(9115) @blackbox:9115", "app Some(1) @app:1"]);
    }
}
