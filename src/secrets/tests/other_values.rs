//! Values that look like secrets and must stay readable.

use super::shown;

/// Lines of a service of which nothing is hidden.
pub(super) const FORMS: &[&str] = &[
    // References and stand-ins.
    "environment:\n  DB_PASSWORD: ${DB_PASSWORD}",
    "environment:\n  DB_PASSWORD: ${DB_PASSWORD:?set it in .env}",
    "environment:\n  DB_PASSWORD: '$$DB_PASSWORD_7'",
    "environment:\n  DB_PASSWORD: file:/run/secrets/db7",
    "environment:\n  DB_PASSWORD: vault:secret/data/app7#password",
    "environment:\n  DB_PASSWORD: op://team7/db/password",
    "environment:\n  DB_PASSWORD: /run/secrets/db_password7",
    "environment:\n  SECRET_KEY: arn:aws:secretsmanager:eu-west-1:123456789012:secret:app",
    "environment:\n  - DB_PASSWORD",
    "environment:\n  DB_PASSWORD:",
    "environment:\n  DB_PASSWORD: \"\"",
    "environment:\n  DB_PASSWORD: <your password>",
    "environment:\n  API_TOKEN: '{{ vault.token }}'",
    "environment:\n  A: '${DB_PASSWORD_FILE:-/run/secrets/db8}'",
    "environment:\n  A: '${DB_PORT:-5432}/${DB_NAME:-app8}'",
    "environment:\n  A: '${MAX_TOKENS:-8192}'",
    "environment:\n  A: '${DB_PASSWORD:-}'",
    "secrets: [db_password, api_token]",
    "secrets:\n  - source: db_password\n    target: /run/secrets/db",
    "x-secrets: {db_password: {file: ./secret.txt}}",
    "volumes: ['./secrets/token:/run/secrets/token:ro']",
    // Names of other things.
    "environment:\n  TOKEN_URL: https://id.example.com/token",
    "environment:\n  MAX_TOKENS: 4096",
    "environment:\n  TOKENS_PER_MINUTE: '90000'",
    "environment:\n  PASSWORD_MIN_LENGTH: 12",
    "environment:\n  TOKEN_TTL: 3600s",
    "environment:\n  DB_PASSWORD_FILE: /run/secrets/db",
    "environment:\n  SECRET_NAME: prod/app/database",
    "environment:\n  API_KEY_HEADER: X-Api-Key",
    "environment:\n  ENABLE_PASSWORD_RESET: 'true'",
    "environment:\n  REDIS_KEY_PREFIX: app-cache",
    "environment:\n  TOKENIZERS_PARALLELISM: 'false'",
    "environment:\n  VAULT_ROLE_ID: reader-of-app-7",
    "environment:\n  CLIENT_ID: web-frontend-7",
    "environment:\n  TOKEN_ISSUER: https://id.example.com/7",
    "environment:\n  SIGNING_KEYS_URL: https://id.example.com/keys",
    "environment:\n  SORT_KEY: created_at",
    "environment:\n  AUTHOR: team2024",
    "environment:\n  USE_TOKEN: yes",
    "labels:\n  'password-policy-7': strict",
    "labels: ['traefik.http.middlewares.a.headers.customrequestheaders.X-Team=red7']",
    // Options.
    "command: mkdir -p /var/lib/app/data",
    "command: psql -p 5432 -U app",
    "command: ssh -p 2222 -u deploy host",
    "command: cp -a /seed/. /data/",
    "command: uvicorn app:main --port 8000",
    "command: chown -u app:staff /data",
    "command: python -m http.server --bind 0.0.0.0 -p 9001",
    "command: gunicorn --access-logfile - --keyfile /etc/tls.key",
    "command: proxy -p 8080:80 web7",
    "command: gosu -u www-data7 run",
    "command: nginx -p /etc/nginx7/",
    "command: wait -w 30 app7",
    "command: serve --author team7",
    "command: app --password-file /run/secrets/app",
    "command: mysql -p app",
    "command: docker run -p 8080:80 -e TZ=UTC x",
    "command: sh -c 'login --password $$DB_PASSWORD'",
    "command: sh -c \"echo started7 | tee /log\"",
    "command: sh -c \"echo $$TOKEN7 | docker login --password-stdin\"",
    "command: sh -c \"export MODE=\\\"fast7\\\"\"",
    "command: redis-server --requirepass $$REDIS_PASSWORD",
    "command: [\"run\", \"--token-file\", \"/run/secrets/x\", \"--key\", \"/etc/a.key\"]",
    "user: 'app:staff'",
    // Addresses and headers.
    "environment:\n  U: postgres://db:5432/app",
    "environment:\n  U: https://example.com/a:b@c",
    "environment:\n  FROM: noreply@example.com",
    "environment:\n  U: git@git.example.com:team/app.git",
    "environment:\n  U: http://app:8080/login?next=/token/new",
    "environment:\n  U: redis://cache:6379/0",
    "environment:\n  U: https://${USER}:${PASS}@example.com/x",
    "environment:\n  PKG: http://registry:4873/@scope/app7",
    "environment:\n  SSH: ssh://git@git.example.com:22/x7",
    "environment:\n  PAGE: https://x.example.com/feed?sort=newest&page=7",
    "environment:\n  HOOK: https://hooks.example.com/deploy/staging",
    "environment:\n  DOCS: https://discord.com/developers/docs/intro",
    "command: \"curl -H 'Content-Type: application/json7' http://x\"",
    "command: \"curl -H 'Authorization: Bearer $$ACCESS_7' http://x\"",
    // Digests, identifiers, hosts, versions.
    "x-image: busybox@sha256:0f3c1d2e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "x-image: registry.example.com:5000/team/app:1.2.3-alpine@sha256:0f3c1d2e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
    "environment:\n  GIT_COMMIT: 3f786850e387550fdab836ed7e6dc881de23001b",
    "environment:\n  BUILD_ID: 123e4567-e89b-12d3-a456-426614174000",
    "environment:\n  ASSETS: Users/Shared/Projects2024/CompanyWebsite/Assets/Images",
    "environment:\n  CLASS: com.example.Service.Main",
    "environment:\n  A: eyeglasses.example.com",
    "environment:\n  SRI: sha512-q7Rt2LmX9zKw4bq7Rt2LmX9zKw4bq7Rt2LmX9zKw4bq7Rt2LmX9zKw4bA==",
    "environment:\n  KNOWN_HOST: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq7Rt2LmX9zKw4bq7Rt2LmX9zKw4bq7Rt2L",
    "environment:\n  WG_PUBLIC_KEY: q7Rt2LmX9zKw4bq7Rt2LmX9zKw4bq7Rt2LmX9zKw4bA=",
    "x-cert: |\n  -----BEGIN CERTIFICATE-----\n  q7Rt2LmX9zKw4bq7Rt2LmX9zKw4bq7Rt2LmX9zKw4bA\n  -----END CERTIFICATE-----",
    "x-data: |\n  Keys begin with BEGIN and end with END, 7 lines in all.",
    "x-data: |\n  the_next_line_is_a_long_name_of_a_file_in_snake_case_with_7_words",
    "environment:\n  GH: ghp_ is how they begin",
    "environment:\n  CI: github_pat_file.txt",
    // Comments.
    "# KEY=value, one a line",
    "# KEY=value pairs, one a line (7)",
    "# PASSWORD=<your password>",
    "# the password is in the vault of the team",
    "# the password is set in .env, see section 7",
    "# tokens: two for each team, see the page about deployments",
    "tty: true # the secret is mounted below",
    "# credentials come from the environment",
    "# pass --token to log in",
    "# pass -p to choose another port than 8077",
    "# the token expires after 3600 s",
    "# secret santa is on 7 December",
    "# passwords are rotated every 90 days",
    "# keys are rotated by cron",
    "# set DB_PASSWORD in .env and API_TOKEN in the vault",
    "# see https://example.com/docs/secrets#passwords",
];

#[test]
fn what_is_no_secret_stays_readable() {
    let hidden: Vec<String> = FORMS
        .iter()
        .map(|form| {
            let service: String = form.lines().map(|line| format!("    {line}\n")).collect();
            format!("services:\n  a:\n    image: busybox\n{service}    restrat: always\n")
        })
        .map(|text| (shown(&text), text))
        .filter(|(shown, text)| shown != text)
        .map(|(shown, _)| shown)
        .collect();
    assert!(hidden.is_empty(), "{}", hidden.join("\n"));
}
