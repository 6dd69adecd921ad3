//! Which items of a list docker compose holds to be equal (`github.com/santhosh-tekuri/jsonschema` 6.0.1, `util.go`).

use crate::collections::HashMap;
use crate::compose::value::{Data, Value};

/// Longer lists are compared by their hashes, in which a number and a text differ.
const COMPARED_ONE_BY_ONE: usize = 20;

/// The items that equal an earlier one, each with the first that it equals.
pub(crate) fn repeats(items: &[Value]) -> Vec<(usize, usize)> {
    if items.len() > COMPARED_ONE_BY_ONE {
        return repeats_by_identity(items);
    }
    let mut found = Vec::new();
    for (again, item) in items.iter().enumerate().skip(1) {
        found.extend(items.iter().take(again).position(|first| equals(item, first)).map(|first| (first, again)));
    }
    found
}

fn repeats_by_identity(items: &[Value]) -> Vec<(usize, usize)> {
    let mut seen: HashMap<String, usize> = HashMap::default();
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let first = *seen.entry(identity(item)).or_insert(index);
        if first != index {
            found.push((first, index));
        }
    }
    found
}

/// `1` and `1.0` are equal. A number equals an earlier text that reads as it, but no text equals an earlier number: the
/// comparison turns whatever it finds before a number into a number (`parity/merge-ports-becoming-equal`).
fn equals(later: &Value, earlier: &Value) -> bool {
    match (&later.data, &earlier.data) {
        (Data::Map(later), Data::Map(earlier)) => {
            let same = |name: &str, value: &Value| earlier.get(name).is_some_and(|other| equals(value, &other.value));
            later.len() == earlier.len() && later.iter().all(|(name, entry)| same(name, &entry.value))
        }
        (Data::List(later), Data::List(earlier)) => {
            later.len() == earlier.len() && later.iter().zip(earlier).all(|(later, earlier)| equals(later, earlier))
        }
        (Data::Text(later), Data::Text(earlier)) | (Data::Timestamp(later), Data::Timestamp(earlier)) => {
            later == earlier
        }
        (Data::Int(later), Data::Int(earlier)) => later == earlier,
        (Data::Int(_) | Data::Large(_) | Data::Float(_), _) => {
            number(later).is_some_and(|later| read(earlier) == Some(later))
        }
        (later, earlier) => later == earlier,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value.data {
        Data::Int(number) => Some(number as f64),
        Data::Large(number) => Some(number as f64),
        Data::Float(number) => Some(number),
        _ => None,
    }
}

/// A number, or a text in decimal digits.
fn read(value: &Value) -> Option<f64> {
    let is_decimal = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    number(value).or_else(|| value.text().filter(is_decimal)?.parse().ok())
}

/// A text that is equal for values that are.
fn identity(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(number) => format!("n{}", *number as f64),
        Data::Large(number) => format!("n{}", *number as f64),
        Data::Float(number) => format!("n{number}"),
        Data::Text(text) => format!("{text:?}"),
        Data::Timestamp(text) => format!("t{text:?}"),
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(identity).collect();
            format!("[{}]", items.join(","))
        }
        Data::Map(map) => {
            let mut entries: Vec<String> =
                map.iter().map(|(name, entry)| format!("{name:?}:{}", identity(&entry.value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Place;
    use crate::source::{FileId, NodeId, Span};

    fn value(data: Data) -> Value {
        let span = Span { file: FileId::default(), start: 0, end: 0 };
        Value::new(data, Place { span, node: NodeId::new(0) })
    }

    fn text(text: &str) -> Value {
        value(Data::Text(text.into()))
    }

    fn check(items: &[Value], expect: &[(usize, usize)]) {
        assert_eq!(repeats(items), expect, "{items:?}");
    }

    #[test]
    fn equal_values_are_found_with_their_first() {
        check(&[text("a"), text("b"), text("a"), text("a")], &[(0, 2), (0, 3)]);
        check(&[value(Data::Int(1)), value(Data::Float(1.0))], &[(0, 1)]);
        check(&[value(Data::Bool(true)), text("true"), value(Data::Null)], &[]);
        let list = |numbers: &[i64]| value(Data::List(numbers.iter().map(|one| value(Data::Int(*one))).collect()));
        check(&[list(&[1, 2]), list(&[1]), list(&[1, 2])], &[(0, 2)]);
    }

    #[test]
    fn a_number_equals_an_earlier_text_and_not_the_other_way_round() {
        check(&[text("80"), value(Data::Int(80))], &[(0, 1)]);
        check(&[value(Data::Int(80)), text("80")], &[]);
        check(&[text("80/tcp"), value(Data::Int(80))], &[]);
        check(&[text("1e1"), value(Data::Int(10))], &[(0, 1)]);
    }

    #[test]
    fn long_lists_tell_numbers_from_texts() {
        let mut items: Vec<Value> = (100..120).map(|number| text(&number.to_string())).collect();
        items.push(value(Data::Int(100)));
        check(&items, &[]);
        items.push(text("101"));
        check(&items, &[(1, 21)]);
    }
}
