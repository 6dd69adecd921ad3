//! A variable of an image, or one with a certain value, as the files of `rules/images` write it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// A variable that is set, or that has a certain value. Written `NAME` or `NAME: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VariableSetting {
    /// The variable.
    pub(crate) variable: String,
    /// The value it must have (letter case does not count), or between two `*` what it must contain; any that is not empty
    /// if absent.
    pub(crate) value: Option<String>,
}

impl<'de> Deserialize<'de> for VariableSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<VariableSetting, D::Error> {
        struct SettingVisitor;

        impl<'de> Visitor<'de> for SettingVisitor {
            type Value = VariableSetting;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("`NAME` or `NAME: value`")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<VariableSetting, E> {
                Ok(VariableSetting { variable: name.to_owned(), value: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<VariableSetting, A::Error> {
                let entry = map.next_entry::<String, String>()?;
                let (variable, value) = entry.ok_or_else(|| A::Error::custom("a setting names a variable"))?;
                if map.next_key::<String>()?.is_some() {
                    return Err(A::Error::custom("a setting names one variable only"));
                }
                Ok(VariableSetting { variable, value: Some(value) })
            }
        }

        deserializer.deserialize_any(SettingVisitor)
    }
}
