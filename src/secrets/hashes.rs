//! Hashes of passwords as crypt(5) and htpasswd write them: they can be cracked offline.

use std::ops::Range;

/// The methods of crypt(5) and of password hashing libraries, as they are between dollars: <https://man7.org/linux/man-pages/man5/crypt.5.html>,
/// <https://httpd.apache.org/docs/2.4/misc/password_encryptions.html>.
const METHODS: &[&str] = &[
    "1",
    "2a",
    "2b",
    "2x",
    "2y",
    "5",
    "6",
    "7",
    "apr1",
    "argon2d",
    "argon2i",
    "argon2id",
    "gy",
    "md5",
    "pbkdf2",
    "pbkdf2-sha1",
    "pbkdf2-sha256",
    "pbkdf2-sha512",
    "scrypt",
    "sha1",
    "y",
];

/// The shortest text behind the method that is a hash, in bytes.
const LEAST: usize = 13;

/// Hides password hashes in a text; the dollars may be doubled, as Compose wants them.
pub(super) fn hashes(text: &str, hidden: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('$')).map(|at| at + from) {
        let rest = text.get(at..).unwrap_or("");
        // Argon2 separates its parameters with commas.
        let ends = if rest.trim_start_matches('$').starts_with("argon2") { "\"'`;<>)]}" } else { "\"'`,;<>)]}" };
        let end = rest.find(|letter: char| letter.is_whitespace() || ends.contains(letter)).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or("");
        let is_hash = hash_body(word).is_some_and(|body| body.len() >= LEAST);
        if is_hash {
            hidden.push(at..at + end);
        }
        from = at + if is_hash { end } else { 1 };
    }
    by_name(text, hidden);
    if !text.contains('{') {
        return;
    }
    for mark in ["{SHA}", "{SSHA}", "{SHA256}", "{SHA512}", "{BCRYPT}", "{CRYPT}"] {
        for (at, _) in text.match_indices(mark) {
            let start = at + mark.len();
            let rest = text.get(start..).unwrap_or("");
            let end =
                rest.find(|letter: char| letter.is_whitespace() || "\"'`,;".contains(letter)).unwrap_or(rest.len());
            if end >= LEAST {
                hidden.push(start..start + end);
            }
        }
    }
}

/// Hides hashes whose method is before the first dollar, as Werkzeug and Django write them: `pbkdf2:sha256:260000$salt$hash`.
fn by_name(text: &str, hidden: &mut Vec<Range<usize>>) {
    const MARKS: [&str; 5] = ["pbkdf2:sha", "pbkdf2_sha", "scrypt:", "scrypt$", "bcrypt_sha256$"];
    if !text.contains('$') {
        return;
    }
    for mark in MARKS {
        for (at, _) in text.match_indices(mark) {
            let rest = text.get(at..).unwrap_or("");
            let end =
                rest.find(|letter: char| letter.is_whitespace() || "\"'`,;".contains(letter)).unwrap_or(rest.len());
            let parts: Vec<&str> = rest.get(..end).unwrap_or("").split('$').filter(|part| !part.is_empty()).collect();
            if let [method, _, .., last] = parts.as_slice()
                && last.len() >= LEAST
            {
                hidden.push(at + method.len()..at + end);
            }
        }
    }
}

/// What comes after `$method$`.
fn hash_body(word: &str) -> Option<&str> {
    let open = word.trim_start_matches('$');
    let (method, body) = open.split_once('$')?;
    (word.len() - open.len() <= 2 && METHODS.contains(&method)).then(|| body.trim_start_matches('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_found_with_single_and_double_dollars() {
        let hash = format!("$$2y$$05$${}", "Ab1/".repeat(13));
        for (text, expect) in [
            (format!("users=u:{hash}"), hash.as_str()),
            ("u:$apr1$x1y2z3a4$abcdefghijklmnop".to_owned(), "$apr1$x1y2z3a4$abcdefghijklmnop"),
            ("u:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=".to_owned(), "fEqNCco3Yq9h5ZUglD3CZJT4lBs="),
            (
                "x $argon2id$v=19$m=65540,t=3,p=4$Y2FzZXdv$Zmx1ZW50cml2".to_owned(),
                "$argon2id$v=19$m=65540,t=3,p=4$Y2FzZXdv$Zmx1ZW50cml2",
            ),
            ("pbkdf2:sha256:260000$hdbWxovT$e6817cc068d07455".to_owned(), "$hdbWxovT$e6817cc068d07455"),
        ] {
            let mut hidden = Vec::new();
            hashes(&text, &mut hidden);
            let found: Vec<&str> = hidden.iter().map(|range| text.get(range.clone()).unwrap()).collect();
            assert_eq!(found, [expect]);
        }
    }

    #[test]
    fn variables_of_shells_are_no_hashes() {
        for text in ["scrypt$A", "scrypt:$HOME", "$1 $2", "$$1$$2", "${6}$x", "awk '{print $1$2}'", "$5$"] {
            let mut hidden = Vec::new();
            hashes(text, &mut hidden);
            assert!(hidden.is_empty(), "{text}");
        }
    }
}
