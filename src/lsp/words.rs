//! Values that the specification leaves open and that docker compose takes only some of, with what each means.

/// A value, and what it means.
pub(super) type Word = (&'static str, &'static str);

/// The values by place; `*` stands for a name. `[]` stands for an item.
const WORDS: &[(&str, &[Word])] = &[
    (
        "services.*.restart",
        &[
            ("no", "Do not restart the container"),
            ("always", "Restart it whenever it stops, and when the Docker daemon starts"),
            ("unless-stopped", "Like `always`, except after somebody has stopped it"),
            ("on-failure", "Restart it only if it exits with an error; `on-failure:3` gives up after three times"),
        ],
    ),
    (
        "services.*.pull_policy",
        &[
            ("always", "Pull the image every time"),
            ("missing", "Pull the image if it is not on this machine"),
            ("never", "Never pull: use the image that is on this machine"),
            ("build", "Build the image every time"),
            ("daily", "Pull the image if the last pull was more than a day ago"),
            ("weekly", "Pull the image if the last pull was more than a week ago"),
            ("if_not_present", "Older name of `missing`"),
        ],
    ),
    (
        "services.*.network_mode",
        &[
            ("host", "Use the network of the host: `ports` has no effect"),
            ("none", "No network at all"),
            ("bridge", "The default bridge of Docker, where services do not find each other by name"),
        ],
    ),
    (
        "services.*.ipc",
        &[
            ("shareable", "Own IPC namespace that other containers may join"),
            ("private", "Own IPC namespace"),
            ("host", "IPC namespace of the host"),
            ("none", "Own IPC namespace without `/dev/shm`"),
        ],
    ),
    ("services.*.pid", &[("host", "Processes of the host are visible in the container")]),
    ("services.*.uts", &[("host", "Host name of the host")]),
    ("services.*.userns_mode", &[("host", "No user namespace of its own")]),
    (
        "services.*.cgroup",
        &[("host", "Control group namespace of the host"), ("private", "Own control group namespace")],
    ),
    (
        "services.*.depends_on.*.condition",
        &[
            ("service_started", "The dependency has been started"),
            ("service_healthy", "The healthcheck of the dependency passes"),
            ("service_completed_successfully", "The dependency has ended with exit code 0"),
        ],
    ),
    ("services.*.ports.protocol", &[("tcp", "TCP"), ("udp", "UDP"), ("sctp", "SCTP")]),
    (
        "services.*.ports.mode",
        &[
            ("host", "Publish on the machine that runs the container"),
            ("ingress", "Publish on every machine of a swarm, with load balancing"),
        ],
    ),
    (
        "services.*.volumes.type",
        &[
            ("volume", "Named volume that Docker manages"),
            ("bind", "File or directory of the host"),
            ("tmpfs", "Memory; gone when the container stops"),
            ("npipe", "Named pipe of Windows"),
            ("cluster", "Cluster volume of a swarm"),
            ("image", "Content of an image"),
        ],
    ),
    (
        "services.*.volumes.bind.propagation",
        &[
            ("rprivate", "Mounts below do not propagate; the default"),
            ("rshared", "Mounts below propagate both ways"),
            ("rslave", "Mounts below propagate from the host into the container"),
            ("private", "As `rprivate`, for this mount alone"),
            ("shared", "As `rshared`, for this mount alone"),
            ("slave", "As `rslave`, for this mount alone"),
        ],
    ),
    (
        "services.*.logging.driver",
        &[
            ("json-file", "One JSON file per container; grows without bound unless `max-size` is set"),
            ("local", "Compressed files that are rotated by default"),
            ("journald", "The journal of systemd"),
            ("syslog", "A syslog server"),
            ("fluentd", "A Fluentd server"),
            ("gelf", "A Graylog or Logstash server"),
            ("awslogs", "Amazon CloudWatch Logs"),
            ("gcplogs", "Google Cloud Logging"),
            ("splunk", "Splunk"),
            ("none", "No logs at all"),
        ],
    ),
    (
        "services.*.deploy.mode",
        &[
            ("replicated", "A fixed number of containers"),
            ("global", "One container on each machine"),
            ("replicated-job", "A fixed number of containers that run to their end"),
            ("global-job", "One container on each machine that runs to its end"),
        ],
    ),
    (
        "services.*.deploy.endpoint_mode",
        &[("vip", "One virtual address for all containers"), ("dnsrr", "The addresses of all containers, by DNS")],
    ),
    (
        "services.*.deploy.restart_policy.condition",
        &[
            ("any", "Restart whenever the container stops"),
            ("on-failure", "Restart only after an error"),
            ("none", "Do not restart"),
        ],
    ),
    ("services.*.deploy.update_config.failure_action", FAILURE_ACTIONS),
    ("services.*.deploy.rollback_config.failure_action", FAILURE_ACTIONS),
    (
        "services.*.healthcheck.test",
        &[
            ("CMD", "Run a program: `[\"CMD\", \"curl\", \"-f\", \"http://localhost\"]`"),
            ("CMD-SHELL", "Run a line in the shell of the container"),
            ("NONE", "Switch off the healthcheck of the image"),
        ],
    ),
    ("services.*.cap_add", CAPABILITIES),
    ("services.*.cap_drop", CAPABILITIES),
    (
        "services.*.security_opt",
        &[
            ("no-new-privileges:true", "Processes cannot gain privileges, as with setuid programs"),
            ("seccomp:unconfined", "All system calls are allowed"),
            ("apparmor:unconfined", "No AppArmor profile"),
            ("label:disable", "No SELinux labels"),
        ],
    ),
    (
        "services.*.stop_signal",
        &[
            ("SIGTERM", "Ask the program to end; the default"),
            ("SIGINT", "As Ctrl+C"),
            ("SIGQUIT", "Ask the program to end, for some servers after open requests"),
            ("SIGKILL", "End the program at once"),
            ("SIGUSR1", "For what the program uses it for"),
        ],
    ),
    (
        "services.*.platform",
        &[
            ("linux/amd64", "Intel and AMD processors, 64 bits"),
            ("linux/arm64", "ARM processors, 64 bits"),
            ("linux/arm/v7", "ARM processors, 32 bits"),
        ],
    ),
    ("services.*.gpus", &[("all", "All GPUs of the host")]),
    (
        "services.*.isolation",
        &[
            ("default", "As the daemon is configured"),
            ("process", "Windows: share the kernel of the host"),
            ("hyperv", "Windows: own virtual machine"),
        ],
    ),
    (
        "networks.*.driver",
        &[
            ("bridge", "Network on this machine; the default"),
            ("overlay", "Network across the machines of a swarm"),
            ("host", "Network of the host"),
            ("macvlan", "Containers with addresses of the physical network"),
            ("ipvlan", "As `macvlan`, with one hardware address"),
            ("none", "No network"),
        ],
    ),
    ("volumes.*.driver", &[("local", "Volume on this machine; the default")]),
    (
        "services.*.build.network",
        &[
            ("none", "No network while the image is built"),
            ("host", "Network of the host while the image is built"),
            ("default", "Default network of the builder"),
        ],
    ),
    (
        "services.*.deploy.resources.reservations.devices.capabilities",
        &[
            ("gpu", "A GPU"),
            ("nvidia", "A GPU of NVIDIA"),
            ("compute", "CUDA and OpenCL"),
            ("utility", "`nvidia-smi` and monitoring"),
            ("video", "Video encoding and decoding"),
        ],
    ),
    (
        "services.*.deploy.resources.reservations.devices.driver",
        &[("nvidia", "The NVIDIA container runtime"), ("cdi", "Container Device Interface")],
    ),
];

