//! Secrets: where they are written, who uses them, and who can read them.

mod bare_addresses;
mod certificate;
mod claims;
pub(crate) mod connections;
pub(crate) mod credentials;
pub(crate) mod destination;
pub(crate) mod granted;
pub(crate) mod leaks;
pub(crate) mod logins;
mod no_password;
pub(crate) mod secret_files;

use std::path::{Path, PathBuf};

use super::images::known_image;
use super::{Facts, environment, repository};
use crate::compose::load::environment::line_place;
use crate::model::FileObject;
use crate::source::{FileId, InGit, PathKind, Place, relative};
use crate::text::nearest::clearly_meant;

/// How long a password is that somebody made up.
const SHORT_PASSWORD: usize = 16;

/// What is asked about secrets, env files and the files that hold them.
impl<'a> Facts<'a> {
    /// The secrets that are written out in Compose files.
    pub(crate) fn credentials(&self) -> &[credentials::Credential] {
        let find = || credentials::credentials(self.model, self.project, &self.texts, self.sources);
        self.once(&self.credentials, find).as_slice()
    }

    /// The logins of published services that everybody tries first.
    pub(crate) fn logins(&self) -> &[logins::KnownLogin<'a>] {
        self.once(&self.logins, || logins::logins(self)).as_slice()
    }

    /// The secrets that are written out, each once.
    pub(crate) fn leaks(&self) -> &[leaks::Leak] {
        self.once(&self.leaks, || leaks::leaks(self)).as_slice()
    }

    /// The files of the project that hold secrets.
    pub(crate) fn secret_files(&self) -> &[secret_files::SecretFile] {
        self.once(&self.secret_files, || secret_files::secret_files(self)).as_slice()
    }

    /// Where a secret that leaves a Compose file goes.
    pub(crate) fn destination(&self) -> Option<destination::Destination> {
        destination::destination(self)
    }

    /// The ignore file that keeps a path out of git, and the line that does.
    pub(crate) fn ignore_line(&self, path: &Path) -> Option<(destination::TargetFile, String)> {
        destination::ignore_line(self, path)
    }

    /// Whether git ignores a file of the project, which then is nobody else's.
    pub(crate) fn is_kept_out(&self, file: FileId) -> bool {
        self.sources.in_git(&self.sources.path(file)) == InGit::Ignored
    }

    /// The path of a file as people type it in the project's directory.
    pub(crate) fn shown(&self, path: &Path) -> String {
        relative(&self.project.directory, path)
    }

    /// The path of a file as people type it at the top of the repository.
    pub(crate) fn path_from_root(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }

    /// Whether a private key goes with a certificate for the machine that it is on: one of the same name beside it.
    pub(crate) fn is_for_localhost(&self, file: &secret_files::SecretFile) -> bool {
        let is_key = file.secrets.iter().any(|held| held.name == "private key");
        let certificates = ["crt", "cer", "cert", "pem"].map(|end| file.path.with_extension(end));
        is_key
            && certificates.iter().filter_map(|path| self.sources.load(path).ok()).any(|file| {
                let source = self.sources.file(file);
                certificate::is_for_localhost(&source.text)
            })
    }

    /// Whether a file holds the short password of a datastore that other machines do not reach.
    pub(crate) fn opens_hidden_datastore(&self, file: &secret_files::SecretFile) -> bool {
        let is_here =
            |secret: &FileObject| secret.file.as_ref().is_some_and(|path| Path::new(&path.value) == file.path);
        let Some((name, _)) = self.model.secrets.iter().find(|(_, secret)| is_here(secret)) else { return false };
        let is_short = self.sources.file(file.file).text.trim().len() <= SHORT_PASSWORD;
        let mut granted =
            self.model.services.values().filter(|one| one.secrets.iter().any(|one| one.source.value == *name));
        is_short
            && granted.any(|service| {
                known_image(service).is_some_and(|known| known.image.holds_data())
                    && logins::reached(self, service).is_none()
            })
    }

