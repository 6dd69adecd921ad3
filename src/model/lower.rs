//! From the resolved project to the typed model.
