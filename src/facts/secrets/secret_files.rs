//! Files of a project that hold secrets: env files, secret files and private keys, and what git does with them.

use std::fmt;
use std::path::{Path, PathBuf};

use super::credentials::{identifiers, plain, publishers};
use crate::collections::HashSet;
use crate::compose::load::environment::line_place;
use crate::facts::Facts;
use crate::facts::environment::env_examples::{example_for, is_example};
use crate::model::MountKind;
use crate::secrets::{Form, Strength, strength, written_out};
use crate::source::{FileId, InGit, PathKind, Place};
use crate::text::dotenv::{self, DotenvLine, EnvFileRole, KnownVariables};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Variables.
    EnvFile,
    /// A secret, or what a mount brings into a container.
    Mounted,
}

/// A secret in a file.
#[derive(Clone)]
pub(crate) struct Held {
    /// Its name, or what it is.
    pub(crate) name: String,
    /// Where.
    pub(crate) place: Place,
    /// How hard it is to guess.
    pub(crate) strength: Strength,
    secret: String,
}

impl Held {
    /// Whether a secret elsewhere is the same.
    pub(crate) fn is_same(&self, other: &str) -> bool {
        !other.is_empty() && self.secret == other
    }
}

/// Without the secret.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.name, self.strength)
    }
}

/// A file with secrets.
#[derive(Clone, Debug)]
pub(crate) struct SecretFile {
    /// The file.
    pub(crate) file: FileId,
    /// Its path.
    pub(crate) path: PathBuf,
    /// What it is for.
    pub(crate) used: Use,
    /// Where the Compose file names it; `None` for the env file of the project.
    pub(crate) named: Option<Place>,
    /// What git does with it.
    pub(crate) git: InGit,
    /// The secrets, in the order of the file.
    pub(crate) secrets: Vec<Held>,
}

impl SecretFile {
    /// Whether git has the file, and the file has a secret that is written elsewhere, too.
    pub(crate) fn has_in_git(&self, secret: &str) -> bool {
        self.git == InGit::Tracked && self.real().any(|held| held.is_same(secret))
    }

    /// The secrets that nobody guesses, and that are no values for everyone.
    pub(crate) fn real(&self) -> impl Iterator<Item = &Held> {
        self.secrets.iter().filter(|held| held.strength == Strength::Strong)
    }
}

/// How many files of a directory that is mounted are looked into.
const MOST: usize = 64;

/// Ends of names of files that may hold a private key.
const KEY_ENDS: [&str; 11] =
    [".pem", ".key", ".p8", ".priv", "_rsa", "_dsa", "_ed25519", "_ecdsa", "_key", "-key", "privatekey"];

/// The files of a project that hold secrets, each once.
pub(crate) fn secret_files(facts: &Facts<'_>) -> Vec<SecretFile> {
    let mut seen: HashSet<FileId> = HashSet::default();
    let mut found = Vec::new();
    let project = facts.project;
    let of_services = project.env_files.iter().filter_map(|listed| Some((listed.file?, Some(listed.place))));
    let of_project = project.environment.files.iter().map(|file| (*file, None));
    for (file, named) in of_project.chain(of_services) {
        if seen.insert(file) {
            found.extend(env_file(facts, file, named));
        }
    }
    for (name, secret) in &facts.model.secrets {
        let Some(path) = &secret.file else { continue };
        let Ok(file) = facts.sources.load(Path::new(&path.value)) else { continue };
        if seen.insert(file) {
            found.extend(secret_file(facts, file, name, path.place));
        }
    }
    for path in facts.model.configs.values().filter_map(|config| config.file.as_ref()) {
        if let Ok(file) = facts.sources.load(Path::new(&path.value))
            && seen.insert(file)
        {
            found.extend(key_file(facts, file, path.place));
        }
    }
    let services = facts.model.services.values().chain(facts.model.disabled.values());
    for mount in services.flat_map(|service| &service.mounts) {
        let MountKind::Bind(source) = &mount.kind else { continue };
        for path in keys_at(facts, Path::new(source)) {
            if let Ok(file) = facts.sources.load(&path)
                && seen.insert(file)
            {
                found.extend(key_file(facts, file, mount.place));
            }
        }
    }
    found
}

