//! Images: what the catalogue knows of them.

use super::Note;
use crate::catalogue::schema::{Image, ImageRole, Keeps};
use crate::lsp::dispatch::DocumentPlace;
use crate::model::{ImageReference, Service};

/// The image at a place.
pub(super) fn image(at: DocumentPlace<'_>) -> Option<Note> {
    at.world.projects(at.path()).into_iter().find_map(|project| {
        let loaded = project.loaded(&at.world.sources);
        let services = loaded.model.services.values().chain(loaded.model.disabled.values());
        let images = services.filter_map(|service| Some((service, service.image.as_ref()?)));
        let (service, image) = images.into_iter().find(|(_, image)| {
            let span = image.place.span;
            *at.world.sources.path(span.file) == *at.path()
                && (span.start as usize..=span.end as usize).contains(&at.offset)
        })?;
        let span = image.place.span;
        Some(Note { text: text(&image.value, service), stretch: (span.start, span.end) })
    })
}

fn text(reference: &ImageReference, service: &Service) -> String {
    if service.build.is_some() {
        return format!("**{}**\n\nThe name of the image that is built here", reference.text);
    }
    let Some(known) = reference.known else { return format!("**{}**", reference.text) };
    let about = about(known.image, reference.tag.as_deref());
    let note =
        if known.exact { "" } else { "\n\nOnly the end of its name is known: this may be a rebuild that differs" };
    format!("**{}**\n\n{about}{note}", reference.text)
}

/// What is known of an image at a tag, in Markdown.
pub(in crate::lsp) fn about(image: &Image, tag: Option<&str>) -> String {
    let mut lines = vec![role(image.role).to_owned()];
    let quoted = |all: Vec<String>| all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ");
    let mut ports: Vec<String> = Vec::new();
    for port in image.ports_for(tag).into_iter().flatten() {
        let line = format!("`{}` ({})", port.port, port.purpose);
        if !ports.contains(&line) {
            ports.push(line);
        }
    }
    if !ports.is_empty() {
        lines.push(format!("Listens on {}", ports.join(", ")));
    }
    let mut paths: Vec<String> = Vec::new();
    for data in image.data_for(tag).into_iter().flatten().filter(|data| data.keeps == Keeps::Persistent) {
        if !paths.contains(&data.path) {
            paths.push(data.path.clone());
        }
    }
    if !paths.is_empty() {
        lines.push(format!("Keeps its data in {}", quoted(paths)));
    }
    let variables = variables(image);
    if !variables.is_empty() {
        lines.push(format!("Variables: {}", quoted(variables)));
    }
    if image.healthcheck == Some(true) {
        lines.push("Has a healthcheck of its own".to_owned());
    } else if let Some(test) = image.healthcheck_for(tag) {
        lines.push(format!("Healthcheck: `{}`", test.join(" ")));
    }
    lines.join("\n\n")
}

/// The variables of an image that the catalogue names, each once.
pub(in crate::lsp) fn variables(image: &Image) -> Vec<String> {
    let required = image.required.iter().flat_map(|one| &one.any_of).map(|setting| &setting.variable);
    let secrets = image.secrets.iter().flat_map(|one| [Some(&one.name), one.file.as_ref()]).flatten();
    let accounts = image.defaults.accounts.iter();
    let accounts = accounts.flat_map(|one| one.user.iter().chain([&one.password])).flat_map(|value| &value.variables);
    let databases = image.defaults.databases.iter().flat_map(|value| &value.variables);
    let others = image.data.iter().filter_map(|data| data.variable.as_ref());
    let ports = image.ports.iter().filter_map(|port| port.variable.as_ref());
    let mut all: Vec<String> = Vec::new();
    for name in required.chain(accounts).chain(databases).chain(secrets).chain(others).chain(ports) {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    all
}

fn role(role: ImageRole) -> &'static str {
    match role {
        ImageRole::Datastore => "Datastore",
        ImageRole::Cache => "Cache",
        ImageRole::Broker => "Message broker",
        ImageRole::Search => "Search engine",
        ImageRole::Proxy => "Reverse proxy",
        ImageRole::Admin => "Management interface",
        ImageRole::Application => "Application",
        ImageRole::Monitoring => "Monitoring",
        ImageRole::Tool => "Tool",
        ImageRole::Base => "Language or operating system",
    }
}
