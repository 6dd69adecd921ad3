//! A model that is split over more GPUs than its container has.

use crate::facts::gpus::{claims_of_one, in_container};
use crate::facts::images::{argument_value, launch, variable};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;

/// Options that split a model, each with the variables that do, and the documentation of the servers: vLLM
/// (<https://docs.vllm.ai/en/stable/serving/parallelism_scaling.html>), Text Generation Inference
/// (<https://huggingface.co/docs/text-generation-inference/reference/launcher>), SGLang
/// (<https://docs.sglang.ai/advanced_features/server_arguments.html>).
const FACTORS: [(&[&str], &[&str]); 3] = [
    (
        &["--tensor-parallel-size", "--tensor_parallel_size", "-tp", "--tp-size", "--tp", "--num-shard"],
        &["NUM_SHARD", "TENSOR_PARALLEL_SIZE", "VLLM_TENSOR_PARALLEL_SIZE"],
    ),
    (&["--pipeline-parallel-size", "-pp", "--pp-size"], &["PIPELINE_PARALLEL_SIZE"]),
    (&["--data-parallel-size-local", "--data-parallel-size", "-dp"], &[]),
];

/// Words of commands that split a model over several machines.
const SEVERAL_MACHINES: [&str; 7] = [
    "--nnodes",
    "--node-rank",
    "--dist-init-addr",
    "--data-parallel-address",
    "--distributed-executor-backend",
    "ray",
    "--master-addr",
];

/// Reports services that split their model over more GPUs than a container gets.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let Some((shards, word)) = shards(service) else { continue };
        let Some(count) = in_container(service, cx.settings.host.gpus).filter(|count| *count < shards) else {
            continue;
        };
        let claims = claims_of_one(service);
        let Some(claim) = claims.last() else { continue };
        let name = &service.name;
        let has = if count == 1 { "1 GPU".to_owned() } else { format!("{count} GPUs") };
        let message =
            format!("`{name}` splits its model over {shards} GPUs, but its container has {has}: it does not start");
        let mut finding = Finding::new(rule::FEWER_GPUS_THAN_SHARDS, claim.place, Subject::service(name), message)
            .help(format!("reserve {shards} GPUs, or split the model over {count}"));
        if word.place != claim.place {
            finding = finding.label(word.place, format!("split over {shards} here"));
        }
        if word.is_interpolated() {
            finding = finding.confidence(Confidence::Medium);
        }
        findings.push(finding);
    }
}

/// Over how many GPUs a service splits its model, and what says so.
fn shards(service: &Service) -> Option<(i64, &Spanned<String>)> {
    let words = launch(service);
    let has = |wanted: &str| {
        words.iter().any(|word| word.value.split_whitespace().any(|part| part.split('=').next() == Some(wanted)))
    };
    if SEVERAL_MACHINES.iter().any(|word| has(word)) {
        return None;
    }
    let mut product: i64 = 1;
    let mut said = None;
    for (options, variables) in FACTORS {
        let by_option = options.iter().find_map(|option| argument_value(service, option));
        let by_variable =
            || variables.iter().find_map(|name| variable(service, name)).map(|value| (value.value.clone(), value));
        let Some((text, word)) = by_option.or_else(by_variable) else { continue };
        // What is not a number is not known.
        let number: i64 = text.trim().parse().ok().filter(|number| (1..=1024).contains(number))?;
        product = product.saturating_mul(number);
        said = said.or((number > 1).then_some(word));
    }
    Some((product, said?))
}
