//! Which files git ignores: they are on somebody's machine and not in the checkout.

use std::path::Path;

use ignore::gitignore::GitignoreBuilder;

use crate::source::SourceDb;

/// Whether a `.gitignore` between the root of the repository and a file ignores the file.
pub fn is_ignored(sources: &SourceDb, root: &Path, file: &Path) -> bool {
    let Ok(below) = file.strip_prefix(root) else { return false };
    let mut directory = root.to_path_buf();
    let mut ignored = false;
    for step in below.components() {
        if let Ok(id) = sources.load(&directory.join(".gitignore")) {
            let mut builder = GitignoreBuilder::new(&directory);
            for line in sources.file(id).text.lines() {
                // A pattern that git cannot read ignores nothing.
                let _ = builder.add_line(None, line);
            }
            if let Ok(patterns) = builder.build() {
                let verdict = patterns.matched_path_or_any_parents(file, false);
                ignored = !verdict.is_whitelist() && (ignored || verdict.is_ignore());
            }
        }
        directory.push(step);
    }
    ignored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deeper_file_has_the_last_word() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/repo/.gitignore"), "*.env\n.env\n".to_owned());
        sources.overlay(Path::new("/repo/app/.gitignore"), "!public.env\n".to_owned());
        let check = |file: &str, expect: bool| {
            assert_eq!(is_ignored(&sources, Path::new("/repo"), Path::new(file)), expect, "{file}");
        };
        check("/repo/.env", true);
        check("/repo/app/.env", true);
        check("/repo/app/public.env", false);
        check("/repo/compose.yaml", false);
        check("/elsewhere/.env", false);
    }
}
