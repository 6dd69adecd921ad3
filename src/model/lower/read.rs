//! Reads single values; one of another type is `None`.

use crate::collections::IndexMap;
use crate::compose::load::short::{duration, go, size};
use crate::compose::value::{Data, Step, Value};
use crate::model::types::Spanned;

/// Something read from a value, with the value's place, way and parts.
pub(crate) fn spanned<T>(value: &Value, inner: T) -> Spanned<T> {
    Spanned { value: inner, place: value.place, via: value.via.clone(), parts: value.parts.clone() }
}

/// Whether Compose supplies the value.
pub(crate) fn is_implied(value: &Value) -> bool {
    value.via.contains(&Step::Implied)
}

/// A scalar as text, an empty one too.
pub(crate) fn as_text(value: &Value) -> Option<Spanned<String>> {
    let text = match &value.data {
        Data::Text(text) => text.to_string(),
        Data::Bool(_) | Data::Int(_) | Data::Large(_) | Data::Float(_) | Data::Timestamp(_) => go::sprint(value),
        Data::Null | Data::List(_) | Data::Map(_) => return None,
    };
    Some(spanned(value, text))
}

/// The text under a key; Compose takes an empty one for none.
pub(crate) fn text(parent: &Value, key: &str) -> Option<Spanned<String>> {
    parent.get(key).and_then(as_text).filter(|text| !text.value.is_empty())
}

/// A whole number, or text that is one.
pub(crate) fn as_integer(value: &Value) -> Option<i64> {
    match &value.data {
        Data::Int(number) => Some(*number),
        Data::Float(number) if number.fract() == 0.0 => Some(go::float_to_int(*number)),
        Data::Text(text) => go::parse_int(text),
        _ => None,
    }
}

/// A whole number under a key.
pub(crate) fn integer(parent: &Value, key: &str) -> Option<Spanned<i64>> {
    let value = parent.get(key)?;
    as_integer(value).map(|number| spanned(value, number))
}

/// A number under a key that is above 0; 0 means no limit.
pub(crate) fn limit(parent: &Value, key: &str) -> Option<Spanned<f64>> {
    let value = parent.get(key)?;
    let number = match &value.data {
        Data::Int(number) => *number as f64,
        Data::Large(number) => *number as f64,
        Data::Float(number) => *number,
        Data::Text(text) => go::parse_float(text)?,
        _ => return None,
    };
    (number > 0.0).then(|| spanned(value, number))
}

/// A size in bytes under a key that is above 0; 0 means no limit.
pub(crate) fn bytes(parent: &Value, key: &str) -> Option<Spanned<i64>> {
    let value = parent.get(key)?;
    let number = match &value.data {
        Data::Int(number) => *number,
        Data::Text(text) => size::parse(text).ok()?,
        _ => return None,
    };
    (number > 0).then(|| spanned(value, number))
}

/// A duration under a key, in nanoseconds.
pub(crate) fn duration(parent: &Value, key: &str) -> Option<Spanned<i64>> {
    let value = parent.get(key)?;
    let number = match &value.data {
        Data::Int(number) => *number,
        Data::Text(text) => duration::parse(text).ok()?,
        _ => return None,
    };
    Some(spanned(value, number))
}

/// A boolean, or text that Compose casts to one.
pub(crate) fn as_boolean(value: &Value) -> Option<bool> {
    match &value.data {
        Data::Bool(flag) => Some(*flag),
        Data::Text(text) => go::to_boolean(text),
        _ => None,
    }
}

/// A boolean under a key.
pub(crate) fn boolean(parent: &Value, key: &str) -> Option<Spanned<bool>> {
    let value = parent.get(key)?;
    as_boolean(value).map(|flag| spanned(value, flag))
}

/// Whether a boolean under a key is there and true.
pub(crate) fn flag(parent: &Value, key: &str) -> bool {
    parent.get(key).and_then(as_boolean).unwrap_or(false)
}

/// The items of a list under a key; a lone scalar counts as a list of one.
pub(crate) fn items<'a>(parent: &'a Value, key: &str) -> &'a [Value] {
    match parent.get(key) {
        Some(Value { data: Data::List(items), .. }) => items,
        Some(value) if !matches!(value.data, Data::Map(_) | Data::Null) => std::slice::from_ref(value),
        _ => &[],
    }
}

/// The scalars of a list under a key, as text.
pub(crate) fn texts(parent: &Value, key: &str) -> Vec<Spanned<String>> {
    items(parent, key).iter().filter_map(as_text).collect()
}

/// The scalars of a mapping, as text.
pub(crate) fn texts_by_key(value: Option<&Value>) -> IndexMap<String, Spanned<String>> {
    let entries = value.and_then(Value::map).into_iter().flatten();
    entries.filter_map(|(key, entry)| Some((key.to_string(), as_text(&entry.value)?))).collect()
}
