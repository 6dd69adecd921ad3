//! Combines what the configurations of all services say.

use std::collections::BTreeSet;
use std::ops::Range;

use super::address::{HostPort, Located};
use super::discovery;
use super::glob;
use super::misplaced::{is_read, misplaced};
use super::official::is_official;
use super::prometheus::ScrapeTarget;
use super::read::{ConfigurationContent, ReadConfiguration, configurations};
use super::traefik::{self, collect as collect_traefik};
use super::whole::whole;
use super::{AdminPort, AppConfigs, Contact, Named, ProxyKind, ProxyListen, ProxyRoute, ProxyTarget};
use crate::budget::{Limit, Meter};
use crate::collections::HashMap;
use crate::model::{Model, Service};
use crate::source::SourceDb;

/// What the configurations beside a project say.
pub(crate) fn collect_app_configs(model: &Model, sources: &SourceDb, swarm: bool) -> AppConfigs {
    let before = model.budget.reached().len();
    let mut all = AppConfigs::default();
    let mut kept = 0;
    let has_traefik = model.services.values().any(traefik::is_traefik);
    let labels: Vec<&str> = model
        .services
        .values()
        .filter(|_| has_traefik)
        .flat_map(|service| traefik::labels_of(service).map(|(_, label)| label.value.as_str()))
        .collect();
    for service in model.services.values() {
        let read = configurations(model, service, sources);
        let meter = Meter { budget: &model.budget, at: service.key };
        all.misplaced.extend(misplaced(model, service, &read));
        let mut of = Collector { service, all: &mut all, meter };
        let (counted, _): (Vec<&ReadConfiguration>, Vec<&ReadConfiguration>) =
            read.iter().partition(|one| is_read(service, one, &read, meter));
        of.nginx(&counted);
        of.open_routes(&counted);
        for one in &counted {
            match &one.content {
                ConfigurationContent::Caddy(config) => of.caddy(config, one),
                ConfigurationContent::Haproxy(config) => of.haproxy(config, one),
                ConfigurationContent::Prometheus { scraped, others } => {
                    of.scraped(scraped, one);
                    of.contacts(others, one);
                }
                ConfigurationContent::Contacts(others) => of.contacts(others, one),
                ConfigurationContent::Nginx(_) | ConfigurationContent::Traefik(_) => {}
            }
        }
        if traefik::is_traefik(service) {
            collect_traefik::collect_from_service((service, &labels), &counted, &mut all, meter);
        }
        model.budget.spend(Limit::Values, all.len().saturating_sub(kept), service.key);
        kept = all.len();
        if model.budget.reached().len() > before {
            // Of a part nothing is said: a host or port that is missing in it may be in the rest.
            return AppConfigs::default();
        }
    }
    collect_traefik::labels(model, &mut all, swarm);
    all.targets.extend(discovery::targets(model));
    all
}

struct Collector<'a, 'b> {
    service: &'a Service,
    all: &'b mut AppConfigs,
    meter: Meter<'a>,
}

impl Collector<'_, '_> {
    fn named(&self, word: &Located, read: &ReadConfiguration, kind: ProxyKind) -> Named {
        let (service, text) = (self.service.name.clone(), word.text.clone());
        Named { service, text, place: read.place(&word.span), given: read.given, kind }
    }

    fn listen(
        &self,
        port: u16,
        ssl: bool,
        span: &Range<usize>,
        read: &ReadConfiguration,
        kind: ProxyKind,
    ) -> ProxyListen {
        let (proxy, place) = (self.service.name.clone(), read.place(span));
        ProxyListen { proxy, port, ssl, local: false, place, given: read.given, kind }
    }

    fn target(&self, read: &ReadConfiguration, span: &Range<usize>, kind: ProxyKind) -> ProxyTarget {
        ProxyTarget {
            proxy: Some(self.service.name.clone()),
            host: String::new(),
            port: None,
            scheme: None,
            place: read.place(span),
            given: read.given,
            kind,
            late: true,
            environment: Vec::new(),
            open: false,
        }
    }

