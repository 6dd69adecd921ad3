//! Whether a word looks machine-generated: how often it changes between lowercase, uppercase and digits.

/// The shortest word that can look random, in bytes.
const LEAST: usize = 12;
/// The shortest run of Base64 that is taken for key material under any name, in bytes: 30 bytes of it.
pub(super) const KEY_MATERIAL: usize = 40;

/// What a word is made of.
#[derive(Debug, Default)]
struct Makeup {
    length: usize,
    chunks: usize,
    upper: bool,
    lower: bool,
    digit: bool,
}

impl Makeup {
    /// Of a word; separators count for nothing.
    fn from_word(word: &str) -> Makeup {
        let mut makeup = Makeup::default();
        let bytes = word.as_bytes();
        let mut last = 0u8;
        for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric()) {
            makeup.upper |= byte.is_ascii_uppercase();
            makeup.lower |= byte.is_ascii_lowercase();
            makeup.digit |= byte.is_ascii_digit();
            makeup.length += 1;
            let next = bytes.get(at + 1).copied().unwrap_or(0);
            let begins = match (last, *byte) {
                (0, _) => true,
                (last, byte) if last.is_ascii_digit() != byte.is_ascii_digit() => true,
                (last, byte) if last.is_ascii_lowercase() && byte.is_ascii_uppercase() => true,
                // `HTTPServer`: the last capital belongs to the word behind it.
                (last, byte) => last.is_ascii_uppercase() && byte.is_ascii_uppercase() && next.is_ascii_lowercase(),
            };
            makeup.chunks += usize::from(begins);
            last = *byte;
        }
        makeup
    }

    /// Whether its words and numbers are this short on average, in tenths of a letter.
    fn changes_within(&self, tenths: usize) -> bool {
        self.chunks > 0 && self.length * 10 <= tenths * self.chunks
    }
}

/// Whether a word looks random: letters and digits mixed as no name has them. Where something around it says that it is a
/// secret, this is enough.
pub(super) fn is_random(word: &str) -> bool {
    if word.len() < LEAST || !word.bytes().all(is_of_word) || is_uuid(word) || is_address(word) {
        return false;
    }
    let makeup = Makeup::from_word(word);
    let letters = makeup.upper || makeup.lower;
    let limit = if makeup.upper && makeup.lower { 40 } else { 50 };
    makeup.digit && letters && makeup.length >= LEAST && makeup.chunks >= 4 && makeup.changes_within(limit)
}

/// Whether a word is an identifier as RFC 9562 writes it.
pub(super) fn is_uuid(word: &str) -> bool {
    word.len() == 36
        && word.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Whether a run of Base64 is long and mixed enough to be key material whatever its name says: no digest in hexadecimal
/// digits, no path, no long name.
pub(super) fn is_key_material(run: &str) -> bool {
    if run.len() < KEY_MATERIAL {
        return false;
    }
    let makeup = Makeup::from_word(run);
    let is_mixed = makeup.upper && makeup.lower && makeup.digit;
    is_mixed && makeup.length * 5 >= run.len() * 4 && makeup.changes_within(36)
}

/// Whether a word may be a password that somebody typed: letters and digits, and no version, number with a unit, path or
/// host.
pub(super) fn is_typed_password(word: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| word.bytes().any(|byte| wanted(&byte));
    let is_structured = || word.contains(['/', '\\', ':', '(', ')', '<', '>', '{', '}']) || is_uuid(word);
    let is_mixed = || has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    word.len() >= 6 && is_mixed() && !is_structured() && !is_version(word) && !is_measure(word)
}

/// `1.2.3`, `v2`, `17-alpine`, `2024-01-02`, `10.0.0.1`.
fn is_version(word: &str) -> bool {
    let bare = word.trim_start_matches(['v', 'V', '~', '^', '=']);
    bare.starts_with(|letter: char| letter.is_ascii_digit())
        && (bare.contains('.') || bare.split(['-', '_']).next().is_some_and(|first| first.parse::<u64>().is_ok()))
}

/// `3600s`, `512MiB`.
fn is_measure(word: &str) -> bool {
    let unit = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    unit.len() < word.len() && unit.len() <= 8 && unit.bytes().all(|byte| byte.is_ascii_alphabetic()) && {
        ["ms", "s", "m", "h", "d", "days", "seconds", "minutes", "hours", "kb", "mb", "gb", "kib", "mib", "gib", "k"]
            .contains(&unit.to_ascii_lowercase().as_str())
    }
}

/// `db-1.internal:5432`, `10.1.2.3`: names with dots whose parts are words.
fn is_address(word: &str) -> bool {
    let host = word.split(':').next().unwrap_or(word);
    host.split('.').count() > 2 && host.split('.').all(|part| !part.is_empty() && part.len() < LEAST)
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_-.~!*%^&#@?:,;|".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_machines_make() {
        for word in ["q7Rt2LmX9zKw", "Zx81kPq0vB3n7YtR4mWd", "a81f0c3d9e77b2c4", "f4k39dk20ss8w", "8JK2LQ90ZX7P4M"] {
            assert!(is_random(word), "{word}");
        }
        let names = ["production-database", "my-app.internal.example.com", "123e4567-e89b-12d3-a456-426614174000"];
        for word in names.into_iter().chain(["postgres17", "2024-12-31", "CompanyWebsiteAssets", "eu-west-1", ""]) {
            assert!(!is_random(word), "{word}");
        }
    }

    #[test]
    fn key_material_is_no_path_and_no_digest() {
        assert!(is_key_material("MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfnygWyF8PbnGy0"));
        assert!(!is_key_material("Users/Shared/Projects2024/CompanyWebsite/Assets/Images"));
        assert!(!is_key_material("the_next_line_is_a_long_name_of_a_file_in_snake_case_with_7_words"));
        assert!(!is_key_material("0f3c1d2e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"));
    }

    #[test]
    fn passwords_that_people_type() {
        assert!(is_typed_password("hunter2") && is_typed_password("Summer2024!"));
        for word in ["17-alpine", "v1.2.3", "3600s", "512MiB", "a/b1c2d3", "hunter", "12345678", "2024-01-02"] {
            assert!(!is_typed_password(word), "{word}");
        }
    }
}
