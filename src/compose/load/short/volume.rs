//! The short form of a service's `volumes`, as compose-go 2.9.1 (`format.ParseVolume`) reads it.

use std::ops::Range;

/// What a short form says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VolumeSpec {
    /// `bind` or `volume`.
    pub(crate) kind: &'static str,
    /// The path or the volume's name; `None` for an anonymous volume.
    pub(crate) source: Option<String>,
    /// The path in the container, as written; see [`clean`].
    pub(crate) target: String,
    /// Whether the last of `ro` and `rw` is `ro`.
    pub(crate) read_only: bool,
    /// The options of a bind; a volume has them only where a bind's option is given.
    pub(crate) bind: Option<BindOptions>,
    /// For a volume, whether `nocopy` is given; `None` for a bind without it and for a text of one or two bytes.
    pub(crate) nocopy: Option<bool>,
    /// The bytes of the source.
    pub(crate) source_range: Option<Range<usize>>,
    /// The bytes of the target.
    pub(crate) target_range: Range<usize>,
    /// The bytes of the options; an unknown option counts for nothing.
    pub(crate) options_range: Option<Range<usize>>,
}

/// The options of a bind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BindOptions {
    /// `shared`, `rprivate` …
    pub(crate) propagation: Option<String>,
    /// `z` or `Z`.
    pub(crate) selinux: Option<String>,
    /// Whether Docker makes the path where it is missing: so for every bind in short form.
    pub(crate) create_host_path: bool,
}

/// Why a text is not a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VolumeFlaw {
    /// It is empty.
    Empty,
    /// Nothing before the first colon.
    NoSource,
    /// No path in the container.
    NoTarget,
    /// Nothing after the last colon.
    NoOptions,
    /// It has more than two colons.
    TooManyParts,
}

const PROPAGATIONS: [&str; 6] = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

/// Reads `[source:]target[:options]`. A drive letter and its colon belong to a path; a text of one or two bytes is a
/// target, whatever it is.
///
/// # Errors
/// An empty text, an empty section between colons, or a fourth section.
pub(crate) fn parse(spec: &str) -> Result<VolumeSpec, VolumeFlaw> {
    if spec.is_empty() {
        return Err(VolumeFlaw::Empty);
    }
    if spec.len() <= 2 {
        let target_range = 0..spec.len();
        return Ok(VolumeSpec { kind: "volume", target: spec.to_owned(), target_range, ..VolumeSpec::default() });
    }
    let mut volume = VolumeSpec::default();
    let sections = sections(spec);
    let last = sections.len() - 1;
    for (at, range) in sections.into_iter().enumerate() {
        let text = spec.get(range.clone()).unwrap_or("");
        if text.is_empty() {
            return Err(match at {
                0 => VolumeFlaw::NoSource,
                1 => VolumeFlaw::NoTarget,
                _ => VolumeFlaw::NoOptions,
            });
        }
        match at {
            0 if last > 0 => {
                volume.source = Some(text.to_owned());
                volume.source_range = Some(range);
            }
            0 | 1 => {
                volume.target = text.to_owned();
                volume.target_range = range;
            }
            2 if last == 2 => {
                set_options(&mut volume, text);
                volume.options_range = Some(range);
            }
            _ => return Err(VolumeFlaw::TooManyParts),
        }
    }
    set_kind(&mut volume);
    Ok(volume)
}

