//! Image tags: the version a tag stands for, and the ranges of tags a fact holds for.

use serde::de::{Deserialize, Deserializer, Error};

/// The version a tag stands for. Parts a tag leaves out are the newest there are: `17` is the newest 17.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// No tag, `latest`, or only words that name a build and no version (`alpine`, `slim-bookworm`).
    Newest,
    /// The numbers the tag begins with: `17-alpine` is 17, `v2.5.1` is 2, 5 and 1.
    Numbers(Vec<u32>),
    /// Anything else, and a tag that needs a variable: it may be any version.
    Unknown,
}

/// Words of tags that name a build of the newest version.
const BUILD_WORDS: [&str; 13] = [
    "latest",
    "stable",
    "alpine",
    "slim",
    "management",
    "apache",
    "fpm",
    "trixie",
    "bookworm",
    "jammy",
    "noble",
    "debian",
    "ubi",
];

impl Version {
    /// The version of `tag`; `prefix` is what an image writes before the version inside its tags (`pg` of `0.8.0-pg17`).
    ///
    /// A part of the tag that begins with the prefix decides, then the first part. A leading `v` does not count.
    pub(crate) fn from_tag(tag: Option<&str>, prefix: Option<&str>) -> Version {
        let Some(tag) = tag.filter(|tag| !tag.is_empty()) else { return Version::Newest };
        let by_prefix = prefix
            .and_then(|prefix| tag.split('-').filter_map(|part| part.strip_prefix(prefix)).find_map(leading_numbers));
        let first = tag.split('-').next().unwrap_or(tag);
        if let Some(numbers) = by_prefix.or_else(|| leading_numbers(first.strip_prefix('v').unwrap_or(first))) {
            return Version::Numbers(numbers);
        }
        if tag.split('-').all(is_build_word) { Version::Newest } else { Version::Unknown }
    }

    /// The part at `index`: what the tag leaves out is the newest.
    fn part(&self, index: usize) -> u32 {
        match self {
            Version::Numbers(numbers) => numbers.get(index).copied().unwrap_or(u32::MAX),
            Version::Newest | Version::Unknown => u32::MAX,
        }
    }
}

/// The first minor version of Alpine 3 that is still built on: a tag of an older one stays at what was the newest then.
const ALPINE: u32 = 21;

/// Whether a part of a tag names a build that is still made, with or without its version (`alpine3.22`).
fn is_build_word(part: &str) -> bool {
    let word = part.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let minor = part.strip_prefix("alpine3.").and_then(|minor| minor.parse::<u32>().ok());
    BUILD_WORDS.contains(&word) && minor.is_none_or(|minor| minor >= ALPINE)
}

/// The dotted numbers `text` begins with: none if its first part is not all digits (`3rc1` is 3, `2024a` is 2024).
fn leading_numbers(text: &str) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    for part in text.split('.') {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse() else { break };
        numbers.push(number);
        if digits.len() < part.len() {
            break;
        }
    }
    (!numbers.is_empty()).then_some(numbers)
}

/// Versions from one bound (inclusive) up to another (exclusive), written `">=18"`, `"<18"` or `">=7 <8.4"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagRange {
    from: Option<Vec<u32>>,
    below: Option<Vec<u32>>,
}

impl TagRange {
    /// Reads a range; `None` if it is not written as one.
    pub(crate) fn parse(text: &str) -> Option<TagRange> {
        let mut range = TagRange::default();
        for bound in text.split_whitespace() {
            let (slot, numbers) = match bound.strip_prefix(">=") {
                Some(numbers) => (&mut range.from, numbers),
                None => (&mut range.below, bound.strip_prefix('<')?),
            };
            let numbers: Option<Vec<u32>> = numbers.split('.').map(|part| part.parse().ok()).collect();
            if slot.replace(numbers?).is_some() {
                return None;
            }
        }
        (range != TagRange::default()).then_some(range)
    }

    /// The newest major version that lies below the upper bound of the range.
    pub(crate) fn newest_major(&self) -> Option<u32> {
        match self.below.as_deref()? {
            [major] => major.checked_sub(1),
            _ => None,
        }
    }

    /// Whether the version lies in the range. [`Version::Unknown`] counts as the newest here: ask
    /// [`possible`] for all it may be.
    pub(crate) fn contains(&self, version: &Version) -> bool {
        let at_least = |bound: &[u32]| {
            for (index, wanted) in bound.iter().enumerate() {
                let found = version.part(index);
                if found != *wanted {
                    return found > *wanted;
                }
            }
            true
        };
        self.from.as_deref().is_none_or(at_least) && !self.below.as_deref().is_some_and(at_least)
    }
}

