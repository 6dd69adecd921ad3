//! The shape of a whole file, and of networks, volumes, secrets, configs, models and includes.

use super::service::SERVICE;
use super::shape::{
    AllowedNames, EntryStyle, FLAG, INTEGER, Mapping, OPTIONS, PAIRS, Scalars, SchemaKey, SchemaShape, Struct, TEXT,
    TEXT_OR_SET, TEXTS, Table, key,
};

/// A whole Compose file.
pub(crate) static FILE: SchemaShape = SchemaShape::structure(&FILE_STRUCT);

/// The keys of a whole Compose file.
pub(crate) static FILE_STRUCT: Struct = Struct::new("a Compose file", FILE_KEYS);

static FILE_KEYS: &[SchemaKey] = &[
    key("configs", &CONFIGS, "Files that services may mount read-only"),
    key("include", &INCLUDES, "Other Compose files that become part of this project").since(2, 20, 0),
    key("models", &MODELS, "Language models that services may use").since(2, 38, 0),
    key("name", &TEXT, "Name of the project; the prefix of the names of containers, networks and volumes")
        .since(2, 3, 0),
    key("networks", &NETWORKS, "Networks that services may join"),
    key("secrets", &SECRETS, "Sensitive files that services may mount under `/run/secrets`"),
    key("services", &SERVICES, "The containers of the project"),
    key("version", &TEXT, "Obsolete and ignored; formerly the version of the file format").deprecated("remove it"),
    key("volumes", &VOLUMES, "Named volumes: storage that outlives containers"),
];

static SERVICES: SchemaShape = SchemaShape::table(&SERVICE_TABLE);
static SERVICE_TABLE: Table = Table { title: "a service", names: AllowedNames::Word, closed: true, value: &SERVICE };
static NETWORKS: SchemaShape = SchemaShape::table(&NETWORK_TABLE);
static NETWORK_TABLE: Table = Table { title: "a network", names: AllowedNames::Word, closed: false, value: &NETWORK };
static VOLUMES: SchemaShape = SchemaShape::table(&VOLUME_TABLE);
static VOLUME_TABLE: Table = Table { title: "a volume", names: AllowedNames::Word, closed: true, value: &VOLUME };
static SECRETS: SchemaShape = SchemaShape::table(&SECRET_TABLE);
static SECRET_TABLE: Table = Table { title: "a secret", names: AllowedNames::Word, closed: true, value: &SECRET };
static CONFIGS: SchemaShape = SchemaShape::table(&CONFIG_TABLE);
static CONFIG_TABLE: Table = Table { title: "a config", names: AllowedNames::Word, closed: true, value: &CONFIG };
static MODELS: SchemaShape = SchemaShape::table(&MODEL_TABLE);
static MODEL_TABLE: Table = Table { title: "a model", names: AllowedNames::Word, closed: false, value: &MODEL };

static INCLUDES: SchemaShape = SchemaShape::list(&INCLUDE, EntryStyle::Words);
static INCLUDE: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).or_map(Mapping::Struct(&INCLUDE_STRUCT));
static INCLUDE_STRUCT: Struct = Struct::new(
    "an `include`",
    &[
        key("env_file", &TEXT_OR_SET, "Env files for interpolation in the included file; default: its own `.env`"),
        key("path", &TEXT_OR_SET, "The file, or several that are merged in order"),
        key("project_directory", &TEXT, "Base directory for relative paths in the included file"),
    ],
)
.without_extensions();

static EXTERNAL_KEYS: &[SchemaKey] =
    &[key("name", &TEXT, "Its actual name, in the old syntax").deprecated("use `name` next to `external`")];
static EXTERNAL: SchemaShape =
    SchemaShape::from_scalars(Scalars::BOOL.or(Scalars::TEXT)).or_map(Mapping::Struct(&EXTERNAL_STRUCT));
static EXTERNAL_STRUCT: Struct = Struct::new("`external`", EXTERNAL_KEYS);
/// `external` of a secret or a config, where the schema refuses no key.
static OPEN_EXTERNAL: SchemaShape =
    SchemaShape::from_scalars(Scalars::BOOL.or(Scalars::TEXT)).or_map(Mapping::Struct(&OPEN_EXTERNAL_STRUCT));
static OPEN_EXTERNAL_STRUCT: Struct = Struct::new("`external`", EXTERNAL_KEYS).open();

