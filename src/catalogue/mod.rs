//! What is known about images: the files of `rules/images`, looked up by repository and parsed when first needed.

#[cfg_attr(not(test), expect(dead_code, reason = "the build script and the tests read where the facts come from"))]
pub(crate) mod schema;
mod setting;
pub(crate) mod tag;

use std::sync::OnceLock;

use self::schema::{
    DataPath, ExposedPorts, GpuNeed, Hardening, Image, ImagePort, ImageRole, Login, Programs, Required, Sqlite,
    VariableSetting,
};
use self::tag::{Version, possible};

mod table {
    //! Written by `build/images.rs`.
    include!(concat!(env!("OUT_DIR"), "/images.rs"));
}

/// The parsed files, each filled at most once. `None` cannot happen: the build reads every file into the same types.
static IMAGES: [OnceLock<Option<Image>>; table::TEXTS.len()] = [const { OnceLock::new() }; table::TEXTS.len()];

/// Registries that serve Docker Hub's images under Docker Hub's names.
const HUB_MIRRORS: [&str; 8] = [
    "docker.io/",
    "index.docker.io/",
    "registry-1.docker.io/",
    "registry.hub.docker.com/",
    "public.ecr.aws/docker/",
    "mirror.gcr.io/",
    "docker.m.daocloud.io/",
    "lscr.io/",
];

/// Names of images that mean other things too: alone, at the end of a name, they say nothing.
const GENERIC_NAMES: [&str; 3] = ["registry", "vault", "consul"];

/// An image of the catalogue, and how sure it is that this is the one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ImageMatch {
    /// What is known of it.
    pub(crate) image: &'static Image,
    /// Whether the catalogue names this very repository. Otherwise only the end of its name is known: a mirror of the
    /// image, or a rebuild that may differ.
    pub(crate) exact: bool,
}

/// Each image is parsed once, so that two matches of one image share it.
impl PartialEq for ImageMatch {
    fn eq(&self, other: &ImageMatch) -> bool {
        std::ptr::eq(self.image, other.image) && self.exact == other.exact
    }
}

impl Eq for ImageMatch {}

/// Finds an image by its repository: a name without tag and digest, with or without registry.
///
/// Docker Hub's images are known under the names of its mirrors too. In other registries the last two parts of the
/// name decide, and for datastores, caches, brokers and search engines with a name of their own the last part:
/// such a match is not exact.
pub(crate) fn lookup(repository: &str) -> Option<ImageMatch> {
    let name = hub_name(repository);
    if let Some(image) = by_name(name) {
        return Some(ImageMatch { image, exact: true });
    }
    let (path, last) = name.rsplit_once('/')?;
    let two = path.rsplit_once('/').and_then(|(head, _)| name.strip_prefix(head)?.strip_prefix('/'));
    let image = match two.and_then(by_name) {
        Some(image) => image,
        None if GENERIC_NAMES.contains(&last) => return None,
        None => by_name(last).filter(|image| image.holds_data())?,
    };
    Some(ImageMatch { image, exact: false })
}

/// The repositories of all images that are known, sorted.
pub(crate) fn repositories() -> impl Iterator<Item = &'static str> {
    table::REPOSITORIES.iter().map(|(name, _)| *name)
}

/// The name on Docker Hub, in short form, if the registry is Docker Hub or a mirror of it.
pub(crate) fn hub_name(repository: &str) -> &str {
    let name = HUB_MIRRORS.iter().find_map(|host| repository.strip_prefix(host)).unwrap_or(repository);
    name.strip_prefix("library/").unwrap_or(name)
}

fn by_name(name: &str) -> Option<&'static Image> {
    let found = table::REPOSITORIES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let (_, index) = table::REPOSITORIES.get(found)?;
    image_at(*index)
}

fn image_at(index: usize) -> Option<&'static Image> {
    let text = table::TEXTS.get(index)?;
    IMAGES.get(index)?.get_or_init(|| serde_json::from_str(text).ok()).as_ref()
}

impl Image {
    /// The version that a tag of this image stands for.
    pub(crate) fn version(&self, tag: Option<&str>) -> Version {
        let prefix = self.version_prefix.as_deref();
        let version = Version::from_tag(tag, prefix);
        let told = version != Version::Newest && prefix.is_none_or(|prefix| has_prefix(tag, prefix));
        if self.latest_unclear && !told { Version::Unknown } else { version }
    }

