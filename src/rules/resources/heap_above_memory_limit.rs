//! A heap or buffer that is larger than the memory limit of its container.

use crate::facts::images::{argument_value, known_image, launch};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned, Variable, VariableSource};
use crate::rules::Context;

/// What a program may take, and where that is set.
struct MemoryUse<'a> {
    /// `heap`, `cache` …
    what: &'static str,
    bytes: u64,
    /// As written: `-Xmx1g`.
    setting: String,
    at: &'a Spanned<String>,
    /// Whether the program needs memory beside it, so that the same as the limit is too much.
    needs_more: bool,
}

/// Variables with the size of a heap and nothing else: Solr, Cassandra, older Elasticsearch, Bitnami's.
const SIZES: [&str; 7] = [
    "ELASTICSEARCH_HEAP_SIZE",
    "SOLR_HEAP",
    "MAX_HEAP_SIZE",
    "ES_HEAP_SIZE",
    "HEAP_SIZE",
    "NEO4J_server_memory_heap_max__size",
    "NEO4J_dbms_memory_heap_max__size",
];

/// The same, of one image: docker-minecraft-server's documentation, "configuration/jvm-options".
const OF_IMAGES: [(&str, &str); 2] = [("minecraft-server", "MEMORY"), ("minecraft-server", "MAX_MEMORY")];

/// Options of servers for their buffers: PostgreSQL, MySQL and MariaDB, Redis and Valkey, each with what it is and the unit
/// of a bare number. What a letter means they agree on: a power of 1024.
const OPTIONS: [(&str, &str, &str); 4] = [
    ("--innodb-buffer-pool-size", "buffer pool", ""),
    ("--innodb_buffer_pool_size", "buffer pool", ""),
    ("--maxmemory", "cache", ""),
    ("--wiredTigerCacheSizeGB", "cache", "g"),
];

/// Reports services whose program may take more memory than their container.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let Some(limit) = service.memory_limit.as_ref().filter(|limit| limit.value > 0) else { continue };
        // Which of two limits holds is not decided: docker compose rejects them together.
        if has_two_limits(cx, &service.name) {
            continue;
        }
        let Some(taken) = taken(cx, service) else { continue };
        let most = u64::try_from(limit.value).unwrap_or(u64::MAX);
        if taken.bytes < most || taken.bytes == most && !taken.needs_more {
            continue;
        }
        let name = &service.name;
        let (severity, message) = if taken.bytes == most {
            (
                Severity::Warning,
                format!(
                    "`{}` lets the {} of `{name}` take all of its memory limit, which leaves nothing for the rest of the program",
                    taken.setting, taken.what
                ),
            )
        } else {
            (
                Severity::Error,
                format!(
                    "`{}` lets `{name}` take {}, but its memory limit is {}: the kernel kills it",
                    taken.setting,
                    in_words(taken.bytes),
                    in_words(most)
                ),
            )
        };
        let mut finding = Finding::new(rule::HEAP_ABOVE_MEMORY_LIMIT, taken.at.place, Subject::service(name), message)
            .severity(severity)
            .evidence(taken.what)
            .label(limit.place, "the limit")
            .help(format!("raise the limit, or lower the {}: to about half of the limit for Java, which needs memory beside its heap", taken.what));
        if taken.what != "heap" {
            finding = finding.help(format!("raise the limit, or lower the {} well below it", taken.what));
        }
        if taken.at.is_interpolated() || limit.is_interpolated() {
            finding = finding.confidence(Confidence::Medium);
        }
        findings.push(finding);
    }
}

fn has_two_limits(cx: &Context<'_>, service: &str) -> bool {
    let value = cx.project.root.get("services").and_then(|services| services.get(service));
    let at = |keys: &[&str]| keys.iter().try_fold(value?, |value, key| value.get(key));
    match (at(&["mem_limit"]), at(&["deploy", "resources", "limits", "memory"])) {
        (Some(one), Some(other)) => one.data != other.data,
        _ => false,
    }
}

/// Variables for the heap of one program, and the image of another that does not read them.
const OF_ANOTHER: [(&str, &str); 2] = [("OPENSEARCH_JAVA_OPTS", "elasticsearch"), ("ES_JAVA_OPTS", "opensearch")];

