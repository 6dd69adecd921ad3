//! Where each value of a project comes from, for `plimsoll resolve --origins`.

use std::path::Path;

use serde_json::{Map as Object, Value as Json, json};

use crate::compose::load::decode::to_json;
use crate::compose::value::{Data, Step, Value};
use crate::source::Place;
use crate::source::SourceDb;
use crate::source::relative;

/// A project as `docker compose config` prints it, under `model`, and under `origins` an entry for each value by its
/// JSON pointer: `file`, `line`, `column`, and `via`, the steps on the way.
pub(crate) fn annotate(value: &Value, sources: &SourceDb, base: &Path) -> Json {
    let mut origins = Object::new();
    Annotation { sources, base, origins: &mut origins }.add(value, &mut String::new());
    json!({ "model": to_json(value), "origins": origins })
}

struct Annotation<'a> {
    sources: &'a SourceDb,
    base: &'a Path,
    origins: &'a mut Object<String, Json>,
}

impl Annotation<'_> {
    fn add(&mut self, value: &Value, pointer: &mut String) {
        let length = pointer.len();
        match &value.data {
            Data::Map(map) => {
                for (key, entry) in map {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    self.add(&entry.value, pointer);
                    pointer.truncate(length);
                }
            }
            Data::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{at}"));
                    self.add(item, pointer);
                    pointer.truncate(length);
                }
            }
            _ => {
                let origin = self.origin(value);
                self.origins.insert(pointer.clone(), origin);
            }
        }
    }

    fn origin(&self, value: &Value) -> Json {
        let mut origin = self.location(value.place);
        let mut via: Vec<Json> = value.via.iter().map(|step| self.step(step)).collect();
        for part in value.parts.iter().filter(|part| part.variable.is_some()) {
            let mut step = self.location(part.place);
            step.insert("step".to_owned(), json!("variable"));
            step.insert("name".to_owned(), json!(part.variable.as_deref()));
            via.push(Json::Object(step));
        }
        origin.insert("via".to_owned(), Json::Array(via));
        Json::Object(origin)
    }

    fn location(&self, place: Place) -> Object<String, Json> {
        let file = self.sources.file(place.span.file);
        let position = file.position(place.span.start);
        Object::from_iter([
            ("file".to_owned(), json!(relative(self.base, &file.path))),
            ("line".to_owned(), json!(position.line)),
            ("column".to_owned(), json!(position.column)),
        ])
    }

    fn step(&self, step: &Step) -> Json {
        let (name, place) = match step {
            Step::Alias(place) => ("alias", Some(place)),
            Step::MergeKey(place) => ("merge", Some(place)),
            Step::Include(place) => ("include", Some(place)),
            Step::Extends(place) => ("extends", Some(place)),
            Step::Override(place) => ("override", Some(place)),
            Step::Implied => ("implied", None),
        };
        let mut object = place.map(|place| self.location(*place)).unwrap_or_default();
        object.insert("step".to_owned(), json!(name));
        Json::Object(object)
    }
}