fn env_file(facts: &Facts<'_>, file: FileId, named: Option<Place>) -> Option<SecretFile> {
    let path = facts.sources.path(file).to_path_buf();
    let name = path.file_name()?.to_string_lossy().into_owned();
    if is_example(&name) {
        return None;
    }
    let shared = shared_values(facts, &path);
    let lines = lines_of(facts, file);
    let publishers = publishers(facts.model);
    let own: Vec<&str> = publishers.iter().map(String::as_str).chain([facts.model.name.as_str()]).collect();
    let ids: Vec<String> = lines.iter().flat_map(|line| identifiers(&line.key)).collect();
    let held = lines.into_iter().filter(|line| !ids.contains(&plain(&line.key))).filter_map(|line| {
        let value = line.value.as_deref()?;
        let written = written_out(&line.key, value).filter(|_| line.uses.is_empty())?;
        let secret = value.get(written.range)?;
        let is_shared = shared.iter().any(|(name, shown)| *name == line.key && shown == value);
        let strength = strength(secret, &own);
        let strength = if is_shared { strength.min(Strength::Guessable) } else { strength };
        let place = line_place(file, 0, line.key_span.0, line.value_span.1);
        let strength = if is_said_to_be_sample(facts, place) { strength.min(Strength::Guessable) } else { strength };
        Some(Held { name: line.key.clone(), place, strength, secret: secret.to_owned() })
    });
    let secrets: Vec<Held> = held.collect();
    let git = facts.sources.in_git(&path);
    (!secrets.is_empty()).then_some(SecretFile { file, path, used: Use::EnvFile, named, git, secrets })
}

/// Whether the comment directly above a line says that its value is for those who only try the project.
fn is_said_to_be_sample(facts: &Facts<'_>, place: Place) -> bool {
    const WORDS: [&str; 9] =
        ["sample", "dummy", "fake", "demo", "poc", "placeholder", "throwaway", "example", "testing"];
    let comment = facts.comments_at(place).to_lowercase();
    let last = comment.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("");
    last.contains("only") && last.split(|letter: char| !letter.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// The assignments of an env file.
pub(crate) fn lines_of(facts: &Facts<'_>, file: FileId) -> Vec<DotenvLine> {
    let first = |name: &str| facts.project.environment.value(name);
    dotenv::parse(
        &facts.sources.file(file).text,
        EnvFileRole::Service,
        KnownVariables { first: &first, earlier: &|_| None },
    )
    .lines
}

/// What the example of an env file shows: the values that everyone has.
fn shared_values(facts: &Facts<'_>, path: &Path) -> Vec<(String, String)> {
    let Some(example) = example_for(path, &Default::default(), facts.sources) else { return Vec::new() };
    let Ok(file) = facts.sources.glancing().load(&example) else { return Vec::new() };
    lines_of(facts, file).into_iter().filter_map(|line| Some((line.key, line.value?))).collect()
}

fn secret_file(facts: &Facts<'_>, file: FileId, name: &str, named: Place) -> Option<SecretFile> {
    let source = facts.sources.file(file);
    let text = source.text.trim();
    if text.is_empty() {
        return None;
    }
    let end = source.text.lines().next().map_or(0, str::len) as u32;
    let is_key = is_private_key(text);
    let strength = if is_key { Strength::Strong } else { strength(text, &[&facts.model.name, name]) };
    let held = Held { name: name.to_owned(), place: line_place(file, 0, 0, end), strength, secret: text.to_owned() };
    let git = facts.sources.in_git(&source.path);
    let path = source.path.clone();
    Some(SecretFile { file, path, used: Use::Mounted, named: Some(named), git, secrets: vec![held] })
}

fn key_file(facts: &Facts<'_>, file: FileId, named: Place) -> Option<SecretFile> {
    let source = facts.sources.file(file);
    let at = source.text.find("-----BEGIN ")?;
    if !is_private_key(source.text.get(at..)?) {
        return None;
    }
    let end = at + source.text.get(at..)?.lines().next().map_or(0, str::len);
    let place = line_place(file, 0, at as u32, end as u32);
    let held = Held { name: "private key".to_owned(), place, strength: Strength::Strong, secret: String::new() };
    let path = source.path.clone();
    let git = facts.sources.in_git(&path);
    Some(SecretFile { file, path, used: Use::Mounted, named: Some(named), git, secrets: vec![held] })
}

/// Whether a text begins with a private key.
fn is_private_key(text: &str) -> bool {
    written_out("", text).is_some_and(|written| written.form == Form::PrivateKey)
}

/// The files at a path, or in the directory there, that may hold a private key.
fn keys_at(facts: &Facts<'_>, path: &Path) -> Vec<PathBuf> {
    if !path.starts_with(&facts.root) {
        return Vec::new();
    }
    let may_hold = |name: &str| KEY_ENDS.iter().any(|end| name.ends_with(end));
    match facts.sources.kind(path) {
        PathKind::File => {
            let is_key = path.file_name().is_some_and(|name| may_hold(&name.to_string_lossy()));
            if is_key { vec![path.to_path_buf()] } else { Vec::new() }
        }
        PathKind::Directory => {
            let entries = facts.sources.entries(path);
            let names = entries.names().filter(|name| may_hold(name)).take(MOST);
            names.map(|name| path.join(name)).filter(|path| facts.sources.kind(path) == PathKind::File).collect()
        }
        PathKind::Missing | PathKind::Outside => Vec::new(),
    }
}
