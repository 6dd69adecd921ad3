//! What a finding is about.

use std::fmt;

/// A part of the model, a variable, or a file. How it is printed enters fingerprints: it never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The project, or nothing more exact.
    Project,
    /// A service: `services.web`.
    Service(String),
    /// Services that an entry of the configuration names: `web,db`.
    Services(Vec<String>),
    /// A network: `networks.front`.
    Network(String),
    /// A volume: `volumes.data`.
    Volume(String),
    /// Anything else in the model by its path: `services.web.ports`, `secrets.token`, `version`.
    Path(Vec<String>),
    /// A variable by its name.
    Variable(String),
    /// An anchor by its name.
    Anchor(String),
    /// A file as it is named.
    File(String),
}

impl Subject {
    /// A service.
    pub(crate) fn service(name: impl fmt::Display) -> Subject {
        Subject::Service(name.to_string())
    }

    /// A network.
    pub(crate) fn network(name: impl fmt::Display) -> Subject {
        Subject::Network(name.to_string())
    }

    /// A volume.
    pub(crate) fn volume(name: impl fmt::Display) -> Subject {
        Subject::Volume(name.to_string())
    }

    /// A variable.
    pub(crate) fn variable(name: impl fmt::Display) -> Subject {
        Subject::Variable(name.to_string())
    }

    /// What is at a path of the model.
    pub(crate) fn at<T: fmt::Display>(path: impl IntoIterator<Item = T>) -> Subject {
        let mut path: Vec<String> = path.into_iter().map(|segment| segment.to_string()).collect();
        match path.as_mut_slice() {
            [] => Subject::Project,
            [section, name] if section == "services" => Subject::Service(std::mem::take(name)),
            [section, name] if section == "networks" => Subject::Network(std::mem::take(name)),
            [section, name] if section == "volumes" => Subject::Volume(std::mem::take(name)),
            _ => Subject::Path(path),
        }
    }

    /// The service that it is, or is a part of.
    pub(crate) fn service_name(&self) -> Option<&str> {
        match self {
            Subject::Service(name) => Some(name),
            Subject::Path(path) if path.first().is_some_and(|first| first == "services") => {
                path.get(1).map(String::as_str)
            }
            _ => None,
        }
    }

    /// The names in it, to mask them.
    pub(crate) fn names(&mut self) -> &mut [String] {
        match self {
            Subject::Project => &mut [],
            Subject::Services(names) | Subject::Path(names) => names,
            Subject::Service(name)
            | Subject::Network(name)
            | Subject::Volume(name)
            | Subject::Variable(name)
            | Subject::Anchor(name)
            | Subject::File(name) => std::slice::from_mut(name),
        }
    }

    /// The section of the model that it is in, or the key at top level that it is.
    pub(crate) fn section(&self) -> Option<&str> {
        match self {
            Subject::Service(_) => Some("services"),
            Subject::Network(_) => Some("networks"),
            Subject::Volume(_) => Some("volumes"),
            Subject::Path(path) => path.first().map(String::as_str),
            Subject::Project | Subject::Services(_) | Subject::Variable(_) | Subject::Anchor(_) | Subject::File(_) => {
                None
            }
        }
    }

    /// The section of the model, and the entry of it that this is or is a part of.
    pub(crate) fn entry(&self) -> Option<(&str, &str)> {
        let name = match self {
            Subject::Service(own) | Subject::Network(own) | Subject::Volume(own) => own.as_str(),
            Subject::Path(path) => path.get(1)?,
            Subject::Project | Subject::Services(_) | Subject::Variable(_) | Subject::Anchor(_) | Subject::File(_) => {
                return None;
            }
        };
        Some((self.section()?, name))
    }

    /// Whether it is an entry of a section of the model, or a part of one.
    pub(crate) fn is_within(&self, section: &str, name: &str) -> bool {
        self.entry() == Some((section, name))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Project => Ok(()),
            Subject::Service(name) => write!(f, "services.{name}"),
            Subject::Services(names) => f.write_str(&names.join(",")),
            Subject::Network(name) => write!(f, "networks.{name}"),
            Subject::Volume(name) => write!(f, "volumes.{name}"),
            Subject::Path(path) => f.write_str(&path.join(".")),
            Subject::Variable(name) | Subject::Anchor(name) | Subject::File(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_prints_as_fingerprints_know_it() {
        let check = |subject: Subject, expect: &str| assert_eq!(subject.to_string(), expect);
        check(Subject::Project, "");
        check(Subject::service("web.api"), "services.web.api");
        check(Subject::network("front"), "networks.front");
        check(Subject::volume("data"), "volumes.data");
        check(Subject::variable("TAG"), "TAG");
        check(Subject::Services(vec!["web".to_owned(), "db".to_owned()]), "web,db");
        check(Subject::at(["services", "web", "ports", "targt"]), "services.web.ports.targt");
        check(Subject::at(["secrets", "token"]), "secrets.token");
    }

    #[test]
    fn a_path_of_two_steps_is_the_thing_itself() {
        assert_eq!(Subject::at(["services", "web"]), Subject::service("web"));
        assert_eq!(Subject::at(["networks", "web"]), Subject::network("web"));
        assert_eq!(Subject::at(["volumes", "web"]), Subject::volume("web"));
        assert_eq!(Subject::at(Vec::<String>::new()), Subject::Project);
    }

    #[test]
    fn a_part_is_within_its_service_and_no_other_of_a_longer_name() {
        let ports = Subject::at(["services", "web", "ports"]);
        assert!(ports.is_within("services", "web") && Subject::service("web").is_within("services", "web"));
        assert!(!Subject::service("web.api").is_within("services", "web"));
        assert!(!Subject::network("web").is_within("services", "web"));
        assert!(!Subject::variable("services.web").is_within("services", "web"));
    }
}
