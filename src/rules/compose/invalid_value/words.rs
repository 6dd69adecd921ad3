//! Words and names of which the engine takes only some (moby 28.5.1; the file that decides is named at each).

use super::{ValueFlaw, ValueReport};
use crate::compose::value::Value;
use crate::finding::Subject;
use crate::rules::Context;

/// `restart` (docker compose 2.40.3, `create.go`; moby, `api/types/container/hostconfig.go`). A number of attempts that
/// cannot be read counts as none.
pub(crate) fn restart(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let (word, attempts) = match text.split_once(':') {
        Some((word, attempts)) => (word, Some(attempts)),
        None => (text, None),
    };
    let flaw = match (word, attempts.map(str::parse::<i64>)) {
        ("" | "no" | "none" | "always" | "any" | "unless-stopped" | "on-failure", None) => return None,
        ("on-failure", Some(Ok(0..))) | ("no" | "none" | "always" | "any" | "unless-stopped", Some(Ok(0))) => {
            return None;
        }
        ("on-failure", Some(_)) => ValueFlaw::new(format!("invalid retry count in `{text}`"))
            .help("use a number after the colon, such as `on-failure:5`"),
        ("no" | "none" | "always" | "any" | "unless-stopped", Some(_)) => {
            ValueFlaw::new(format!("`{word}` does not accept a retry count"))
                .help(format!("use `{word}`, or `on-failure:` with a number"))
        }
        _ => unknown_policy(text, &["no", "always", "on-failure", "unless-stopped"]),
    };
    Some(flaw)
}

/// `deploy.restart_policy.condition`, which docker compose maps to the same policies.
pub(crate) fn condition(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let known = ["", "none", "no", "on-failure", "any", "always", "unless-stopped"];
    (!known.contains(&text)).then(|| unknown_policy(text, &["none", "on-failure", "any"]))
}

fn unknown_policy(text: &str, known: &[&str]) -> ValueFlaw {
    let flaw = ValueFlaw::new(format!("unknown restart policy `{text}`"));
    match text.to_lowercase().replace(['_', ' '], "-").as_str() {
        "never" | "false" | "off" => flaw.help(match known.first() {
            Some(&"no") => "use `\"no\"` to leave the container stopped",
            _ => "use `none` to leave the container stopped",
        }),
        "true" | "yes" | "on" => flaw.help("use `always` or `unless-stopped`"),
        "onfailure" | "on-fail" | "on-error" | "failure" => flaw.help("use `on-failure`"),
        _ => flaw.one_of(text, known),
    }
}

/// `cap_add`, `cap_drop` (moby, `oci/caps/utils.go`): any case, with or without `CAP_`.
pub(crate) fn capability(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
    if upper == "ALL" || CAPABILITIES.contains(&name) {
        return None;
    }
    let flaw = ValueFlaw::new(format!("unknown capability `{text}`"));
    Some(if name == "ALL" { flaw.help("use `ALL`") } else { flaw.near(name, CAPABILITIES) })
}

