//! What is documented of env files that are not in the checkout.

use std::collections::BTreeSet;
use std::path::Path;

use super::env_examples::{example_for, names_of};
use crate::facts::repository::generated_files::{MOST_BYTES, TextFiles, files, makers};
use crate::model::{Model, Service};
use crate::source::SourceDb;

/// Whether what documents the absent env files of a service says nothing of a variable: of each the example, or else the
/// scripts and texts that name the file. Of a file that nothing documents it is not known.
pub(crate) fn leave_out(model: &Model, service: &Service, (sources, root): (&SourceDb, &Path), variable: &str) -> bool {
    let mut absent = service.env_files.iter().filter(|file| !file.loaded).map(|file| Path::new(&file.path.value));
    absent.all(|file| match example_for(file, &BTreeSet::new(), sources) {
        Some(example) => !names_of(&example, sources).contains(variable),
        None => is_described_without(model, file, (sources, root), variable),
    })
}

/// Whether a script or text names a file, and none that does names the variable.
fn is_described_without(model: &Model, file: &Path, (sources, root): (&SourceDb, &Path), variable: &str) -> bool {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    let sources = sources.glancing();
    let makers = makers(&model.directory, root, &sources);
    let texts = files(&makers, TextFiles::Too).filter_map(|path| sources.load_with(path, &[name], MOST_BYTES));
    let mut described = false;
    for id in texts {
        if sources.file(id).text.contains(variable) {
            return false;
        }
        described = true;
    }
    described
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_sources;

    #[test]
    fn what_documents_an_env_file() {
        let check = |files: &[(&str, &str)], expect: bool| {
            let compose = "services: {db: {image: 'postgres:18', env_file: [set.env, db.env]}}\n";
            let all: Vec<(&str, &str)> =
                [("compose.yaml", compose), ("set.env", "A=1\n"), (".git", "")].iter().chain(files).copied().collect();
            with_sources(&all, &[], |sources, facts| {
                let service = &facts.model.services["db"];
                let place = (sources, facts.model.directory.as_path());
                assert_eq!(leave_out(facts.model, service, place, "PGDATA"), expect, "{files:?}");
            });
        };
        check(&[], false);
        check(&[("db.env.example", "POSTGRES_PASSWORD=\n")], true);
        check(&[("db.env.example", "# PGDATA=/x\n")], false);
        check(&[("setup.sh", "echo POSTGRES_PASSWORD=$word > db.env\n")], true);
        check(&[("setup.sh", "echo POSTGRES_PASSWORD=$word > other.env\n")], false);
        check(&[("README.md", "Put PGDATA into db.env.\n"), ("setup.sh", "touch db.env\n")], false);
    }
}
