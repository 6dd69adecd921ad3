//! Short forms to long ones, as compose-go 2.9.1's `transform` does; every new value keeps the bytes it comes from.

use std::ops::Range;
use std::sync::LazyLock;

use super::legacy::{Legacy, Spelling};
use super::merge::{dependencies, names};
use super::short::{go, port, volume};
use crate::budget::{Budget, Limit};
use crate::compose::problem::{Cause, Conflict, PlaceRole, Problem, Reported, ValueProblem};
use crate::compose::value::pattern::{At, ITEM, Patterns};
use crate::compose::value::provenance::{Texts, parts_within};
use crate::compose::value::quote::Quote;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Entry, Map, Text, Value};
use crate::source::Place;

/// Brings the values of a project into their long forms.
pub(crate) struct Canonical<'a> {
    /// The files, for places.
    pub(crate) texts: &'a Texts<'a>,
    /// What the project may cost.
    pub(crate) budget: &'a Budget,
    /// Everything Compose rejects.
    pub(crate) found: Vec<Reported>,
    /// What is spelled in an old way.
    pub(crate) legacy: Vec<Legacy>,
}

/// How many values the long form of a port has.
const VALUES_OF_PORT: usize = 6;

#[derive(Clone, Copy, Debug)]
pub(in crate::compose) enum ShortForm {
    BuildContext,
    FileMount,
    Sprint,
    KeyValue,
    DependsOn,
    EnvFile,
    OneOrMore,
    Extends,
    Gpus,
    Names,
    Volume,
    Device,
    Ports,
    Ssh,
    External,
}

