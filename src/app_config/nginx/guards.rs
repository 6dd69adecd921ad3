//! Directives of nginx that may require authentication.

use crate::app_config::word::ConfigWord;

/// What a directive says: `Some(true)` where it may require authentication or deny access, `Some(false)` where it takes that
/// back. By <https://nginx.org/en/docs/http/> (`ngx_http_auth_basic_module`, `auth_request`, `access`, `ssl`).
pub(crate) fn guard(words: &[ConfigWord]) -> Option<bool> {
    const ASKING: [&str; 8] =
        ["auth_jwt", "auth_digest", "auth_ldap", "auth_pam", "auth_delay", "js_access", "perl", "secure_link"];
    let name = words.first()?.text.as_str();
    let value = words.get(1).map_or("", |word| word.text.as_str());
    match name {
        "auth_basic" | "auth_request" | "ssl_verify_client" => Some(value != "off"),
        "deny" | "internal" => Some(true),
        "return" => value.starts_with('4').then_some(true),
        // Files for parameters and types are the image's; any other may hold what asks.
        "include" => (!value.contains("_params") && !value.contains("mime.types")).then_some(true),
        _ if name.starts_with("access_by_lua") || name.starts_with("rewrite_by_lua") => Some(true),
        _ => ASKING.contains(&name).then_some(true),
    }
}

/// Whether a block is for one page alone (`location = /health`), or for what only nginx itself asks for.
pub(crate) fn is_one_page(words: &[ConfigWord]) -> bool {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    text(0) == "location" && (text(1) == "=" || text(1).starts_with('@'))
}
