//! What a plain scalar means: the types that docker compose's YAML library gives (`go.yaml.in/yaml/v3`, resolve.go).

use std::borrow::Cow;

/// A scalar after its type was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ResolvedScalar {
    /// Nothing, `~`, `null`.
    Null,
    /// `true`, `false` in three spellings; `yes` and `on` are text.
    Bool(bool),
    /// Decimal, `0x`, `0o`, `0b`, and `0777`, which is octal; `_` between digits counts for nothing.
    Int(i64),
    /// An integer that takes all 64 bits.
    Large(u64),
    /// A number with a point or an exponent, or an integer beyond 64 bits.
    Float(f64),
    /// A date or a time, which Compose accepts nowhere that text is wanted.
    Timestamp,
    /// The merge key `<<`.
    Merge,
    /// Anything else.
    Text,
}

/// Finds the type of a plain scalar without a tag.
pub(crate) fn resolve_plain(text: &str) -> ResolvedScalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ResolvedScalar::Null,
        "true" | "True" | "TRUE" => return ResolvedScalar::Bool(true),
        "false" | "False" | "FALSE" => return ResolvedScalar::Bool(false),
        "<<" => return ResolvedScalar::Merge,
        ".nan" | ".NaN" | ".NAN" => return ResolvedScalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return ResolvedScalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return ResolvedScalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'.') => float(text).map_or(ResolvedScalar::Text, ResolvedScalar::Float),
        Some(b'+' | b'-' | b'0'..=b'9') => number(text),
        _ => ResolvedScalar::Text,
    }
}

fn number(text: &str) -> ResolvedScalar {
    if is_timestamp(text) {
        return ResolvedScalar::Timestamp;
    }
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(value) = integer(&plain) {
        return match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => ResolvedScalar::Int(value),
            (_, Ok(value)) => ResolvedScalar::Large(value),
            _ => ResolvedScalar::Float(value as f64),
        };
    }
    if is_yaml_float(&plain) {
        float(&plain).map_or(ResolvedScalar::Text, ResolvedScalar::Float)
    } else {
        ResolvedScalar::Text
    }
}

/// Go's `strconv.ParseInt(s, 0, 64)`, or `ParseUint` where that overflows.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let has_letters = digits.bytes().any(|byte| byte.is_ascii_uppercase());
    let lower = if has_letters { Cow::Owned(digits.to_ascii_lowercase()) } else { Cow::Borrowed(digits) };
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, lower.get(1..)?)
    } else {
        (10, &*lower)
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i128::from(u64::from_str_radix(digits, radix).ok()?);
    let value = if negative { -value } else { value };
    (value >= i128::from(i64::MIN)).then_some(value)
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at).unwrap_or(""), unsigned.get(at + 1..)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", after)) => !after.is_empty() && digits(after),
        Some((before, after)) => digits(before) && digits(after),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    mantissa_fits && exponent_fits
}

fn float(text: &str) -> Option<f64> {
    text.bytes().any(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `2006-1-2`, alone or followed by a time of day.
fn is_timestamp(text: &str) -> bool {
    let digits = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let within = |part: &str, low: u32, high: u32| part.parse().is_ok_and(|value: u32| (low..=high).contains(&value));
    let Some((year, rest)) = text.split_once('-') else { return false };
    let Some((month, rest)) = rest.split_once('-') else { return false };
    let (day, time) = match rest.find(['T', 't', ' ']) {
        Some(at) => (rest.get(..at).unwrap_or(""), rest.get(at..)),
        None => (rest, None),
    };
    let date = year.len() == 4
        && digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
        && within(month, 1, 12)
        && within(day, 1, 31);
    date && time.is_none_or(is_time_of_day)
}

/// `T15:4:5.9Z`, `T15:4:5+01:00`, ` 15:4:5`.
fn is_time_of_day(text: &str) -> bool {
    let zoned = !text.starts_with(' ');
    let Some(text) = text.get(1..) else { return false };
    let (clock, zone) = match text.find(['Z', '+', '-']) {
        Some(at) => (text.get(..at).unwrap_or(""), text.get(at..)),
        None => (text, None),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else { return false };
    let whole = second.split('.').next().unwrap_or("");
    let all_digits = [*hour, *minute, whole]
        .iter()
        .all(|part| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let zone_fits = match zone {
        None => !zoned,
        Some("Z") => zoned,
        Some(offset) => zoned && offset.len() == 6 && offset.as_bytes().get(3) == Some(&b':'),
    };
    all_digits && zone_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: ResolvedScalar) {
        assert_eq!(resolve_plain(text), expect, "{text:?}");
    }

    #[test]
    fn plain_scalars_have_the_types_that_compose_gives_them() {
        check("", ResolvedScalar::Null);
        check("yes", ResolvedScalar::Text);
        check("True", ResolvedScalar::Bool(true));
        check("022", ResolvedScalar::Int(18));
        check("0o22", ResolvedScalar::Int(18));
        check("0x1F", ResolvedScalar::Int(31));
        check("1_000", ResolvedScalar::Int(1000));
        check("08", ResolvedScalar::Float(8.0));
        check("-5", ResolvedScalar::Int(-5));
        check("24.10", ResolvedScalar::Float(24.1));
        check("1e3", ResolvedScalar::Float(1000.0));
        check("22:22", ResolvedScalar::Text);
        check("1.2.3", ResolvedScalar::Text);
        check("-", ResolvedScalar::Text);
        check("+", ResolvedScalar::Text);
        check(".", ResolvedScalar::Text);
        check(".5", ResolvedScalar::Float(0.5));
        check("2024-01-02", ResolvedScalar::Timestamp);
        check("2024-13-02", ResolvedScalar::Text);
        check("2001-12-14T21:59:43.10-05:00", ResolvedScalar::Timestamp);
        check("2001-12-14 21:59:43", ResolvedScalar::Timestamp);
        check("9223372036854775807", ResolvedScalar::Int(i64::MAX));
        check("18446744073709551615", ResolvedScalar::Large(u64::MAX));
        check("18446744073709551616", ResolvedScalar::Float(18446744073709551616.0));
        check("<<", ResolvedScalar::Merge);
        check("5432-5433", ResolvedScalar::Text);
    }
}
