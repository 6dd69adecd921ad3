//! YAML dates and times as JSON shows them once Go has read them.

/// A date or a time of a YAML file in the form of RFC 3339, as Go's `time.Time` is marshalled: `2024-01-02T00:00:00Z`.
/// A text of another form stays as it is.
pub(crate) fn rfc3339(text: &str) -> String {
    convert(text).unwrap_or_else(|| text.to_owned())
}

fn convert(text: &str) -> Option<String> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
        None => (text, ""),
    };
    let mut date = date.split('-').map(str::parse::<u32>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    if time.is_empty() {
        return Some(format!("{year:04}-{month:02}-{day:02}T00:00:00Z"));
    }
    let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let mut clock = clock.split(':');
    let (hour, minute): (u32, u32) = (clock.next()?.parse().ok()?, clock.next()?.parse().ok()?);
    let second = clock.next()?;
    let (second, fraction) = second.split_once('.').unwrap_or((second, ""));
    let second: u32 = second.parse().ok()?;
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let zone = if matches!(zone, "" | "+00:00" | "-00:00") { "Z" } else { zone };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_become_rfc_3339() {
        assert_eq!(rfc3339("2024-1-2"), "2024-01-02T00:00:00Z");
        assert_eq!(rfc3339("2001-12-14T21:59:43.10-05:00"), "2001-12-14T21:59:43.1-05:00");
        assert_eq!(rfc3339("2001-12-14 1:9:3"), "2001-12-14T01:09:03Z");
        assert_eq!(rfc3339("2001-12-14t21:59:43.000Z"), "2001-12-14T21:59:43Z");
        assert_eq!(rfc3339("2001-12-14T21:59:43+00:00"), "2001-12-14T21:59:43Z");
    }
}
