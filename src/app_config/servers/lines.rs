//! Settings of configurations that are lines: a name, a value, and where the value is written.

use super::ServerKind;
use crate::app_config::settings::Setting;
use crate::budget::{Limit, Meter};

/// How a language writes its lines.
#[derive(Clone, Copy)]
struct LineForm {
    /// What starts a comment at the beginning of a line or behind a blank.
    comments: &'static [char],
    /// Whether a comment may also stand behind a value.
    trailing: bool,
    /// The separator between a name and its value, besides blanks.
    separators: &'static [char],
    /// Whether blocks in braces hold other settings: only what is in none counts.
    braces: bool,
    /// Whether `[section]` goes before the names.
    sections: bool,
}

fn form(kind: ServerKind) -> LineForm {
    let plain = LineForm { comments: &['#'], trailing: false, separators: &[], braces: false, sections: false };
    match kind {
        // mosquitto.conf(5), redis.conf: comments have lines of their own.
        ServerKind::Mosquitto | ServerKind::Redis | ServerKind::Mongo | ServerKind::Search => plain,
        // https://docs.nats.io/running-a-nats-service/configuration
        ServerKind::Nats => {
            LineForm { comments: &['#', '/'], trailing: true, separators: &[':', '='], braces: true, ..plain }
        }
        // https://www.postgresql.org/docs/current/config-setting.html,
        // https://www.rabbitmq.com/docs/configure#config-file-formats
        ServerKind::Postgres | ServerKind::Rabbitmq => LineForm { trailing: true, separators: &['='], ..plain },
        // https://dev.mysql.com/doc/refman/8.4/en/option-files.html
        ServerKind::Mysql => {
            LineForm { comments: &['#', ';'], trailing: true, separators: &['='], sections: true, ..plain }
        }
        // https://docs.influxdata.com/influxdb/v1/administration/config/
        ServerKind::Influx => LineForm { trailing: true, separators: &['='], sections: true, ..plain },
        // java.util.Properties
        ServerKind::Kafka => LineForm { comments: &['#', '!'], separators: &['=', ':'], ..plain },
    }
}

/// The settings of a text, in its order; names in lower case.
pub(crate) fn settings(text: &str, kind: ServerKind, meter: Meter<'_>) -> Vec<Setting> {
    let form = form(kind);
    let (mut found, mut at, mut depth, mut section) = (Vec::new(), 0, 0_usize, String::new());
    for line in text.split_inclusive('\n') {
        if !meter.spend(Limit::Values, 1) {
            return Vec::new();
        }
        let start = at;
        at += line.len();
        let content = without_comment(line, form);
        let trimmed = content.trim();
        let name = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Some(name) = name.filter(|_| form.sections) {
            section = format!("{}.", name.trim().to_ascii_lowercase());
            continue;
        }
        let outermost = depth == 0;
        if form.braces {
            let (opened, closed) = (content.matches('{').count(), content.matches('}').count());
            depth = (depth + opened).saturating_sub(closed);
        }
        if !trimmed.is_empty() && outermost && !trimmed.starts_with('}') {
            found.push(setting(content, start, &section, form));
        }
    }
    found
}

fn without_comment(line: &str, form: LineForm) -> &str {
    let is_mark = |c: char| form.comments.contains(&c);
    if line.trim_start().starts_with(is_mark) {
        return "";
    }
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices().filter(|_| form.trailing) {
        match quote {
            Some(open) => quote = Some(open).filter(|open| *open != c),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if is_mark(c) && before.is_whitespace() => return line.get(..at).unwrap_or(line),
            None => {}
        }
        before = c;
    }
    line
}

fn setting(content: &str, start: usize, section: &str, form: LineForm) -> Setting {
    let is_between = |c: char| c.is_whitespace() || form.separators.contains(&c);
    let lead = content.len() - content.trim_start().len();
    let rest = content.get(lead..).unwrap_or("");
    let name_end = rest.find(is_between).unwrap_or(rest.trim_end().len());
    let name = rest.get(..name_end).unwrap_or("");
    let after = rest.get(name_end..).unwrap_or("");
    let gap = after.len() - after.trim_start_matches(is_between).len();
    let raw = after.get(gap..).unwrap_or("").trim_end();
    let quoted = raw.len() > 1 && raw.starts_with(['"', '\'']) && raw.ends_with(['"', '\'']);
    let from = start + lead + name_end + gap + usize::from(quoted);
    let value = if quoted { raw.get(1..raw.len() - 1).unwrap_or("") } else { raw };
    let span = if value.is_empty() { start + lead..start + lead + name_end } else { from..from + value.len() };
    Setting { path: format!("{section}{}", name.to_ascii_lowercase()), value: value.to_owned(), span }
}
