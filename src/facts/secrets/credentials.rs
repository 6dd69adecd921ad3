//! Secrets that are written out in Compose files.

use std::fmt;
use std::ops::Range;

use crate::compose::Reference;
use crate::compose::value::provenance::Texts;
use crate::compose::{Project, value::Part};
use crate::facts::place::part_of;
use crate::model::{Model, Service, Spanned, VariableSource};
use crate::secrets::{Form, Strength, Written, in_command, strength, written_out};
use crate::source::{Place, SourceDb};
use crate::text::template::SubstitutionOutcome;

/// What holds a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// An entry of `environment`.
    Environment,
    /// A label.
    Label,
    /// A word of `command` or `entrypoint`.
    Command,
    /// The `content` of a config or a secret.
    Content,
}

/// A secret that is written out.
#[derive(Clone)]
pub(crate) struct Credential {
    /// The variable, label, option or resource.
    pub(crate) key: String,
    /// The service; `None` for a config of the project.
    pub(crate) service: Option<String>,
    /// What holds it.
    pub(crate) holder: Holder,
    /// What it is.
    pub(crate) form: Form,
    /// Where it is written: its own bytes, or the `${…}` whose default it is.
    pub(crate) place: Place,
    /// Whether it is written in the file itself, so that a fix may edit it.
    pub(crate) is_own: bool,
    /// The variable whose default it is.
    pub(crate) fallback: Option<String>,
    /// How hard it is to guess.
    pub(crate) strength: Strength,
    /// The host of the address that it is in.
    pub(crate) host: Option<String>,
    secret: String,
}

impl Credential {
    /// Whether two are the same secret.
    pub(crate) fn is_same(&self, other: &Credential) -> bool {
        self.secret == other.secret
    }

    /// The secret, for a fix that moves it; it must not enter a message.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }
}

/// Without the secret.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} {:?} {:?} {:?}", self.service, self.key, self.form, self.fallback, self.strength)
    }
}

/// The secrets that are written out in the Compose files of a project, each place once.
pub(crate) fn credentials(model: &Model, project: &Project, texts: &Texts<'_>, sources: &SourceDb) -> Vec<Credential> {
    let search = Search { model, project, texts, sources };
    let mut found: Vec<Credential> = Vec::new();
    for service in model.services.values().chain(model.disabled.values()) {
        search.service(service, &mut found);
    }
    for (name, object) in model.configs.iter().chain(&model.secrets) {
        if let Some(content) = &object.content {
            found.extend(search.value(None, name, content, Holder::Content));
        }
    }
    let of_secret = |one: &Credential| {
        let service = one.service.clone();
        identifiers(&one.key).into_iter().map(move |id| (service.clone(), id)).collect::<Vec<_>>()
    };
    let ids: Vec<(Option<String>, String)> = found.iter().flat_map(of_secret).collect();
    let is_id = |one: &Credential| {
        one.form == Form::Value && ids.iter().any(|(service, id)| *service == one.service && *id == plain(&one.key))
    };
    found.retain(|one| !is_id(one));
    let mut seen = crate::collections::HashSet::default();
    found.retain(|one| seen.insert(one.place));
    found
}

/// A name in lower case, without what separates its words.
pub(super) fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The names of the identifiers that belong to a secret: an access key to a secret key, an API key to an API secret.
pub(super) fn identifiers(key: &str) -> Vec<String> {
    const PAIRS: [(&str, &[&str]); 3] =
        [("secretaccesskey", &["accesskey"]), ("secretkey", &["accesskey", "apikey"]), ("apisecret", &["apikey"])];
    let key = plain(key);
    let pair = PAIRS.iter().find_map(|(end, ids)| Some((key.strip_suffix(end)?, ids)));
    pair.into_iter().flat_map(|(stem, ids)| ids.iter().map(move |id| format!("{stem}{id}"))).collect()
}

struct Search<'a> {
    model: &'a Model,
    project: &'a Project,
    texts: &'a Texts<'a>,
    sources: &'a SourceDb,
}

