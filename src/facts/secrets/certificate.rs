//! What an X.509 certificate says about whom it is for: as much as tells one for `localhost` from others.

/// The object identifier of a common name (2.5.4.3), as DER has it.
const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];

/// Whether a certificate, or the one that signed it, is for `localhost`: nobody else trusts it.
pub(super) fn is_for_localhost(text: &str) -> bool {
    let Some(body) = text.split("-----BEGIN CERTIFICATE-----").nth(1) else { return false };
    let Some(bytes) = decoded(body.split("-----END").next().unwrap_or("")) else { return false };
    let names = memchr::memmem::find_iter(&bytes, &COMMON_NAME);
    // Behind the identifier: the type of the text, its length, the text.
    let text_at = |at: usize| {
        let rest = bytes.get(at + COMMON_NAME.len() + 1..)?;
        let (length, text) = rest.split_first()?;
        text.get(..usize::from(*length))
    };
    names.filter_map(text_at).any(|name| name == b"localhost" || name == b"127.0.0.1")
}

/// The bytes of a text in Base64; line breaks do not count.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0u32, 0);
    for letter in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        assert_eq!(decoded("aMOpbGxv\nIQ==").as_deref(), Some("héllo!".as_bytes()));
        assert_eq!(decoded("a b-"), None);
    }

    #[test]
    fn the_common_name_decides() {
        let check = |body: &str, expect: bool| {
            let text = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
            assert_eq!(is_for_localhost(&text), expect, "{body}");
        };
        // A name alone: `localhost`, and `example`.
        check("MBQxEjAQBgNVBAMMCWxvY2FsaG9zdA==", true);
        check("MBIxEDAOBgNVBAMMB2V4YW1wbGU=", false);
        check("no certificate", false);
        assert!(!is_for_localhost("localhost"));
    }
}
