//! The typed output: what docker compose makes of a canonical project, each value with its origin, and what it refuses.

mod collections;
mod json;
mod scalars;

use std::borrow::Cow;

use crate::compose::problem::{ExpectedValue, Problem, Reported, TypeProblem, ValueKind, ValueProblem};
use crate::compose::spec::shapes::{CONFIG, DecodedShape, ENV_FILE, Field, PROJECT};
use crate::compose::value::{Data, Entry, Map, Text, Value};

pub(crate) use json::to_json;

/// A decoded project.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    /// A mapping as `docker compose config --format json` prints it: `services` always, `networks`, `volumes`,
    /// `secrets` and `configs` where they are not empty, and `x-…`. No `name`, and no `models`, which it never prints.
    ///
    /// Fields of a struct are in the order of compose-go's types, entries of other mappings in the order of the
    /// input. A value that was converted (a size, a duration, an integer from a text) keeps its place, way and parts;
    /// its parts then count bytes of the text before.
    pub(crate) value: Value,
    /// Values that docker compose refuses.
    pub(crate) problems: Vec<Reported>,
}

/// Decodes a project in canonical form, as compose-go's `ModelToProject` does.
pub(crate) fn decode(canonical: &Value) -> Decoded {
    let mut decoder = Decoder { path: Vec::new(), problems: Vec::new() };
    let mut project = decoder.structure(PROJECT, canonical);
    if let Data::Map(map) = &mut project.data {
        map.shift_remove("models");
        if !map.contains_key("services") {
            let services = Value::implied(Data::Map(Map::new()), canonical.place);
            map.insert("services", Entry { key: canonical.place, value: services });
        }
        let extensions = canonical.map().into_iter().flatten().filter(|(key, _)| key.starts_with("x-"));
        map.extend(extensions.map(|(key, entry)| {
            (key.clone(), Entry { key: entry.key, value: collections::without_empty_lists(&entry.value) })
        }));
    }
    Decoded { value: project, problems: decoder.problems }
}

/// The state of one decoding: where it is, and what it refused.
struct Decoder {
    path: Vec<DecodeStep>,
    problems: Vec<Reported>,
}

/// A step on the way to a value.
enum DecodeStep {
    Field(&'static str),
    Key(Text),
    Item(usize),
}

impl DecodeStep {
    /// The name of a field or key; none for an item of a list, nor for a key that looks like one.
    fn name(&self) -> Option<&str> {
        match self {
            DecodeStep::Field(name) => Some(name),
            DecodeStep::Key(name) => Some(name.as_str()).filter(|name| name.parse::<usize>().is_err()),
            DecodeStep::Item(_) => None,
        }
    }

    fn text(&self) -> Text {
        match self {
            DecodeStep::Field(name) => Text::new_static(name),
            DecodeStep::Key(name) => name.clone(),
            DecodeStep::Item(at) => at.to_string().into(),
        }
    }
}

impl Decoder {
    /// Decodes a value; a refused one becomes the zero value of its shape.
    fn value(&mut self, shape: &DecodedShape, value: &Value) -> Value {
        if value.is_null() {
            return zero(shape, value);
        }
        match shape {
            DecodedShape::Pointer(inner) => self.value(inner, value),
            DecodedShape::Struct(fields) => self.structure(fields, value),
            DecodedShape::List(item) => self.items(item, value),
            DecodedShape::Map(element) => self.elements(element, value),
            DecodedShape::EnvFile => {
                let file = self.structure(ENV_FILE, value);
                let required = file.get("required").is_some_and(|required| required.data == Data::Bool(true));
                // compose-go prints the path alone then, too; but what reads the file needs its format.
                if required && file.get("format").is_none() {
                    file.get("path").cloned().unwrap_or_else(|| value.with(empty_text()))
                } else {
                    file
                }
            }
            DecodedShape::Config => {
                let mut config = self.structure(CONFIG, value);
                if let Data::Map(map) = &mut config.data
                    && map.contains_key("environment")
                {
                    map.shift_remove("content");
                }
                config
            }
            DecodedShape::Command | DecodedShape::Test | DecodedShape::Texts | DecodedShape::TextsOrNumbers => {
                self.texts(shape, value)
            }
            DecodedShape::Environment | DecodedShape::Mapping | DecodedShape::Options | DecodedShape::MultiOptions => {
                self.pairs(shape, value)
            }
            DecodedShape::Hosts => self.hosts(value),
            DecodedShape::Ssh => self.ssh(value),
            DecodedShape::Ulimit => self.ulimit(value),
            _ => self.scalar(shape, value),
        }
    }