    fn route(&self, read: &ReadConfiguration, span: &Range<usize>, kind: ProxyKind) -> ProxyRoute {
        ProxyRoute {
            proxy: self.service.name.clone(),
            host: String::new(),
            port: None,
            ports: Vec::new(),
            place: read.place(span),
            given: read.given,
            kind,
        }
    }

    /// The routes of nginx without authentication; a pass to an upstream leads to each of its servers.
    fn open_routes(&mut self, read: &[&ReadConfiguration]) {
        let configs: Vec<_> = read
            .iter()
            .filter_map(|one| match &one.content {
                ConfigurationContent::Nginx(config) => Some((config, *one)),
                _ => None,
            })
            .collect();
        if configs.iter().any(|(config, _)| config.guarded) {
            return;
        }
        let mut upstreams: HashMap<&str, &super::nginx::Upstream> = HashMap::default();
        for upstream in configs.iter().flat_map(|(config, _)| &config.upstreams) {
            upstreams.entry(&upstream.name).or_insert(upstream);
        }
        for (config, read) in &configs {
            let is_http = |pass: &&super::nginx::Pass| matches!(pass.scheme.as_deref(), Some("http" | "https"));
            for pass in config.passes.iter().filter(|pass| pass.guarded != Some(true)).filter(is_http) {
                let route =
                    || ProxyRoute { ports: pass.ports.clone(), ..self.route(read, &pass.span, ProxyKind::Nginx) };
                let upstream = upstreams.get(pass.host.as_str()).filter(|_| pass.port.is_none());
                let servers = upstream.map_or(1, |upstream| upstream.servers.len());
                if !self.meter.spend(Limit::Values, servers.saturating_mul(1 + pass.ports.len())) {
                    return;
                }
                let routes: Vec<ProxyRoute> = match upstream {
                    Some(upstream) => upstream
                        .servers
                        .iter()
                        .map(|server| {
                            let (host, port) = (server.address.host.clone(), server.address.port);
                            ProxyRoute { host, port, ..route() }
                        })
                        .collect(),
                    None => vec![ProxyRoute { host: pass.host.clone(), port: pass.port, ..route() }],
                };
                self.all.open_routes.extend(routes);
            }
        }
    }

    fn nginx(&mut self, read: &[&ReadConfiguration]) {
        let kind = ProxyKind::Nginx;
        let configs = || {
            read.iter().filter_map(|one| match &one.content {
                ConfigurationContent::Nginx(config) => Some((config, *one)),
                _ => None,
            })
        };
        let names: BTreeSet<&str> =
            configs().flat_map(|(config, _)| &config.upstreams).map(|upstream| upstream.name.as_str()).collect();
        let partial = includes_more(read, self.meter) || !is_official(self.service);
        if !partial {
            self.all.whole.extend(whole(self.service, read));
        }
        // An `include` that is not here may say whom to ask.
        let resolves = includes_more(read, self.meter) || configs().any(|(config, _)| config.has_resolver);
        // Without TLS, it does not matter which versions of it are allowed. A file that is not here may switch it on.
        let speaks_tls = partial || configs().any(|(config, _)| config.speaks_tls());
        for (config, read) in configs() {
            for server in config.upstreams.iter().flat_map(|upstream| &upstream.servers) {
                let address = &server.address;
                let (host, environment) = (address.host.clone(), server.environment.clone());
                let target = self.target(read, &address.span, kind);
                let target = ProxyTarget { host, port: address.port, late: server.late, environment, ..target };
                self.all.targets.push(target);
            }
            for pass in &config.passes {
                // With a port written, nginx takes the name for a host even where an upstream has it.
                if pass.port.is_none() && names.contains(pass.host.as_str()) {
                    continue;
                }
                let (host, scheme) = (pass.host.clone(), pass.scheme.clone());
                let (late, environment) = (pass.via_variable, pass.environment.clone());
                let target = self.target(read, &pass.span, kind);
                self.all.targets.push(ProxyTarget {
                    host,
                    port: pass.port,
                    scheme,
                    late,
                    environment,
                    open: pass.port.is_none() && partial,
                    ..target
                });
            }
            let listen = |one: &super::nginx::Listen| ProxyListen {
                local: one.local,
                ..self.listen(one.port, one.ssl, &one.span, read, kind)
            };
            let listens: Vec<_> = config.listens.iter().map(listen).collect();
            self.all.listens.extend(listens);
            self.nginx_words(config, read);
            if speaks_tls {
                let protocols: Vec<_> = config.protocols.iter().map(|word| self.named(word, read, kind)).collect();
                self.all.protocols.extend(protocols);
            }
            self.nginx_late(config, read, (&names, resolves));
        }
    }

