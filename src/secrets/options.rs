//! Options and arguments of programs that are passwords: `--password x`, `-p x` where the program means one.

use std::ops::Range;

use super::assignments::{hide_value, perhaps};
use super::commands::Word;
use super::headers::credentials;
use super::names::{Secrecy, secrecy};
use super::random::{is_random, is_typed_password};
use super::ranges::shift;
use super::references::{is_stand_in, looks_like_reference};

/// Where a short option has its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `-pX`: with a blank between, it is something else.
    Attached,
    /// `-p X` or `-pX`.
    Next,
    /// Behind the colon of `-u user:X`.
    User,
    /// Behind the `%` of `-U user%X`.
    Percent,
    /// Behind the comma of `-u user,X`.
    Comma,
    /// Behind `pass:` (OpenSSL).
    Pass,
    /// The header or cookie is looked at as such; a cookie has no name here.
    Cookie,
}

/// A program, by the end of its path, and its options that hold a password. From the manual of each.
struct Program {
    names: &'static [&'static str],
    options: &'static [(&'static str, Form)],
}

const PROGRAMS: &[Program] = &[
    Program {
        names: &[
            "mysql",
            "mysqladmin",
            "mysqlbinlog",
            "mysqlcheck",
            "mysqldump",
            "mysqlimport",
            "mysqlpump",
            "mysqlshow",
            "mysqlslap",
            "mariadb",
            "mariadb-admin",
            "mariadb-backup",
            "mariadb-check",
            "mariadb-dump",
            "mariadb-import",
            "mariadb-show",
            "xtrabackup",
            "7z",
            "7za",
            "rar",
            "unrar",
        ],
        options: &[("-p", Form::Attached), ("-hp", Form::Attached)],
    },
    Program { names: &["sshpass"], options: &[("-p", Form::Next)] },
    Program { names: &["redis-cli", "valkey-cli", "keydb-cli", "redis-benchmark"], options: &[("-a", Form::Next)] },
    Program {
        names: &["curl"],
        options: &[
            ("-u", Form::User),
            ("--user", Form::User),
            ("-U", Form::User),
            ("--proxy-user", Form::User),
            ("-b", Form::Cookie),
            ("--cookie", Form::Cookie),
            ("-E", Form::User),
            ("--cert", Form::User),
            ("--pass", Form::Next),
            ("--proxy-pass", Form::Next),
            ("--oauth2-bearer", Form::Next),
        ],
    },
    Program { names: &["http", "https", "xh", "xhs"], options: &[("-a", Form::User), ("--auth", Form::User)] },
    Program {
        names: &["ldapadd", "ldapcompare", "ldapdelete", "ldapmodify", "ldapmodrdn", "ldapsearch", "ldapwhoami"],
        options: &[("-w", Form::Next)],
    },
    Program { names: &["ldappasswd"], options: &[("-w", Form::Next), ("-s", Form::Next), ("-a", Form::Next)] },
    Program { names: &["slappasswd"], options: &[("-s", Form::Next)] },
    Program {
        names: &["smbclient", "smbget", "rpcclient", "smbcacls", "net"],
        options: &[("-U", Form::Percent), ("--user", Form::Percent), ("--pw-nt-hash", Form::Next)],
    },
    Program {
        names: &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongofiles",
            "mongostat",
            "mongotop",
        ],
        options: &[("-p", Form::Next)],
    },
    Program { names: &["sqlcmd", "bcp", "isql", "osql", "tsql"], options: &[("-P", Form::Next)] },
    Program { names: &["cqlsh", "cypher-shell", "nodetool"], options: &[("-p", Form::Next), ("-pw", Form::Next)] },
    Program { names: &["influx"], options: &[("-t", Form::Next), ("-p", Form::Next)] },
    Program { names: &["clickhouse-client"], options: &[("--password", Form::Next)] },
    Program { names: &["rabbitmqadmin"], options: &[("-p", Form::Next)] },
    Program {
        names: &["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"],
        options: &[("-P", Form::Next), ("--pw", Form::Next)],
    },
    Program {
        names: &["snmpget", "snmpwalk", "snmpbulkwalk", "snmpset", "snmptrap"],
        options: &[("-c", Form::Next), ("-A", Form::Next), ("-X", Form::Next)],
    },
    Program { names: &["zip", "unzip"], options: &[("-P", Form::Next)] },
    Program { names: &["useradd", "usermod", "adduser"], options: &[("-p", Form::Next)] },
    Program {
        names: &["openssl"],
        options: &[
            ("-passin", Form::Pass),
            ("-passout", Form::Pass),
            ("-pass", Form::Pass),
            ("-k", Form::Next),
            ("-K", Form::Next),
            ("-hmac", Form::Next),
        ],
    },
    Program { names: &["ssh-keygen"], options: &[("-N", Form::Next), ("-P", Form::Next)] },
    Program { names: &["etcdctl", "arangosh"], options: &[("--user", Form::User)] },
    Program {
        names: &["skopeo", "buildah", "podman"],
        options: &[("--creds", Form::User), ("--src-creds", Form::User), ("--dest-creds", Form::User)],
    },
    Program {
        names: &["elasticsearch-users", "mydumper", "myloader", "kinit", "kcadm.sh", "rdesktop"],
        options: &[("-p", Form::Next)],
    },
    Program { names: &["lftp", "ncftp", "ftp"], options: &[("-u", Form::Comma)] },
    Program { names: &["x11vnc"], options: &[("-passwd", Form::Next), ("-viewpasswd", Form::Next)] },
    Program { names: &["keytool", "jarsigner"], options: &[("-storepass", Form::Next), ("-keypass", Form::Next)] },
    Program { names: &["svn", "hg", "cvs"], options: &[("--password", Form::Next)] },
    Program { names: &["gpg", "gpg2"], options: &[("--passphrase", Form::Next)] },
    Program { names: &["ipmitool"], options: &[("-P", Form::Next)] },
    Program { names: &["sendemail", "swaks"], options: &[("-xp", Form::Next), ("-ap", Form::Next)] },
];

