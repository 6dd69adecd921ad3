//! Durations such as `1m30s`: read as xhit/go-str2duration 2.1.0 reads them, written as Go's `time.Duration` is.

use std::ops::Range;

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DurationFlaw {
    /// It has no number, or one that is too large.
    Invalid,
    /// A number without a unit.
    NoUnit,
    /// An unknown unit; its bytes.
    Unit(Range<usize>),
}

const SECOND: i64 = 1_000_000_000;

const UNITS: [(&str, i64); 10] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 24 * 3_600 * SECOND),
    ("w", 168 * 3_600 * SECOND),
];

/// Nanoseconds. A sign, then numbers with units `ns`, `us`, `ms`, `s`, `m`, `h`, `d`, `w`; a lone `0` needs none.
///
/// # Errors
/// A text that is empty, lacks a number or a unit, has another unit, or overflows 64 bits.
pub(crate) fn parse(text: &str) -> Result<i64, DurationFlaw> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(DurationFlaw::Invalid);
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let (whole, after) = split_digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => split_digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(DurationFlaw::Invalid);
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end).ok_or(DurationFlaw::Invalid)?;
        if unit.is_empty() {
            return Err(DurationFlaw::NoUnit);
        }
        let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            let end = text.len() - after.len();
            return Err(DurationFlaw::Unit(end - unit.len()..end));
        };
        let part = amount(whole, fraction, *unit).ok_or(DurationFlaw::Invalid)?;
        total = total.checked_add(part).ok_or(DurationFlaw::Invalid)?;
        rest = after;
    }
    Ok(if negative { -total } else { total })
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Whole and fraction of a unit; digits of the fraction beyond 64 bits count for nothing.
fn amount(whole: &str, fraction: &str, unit: i64) -> Option<i64> {
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let whole = whole.checked_mul(unit)?;
    let mut digits: i64 = 0;
    let mut scale = 1.0;
    for digit in fraction.bytes() {
        let Some(next) = digits.checked_mul(10).and_then(|next| next.checked_add(i64::from(digit - b'0'))) else {
            break;
        };
        digits = next;
        scale *= 10.0;
    }
    whole.checked_add((digits as f64 * (unit as f64 / scale)) as i64)
}

/// The text that Go gives a duration: `1h0m0s`, `1m30s`, `1.5s`, `500ms`, `0s`.
pub(crate) fn format(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let size = nanos.unsigned_abs();
    let second = SECOND.unsigned_abs();
    match size {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => format!("{sign}{}\u{b5}s", decimal(size, 1_000)),
        _ if size < second => format!("{sign}{}ms", decimal(size, 1_000_000)),
        _ => {
            let minutes = size / second / 60;
            let seconds = decimal(size - minutes * 60 * second, second);
            match minutes {
                0 => format!("{sign}{seconds}s"),
                1..60 => format!("{sign}{minutes}m{seconds}s"),
                _ => format!("{sign}{}h{}m{seconds}s", minutes / 60, minutes % 60),
            }
        }
    }
}

fn decimal(value: u64, unit: u64) -> String {
    let width = unit.ilog10() as usize;
    let text = format!("{}.{:0width$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(parse(text).map(format).as_deref(), Ok(expect), "{text:?}");
    }

    fn refuse(text: &str, flaw: DurationFlaw) {
        assert_eq!(parse(text), Err(flaw), "{text:?}");
    }

    #[test]
    fn durations_are_written_as_go_writes_them() {
        check("90s", "1m30s");
        check("1.5s", "1.5s");
        check("500ms", "500ms");
        check("0", "0s");
        check("-0", "0s");
        check("1w1.5m", "168h1m30s");
        check("1d", "24h0m0s");
        check("-1.5h", "-1h30m0s");
        check("1500us", "1.5ms");
        check("1500ns", "1.5\u{b5}s");
        check("+.5s", "500ms");
        check("1m1m", "2m0s");
        check("7ns", "7ns");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        refuse("", DurationFlaw::Invalid);
        refuse("30", DurationFlaw::NoUnit);
        refuse("1h2", DurationFlaw::NoUnit);
        refuse("1 s", DurationFlaw::Unit(1..3));
        refuse("5 min", DurationFlaw::Unit(1..5));
        refuse("-2h5x", DurationFlaw::Unit(4..5));
        refuse(".s", DurationFlaw::Invalid);
        refuse("s", DurationFlaw::Invalid);
        refuse("99999999999h", DurationFlaw::Invalid);
        refuse("é", DurationFlaw::Invalid);
    }
}
