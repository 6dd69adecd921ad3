//! The rules that report what a project lacks and other files may supply. Only these run on projects that nobody asked
//! about, to see whether several lack the same.

use crate::finding::{RuleId, rule};

/// These rules.
pub(crate) const REPORTS_MISSING: [RuleId; 7] = [
    rule::INACTIVE_DEPENDENCY,
    rule::MISSPELT_VARIABLE,
    rule::MISSING_KEY,
    rule::UNDEFINED_REFERENCE,
    rule::UNRESOLVED_EXTENDS,
    rule::UNSET_SECRET,
    rule::UNSET_VARIABLE,
];