impl Canonical<'_> {
    /// Transforms a value and what is in it.
    pub(crate) fn run(&mut self, value: &mut Value) {
        static TABLE: LazyLock<Patterns<ShortForm>> = LazyLock::new(|| Patterns::new(FORMS));
        self.walk(value, &mut Vec::new(), TABLE.start());
    }

    fn walk(&mut self, value: &mut Value, path: &mut Vec<Text>, at: At<ShortForm>) {
        let Some(form) = at.value() else { return self.children(value, path, at) };
        let short = std::mem::replace(value, Value::new(Data::Null, value.place));
        *value = self.transform(*form, short, path, at);
    }

    fn children(&mut self, value: &mut Value, path: &mut Vec<Text>, at: At<ShortForm>) {
        match &mut value.data {
            Data::Map(map) => {
                for (key, entry) in map.iter_mut() {
                    let Some(next) = at.step(key) else { continue };
                    path.push(key.clone());
                    self.walk(&mut entry.value, path, next);
                    path.pop();
                }
            }
            Data::List(items) => {
                let Some(next) = at.step(&ITEM) else { return };
                path.push(ITEM);
                self.items(items, path, next);
                path.pop();
            }
            _ => {}
        }
    }

    /// The items of a list; one whose notation cannot be read is reported and left out.
    fn items(&mut self, items: &mut Vec<Value>, path: &mut Vec<Text>, at: At<ShortForm>) {
        let made = |items: &mut Vec<Value>| std::mem::take(items).into_iter();
        match at.value() {
            Some(ShortForm::Volume) => *items = made(items).filter_map(|item| self.volume(item, path)).collect(),
            Some(ShortForm::Device) => *items = made(items).filter_map(|item| self.device(item, path)).collect(),
            _ => items.iter_mut().for_each(|item| self.walk(item, path, at)),
        }
    }

    /// Notes a rejection; where a variable in the value is empty, that is what is reported, elsewhere.
    fn reject(&mut self, value: &Value, reported: Reported) {
        let cause = value.has_blank().then_some(Cause::Blank(value.place));
        self.found.push(Reported { caused_by: cause, ..reported });
    }

    fn transform(&mut self, form: ShortForm, mut value: Value, path: &mut Vec<Text>, at: At<ShortForm>) -> Value {
        match form {
            ShortForm::BuildContext if matches!(value.data, Data::Text(_)) => wrap("context", value),
            ShortForm::Gpus if matches!(value.data, Data::Text(_)) => gpus(&value),
            ShortForm::BuildContext | ShortForm::Gpus => {
                self.children(&mut value, path, at);
                value
            }
            ShortForm::Extends if matches!(value.data, Data::Text(_)) => wrap("service", value),
            ShortForm::FileMount if matches!(value.data, Data::Text(_)) => wrap("source", value),
            ShortForm::Sprint => match &value.data {
                Data::Text(_) => value,
                _ => value.with(Data::Text(go::sprint(&value).into())),
            },
            ShortForm::KeyValue => self.key_values(value, path),
            ShortForm::DependsOn => depends_on(dependencies(value)),
            ShortForm::EnvFile => env_files(value),
            ShortForm::OneOrMore if matches!(value.data, Data::Text(_)) => {
                let outer = value.with(Data::Null);
                outer.with(Data::List(vec![value]))
            }
            ShortForm::Names => names(value),
            // Items of lists, see `item`; a mapping in the place of the list is for the schema.
            ShortForm::Volume | ShortForm::Device => value,
            ShortForm::Ports => self.ports(value, path),
            ShortForm::Ssh => self.ssh(value, path),
            ShortForm::External => {
                self.children(&mut value, path, at);
                self.external(value, path)
            }
            ShortForm::Extends | ShortForm::FileMount | ShortForm::OneOrMore => value,
        }
    }

    fn key_values(&mut self, value: Value, path: &[Text]) -> Value {
        let Data::List(items) = &value.data else { return value };
        let mut map = Map::new();
        for item in items {
            let Some(text) = item.text() else { continue };
            match text.split_once('=') {
                Some((key, after)) => {
                    let part = self.piece(item, key.len() + 1..text.len(), Data::Text(after.into()));
                    map.insert(key, Entry { key: item.place, value: part });
                }
                None => {
                    let problem = Problem::Value(ValueProblem::NoEquals(Quote::from_value(item)));
                    self.found.push(Reported::new(item.place, path, problem));
                }
            }
        }
        value.with(Data::Map(map))
    }

    /// A value made of a stretch of a text.
    fn piece(&self, value: &Value, range: Range<usize>, data: Data) -> Value {
        let parts = parts_within(&value.parts, &range);
        Value { data, place: self.texts.part(value, range), via: value.via.clone(), parts }
    }

    /// `default`, or `id=path`.
    fn ssh(&mut self, value: Value, path: &[Text]) -> Value {
        let Data::List(items) = &value.data else { return value };
        let mut map = Map::new();
        for item in items {
            let Some(text) = item.text() else { continue };
            let (id, file) = match text.split_once('=') {
                Some((id, file)) => (id, Data::Text(file.into())),
                None => (text, Data::Null),
            };
            if file == Data::Null && id != "default" {
                let problem = Problem::Value(ValueProblem::SshKey(Quote::from_value(item)));
                self.reject(item, Reported::new(item.place, path, problem));
                continue;
            }
            map.insert(id, Entry { key: item.place, value: item.with(file) });
        }
        value.with(Data::Map(map))
    }

    fn volume(&mut self, value: Value, path: &[Text]) -> Option<Value> {
        let Data::Text(text) = &value.data else { return Some(value) };
        let spec = match volume::parse(text) {
            Ok(spec) => spec,
            Err(flaw) => {
                let problem = Problem::Value(ValueProblem::Volume(Quote::from_value(&value), flaw));
                let salvaged = blank_source(&value, text);
                self.reject(&value, Reported::new(value.place, path, problem));
                return salvaged;
            }
        };
        let whole = value.place;
        let mut map = Map::new();
        let mut set = |key: &str, value: Value| map.insert(key, Entry { key: whole, value });
        let implied = |data| Value::implied(data, whole);
        set("type", implied(Data::Text(spec.kind.into())));
        if let (Some(range), Some(source)) = (spec.source_range.clone(), spec.source.clone()) {
            set("source", self.piece(&value, range, Data::Text(source.into())));
        }
        let target = volume::clean(&spec.target);
        set("target", self.piece(&value, spec.target_range.clone(), Data::Text(target.into())));
        if spec.read_only {
            let range = spec.options_range.clone().unwrap_or(0..text.len());
            set("read_only", self.piece(&value, range, Data::Bool(true)));
        }
        if let Some(bind) = &spec.bind {
            let mut inner = Map::new();
            let mut add = |key: &str, data| inner.insert(key, Entry { key: whole, value: implied(data) });
            if let Some(selinux) = &bind.selinux {
                add("selinux", Data::Text(selinux.into()));
            }
            if let Some(propagation) = &bind.propagation {
                add("propagation", Data::Text(propagation.into()));
            }
            if bind.create_host_path {
                add("create_host_path", Data::Bool(true));
            }
            set("bind", implied(Data::Map(inner)));
        }
        if let Some(nocopy) = spec.nocopy {
            let mut inner = Map::new();
            if nocopy {
                inner.insert("nocopy", Entry { key: whole, value: implied(Data::Bool(true)) });
            }
            set("volume", implied(Data::Map(inner)));
        }
        Some(value.with(Data::Map(map)))
    }

    fn device(&mut self, value: Value, path: &[Text]) -> Option<Value> {
        let Data::Text(text) = &value.data else { return Some(value) };
        let sections: Vec<Range<usize>> = sections(text);
        let (source, target, permissions) = match sections.as_slice() {
            [source] => (source, source, None),
            [source, target] => (source, if target.is_empty() { source } else { target }, None),
            [source, target, permissions] => {
                (source, if target.is_empty() { source } else { target }, Some(permissions))
            }
            _ => {
                let problem = Problem::Value(ValueProblem::Device(Quote::from_value(&value)));
                self.reject(&value, Reported::new(value.place, path, problem));
                return None;
            }
        };
        let whole = value.place;
        let text_of = |range: &Range<usize>| Data::Text(text.get(range.clone()).unwrap_or("").into());
        let entry = |value| Entry { key: whole, value };
        let permissions = match permissions {
            Some(range) => self.piece(&value, range.clone(), text_of(range)),
            None => Value::implied(Data::Text("rwm".into()), whole),
        };
        let map = Map::from([
            ("source", entry(self.piece(&value, source.clone(), text_of(source)))),
            ("target", entry(self.piece(&value, target.clone(), text_of(target)))),
            ("permissions", entry(permissions)),
        ]);
        Some(value.with(Data::Map(map)))
    }

    /// One entry may become several ports, so the whole list is made anew.
    fn ports(&mut self, value: Value, path: &[Text]) -> Value {
        let Value { data, place, via, parts } = value;
        let Data::List(items) = data else { return Value { data, place, via, parts } };
        let items = items.into_iter().flat_map(|item| self.port(item, path)).collect();
        Value { data: Data::List(items), place, via, parts }
    }

    fn port(&mut self, item: Value, path: &[Text]) -> Vec<Value> {
        let text = match &item.data {
            Data::Text(text) => text.clone(),
            Data::Int(number) => number.to_string().into(),
            Data::Float(number) => {
                let quote = Quote::from_value(&item).with_text(number.to_string());
                let problem = Problem::Value(ValueProblem::FloatPort(quote));
                self.found.push(Reported::new(item.place, path, problem));
                return Vec::new();
            }
            _ => return vec![item],
        };
        let range = match port::parse(&text) {
            Ok(range) => range,
            Err(error) => {
                let place = self.texts.part(&item, error.range);
                let problem = Problem::Value(ValueProblem::Port(Quote::from_value(&item), error.flaw));
                self.reject(&item, Reported::new(place, path, problem));
                return Vec::new();
            }
        };
        let sides = port::parts(&text);
        if !self.budget.spend(Limit::Values, VALUES_OF_PORT.saturating_mul(range.len()), item.place) {
            return Vec::new();
        }
        range.ports().into_iter().map(|spec| self.port_map(&item, &spec, &sides)).collect()
    }

    fn port_map(&self, item: &Value, spec: &port::PortSpec, sides: &port::SpecParts) -> Value {
        let whole = item.place;
        let mut map = Map::new();
        let mut set = |key: &str, value: Value| map.insert(key, Entry { key: whole, value });
        let host = sides.host.clone();
        set("mode", Value::implied(Data::Text("ingress".into()), whole));
        if let (Some(range), false) = (&host, spec.host_ip.is_empty()) {
            set("host_ip", self.piece(item, range.clone(), Data::Text(spec.host_ip.as_str().into())));
        }
        set("target", self.piece(item, sides.target.clone(), Data::Int(i64::from(spec.target))));
        if let (Some(range), false) = (&host, spec.published.is_empty()) {
            set("published", self.piece(item, range.clone(), Data::Text(spec.published.as_str().into())));
        }
        set("protocol", self.piece(item, sides.target.clone(), Data::Text(spec.protocol.as_str().into())));
        let mut port = item.with(Data::Map(map));
        port.parts = item.parts.clone();
        port
    }

    /// `external: {name: x}` of old files is `external: true` and `name: x`.
    fn external(&mut self, mut value: Value, path: &[Text]) -> Value {
        let Some(Data::Map(old)) = value.get("external").map(|external| external.data.clone()) else { return value };
        let Data::Map(map) = &mut value.data else { return value };
        if let Some(entry) = map.get_mut("external") {
            entry.value = entry.value.with(Data::Bool(true));
        }
        let Some(named) = old.get("name") else { return value };
        self.legacy.push(Legacy { spelling: Spelling::ExternalName, key: named.key, path: path.to_vec() });
        match map.get("name") {
            None => {
                map.insert("name", named.clone());
            }
            Some(name) if name.value.data != named.value.data => {
                let (one, two) = (name.value.place.min(named.value.place), name.value.place.max(named.value.place));
                let reported = Reported::new(two, path, Problem::Conflict(Conflict::ExternalNames));
                self.found.push(reported.related(one, PlaceRole::Opposite));
            }
            Some(_) => {}
        }
        value
    }
}