    /// A mapping with fixed keys; unknown keys are left out.
    fn structure(&mut self, fields: &[Field], value: &Value) -> Value {
        let empty = Map::new();
        let map = match &value.data {
            Data::Map(map) => map,
            Data::Null => &empty,
            _ => {
                self.wrong_type(value, ExpectedValue::Map);
                &empty
            }
        };
        let given = given(fields, map);
        let mut given = given.iter().peekable();
        let mut shown = Map::with_capacity(given.len());
        for (at, field) in fields.iter().enumerate() {
            let found = given.next_if(|one| one.field == at).map(|one| one.entry);
            let entry = match found {
                Some(entry) => {
                    let step = DecodeStep::Field(field.name);
                    let value = self.at(step, |decoder| decoder.value(&field.shape, &entry.value));
                    Entry { key: entry.key, value }
                }
                None if !field.always && is_empty_where_absent(&field.shape) => continue,
                None => {
                    let implied = Value::implied(Data::Null, value.place);
                    Entry { key: value.place, value: zero(&field.shape, &implied) }
                }
            };
            if field.always || !is_empty(&field.shape, &entry.value.data) {
                shown.insert(Text::new_static(field.shown), entry);
            }
        }
        value.with(Data::Map(shown))
    }

    fn items(&mut self, item: &DecodedShape, value: &Value) -> Value {
        let Some(items) = value.list() else {
            self.wrong_type(value, ExpectedValue::List);
            return value.with(Data::Null);
        };
        let items = items.iter().enumerate();
        let items = items.map(|(at, found)| self.at(DecodeStep::Item(at), |decoder| decoder.value(item, found)));
        let items = items.collect();
        value.with(Data::List(items))
    }

    fn elements(&mut self, element: &DecodedShape, value: &Value) -> Value {
        let Some(map) = self.entries(value) else {
            self.wrong_type(value, ExpectedValue::Map);
            return value.with(Data::Null);
        };
        let mut decoded = Map::with_capacity(map.len());
        for (key, entry) in map.iter() {
            let value = self.at(DecodeStep::Key(key.clone()), |decoder| decoder.value(element, &entry.value));
            decoded.insert(key.clone(), Entry { key: entry.key, value });
        }
        value.with(Data::Map(decoded))
    }

    /// The entries of a mapping whose keys the author chose. Outside of a few mappings Compose takes keys with `x-`
    /// for extensions and gathers them under `#extensions`, which then counts as one more entry.
    fn entries<'value>(&self, value: &'value Value) -> Option<Cow<'value, Map>> {
        let map = value.map()?;
        let author_names = matches!(
            self.path.as_slice(),
            [DecodeStep::Field("services" | "networks" | "volumes" | "secrets" | "configs")]
                | [DecodeStep::Field("services"), _, DecodeStep::Field("depends_on")]
        );
        if author_names || !map.keys().any(|key| key.starts_with("x-")) {
            return Some(Cow::Borrowed(map));
        }
        let (extensions, mut rest): (Map, Map) = map.clone().into_iter().partition(|(key, _)| key.starts_with("x-"));
        let key = extensions.first().map_or(value.place, |(_, entry)| entry.key);
        rest.insert("#extensions", Entry { key, value: value.with(Data::Map(extensions)) });
        Some(Cow::Owned(rest))
    }

    /// Runs with one more name on the path.
    fn at<T>(&mut self, step: DecodeStep, run: impl FnOnce(&mut Decoder) -> T) -> T {
        self.path.push(step);
        let answer = run(self);
        self.path.pop();
        answer
    }

    fn wrong_type(&mut self, value: &Value, wanted: ExpectedValue) {
        let key = self.path.iter().rev().find_map(DecodeStep::name).map(Text::from);
        let problem = TypeProblem::Decoded { key, wanted, found: ValueKind::from_value(value) };
        self.problem(value, Problem::Type(problem));
    }

    fn invalid(&mut self, value: &Value, problem: ValueProblem) {
        self.problem(value, Problem::Value(problem));
    }

    fn problem(&mut self, value: &Value, problem: Problem) {
        let about: Vec<Text> = self.path.iter().take(2).map(DecodeStep::text).collect();
        let inner: Vec<Text> = self.path.iter().skip(2).map(DecodeStep::text).collect();
        let reported = Reported::new(value.place, &about, problem);
        self.problems.push(Reported { path: Some(inner.join(".")), ..reported });
    }
}

