//! What Compose does in its own way, as tables, each mirroring a file of compose-go.

pub(crate) mod merge_table;
pub(crate) mod schema;
pub(crate) mod shapes;