/// What is left of `${UNSET}:/data`: Compose rejects it, but rules need to know that something is mounted there. What it
/// is nobody knows, so the source is null.
fn blank_source(value: &Value, text: &str) -> Option<Value> {
    let target = text.strip_prefix(':').filter(|_| value.has_blank())?;
    let (target, options) = target.split_once(':').unwrap_or((target, ""));
    let text = |text: &str| Data::Text(text.into());
    let mut map = vec![("type", text("bind")), ("source", Data::Null), ("target", text(target))];
    if options.split(',').any(|option| option == "ro") {
        map.push(("read_only", Data::Bool(true)));
    }
    let entry = |data| Entry { key: value.place, value: value.with(data) };
    Some(value.with(Data::Map(map.into_iter().map(|(key, data)| (key.into(), entry(data))).collect())))
}

/// The byte ranges between the colons of a text.
fn sections(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split(':')
        .map(|section| {
            let range = start..start + section.len();
            start = range.end + 1;
            range
        })
        .collect()
}

fn wrap(key: &str, value: Value) -> Value {
    let outer = value.with(Data::Null);
    let map = Map::from([(key, Entry { key: value.place, value })]);
    outer.with(Data::Map(map))
}

/// Adds an entry where the mapping has none.
pub(crate) fn imply(value: &mut Value, key: &str, data: Data) {
    let place = value.place;
    if let Data::Map(map) = &mut value.data
        && !map.contains_key(key)
    {
        map.insert(key, Entry { key: place, value: Value::implied(data, place) });
    }
}