    /// Whether a file is in a directory of examples, which show how something works.
    pub(crate) fn is_shown_only(&self, file: FileId) -> bool {
        repository::purpose::is_example(&self.path_in_repository(file))
    }

    /// Whether an example lists a variable.
    pub(crate) fn is_documented(&self, variable: &str) -> bool {
        self.examples().contains_key(variable)
    }

    /// The logins that a datastore does not know.
    pub(crate) fn mismatches(&self) -> &[connections::FailingLogin] {
        self.once(&self.mismatches, || connections::mismatches(self)).as_slice()
    }

    /// Whether a text of the repository tells its reader to set a variable, or the passwords of a Compose file.
    pub(crate) fn is_told_to_set(&self, variable: &str) -> bool {
        let find = || repository::instructions::instructions(&self.root, self.sources);
        let texts = self.once(&self.instructions, find);
        repository::instructions::tell_to_set(variable, &self.model.directory, &self.root, texts)
    }

    /// Whether a script or a text of the repository makes the file at a path, or tells people to.
    pub(crate) fn is_made(&self, path: &Path) -> bool {
        use repository::generated_files::{makers, named_by};
        let makers = makers(&self.model.directory, &self.root, self.sources);
        named_by(&makers, &self.model.directory, (path, None), self.sources).is_some()
    }

    /// Whether a script puts a file of the project where it is: `> compose.yaml`, `-o compose.yaml`.
    pub(crate) fn is_written_by_script(&self, file: FileId) -> bool {
        use repository::generated_files::{TextFiles, files, makers};
        let path = self.sources.path(file).to_path_buf();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
        let makers = makers(&self.model.directory, &self.root, self.sources);
        let sources = self.sources.glancing();
        let ends = |word: &str| {
            let word = word.trim_matches(['"', '\'']);
            word.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let writes = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.windows(2).any(|pair| matches!(pair, [">" | "-o" | "-O" | "--output", word] if ends(word)))
        };
        let has_line = |path: &Path| {
            let text = sources.load(path).map(|id| sources.file(id)).ok();
            text.is_some_and(|text| text.text.lines().any(writes))
        };
        files(&makers, TextFiles::Not).any(has_line)
    }

    /// Whether a file next to a path is an example of the one there.
    pub(crate) fn has_example(&self, path: &Path) -> bool {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
        let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
        let end = name.get(stem.len()..).unwrap_or("");
        let words = ["example", "sample", "dist", "template"];
        let names = words.iter().flat_map(|word| [format!("{name}.{word}"), format!("{stem}.{word}{end}")]);
        names.into_iter().any(|name| self.sources.kind(&path.with_file_name(name)) == PathKind::File)
    }

    /// The only line of a file that ends with a line break.
    pub(crate) fn line_break_at_end(&self, path: &Path) -> Option<Place> {
        let file = self.sources.load(path).ok()?;
        let source = self.sources.file(file);
        let line = source.text.strip_suffix('\n').filter(|line| !line.is_empty() && !line.contains(['\n', '\r']))?;
        Some(line_place(file, 0, 0, line.len() as u32))
    }

    /// Whether the `.dockerignore` of a build context leaves a file out.
    pub(crate) fn is_left_out_of_build(&self, context: &str, path: &Path) -> bool {
        self.sources.is_docker_ignored(Path::new(context), path)
    }

    /// The lines of env files that replace others.
    pub(crate) fn replaced_lines(&self) -> &[environment::files::ReplacedLine] {
        self.once(&self.replaced_lines, || environment::files::replaced(self)).as_slice()
    }

    /// The env file that people make above the project, and that is not read.
    pub(crate) fn made_elsewhere(&self) -> Option<environment::made_elsewhere::MadeElsewhere> {
        environment::made_elsewhere::made_elsewhere(self)
    }

    /// The env file near the project that sets what it lacks and is not read.
    pub(crate) fn not_loaded(&self) -> Option<environment::files::NotLoaded> {
        environment::files::not_loaded(self)
    }

    /// The lines of the project's env file that nothing in it uses.
    pub(crate) fn unused_lines(&self) -> Vec<(String, Place)> {
        environment::files::unused(self)
    }

