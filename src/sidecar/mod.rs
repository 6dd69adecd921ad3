//! stub
pub mod traefik;
use std::path::Path;
use crate::finding::Place;
use crate::model::Model;
use crate::source::SourceDb;
/// stub
#[derive(Debug)]
pub struct ProxyTarget { pub proxy: String, pub host: String, pub port: Option<u16>, pub place: Place }
/// stub
pub fn proxy_targets(_m: &Model, _s: &SourceDb, _r: &Path) -> Vec<ProxyTarget> { Vec::new() }
