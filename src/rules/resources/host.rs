//! Sums of what services may take of the host.

use crate::model::Service;
use crate::rules::Context;
use crate::source::Place;

/// What a service may take, all replicas together.
pub(super) struct Demand<'a> {
    pub(super) service: &'a Service,
    pub(super) amount: f64,
    pub(super) place: Place,
}

/// The demands of the active services for what `of_one` says of one container, the largest first.
pub(super) fn demands<'a>(cx: &Context<'a>, of_one: impl Fn(&Service) -> Option<(f64, Place)>) -> Vec<Demand<'a>> {
    let demand = |service: &'a Service| {
        let (amount, place) = of_one(service).filter(|(amount, _)| *amount > 0.0)?;
        let replicas = service.replicas.as_ref().map_or(1, |replicas| replicas.value.max(0));
        Some(Demand { service, amount: amount * replicas as f64, place })
    };
    let mut all: Vec<Demand<'a>> = cx.model.services.values().filter_map(demand).collect();
    all.sort_by(|one, other| other.amount.total_cmp(&one.amount));
    all
}
