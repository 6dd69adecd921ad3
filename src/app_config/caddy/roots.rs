//! The directories that a site of a Caddyfile serves files from.

use super::lines::CaddyLine;
use super::{CaddyConfig, DEEPEST_IMPORT, Snippets};
use crate::app_config::address::Located;
use crate::budget::Limit;

/// Adds those of a site. Where requests go to FastCGI, the files may be needed in that container alone.
pub(super) fn note(site: &CaddyLine, snippets: &Snippets<'_>, config: &mut CaddyConfig) {
    let mut found = SiteFiles::default();
    found.read(&site.block, snippets, 0);
    if found.serves && !found.scripted {
        config.roots.extend(found.roots);
    }
}

#[derive(Default)]
struct SiteFiles {
    roots: Vec<Located>,
    serves: bool,
    scripted: bool,
}

impl SiteFiles {
    fn read(&mut self, lines: &[CaddyLine], snippets: &Snippets<'_>, depth: usize) {
        if depth > DEEPEST_IMPORT || !snippets.meter.spend(Limit::Steps, lines.len()) {
            // What is too much to look at may be for FastCGI.
            self.scripted = true;
            return;
        }
        for line in lines {
            match line.name() {
                "root" => self.roots.extend(directory(line)),
                "file_server" => self.serves = true,
                "php_fastcgi" => self.scripted = true,
                "import" => match line.words.get(1).and_then(|name| snippets.by_name.get(name.text.as_str())) {
                    Some(snippet) => self.read(&snippet.block, snippets, depth + 1),
                    None => self.scripted = true,
                },
                _ => {}
            }
            self.read(&line.block, snippets, depth + 1);
        }
    }
}

/// `root * /srv` or `root /srv`; one that a request or an argument decides is none.
fn directory(line: &CaddyLine) -> Option<Located> {
    let word = line.words.last().filter(|_| (2..=3).contains(&line.words.len()))?;
    let is_path = word.text.starts_with('/') && !word.text.contains(['{', '*']);
    // `root /path*` would be a matcher without a directory.
    (is_path && !word.gap).then(|| Located { text: word.text.clone(), span: word.span.clone() })
}