/// The text between colons; one after a single letter belongs to a drive, one within `${…}` to a variable.
fn sections(spec: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    for (at, c) in spec.char_indices() {
        let rest = spec.get(at..).unwrap_or("");
        match c {
            '$' if rest.starts_with("${") => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ':' if depth == 0 && !is_drive(spec.get(start..at).unwrap_or("")) => {
                found.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(start..spec.len());
    found
}

fn is_drive(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

fn set_options(volume: &mut VolumeSpec, text: &str) {
    for option in text.split(',') {
        match option {
            "ro" => volume.read_only = true,
            "rw" => volume.read_only = false,
            "nocopy" => volume.nocopy = Some(true),
            "z" | "Z" => volume.bind.get_or_insert_default().selinux = Some(option.to_owned()),
            _ if PROPAGATIONS.contains(&option) => {
                volume.bind.get_or_insert_default().propagation = Some(option.to_owned());
            }
            _ => {}
        }
    }
}

fn set_kind(volume: &mut VolumeSpec) {
    if volume.source.as_deref().is_some_and(is_path) {
        volume.kind = "bind";
        volume.bind.get_or_insert_default().create_host_path = true;
    } else {
        volume.kind = "volume";
        volume.nocopy.get_or_insert(false);
    }
}

/// Whether a source is a path of the host and no name of a volume: it starts with `.`, `/`, `~`, `\\` or a drive.
pub(crate) fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~'])
        || source.starts_with(r"\\")
        || source.char_indices().nth(1).is_some_and(|(at, c)| c == ':' && is_drive(source.get(..at).unwrap_or("")))
}

/// Go's `path.Clean`: no doubled or trailing slashes, no `.`, no `..` that can be taken out; `.` for an empty text.
pub(crate) fn clean(path: &str) -> String {
    let is_clean = |text: &str| !text.split('/').any(|name| matches!(name, "" | "." | ".."));
    if path.strip_prefix('/').is_some_and(is_clean) {
        return path.to_owned();
    }
    let rooted = path.starts_with('/');
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            ".." if rooted => {}
            _ => names.push(name),
        }
    }
    match (rooted, names.is_empty()) {
        (true, _) => format!("/{}", names.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => names.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spec: &str, expect: &str) {
        let answer = match parse(spec) {
            Ok(volume) => {
                let text = |range: &Option<Range<usize>>| {
                    range.clone().map_or("-", |range| spec.get(range).unwrap()).to_owned()
                };
                let bind = volume.bind.map(|bind| {
                    format!(
                        " bind({},{},{})",
                        bind.propagation.unwrap_or_default(),
                        bind.selinux.unwrap_or_default(),
                        bind.create_host_path
                    )
                });
                let volume_options = volume.nocopy.map(|nocopy| format!(" volume({nocopy})"));
                format!(
                    "{} {} {} {}{}{}{}",
                    volume.kind,
                    text(&volume.source_range),
                    spec.get(volume.target_range).unwrap(),
                    text(&volume.options_range),
                    if volume.read_only { " ro" } else { "" },
                    bind.unwrap_or_default(),
                    volume_options.unwrap_or_default(),
                )
            }
            Err(flaw) => format!("{flaw:?}"),
        };
        assert_eq!(answer, expect, "{spec:?}");
    }

    #[test]
    fn a_short_form_gives_a_mount() {
        check("/data", "volume - /data - volume(false)");
        check("data:/data", "volume data /data - volume(false)");
        check("./data:/data:ro", "bind ./data /data ro ro bind(,,true)");
        check("~/é:/data:z,rshared", "bind ~/é /data z,rshared bind(rshared,z,true)");
        check("data:/data:nocopy,ro,rw", "volume data /data nocopy,ro,rw volume(true)");
        check("data:/data:Z", "volume data /data Z bind(,Z,false) volume(false)");
        check(r"C:\data:/data", r"bind C:\data /data - bind(,,true)");
        check(r"C:\data:D:\data:ro", r"bind C:\data D:\data ro ro bind(,,true)");
        check(r"\\.\pipe\x:/p", r"bind \\.\pipe\x /p - bind(,,true)");
        check("d:/data", "volume - d:/data - volume(false)");
        check("data:/data:cached", "volume data /data cached volume(false)");
        check("${A:-x}:/data", "volume ${A:-x} /data - volume(false)");
    }

    #[test]
    fn one_or_two_bytes_are_a_target() {
        check("a", "volume - a -");
        check(":a", "volume - :a -");
    }

    #[test]
    fn an_error_points_at_the_wrong_part() {
        check("", "Empty");
        check("data::ro", "NoTarget");
        check("data:/d:", "NoOptions");
        check("data:/d:ro:x", "TooManyParts");
    }

    #[test]
    fn targets_are_cleaned_as_go_cleans_paths() {
        assert_eq!(clean("/a//b/./c/../"), "/a/b");
        assert_eq!(clean("/../a"), "/a");
        assert_eq!(clean("../../a/.."), "../..");
        assert_eq!(clean(""), ".");
        assert_eq!(clean("/"), "/");
        assert_eq!(clean("a/.."), ".");
    }
}
