//! Parts of one product in different versions.

use crate::catalogue::hub_name;
use crate::catalogue::tag::Version;
use crate::collections::IndexMap;
use crate::facts::tags::pulled;
use crate::finding::{Finding, Subject, rule};
use crate::model::{ImageReference, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Images that are released together.
struct Product {
    name: &'static str,
    /// Repositories; one that ends in `/` or `-` matches all that begin with it.
    repositories: &'static [&'static str],
    /// How many numbers of the version have to be the same.
    depth: usize,
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers"))]
    source: &'static str,
}

const PRODUCTS: [Product; 12] = [
    Product {
        name: "Immich",
        repositories: &["ghcr.io/immich-app/immich-server", "ghcr.io/immich-app/immich-machine-learning"],
        depth: 3,
        source: "https://immich.app/docs/install/docker-compose",
    },
    Product {
        name: "authentik",
        repositories: &["ghcr.io/goauthentik/server", "ghcr.io/goauthentik/proxy", "ghcr.io/goauthentik/ldap"],
        depth: 2,
        source: "https://docs.goauthentik.io/docs/install-config/upgrade",
    },
    Product {
        name: "Airflow",
        repositories: &["apache/airflow"],
        depth: 3,
        source: "https://airflow.apache.org/docs/apache-airflow/stable/howto/docker-compose/index.html",
    },
    Product {
        name: "n8n",
        repositories: &["n8nio/n8n", "docker.n8n.io/n8nio/n8n"],
        depth: 3,
        source: "https://docs.n8n.io/hosting/scaling/queue-mode/",
    },
    Product {
        name: "Penpot",
        repositories: &["penpotapp/frontend", "penpotapp/backend", "penpotapp/exporter"],
        depth: 2,
        source: "https://help.penpot.app/technical-guide/getting-started/docker/",
    },
    Product {
        name: "Dify",
        repositories: &["langgenius/dify-api", "langgenius/dify-web"],
        depth: 3,
        source: "https://github.com/langgenius/dify/blob/main/docker/docker-compose.yaml",
    },
    Product {
        name: "Langfuse",
        repositories: &["langfuse/langfuse", "langfuse/langfuse-worker", "docker.io/langfuse/langfuse"],
        depth: 2,
        source: "https://langfuse.com/self-hosting/upgrade",
    },
    Product {
        name: "Jitsi Meet",
        repositories: &["jitsi/web", "jitsi/prosody", "jitsi/jicofo", "jitsi/jvb", "jitsi/jigasi", "jitsi/jibri"],
        depth: 3,
        source: "https://jitsi.github.io/handbook/docs/devops-guide/devops-guide-docker/",
    },
    Product {
        name: "Mailu",
        repositories: &["ghcr.io/mailu/", "mailu/"],
        depth: 2,
        source: "https://mailu.io/master/compose/setup.html",
    },
    Product {
        name: "Zabbix",
        repositories: &["zabbix/zabbix-server-", "zabbix/zabbix-web-"],
        depth: 2,
        source: "https://www.zabbix.com/documentation/current/en/manual/appendix/compatibility",
    },
    Product {
        name: "Flink",
        repositories: &["flink", "apache/flink"],
        depth: 2,
        source: "https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/resource-providers/standalone/docker/",
    },
    Product {
        name: "Wazuh",
        repositories: &["wazuh/wazuh-manager", "wazuh/wazuh-indexer", "wazuh/wazuh-dashboard"],
        depth: 3,
        source: "https://documentation.wazuh.com/current/deployment-options/docker/wazuh-container.html",
    },
];

/// An image of a product.
type ReleasedPart<'a> = (&'a Service, &'a Spanned<ImageReference>, Vec<u32>);

/// Reports each product once, at the first image whose version is not that of the first.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut by_product: IndexMap<&str, Vec<ReleasedPart<'_>>> = IndexMap::default();
    for service in cx.model.services.values() {
        let Some(image) = pulled(service).filter(|image| image.value.digest.is_none()) else { continue };
        let Some(product) = PRODUCTS.iter().find(|product| product.covers(&image.value)) else { continue };
        let Some(version) = version(&image.value, product.depth) else { continue };
        by_product.entry(product.name).or_default().push((service, image, version));
    }
    for (name, parts) in &by_product {
        let Some((first_service, first, version)) = parts.first() else { continue };
        let others: Vec<&ReleasedPart<'_>> = parts.iter().filter(|(_, _, other)| other != version).collect();
        let [(service, image, _), rest @ ..] = others.as_slice() else { continue };
        let message = format!(
            "`{}` runs {name} `{}`, but `{}` runs `{}`",
            service.name,
            image.value.tag.as_deref().unwrap_or(""),
            first_service.name,
            first.value.tag.as_deref().unwrap_or("")
        );
        let help = format!(
            "use one version for all services of {name}: its parts are released together and do not support others"
        );
        let mut finding = Finding::new(rule::MIXED_RELEASE_TAGS, image.place, Subject::service(&service.name), message)
            .evidence(*name)
            .label(first.place, format!("the version of `{}`", first_service.name))
            .help(help);
        for (other, image, _) in rest.iter().take(LABELS) {
            finding = finding.label(image.place, format!("the version of `{}`", other.name));
        }
        findings.push(finding);
    }
}

impl Product {
    fn covers(&self, image: &ImageReference) -> bool {
        let name = hub_name(&image.repository);
        self.repositories.iter().any(|known| match known.ends_with(['/', '-']) {
            true => name.starts_with(known),
            false => name == *known,
        })
    }
}

/// The numbers of a tag that count; `None` for one that is no version.
fn version(image: &ImageReference, depth: usize) -> Option<Vec<u32>> {
    let tag = image.tag.as_deref()?;
    let tag = tag.strip_prefix("stable-").or_else(|| tag.strip_prefix("alpine-")).unwrap_or(tag);
    let Version::Numbers(numbers) = Version::from_tag(Some(tag), None) else { return None };
    Some(numbers.into_iter().take(depth).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_a_source_and_versions_are_cut() {
        assert!(PRODUCTS.iter().all(|product| product.source.starts_with("https://") && product.depth > 0));
        let of = |text: &str, depth| version(&ImageReference::parse(text), depth);
        assert_eq!(of("zabbix/zabbix-web-nginx-pgsql:alpine-7.0.2", 2), Some(vec![7, 0]));
        assert_eq!(of("ghcr.io/immich-app/immich-machine-learning:v1.120.1-cuda", 3), Some(vec![1, 120, 1]));
        assert_eq!(of("ghcr.io/immich-app/immich-server:release", 3), None);
    }
}
