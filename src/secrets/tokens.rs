//! Values that say by themselves that they are secrets: tokens with a vendor's prefix, signed tokens, key material.

use std::ops::Range;
use std::sync::LazyLock;

use super::random::{KEY_MATERIAL, is_key_material, is_random, is_uuid};

/// What the body of a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenBody {
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits, `_` and `-`, and the dots between parts.
    Dotted,
    /// Hexadecimal digits.
    Hex,
    /// Capitals and digits.
    Capitals,
}

/// A vendor's tokens: what they begin with, the least length of what follows, and what that is made of.
#[derive(Debug)]
pub(super) struct Prefix {
    pub(super) start: &'static str,
    pub(super) least: usize,
    pub(super) body: TokenBody,
}

const fn prefix(start: &'static str, least: usize, body: TokenBody) -> Prefix {
    Prefix { start, least, body }
}

/// Prefixes as the vendors document them.
pub(super) const PREFIXES: &[Prefix] = &[
    // GitHub: https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
    prefix("ghp_", 30, TokenBody::Alphanumeric),
    prefix("gho_", 30, TokenBody::Alphanumeric),
    prefix("ghu_", 30, TokenBody::Alphanumeric),
    prefix("ghs_", 30, TokenBody::Dotted),
    prefix("ghr_", 30, TokenBody::Alphanumeric),
    prefix("github_pat_", 40, TokenBody::Dotted),
    // GitLab: https://docs.gitlab.com/security/tokens/#token-prefixes
    prefix("glpat-", 20, TokenBody::Dotted),
    prefix("gldt-", 20, TokenBody::Dotted),
    prefix("glrt-", 20, TokenBody::Dotted),
    prefix("glrtr-", 20, TokenBody::Dotted),
    prefix("glcbt-", 20, TokenBody::Dotted),
    prefix("glptt-", 20, TokenBody::Dotted),
    prefix("glft-", 20, TokenBody::Dotted),
    prefix("glimt-", 20, TokenBody::Dotted),
    prefix("glagent-", 20, TokenBody::Dotted),
    prefix("gloas-", 20, TokenBody::Dotted),
    prefix("glsoat-", 20, TokenBody::Dotted),
    prefix("glffct-", 20, TokenBody::Dotted),
    prefix("GR1348941", 20, TokenBody::Dotted),
    // Atlassian: https://support.atlassian.com/bitbucket-cloud/docs/api-tokens/, https://developer.atlassian.com/cloud/admin/scanning/
    prefix("ATATT3", 20, TokenBody::Dotted),
    prefix("ATCTT3", 20, TokenBody::Dotted),
    prefix("ATBB", 20, TokenBody::Alphanumeric),
    // Registries: https://docs.npmjs.com/about-access-tokens, https://pypi.org/help/#apitoken, https://guides.rubygems.org/api-key-scopes/,
    // https://docs.docker.com/security/access-tokens/, https://github.com/clojars/clojars-web/wiki/Deploy-Tokens
    prefix("npm_", 30, TokenBody::Alphanumeric),
    prefix("pypi-AgE", 20, TokenBody::Dotted),
    prefix("rubygems_", 32, TokenBody::Hex),
    prefix("dckr_pat_", 20, TokenBody::Dotted),
    prefix("dckr_oat_", 20, TokenBody::Dotted),
    prefix("CLOJARS_", 40, TokenBody::Hex),
    prefix("AKCp", 30, TokenBody::Alphanumeric),
    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    prefix("AKIA", 16, TokenBody::Capitals),
    prefix("ASIA", 16, TokenBody::Capitals),
    prefix("ABSK", 40, TokenBody::Alphanumeric),
    // Google: https://cloud.google.com/docs/authentication/api-keys, https://developers.google.com/identity/protocols/oauth2
    prefix("AIza", 30, TokenBody::Dotted),
    prefix("GOCSPX-", 20, TokenBody::Dotted),
    prefix("ya29.", 20, TokenBody::Dotted),
    // DigitalOcean: https://docs.digitalocean.com/reference/api/create-personal-access-token/
    prefix("dop_v1_", 40, TokenBody::Hex),
    prefix("doo_v1_", 40, TokenBody::Hex),
    prefix("dor_v1_", 40, TokenBody::Hex),
    // Other clouds: https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair, https://fly.io/docs/security/tokens/,
    // https://devcenter.heroku.com/articles/authentication, https://docs.netlify.com/api/get-started/, https://supabase.com/docs/guides/api/api-keys,
    // https://neon.com/docs/manage/api-keys, https://planetscale.com/docs/api/reference/service-tokens, https://docs.databricks.com/aws/en/dev-tools/auth/pat
    prefix("LTAI", 12, TokenBody::Alphanumeric),
    prefix("fm1_", 40, TokenBody::Alphanumeric),
    prefix("fm2_", 40, TokenBody::Alphanumeric),
    prefix("fo1_", 30, TokenBody::Dotted),
    prefix("HRKU-", 30, TokenBody::Dotted),
    prefix("nfp_", 30, TokenBody::Alphanumeric),
    prefix("sbp_", 30, TokenBody::Hex),
    prefix("sb_secret_", 20, TokenBody::Dotted),
    prefix("napi_", 30, TokenBody::Alphanumeric),
    prefix("pscale_tkn_", 20, TokenBody::Dotted),
    prefix("pscale_pw_", 20, TokenBody::Dotted),
    prefix("pscale_oauth_", 20, TokenBody::Dotted),
    prefix("vercel_blob_rw_", 20, TokenBody::Dotted),
    prefix("dapi", 32, TokenBody::Hex),
    prefix("EAAA", 50, TokenBody::Dotted),
    // HashiCorp: https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes
    prefix("hvs.", 20, TokenBody::Dotted),
    prefix("hvb.", 20, TokenBody::Dotted),
    prefix("hvr.", 20, TokenBody::Dotted),
    // Stores of secrets: https://developer.1password.com/docs/service-accounts/security/, https://docs.doppler.com/reference/auth-token-formats,
    // https://infisical.com/docs/documentation/platform/token, https://age-encryption.org/v1
    prefix("ops_eyJ", 40, TokenBody::Dotted),
    prefix("dp.pt.", 20, TokenBody::Dotted),
    prefix("dp.st.", 20, TokenBody::Dotted),
    prefix("dp.ct.", 20, TokenBody::Dotted),
    prefix("dp.sa.", 20, TokenBody::Dotted),
    prefix("dp.scim.", 20, TokenBody::Dotted),
    prefix("dp.audit.", 20, TokenBody::Dotted),
    prefix("AGE-SECRET-KEY-1", 40, TokenBody::Capitals),
    // Slack: https://docs.slack.dev/authentication/tokens
    prefix("xoxb-", 10, TokenBody::Dotted),
    prefix("xoxp-", 10, TokenBody::Dotted),
    prefix("xoxa-", 10, TokenBody::Dotted),
    prefix("xoxr-", 10, TokenBody::Dotted),
    prefix("xoxs-", 10, TokenBody::Dotted),
    prefix("xoxe-", 10, TokenBody::Dotted),
    prefix("xoxe.", 10, TokenBody::Dotted),
    prefix("xapp-", 10, TokenBody::Dotted),
    prefix("xwfp-", 10, TokenBody::Dotted),
    // Payments: https://docs.stripe.com/keys, https://developer.squareup.com/docs/build-basics/access-tokens, https://developer.flutterwave.com/docs/authentication
    prefix("sk_live_", 10, TokenBody::Alphanumeric),
    prefix("sk_test_", 10, TokenBody::Alphanumeric),
    prefix("rk_live_", 10, TokenBody::Alphanumeric),
    prefix("rk_test_", 10, TokenBody::Alphanumeric),
    prefix("whsec_", 16, TokenBody::Dotted),
    prefix("sq0atp-", 20, TokenBody::Dotted),
    prefix("sq0csp-", 20, TokenBody::Dotted),
    prefix("FLWSECK", 12, TokenBody::Dotted),
    // Mail and messages: https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys, https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth,
    // https://www.twilio.com/docs/iam/api-keys, https://help.brevo.com/hc/en-us/articles/209467485
    prefix("SG.", 30, TokenBody::Dotted),
    prefix("key-", 32, TokenBody::Hex),
    prefix("SK", 32, TokenBody::Hex),
    prefix("xkeysib-", 20, TokenBody::Dotted),
    prefix("xsmtpsib-", 20, TokenBody::Dotted),
    // Shops: https://shopify.dev/docs/apps/build/authentication-authorization
    prefix("shpat_", 20, TokenBody::Alphanumeric),
    prefix("shpca_", 20, TokenBody::Alphanumeric),
    prefix("shppa_", 20, TokenBody::Alphanumeric),
    prefix("shpss_", 20, TokenBody::Alphanumeric),
    // Models: https://platform.openai.com/docs/api-reference/authentication, https://docs.anthropic.com/en/api/overview,
    // https://huggingface.co/docs/hub/security-tokens, https://console.groq.com/docs, https://replicate.com/docs/topics/security/api-tokens,
    // https://docs.perplexity.ai, https://docs.x.ai, https://docs.langchain.com/langsmith, https://langfuse.com/docs, https://docs.pinecone.io
    prefix("sk-", 20, TokenBody::Dotted),
    prefix("hf_", 30, TokenBody::Alphanumeric),
    prefix("api_org_", 30, TokenBody::Alphanumeric),
    prefix("gsk_", 30, TokenBody::Alphanumeric),
    prefix("r8_", 30, TokenBody::Alphanumeric),
    prefix("pplx-", 30, TokenBody::Alphanumeric),
    prefix("xai-", 30, TokenBody::Alphanumeric),
    prefix("lsv2_", 20, TokenBody::Dotted),
    prefix("tvly-", 20, TokenBody::Dotted),
    prefix("pcsk_", 30, TokenBody::Dotted),
    // Work: https://developers.notion.com/reference/authentication, https://linear.app/developers, https://www.figma.com/developers/api,
    // https://airtable.com/developers/web/guides/personal-access-tokens, https://developers.hubspot.com/docs, https://learning.postman.com/docs/developer/postman-api/authentication/
    prefix("ntn_", 30, TokenBody::Alphanumeric),
    prefix("secret_", 40, TokenBody::Alphanumeric),
    prefix("lin_api_", 30, TokenBody::Alphanumeric),
    prefix("lin_oauth_", 30, TokenBody::Alphanumeric),
    prefix("figd_", 20, TokenBody::Dotted),
    prefix("pat-na1-", 30, TokenBody::Dotted),
    prefix("pat-eu1-", 30, TokenBody::Dotted),
    prefix("PMAK-", 30, TokenBody::Dotted),
    prefix("tfp_", 30, TokenBody::Dotted),
    prefix("CFPAT-", 30, TokenBody::Dotted),
    // Watching: https://docs.sentry.io/account/auth-tokens/, https://grafana.com/docs/grafana/latest/administration/service-accounts/, https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/,
    // https://docs.dynatrace.com/docs/dynatrace-api/basics/dynatrace-api-authentication, https://docs.honeycomb.io
    prefix("sntrys_", 20, TokenBody::Dotted),
    prefix("sntryu_", 20, TokenBody::Dotted),
    prefix("glc_", 30, TokenBody::Alphanumeric),
    prefix("glsa_", 20, TokenBody::Dotted),
    prefix("NRAK-", 20, TokenBody::Alphanumeric),
    prefix("NRII-", 20, TokenBody::Dotted),
    prefix("dt0c01.", 20, TokenBody::Dotted),
    prefix("dt0s01.", 20, TokenBody::Dotted),
    prefix("dt0s16.", 20, TokenBody::Dotted),
    prefix("hcaik_", 30, TokenBody::Alphanumeric),
    // Building: https://buildkite.com/docs/platform/security/tokens, https://circleci.com/docs/managing-api-tokens/, https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/,
    // https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/, https://docs.prefect.io
    prefix("bkua_", 30, TokenBody::Hex),
    prefix("bkct_", 20, TokenBody::Dotted),
    prefix("CCIPAT_", 20, TokenBody::Dotted),
    prefix("CCIPRJ_", 20, TokenBody::Dotted),
    prefix("pul-", 40, TokenBody::Hex),
    prefix("squ_", 40, TokenBody::Hex),
    prefix("sqp_", 40, TokenBody::Hex),
    prefix("sqa_", 40, TokenBody::Hex),
    prefix("pnu_", 30, TokenBody::Alphanumeric),
    // Networks: https://tailscale.com/kb/1085/auth-keys, https://ngrok.com/docs/api
    prefix("tskey-", 16, TokenBody::Dotted),
    prefix("nbp_", 30, TokenBody::Alphanumeric),
];

