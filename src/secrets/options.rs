//! Options and arguments of programs that are passwords: `--password x`, `-p x` where the program means one.

use std::ops::Range;
use std::sync::LazyLock;

use super::assignments::{hide_value, perhaps};
use super::commands::CommandWord;
use super::headers::credentials;
use super::names::{Secrecy, secrecy};
use super::random::{is_random, is_typed_password};
use super::ranges::shift;
use super::references::{is_stand_in, looks_like_reference};
use crate::collections::HashSet;

/// Where a short option has its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PasswordForm {
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
struct PasswordProgram {
    names: &'static [&'static str],
    options: &'static [(&'static str, PasswordForm)],
}

const PROGRAMS: &[PasswordProgram] = &[
    PasswordProgram {
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
        options: &[("-p", PasswordForm::Attached), ("-hp", PasswordForm::Attached)],
    },
    PasswordProgram { names: &["sshpass"], options: &[("-p", PasswordForm::Next)] },
    PasswordProgram {
        names: &["redis-cli", "valkey-cli", "keydb-cli", "redis-benchmark"],
        options: &[("-a", PasswordForm::Next)],
    },
    PasswordProgram {
        names: &["curl"],
        options: &[
            ("-u", PasswordForm::User),
            ("--user", PasswordForm::User),
            ("-U", PasswordForm::User),
            ("--proxy-user", PasswordForm::User),
            ("-b", PasswordForm::Cookie),
            ("--cookie", PasswordForm::Cookie),
            ("-E", PasswordForm::User),
            ("--cert", PasswordForm::User),
            ("--pass", PasswordForm::Next),
            ("--proxy-pass", PasswordForm::Next),
            ("--oauth2-bearer", PasswordForm::Next),
        ],
    },
    PasswordProgram {
        names: &["http", "https", "xh", "xhs"],
        options: &[("-a", PasswordForm::User), ("--auth", PasswordForm::User)],
    },
    PasswordProgram {
        names: &["ldapadd", "ldapcompare", "ldapdelete", "ldapmodify", "ldapmodrdn", "ldapsearch", "ldapwhoami"],
        options: &[("-w", PasswordForm::Next)],
    },
    PasswordProgram {
        names: &["ldappasswd"],
        options: &[("-w", PasswordForm::Next), ("-s", PasswordForm::Next), ("-a", PasswordForm::Next)],
    },
    PasswordProgram { names: &["slappasswd"], options: &[("-s", PasswordForm::Next)] },
    PasswordProgram {
        names: &["smbclient", "smbget", "rpcclient", "smbcacls", "net"],
        options: &[
            ("-U", PasswordForm::Percent),
            ("--user", PasswordForm::Percent),
            ("--pw-nt-hash", PasswordForm::Next),
        ],
    },
    PasswordProgram {
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
        options: &[("-p", PasswordForm::Next)],
    },
    PasswordProgram { names: &["sqlcmd", "bcp", "isql", "osql", "tsql"], options: &[("-P", PasswordForm::Next)] },
    PasswordProgram {
        names: &["cqlsh", "cypher-shell", "nodetool"],
        options: &[("-p", PasswordForm::Next), ("-pw", PasswordForm::Next)],
    },
    PasswordProgram { names: &["influx"], options: &[("-t", PasswordForm::Next), ("-p", PasswordForm::Next)] },
    PasswordProgram { names: &["clickhouse-client"], options: &[("--password", PasswordForm::Next)] },
    PasswordProgram { names: &["rabbitmqadmin"], options: &[("-p", PasswordForm::Next)] },
    PasswordProgram {
        names: &["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"],
        options: &[("-P", PasswordForm::Next), ("--pw", PasswordForm::Next)],
    },
    PasswordProgram {
        names: &["snmpget", "snmpwalk", "snmpbulkwalk", "snmpset", "snmptrap"],
        options: &[("-c", PasswordForm::Next), ("-A", PasswordForm::Next), ("-X", PasswordForm::Next)],
    },
    PasswordProgram { names: &["zip", "unzip"], options: &[("-P", PasswordForm::Next)] },
    PasswordProgram { names: &["useradd", "usermod", "adduser"], options: &[("-p", PasswordForm::Next)] },
    PasswordProgram {
        names: &["openssl"],
        options: &[
            ("-passin", PasswordForm::Pass),
            ("-passout", PasswordForm::Pass),
            ("-pass", PasswordForm::Pass),
            ("-k", PasswordForm::Next),
            ("-K", PasswordForm::Next),
            ("-hmac", PasswordForm::Next),
        ],
    },
    PasswordProgram { names: &["ssh-keygen"], options: &[("-N", PasswordForm::Next), ("-P", PasswordForm::Next)] },
    PasswordProgram { names: &["etcdctl", "arangosh"], options: &[("--user", PasswordForm::User)] },
    PasswordProgram {
        names: &["skopeo", "buildah", "podman"],
        options: &[
            ("--creds", PasswordForm::User),
            ("--src-creds", PasswordForm::User),
            ("--dest-creds", PasswordForm::User),
        ],
    },
    PasswordProgram {
        names: &["elasticsearch-users", "mydumper", "myloader", "kinit", "kcadm.sh", "rdesktop"],
        options: &[("-p", PasswordForm::Next)],
    },
    PasswordProgram { names: &["lftp", "ncftp", "ftp"], options: &[("-u", PasswordForm::Comma)] },
    PasswordProgram {
        names: &["x11vnc"],
        options: &[("-passwd", PasswordForm::Next), ("-viewpasswd", PasswordForm::Next)],
    },
    PasswordProgram {
        names: &["keytool", "jarsigner"],
        options: &[("-storepass", PasswordForm::Next), ("-keypass", PasswordForm::Next)],
    },
    PasswordProgram { names: &["svn", "hg", "cvs"], options: &[("--password", PasswordForm::Next)] },
    PasswordProgram { names: &["gpg", "gpg2"], options: &[("--passphrase", PasswordForm::Next)] },
    PasswordProgram { names: &["ipmitool"], options: &[("-P", PasswordForm::Next)] },
    PasswordProgram {
        names: &["sendemail", "swaks"],
        options: &[("-xp", PasswordForm::Next), ("-ap", PasswordForm::Next)],
    },
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

/// The longest name of a program in the tables, in bytes.
const LONGEST: usize = "elasticsearch-users".len();

/// All programs of the tables.
static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let programs = PROGRAMS.iter().flat_map(|program| program.names);
    let others = LOGINS.iter().chain(ARGUMENTS.iter().map(|(name, ..)| name));
    programs.chain(others).copied().collect()
});

