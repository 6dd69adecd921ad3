//! certbot and a proxy that do not share the files that one writes and the other reads.

use crate::app_config::{Named, image_name, is_official};
use crate::facts::storage::mounts;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Model, Mount, MountKind, Service};
use crate::rules::Context;
use crate::rules::support::with_given;

/// Where certbot keeps what it gets.
const LETSENCRYPT: &str = "/etc/letsencrypt";

/// Reports, for each proxy, the first directory of challenges and the first certificate that certbot writes elsewhere.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let Some(certbot) = cx.model.services.values().find(|service| image_name(service) == "certbot") else { return };
    let app_configs = cx.facts.app_configs();
    for proxy in cx.model.services.values().filter(|service| service.name != certbot.name) {
        let of_proxy =
            |all: &'_ [Named]| all.iter().filter(|one| one.service == proxy.name).cloned().collect::<Vec<_>>();
        let webroot = webroot(certbot);
        let challenge = of_proxy(&app_configs.challenge_roots).into_iter().find_map(|root| {
            let theirs = webroot.clone().unwrap_or_else(|| root.text.clone());
            let pair = WebrootPair { named: &root, ours: &root.text, theirs: &theirs, certain: webroot.is_some() };
            pair.finding(cx.model, proxy, certbot)
        });
        findings.extend(challenge);
        let certificate = of_proxy(&app_configs.certificates).into_iter().find_map(|path| {
            let inside = mounts::is_inside(&path.text, LETSENCRYPT);
            let covered = mounts::cover(cx.model, proxy, LETSENCRYPT).is_some();
            let pair = WebrootPair { named: &path, ours: LETSENCRYPT, theirs: LETSENCRYPT, certain: true };
            if inside && covered { pair.finding(cx.model, proxy, certbot) } else { None }
        });
        findings.extend(certificate);
    }
}

/// The directory that certbot puts challenges into, where its command says so.
fn webroot(certbot: &Service) -> Option<String> {
    let words = certbot.entrypoint.iter().chain(&certbot.command).flat_map(|command| &command.words);
    let script = words.map(|word| word.value.as_str()).collect::<Vec<_>>().join(" ");
    let mut words = script.split_whitespace();
    while let Some(word) = words.next() {
        if let Some(path) = word.strip_prefix("--webroot-path=") {
            return Some(path.trim_end_matches(';').to_owned());
        }
        if matches!(word, "-w" | "--webroot-path") {
            return words.next().map(|path| path.trim_end_matches(';').to_owned());
        }
    }
    None
}

/// A directory of the proxy, and that of certbot which it should be.
struct WebrootPair<'a> {
    named: &'a Named,
    ours: &'a str,
    theirs: &'a str,
    /// Whether certbot's command names its directory.
    certain: bool,
}

impl WebrootPair<'_> {
    fn finding(&self, model: &Model, proxy: &Service, certbot: &Service) -> Option<Finding> {
        let (ours, theirs) = (mounts::cover(model, proxy, self.ours), mounts::cover(model, certbot, self.theirs));
        let (name, other) = (&proxy.name, &certbot.name);
        let (message, place, label) = match (ours, theirs) {
            (Some(ours), Some(theirs)) if behind(ours, self.ours) == behind(theirs, self.theirs) => return None,
            (Some(_), Some(theirs)) => (
                format!(
                    "`{name}` reads `{}` from a different volume or directory than `{other}` writes it to",
                    self.ours
                ),
                theirs.place,
                format!("`{other}` writes here"),
            ),
            (None, Some(theirs)) if is_official(proxy) => (
                format!("`{name}` reads `{}`, which is not shared with `{other}`", self.ours),
                theirs.place,
                format!("`{other}` writes here"),
            ),
            (Some(ours), None) if self.certain => (
                format!("`{other}` writes to `{}`, which is not shared with `{name}`", self.theirs),
                ours.place,
                format!("`{name}` reads here"),
            ),
            _ => return None,
        };
        let finding = Finding::new(rule::ACME_WEBROOT_NOT_SHARED, self.named.place, Subject::service(name), message)
            .evidence(self.ours.to_owned())
            .confidence(if self.certain { Confidence::High } else { Confidence::Medium })
            .label(place, label)
            .help("mount the same volume or directory in both services");
        Some(with_given(finding, self.named.given, format!("`{name}` uses this configuration")))
    }
}

/// What of the host or of a volume a path of the container is.
fn behind(mount: &Mount, path: &str) -> Option<String> {
    let rest = path.strip_prefix(mount.target.value.as_str())?;
    let source = match &mount.kind {
        MountKind::Bind(source) => source.clone(),
        MountKind::Volume(name) => format!("{name}:{}", mount.subpath.as_deref().unwrap_or("")),
        _ => return None,
    };
    Some(format!("{source}/{rest}").replace("//", "/").trim_end_matches('/').to_owned())
}