impl Search<'_> {
    fn service(&self, service: &Service, found: &mut Vec<Credential>) {
        for (name, variable) in &service.environment {
            if variable.source == VariableSource::Environment
                && let Some(value) = &variable.value
            {
                found.extend(self.value(Some(service), name, value, Holder::Environment));
            }
        }
        for (name, value) in &service.labels {
            found.extend(self.value(Some(service), name, value, Holder::Label));
        }
        for command in [&service.entrypoint, &service.command].into_iter().flatten() {
            let words: Vec<&str> = command.words.iter().map(|word| word.value.as_str()).collect();
            for (at, written, option) in in_command(&words) {
                let Some(word) = command.words.get(at) else { continue };
                // The words of a command that is one text share its place.
                let Some(one) = self.written(Some(service), &option, word, Holder::Command, written) else { continue };
                found.push(one);
            }
        }
    }

    fn value(
        &self,
        service: Option<&Service>,
        key: &str,
        value: &Spanned<String>,
        holder: Holder,
    ) -> Option<Credential> {
        let written = written_out(key, &value.value)?;
        self.written(service, key, value, holder, written)
    }

    fn written(
        &self,
        service: Option<&Service>,
        key: &str,
        value: &Spanned<String>,
        holder: Holder,
        written: Written,
    ) -> Option<Credential> {
        let Written { range, form } = written;
        let secret = value.value.get(range.clone())?.to_owned();
        // What docker compose cannot read is reported, and is no value.
        if self.project.rejected && value.parts.is_empty() && secret.contains("${") {
            return None;
        }
        let fallback = match origin(&value.parts, &range)? {
            Origin::File => None,
            Origin::Variable(part) => Some(self.default_of(part, &secret)?.name.clone()),
        };
        let place = part_of(value, range.clone(), self.texts);
        if fallback.is_none() && self.is_bare(place, key) {
            return None;
        }
        let own = own_words(self.model, service, value);
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let strength = match form {
            Form::Token | Form::PrivateKey => Strength::Strong,
            Form::Value | Form::Address | Form::Option => strength(&secret, &own),
        };
        let behind = value.value.get(range.end..).and_then(|rest| rest.strip_prefix('@'));
        let host = behind.and_then(|rest| rest.split([':', '/', ',', '?']).next()).map(str::to_owned);
        Some(Credential {
            key: key.to_owned(),
            service: service.map(|service| service.name.clone()),
            holder,
            form,
            place,
            is_own: value.via.is_empty(),
            fallback,
            strength,
            host,
            secret,
        })
    }

    /// Whether a name stands alone at a place, so that its value comes from the environment, or a variable is in the value.
    fn is_bare(&self, place: Place, key: &str) -> bool {
        let file = self.sources.file(place.span.file);
        let written = file.slice(place.span.start, place.span.end).trim().trim_matches(['"', '\'']);
        written.is_empty() || written == key || written.strip_suffix(':') == Some(key) || written.contains("${")
    }

    /// The use of a variable at a part of a value whose default brings a secret in.
    fn default_of(&self, part: &Part, secret: &str) -> Option<&Reference> {
        let brings = |one: &&Reference| {
            one.effective
                && one.outcome == SubstitutionOutcome::Default
                && part.place.span.contains(one.place.span)
                && one.word.as_deref().is_some_and(|word| word.contains(secret))
        };
        self.project.references.iter().rfind(brings)
    }
}

/// Where a stretch of a value comes from.
enum Origin<'a> {
    File,
    Variable(&'a Part),
}

/// Nothing where a stretch is made of several pieces.
fn origin<'a>(parts: &'a [Part], range: &Range<usize>) -> Option<Origin<'a>> {
    let (start, end) = (range.start as u32, range.end as u32);
    // A variable without a value is a part of the secret all the same.
    let is_over = |part: &&Part| {
        part.start < end && part.end > start || part.is_blank() && part.start >= start && part.end <= end
    };
    let mut over = parts.iter().filter(|part| part.variable.is_some()).filter(is_over);
    match (over.next(), over.next()) {
        (None, _) => Some(Origin::File),
        (Some(part), None) => (part.start <= start && part.end >= end).then_some(Origin::Variable(part)),
        (Some(_), Some(_)) => None,
    }
}

