//! What is written around a place in a file of the project, comments above all.

use super::Facts;
use crate::collections::HashSet;
use crate::source::{FileId, Place};

/// How many lines of a block a comment above them may be about.
const BESIDE: usize = 2;

impl Facts<'_> {
    /// What a comment says at a place: on its line, or on the lines of comments right above it.
    pub(crate) fn comments_at(&self, place: Place) -> String {
        let text = &self.sources.file(place.span.file).text;
        let start = place.span.start as usize;
        let line_start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let behind = line.find(" #").and_then(|at| line.get(at + 2..)).unwrap_or("");
        let above = text.get(..line_start).unwrap_or("").lines().rev().map(str::trim);
        let mut words: Vec<&str> = above.map_while(|line| line.strip_prefix('#')).collect();
        words.reverse();
        words.push(behind);
        words.join("\n")
    }

    /// What comments say at a place, above what is next to it, or above the block that it is in: the nearest of these, in
    /// lower case.
    pub(crate) fn told_at(&self, place: Place) -> String {
        let text = &self.sources.file(place.span.file).text;
        let start = place.span.start as usize;
        let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let depth = |line: &str| line.len() - line.trim_start().len();
        let mut depth_of_place = text.get(line..).and_then(|rest| rest.lines().next()).map_or(0, depth);
        let (mut beside, mut is_outside) = (0, false);
        let mut words: Vec<&str> = Vec::new();
        for line in text.get(..line).unwrap_or("").lines().rev() {
            if let Some(comment) = line.trim().strip_prefix('#') {
                words.push(comment);
            } else if !words.is_empty() || line.trim().is_empty() {
                break;
            } else if depth(line) == depth_of_place && beside < BESIDE && !is_outside {
                beside += 1;
            } else if depth(line) < depth_of_place && line.trim_end().ends_with(':') && !is_outside {
                (depth_of_place, is_outside) = (depth(line), true);
            } else {
                break;
            }
        }
        words.reverse();
        format!("{}\n{}", words.join("\n"), self.comments_at(place)).to_lowercase()
    }

    /// The comments on lines of their own within a place.
    pub(crate) fn comments_within(&self, place: Place) -> Vec<String> {
        let text = &self.sources.file(place.span.file).text;
        let inner = text.get(place.span.start as usize..place.span.end as usize).unwrap_or("");
        inner.lines().filter_map(|line| line.trim().strip_prefix('#')).map(str::to_owned).collect()
    }

    /// The names of volumes that comments of a file mount: `data` in `# - data:/var/lib`.
    pub(crate) fn mounts_in_comments(&self, file: FileId) -> HashSet<String> {
        let text = &self.sources.file(file).text;
        let comments = text.lines().filter_map(|line| line.split_once('#')).map(|(_, comment)| comment);
        let mounts = comments.flat_map(|comment| comment.match_indices(":/").map(move |(at, _)| (comment, at)));
        let name = |(comment, at): (&str, usize)| {
            let before = comment.get(..at)?;
            before.rsplit([' ', '`', '"', '\'']).next().filter(|name| !name.is_empty()).map(str::to_owned)
        };
        mounts.filter_map(name).collect()
    }

    /// What comments say at the key of the block list that a place is an item of: behind it, and right above it.
    pub(crate) fn comments_at_list(&self, place: Place) -> String {
        let text = &self.sources.file(place.span.file).text;
        let before = text.get(..place.span.start as usize).unwrap_or("");
        let mut words: Vec<&str> = Vec::new();
        let mut is_above = false;
        // The line of the place itself has a dash and belongs to the list.
        for line in before.lines().rev().map(str::trim) {
            if is_above {
                let Some(comment) = line.strip_prefix('#') else { break };
                words.push(comment);
            } else if let Some((key, comment)) = line.split_once('#').filter(|(key, _)| key.trim_end().ends_with(':')) {
                is_above = !key.is_empty();
                words.push(comment);
            } else if line.ends_with(':') {
                is_above = true;
            } else if !line.starts_with(['-', '#']) {
                break;
            }
        }
        words.reverse();
        words.join("\n")
    }

    /// The items of the block list below a key, as they are written, without their dashes.
    pub(crate) fn items_below(&self, key: Place) -> Vec<String> {
        let text = &self.sources.file(key.span.file).text;
        let below = text.get(key.span.end as usize..).unwrap_or("").lines().skip(1).map(str::trim);
        let items = below.take_while(|line| line.is_empty() || line.starts_with(['-', '#']));
        items.filter_map(|line| Some(line.strip_prefix('-')?.trim().to_owned())).collect()
    }

    /// What comments say at an item of a list: on its line, above it, and further in on the lines below.
    pub(crate) fn comments_around(&self, place: Place) -> String {
        let text = &self.sources.file(place.span.file).text;
        let start = place.span.start as usize;
        let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let depth = |line: &str| line.len() - line.trim_start().len();
        let mut lines = text.get(line..).unwrap_or("").lines();
        let own = lines.next().map_or(0, depth);
        let below = lines.take_while(|line| line.trim_start().starts_with('#') && depth(line) > own);
        let below: Vec<&str> = below.map(|line| line.trim_start().trim_start_matches('#')).collect();
        format!("{}\n{}", self.comments_at(place), below.join("\n"))
    }
}