/// Programs whose `login` takes `-p X`.
const LOGINS: &[&str] =
    &["docker", "podman", "helm", "oras", "crane", "nerdctl", "skopeo", "buildah", "az", "cf", "oc"];

/// A program, words among its arguments, and which argument behind the last of them is a secret.
const ARGUMENTS: &[(&str, &[&str], usize)] = &[
    ("grafana-cli", &["reset-admin-password"], 0),
    ("grafana", &["reset-admin-password"], 0),
    ("ngrok", &["authtoken"], 0),
    ("ngrok", &["add-authtoken"], 0),
    ("mc", &["alias", "set"], 2),
    ("mc", &["alias", "set"], 3),
    ("mc", &["config", "host", "add"], 2),
    ("mc", &["config", "host", "add"], 3),
    ("mcli", &["alias", "set"], 3),
    ("rabbitmqctl", &["add_user"], 1),
    ("rabbitmqctl", &["change_password"], 1),
    ("rabbitmqctl", &["authenticate_user"], 1),
    ("rclone", &["obscure"], 0),
    ("vault", &["login"], 0),
    ("openssl", &["passwd"], 0),
    ("caddy", &["hash-password"], 0),
    ("redis-cli", &["auth"], 0),
    ("redis-cli", &["AUTH"], 0),
    ("cryptsetup", &["luksAddKey"], 1),
];

/// Options of Redis and Valkey that take a password and do not look like it.
const PASSWORD_OPTIONS: &[&str] = &["requirepass", "masterauth", "masterpass", "sentinel-pass", "tls-key-file-pass"];

/// Words of options behind which a user and a password stand.
const USER_OPTIONS: &[&str] =
    &["auth", "basic-auth", "basicauth", "credentials", "creds", "login", "proxy-user", "user"];

