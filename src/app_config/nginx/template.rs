//! Templates that `envsubst` fills: nginx/docker-nginx, `20-envsubst-on-templates.sh`. It replaces `$NAME` and `${NAME}` for the
//! variables that the container has, and knows no other form.

use super::NginxConfig;
use crate::app_config::address::Located;

/// Adds what a template has that is not replaced.
pub(crate) fn read(text: &str, lookup: &dyn Fn(&str) -> Option<String>, config: &mut NginxConfig) {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("${")) {
        let start = at + found;
        at = start + 2;
        let inner = text.get(at..).unwrap_or("");
        let line = inner.split('\n').next().unwrap_or("");
        let Some(end) = line.find('}') else { continue };
        if is_comment(text, start) {
            continue;
        }
        let inside = line.get(..end).unwrap_or("");
        let name_end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
        let (name, rest) = inside.split_at_checked(name_end).unwrap_or((inside, ""));
        let span = start..at + end + 1;
        // nginx's own variables are in lower case.
        let is_environment =
            name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains(|c: char| c.is_ascii_lowercase());
        if is_environment && rest.starts_with([':', '-', '?', '+', '=']) {
            config.unsupported.push(Located { text: text.get(span.clone()).unwrap_or("").to_owned(), span });
        } else if is_environment && rest.is_empty() && lookup(name).is_none() {
            config.unfilled.push(Located { text: name.to_owned(), span });
        }
    }
}

fn is_comment(text: &str, at: usize) -> bool {
    let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let check = |text: &str, unsupported: &[&str], unfilled: &[&str]| {
            let mut config = NginxConfig::default();
            read(text, &|name| (name == "HOST").then(String::new), &mut config);
            let texts = |all: &[Located]| all.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
            assert_eq!(texts(&config.unsupported), unsupported, "{text}");
            assert_eq!(texts(&config.unfilled), unfilled, "{text}");
        };
        check("listen ${PORT:-80}; # é", &["${PORT:-80}"], &[]);
        check("a ${HOST}; b ${OTHER}; c ${request_uri}; d $X", &[], &["OTHER"]);
        check("# ${PORT:-80}\n${X", &[], &[]);
    }
}