fn depends_on(mut value: Value) -> Value {
    if let Data::Map(map) = &mut value.data {
        for entry in map.values_mut() {
            imply(&mut entry.value, "condition", Data::Text("service_started".into()));
            imply(&mut entry.value, "required", Data::Bool(true));
        }
    }
    value
}

fn env_files(value: Value) -> Value {
    let one = |item: Value| {
        let mut item = if item.text().is_some() { wrap("path", item) } else { item };
        imply(&mut item, "required", Data::Bool(true));
        item
    };
    match value.data {
        Data::Text(_) => {
            let outer = value.with(Data::Null);
            outer.with(Data::List(vec![one(value)]))
        }
        Data::List(items) => {
            let items = items.into_iter().map(one).collect();
            Value { data: Data::List(items), place: value.place, via: value.via, parts: Few::new() }
        }
        _ => value,
    }
}

/// `gpus: all`
fn gpus(value: &Value) -> Value {
    let count = value.with(Data::Text("all".into()));
    let request = wrap("count", count);
    value.with(Data::List(vec![request]))
}

/// The place of the whole of a value, for entries that Compose adds to it.
pub(crate) fn implied_entry(data: Data, place: Place) -> Entry {
    Entry { key: place, value: Value::implied(data, place) }
}

pub(in crate::compose) const FORMS: &[(&str, ShortForm)] = &[
    ("services.*.build.secrets.*", ShortForm::FileMount),
    ("services.*.build.provenance", ShortForm::Sprint),
    ("services.*.build.sbom", ShortForm::Sprint),
    ("services.*.build.additional_contexts", ShortForm::KeyValue),
    ("services.*.depends_on", ShortForm::DependsOn),
    ("services.*.env_file", ShortForm::EnvFile),
    ("services.*.label_file", ShortForm::OneOrMore),
    ("services.*.extends", ShortForm::Extends),
    ("services.*.gpus", ShortForm::Gpus),
    ("services.*.networks", ShortForm::Names),
    ("services.*.models", ShortForm::Names),
    ("services.*.volumes.*", ShortForm::Volume),
    ("services.*.dns", ShortForm::OneOrMore),
    ("services.*.devices.*", ShortForm::Device),
    ("services.*.secrets.*", ShortForm::FileMount),
    ("services.*.configs.*", ShortForm::FileMount),
    ("services.*.ports", ShortForm::Ports),
    ("services.*.build", ShortForm::BuildContext),
    ("services.*.build.ssh", ShortForm::Ssh),
    ("services.*.develop.watch.*.ignore", ShortForm::OneOrMore),
    ("services.*.develop.watch.*.include", ShortForm::OneOrMore),
    ("volumes.*", ShortForm::External),
    ("networks.*", ShortForm::External),
    ("secrets.*", ShortForm::External),
    ("configs.*", ShortForm::External),
];
