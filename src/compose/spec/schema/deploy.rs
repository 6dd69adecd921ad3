//! The shapes of `deploy`, `develop` and requests for devices.

use super::service_parts::HOOK;
use super::shape::{
    BOOL, DURATION, EntryStyle, INTEGER_OR_TEXT, Mapping, NUMBER_OR_TEXT, PAIRS, Scalars, SchemaKey, SchemaShape,
    Struct, TEXT, TEXT_OR_SET, TEXT_SET, TEXTS, TextRule, key,
};

/// `deploy`: settings, or null.
pub(crate) static DEPLOY: SchemaShape =
    SchemaShape::from_scalars(Scalars::NULL).or_map(Mapping::Struct(&DEPLOY_STRUCT));

/// The settings of a deployment.
pub(crate) static DEPLOY_STRUCT: Struct = Struct::new("`deploy`", DEPLOY_KEYS);

static DEPLOY_KEYS: &[SchemaKey] = &[
    key("endpoint_mode", &TEXT, "How clients find the service in a swarm: `vip` or `dnsrr`"),
    key("labels", &PAIRS, "Labels of the service itself, not of its containers"),
    key("mode", &TEXT, "`replicated` runs a given number of containers, `global` one per node"),
    key("placement", &PLACEMENT, "Which nodes of a swarm may run the service"),
    key("replicas", &INTEGER_OR_TEXT, "Number of containers to run"),
    key("resources", &RESOURCES, "Resource limits and reservations"),
    key("restart_policy", &RESTART_POLICY, "When and how often a container is restarted after it exits"),
    key("rollback_config", &ROLLBACK, "How a failed update is rolled back"),
    key("update_config", &UPDATE, "How an update is rolled out"),
];

static RESOURCES: SchemaShape = SchemaShape::structure(&RESOURCES_STRUCT);
static RESOURCES_STRUCT: Struct = Struct::new(
    "`resources`",
    &[
        key("limits", &LIMITS, "Maximum resources that a container may use"),
        key("reservations", &RESERVATIONS, "Resources that have to be available before a container starts"),
    ],
);

static LIMITS: SchemaShape = SchemaShape::structure(&LIMITS_STRUCT);
static LIMITS_STRUCT: Struct = Struct::new(
    "`limits`",
    &[
        key("cpus", &NUMBER_OR_TEXT, "CPU cores, such as `0.5`"),
        key("memory", &TEXT, "Memory, such as `512M`; beyond it the container is killed"),
        key("pids", &INTEGER_OR_TEXT, "Maximum number of processes").since(2, 3, 0),
    ],
);

static RESERVATIONS: SchemaShape = SchemaShape::structure(&RESERVATIONS_STRUCT);
static RESERVATIONS_STRUCT: Struct = Struct::new(
    "`reservations`",
    &[
        key("cpus", &NUMBER_OR_TEXT, "CPU cores that have to be available"),
        key("devices", &DEVICE_REQUESTS, "GPUs and other devices for the containers"),
        key("generic_resources", &GENERIC_RESOURCES, "User-defined resources of the nodes of a swarm"),
        key("memory", &TEXT, "Memory that has to be available, such as `256M`"),
    ],
);

static GENERIC_RESOURCES: SchemaShape = SchemaShape::list(&GENERIC_RESOURCE, EntryStyle::Words);
static GENERIC_RESOURCE: SchemaShape = SchemaShape::structure(&GENERIC_RESOURCE_STRUCT);
static GENERIC_RESOURCE_STRUCT: Struct =
    Struct::new("a generic resource", &[key("discrete_resource_spec", &DISCRETE, "A resource with a count")]);
static DISCRETE: SchemaShape = SchemaShape::structure(&DISCRETE_STRUCT);
static DISCRETE_STRUCT: Struct = Struct::new(
    "a counted resource",
    &[key("kind", &TEXT, "Name of the resource"), key("value", &NUMBER_OR_TEXT, "How many have to be available")],
);

static DEVICE_KEYS: &[SchemaKey] = &[
    key("capabilities", &TEXT_SET, "Required capabilities of the device; `[gpu]` for GPUs"),
    key("count", &INTEGER_OR_TEXT, "Number of devices, or `all`; cannot be combined with `device_ids`"),
    key("device_ids", &TEXT_SET, "Device ids; cannot be combined with `count`"),
    key("driver", &TEXT, "Driver that provides the device, such as `nvidia`"),
    key("options", &PAIRS, "Options of the device driver"),
];
static DEVICE_REQUESTS: SchemaShape = SchemaShape::list(&DEVICE_REQUEST, EntryStyle::Words);
static DEVICE_REQUEST: SchemaShape = SchemaShape::structure(&DEVICE_REQUEST_STRUCT);
static DEVICE_REQUEST_STRUCT: Struct = Struct::new("a device request", DEVICE_KEYS).required(&["capabilities"]);

