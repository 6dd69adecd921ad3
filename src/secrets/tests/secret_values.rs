//! Values that must be hidden, as files contain them.

use super::{assert_hidden, made_up};

const MIXED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Lines of a service with `«v»` for the secret, and the length of the secret.
pub(super) const FORMS: &[(&str, usize)] = &[
    // By the name of the key, in every style.
    ("environment:\n  DB_PASSWORD: «v»", 20),
    ("environment:\n  DB_PASSWORD: '«v»'", 12),
    ("environment:\n  DB_PASSWORD: \"«v»\"", 12),
    ("environment:\n  DB_PASSWORD: \"ab\\\"«v»\"", 20),
    ("environment:\n  SECRET_KEY: 'it''s«v»'", 20),
    ("environment:\n  API_TOKEN: '*«v»'", 20),
    ("environment:\n  API_TOKEN: '{«v»'", 20),
    ("environment:\n  DB_PASSWORD:\n    «v»", 20),
    ("environment:\n  ? DB_PASSWORD\n  : «v»", 20),
    ("environment:\n  - DB_PASSWORD=«v»", 20),
    ("environment:\n  - \"DB_PASSWORD=«v» and more\"", 20),
    ("environment: {DB_PASSWORD: «v», A: b}", 20),
    ("environment:\n  PRIVATE_KEY: |\n    one\n    «v»", 20),
    ("environment:\n  PRIVATE_KEY: >-\n    one\n    «v»", 20),
    ("environment:\n  API_TOKENS: [a, «v»]", 20),
    ("x-p: &p «v»\nenvironment:\n  DB_PASSWORD: *p", 20),
    ("build:\n  context: .\n  args: {TOKEN1: «v»}", 20),
    ("build:\n  context: .\n  args:\n    - NPM_TOKEN=«v»", 20),
    ("x-c: {db_password: {content: «v»}}", 20),
    ("x-api-keys: {alice: «v»}", 20),
    ("x-env:\n  - name: DB_PASSWORD\n    value: «v»", 20),
    ("labels:\n  app.password: «v»", 20),
    ("labels: ['app.secret=«v»']", 20),
    ("labels:\n  'password:«v»': x", 20),
    ("environment:\n  'DB_PASSWORD=«v»': x", 20),
    ("labels: {'token=«v»': x}", 20),
    ("environment:\n  SECRET_ID: «v»", 20),
    ("environment:\n  WEB_KEY: «v»", 20),
    ("environment:\n  NEO4J_AUTH: neo4j/«v»", 12),
    ("environment:\n  BASIC_AUTH: me:«v»", 20),
    ("environment:\n  PASSWORD_SALT: «v»", 20),
    ("environment:\n  UPSTREAM_AUTHORIZATION: Bearer «v»", 20),
    // References that are none.
    ("environment:\n  DB_PASSWORD: '$$«v»'", 20),
    ("environment:\n  DB_PASSWORD: 'a$$«v»'", 12),
    ("environment:\n  DB_PASSWORD: 'file:«v»'", 20),
    ("environment:\n  DB_PASSWORD: 'vault:«v»'", 20),
    ("environment:\n  DB_PASSWORD: 'env:«v»'", 20),
    ("environment:\n  DB_PASSWORD: '${A}«v»'", 20),
    // Words of variables.
    ("environment:\n  A: '${DB_PASSWORD:-«v»}'", 20),
    ("environment:\n  A: '${DB_PASSWORD:-a$$«v»}'", 20),
    ("environment:\n  A: '${DB_PASSWORD:+«v»}'", 20),
    ("environment:\n  A: '${DB_PASSWORD+«v»}'", 20),
    ("environment:\n  A: '${DB_PASSWORD-$$«v»}'", 20),
    ("environment:\n  A: '${X:-${DB_PASSWORD:-«v»}}'", 20),
    ("environment:\n  DB_PASSWORD: '${X:-${Y:-«v»}}'", 20),
    ("command: 'run ${API_TOKEN:-x$$«v»}'", 20),
    ("command: sh -c 'echo $${TOKEN:-«v»}'", 20),
    // Options and arguments.
    ("command: run --password «v» -v", 12),
    ("command: run --password=«v» -v", 12),
    ("command: [run, '--password',\n  '«v»']", 12),
    ("command:\n  - --password\n  - «v»", 12),
    ("command: [run, '--password=«v»']", 12),
    ("command: ldapsearch -D cn=admin -w «v»", 12),
    ("command: mysqldump -uroot -p«v» app", 12),
    ("command: [mysql, -p«v»]", 12),
    ("command: sshpass -p «v» ssh host", 12),
    ("command: redis-cli -a «v» ping", 12),
    ("command: redis-server --requirepass «v»", 12),
    ("command: curl -u me:«v» http://x", 12),
    ("command: curl --user me:«v» http://x", 12),
    ("command: smbclient --pass «v»", 12),
    ("command: smbclient -U me%«v» //x/y", 12),
    ("command: serve --auth me:«v»", 20),
    ("command: serve --web-key «v»", 20),
    ("command: mongosh -u me -p «v»", 12),
    ("command: docker login -u me -p «v» x", 12),
    ("command: openssl enc -pass pass:«v»", 12),
    ("command: mosquitto_passwd -b /etc/p me «v»", 12),
    ("command: htpasswd -nbB me «v»", 12),
    ("command: rabbitmqctl add_user me «v»", 12),
    ("command: grafana-cli admin reset-admin-password «v»", 12),
    ("command: java -Djavax.net.ssl.keyStorePassword=«v» -jar a.jar", 12),
    ("healthcheck: {test: [CMD, redis-cli, -a, '«v»', ping]}", 12),
    ("healthcheck: {test: 'mysqladmin ping -uroot -p«v»'}", 12),
    ("healthcheck: {test: [CMD-SHELL, 'redis-cli -a «v» ping || exit 1']}", 12),
    ("entrypoint: ['sh', '-c', 'PGPASSWORD=«v» psql']", 12),
    // Shell.
    ("command: sh -c \"echo «v» | docker login --password-stdin\"", 20),
    ("command: sh -c 'printf %s «v» | app login --token-stdin'", 20),
    ("command: sh -c 'gh auth login --with-token <<< «v»'", 20),
    ("command: sh -c \"echo 'root:«v»' | chpasswd\"", 12),
    ("command: sh -c \"export TOKEN=\\\"«v»\\\"\"", 20),
    ("command: sh -c 'export TOKEN=«v» && run'", 20),
    ("command: [\"sh\", \"-c\", \"export API_KEY=\\\"«v»\\\"; ./run\"]", 20),
    ("command: |\n  run --password \\\n    «v» -v", 12),
    // Addresses.
    ("environment:\n  DB: postgres://me:«v»@db:5432/x", 12),
    ("environment:\n  DB: me:«v»@db:5432", 20),
    ("environment:\n  DSN: me:«v»@tcp(db:3306)/x", 12),
    ("environment:\n  DB: postgres://me:12345/«v»@db/x", 20),
    ("environment:\n  MQ: \"amqp://u:p w«v»@mq\"", 20),
    ("environment:\n  REPO: https://«v»@git.example.com/x.git", 20),
    ("environment:\n  REPO: https://oauth2:«v»@git.example.com/x.git", 20),
    ("environment:\n  FEED: https://x.example.com/feed?sig=«v»&page=2", 20),
    ("environment:\n  FEED: https://x.example.com/feed?access_token=«v»", 12),
    ("environment:\n  HOOK: https://hooks.slack.com/services/T00000000/B00000000/«v»", 24),
    ("command: notify --url https://discord.com/api/webhooks/123456789012345678/«v»", 68),
    ("environment:\n  HOOK: https://chat.example.com/hooks/«v»", 26),
    ("environment:\n  BOT: https://api.telegram.org/bot1234567890:«v»/sendMessage", 35),
    ("command: git clone https://«v»@git.example.com/x.git", 20),
    // Headers.
    ("command: \"curl -H 'Authorization: Bearer «v»' http://x\"", 20),
    ("command: \"curl -H 'Authorization: Basic «v»=' http://x\"", 20),
    ("command: \"curl -H 'PRIVATE-TOKEN: «v»' http://x\"", 20),
    ("command: \"curl -H 'X-Api-Key: «v»' http://x\"", 20),
    ("command: curl -b 'session=«v»' http://x", 20),
    ("command: \"curl -H 'Cookie: session=«v»' http://x\"", 20),
    ("labels: ['traefik.http.middlewares.a.headers.customrequestheaders.Authorization=Basic «v»=']", 20),
    ("labels: ['traefik.http.middlewares.a.basicauth.users=u:$$2y$$05$$«v»']", 53),
    // JSON in texts.
    ("environment:\n  CONFIG: '{\"password\":\"«v»\",\"user\":\"me\"}'", 12),
    ("environment:\n  CONFIG: \"{\\\"api_key\\\": \\\"«v»\\\"}\"", 20),
    ("command: sh -c \"echo '{\\\"token\\\":\\\"«v»\\\"}'\"", 20),
    ("environment:\n  CONFIG: '{\"api_keys\": [\"«v»\"]}'", 20),
    ("environment:\n  CONN: Server=db;Password=«v»;Port=1", 12),
    ("environment:\n  CONN: DefaultEndpointsProtocol=https;AccountKey=«v»==;EndpointSuffix=x", 20),
    // Key material and tokens by themselves.
    ("x-data: |\n  -----BEGIN PRIVATE KEY-----\n  MC4CAQAwBQYDK2VwBCIEIA\n  «v»\n  -----END PRIVATE KEY-----", 30),
    ("x-data: \"-----BEGIN PRIVATE KEY-----\\n«v»\\n-----END PRIVATE KEY-----\"", 40),
    ("x-data: |\n  «v»", 66),
    ("environment:\n  VALUE: «v»=", 43),
    ("environment: {VALUE: '«v»='}", 43),
    ("command: serve «v»=", 43),
    ("environment:\n  A: eyJhbGciOiJIUzI1NiJ9.eyJ«v»", 43),
    ("environment:\n  LINK: https://x.example.com/join#eyJhbGciOiJIUzI1NiJ9.eyJ«v»", 43),
    // Comments.
    ("# DB_PASSWORD=«v»", 12),
    ("# - DB_PASSWORD: «v»", 12),
    ("# the password is «v»", 20),
    ("# old password was «v», changed in May", 20),
    ("tty: true # password «v»", 20),
    ("# Passwort: «v»", 20),
    ("# login: admin / «v»", 20),
    ("tty: true # token «v»", 20),
    ("# contraseña: «v»", 20),
    ("# mot de passe : «v»", 20),
];

#[test]
fn secrets_are_hidden_in_every_form() {
    for (at, (form, length)) in FORMS.iter().enumerate() {
        for seed in 0..8 {
            let value = loop_until_mixed(*length, (at * 100 + seed) as u64);
            let service: String = form.replace("«v»", &value).lines().map(|line| format!("    {line}\n")).collect();
            assert_hidden(&format!("services:\n  a:\n    image: busybox\n{service}    restrat: always\n"), &value);
        }
    }
}

/// Letters, capitals and digits, as generators of passwords make sure.
fn loop_until_mixed(length: usize, seed: u64) -> String {
    let has = |value: &str, wanted: fn(&char) -> bool| value.chars().any(|letter| wanted(&letter));
    let is_mixed = |value: &String| {
        has(value, char::is_ascii_digit) && has(value, char::is_ascii_lowercase) && has(value, char::is_ascii_uppercase)
    };
    (0..).map(|step| made_up(MIXED, length, seed * 1_000 + step)).find(is_mixed).unwrap()
}