/// Hides the passwords among the words of a command.
pub(super) fn of_command(words: &[Word<'_>], hidden: &mut Vec<Range<usize>>) {
    let mut program = "";
    for (at, word) in words.iter().enumerate() {
        let name = word.text.rsplit('/').next().unwrap_or(word.text);
        if let Some(known) = name_of(name) {
            program = known;
        }
        let next = words.get(at + 1);
        if let Some(bare) = word.text.strip_prefix('-') {
            of_option(word, bare.trim_start_matches('-'), next, hidden);
            of_program(program, word, next, words, hidden);
        } else if let Some(value) = word.text.strip_prefix("/p:").filter(|_| name_of_windows(words)) {
            hide_word(&Word { text: value, start: word.start + 3 }, hidden);
        } else if PASSWORD_OPTIONS.contains(&word.text) {
            hide_next(next, hidden);
        }
        arguments(program, words, at, hidden);
    }
    if let Some(at) = words.iter().position(|word| ends_with_name(word.text, "htpasswd")) {
        batch(words.get(at + 1..).unwrap_or_default(), "htpasswd", hidden);
    }
    if let Some(at) = words.iter().position(|word| ends_with_name(word.text, "mosquitto_passwd")) {
        batch(words.get(at + 1..).unwrap_or_default(), "mosquitto_passwd", hidden);
    }
}

/// Whether a command is one of FreeRDP, whose options begin with a slash.
fn name_of_windows(words: &[Word<'_>]) -> bool {
    words.iter().any(|word| word.text.contains("freerdp"))
}

fn ends_with_name(text: &str, name: &str) -> bool {
    text.rsplit('/').next() == Some(name)
}

/// The program that a word is, as the tables have it.
fn name_of(word: &str) -> Option<&'static str> {
    let programs = PROGRAMS.iter().flat_map(|program| program.names);
    let others = LOGINS.iter().chain(ARGUMENTS.iter().map(|(name, ..)| name));
    programs.chain(others).find(|name| **name == word).copied()
}

/// An option whose name says that a secret follows.
fn of_option(word: &Word<'_>, bare: &str, next: Option<&Word<'_>>, hidden: &mut Vec<Range<usize>>) {
    let (name, attached) = bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value)));
    let is_short_name = ["pass", "pw", "pwd", "psw"].contains(&name);
    if name.len() < 3 && !is_short_name || name.contains(' ') {
        return;
    }
    let value = match attached {
        Some(value) => Some(Word { text: value, start: word.start + word.text.len() - value.len() }),
        None => next.copied().filter(|next| !next.text.starts_with('-')),
    };
    let Some(value) = value else { return };
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    let is_user = USER_OPTIONS.contains(&last.to_ascii_lowercase().as_str()) || last.ends_with("-user");
    if is_user && value.text.contains(':') {
        behind(&value, ':', attached.is_some(), hidden);
    }
    match secrecy(name) {
        _ if PASSWORD_OPTIONS.contains(&name) || is_short_name => hide_word(&value, hidden),
        Secrecy::Secret => hide_word(&value, hidden),
        Secrecy::Perhaps if !is_user => {
            let mut found = Vec::new();
            perhaps(value.text, 0..value.text.len(), &mut found);
            hidden.extend(shift(found, value.start));
        }
        _ => {}
    }
}

