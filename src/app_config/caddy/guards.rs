//! Directives of a Caddyfile that may require authentication.

use super::lines::CaddyLine;
use super::{DEEPEST_IMPORT, Snippets};
use crate::budget::Limit;

/// Whether one of the lines, which are side by side, may require authentication or deny access. By
/// <https://caddyserver.com/docs/caddyfile/directives>; plugins have directives of their own.
pub(super) fn asks(lines: &[CaddyLine], snippets: &Snippets<'_>, depth: usize) -> bool {
    // What is too much to look at may ask.
    let is_within = snippets.meter.spend(Limit::Steps, lines.len());
    !is_within
        || lines.iter().any(|line| match line.name() {
            "basic_auth" | "basicauth" | "forward_auth" | "abort" | "error" => true,
            "authorize" | "authenticate" | "authp" | "jwtauth" | "crowdsec" | "oauth2" | "security" => true,
            "respond" => line.words.iter().any(|word| word.text.starts_with("40")),
            "tls" => line.block.iter().any(|inner| inner.name() == "client_auth"),
            "import" => {
                let name = line.words.get(1).map_or("", |word| word.text.as_str());
                let snippet = snippets.by_name.get(name);
                // What is not here may ask.
                depth >= DEEPEST_IMPORT || snippet.is_none_or(|snippet| asks(&snippet.block, snippets, depth + 1))
            }
            _ => false,
        })
}

/// Whether the address of a site is one that only a local network resolves.
pub(crate) fn is_inside(site: &str) -> bool {
    let (_, rest) = site.split_once("://").unwrap_or(("", site));
    let host = rest.split(['/', ':']).next().unwrap_or("");
    let ends = [".local", ".lan", ".internal", ".home", ".test", ".localhost", ".localdomain", ".home.arpa"];
    host == "localhost" || host == "127.0.0.1" || ends.iter().any(|end| host.ends_with(end))
}
