//! The rules that report what a project lacks and other files may supply. Only these run on projects that nobody asked
//! about, to see whether several lack the same.

/// Their names.
pub(crate) const REPORTS_MISSING: [&str; 6] = [
    "inactive-dependency",
    "missing-key",
    "undefined-reference",
    "unresolved-extends",
    "unset-secret",
    "unset-variable",
];