/// For each first byte of a prefix, the second bytes as a set: few words begin with a pair of them.
static BEGINNINGS: LazyLock<[u128; 128]> = LazyLock::new(|| {
    let mut table = [0; 128];
    for prefix in PREFIXES {
        if let [first, second, ..] = prefix.start.as_bytes()
            && let Some(seconds) = table.get_mut(usize::from(*first))
        {
            *seconds |= bit(*second);
        }
    }
    table
});

/// Prefixes of what is public and long: keys for ssh (RFC 4253, section 6.6) and digests of subresources.
const PUBLIC_STARTS: &[&str] = &["AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "AAAAGnNr", "AAAAInNr"];

/// The shortest word that is looked at, in bytes.
const LEAST: usize = 14;

/// Hides tokens in a text. `public` are the stretches in which key material is public.
pub(super) fn tokens(text: &str, public: &[Range<usize>], hidden: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.iter().skip(at).take_while(|byte| is_of_token(**byte)).count();
        if length >= LEAST && !public.iter().any(|range| range.contains(&at)) {
            hide_in_run(text, at..at + length, hidden);
        }
        at += length.max(1);
    }
}

/// A run of letters, digits and what is between parts of addresses and tokens.
fn hide_in_run(text: &str, run: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = run.start;
    while at < run.end {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
        let starts = bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) && !before.is_ascii_alphanumeric();
        // `\n` and `\t` in text that has kept its escapes.
        let escaped = matches!(before, b'n' | b't' | b'r') && at >= 2 && bytes.get(at - 2) == Some(&b'\\');
        let rest = if starts || escaped { text.get(at..run.end) } else { None };
        match rest.and_then(token_length) {
            Some(length) => {
                hidden.push(at..at + length);
                at += length;
            }
            None => at += 1,
        }
    }
    material(text, run, hidden);
}