/// The capabilities of Linux (`capabilities(7)`), without `CAP_`.
const CAPABILITIES: &[&str] = &[
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// `stop_signal` (`moby/sys/signal`): a number, or a name with or without `SIG`.
pub(crate) fn signal(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let known = SIGNALS.contains(&name)
        || real_time(name, "RTMIN", '+', 15)
        || real_time(name, "RTMAX", '-', 14)
        || text.parse::<i64>().is_ok_and(|number| number != 0);
    (!known).then(|| ValueFlaw::new(format!("unknown signal `{text}`")).near(name, SIGNALS))
}

fn real_time(name: &str, base: &str, sign: char, most: u8) -> bool {
    let Some(rest) = name.strip_prefix(base) else { return false };
    rest.is_empty() || rest.strip_prefix(sign).and_then(|number| number.parse().ok()).is_some_and(|n: u8| n <= most)
}

const SIGNALS: &[&str] = &[
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
    "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
    "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
];

/// `security_opt` (docker compose 2.40.3, `parseSecurityOpts`; moby, `daemon/daemon_unix.go`). `mask`, `unmask` and
/// `proc-opts` are Podman's.
pub(crate) fn security_option(value: &Value) -> Option<ValueFlaw> {
    const KEYS: &[&str] = &["apparmor", "label", "no-new-privileges", "seccomp", "systempaths", "writable-cgroups"];
    const OF_OTHERS: [&str; 4] = ["mask", "unmask", "proc-opts", "credentialspec"];
    let text = value.text()?;
    if text == "no-new-privileges" {
        return None;
    }
    let Some((key, setting)) = text.split_once('=').or_else(|| text.split_once(':')) else {
        return Some(ValueFlaw::new(format!("unknown security option `{text}`")).near(text, KEYS));
    };
    let is_boolean = |text: &str| {
        matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False")
    };
    match key {
        "no-new-privileges" | "writable-cgroups" if !is_boolean(setting) => {
            Some(ValueFlaw::new(format!("`{setting}` must be `true` or `false`")).help(format!("use `{key}:true`")))
        }
        "systempaths" if text != "systempaths=unconfined" => {
            Some(ValueFlaw::new(format!("unknown security option `{text}`")).help("use `systempaths=unconfined`"))
        }
        _ if KEYS.contains(&key) || OF_OTHERS.contains(&key) => None,
        _ => Some(ValueFlaw::new(format!("unknown security option `{key}`")).near(key, KEYS)),
    }
}

/// `ipc` (moby, `api/types/container/hostconfig.go`); docker compose turns `service:` into `container:`.
pub(crate) fn ipc(value: &Value) -> Option<ValueFlaw> {
    mode(
        value,
        &["", "none", "private", "host", "shareable"],
        "`shareable`, `private`, `host`, `none` or `service:NAME`",
    )
}

/// `pid`, as [`ipc`].
pub(crate) fn pid(value: &Value) -> Option<ValueFlaw> {
    mode(value, &["", "host"], "`host`, `service:NAME` or `container:NAME`")
}

/// `uts`, as [`ipc`].
pub(crate) fn uts(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    (!matches!(text, "" | "host"))
        .then(|| ValueFlaw::new(format!("unknown UTS namespace `{text}`")).help("use `host`, the only valid value"))
}

fn mode(value: &Value, words: &[&str], wanted: &str) -> Option<ValueFlaw> {
    let text = value.text()?;
    let shared = ["service:", "container:"].iter().any(|prefix| text.starts_with(prefix));
    if shared || words.contains(&text) {
        return None;
    }
    Some(ValueFlaw::new(format!("unknown namespace `{text}`")).help(format!("use {wanted}")))
}

/// `container_name` (moby, `daemon/names/names.go`). The schema only asks for two good characters somewhere in the name;
/// one that has not even these Compose rejects, which the loader reports.
pub(crate) fn container_name(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let name = text.strip_prefix('/').unwrap_or(text);
    let passes = text.as_bytes().windows(2).any(|pair| std::str::from_utf8(pair).is_ok_and(is_name));
    (passes && !is_name(name)).then(|| ValueFlaw::new(format!("invalid container name `{text}`")).help(NAME_HELP))
}

/// `name` of a volume of the local driver (moby, `volume/local/local.go`).
pub(crate) fn volume_name(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    (!is_name(text)).then(|| ValueFlaw::new(format!("invalid volume name `{text}`")).help(NAME_HELP))
}

const NAME_HELP: &str =
    "use a letter or digit, followed by letters, digits, `_`, `.` and `-`, at least two characters in all";

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    first && name.len() > 1 && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// `protocol` of a port in long form; the short form is checked when it is read.
pub(crate) fn protocol(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let lower = text.to_lowercase();
    let known = ["", "tcp", "udp", "sctp"];
    (!known.contains(&lower.as_str())).then(|| {
        let flaw = ValueFlaw::new(format!("`{text}` is not a valid protocol"));
        match lower.as_str() {
            "http" | "https" | "ws" | "wss" | "grpc" | "tls" | "ssl" => {
                flaw.help(format!("use `tcp` here, and `app_protocol: {lower}` as documentation"))
            }
            _ => flaw.help("use `tcp`, `udp` or `sctp`"),
        }
    })
}

/// `healthcheck.test`: a whole command line in one string is taken for the name of a program.
pub(crate) fn healthcheck(value: &Value) -> Option<ValueFlaw> {
    let [first, command] = value.list()? else { return None };
    let text = command.text().filter(|_| first.text() == Some("CMD"))?.trim();
    let (program, rest) = text.split_once(char::is_whitespace)?;
    let is_path_with_blank =
        program.starts_with('/') && !rest.trim_start().starts_with(['-', '/', '&', '|', '>']) && !rest.contains("://");
    (!is_path_with_blank).then(|| {
        ValueFlaw::new("`CMD` treats this whole command line as the name of a program".to_owned())
            .at(command.place)
            .help("use `CMD-SHELL` instead of `CMD`, or write each word as a separate string")
    })
}

/// `bind.propagation` (moby, `volume/mounts/linux_parser.go`).
pub(crate) fn propagation(value: &Value) -> Option<ValueFlaw> {
    const KNOWN: &[&str] = &["private", "rprivate", "shared", "rshared", "slave", "rslave"];
    let text = value.text()?;
    (!text.is_empty() && !KNOWN.contains(&text))
        .then(|| ValueFlaw::new(format!("unknown mount propagation `{text}`")).one_of(text, KNOWN))
}

/// The path of a device, or its name as the Container Device Interface has them (`nvidia.com/gpu=all`).
pub(crate) fn device(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let fits = is_absolute(text) || text.contains('=') || text.is_empty();
    (!fits).then(|| {
        ValueFlaw::new(format!("`{text}` is not a device path")).help("use an absolute path, such as `/dev/…`")
    })
}

/// A seccomp profile that docker compose reads when it makes the container, and that is not there.
pub(crate) fn seccomp(cx: &Context<'_>, subject: &Subject, service: &Value, report: &mut ValueReport<'_>) {
    for option in service.get("security_opt").and_then(Value::list).into_iter().flatten() {
        let Some(text) = option.text().filter(|_| !option.has_blank()) else { continue };
        let Some(path) = text.strip_prefix("seccomp=").or_else(|| text.strip_prefix("seccomp:")) else { continue };
        if matches!(path, "unconfined" | "builtin" | "")
            || is_absolute(path)
            || path.starts_with(['~', '.', '{']) && !path.starts_with("./")
        {
            continue;
        }
        if cx.facts.is_absent(std::path::Path::new(path)) {
            let flaw = ValueFlaw::new(format!("seccomp profile `{path}` not found"))
                .help("check the path: it is relative to the project directory");
            report.add(subject, "security_opt", option.place, Some(flaw));
        }
    }
}

/// `working_dir` (moby, `daemon/container.go`).
pub(crate) fn working_directory(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    (!text.is_empty() && !is_absolute(text)).then(|| {
        ValueFlaw::new(format!("`{text}` is not an absolute path"))
            .help(format!("use an absolute path, such as `/{text}`"))
    })
}

/// A path from the root, of Linux or of Windows.
pub(crate) fn is_absolute(path: &str) -> bool {
    let drive = path.split_once(':').is_some_and(|(drive, rest)| drive.len() == 1 && rest.starts_with(['/', '\\']));
    path.starts_with(['/', '\\']) || drive
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::value::Data;
    use crate::source::Place;

    fn flaw(judge: fn(&Value) -> Option<ValueFlaw>, text: &str) -> Option<String> {
        let value = Value::new(Data::Text(text.into()), Place::start());
        judge(&value).map(|flaw| flaw.help.unwrap_or_default())
    }

    #[test]
    fn restart_policies() {
        for good in ["no", "always", "on-failure", "on-failure:5", "on-failure:0", "unless-stopped", "always:0", "any"]
        {
            assert_eq!(flaw(restart, good), None, "{good}");
        }
        for bad in ["never", "Always", "unless_stopped", "on-failure:x", "on-failure:-1", "always:3", "on-failure:"] {
            assert!(flaw(restart, bad).is_some(), "{bad}");
        }
        assert_eq!(flaw(restart, "unless-stoped").as_deref(), Some("did you mean `unless-stopped`?"));
        assert_eq!(flaw(restart, "unless_stopped").as_deref(), Some("did you mean `unless-stopped`?"));
        assert_eq!(flaw(condition, "never").as_deref(), Some("use `none` to leave the container stopped"));
        assert_eq!(flaw(condition, "any"), None);
    }

    #[test]
    fn capabilities_and_signals() {
        for good in ["NET_ADMIN", "cap_net_admin", "all", "SYS_PTRACE"] {
            assert_eq!(flaw(capability, good), None, "{good}");
        }
        assert_eq!(flaw(capability, "NETADMIN").as_deref(), Some("did you mean `NET_ADMIN`?"));
        assert_eq!(flaw(capability, "CAP_ALL").as_deref(), Some("use `ALL`"));
        for good in ["SIGTERM", "term", "15", "SIGRTMIN+3", "RTMAX-14", "SIGRTMIN"] {
            assert_eq!(flaw(signal, good), None, "{good}");
        }
        for bad in ["SIGRTMIN+16", "RTMAX+1", "0", "SIGTERN"] {
            assert!(flaw(signal, bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn options_of_security() {
        for good in ["no-new-privileges", "no-new-privileges=true", "seccomp:unconfined", "label=disable", "unmask=ALL"]
        {
            assert_eq!(flaw(security_option, good), None, "{good}");
        }
        for bad in ["no-new-privilege:true", "unconfined", "no-new-privileges:yes", "systempaths:unconfined"] {
            assert!(flaw(security_option, bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn names_and_paths() {
        for good in ["web", "/web", "a1", "my.app_1-x"] {
            assert_eq!(flaw(container_name, good), None, "{good}");
        }
        for bad in ["my app", "-web", "café", "web/1"] {
            assert!(flaw(container_name, bad).is_some(), "{bad}");
        }
        for (path, expect) in [("/app", true), ("C:\\app", true), ("c:/app", true), ("app", false), ("./app", false)] {
            assert_eq!(is_absolute(path), expect, "{path}");
        }
    }
}