    /// Paths and variables of a configuration of nginx.
    fn nginx_words(&mut self, config: &super::nginx::NginxConfig, read: &ReadConfiguration) {
        let kind = ProxyKind::Nginx;
        let named = |words: &[Located]| words.iter().map(|word| self.named(word, read, kind)).collect::<Vec<_>>();
        let (certificates, roots) = (named(&config.certificates), named(&config.challenge_roots));
        let passwords = named(&config.password_files);
        let (served, trusted) = (named(&config.roots), named(&config.trusted));
        let (unsupported, unfilled) = (named(&config.unsupported), named(&config.unfilled));
        self.all.certificates.extend(certificates);
        self.all.password_files.extend(passwords);
        self.all.challenge_roots.extend(roots);
        self.all.document_roots.extend(served);
        self.all.trusted.extend(trusted);
        self.all.unsupported.extend(unsupported);
        self.all.unfilled.extend(unfilled);
    }

    /// Hosts that are looked up at each request, or else the servers that are asked for them.
    fn nginx_late(
        &mut self,
        config: &super::nginx::NginxConfig,
        read: &ReadConfiguration,
        (names, resolves): (&BTreeSet<&str>, bool),
    ) {
        let is_name = |pass: &&super::nginx::Pass| {
            pass.via_variable && !names.contains(pass.host.as_str()) && pass.host.parse::<std::net::IpAddr>().is_err()
        };
        let mut late = config.passes.iter().filter(is_name).peekable();
        let host = |pass: &super::nginx::Pass| Located { text: pass.host.clone(), span: pass.span.clone() };
        if !resolves {
            let late: Vec<Named> = late.map(|pass| self.named(&host(pass), read, ProxyKind::Nginx)).collect();
            self.all.late_passes.extend(late);
        } else if late.peek().is_some() {
            let servers = config.resolvers.iter().map(|word| self.named(word, read, ProxyKind::Nginx));
            let servers: Vec<Named> = servers.collect();
            self.all.resolvers.extend(servers);
        }
    }

    fn caddy(&mut self, config: &super::caddy::CaddyConfig, read: &ReadConfiguration) {
        let kind = ProxyKind::Caddy;
        for upstream in &config.upstreams {
            let (host, scheme) = (upstream.host.clone(), upstream.scheme.clone());
            let environment = upstream.environment.clone();
            let target = self.target(read, &upstream.span, kind);
            if !upstream.guarded {
                let (host, route) = (upstream.host.clone(), self.route(read, &upstream.span, kind));
                self.all.open_routes.push(ProxyRoute { host, port: upstream.port, ..route });
            }
            self.all.targets.push(ProxyTarget { host, port: upstream.port, scheme, environment, ..target });
        }
        for site in &config.sites {
            if let Some((port, ssl)) = config.listen(&site.text) {
                let listen = self.listen(port, ssl, &site.span, read, kind);
                self.all.listens.push(listen);
            }
        }
        let public = config.sites.iter().filter(|site| requests_certificate(&site.text));
        let public: Vec<_> = public.map(|site| self.named(site, read, kind)).collect();
        self.all.public_sites.extend(public);
        let named = |words: &[Located]| words.iter().map(|word| self.named(word, read, kind)).collect::<Vec<_>>();
        let (certificates, roots) = (named(&config.certificates), named(&config.roots));
        self.all.certificates.extend(certificates);
        self.all.document_roots.extend(roots);
        if let Some(admin) = &config.admin
            && let Some((host, port)) = admin.text.rsplit_once(':')
            && let Ok(port) = port.parse()
            && !matches!(host, "localhost" | "127.0.0.1" | "[::1]")
        {
            let place = read.place(&admin.span);
            self.all.admins.push(AdminPort { proxy: self.service.name.clone(), port, place, kind });
        }
    }

