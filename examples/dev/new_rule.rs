//! The two files of a new rule, which compile and pass; what they say is there to be replaced.

use std::fs;
use std::path::Path;

use super::root;

const DOCUMENT: &str = include_str!("new_rule.md");
const FUNCTION: &str = include_str!("new_rule.rs.txt");

/// Writes them.
pub fn write(name: &str) -> Result<(), String> {
    let (family, rule) =
        name.split_once('/').ok_or("a rule is named by its folder and its name: `network/new-rule`")?;
    if ![family, rule].into_iter().all(is_kebab_case) || family == "images" {
        return Err(format!("`{name}` is not two names in kebab case"));
    }
    if plimsoll::testing::rules::find(rule).is_some() {
        return Err(format!("a rule is named `{rule}` already"));
    }
    let filled = |text: &str| {
        let text = text.replace("{rule}", rule).replace("{constant}", &rule.to_uppercase().replace('-', "_"));
        text.replace("{family}", family).replace("{version}", env!("CARGO_PKG_VERSION"))
    };
    let document = format!("rules/{family}/{rule}.md");
    let function = format!("src/rules/{}/{}.rs", family.replace('-', "_"), rule.replace('-', "_"));
    for (path, text) in [(&document, DOCUMENT), (&function, FUNCTION)] {
        put(&root().join(path), &filled(text)).map_err(|error| format!("{path}: {error}"))?;
        println!("{path}");
    }
    println!("\nRun it: cargo test --test rules {rule}\nThen: cargo dev update");
    Ok(())
}

fn is_kebab_case(word: &str) -> bool {
    word.split('-').all(|part| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}

/// Writes a file that is not there yet.
fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = fs::File::create_new(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}
