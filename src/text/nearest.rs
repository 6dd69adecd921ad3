//! Finds the known name that a misspelled one means.

/// How long a name must be for one other letter to be a slip.
const LEAST_LETTERS: usize = 4;

/// The known name that a misspelt one most likely means. A last word that both have, such as `-service`, makes them no
/// more alike.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let limit = limit(&lower);
    known
        .iter()
        .filter(|candidate| least_slips(&lower, candidate) <= limit)
        .filter_map(|candidate| Some((slips(&lower, &candidate.to_lowercase())?, *candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The known name that a misspelt one means beyond doubt: one letter is wrong, missing, too much or has changed its place
/// with its neighbour, no other known name comes near, and it is not a number that differs.
pub(crate) fn clearly_meant<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let mut near = known.iter().filter(|one| nearest(name, &[one]).is_some());
    let (only, others) = (near.next()?, near.next());
    let letters = |text: &str| text.chars().filter(|one| !one.is_ascii_digit()).collect::<String>();
    let (from, to) = (name.to_lowercase(), only.to_lowercase());
    let slip = strsim::damerau_levenshtein(&from, &to) <= 1 && name.chars().count() >= LEAST_LETTERS;
    (others.is_none() && slip && (letters(&from) != letters(&to) || from == to)).then_some(*only)
}

/// The slips between two names, unless they are too many for so few letters.
fn slips(name: &str, candidate: &str) -> Option<usize> {
    let (name, candidate) = without_shared_end(name, candidate);
    Some(strsim::damerau_levenshtein(name, candidate)).filter(|slips| *slips <= limit(name))
}

/// The greatest number of slips for a name of this length.
fn limit(name: &str) -> usize {
    match name.chars().count() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    }
}

/// A lower bound of the slips between two names, whether or not their last words are left out: each slip adds, removes or
/// replaces at most one letter. Much cheaper than the slips themselves; 0 for names that are not ASCII.
fn least_slips(name: &str, candidate: &str) -> usize {
    if !name.is_ascii() || !candidate.is_ascii() {
        return 0;
    }
    let mut surplus = [0i32; 32];
    for (text, step) in [(name, 1), (candidate, -1)] {
        for byte in text.bytes() {
            // Upper and lower case share a slot; so do `-` and `_`, either of which may end a word.
            let byte = if byte == b'-' { b'_' } else { byte };
            if let Some(count) = surplus.get_mut(usize::from(byte & 31)) {
                *count += step;
            }
        }
    }
    let sum = |counts: &mut dyn Iterator<Item = i32>| counts.filter_map(|count| usize::try_from(count).ok()).sum();
    let removed: usize = sum(&mut surplus.iter().copied());
    let added = sum(&mut surplus.iter().map(|count| -count));
    removed.max(added)
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
    use proptest::prelude::*;

    use super::*;

    /// Names of few letters, so that many are alike, with words that other names share.
    fn name() -> impl Strategy<Value = String> {
        let word = "[abcABMéſ?]{0,6}";
        (word, prop::sample::select(vec!["", "-", "_"]), word, prop::sample::select(vec!["", "-abc", "_abc", "-b_a"]))
            .prop_map(|(first, sign, second, end)| format!("{first}{sign}{second}{end}"))
    }

    proptest! {
        #[test]
        fn the_lower_bound_leaves_the_result_as_it_is(name in name(), known in prop::collection::vec(name(), 0..6)) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let lower = name.to_lowercase();
            let all = known.iter().filter_map(|one| Some((slips(&lower, &one.to_lowercase())?, *one)));
            prop_assert_eq!(nearest(&name, &known), all.min().map(|(_, one)| one));
        }
    }

    #[test]
    fn only_a_slip_of_the_pen_is_beyond_doubt() {
        for (name, known, expect) in [
            ("forntend", &["frontend", "backend"][..], Some("frontend")),
            ("Backend", &["backend"], Some("backend")),
            ("redis2", &["redis1"], None),
            ("redis2", &["redis"], None),
            ("db", &["db2"], None),
            ("cache", &["caches", "cached"], None),
            ("postgers-db", &["postgres"], None),
            ("ai-service", &["auth-service"], None),
            ("atuh-service", &["auth-service", "ai-service"], Some("auth-service")),
            ("network", &["netwrok"], Some("netwrok")),
        ] {
            assert_eq!(clearly_meant(name, known), expect, "{name}");
        }
    }

    #[test]
    fn a_last_word_that_two_names_share_makes_them_no_more_alike() {
        assert_eq!(nearest("ai-service", &["auth-service", "user-service"]), None);
        assert_eq!(nearest("auht_service", &["auth-service"]), Some("auth-service"));
        assert_eq!(nearest("auth-servcie", &["auth-service"]), Some("auth-service"));
    }
}
