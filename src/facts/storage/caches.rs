//! Servers that hold nothing but a cache, by their names and by what uses them.

use std::path::{Path, PathBuf};

use crate::facts::Facts;
use crate::facts::images::{launched_words, may_be_set, variable};
use crate::facts::network::hosts::HostOrigin;
use crate::facts::network::reach::Answer;
use crate::facts::repository::generated_files::MOST_BYTES;
use crate::model::Service;
use crate::source::{DirectorySearch, PathKind, SourceDb, normalize};

/// Images of servers that often hold a cache alone.
const CACHES: [&str; 5] = ["redis", "valkey", "keydb", "dragonfly", "garnet"];

/// Words of commands that keep work in such a server.
const WORKING: [&str; 10] =
    ["celery", "sidekiq", "rq", "rqworker", "horizon", "resque", "dramatiq", "huey", "arq", "queue:work"];

/// Settings of Django with which more than a cache is kept (<https://docs.djangoproject.com/en/stable/ref/settings/>,
/// Celery, Channels, Django RQ, Huey, Dramatiq, Django Q).
const KEEPING: [&str; 8] =
    ["CELERY", "BROKER_URL", "CHANNEL_LAYERS", "RQ_QUEUES", "HUEY", "DRAMATIQ", "Q_CLUSTER", "SESSION_ENGINE"];

/// How many directories of a build are looked into for settings.
const MOST: usize = 32;

/// Whether a server holds a cache and nothing else.
pub(crate) fn is_only_cache(facts: &Facts<'_>, service: &Service, image: &str) -> bool {
    if !CACHES.iter().any(|cache| image.contains(cache)) {
        return false;
    }
    is_called_cache(&service.name) || is_used_as_cache(facts, service)
}

fn is_called_cache(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|word| word == "cache" || word.ends_with("cache"))
}

/// Whether all that is known to use a server says that it is a cache.
fn is_used_as_cache(facts: &Facts<'_>, service: &Service) -> bool {
    let all = || facts.model.services.values().chain(facts.model.disabled.values());
    if all().any(|one| launched_words(one).iter().any(|word| WORKING.contains(word))) {
        return false;
    }
    let mut is_used = false;
    for client in facts.model.services.values().filter(|client| client.name != service.name) {
        let leads_here = |host: &str| matches!(facts.reach().who_answers(&client.name, host), Answer::Service(name) if name == service.name);
        let here = facts.hosts(&client.name).iter().filter(|one| leads_here(&one.host));
        let names: Vec<&HostOrigin> = here.map(|one| &one.at).filter(|at| **at != HostOrigin::Healthcheck).collect();
        if names.is_empty() {
            continue;
        }
        let is_named = |at: &&HostOrigin| matches!(at, HostOrigin::Variable(name) if name.contains("CACHE"));
        if !names.iter().all(is_named) && !says_so(facts, client) {
            return false;
        }
        is_used = true;
    }
    is_used
}

/// Whether the settings of an application say that it uses its server for a cache.
fn says_so(facts: &Facts<'_>, client: &Service) -> bool {
    if of_laravel(client) {
        return true;
    }
    let context = client.build.as_ref().and_then(|build| build.context.as_ref());
    let Some(context) = context.map(|context| normalize(Path::new(&context.value))) else { return false };
    let sources = facts.sources.glancing();
    let says_so = || of_django(&context, &sources) || of_rails(&context, &sources);
    let find = || if says_so() { vec![context.clone()] } else { Vec::new() };
    context.starts_with(&facts.root) && !sources.found(DirectorySearch::CacheSettings, &context, find).is_empty()
}

/// <https://laravel.com/docs/cache>: each part of the framework has a variable that says where it keeps its data.
fn of_laravel(client: &Service) -> bool {
    let is_here = |name: &str| variable(client, name).is_some_and(|value| value.value == "redis");
    let is_open = |name: &str| is_here(name) || may_be_set(client, name);
    let others = [
        "QUEUE_CONNECTION",
        "QUEUE_DRIVER",
        "SESSION_DRIVER",
        "BROADCAST_DRIVER",
        "BROADCAST_CONNECTION",
        "SCOUT_DRIVER",
    ];
    ["CACHE_STORE", "CACHE_DRIVER"].into_iter().any(is_here) && !others.into_iter().any(is_open)
}

fn of_django(context: &Path, sources: &SourceDb) -> bool {
    let is_directory = |path: &PathBuf| sources.kind(path) == PathKind::Directory;
    let inside = |outer: &Path| -> Vec<PathBuf> {
        let entries = sources.entries(outer);
        entries.names().filter(|name| !name.contains('.')).map(|name| outer.join(name)).filter(is_directory).collect()
    };
    let first = inside(context);
    let second = first.iter().take(MOST).flat_map(|one| inside(one));
    let directories: Vec<PathBuf> =
        std::iter::once(context.to_path_buf()).chain(first.iter().cloned()).chain(second).take(4 * MOST).collect();
    let settings = directories.iter().flat_map(|directory| {
        let is_settings = directory.file_name().is_some_and(|name| name == "settings");
        let entries = sources.entries(directory);
        let is_meant = |name: &&str| *name == "settings.py" || is_settings && name.ends_with(".py");
        entries.names().filter(is_meant).map(|name| directory.join(name)).collect::<Vec<_>>()
    });
    let texts: Vec<_> = settings
        .filter_map(|path| sources.load_with(&path, &[""], MOST_BYTES))
        .map(|file| sources.file(file).text.clone())
        .collect();
    let is_cache =
        |text: &str| text.contains("CACHES") && ["RedisCache", "django_redis"].iter().any(|word| text.contains(word));
    texts.iter().any(|text| is_cache(text))
        && !texts.iter().any(|text| KEEPING.iter().any(|setting| text.contains(setting)))
}

/// <https://guides.rubyonrails.org/caching_with_rails.html#activesupport-cache-rediscachestore>
fn of_rails(context: &Path, sources: &SourceDb) -> bool {
    let text = |path: &str| {
        let file = sources.load_with(&context.join(path), &[""], MOST_BYTES)?;
        Some(sources.file(file).text.clone())
    };
    let stores = text("config/environments/production.rb").is_some_and(|text| text.contains(":redis_cache_store"));
    let works = ["sidekiq", "resque"];
    stores
        && !text("Gemfile").is_some_and(|text| works.iter().any(|word| text.contains(word)))
        && !text("config/cable.yml").is_some_and(|text| text.contains("adapter: redis"))
}

#[cfg(test)]
mod tests {
    use super::is_only_cache;
    use crate::facts::fixture::with_facts;

    fn check(web: &str, expect: bool) {
        let compose = format!("services:\n  web: {{{web}}}\n  redis: {{image: 'redis:8'}}\n");
        with_facts(&compose, |facts| {
            let found = is_only_cache(facts, &facts.model.services["redis"], "redis");
            assert_eq!(found, expect, "{web}");
        });
    }

    #[test]
    fn what_is_used_as_a_cache() {
        check("image: x, environment: {CACHE_URL: 'redis://redis:6379/1'}", true);
        check("image: x, environment: {REDIS_URL: 'redis://redis:6379/1'}", false);
        check("image: x", false);
        let laravel = "REDIS_HOST: redis, CACHE_STORE: redis";
        check(&format!("image: x, environment: {{{laravel}, QUEUE_CONNECTION: database}}"), true);
        check(&format!("image: x, environment: {{{laravel}, QUEUE_CONNECTION: redis}}"), false);
    }
}
