//! What people set in their editor: which features are on, and which rules run.

use serde_json::Value;

/// A feature that can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature {
    Diagnostics,
    CodeActions,
    Completion,
    Hover,
    Navigation,
    Rename,
    Symbols,
    Folding,
    Links,
    InlayHints,
}

/// The names of the features in the settings.
const FEATURES: [(&str, Feature); 10] = [
    ("diagnostics", Feature::Diagnostics),
    ("codeActions", Feature::CodeActions),
    ("completion", Feature::Completion),
    ("hover", Feature::Hover),
    ("navigation", Feature::Navigation),
    ("rename", Feature::Rename),
    ("symbols", Feature::Symbols),
    ("folding", Feature::Folding),
    ("links", Feature::Links),
    ("inlayHints", Feature::InlayHints),
];

/// The settings; all features are on unless they are switched off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EditorSettings {
    off: Vec<&'static str>,
    /// Whether the strict set of rules runs too.
    pub(super) strict: bool,
    /// Whether the set on style runs too.
    pub(super) style: bool,
    /// Whether rules in preview run.
    pub(super) preview: bool,
}

impl EditorSettings {
    /// Whether a feature is on.
    pub(super) fn has(&self, feature: Feature) -> bool {
        let name = FEATURES.iter().find(|(_, one)| *one == feature).map(|(name, _)| *name);
        name.is_none_or(|name| !self.off.contains(&name))
    }

    /// The settings with what a value says: an object with the names of features, or one with it under `plimsoll`. What it
    /// does not name stays as it is. A feature is a boolean, or an object with `enabled`, as VS Code writes it.
    #[must_use]
    pub(super) fn with(&self, value: &Value) -> EditorSettings {
        let value = value.get("plimsoll").unwrap_or(value);
        let flag = |name: &str| {
            let value = value.get(name)?;
            value.as_bool().or_else(|| value.get("enabled")?.as_bool()).or_else(|| value.get("enable")?.as_bool())
        };
        let mut settings = self.clone();
        for (name, _) in FEATURES {
            match flag(name) {
                Some(true) => settings.off.retain(|off| *off != name),
                Some(false) if !settings.off.contains(&name) => settings.off.push(name),
                _ => {}
            }
        }
        settings.strict = flag("strict").unwrap_or(settings.strict);
        settings.style = flag("style").unwrap_or(settings.style);
        settings.preview = flag("preview").unwrap_or(settings.preview);
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn features_are_on_until_they_are_switched_off() {
        let settings = EditorSettings::default();
        assert!(settings.has(Feature::Hover));
        let off = settings.with(&json!({"hover": false, "completion": {"enabled": false}, "strict": true, "x": 1}));
        assert!(!off.has(Feature::Hover) && !off.has(Feature::Completion) && off.has(Feature::Rename) && off.strict);
        let on = off.with(&json!({"plimsoll": {"hover": true}}));
        assert!(on.has(Feature::Hover) && !on.has(Feature::Completion));
        assert_eq!(on.with(&json!(null)), on);
    }
}
