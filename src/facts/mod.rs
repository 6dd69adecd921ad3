//! Facts about a model.
