//! Traefik middlewares that may require authentication.

/// Middlewares that change requests and ask for nothing, in lower case.
pub(crate) const HARMLESS: [&str; 18] = [
    "addprefix",
    "buffering",
    "circuitbreaker",
    "compress",
    "contenttype",
    "errors",
    "grpcweb",
    "headers",
    "inflightreq",
    "passtlsclientcert",
    "ratelimit",
    "redirectregex",
    "redirectscheme",
    "replacepath",
    "replacepathregex",
    "retry",
    "stripprefix",
    "stripprefixregex",
];

/// Whether a rule is for a name that only a local network resolves.
pub(crate) fn is_internal(rule: &str) -> bool {
    ["localhost", ".local`", ".lan`", ".internal`", ".test`", ".home`", ".localdomain`", ".localtest.me`", "127.0.0.1"]
        .iter()
        .any(|name| rule.contains(name))
}
