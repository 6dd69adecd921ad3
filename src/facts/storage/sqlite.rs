//! Where variables put SQLite databases.

/// Where a value puts an SQLite database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseLocation {
    /// Nowhere: in memory.
    Memory,
    /// A file by its absolute path.
    Absolute(String),
    /// A file by its path from the working directory.
    Relative(String),
    /// Three slashes: relative for SQLAlchemy and Django, absolute for others. The path without its slash.
    ThreeSlashes(String),
}

/// Reads the value of a variable. `None` where it is not a SQLite database.
pub(crate) fn location(name: &str, value: &str) -> Option<DatabaseLocation> {
    let value = value.trim();
    let is_named = || names_database(&name.to_ascii_uppercase());
    for prefix in ["jdbc:sqlite:", "sqlite3:", "sqlite:"] {
        if let Some(rest) = value.strip_prefix(prefix) {
            return Some(location_in_url(rest));
        }
    }
    if let Some((driver, rest)) = value.strip_prefix("sqlite+").and_then(|value| value.split_once("://")) {
        let location = location_in_url(&format!("//{rest}"));
        // A driver in the scheme is SQLAlchemy's notation: three slashes are relative.
        return Some(match location {
            DatabaseLocation::ThreeSlashes(path) if !driver.is_empty() => DatabaseLocation::Relative(path),
            other => other,
        });
    }
    if let Some(rest) = value.strip_prefix("file:") {
        return is_named()
            .then(|| location_in_url(rest))
            .filter(|found| *found == DatabaseLocation::Memory || is_sqlite(rest));
    }
    let assigns = value.contains('=');
    for key in ["Data Source=", "DataSource=", "Filename="] {
        if assigns && let Some(at) = value.find(key) {
            let path = value.get(at + key.len()..)?.split(';').next().unwrap_or("");
            return (path == ":memory:" || is_sqlite(path)).then(|| location_in_path(path));
        }
    }
    let plain = !value.contains(['=', ' ', ',', ';', ':']) || value == ":memory:";
    let is_file = || value.contains('/') && is_sqlite(value);
    (plain && (value == ":memory:" || is_file()) && is_named()).then(|| location_in_path(value))
}

fn location_in_url(rest: &str) -> DatabaseLocation {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.contains(":memory:") || query.contains("mode=memory") || matches!(path, "" | "//" | "///") {
        return DatabaseLocation::Memory;
    }
    match path.strip_prefix("//") {
        // Four slashes and more are absolute everywhere.
        Some(path) if path.starts_with("//") => {
            DatabaseLocation::Absolute(format!("/{}", path.trim_start_matches('/')))
        }
        Some(path) => match path.strip_prefix('/') {
            Some(path) => DatabaseLocation::ThreeSlashes(path.to_owned()),
            None => location_in_path(path),
        },
        None => location_in_path(path),
    }
}

fn location_in_path(path: &str) -> DatabaseLocation {
    if path == ":memory:" {
        DatabaseLocation::Memory
    } else if path.starts_with('/') {
        DatabaseLocation::Absolute(path.to_owned())
    } else {
        DatabaseLocation::Relative(path.trim_start_matches("./").to_owned())
    }
}

fn is_sqlite(value: &str) -> bool {
    let path = value.split('?').next().unwrap_or(value).to_ascii_lowercase();
    let ends = [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|ending| path.ends_with(ending));
    ends && !path.contains("://")
}

/// Whether a variable is named for a database, and not for a host or a file of another kind.
fn names_database(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let about = |word: &str| words.contains(&word);
    let of_database = ["DB", "DATABASE", "SQLITE", "SQLITE3", "DSN"].iter().any(|word| about(word))
        || words.iter().any(|word| word.ends_with("DB") || word.ends_with("DATABASE"));
    let of_other = ["HOST", "HOSTNAME", "SERVER", "GEOIP", "MAXMIND", "SAMPLE"].iter().any(|word| about(word));
    of_database && !of_other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, expect: Option<DatabaseLocation>) {
        assert_eq!(location(name, value), expect, "{name}={value}");
    }

    #[test]
    fn forms_of_sqlite_addresses() {
        let absolute = |path: &str| Some(DatabaseLocation::Absolute(path.to_owned()));
        let relative = |path: &str| Some(DatabaseLocation::Relative(path.to_owned()));
        check("DATABASE_URL", "sqlite:////data/app.db", absolute("/data/app.db"));
        check("DATABASE_URL", "sqlite:///data/app.db", Some(DatabaseLocation::ThreeSlashes("data/app.db".to_owned())));
        check("DATABASE_URL", "sqlite+aiosqlite:///data/app.db", relative("data/app.db"));
        check("DATABASE_URL", "sqlite+aiosqlite:////data/app.db", absolute("/data/app.db"));
        check("DATABASE_URL", "sqlite://", Some(DatabaseLocation::Memory));
        check("DATABASE_URL", "sqlite:///:memory:", Some(DatabaseLocation::Memory));
        check("DATABASE_URL", "sqlite://./data.db", relative("data.db"));
        check("DATABASE_URL", "sqlite:/data/app.db", absolute("/data/app.db"));
        check("DATABASE_URL", "jdbc:sqlite:/data/app.db", absolute("/data/app.db"));
        check("DATABASE_URL", "file:./prisma/dev.db", relative("prisma/dev.db"));
        check("DATABASE_URL", "file:/data/app.db?connection_limit=1", absolute("/data/app.db"));
        check("ConnectionStrings__Db", "Data Source=/data/app.db;Cache=Shared", absolute("/data/app.db"));
        check("DB_PATH", "/data/app.sqlite3", absolute("/data/app.sqlite3"));
        check("DB_PATH", ":memory:", Some(DatabaseLocation::Memory));
        check("DB_PATH", "see /data/app.sqlite3", None);
        check("DB_HOST", "users.db", None);
        check("SAMPLE_URL", "https://example.com/files/sample.db", None);
        check("GEOIP_PATH", "/usr/share/GeoIP/city.mmdb", None);
        check("DATABASE_URL", "postgres://app@db:5432/app.db", None);
        check("CACHE_FILE", "/tmp/cache.db", None);
        check("DB_TYPE", "sqlite", None);
    }
}
