//! Baselines: known findings, recorded so that only new ones count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::finding::{RuleId, Severity, Suppressed, SuppressedBy};
use crate::report::{Compared, KnownFinding, Report};
use crate::source::{SourceDb, relative};

/// The version of the file.
pub(crate) const VERSION: u32 = 1;

/// The name that the file has unless another is asked for.
pub(crate) const FILE_NAME: &str = "plimsoll-baseline.json";

/// A baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Its directory, absolute: files are relative to it.
    pub(crate) directory: PathBuf,
    /// What is known, sorted.
    pub(crate) findings: Vec<KnownFinding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineFile {
    #[serde(rename = "version")]
    _version: u32,
    findings: Vec<WrittenFinding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFinding {
    file: String,
    rule: String,
    resource: String,
    fingerprint: String,
}

/// The findings that a revision of git had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// The revision, as it was asked for.
    pub(crate) revision: String,
    /// The directory that files are relative to, absolute.
    pub(crate) directory: PathBuf,
    /// How bad each was, by fingerprint.
    pub(crate) severities: BTreeMap<String, Severity>,
}

impl Earlier {
    /// Marks the findings that were there before, and no milder then than now.
    pub(crate) fn mark(&self, report: &mut Report, sources: &SourceDb) {
        let prints = report.fingerprints(|file| relative(&self.directory, &sources.path(file)));
        for (finding, print) in report.findings.iter_mut().zip(prints) {
            if self.severities.get(&print).is_some_and(|severity| *severity >= finding.severity) {
                let reason = Some(format!("already present at `{}`", self.revision));
                finding.suppressed.get_or_insert(Suppressed { by: SuppressedBy::Baseline, reason });
            }
        }
    }
}

impl Baseline {
    /// Reads the text of a baseline that is in a directory.
    ///
    /// # Errors
    /// What is wrong with it: one clause.
    pub(crate) fn read(directory: &Path, text: &str) -> Result<Baseline, String> {
        let version = serde_json::from_str::<serde_json::Value>(text).ok();
        let version = version.as_ref().and_then(|value| value.get("version")?.as_u64());
        if let Some(version) = version.filter(|version| *version != u64::from(VERSION)) {
            return Err(format!("unsupported baseline version {version}, expected version {VERSION}"));
        }
        let written: BaselineFile =
            serde_json::from_str(text).map_err(|error| format!("not a valid baseline: {error}"))?;
        let known = |one: WrittenFinding| KnownFinding {
            file: one.file,
            rule: one.rule,
            resource: one.resource,
            fingerprint: one.fingerprint,
        };
        let mut findings: Vec<KnownFinding> = written.findings.into_iter().map(known).collect();
        findings.sort();
        findings.dedup();
        Ok(Baseline { directory: directory.to_path_buf(), findings })
    }

    /// The findings of a report that count and that a fresh checkout has, too, as seen from a directory.
    pub(crate) fn from_report(report: &Report, sources: &SourceDb, directory: &Path) -> Baseline {
        let named = |file| relative(directory, &sources.path(file));
        let all = report.findings.iter().zip(report.fingerprints(named));
        let active = all.filter(|(finding, _)| finding.suppressed.is_none() && !finding.is_local);
        let mut findings: Vec<KnownFinding> = active
            .map(|(finding, fingerprint)| KnownFinding {
                file: named(finding.place.span.file),
                rule: finding.rule.name().to_owned(),
                resource: finding.subject.to_string(),
                fingerprint,
            })
            .collect();
        findings.sort();
        findings.dedup();
        Baseline { directory: directory.to_path_buf(), findings }
    }

    /// Marks what is known. `could_find` says of a rule and an absolute path whether the run would have found it there.
    pub(crate) fn mark(&self, report: &mut Report, sources: &SourceDb, could_find: &dyn Fn(RuleId, &Path) -> bool) {
        let prints = report.fingerprints(|file| relative(&self.directory, &sources.path(file)));
        let mut left: BTreeMap<&str, &KnownFinding> =
            self.findings.iter().map(|known| (known.fingerprint.as_str(), known)).collect();
        let mut known = 0;
        for (finding, print) in report.findings.iter_mut().zip(&prints) {
            if left.remove(print.as_str()).is_some() && finding.suppressed.is_none() {
                known += 1;
                finding.suppressed = Some(Suppressed { by: SuppressedBy::Baseline, reason: None });
            }
        }
        let path = |known: &KnownFinding| crate::source::normalize(&self.directory.join(&known.file));
        let could_find_again =
            |known: &KnownFinding| RuleId::find(&known.rule).is_some_and(|rule| could_find(rule, &path(known)));
        let mut gone: Vec<KnownFinding> = left.into_values().filter(|known| could_find_again(known)).cloned().collect();
        gone.sort();
        report.compared = Some(Compared { known, gone });
    }
}
