//! Words that people write for a key because another tool, or another key, calls it so.

/// Words for a key of the same mapping: the title of the mapping, the word, the key. Small letters, `_` for `-`.
const ALIASES: &[(&str, &str, &str)] = &[
    ("a service", "auto_restart", "restart"),
    ("a service", "cmd", "command"),
    ("a service", "cpu_limit", "cpus"),
    ("a service", "cwd", "working_dir"),
    ("a service", "depends", "depends_on"),
    ("a service", "env", "environment"),
    ("a service", "env_vars", "environment"),
    ("a service", "environment_variables", "environment"),
    ("a service", "expose_ports", "expose"),
    ("a service", "gpu", "gpus"),
    ("a service", "grace_period", "stop_grace_period"),
    ("a service", "host_name", "hostname"),
    ("a service", "hosts", "extra_hosts"),
    ("a service", "image_pull_policy", "pull_policy"),
    ("a service", "imagepullpolicy", "pull_policy"),
    ("a service", "init_process", "init"),
    ("a service", "log", "logging"),
    ("a service", "logs", "logging"),
    ("a service", "mem", "mem_limit"),
    ("a service", "memory_limit", "mem_limit"),
    ("a service", "mounts", "volumes"),
    ("a service", "oom_score", "oom_score_adj"),
    ("a service", "pull", "pull_policy"),
    ("a service", "run_as", "user"),
    ("a service", "stdin", "stdin_open"),
    ("a service", "stop_grace", "stop_grace_period"),
    ("a service", "tty_enable", "tty"),
    ("a service", "uid", "user"),
    ("a service", "user_id", "user"),
    ("a service", "variables", "environment"),
    ("a service", "vars", "environment"),
    ("a service", "work_dir", "working_dir"),
    ("a service", "workdir", "working_dir"),
    ("a service", "working_directory", "working_dir"),
    ("`build`", "dir", "context"),
    ("`build`", "directory", "context"),
    ("`build`", "file", "dockerfile"),
    ("`build`", "folder", "context"),
    ("`build`", "path", "context"),
    ("`build`", "stage", "target"),
    ("`healthcheck`", "cmd", "test"),
    ("`healthcheck`", "command", "test"),
    ("`healthcheck`", "period", "interval"),
    ("`healthcheck`", "retry", "retries"),
    ("`logging`", "opts", "options"),
    ("`logging`", "type", "driver"),
    ("`limits`", "mem", "memory"),
    ("`limits`", "mem_limit", "memory"),
    ("`limits`", "memory_limit", "memory"),
    ("`reservations`", "mem", "memory"),
    ("a device request", "capability", "capabilities"),
    ("a device request", "ids", "device_ids"),
    ("a device request", "type", "driver"),
    ("a port", "container", "target"),
    ("a port", "container_port", "target"),
    ("a port", "containerport", "target"),
    ("a port", "host", "published"),
    ("a port", "host_port", "published"),
    ("a port", "hostport", "published"),
    ("a port", "ip", "host_ip"),
    ("a port", "port", "target"),
    ("a mount", "dest", "target"),
    ("a mount", "destination", "target"),
    ("a mount", "dst", "target"),
    ("a mount", "from", "source"),
    ("a mount", "path", "target"),
    ("a mount", "ro", "read_only"),
    ("a mount", "src", "source"),
    ("a network of a service", "address", "ipv4_address"),
    ("a network of a service", "ip", "ipv4_address"),
    ("a network of a service", "ipv4", "ipv4_address"),
    ("a network of a service", "ipv6", "ipv6_address"),
    ("a secret", "path", "file"),
    ("a secret", "source", "file"),
    ("a config", "path", "file"),
    ("a config", "source", "file"),
    ("a config", "text", "content"),
    ("an `env_file`", "file", "path"),
    ("an `include`", "file", "path"),
];

/// Words for something that is elsewhere: the title of the mapping, the word, where it is.
const MOVES: &[(&str, &str, &str)] = &[
    ("a service", "build_args", "`args` under `build`"),
    ("a service", "capabilities", "`cap_add` for Linux capabilities, or a request under `gpus` for devices"),
    ("a service", "device_ids", "a request under `gpus` or `deploy.resources.reservations.devices`"),
    ("a service", "ip", "`ipv4_address` of a network under `networks`"),
    ("a service", "max_file", "`max-file` under `logging.options`"),
    ("a service", "max_size", "`max-size` under `logging.options`"),
    ("a service", "tag", "the part of `image` after the colon"),
    ("a service", "watch", "`watch` under `develop`"),
    ("`deploy`", "limits", "`limits` under `resources`"),
    ("`deploy`", "memory", "`memory` under `resources.limits`"),
    ("`deploy`", "reservations", "`reservations` under `resources`"),
    ("`healthcheck`", "enabled", "`disable: true` to disable the check"),
    ("`logging`", "max_file", "`max-file` under its `options`"),
    ("`logging`", "max_size", "`max-size` under its `options`"),
    ("`resources`", "cpus", "`cpus` under its `limits`"),
    ("`resources`", "devices", "`devices` under its `reservations`"),
    ("`resources`", "memory", "`memory` under its `limits`"),
    ("a network", "gateway", "`gateway` in an entry of `ipam.config`"),
    ("a network", "subnet", "`subnet` in an entry of `ipam.config`"),
    ("`ipam`", "gateway", "`gateway` in an entry of `config`"),
    ("`ipam`", "ip_range", "`ip_range` in an entry of `config`"),
    ("`ipam`", "subnet", "`subnet` in an entry of `config`"),
    ("a volume", "path", "the path itself in the service that mounts it"),
    ("a volume", "device", "`device` under its `driver_opts`"),
    ("a volume", "type", "`type` under its `driver_opts`"),
];

/// The key of a mapping that a word stands for.
pub(crate) fn alias(title: &str, word: &str) -> Option<&'static str> {
    let word = plain(word);
    ALIASES.iter().find(|(owner, other, _)| *owner == title && *other == word).map(|(_, _, key)| *key)
}

/// Where the thing is that a word in a mapping stands for.
pub(crate) fn elsewhere(title: &str, word: &str) -> Option<&'static str> {
    let word = plain(word);
    MOVES.iter().find(|(owner, other, _)| *owner == title && *other == word).map(|(_, _, place)| *place)
}

fn plain(word: &str) -> String {
    word.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::spec::schema::tests::every_structure;

    #[test]
    fn aliases_lead_to_keys_that_exist() {
        let known = every_structure();
        for (title, word, key) in ALIASES {
            let owners: Vec<_> = known.iter().filter(|structure| structure.title == *title).collect();
            assert!(owners.iter().any(|structure| structure.key(key).is_some()), "{title} has no `{key}`");
            assert!(owners.iter().all(|structure| structure.key(word).is_none()), "{title} has `{word}`");
        }
    }
}
