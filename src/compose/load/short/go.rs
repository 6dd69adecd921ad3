//! Go's handling of plain values: `fmt.Sprint`, and the strict conversions of numbers and booleans in compose-go's
//! `cast`.

use crate::compose::value::{Data, Value};

/// What Go's `fmt.Sprint` makes of a value: `24.1`, `1e+06`, `true`, `<nil>`, `[a b]`, `map[a:1 b:2]` (keys sorted).
pub(crate) fn sprint(value: &Value) -> String {
    match &value.data {
        Data::Null => "<nil>".to_owned(),
        Data::Bool(flag) => flag.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Large(number) => number.to_string(),
        Data::Float(number) => float(*number),
        Data::Text(text) | Data::Timestamp(text) => text.to_string(),
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(sprint).collect();
            format!("[{}]", items.join(" "))
        }
        Data::Map(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let entries: Vec<String> =
                keys.iter().map(|(key, entry)| format!("{key}:{}", sprint(&entry.value))).collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}

/// Go's `%v` of a float64: the shortest digits; below 1e-4 and from 1e6 on with an exponent of two or more digits.
pub(crate) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `strconv.Atoi` and `strconv.ParseInt` to base 10: a sign and decimal digits, within 64 bits.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// `strconv.ParseInt` to base 8, for file modes.
pub(crate) fn parse_octal(text: &str) -> Option<i64> {
    i64::from_str_radix(text, 8).ok()
}

/// `strconv.ParseFloat`: decimal and hexadecimal (`0x1p-2`) numbers, `inf`, `nan`; `_` may are between digits.
/// A number beyond the range of a float64 is none.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let plain = without_underscores(text)?;
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if unsigned.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("0x")) {
        let magnitude = hexadecimal(unsigned.get(2..)?)?;
        return Some(if plain.starts_with('-') { -magnitude } else { magnitude });
    }
    let signed_nan = unsigned.len() < plain.len() && unsigned.eq_ignore_ascii_case("nan");
    let number: f64 = plain.parse().ok().filter(|_| !signed_nan)?;
    let overflows = number.is_infinite() && unsigned.bytes().any(|byte| byte.is_ascii_digit());
    (!overflows).then_some(number)
}

/// A float64 cut to an int64 as Go does on amd64: what does not fit becomes the least int64.
pub(crate) fn float_to_int(number: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) { number as i64 } else { i64::MIN }
}

/// A float32 as JSON shows it: the shortest decimal that reads back as the same float32.
pub(crate) fn shortest_float32(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}

/// compose-go's `toBoolean`: `true`, `false`, and YAML 1.1's `y`, `yes`, `on`, `n`, `no`, `off`, in any case.
pub(crate) fn to_boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Some(true),
        "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// The text without its `_`; `None` where one does not are between two digits (or after `0x`).
fn without_underscores(text: &str) -> Option<String> {
    if !text.contains('_') {
        return Some(text.to_owned());
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).to_ascii_lowercase();
    let body = unsigned.strip_prefix("0x").map(|rest| format!("0{rest}"));
    let hex = body.is_some();
    let body = body.unwrap_or(unsigned);
    let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit() || (hex && byte.is_ascii_hexdigit()));
    let bytes = body.as_bytes();
    let fits = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').all(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before).copied());
        digit(before) && digit(bytes.get(at + 1).copied())
    });
    fits.then(|| text.replace('_', ""))
}

/// Mantissa and binary exponent of a hexadecimal float after its `0x`; Go asks for the exponent.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut number = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        number = number * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    let number: f64 = number * 2.0_f64.powi(exponent.saturating_sub(4 * fraction.len() as i32));
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_float(number: f64, expect: &str) {
        assert_eq!(float(number), expect);
    }

    #[test]
    fn floats_are_written_as_go_prints_them() {
        check_float(24.10, "24.1");
        check_float(100000.0, "100000");
        check_float(999999.0, "999999");
        check_float(1234567.0, "1.234567e+06");
        check_float(123456789.5, "1.234567895e+08");
        check_float(-1e6, "-1e+06");
        check_float(1e21, "1e+21");
        check_float(1e100, "1e+100");
        check_float(0.0001, "0.0001");
        check_float(0.00001, "1e-05");
        check_float(0.0, "0");
        check_float(-0.0, "-0");
        check_float(f64::INFINITY, "+Inf");
    }

    #[test]
    fn numbers_are_read_as_strictly_as_go_reads_them() {
        assert_eq!(parse_int("+5"), Some(5));
        assert_eq!(parse_int(" 5"), None);
        assert_eq!(parse_int("1_0"), None);
        assert_eq!(parse_int("0x1"), None);
        assert_eq!(parse_int("9223372036854775808"), None);
        assert_eq!(parse_octal("0440"), Some(0o440));
        assert_eq!(parse_octal("8"), None);
        assert_eq!(parse_float("1_0.5"), Some(10.5));
        assert_eq!(parse_float("_1"), None);
        assert_eq!(parse_float("1__0"), None);
        assert_eq!(parse_float("0x1p-1"), Some(0.5));
        assert_eq!(parse_float("-0x_1.8p1"), Some(-3.0));
        assert_eq!(parse_float("0x1"), None);
        assert_eq!(parse_float("1e400"), None);
        assert_eq!(parse_float("-Inf"), Some(f64::NEG_INFINITY));
        assert_eq!(parse_float("+nan"), None);
        assert_eq!(parse_float("1."), Some(1.0));
        assert_eq!(parse_float(""), None);
        assert_eq!(parse_float("0é"), None);
    }

    #[test]
    fn booleans_have_the_words_of_yaml_1_1() {
        assert_eq!(to_boolean("Yes"), Some(true));
        assert_eq!(to_boolean("OFF"), Some(false));
        assert_eq!(to_boolean("1"), None);
        assert_eq!(to_boolean(""), None);
    }

    #[test]
    fn floats_beyond_the_integers_become_the_least_one() {
        assert_eq!(float_to_int(-1.9), -1);
        assert_eq!(float_to_int(1e30), i64::MIN);
        assert_eq!(float_to_int(f64::NAN), i64::MIN);
        assert_eq!(shortest_float32(0.1), 0.1);
    }
}