/// `gpus`: `all`, or a list of requests. The schema refuses no key of a request: its `additionalProperties` is at
/// the list, where it means nothing.
pub(crate) static GPUS: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::Words(&["all"])).or_list(&GPU_REQUEST, EntryStyle::Words);
static GPU_REQUEST: SchemaShape = SchemaShape::structure(&GPU_REQUEST_STRUCT);
static GPU_REQUEST_STRUCT: Struct = Struct::new("a GPU request", DEVICE_KEYS).open();

static RESTART_POLICY: SchemaShape = SchemaShape::structure(&RESTART_POLICY_STRUCT);
static RESTART_POLICY_STRUCT: Struct = Struct::new(
    "`restart_policy`",
    &[
        key("condition", &TEXT, "`none`, `on-failure` or `any`"),
        key("delay", &DURATION, "Time between attempts, such as `5s`"),
        key("max_attempts", &INTEGER_OR_TEXT, "Maximum number of attempts"),
        key("window", &DURATION, "Time after which a start counts as successful"),
    ],
);

static ORDER: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::Words(&["start-first", "stop-first"]));
static UPDATE: SchemaShape = SchemaShape::structure(&UPDATE_STRUCT);
static UPDATE_STRUCT: Struct = Struct::new("`update_config`", ROLLOUT_KEYS);
static ROLLBACK: SchemaShape = SchemaShape::structure(&ROLLBACK_STRUCT);
static ROLLBACK_STRUCT: Struct = Struct::new("`rollback_config`", ROLLOUT_KEYS);
static ROLLOUT_KEYS: &[SchemaKey] = &[
    key("delay", &DURATION, "Delay between groups of containers"),
    key("failure_action", &TEXT, "What happens on failure: `continue`, `pause` or, for an update, `rollback`"),
    key("max_failure_ratio", &NUMBER_OR_TEXT, "Tolerated failure ratio, from 0 to 1"),
    key("monitor", &DURATION, "How long each container is monitored for failure"),
    key("order", &ORDER, "Whether the new container starts before or after the old one stops"),
    key("parallelism", &INTEGER_OR_TEXT, "How many containers are updated at once; 0 for all"),
];

static PLACEMENT: SchemaShape = SchemaShape::structure(&PLACEMENT_STRUCT);
static PLACEMENT_STRUCT: Struct = Struct::new(
    "`placement`",
    &[
        key("constraints", &TEXTS, "Conditions that a node has to meet, such as `node.role==manager`"),
        key("max_replicas_per_node", &INTEGER_OR_TEXT, "Maximum number of containers per node"),
        key("preferences", &PREFERENCES, "How containers are spread over nodes"),
    ],
);
static PREFERENCES: SchemaShape = SchemaShape::list(&PREFERENCE, EntryStyle::Words);
static PREFERENCE: SchemaShape = SchemaShape::structure(&PREFERENCE_STRUCT);
static PREFERENCE_STRUCT: Struct = Struct::new(
    "a preference",
    &[key("spread", &TEXT, "Node label over whose values the containers are spread evenly")],
);

/// `develop`: settings, or null.
pub(crate) static DEVELOP: SchemaShape =
    SchemaShape::from_scalars(Scalars::NULL).or_map(Mapping::Struct(&DEVELOP_STRUCT));
static DEVELOP_STRUCT: Struct = Struct::new(
    "`develop`",
    &[key("watch", &WATCHES, "Paths that `docker compose watch` monitors, and the action on a change")],
);
static WATCHES: SchemaShape = SchemaShape::list(&WATCH, EntryStyle::Words);
static WATCH: SchemaShape = SchemaShape::structure(&WATCH_STRUCT);
static WATCH_STRUCT: Struct = Struct::new(
    "a watch",
    &[
        key("action", &ACTION, "Action on a change: rebuild, sync, restart, or sync and then restart or run a command"),
        key("exec", &HOOK, "Command that `sync+exec` runs in the container").since(2, 32, 0),
        key("ignore", &TEXT_OR_SET, "Patterns of paths to ignore"),
        key("include", &TEXT_OR_SET, "Patterns of paths to include").since(2, 34, 0),
        key("initial_sync", &BOOL, "Syncs everything once before watching").since(2, 39, 4),
        key("path", &TEXT, "Path to watch"),
        key("target", &TEXT, "Container path that changes are synced to"),
    ],
)
.required(&["path", "action"]);
static ACTION: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::Words(&[
    "rebuild",
    "sync",
    "restart",
    "sync+restart",
    "sync+exec",
]));
