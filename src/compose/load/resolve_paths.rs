//! Relative paths made absolute, by the directory of the file (or include) that they are in.

use std::path::Path;
use std::sync::LazyLock;

use crate::compose::value::pattern::{At, ITEM, Patterns};
use crate::compose::value::{Data, Value};
use crate::source::normalize;

/// Resolves the paths of a project.
pub(crate) struct Paths<'a> {
    /// The directory that relative paths start from.
    pub(crate) base: &'a Path,
    /// What `~` stands for.
    pub(crate) home: &'a str,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::compose) enum PathTreatment {
    Context,
    Plain,
    MaybeWindows,
    Mount,
    LocalVolume,
}

impl Paths<'_> {
    /// Makes the paths in a value absolute.
    pub(crate) fn resolve(&self, value: &mut Value) {
        static TABLE: LazyLock<Patterns<PathTreatment>> = LazyLock::new(|| Patterns::new(KINDS));
        self.walk(value, TABLE.start());
    }

    fn walk(&self, value: &mut Value, at: At<PathTreatment>) {
        if let Some(kind) = at.value() {
            self.apply(*kind, value);
            return;
        }
        match &mut value.data {
            Data::Map(map) => {
                for (key, entry) in map.iter_mut() {
                    if let Some(next) = at.step(key) {
                        self.walk(&mut entry.value, next);
                    }
                }
            }
            Data::List(items) => {
                if let Some(next) = at.step(&ITEM) {
                    items.iter_mut().for_each(|item| self.walk(item, next));
                }
            }
            _ => {}
        }
    }

    fn apply(&self, kind: PathTreatment, value: &mut Value) {
        match (kind, &mut value.data) {
            (PathTreatment::Plain, Data::List(items)) => {
                for item in items {
                    self.apply(kind, item);
                }
            }
            (PathTreatment::Context, Data::Text(text)) if is_remote_context(text) => {}
            (PathTreatment::Context | PathTreatment::Plain, Data::Text(text)) if !text.is_empty() => {
                *text = self.absolute(text).into();
            }
            (PathTreatment::MaybeWindows, Data::Text(text)) => *text = self.absolute_unless_windows(text).into(),
            (PathTreatment::Mount, Data::Map(map)) => {
                let bind = map.get("type").and_then(|entry| entry.value.text()) == Some("bind");
                if let (true, Some(source)) = (bind, map.get_mut("source")) {
                    self.apply(PathTreatment::MaybeWindows, &mut source.value);
                }
            }
            (PathTreatment::LocalVolume, Data::Map(map)) => {
                let local = map.get("driver").and_then(|entry| entry.value.text()) == Some("local");
                let Some(options) = map.get_mut("driver_opts").filter(|_| local) else { return };
                let bind = options.value.get("o").and_then(Value::text) == Some("bind");
                if let (true, Data::Map(options)) = (bind, &mut options.value.data)
                    && let Some(device) = options.get_mut("device")
                {
                    self.apply(PathTreatment::MaybeWindows, &mut device.value);
                }
            }
            _ => {}
        }
    }

    /// A path as Go's `filepath.Join(base, path)` gives it, `~` replaced by the home directory.
    pub(crate) fn absolute(&self, text: &str) -> String {
        let text = self.expand_home(text);
        if text.starts_with('/') { text } else { self.join(&text) }
    }

    fn absolute_unless_windows(&self, text: &str) -> String {
        let text = self.expand_home(text);
        if text.starts_with('/') || is_windows_absolute(&text) { text } else { self.join(&text) }
    }

    fn join(&self, text: &str) -> String {
        normalize(&self.base.join(text)).to_string_lossy().into_owned()
    }

    fn expand_home(&self, text: &str) -> String {
        match text.strip_prefix('~') {
            Some(rest) => normalize(Path::new(&format!("{}/{rest}", self.home))).to_string_lossy().into_owned(),
            None => text.to_owned(),
        }
    }
}

/// Git references and URLs stay as they are, and so do other services' images (`service:`).
fn is_remote_context(text: &str) -> bool {
    const PREFIXES: [&str; 7] = ["https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:"];
    text.contains("://") || PREFIXES.iter().any(|prefix| text.starts_with(prefix))
}

/// `C:\x`, `C:/x`, `\\server\share`, `//server/share`
fn is_windows_absolute(text: &str) -> bool {
    let bytes = text.as_bytes();
    let slash = |byte: Option<&u8>| matches!(byte, Some(b'\\' | b'/'));
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    drive && slash(bytes.get(2)) || slash(bytes.first()) && slash(bytes.get(1))
}

/// The attributes that hold paths (compose-go 2.9.1, `paths/resolve.go`).
pub(in crate::compose) const KINDS: &[(&str, PathTreatment)] = &[
    ("services.*.build.context", PathTreatment::Context),
    ("services.*.build.additional_contexts.*", PathTreatment::Context),
    ("services.*.build.ssh.*", PathTreatment::MaybeWindows),
    ("services.*.env_file.*.path", PathTreatment::Plain),
    ("services.*.label_file.*", PathTreatment::Plain),
    ("services.*.extends.file", PathTreatment::Plain),
    ("services.*.develop.watch.*.path", PathTreatment::Plain),
    ("services.*.volumes.*", PathTreatment::Mount),
    ("configs.*.file", PathTreatment::MaybeWindows),
    ("secrets.*.file", PathTreatment::MaybeWindows),
    ("volumes.*", PathTreatment::LocalVolume),
];