/// Words of options behind which a user and a password are.
const USER_OPTIONS: &[&str] =
    &["auth", "basic-auth", "basicauth", "credentials", "creds", "login", "proxy-user", "user"];

/// Hides the passwords among the words of a command.
pub(super) fn hide_in_command(words: &[CommandWord<'_>], hidden: &mut Vec<Range<usize>>) {
    let mut program = "";
    for (at, word) in words.iter().enumerate() {
        let name = word.text.rsplit('/').next().unwrap_or(word.text);
        if name.len() <= LONGEST && KNOWN.contains(name) {
            program = name;
        }
        let next = words.get(at + 1);
        if let Some(bare) = word.text.strip_prefix('-') {
            hide_in_option(word, bare.trim_start_matches('-'), next, hidden);
            hide_for_program(program, word, next, words, hidden);
        } else if let Some(value) = word.text.strip_prefix("/p:").filter(|_| name_of_windows(words)) {
            hide_word(&CommandWord { text: value, start: word.start + 3 }, hidden);
        } else if PASSWORD_OPTIONS.contains(&word.text) {
            hide_next(next, hidden);
        }
        if !program.is_empty() {
            arguments(program, words, at, hidden);
        }
    }
    for program in ["htpasswd", "mosquitto_passwd"] {
        let is_program = |word: &CommandWord<'_>| word.text.ends_with(program) && ends_with_name(word.text, program);
        if let Some(at) = words.iter().position(is_program) {
            batch(words.get(at + 1..).unwrap_or_default(), program, hidden);
        }
    }
}

/// Whether a command is one of FreeRDP, whose options begin with a slash.
fn name_of_windows(words: &[CommandWord<'_>]) -> bool {
    words.iter().any(|word| word.text.contains("freerdp"))
}

fn ends_with_name(text: &str, name: &str) -> bool {
    text.rsplit('/').next() == Some(name)
}

/// An option whose name says that a secret follows.
fn hide_in_option(word: &CommandWord<'_>, bare: &str, next: Option<&CommandWord<'_>>, hidden: &mut Vec<Range<usize>>) {
    let (name, attached) = bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value)));
    let is_short_name = ["pass", "pw", "pwd", "psw"].contains(&name);
    if name.len() < 3 && !is_short_name || name.contains(' ') {
        return;
    }
    let value = match attached {
        Some(value) => Some(CommandWord { text: value, start: word.start + word.text.len() - value.len() }),
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
fn hide_for_program(
    program: &str,
    word: &CommandWord<'_>,
    next: Option<&CommandWord<'_>>,
    words: &[CommandWord<'_>],
    hidden: &mut Vec<Range<usize>>,
) {
    let is_login = LOGINS.contains(&program) && words.iter().any(|word| word.text == "login");
    let login: &[(&str, PasswordForm)] = if is_login { &[("-p", PasswordForm::Next)] } else { &[] };
    let known = PROGRAMS.iter().filter(|known| known.names.contains(&program)).flat_map(|known| known.options);
    for (option, form) in known.chain(login) {
        let Some(rest) = word.text.strip_prefix(option) else { continue };
        let is_long = option.starts_with("--");
        let value = match rest.strip_prefix('=').filter(|_| is_long) {
            Some(value) => Some(value),
            None => Some(rest).filter(|rest| !rest.is_empty() && !is_long && option.len() <= 3),
        };
        let attached =
            value.map(|value| CommandWord { text: value, start: word.start + word.text.len() - value.len() });
        let separate = next.copied().filter(|next| rest.is_empty() && !next.text.starts_with('-'));
        match form {
            PasswordForm::Attached => attached.iter().for_each(|value| hide_word(value, hidden)),
            PasswordForm::Next => attached.or(separate).iter().for_each(|value| hide_word(value, hidden)),
            PasswordForm::User => attached.or(separate).iter().for_each(|value| behind(value, ':', true, hidden)),
            PasswordForm::Comma => attached.or(separate).iter().for_each(|value| behind(value, ',', true, hidden)),
            PasswordForm::Percent => attached.or(separate).iter().for_each(|value| behind(value, '%', true, hidden)),
            PasswordForm::Pass => separate.iter().filter(|value| value.text.starts_with("pass:")).for_each(|value| {
                behind(value, ':', true, hidden);
            }),
            PasswordForm::Cookie => {
                attached.or(separate).iter().filter(|value| value.text.contains('=')).for_each(|value| {
                    credentials(value.text, value.start, true, hidden);
                })
            }
        }
    }
}

/// An argument that is a secret in this place.
fn arguments(program: &str, words: &[CommandWord<'_>], at: usize, hidden: &mut Vec<Range<usize>>) {
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
fn batch(words: &[CommandWord<'_>], program: &str, hidden: &mut Vec<Range<usize>>) {
    let is_batch = words.iter().any(|word| word.text.starts_with('-') && word.text.contains('b'));
    let is_printed = words.iter().any(|word| word.text.starts_with('-') && word.text.contains('n'));
    let wanted = if program == "htpasswd" && is_printed { 1 } else { 2 };
    if is_batch {
        let mut plain = words.iter().filter(|word| !word.text.starts_with('-'));
        hide_next(plain.nth(wanted), hidden);
    }
}

fn hide_next(word: Option<&CommandWord<'_>>, hidden: &mut Vec<Range<usize>>) {
    if let Some(word) = word.filter(|word| !word.text.starts_with('-')) {
        hide_word(word, hidden);
    }
}

/// Hides a word; the quotes that it kept stay.
fn hide_word(word: &CommandWord<'_>, hidden: &mut Vec<Range<usize>>) {
    let inner = word.text.trim_matches(['"', '\'', '\\']);
    let lead = word.text.len() - word.text.trim_start_matches(['"', '\'', '\\']).len();
    let mut found = Vec::new();
    hide_value(inner, 0..inner.len(), &mut found);
    hidden.extend(shift(found, word.start + lead));
}

/// Hides what comes after a user; where nothing but the option's name mentions one, only what looks like a password.
fn behind(word: &CommandWord<'_>, sign: char, is_sure: bool, hidden: &mut Vec<Range<usize>>) {
    let Some(at) = word.text.find(sign).filter(|_| !word.text.starts_with("http")) else { return };
    let password = word.text.get(at + 1..).unwrap_or("");
    let looks = is_sure && !password.bytes().all(|byte| byte.is_ascii_digit()) || is_typed_password(password);
    if (looks || is_random(password)) && !looks_like_reference(password) && !is_stand_in(password) {
        hide_word(&CommandWord { text: password, start: word.start + at + 1 }, hidden);
    }
}

#[cfg(test)]
mod tests {
    use crate::secrets::commands::tests::check;

    #[test]
    fn no_name_of_a_program_is_longer_than_the_longest() {
        assert_eq!(super::KNOWN.iter().map(|name| name.len()).max(), Some(super::LONGEST));
    }

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