static NETWORK: SchemaShape = SchemaShape::from_scalars(Scalars::NULL).or_map(Mapping::Struct(&NETWORK_STRUCT));
static NETWORK_STRUCT: Struct = Struct::new(
    "a network",
    &[
        key("attachable", &FLAG, "Allows containers outside the project to join"),
        key("driver", &TEXT, "Network driver; default `bridge`"),
        key("driver_opts", &OPTIONS, "Options of the driver"),
        key("enable_ipv4", &FLAG, "Whether containers get IPv4 addresses").since(2, 33, 0),
        key("enable_ipv6", &FLAG, "Whether containers get IPv6 addresses"),
        key("external", &EXTERNAL, "It already exists: Compose neither creates nor removes it"),
        key("internal", &FLAG, "Isolates the network from the outside"),
        key("ipam", &IPAM, "IP address management"),
        key("labels", &PAIRS, "Labels of the network"),
        key("name", &TEXT, "Its actual name, without the project name as a prefix"),
    ],
);

static IPAM: SchemaShape = SchemaShape::structure(&IPAM_STRUCT);
static IPAM_STRUCT: Struct = Struct::new(
    "`ipam`",
    &[
        key("config", &IPAM_POOLS, "Address ranges"),
        key("driver", &TEXT, "IPAM driver"),
        key("options", &TEXT_TABLE, "Options of the IPAM driver"),
    ],
);
static IPAM_POOLS: SchemaShape = SchemaShape::list(&IPAM_POOL, EntryStyle::Words);
static IPAM_POOL: SchemaShape = SchemaShape::structure(&IPAM_POOL_STRUCT);
static IPAM_POOL_STRUCT: Struct = Struct::new(
    "a range of addresses",
    &[
        key("aux_addresses", &TEXT_TABLE, "Reserved addresses, by name"),
        key("gateway", &TEXT, "Address of the gateway"),
        key("ip_range", &TEXT, "Part of the subnet from which containers get addresses"),
        key("subnet", &TEXT, "The subnet, such as `172.28.0.0/16`"),
    ],
);
static TEXT_TABLE: SchemaShape = SchemaShape::table(&TEXT_TABLE_RULE);
static TEXT_TABLE_RULE: Table = Table { title: "an entry", names: AllowedNames::OneLine, closed: true, value: &TEXT };

static VOLUME: SchemaShape = SchemaShape::from_scalars(Scalars::NULL).or_map(Mapping::Struct(&VOLUME_STRUCT));
static VOLUME_STRUCT: Struct = Struct::new(
    "a volume",
    &[
        key("driver", &TEXT, "Volume driver; default `local`"),
        key("driver_opts", &OPTIONS, "Options of the driver"),
        key("external", &EXTERNAL, "It already exists: Compose neither creates nor removes it"),
        key("labels", &PAIRS, "Labels of the volume"),
        key("name", &TEXT, "Its actual name, without the project name as a prefix"),
    ],
);

static SECRET: SchemaShape = SchemaShape::structure(&SECRET_STRUCT);
static SECRET_STRUCT: Struct = Struct::new(
    "a secret",
    &[
        key("driver", &TEXT, "Driver that stores the secret (Swarm)"),
        key("driver_opts", &OPTIONS, "Options of the driver"),
        key("environment", &TEXT, "Environment variable of Compose that contains the secret").since(2, 6, 0),
        key("external", &OPEN_EXTERNAL, "It already exists in the swarm"),
        key("file", &TEXT, "File that contains the secret; relative to this file"),
        key("labels", &PAIRS, "Labels of the secret"),
        key("name", &TEXT, "Its actual name, without the project name as a prefix"),
        key("template_driver", &TEXT, "Template driver for the secret"),
    ],
);

static CONFIG: SchemaShape = SchemaShape::structure(&CONFIG_STRUCT);
static CONFIG_STRUCT: Struct = Struct::new(
    "a config",
    &[
        key("content", &TEXT, "Inline content; variables are interpolated").since(2, 23, 1),
        key("environment", &TEXT, "Environment variable of Compose that contains the content").since(2, 23, 1),
        key("external", &OPEN_EXTERNAL, "It already exists in the swarm"),
        key("file", &TEXT, "File that contains the content; relative to this file"),
        key("labels", &PAIRS, "Labels of the config"),
        key("name", &TEXT, "Its actual name, without the project name as a prefix"),
        key("template_driver", &TEXT, "Template driver for the content"),
    ],
);

static MODEL: SchemaShape = SchemaShape::structure(&MODEL_STRUCT);
static MODEL_STRUCT: Struct = Struct::new(
    "a model",
    &[
        key("context_size", &INTEGER, "Size of the context window, in tokens"),
        key("model", &TEXT, "The model, as an OCI artifact such as `ai/smollm2`"),
        key("name", &TEXT, "Name of the model"),
        key("runtime_flags", &TEXTS, "Flags for the inference engine"),
    ],
)
.required(&["model"]);