/// An option that means a password in this program.
fn of_program(
    program: &str,
    word: &Word<'_>,
    next: Option<&Word<'_>>,
    words: &[Word<'_>],
    hidden: &mut Vec<Range<usize>>,
) {
    let is_login = LOGINS.contains(&program) && words.iter().any(|word| word.text == "login");
    let login: &[(&str, Form)] = if is_login { &[("-p", Form::Next)] } else { &[] };
    let known = PROGRAMS.iter().filter(|known| known.names.contains(&program)).flat_map(|known| known.options);
    for (option, form) in known.chain(login) {
        let Some(rest) = word.text.strip_prefix(option) else { continue };
        let is_long = option.starts_with("--");
        let value = match rest.strip_prefix('=').filter(|_| is_long) {
            Some(value) => Some(value),
            None => Some(rest).filter(|rest| !rest.is_empty() && !is_long && option.len() <= 3),
        };
        let attached = value.map(|value| Word { text: value, start: word.start + word.text.len() - value.len() });
        let separate = next.copied().filter(|next| rest.is_empty() && !next.text.starts_with('-'));
        match form {
            Form::Attached => attached.iter().for_each(|value| hide_word(value, hidden)),
            Form::Next => attached.or(separate).iter().for_each(|value| hide_word(value, hidden)),
            Form::User => attached.or(separate).iter().for_each(|value| behind(value, ':', true, hidden)),
            Form::Comma => attached.or(separate).iter().for_each(|value| behind(value, ',', true, hidden)),
            Form::Percent => attached.or(separate).iter().for_each(|value| behind(value, '%', true, hidden)),
            Form::Pass => separate.iter().filter(|value| value.text.starts_with("pass:")).for_each(|value| {
                behind(value, ':', true, hidden);
            }),
            Form::Cookie => attached.or(separate).iter().filter(|value| value.text.contains('=')).for_each(|value| {
                credentials(value.text, value.start, true, hidden);
            }),
        }
    }
}

/// An argument that is a secret in this place.
fn arguments(program: &str, words: &[Word<'_>], at: usize, hidden: &mut Vec<Range<usize>>) {
    for (_, marks, skipped) in ARGUMENTS.iter().filter(|(name, ..)| *name == program) {
        let start = (at + 1).checked_sub(marks.len());
        let found = start.and_then(|start| words.get(start..=at)).map(|found| found.iter().map(|word| word.text));
        if found.is_some_and(|found| found.eq(marks.iter().copied())) {
            let mut plain = words.iter().skip(at + 1).filter(|word| !word.text.starts_with('-'));
            hide_next(plain.nth(*skipped), hidden);
        }
    }
}

/// `htpasswd -bn user X`, `mosquitto_passwd -b file user X`: with `-b`, the last argument is the password.
fn batch(words: &[Word<'_>], program: &str, hidden: &mut Vec<Range<usize>>) {
    let is_batch = words.iter().any(|word| word.text.starts_with('-') && word.text.contains('b'));
    let is_printed = words.iter().any(|word| word.text.starts_with('-') && word.text.contains('n'));
    let wanted = if program == "htpasswd" && is_printed { 1 } else { 2 };
    if is_batch {
        let mut plain = words.iter().filter(|word| !word.text.starts_with('-'));
        hide_next(plain.nth(wanted), hidden);
    }
}

fn hide_next(word: Option<&Word<'_>>, hidden: &mut Vec<Range<usize>>) {
    if let Some(word) = word.filter(|word| !word.text.starts_with('-')) {
        hide_word(word, hidden);
    }
}

/// Hides a word; the quotes that it kept stay.
fn hide_word(word: &Word<'_>, hidden: &mut Vec<Range<usize>>) {
    let inner = word.text.trim_matches(['"', '\'', '\\']);
    let lead = word.text.len() - word.text.trim_start_matches(['"', '\'', '\\']).len();
    let mut found = Vec::new();
    hide_value(inner, 0..inner.len(), &mut found);
    hidden.extend(shift(found, word.start + lead));
}

/// Hides what stands behind a user; where nothing but the option's name speaks of one, only what looks like a password.
fn behind(word: &Word<'_>, sign: char, is_sure: bool, hidden: &mut Vec<Range<usize>>) {
    let Some(at) = word.text.find(sign).filter(|_| !word.text.starts_with("http")) else { return };
    let password = word.text.get(at + 1..).unwrap_or("");
    let looks = is_sure && !password.bytes().all(|byte| byte.is_ascii_digit()) || is_typed_password(password);
    if (looks || is_random(password)) && !looks_like_reference(password) && !is_stand_in(password) {
        hide_word(&Word { text: password, start: word.start + at + 1 }, hidden);
    }
}

#[cfg(test)]
mod tests {
    use crate::secrets::commands::tests::check;

    #[test]
    fn passwords_as_options() {
        check("run --password abc -v", &["abc"]);
        check("run --password 'a b' --token=y", &["a b", "y"]);
        check("ldapsearch -D cn=admin -w abc", &["abc"]);
        check("mysqldump -uroot -pabc app", &["abc"]);
        check("docker exec db /usr/bin/mysql -p'abc' app", &["abc"]);
        check("sh -c 'redis-cli -a abc ping'", &["abc"]);
        check("curl -u me:abc http://x", &["abc"]);
        check("curl --user=me:abc http://x", &["abc"]);
        check("curl -b 'session=q7Rt2LmX9zKw' http://x", &["q7Rt2LmX9zKw"]);
        check("smbclient -U me%abc //x/y", &["abc"]);
        check("smbclient --pass abc", &["abc"]);
        check("serve --auth me:q7Rt2LmX", &["q7Rt2LmX"]);
        check("serve --web-key q7Rt2LmX9zKw", &["q7Rt2LmX9zKw"]);
        check("redis-server --requirepass abc", &["abc"]);
        check("docker login -u me -p abc", &["abc"]);
        check("htpasswd -nbB me abc", &["abc"]);
        check("mosquitto_passwd -b /etc/p me abc", &["abc"]);
        check("openssl rsa -passin pass:abc", &["abc"]);
        check("rabbitmqctl add_user me abc", &["abc"]);
        check("mc alias set m http://x:9000 key1 sec1", &["key1", "sec1"]);
        check("cloudflared tunnel run --token abc", &["abc"]);
    }

    #[test]
    fn other_options_stay() {
        for text in [
            "mkdir -p /var/lib/app/data",
            "psql -p 5432 -U app",
            "mysql -p app",
            "ssh -p 2222 -u deploy host",
            "chown -u app:staff /data",
            "docker run -p 8080:80 -u 1000:1000 x",
            "nginx -p /etc/nginx7/",
            "serve --author team7",
            "run --password --user me --password-file /run/secrets/db --token ${TOKEN}",
            "run --password $${PW} --keyfile /etc/tls.key --sort-key created_at",
            "cp -a /seed7/. /data",
            "uvicorn app:main --port 8000",
            "run --use-password false --token true",
        ] {
            check(text, &[]);
        }
    }
}