/// The most that a setting of a service lets its program take.
fn taken<'a>(cx: &Context<'a>, service: &'a Service) -> Option<MemoryUse<'a>> {
    let image = known_image(service).map_or("", |known| known.image.name.as_str());
    let is_read = |name: &str| !OF_ANOTHER.iter().any(|(other, not)| *other == name && *not == image);
    // A line of an env file for several services is meant for one of them.
    let is_own = |variable: &&Variable| {
        let has = |other: &&Service| other.environment.values().any(|one| one.key == variable.key);
        variable.source == VariableSource::Environment || cx.model.services.values().filter(has).nth(1).is_none()
    };
    let variables = service.environment.iter().filter(|(name, variable)| is_read(name) && is_own(variable));
    let values = variables.filter_map(|(_, variable)| variable.value.as_ref());
    let mut all: Vec<MemoryUse<'_>> = launch(service).into_iter().chain(values).filter_map(in_text).collect();
    let of_image = OF_IMAGES.into_iter().filter(|(name, _)| *name == image).map(|(_, variable)| variable);
    for name in SIZES.into_iter().chain(of_image) {
        let variable = service.environment.get(name).filter(is_own);
        let Some(value) = variable.and_then(|variable| variable.value.as_ref()) else { continue };
        let bytes = size(&value.value, "");
        all.extend(bytes.map(|bytes| MemoryUse {
            what: "heap",
            bytes,
            setting: format!("{name}={}", value.value),
            at: value,
            needs_more: true,
        }));
    }
    for (option, what, unit) in OPTIONS {
        let Some((value, word)) = argument_value(service, option) else { continue };
        let bytes = size(&value, unit);
        all.extend(bytes.map(|bytes| MemoryUse {
            what,
            bytes,
            setting: format!("{option} {value}"),
            at: word,
            needs_more: false,
        }));
    }
    // An option of the command counts for more than a file.
    if all.iter().all(|taken| taken.what == "heap") {
        all.extend(in_configuration(service));
    }
    all.into_iter().max_by_key(|taken| taken.bytes)
}

/// What the configuration of a database or cache makes it reserve.
fn in_configuration(service: &Service) -> Option<MemoryUse<'_>> {
    let configured = service.configured.as_ref()?;
    let value = configured.memory.as_ref()?;
    let (what, unit, setting) = match configured.program {
        "PostgreSQL" => ("shared memory", "", "shared_buffers"),
        "MySQL" => ("buffer pool", "", "innodb_buffer_pool_size"),
        "Redis" => ("cache", "", "maxmemory"),
        _ => ("cache", "g", "cacheSizeGB"),
    };
    let text = value.value.trim_matches(['"', '\'']);
    // A bare number of PostgreSQL counts blocks.
    let is_blocks = configured.program == "PostgreSQL" && text.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = size(text, unit).filter(|_| !is_blocks)?;
    Some(MemoryUse { what, bytes, setting: format!("{setting} = {text}"), at: value, needs_more: false })
}

/// The largest heap that options in a text allow: Java's, and that of Node.js.
fn in_text(text: &Spanned<String>) -> Option<MemoryUse<'_>> {
    let words = text.value.split(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''));
    let found = words.filter_map(|word| {
        let heap = |size: Option<u64>| Some((word, size?, "heap"));
        if let Some(rest) = word.strip_prefix("-Xmx").or_else(|| word.strip_prefix("-Xms")) {
            return heap(size(rest, ""));
        }
        if let Some(rest) =
            word.strip_prefix("--max-old-space-size=").or_else(|| word.strip_prefix("--max_old_space_size="))
        {
            return heap(size(rest, "m"));
        }
        let rest = word.strip_prefix("shared_buffers=")?;
        // A bare number counts blocks.
        let bytes = size(rest, "").filter(|_| !rest.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some((word, bytes, "shared memory"))
    });
    let (word, bytes, what) = found.max_by_key(|(_, bytes, _)| *bytes)?;
    Some(MemoryUse { what, bytes, setting: word.to_owned(), at: text, needs_more: what == "heap" })
}

/// A size in bytes: a number and a letter, perhaps with a `b` behind it; `unit` is that of a bare number.
fn size(text: &str, unit: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.len() - lower.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.').len();
    let number: f64 = lower.get(..digits)?.parse().ok()?;
    let own = lower.get(digits..)?.trim_end_matches('b').trim_end_matches('i');
    let power = match if own.is_empty() { unit } else { own } {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return None,
    };
    Some((number * 1024_f64.powi(power)) as u64)
}

fn in_words(bytes: u64) -> String {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    let (number, unit) = if mebibytes >= 1024.0 { (mebibytes / 1024.0, "GiB") } else { (mebibytes, "MiB") };
    format!("{} {unit}", (number * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(
            (size("512m", ""), size("1G", ""), size("2gb", ""), size("1.5GiB", "")),
            (Some(512 << 20), Some(1 << 30), Some(2 << 30), Some(3 << 29))
        );
        assert_eq!(
            (size("4096", "m"), size("1024", ""), size("50%", ""), size("", "")),
            (Some(4 << 30), Some(1024), None, None)
        );
    }
}
