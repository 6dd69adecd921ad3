//! Variables that a script writes into an env file, or that a text tells people to write there: a deployment has them.

use std::collections::BTreeSet;
use std::path::Path;

use super::env_examples::{is_example, names_in_text};
use crate::facts::repository::generated_files::{MOST_BYTES, makers};
use crate::source::{PathKind, SourceDb};

/// The variables that scripts and texts near a project write into one of its env files.
pub(crate) fn written(env_file: &Path, root: &Path, sources: &SourceDb) -> BTreeSet<String> {
    // A link that leads to what a script writes: `.env` to `shop.conf`.
    let linked = sources.target_of_link(env_file).filter(|target| target.parent() == env_file.parent());
    let env_file = linked.as_deref().unwrap_or(env_file);
    let (Some(directory), Some(name)) = (env_file.parent(), env_file.file_name().and_then(|name| name.to_str())) else {
        return BTreeSet::new();
    };
    // Nothing of these files enters the project.
    let sources = &sources.glancing();
    // What a text says belongs into the file that is made from an example: a command that names the example does not have it.
    let is_complete = is_example(name) && sources.kind(env_file) == PathKind::File;
    let mut found = BTreeSet::new();
    for maker in makers(directory, root, sources) {
        let Some(file) = sources.load_with(&maker.file, &[name], MOST_BYTES) else { continue };
        let text = &sources.file(file).text;
        found.extend(by_commands(text, name));
        let is_text = !is_complete && maker.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md"));
        if is_text && maker.file.parent().is_some_and(|above| directory.starts_with(above)) {
            found.extend(names_in_text(text).into_iter().map(str::to_owned));
        }
    }
    found
}

/// The variables that commands write: `echo "A=1" >> .env`, `cat > .env <<EOF`, `{ echo "A=1"; } > "$ENV_FILE"`,
/// `sed -i "s/^A=.*/A=1/" .env`.
pub(super) fn by_commands(text: &str, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut end: Option<&str> = None;
    let mut group: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(word) = end {
            if line == word {
                end = None;
            } else {
                found.extend(assigned(line));
            }
            continue;
        }
        let writes = writes_to(line, name);
        let here_document = line.split_once("<<").map(|(_, rest)| rest.trim_start_matches('-').trim_start());
        if let Some(rest) = here_document.filter(|rest| writes && !rest.starts_with('<')) {
            let word = rest.split([' ', '>', '|', ';', ')']).next().unwrap_or("").trim_matches(['\'', '"', '\\']);
            end = Some(word).filter(|word| !word.is_empty());
            continue;
        }
        let printed = printed(line);
        if writes && line.starts_with('}') {
            found.append(&mut group.drain(..).collect());
        } else if writes {
            found.extend(printed);
            if line.contains("sed ") {
                found.extend(replaced(line));
            }
        } else {
            group.extend(printed);
        }
    }
    found
}

/// Whether a command writes to a file of this name, or to one that a variable names as an env file.
fn writes_to(line: &str, name: &str) -> bool {
    let is_target = |word: &str| {
        let word = word.trim_matches(['"', '\'', '`', ')', ';', '}']);
        let is_named = word.rsplit('/').next() == Some(name);
        let last = word.rsplit('/').next().unwrap_or("");
        is_named || last.starts_with('$') && last.to_ascii_uppercase().contains("ENV")
    };
    let redirected = line.match_indices('>').any(|(at, _)| {
        let rest = line.get(at + 1..).unwrap_or("").trim_start_matches('>').trim_start();
        rest.split_whitespace().next().is_some_and(is_target)
    });
    let by_program = ["tee ", "sed "].iter().any(|program| line.contains(program));
    redirected || by_program && line.split_whitespace().any(is_target)
}

/// The variables whose lines a command prints.
fn printed(line: &str) -> Vec<String> {
    let commands = line.split([';', '&', '|', '{', '(']).map(str::trim);
    let printing = commands.filter_map(|command| {
        let rest = command.strip_prefix("echo ").or_else(|| command.strip_prefix("printf "))?;
        let rest = rest.trim_start_matches(['-', 'e', 'n']);
        Some(rest.trim_start().trim_start_matches(['"', '\'']))
    });
    // A format may have several lines.
    printing.flat_map(|printed| printed.split("\\n").filter_map(assigned)).collect()
}

/// The variables whose lines an expression of sed replaces.
fn replaced(line: &str) -> Vec<String> {
    line.split(['/', '|', '#', ',', '@', '^', ' ', '"', '\'']).filter_map(assigned).collect()
}

/// The variable that a line assigns.
fn assigned(line: &str) -> Option<String> {
    let line = line.trim_start();
    let (name, _) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let starts = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    (starts && name.chars().all(is_name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<String> = by_commands(text, ".env").into_iter().collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn what_commands_write() {
        check("echo \"A=$(openssl rand -hex 8)\" > .env\necho 'B=2' >> ./.env\n", &["A", "B"]);
        check("printf 'A=%s\\n' \"$x\" >>\"$ENV_FILE\"\n", &["A"]);
        check("printf 'A=%s\\nB=%s\\n' \"$x\" \"$y\" >> .env\n", &["A", "B"]);
        check("cat > .env <<EOF\nA=1\n# note\nB=$B\nEOF\nC=3\n", &["A", "B"]);
        check("cat <<-'END' | tee app/.env\n  A=1\n  END\n", &["A"]);
        check("{\n  echo \"A=1\"\n  echo \"B=2\"\n} > .env\n", &["A", "B"]);
        check("sed -i \"s/^A=.*/A=${X}/\" .env\n", &["A"]);
    }

    #[test]
    fn what_goes_elsewhere() {
        check("echo \"A=1\" > other.txt\n", &[]);
        check("cat <<EOF > compose.yaml\nA=1\nEOF\n", &[]);
        check("A=1 docker compose up\n", &[]);
        check("source .env\n", &[]);
    }

    #[test]
    fn what_a_text_shows() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/README.md"), "Create `.env`:\n\n```env\nA=1\n```\n".to_owned());
        sources.overlay(Path::new("/r/app/setup.sh"), "echo \"B=1\" >> .env\n".to_owned());
        let found = written(Path::new("/r/app/.env"), Path::new("/r"), &sources);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["A", "B"]);
    }
}