/// Whether a word is a token of a known shape, and not only long and mixed.
pub(super) fn is_of_vendor(word: &str) -> bool {
    token_length(word).is_some()
}

/// The length of the token that a text starts with.
fn token_length(text: &str) -> Option<usize> {
    signed(text).or_else(|| bot(text)).or_else(|| shaped_token_length(text)).or_else(|| prefixed(text))
}

fn prefixed(text: &str) -> Option<usize> {
    let [first, second, ..] = text.as_bytes() else { return None };
    if BEGINNINGS.get(usize::from(*first)).is_none_or(|seconds| seconds & bit(*second) == 0) {
        return None;
    }
    PREFIXES.iter().find_map(|prefix| {
        let rest = text.strip_prefix(prefix.start)?;
        let length = rest.bytes().take_while(|byte| is_of_body(*byte, prefix.body)).count();
        let token = text.get(..prefix.start.len() + length)?;
        (length >= prefix.least && has_body(token, prefix)).then_some(token.len())
    })
}

/// A byte as the member of a set; all that is not ASCII is left out.
fn bit(byte: u8) -> u128 {
    1_u128.checked_shl(u32::from(byte)).unwrap_or(0)
}

/// Whether what follows a prefix is not a word: letters and digits are mixed, and it is not an example of the vendor.
fn has_body(token: &str, prefix: &Prefix) -> bool {
    let body = token.get(prefix.start.len()..).unwrap_or("");
    let has = |wanted: fn(&u8) -> bool| body.bytes().any(|byte| wanted(&byte));
    let has_both = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_mixed = has_both && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let is_one_word = matches!(prefix.body, TokenBody::Hex | TokenBody::Capitals) || !body.contains(['-', '_', '.']);
    let has_random = body.split(['-', '_', '.']).any(is_random);
    (is_mixed || has_random || is_random(body) || has_both && is_one_word) && !token.ends_with("EXAMPLE")
}

