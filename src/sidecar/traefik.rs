//! stub
use crate::model::Service;
use crate::finding::Place;
pub struct Route { pub enabled: bool, pub port: Option<u16>, pub place: Place }
pub fn routed(_s: &Service) -> Option<Route> { None }