impl<'de> Deserialize<'de> for TagRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TagRange, D::Error> {
        let text = String::deserialize(deserializer)?;
        TagRange::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a valid version range, such as `>=7 <8.4`")))
    }
}

/// A fact that holds for some tags of an image.
pub(crate) trait Tagged {
    /// The tags it holds for; all if none are named.
    fn tags(&self) -> Option<&TagRange>;
}

/// The facts that can hold for a version: each inner list is one possible answer, and if there is only one it is certain.
///
/// A known version has one answer. An unknown one has those of every range that the facts tell apart.
pub(crate) fn possible<'a, T: Tagged>(facts: &'a [T], version: &Version) -> Vec<Vec<&'a T>> {
    let mut answers: Vec<(Vec<bool>, Vec<&T>)> = Vec::new();
    for version in candidates(facts, version) {
        let holds = |fact: &T| fact.tags().is_none_or(|range| range.contains(&version));
        let shape: Vec<bool> = facts.iter().map(holds).collect();
        if !answers.iter().any(|(known, _)| *known == shape) {
            answers.push((shape, facts.iter().filter(|fact| holds(fact)).collect()));
        }
    }
    answers.into_iter().map(|(_, facts)| facts).collect()
}

/// One version out of every range that the facts tell apart, the newest first.
fn candidates<T: Tagged>(facts: &[T], version: &Version) -> Vec<Version> {
    if *version != Version::Unknown {
        return vec![version.clone()];
    }
    let ranges = facts.iter().filter_map(Tagged::tags);
    let bounds = ranges.flat_map(|range| range.from.iter().chain(range.below.iter())).cloned();
    let oldest = Version::Numbers(vec![0, 0, 0]);
    [Version::Newest, oldest].into_iter().chain(bounds.map(Version::Numbers)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(tag: &str) -> Version {
        Version::from_tag(Some(tag), Some("pg"))
    }

    #[test]
    fn tags_stand_for_versions() {
        let numbers = |numbers: &[u32]| Version::Numbers(numbers.to_vec());
        assert_eq!(version("17-alpine"), numbers(&[17]));
        assert_eq!(version("18.1-bookworm"), numbers(&[18, 1]));
        assert_eq!(version("v2.5.1"), numbers(&[2, 5, 1]));
        assert_eq!(version("19beta1"), numbers(&[19]));
        assert_eq!(version("0.8.0-pg17"), numbers(&[17]));
        assert_eq!(version("latest-pg16"), numbers(&[16]));
        assert_eq!(version("2024.1.0-amd64"), numbers(&[2024, 1, 0]));
        for newest in ["latest", "alpine", "alpine3.22", "bookworm", "management-alpine", ""] {
            assert_eq!(version(newest), Version::Newest, "{newest}");
        }
        assert_eq!(Version::from_tag(None, None), Version::Newest);
        for unknown in
            ["${TAG}", "nightly", "alpine3.14", "bullseye", "RELEASE.2024-01-01T00-00-00Z", "sha-1a2b3c", "main"]
        {
            assert_eq!(version(unknown), Version::Unknown, "{unknown}");
        }
    }

    #[test]
    fn ranges_are_half_open() {
        let inside = |range: &str, tag: &str| TagRange::parse(range).unwrap().contains(&version(tag));
        assert!(inside(">=18", "18") && inside(">=18", "18.0") && !inside(">=18", "17.9"));
        assert!(inside("<18", "17.9") && !inside("<18", "18.0"));
        assert!(inside(">=18", "latest") && !inside("<18", "latest"));
        assert!(inside(">=8.4", "8") && !inside(">=8.4", "8.3.1") && inside(">=8.4", "8.4"));
        assert!(inside(">=7 <8.4", "8.3") && !inside(">=7 <8.4", "8.4") && !inside(">=7 <8.4", "6"));
    }

    #[test]
    fn a_range_is_well_formed() {
        for text in ["", "18", ">18", "=18", ">=", ">=a", ">=1 >=2", "<1.x"] {
            assert_eq!(TagRange::parse(text), None, "{text}");
        }
    }

    struct Fact(Option<TagRange>);

    impl Tagged for Fact {
        fn tags(&self) -> Option<&TagRange> {
            self.0.as_ref()
        }
    }

    #[test]
    fn an_unknown_version_may_be_any() {
        let facts =
            [Fact(TagRange::parse("<2")), Fact(TagRange::parse(">=2 <3")), Fact(TagRange::parse(">=3")), Fact(None)];
        assert_eq!(possible(&facts, &Version::Unknown).len(), 3);
        assert!(possible(&facts, &Version::Unknown).iter().all(|answer| answer.len() == 2));
        assert_eq!(possible(&facts, &version("2.1")).len(), 1);
        assert_eq!(possible(&facts[3..], &Version::Unknown).len(), 1);
    }
}
