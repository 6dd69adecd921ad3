//! Shell scripts.

use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::super::values::without_marks;
use super::purpose_of_name;
use crate::source::FileId;

/// Reads a script, which starts in its own directory or at the root.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    if !names_program(&text) {
        return;
    }
    let (directory, name) = split(path);
    let mut site = Site::at_or_above(directory).with_purpose(purpose_of_name(name).unwrap_or(Purpose::Deploy));
    site.script = Some(path.to_owned());
    let fragment = Rc::new(Fragment::from_text(file, &text, 0));
    Tracer::new(context, site).script(&fragment, vec![World::new()]);
}

/// Whether a line outside of comments has `compose` as a word, as in `docker-compose` and `$ENGINE compose`, not as in
/// `docker-compose.yml`; to follow a script takes much longer than to look.
fn names_program(text: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let mut lines = lines.filter(|line| line.contains("compose") || line.contains("stack deploy"));
    lines.any(|line| {
        line.contains("stack deploy")
            || line.match_indices("compose").any(|(at, word)| {
                let before = line.get(..at).and_then(|text| text.chars().next_back());
                let behind = line.get(at + word.len()..).and_then(|text| text.chars().next());
                let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_');
                let ends = |letter: char| is_word(letter) || matches!(letter, '-' | '/' | ':');
                before.is_none_or(|letter| !is_word(letter)) && behind.is_none_or(|letter| !ends(letter))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_name_the_program() {
        let check = |text: &str, expect: bool| assert_eq!(names_program(text), expect, "{text}");
        check("x\ndocker compose up", true);
        check("DC='docker-compose'", true);
        check("$ENGINE compose up", true);
        check("docker stack deploy x", true);
        check("# docker compose up", false);
        check("cp docker-compose.yml compose.yaml", false);
        check("jq .docker.compose.service", false);
        check("docker-compose-wait", false);
    }
}
