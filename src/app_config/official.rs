//! Whether a service runs the official image of a proxy, unchanged.

use super::files::image_name;
use super::traefik;
use crate::model::{BuiltImage, Command, Service, base_image};

/// Whether a service runs an image that the catalogue knows by this very name, or one that is made of it by copying files.
pub(crate) fn is_official(service: &Service) -> bool {
    let copied = service.build.as_ref().is_none_or(|build| build.image.as_ref().is_some_and(is_made_by_copying));
    copied && base_image(service).and_then(|image| image.value.known).is_some_and(|found| found.exact)
}

/// Whether a Dockerfile copies files, starts what its image starts, and runs nothing else but what makes room for them.
fn is_made_by_copying(image: &BuiltImage) -> bool {
    let is_same = |command: &Command| command.words.iter().all(|word| PLAIN.contains(&word.value.as_str()));
    image.entrypoint.is_none()
        && image.command.as_ref().is_none_or(is_same)
        && image.runs.iter().all(|run| is_preparation(&run.script.value))
}

/// Whether a script of a build writes no file with anything in it: it removes files, makes directories, changes owners.
fn is_preparation(script: &str) -> bool {
    const PROGRAMS: [&str; 10] =
        ["rm", "mkdir", "chown", "chmod", "touch", "addgroup", "adduser", "groupadd", "useradd", "set"];
    let script = script.replace("\\\n", " ");
    let is_known = |step: &str| step.split_whitespace().next().is_none_or(|program| PROGRAMS.contains(&program));
    !script.contains(['>', '`', '(']) && script.split(['&', ';', '|', '\n']).all(is_known)
}

/// Words that start the server as its image does.
const PLAIN: [&str; 6] = ["nginx", "-g", "daemon off;", "nginx -g 'daemon off;'", "caddy", "run"];

/// Whether it is the image of nginx itself: `nginx`, or the one that runs without root.
pub(crate) fn is_official_nginx(service: &Service) -> bool {
    let unprivileged = image_name(service) == "nginx-unprivileged";
    image_name(service) == "nginx" && is_official(service) || unprivileged
}

/// Whether the image's own command runs: other options and scripts may read other files.
pub(crate) fn runs_as_made(service: &Service) -> bool {
    let words = service.command.iter().flat_map(|command| &command.words).map(|word| word.value.as_str());
    let is_loop = match words.clone().collect::<Vec<_>>().as_slice() {
        ["sh" | "/bin/sh" | "bash" | "/bin/bash", "-c", script] => is_reload_loop(script),
        _ => false,
    };
    let is_plain = |word: &str| PLAIN.contains(&word) || traefik::is_traefik(service) || word == "nginx-debug";
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
    fn what_makes_room_for_files() {
        let check = |script: &str, expect: bool| assert_eq!(is_preparation(script), expect, "{script}");
        check("rm /etc/nginx/conf.d/default.conf", true);
        check("rm -rf /usr/share/nginx/html/* && mkdir -p /var/www \\\n && chown -R nginx:nginx /var/www", true);
        check("echo 'server {}' > /etc/nginx/conf.d/default.conf", false);
        check("mkdir /certs && openssl req -x509 -out /certs/a.pem", false);
        check("apk add --no-cache bash", false);
    }

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