/// An entry of a mapping with fixed keys, and the number of its field.
struct FieldEntry<'a> {
    field: usize,
    entry: &'a Entry,
    exact: bool,
}

/// The entries of a mapping that are fields of a struct, in the order of the fields. Letters of another case fit, too, but a
/// key that fits verbatim wins.
fn given<'a>(fields: &[Field], map: &'a Map) -> Vec<FieldEntry<'a>> {
    let mut given: Vec<FieldEntry<'a>> = Vec::with_capacity(map.len());
    for (key, entry) in map {
        let fits = |field: &Field| key.eq_ignore_ascii_case(field.name);
        let Some(field) = fields.iter().position(fits) else { continue };
        let exact = fields.get(field).is_some_and(|field| key == field.name);
        match given.iter_mut().find(|one| one.field == field) {
            Some(one) if exact && !one.exact => *one = FieldEntry { field, entry, exact },
            Some(_) => {}
            None => given.push(FieldEntry { field, entry, exact }),
        }
    }
    given.sort_unstable_by_key(|one| one.field);
    given
}

/// Whether the zero value of a shape is one that is left out; see [`zero`] and [`is_empty`].
fn is_empty_where_absent(shape: &DecodedShape) -> bool {
    !matches!(
        shape,
        DecodedShape::Struct(_)
            | DecodedShape::Config
            | DecodedShape::EnvFile
            | DecodedShape::Ulimit
            | DecodedShape::FileMode
    )
}

/// What Go's zero value of a shape is, with the origin of a null or absent value.
fn zero(shape: &DecodedShape, value: &Value) -> Value {
    let data = match shape {
        DecodedShape::Text => empty_text(),
        DecodedShape::Bool => Data::Bool(false),
        DecodedShape::Int | DecodedShape::Unsigned(_) | DecodedShape::DeviceCount => Data::Int(0),
        DecodedShape::Float | DecodedShape::Cpus => Data::Float(0.0),
        DecodedShape::Bytes => Data::Text("0".into()),
        DecodedShape::Duration => Data::Text("0s".into()),
        DecodedShape::FileMode => Data::Text("00".into()),
        DecodedShape::Struct(fields) => return zero_structure(fields, value),
        DecodedShape::Config => return zero_structure(CONFIG, value),
        DecodedShape::EnvFile => return zero_structure(ENV_FILE, value),
        DecodedShape::Ulimit => Data::Map(Map::new()),
        _ => Data::Null,
    };
    value.with(data)
}

fn zero_structure(fields: &[Field], value: &Value) -> Value {
    let fields = fields.iter().map(|field| (field, zero(&field.shape, &Value::implied(Data::Null, value.place))));
    let shown = fields.filter(|(field, zero)| field.always || !is_empty(&field.shape, &zero.data));
    let shown =
        shown.map(|(field, zero)| (Text::new_static(field.shown), Entry { key: value.place, value: zero })).collect();
    value.with(Data::Map(shown))
}

/// What Go's `omitempty` leaves out. A struct never is empty.
fn is_empty(shape: &DecodedShape, data: &Data) -> bool {
    match (shape, data) {
        (DecodedShape::Struct(_) | DecodedShape::Config | DecodedShape::EnvFile | DecodedShape::Ulimit, _) => false,
        (_, Data::Null) => true,
        (DecodedShape::Pointer(_), _) => false,
        (DecodedShape::Bytes, Data::Text(text)) => text == "0",
        (DecodedShape::Duration, Data::Text(text)) => text == "0s",
        (_, Data::Bool(flag)) => !flag,
        (_, Data::Int(number)) => *number == 0,
        (_, Data::Large(_)) => false,
        (_, Data::Float(number)) => *number == 0.0,
        (_, Data::Text(text) | Data::Timestamp(text)) => text.is_empty(),
        (_, Data::List(items)) => items.is_empty(),
        (_, Data::Map(map)) => map.is_empty(),
    }
}

fn empty_text() -> Data {
    Data::Text(Text::default())
}

#[cfg(test)]
mod tests;