    /// Whether docker compose cannot read a line of an env file.
    pub(crate) fn is_malformed_env_file(&self, file: FileId) -> bool {
        use crate::text::dotenv::{EnvFileRole, KnownVariables, parse};
        let first = |name: &str| self.project.environment.value(name);
        let parsed = parse(
            &self.sources.file(file).text,
            EnvFileRole::Service,
            KnownVariables { first: &first, earlier: &|_| None },
        );
        !parsed.problems.is_empty()
    }

    /// The path of a file.
    pub(crate) fn path_of(&self, file: FileId) -> PathBuf {
        self.sources.path(file).to_path_buf()
    }

    /// Whether a file contains a text.
    pub(crate) fn has_text(&self, file: FileId, text: &str) -> bool {
        self.sources.file(file).text.contains(text)
    }

    /// What is written at a place.
    pub(crate) fn written_at(&self, place: Place) -> String {
        self.sources.file(place.span.file).slice(place.span.start, place.span.end).to_owned()
    }

    /// The lines of env files that other programs read differently.
    pub(crate) fn ambiguous_lines(&self) -> Vec<environment::dialects::Ambiguous> {
        environment::dialects::ambiguous(self)
    }

    /// A line of a script or a text that makes a file with `echo`, which ends it with a line break.
    pub(crate) fn echoed(&self, path: &Path) -> Option<Place> {
        use repository::generated_files::{TextFiles, files, makers};
        let name = path.file_name()?.to_str()?;
        let makers = makers(&self.model.directory, &self.root, self.sources);
        let sources = self.sources.glancing();
        files(&makers, TextFiles::Too).find_map(|file| {
            let id = sources.load(file).ok()?;
            let source = sources.file(id);
            let mut start = 0;
            let line = source.text.split_inclusive('\n').find_map(|line| {
                let at = start;
                start += line.len();
                let command = line.trim();
                let target = command.split_once('>').map(|(_, target)| target);
                let is_echo = command.contains("echo ") && !command.contains("echo -n") && !command.contains("| tr");
                let is_target = target.is_some_and(|target| {
                    target.trim_start_matches('>').split_whitespace().next().is_some_and(|word| word.ends_with(name))
                });
                (is_echo && is_target).then_some((at, at + line.trim_end().len()))
            })?;
            Some(line_place(id, 0, line.0 as u32, line.1 as u32))
        })
    }

    /// A file of a name in the project's directory or in its directory for configurations, as people type it.
    pub(crate) fn file_nearby(&self, name: &str) -> Option<String> {
        let places = [name.to_owned(), format!("config/{name}"), format!("conf/{name}")];
        let is_file = |path: &String| self.sources.kind(&self.project.directory.join(path)) == PathKind::File;
        places.into_iter().find(is_file)
    }

    /// The file in the directory of a path whose name is most like that of the path.
    pub(crate) fn file_named_like(&self, path: &Path) -> Option<String> {
        let (above, name) = (path.parent()?, path.file_name()?.to_str()?);
        let entries = self.sources.entries(above);
        let names: Vec<&str> = entries.names().collect();
        let near = clearly_meant(name, &names)?;
        Some(self.shown(&above.join(near)))
    }

    /// Whether docker compose finds a project in a directory.
    pub(crate) fn has_project(&self, directory: &Path) -> bool {
        ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"].iter().any(|name| {
            let path = directory.join(name);
            let is_own = self.project.files.iter().any(|file| *self.sources.path(*file) == *path);
            !is_own && self.sources.kind(&path) == PathKind::File
        })
    }

    /// What git does with a file.
    pub(crate) fn in_git(&self, path: &Path) -> InGit {
        self.sources.in_git(path)
    }

    /// The names of variables that are most likely misspelt.
    pub(crate) fn misspelt(&self) -> &[environment::variables::Misspelt] {
        self.once(&self.misspelt, || environment::variables::misspelt(self.project, self.blanks(), self.sources))
            .as_slice()
    }
}