fn is_of_body(byte: u8, body: TokenBody) -> bool {
    match body {
        TokenBody::Alphanumeric => byte.is_ascii_alphanumeric(),
        TokenBody::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=' | b'|'),
        TokenBody::Hex => byte.is_ascii_hexdigit(),
        TokenBody::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
    }
}

/// A JSON Web Token (RFC 7519), signed or encrypted: the header is an object in Base64, so it starts with `eyJ`.
fn signed(text: &str) -> Option<usize> {
    let _ = text.strip_prefix("eyJ")?;
    let length = text.bytes().take_while(|byte| is_of_body(*byte, TokenBody::Dotted)).count();
    let token = text.get(..length)?.trim_end_matches('.');
    let mut parts = token.split('.');
    let (header, payload) = (parts.next()?, parts.next()?);
    (header.len() >= 10 && payload.len() >= 8).then_some(token.len())
}

/// The token of a Telegram bot (<https://core.telegram.org/bots/api#authorizing-your-bot>), also behind the `bot` of its
/// address.
fn bot(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("bot").unwrap_or(text);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let body = rest.get(digits..)?.strip_prefix(':')?;
    let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    ((8..=10).contains(&digits) && (32..=40).contains(&length)).then_some(text.len() - body.len() + length)
}

/// Tokens without a prefix whose parts have fixed lengths: Mailchimp (`…-us12`,
/// <https://mailchimp.com/developer/marketing/guides/quick-start/>), bots of Discord
/// (<https://discord.com/developers/docs/reference#authentication>), secrets of Microsoft Entra (`…8Q~…`,
/// <https://learn.microsoft.com/en-us/purview/sit-defn-client-secret-api-key>).
fn shaped_token_length(text: &str) -> Option<usize> {
    /// The shortest of them, in bytes.
    const LEAST: usize = 36;
    if text.len() < LEAST {
        return None;
    }
    let length = |text: &str, wanted: fn(u8) -> bool| text.bytes().take_while(|byte| wanted(*byte)).count();
    let hex = length(text, |byte| byte.is_ascii_hexdigit());
    if let Some(center) = text.get(hex..).and_then(|rest| rest.strip_prefix("-us")).filter(|_| hex == 32) {
        let digits = length(center, |byte| byte.is_ascii_digit());
        return (1..=2).contains(&digits).then_some(hex + 3 + digits);
    }
    let word = |text: &str| length(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let first = if text.starts_with(['M', 'N', 'O']) { word(text) } else { 0 };
    if (24..=28).contains(&first) {
        let second = text.get(first + 1..).map_or(0, word);
        let third = text.get(first + second + 2..).map_or(0, word);
        let dots = [first, first + second + 1].iter().all(|at| text.as_bytes().get(*at) == Some(&b'.'));
        return (dots && second == 6 && third >= 27).then_some(first + second + third + 2);
    }
    let mark = text.get(3..6)?;
    if !mark.ends_with("Q~") || !mark.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let whole = length(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~'));
    (37..=42).contains(&whole).then_some(whole)
}

/// Long runs of Base64, whatever they are called.
fn material(text: &str, run: Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-');
    let bytes = text.as_bytes();
    let mut at = run.start;
    while at < run.end {
        let length = bytes.iter().take(run.end).skip(at).take_while(|byte| is_base64(**byte)).count();
        let padding = bytes.iter().take(run.end).skip(at + length).take_while(|byte| **byte == b'=').count().min(2);
        if let Some(word) = text.get(at..at + length).filter(|word| word.len() >= KEY_MATERIAL) {
            let (start, word) = digest_length(word).map_or((at, word), |n| (at + n, word.get(n..).unwrap_or("")));
            let before = text.get(..start).unwrap_or("");
            if is_key_material(word) && !is_public(word, before) {
                hidden.push(start..at + length + padding);
            }
        }
        at += length.max(1);
    }
}

/// The length of a stretch of hexadecimal digits or an identifier before a `-` or `/`, which is not key material.
fn digest_length(word: &str) -> Option<usize> {
    let end = word.find(['/', '_', '+'])?;
    let first = word.get(..end)?;
    let is_name = first.len() >= 32 && (first.bytes().all(|byte| byte.is_ascii_hexdigit()) || is_uuid(first));
    is_name.then_some(end + 1)
}

/// Whether key material is public: a key for ssh, a digest with its method before it.
fn is_public(word: &str, before: &str) -> bool {
    let starts = |name: &&str| word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let digest = ["sha1-", "sha256-", "sha384-", "sha512-", "md5-"].iter().any(starts);
    let behind = before.to_ascii_lowercase();
    let behind = behind.trim_end_matches([':', '-', '=', '"', '\'']);
    PUBLIC_STARTS.iter().any(|start| word.starts_with(start))
        || digest
        || ["sha1", "sha256", "sha384", "sha512"].iter().any(|name| behind.ends_with(name))
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b':' | b'~' | b'|')
}
