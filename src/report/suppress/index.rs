//! Comments by what they cover, so that a finding is not compared with every comment of its file.

use super::SuppressionComment;
use crate::collections::HashMap;
use crate::finding::Finding;
use crate::source::{FileId, NodeId, SourceFile};

/// The comments of a file, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Places {
    of_file: Vec<usize>,
    by_node: HashMap<NodeId, Vec<usize>>,
    by_line: HashMap<u32, Vec<usize>>,
}

impl Places {
    pub(super) fn from_comments(comments: &[SuppressionComment]) -> Places {
        let mut places = Places::default();
        for (at, comment) in comments.iter().enumerate() {
            if comment.scope.file {
                places.of_file.push(at);
                continue;
            }
            for node in &comment.scope.nodes {
                places.by_node.entry(*node).or_default().push(at);
            }
            if let Some(line) = comment.scope.line {
                places.by_line.entry(line).or_default().push(at);
            }
        }
        places
    }

    /// The comments that cover a finding of their file, in the order of the file.
    pub(super) fn covering(&self, finding: &Finding, source: &SourceFile) -> Vec<usize> {
        let mut covering = self.of_file.clone();
        covering.extend(self.by_node.get(&finding.place.node).into_iter().flatten());
        if !self.by_line.is_empty() {
            let line = source.position(finding.place.span.start).line;
            covering.extend(self.by_line.get(&line).into_iter().flatten());
        }
        covering.sort_unstable();
        covering.dedup();
        covering
    }
}

/// The comments on services of all files of a project, by the names of the services.
#[derive(Debug, Default)]
pub(super) struct OnServices {
    /// The number of each comment in the order of files, its file and its number there.
    by_name: HashMap<String, Vec<(usize, FileId, usize)>>,
    files: usize,
}

impl OnServices {
    /// Adds the comments of a file.
    pub(super) fn add(&mut self, file: FileId, comments: &[SuppressionComment]) {
        self.files += 1;
        for (at, comment) in comments.iter().enumerate() {
            for service in &comment.scope.services {
                self.by_name.entry(service.clone()).or_default().push((self.files, file, at));
            }
        }
    }

    /// The comments on the service that a finding is about.
    pub(super) fn about(&self, finding: &Finding) -> Vec<(FileId, usize)> {
        let Some(name) = finding.subject.service_name().filter(|_| !self.by_name.is_empty()) else {
            return Vec::new();
        };
        let mut about: Vec<_> = self.by_name.get(name).into_iter().flatten().copied().collect();
        about.sort_unstable();
        about.dedup();
        about.into_iter().map(|(_, file, at)| (file, at)).collect()
    }
}