    /// Its data paths at a tag: each inner list is one possible answer, a single one is certain.
    pub(crate) fn data_for(&self, tag: Option<&str>) -> Vec<Vec<&DataPath>> {
        possible(&self.data, &self.version(tag))
    }

    /// Its ports at a tag, as [`Image::data_for`]; all of them where words of the tag decide and it has a variable in it.
    pub(crate) fn ports_for(&self, tag: Option<&str>) -> Vec<Vec<&ImagePort>> {
        let mut answers = possible(&self.ports, &self.version(tag));
        if !is_open(tag) {
            answers.iter_mut().for_each(|ports| ports.retain(|port| fits(tag, port.only.as_deref(), &port.except)));
        }
        answers
    }

    /// Its SQLite files at a tag, as [`Image::data_for`].
    pub(crate) fn sqlite_for(&self, tag: Option<&str>) -> Vec<Vec<&Sqlite>> {
        let mut answers = possible(&self.sqlite, &self.version(tag));
        let by_word = |file: &&Sqlite| file.only.is_some() || !file.except.is_empty();
        if is_open(tag) && answers.iter().flatten().any(by_word) {
            return answers.into_iter().flatten().map(|file| vec![file]).collect();
        }
        answers.iter_mut().for_each(|files| files.retain(|file| fits(tag, file.only.as_deref(), &file.except)));
        answers
    }

    /// Whether it requires authentication at a tag, if that is certain.
    pub(crate) fn login_for(&self, tag: Option<&str>) -> Option<&Login> {
        match possible(&self.login, &self.version(tag)).as_slice() {
            [only] => only.first().copied(),
            _ => None,
        }
    }

    /// What it needs in a hardened container at a tag, if that is certain.
    pub(crate) fn hardening_for(&self, tag: Option<&str>) -> Option<&Hardening> {
        match possible(&self.hardening, &self.version(tag)).as_slice() {
            [only] => only.first().copied(),
            _ => None,
        }
    }

    /// Whether it keeps data that exist nowhere else, as its purpose.
    pub(crate) fn is_datastore(&self) -> bool {
        self.role == ImageRole::Datastore
    }

    /// Whether it is a datastore, a cache, a broker or a search engine: what belongs behind the services that use it.
    pub(crate) fn holds_data(&self) -> bool {
        matches!(self.role, ImageRole::Datastore | ImageRole::Cache | ImageRole::Broker | ImageRole::Search)
    }

    /// Why a port of the container must not be reachable from outside, if it must not.
    pub(crate) fn exposure(&self, port: u16) -> Option<&ExposedPorts> {
        self.exposure.iter().find(|exposure| exposure.ports.contains(&port))
    }

    /// What it needs at a tag, if that is certain.
    pub(crate) fn required_for(&self, tag: Option<&str>) -> Vec<&Required> {
        match possible(&self.required, &self.version(tag)).as_slice() {
            [only] => only.clone(),
            _ => Vec::new(),
        }
    }

