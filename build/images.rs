//! Checks the files of `rules/images` and writes the table that finds them by repository.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

#[path = "../src/catalogue/schema.rs"]
#[expect(dead_code, reason = "the build script only checks that the files fit the types")]
mod schema;
#[path = "../src/catalogue/setting.rs"]
mod setting;
#[path = "../src/catalogue/tag.rs"]
#[expect(dead_code, reason = "the build script only checks that ranges of tags can be read")]
mod tag;

/// Writes `images.rs` into `out`: `TEXTS`, the files by name as JSON, and `REPOSITORIES`, each with the index of its text.
pub fn write_table(root: &Path, out: &Path) -> Result<(), String> {
    let folder = root.join("rules/images");
    let paths = image_files(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut owners: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut texts = String::new();
    for (index, path) in paths.iter().enumerate() {
        let (image, json) = read(path).map_err(|message| format!("{}: {message}", path.display()))?;
        let _ = writeln!(texts, "    {json:?},");
        for repository in image.repositories {
            let owner = (index, image.name.clone());
            if let Some((_, other)) = owners.insert(repository.clone(), owner) {
                return Err(format!("rules/images: `{repository}` is claimed by {other}.yaml and {}.yaml", image.name));
            }
        }
    }
    let mut table = String::new();
    for (repository, (index, _)) in &owners {
        let _ = writeln!(table, "    ({repository:?}, {index}),");
    }
    let code = format!(
        "pub(super) static TEXTS: [&str; {}] = [\n{texts}];\n\npub(super) static REPOSITORIES: [(&str, usize); {}] = [\n{table}];\n",
        paths.len(),
        owners.len()
    );
    let file = out.join("images.rs");
    fs::write(&file, code).map_err(|error| format!("{}: {error}", file.display()))
}

fn image_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
    let mut paths: Vec<_> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    Ok(paths)
}

/// What a file says, and the same as JSON, which takes a run less time to read than YAML.
fn read(path: &Path) -> Result<(schema::Image, String), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let image: schema::Image = serde_yaml::from_str(&text).map_err(|error| error.to_string())?;
    let value: serde_json::Value = serde_yaml::from_str(&text).map_err(|error| error.to_string())?;
    let json = value.to_string();
    let again: schema::Image = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    // The type of a plain scalar is known to the types, but not to the JSON.
    if format!("{image:?}") != format!("{again:?}") {
        return Err("it means something else as JSON: quote the texts that look like numbers or booleans".to_owned());
    }
    if path.file_stem().is_none_or(|stem| stem != image.name.as_str()) {
        return Err(format!("the name `{}` is not the name of the file", image.name));
    }
    Ok((image, json))
}