/// Words that somebody who knows the project tries first: its name, the service's, users and databases.
fn own_words(model: &Model, service: Option<&Service>, value: &Spanned<String>) -> Vec<String> {
    let mut own = vec![model.name.clone()];
    own.extend(publishers(model));
    if let Some((before, _)) = value.value.split_once('@') {
        own.extend(before.rsplit('/').next().and_then(|info| info.split(':').next()).map(str::to_owned));
    }
    let Some(service) = service else { return own };
    own.push(service.name.clone());
    let names = ["USER", "USERNAME", "DB", "DATABASE", "NAME", "LOGIN", "VHOST"];
    for (name, variable) in &service.environment {
        let is_name = name.to_ascii_uppercase().split('_').next_back().is_some_and(|last| names.contains(&last));
        if let Some(value) = variable.value.as_ref().filter(|_| is_name) {
            own.push(value.value.clone());
        }
    }
    own
}

/// Who publishes the images of a project, and what these are called: products have such default passwords.
pub(super) fn publishers(model: &Model) -> Vec<String> {
    let images = model.services.values().chain(model.disabled.values()).filter_map(|service| service.image.as_ref());
    let names = images.flat_map(|image| image.value.repository.split('/')).filter(|part| !part.contains('.'));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts_and;

    fn check(keys: &str, expect: &[(&str, Option<&str>, Strength)]) {
        let text = format!("services:\n  web:\n    image: x\n{keys}");
        with_facts_and(&text, &[("KNOWN", "q7Rt2LmX9z")], |facts| {
            let found: Vec<_> = facts
                .credentials()
                .iter()
                .map(|one| (one.key.as_str(), one.fallback.as_deref(), one.strength))
                .collect();
            assert_eq!(found, expect, "{keys}");
        });
    }

    #[test]
    fn identifiers_beside_their_secrets() {
        check(
            "    environment: {S3__AccessKey: q7Rt2LmX9z, S3__SecretKey: k2LmX9zq7R}\n",
            &[("S3__SecretKey", None, Strength::Strong)],
        );
        check(
            "    environment: {LK_API_KEY: q7Rt2LmX9z, LK_API_SECRET: k2LmX9zq7R}\n",
            &[("LK_API_SECRET", None, Strength::Strong)],
        );
        check("    environment: {A_API_KEY: q7Rt2LmX9z}\n", &[("A_API_KEY", None, Strength::Strong)]);
    }

    #[test]
    fn secrets_of_services() {
        check("    environment: {DB_PASSWORD: q7Rt2LmX9z}\n", &[("DB_PASSWORD", None, Strength::Strong)]);
        check("    environment: ['DB_PASSWORD=web']\n", &[("DB_PASSWORD", None, Strength::Guessable)]);
        check(
            "    environment: {DB_PASSWORD: '${DB_PASSWORD:-secret}'}\n",
            &[("DB_PASSWORD", Some("DB_PASSWORD"), Strength::Guessable)],
        );
        check("    environment: {URL: 'amqp://me:${A:-${B:-me1}}@mq'}\n", &[("URL", Some("B"), Strength::Guessable)]);
        check("    command: [x, --api-token, q7Rt2LmX9z]\n", &[("--api-token", None, Strength::Strong)]);
    }

    #[test]
    fn values_from_elsewhere_are_not_written_out() {
        for keys in [
            "    environment: {DB_PASSWORD: '${KNOWN}'}\n",
            "    environment: {DB_PASSWORD: '${KNOWN:-x7Qz9pLk2}'}\n",
            "    environment: {DB_PASSWORD: 'a${KNOWN}'}\n",
            "    environment: {URL: 'amqp://me:${KNOWN}@mq'}\n",
            "    environment: {DB_PASSWORD: '${OTHER}', DB_PASSWORD_FILE: /run/secrets/x}\n",
        ] {
            check(keys, &[]);
        }
    }
}