    /// The variables that it is known to read.
    pub(crate) fn variables(&self) -> Vec<&str> {
        let needs = self.required.iter().flat_map(|need| need.given.iter().chain(&need.any_of));
        let secrets = self.secrets.iter().flat_map(|secret| [Some(&secret.name), secret.file.as_ref()]);
        let accounts = self.defaults.accounts.iter().flat_map(|one| one.user.iter().chain([&one.password]));
        let values = accounts.chain(&self.defaults.databases).flat_map(|value| &value.variables);
        let settings = self.login.iter().flat_map(|login| login.on.iter().chain(&login.off)).chain(&self.refused);
        let others = self.data.iter().filter_map(|path| path.variable.as_ref());
        let ports = self.ports.iter().filter_map(|port| port.variable.as_ref());
        let groups = self.session_secrets.iter().chain(&self.together).flatten().chain(&self.reads);
        let names = needs.chain(settings).map(|setting| &setting.variable).chain(secrets.flatten());
        let mut all: Vec<&str> =
            names.chain(values).chain(others).chain(ports).chain(groups).map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The variables that hold secrets, in the order of the file.
    pub(crate) fn secret_variables(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(|secret| secret.name.as_str())
    }

    /// Whether it is of no use without a secret: the password of a datastore, or what an application does not start without.
    pub(crate) fn needs_secret(&self, name: &str) -> bool {
        let required = self.required.iter().flat_map(|need| &need.any_of).map(|setting| &setting.variable);
        let accounts = self.defaults.accounts.iter().flat_map(|account| &account.password.variables);
        let mut needed = required.chain(accounts).chain(self.session_secrets.iter().flatten());
        needed.any(|one| one == name) || self.holds_data() && self.secret_variables().any(|one| one == name)
    }

    /// Whether a program is in the image at a tag; `None` if the catalogue does not know, or the tag decides and is unknown.
    pub(crate) fn has_program(&self, tag: Option<&str>, program: &str) -> Option<bool> {
        let answers = possible(&self.programs, &self.version(tag));
        let mut verdicts = answers.iter().map(|answer| verdict(answer, tag, program));
        let first = verdicts.next()??;
        verdicts.all(|verdict| verdict == Some(first)).then_some(first)
    }

    /// The port that its own HEALTHCHECK asks at a tag, whatever port the server is given.
    pub(crate) fn healthcheck_port_for(&self, tag: Option<&str>) -> Option<u16> {
        match possible(&self.healthcheck_port, &self.version(tag)).as_slice() {
            [only] => only.first().map(|one| one.port),
            _ => None,
        }
    }

    /// A `healthcheck.test` that works at a tag; none if the catalogue has none, or its program is not in the image.
    pub(crate) fn healthcheck_for(&self, tag: Option<&str>) -> Option<&[String]> {
        let (kind, rest) = self.healthcheck_test.split_first()?;
        let words = rest.first()?;
        let program = if kind == "CMD" { words } else { words.split(' ').next()? };
        (self.has_program(tag, program) != Some(false)).then_some(&self.healthcheck_test)
    }

    /// Whether it uses an NVIDIA GPU at a tag; no answer where words of the tag decide and it has a variable in it.
    pub(crate) fn gpu_for(&self, tag: Option<&str>) -> Option<GpuNeed> {
        let gpu = self.gpu.as_ref()?;
        if is_open(tag) && !(gpu.only.is_empty() && gpu.except.is_empty()) {
            return None;
        }
        let listed = gpu.only.is_empty() || gpu.only.iter().any(|word| has_word(tag, word));
        (listed && !gpu.except.iter().any(|word| has_word(tag, word))).then_some(gpu.need)
    }
}

/// What the first entry that fits the tag and names the program says. A tag with a variable in it may have any word:
/// then the entries must agree, and one that holds for some words only says nothing alone.
fn verdict(entries: &[&Programs], tag: Option<&str>, program: &str) -> Option<bool> {
    let listed = |list: &[String]| list.iter().any(|name| name == program);
    let says = |entry: &&Programs| if listed(&entry.has) { Some(true) } else { listed(&entry.lacks).then_some(false) };
    let naming: Vec<&Programs> = entries.iter().copied().filter(|entry| says(entry).is_some()).collect();
    if !is_open(tag) {
        return naming.iter().find(|entry| fits(tag, entry.only.as_deref(), &entry.except)).and_then(says);
    }
    let first = says(naming.first()?);
    let certain = naming.len() > 1 || naming.iter().all(|entry| entry.only.is_none() && entry.except.is_empty());
    (certain && naming.iter().all(|entry| says(entry) == first)).then_some(first)?
}

/// Whether a part of the tag is a version behind the prefix (`pg17`).
fn has_prefix(tag: Option<&str>, prefix: &str) -> bool {
    let is_version = |rest: &str| rest.starts_with(|letter: char| letter.is_ascii_digit());
    tag.is_some_and(|tag| tag.split('-').any(|part| part.strip_prefix(prefix).is_some_and(is_version)))
}

/// Whether the tag has a variable in it.
fn is_open(tag: Option<&str>) -> bool {
    tag.is_some_and(|tag| tag.contains('$'))
}

/// Whether the tag has the one word and none of the others.
fn fits(tag: Option<&str>, only: Option<&str>, except: &[String]) -> bool {
    only.is_none_or(|word| has_word(tag, word)) && !except.iter().any(|word| has_word(tag, word))
}

/// Whether a part of the tag is the word, with or without a version after it (`alpine3.20`).
pub(crate) fn has_word(tag: Option<&str>, word: &str) -> bool {
    let is_version = |rest: &str| rest.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    tag.is_some_and(|tag| tag.split(['-', '_']).any(|part| part.strip_prefix(word).is_some_and(is_version)))
}

impl VariableSetting {
    /// Whether it holds for a variable with this value.
    pub(crate) fn contains(&self, value: &str) -> bool {
        match &self.value {
            Some(wanted) => match wanted.strip_prefix('*').and_then(|wanted| wanted.strip_suffix('*')) {
                Some(part) => value.contains(part),
                None => wanted.eq_ignore_ascii_case(value),
            },
            None => !value.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests;