const FAILURE_ACTIONS: &[Word] =
    &[("pause", "Stop the update"), ("continue", "Go on"), ("rollback", "Return to the version before")];

const CAPABILITIES: &[Word] = &[
    ("ALL", "All capabilities"),
    ("AUDIT_WRITE", "Write to the audit log of the kernel"),
    ("CHOWN", "Change the owner of any file"),
    ("DAC_OVERRIDE", "Ignore the permissions of files"),
    ("FOWNER", "Act as the owner of any file"),
    ("FSETID", "Keep setuid and setgid bits"),
    ("KILL", "Send signals to any process"),
    ("MKNOD", "Create device files"),
    ("NET_ADMIN", "Configure the network: interfaces, routes, firewall"),
    ("NET_BIND_SERVICE", "Listen on ports below 1024"),
    ("NET_RAW", "Use raw sockets, as `ping` does"),
    ("SETGID", "Change to any group"),
    ("SETPCAP", "Change capabilities"),
    ("SETUID", "Change to any user"),
    ("SYS_ADMIN", "Administer the system: nearly as much as root on the host"),
    ("SYS_CHROOT", "Use `chroot`"),
    ("SYS_MODULE", "Load kernel modules"),
    ("SYS_NICE", "Change priorities of any process"),
    ("SYS_PTRACE", "Trace and debug any process"),
    ("SYS_RESOURCE", "Exceed resource limits"),
    ("SYS_TIME", "Set the clock"),
];

/// The values that a place takes; `path` has `*` for names, without items of lists.
pub(super) fn words_at(path: &str) -> &'static [Word] {
    WORDS.iter().find(|(known, _)| *known == path).map(|(_, words)| *words).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::spec::schema::lookup;

    #[test]
    fn every_place_is_one_of_the_specification() {
        for (path, words) in WORDS {
            assert!(lookup(path).iter().any(|found| found.path() == *path), "{path}");
            assert!(!words.is_empty(), "{path}");
            for (word, doc) in *words {
                assert!(!doc.ends_with('.') && doc.starts_with(|one: char| !one.is_lowercase()), "{word}: {doc}");
            }
        }
    }
}
