//! Password hashes in the formats of `crypt` and similar functions: `$id$…`.

use std::ops::Range;

/// What is between the first two dollar signs (`man 5 crypt`, and the formats of Argon2, scrypt and PBKDF2).
const IDS: [&str; 20] = [
    "2",
    "2a",
    "2b",
    "2x",
    "2y",
    "1",
    "5",
    "6",
    "7",
    "y",
    "gy",
    "apr1",
    "argon2i",
    "argon2d",
    "argon2id",
    "scrypt",
    "pbkdf2",
    "pbkdf2-sha256",
    "pbkdf2-sha512",
    "sha1",
];

/// Where hashes are in a text, from the dollar sign that begins one to its last byte. Some of the dollar signs may be
/// doubled.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('$') {
        let is_inside = found.last().is_some_and(|last| last.contains(&at));
        let behind = text.get(at + 1..).unwrap_or("");
        let Some(id) = IDS.iter().find(|id| behind.strip_prefix(**id).is_some_and(|rest| rest.starts_with('$'))) else {
            continue;
        };
        let length = behind.find(|one: char| one.is_whitespace() || matches!(one, '"' | '\'' | '`' | '<' | ';'));
        let end = at + 1 + length.unwrap_or(behind.len());
        // A hash has a salt and a sum: what is shorter is a variable behind another.
        let parts = behind.get(..end - at - 1).unwrap_or("").split('$').filter(|part| !part.is_empty()).count();
        if !is_inside && parts >= 2 && end - at > id.len() + 10 {
            let doubled = text.get(..at).is_some_and(|before| before.ends_with('$'));
            found.push(at - usize::from(doubled)..end);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|range| text.get(range).unwrap()).collect()
    }

    #[test]
    fn hashes_are_found_whole() {
        assert_eq!(found("reader:$apr1$kW3nVb1L$hQ8rWk3nVb1LmXz7"), ["$apr1$kW3nVb1L$hQ8rWk3nVb1LmXz7"]);
        assert_eq!(found("\"$2y$10$N9qo8uLOickgx2ZMRZoMye\""), ["$2y$10$N9qo8uLOickgx2ZMRZoMye"]);
        assert_eq!(found("$argon2id$v=19$m=65540,t=3,p=4$Y2Fz$Zmx1"), ["$argon2id$v=19$m=65540,t=3,p=4$Y2Fz$Zmx1"]);
        assert_eq!(found("$$2y$$10$N9qo8uLOickgx2"), ["$$2y$$10$N9qo8uLOickgx2"]);
    }

    #[test]
    fn other_dollar_signs_are_not_hashes() {
        for text in ["$HOME/$USER", "$1$x", "costs 5$ or 6$", "${apr1}", "$argon2id$A", "$y$z"] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