    fn haproxy(&mut self, config: &super::haproxy::HaproxyConfig, read: &ReadConfiguration) {
        let kind = ProxyKind::Haproxy;
        for server in &config.servers {
            let (host, environment) = (server.address.host.clone(), server.environment.clone());
            let target = self.target(read, &server.address.span, kind);
            let port = server.address.port;
            self.all.targets.push(ProxyTarget { host, port, late: server.late, environment, ..target });
        }
        for route in &config.routes {
            let (host, port, ports) = (route.address.host.clone(), route.address.port, route.ports.clone());
            let open = self.route(read, &route.address.span, kind);
            self.all.open_routes.push(ProxyRoute { host, port, ports, ..open });
        }
        for bind in &config.binds {
            let listen = self.listen(bind.port, bind.ssl, &bind.span, read, kind);
            if bind.open_stats {
                let proxy = self.service.name.clone();
                self.all.admins.push(AdminPort { proxy, port: bind.port, place: listen.place, kind });
            }
            self.all.listens.push(listen);
        }
        let named = |words: &[Located]| words.iter().map(|word| self.named(word, read, kind)).collect::<Vec<_>>();
        let (certificates, oldest) = (named(&config.certificates), named(&config.oldest));
        self.all.certificates.extend(certificates);
        self.all.protocols.extend(oldest);
    }

    fn contacts(&mut self, addresses: &[HostPort], read: &ReadConfiguration) {
        let found = addresses.iter().map(|address| self.contact(address, read));
        let found: Vec<Contact> = found.collect();
        self.all.contacts.extend(found);
    }

    fn scraped(&mut self, targets: &[ScrapeTarget], read: &ReadConfiguration) {
        let of_target = |target: &ScrapeTarget| {
            let job = target.job.clone();
            Contact { is_scraped: true, job, ..self.contact(&target.at, read) }
        };
        let found: Vec<Contact> = targets.iter().map(of_target).collect();
        self.all.contacts.extend(found);
    }

    fn contact(&self, address: &HostPort, read: &ReadConfiguration) -> Contact {
        Contact {
            service: self.service.name.clone(),
            host: address.host.clone(),
            port: address.port,
            place: read.place(&address.span),
            given: read.given,
            is_scraped: false,
            job: None,
        }
    }
}

/// Whether Caddy requests a certificate for a site by itself: it has a domain that others can resolve, and no `http://`.
/// <https://caddyserver.com/docs/automatic-https>
fn requests_certificate(site: &str) -> bool {
    let host = site.trim_start_matches("https://").split([':', '/']).next().unwrap_or("");
    let local = [
        "localhost",
        ".localhost",
        ".local",
        ".internal",
        ".home.arpa",
        ".test",
        ".lan",
        ".example.com",
        "example.com",
    ];
    let public = host.contains('.') && !host.contains(['{', '$']) && host.parse::<std::net::IpAddr>().is_err();
    public && !site.starts_with("http://") && !site.ends_with(":80") && !local.iter().any(|end| host.ends_with(end))
}

/// Whether a configuration of nginx includes files of servers or upstreams that are not here.
fn includes_more(read: &[&ReadConfiguration], meter: Meter<'_>) -> bool {
    const OF_THE_IMAGE: [&str; 6] =
        ["mime.types", "_params", "conf.d/", "/modules", "fastcgi.conf", "fastcgi-php.conf"];
    read.iter().any(|one| {
        let ConfigurationContent::Nginx(config) = &one.content else { return false };
        config.includes.iter().any(|include| {
            if !meter.spend(Limit::Steps, read.len()) {
                return true;
            }
            let known = OF_THE_IMAGE.iter().any(|name| include.text.contains(name));
            let here = read.iter().any(|other| glob::matches(&glob::from("/etc/nginx", &include.text), &other.target));
            !known && !here
        })
    })
}
