//! What Compose does in a way of its own, as tables, each mirroring a file of compose-go.

pub(crate) mod merge_table;
pub(crate) mod schema;
pub(crate) mod shapes;
