//! Whether a service runs the official image of a proxy, unchanged.

use super::files::image_name;
use super::traefik;
use crate::model::{Service, base_image};

/// Whether a service runs an image that the catalogue knows by this very name, or one that is made of it by copying files.
pub(crate) fn is_official(service: &Service) -> bool {
    let copied = service.build.as_ref().is_none_or(|build| {
        let image = build.image.as_ref();
        image.is_some_and(|image| image.runs.is_empty() && image.entrypoint.is_none() && image.command.is_none())
    });
    copied && base_image(service).and_then(|image| image.value.known).is_some_and(|found| found.exact)
}

/// Whether it is the image of nginx itself: `nginx`, or the one that runs without root.
pub(crate) fn is_official_nginx(service: &Service) -> bool {
    let unprivileged = image_name(service) == "nginx-unprivileged";
    image_name(service) == "nginx" && is_official(service) || unprivileged
}

/// Whether the image's own command runs: other options and scripts may read other files.
pub(crate) fn runs_as_made(service: &Service) -> bool {
    let words = service.command.iter().flat_map(|command| &command.words).map(|word| word.value.as_str());
    let plain = ["nginx", "-g", "daemon off;", "nginx -g 'daemon off;'", "caddy", "run"];
    let is_loop = match words.clone().collect::<Vec<_>>().as_slice() {
        ["sh" | "/bin/sh" | "bash" | "/bin/bash", "-c", script] => is_reload_loop(script),
        _ => false,
    };
    let is_plain = |word: &str| plain.contains(&word) || traefik::is_traefik(service) || word == "nginx-debug";
    let hooks = ["/docker-entrypoint.sh", "/docker-entrypoint.d"];
    let hooked = service.mounts.iter().any(|mount| hooks.iter().any(|hook| mount.target.value.starts_with(hook)));
    service.entrypoint.is_none() && !hooked && (is_loop || words.into_iter().all(is_plain))
}

/// Whether a script starts nginx and does nothing else but reload it now and then, so that it reads renewed certificates.
fn is_reload_loop(script: &str) -> bool {
    const WORDS: [&str; 18] = [
        "while", ":", "true", "do", "sleep", "wait", "$!", "$", "!", "nginx", "-s", "reload", "done", "-g", "daemon",
        "off", "exec", "\\",
    ];
    let is_between = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | '"' | '\'' | '{' | '}' | '(' | ')');
    let is_time = |word: &str| word.trim_end_matches(['s', 'm', 'h', 'd']).bytes().all(|byte| byte.is_ascii_digit());
    let mut words = script.split(is_between).filter(|word| !word.is_empty());
    script.contains("daemon off") && words.all(|word| WORDS.contains(&word) || is_time(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_reloads_nginx() {
        let check = |script: &str, expect: bool| assert_eq!(is_reload_loop(script), expect, "{script}");
        check("while :; do sleep 6h & wait $!; nginx -s reload; done & nginx -g \"daemon off;\"", true);
        check("while true; do sleep 21600s; nginx -s reload; done & exec nginx -g 'daemon off;'", true);
        check("nginx -g 'daemon off;' -c /etc/other.conf", false);
        check("envsubst < /a > /b && nginx -g 'daemon off;'", false);
        check("while :; do sleep 6h; nginx -s reload; done", false);
    }
}
