//! Which known name a misspelt one means.

/// The known name that a misspelt one most likely means. A last word that both have, such as `-service`, makes them no
/// more alike.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .iter()
        .filter_map(|candidate| Some((slips(&lower, &candidate.to_lowercase())?, *candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The slips between two names, unless they are too many for so few letters.
fn slips(name: &str, candidate: &str) -> Option<usize> {
    let (name, candidate) = without_shared_end(name, candidate);
    let limit = match name.chars().count() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    // So many letters at least are to be put in or taken out.
    if name.is_ascii() && candidate.is_ascii() && name.len().abs_diff(candidate.len()) > limit {
        return None;
    }
    Some(strsim::damerau_levenshtein(name, candidate)).filter(|slips| *slips <= limit)
}

/// Two names without the last words that both have, as long as a word is left of each.
fn without_shared_end<'a>(name: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let (mut name, mut other) = (name, other);
    while let (Some((first, end)), Some((second, other_end))) =
        (name.rsplit_once(['-', '_']), other.rsplit_once(['-', '_']))
        && end == other_end
        && !first.is_empty()
        && !second.is_empty()
    {
        (name, other) = (first, second);
    }
    (name, other)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_last_word_that_two_names_share_makes_them_no_more_alike() {
        assert_eq!(nearest("ai-service", &["auth-service", "user-service"]), None);
        assert_eq!(nearest("auht_service", &["auth-service"]), Some("auth-service"));
        assert_eq!(nearest("auth-servcie", &["auth-service"]), Some("auth-service"));
    }
}
