//! A value as JSON.

use serde_json::Number;

use crate::compose::load::short::time;
use crate::compose::value::{Data, Value};

/// A value as JSON, with `$` doubled in all keys and texts as `docker compose config` prints it. A date becomes a text
/// of RFC 3339; a number that JSON cannot hold becomes null.
pub(crate) fn to_json(value: &Value) -> serde_json::Value {
    match &value.data {
        Data::Null => serde_json::Value::Null,
        Data::Bool(flag) => serde_json::Value::Bool(*flag),
        Data::Int(number) => serde_json::Value::from(*number),
        Data::Large(number) => serde_json::Value::from(*number),
        Data::Float(number) => float(*number),
        Data::Text(text) => serde_json::Value::String(escape(text)),
        Data::Timestamp(text) => serde_json::Value::String(time::rfc3339(text)),
        Data::List(items) => serde_json::Value::Array(items.iter().map(to_json).collect()),
        Data::Map(map) => {
            let entries = map.iter().map(|(key, entry)| (escape(key), to_json(&entry.value)));
            serde_json::Value::Object(entries.collect())
        }
    }
}

/// Go prints a whole number without a point.
fn float(number: f64) -> serde_json::Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT && !(number == 0.0 && number.is_sign_negative()) {
        return serde_json::Value::from(number as i64);
    }
    Number::from_f64(number).map_or(serde_json::Value::Null, serde_json::Value::Number)
}

fn escape(text: &str) -> String {
    text.replace('$', "$$")
}
