//! The table of rules: a module for each file of `src/rules/<family>`, and an entry for each document.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::documents::{Document, file_name, list, upper};

/// The line with which a rule declares its options.
const OPTIONS: &str = "options! {";

/// `registry.rs`: the modules of the families, and `RULES`.
///
/// # Errors
/// The folder that cannot be read, or that has no document.
pub fn module(documents: &[Document], root: &Path) -> Result<String, String> {
    let mut out = String::new();
    for folder in list(&root.join("src/rules"))?.into_iter().filter(|path| path.is_dir()) {
        let family = file_name(&folder);
        if !documents.iter().any(|document| document.family == family) {
            return Err(format!("{}: `rules/{family}` has no document", folder.display()));
        }
        // The path of an inline module is the folder of the modules in it.
        let _ = writeln!(out, "#[path = {folder:?}]\npub(crate) mod {} {{", module_name(&family));
        for path in list(&folder)? {
            // A rule of several files is a directory with a `mod.rs`.
            if path.extension().is_some_and(|extension| extension == "rs") || path.join("mod.rs").is_file() {
                let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                let _ = writeln!(out, "    pub(crate) mod {name};");
            }
        }
        out.push_str("}\n");
    }
    out.push_str("\n/// All rules, by family.\nstatic RULES: &[Rule] = &[\n");
    for document in documents {
        let (family, name) = (module_name(&document.family), module_name(&document.name));
        let folder = root.join("src/rules").join(&family);
        let files = [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")];
        let code = files.iter().find(|file| file.is_file()).map(fs::read_to_string).transpose();
        let code = code.map_err(|error| format!("{}: {error}", folder.display()))?;
        let check = if code.is_some() { format!("Some({family}::{name}::check)") } else { "None".to_owned() };
        let has_options = code.is_some_and(|code| code.lines().any(|line| line == OPTIONS));
        let options = if has_options { format!("{family}::{name}::Options::KEYS") } else { "&[]".to_owned() };
        let id = upper(&document.name);
        let _ = writeln!(
            out,
            "    Rule {{ id: rule::{id}, document: rule::{id}.document(), options: {options}, check: {check} }},"
        );
    }
    out.push_str("];\n");
    Ok(out)
}

fn module_name(name: &str) -> String {
    name.replace('-', "_")
}
