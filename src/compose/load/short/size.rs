//! Sizes such as `64m`, as Docker reads them (docker/go-units 0.5.0, `RAMInBytes`).

use std::ops::Range;

use super::go;

/// Why a text is not a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SizeFlaw {
    /// It has no number, or none that can be read.
    Invalid,
    /// It is below zero.
    Negative,
    /// The unit is unknown; its bytes.
    Unit(Range<usize>),
}

/// A size in bytes. Units are binary (`k` is 1024) and of any case: `b`, `k`, `kb`, `kib` … up to `p`; one blank may
/// come before the unit; fractions are cut off.
///
/// # Errors
/// A text without a digit, with a number that is none, with a negative one, or with another unit.
pub(crate) fn parse(text: &str) -> Result<i64, SizeFlaw> {
    let last = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').ok_or(SizeFlaw::Invalid)?;
    let unit = text.get(last + 1..).unwrap_or("");
    let number = text.get(..last).unwrap_or("");
    let number = if text.get(last..).is_some_and(|rest| rest.starts_with(' ')) {
        number
    } else {
        text.get(..=last).unwrap_or("")
    };
    let number = go::parse_float(number).ok_or(SizeFlaw::Invalid)?;
    if number < 0.0 {
        return Err(SizeFlaw::Negative);
    }
    let factor = factor(&unit.to_lowercase()).ok_or_else(|| SizeFlaw::Unit(text.len() - unit.len()..text.len()))?;
    Ok(go::float_to_int(number * factor))
}

fn factor(unit: &str) -> Option<f64> {
    let power = match unit.as_bytes() {
        [] | [b'b'] => return Some(1.0),
        [letter] | [letter, b'b'] | [letter, b'i', b'b'] => b"kmgtp".iter().position(|known| known == letter)?,
        _ => return None,
    };
    Some(1024_f64.powi(power as i32 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<i64>) {
        assert_eq!(parse(text).ok(), expect, "{text:?}");
    }

    #[test]
    fn sizes_are_binary_and_their_units_have_any_case() {
        check("64m", Some(64 << 20));
        check("1.5GiB", Some(3 << 29));
        check("12 KB", Some(12 << 10));
        check("7b", Some(7));
        check("7", Some(7));
        check("1e3", Some(1000));
        check("2.9", Some(2));
        check("1p", Some(1 << 50));
        check(".5k", Some(512));
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        assert_eq!(parse("m"), Err(SizeFlaw::Invalid));
        assert_eq!(parse("-1m"), Err(SizeFlaw::Negative));
        assert_eq!(parse("12xb"), Err(SizeFlaw::Unit(2..4)));
    }

    #[test]
    fn what_is_no_size_is_refused() {
        check("", None);
        check("m", None);
        check("-1m", None);
        check("12  KB", None);
        check("12xb", None);
        check("1bb", None);
        check("1kbb", None);
        check("1e", None);
        check("8 g b", None);
        check("1é", None);
    }
}
