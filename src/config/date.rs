//! A day of the calendar.

use std::fmt;

/// A day, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2026-12-31`; `None` for anything else, and for days that no month has.
    pub fn parse(text: &str) -> Option<Date> {
        let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
        let number = |text: &str, digits: usize| -> Option<u16> {
            let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten()
        };
        let (year, month, day) = (number(year, 4)?, number(month, 2)? as u8, number(day, 2)? as u8);
        let valid = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        valid.then_some(Date { year, month, day })
    }

    /// The day (of UTC) that lies so many days behind 1970-01-01.
    pub(crate) fn from_days(days: u64) -> Date {
        let (mut year, mut days) = (1970_u16, days);
        while days >= days_of(year) && year < 9999 {
            days -= days_of(year);
            year += 1;
        }
        let mut month = 1_u8;
        while days >= u64::from(days_in(year, month)) && month < 12 {
            days -= u64::from(days_in(year, month));
            month += 1;
        }
        Date { year, month, day: days.min(30) as u8 + 1 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn days_of(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_ordered_and_counted() {
        let check = |text: &str, valid: bool| assert_eq!(Date::parse(text).is_some(), valid, "{text}");
        check("2026-12-31", true);
        check("2024-02-29", true);
        check("2026-02-29", false);
        check("2026-13-01", false);
        check("2026-00-01", false);
        check("2026-1-1", false);
        check("31.12.2026", false);
        check("2026-12-31T00:00", false);
        assert!(Date::parse("2026-12-31") < Date::parse("2027-01-01"));
        let of_days = |days: u64| Date::from_days(days).to_string();
        assert_eq!(of_days(0), "1970-01-01");
        assert_eq!(of_days(58), "1970-02-28");
        assert_eq!(of_days(19_782), "2024-02-29");
        assert_eq!(of_days(20_778), "2026-11-21");
    }
}
