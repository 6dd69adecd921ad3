//! `config/database.yml` of Rails (<https://guides.rubyonrails.org/configuring.html#configuring-a-database>). It is a
//! template, so it is read by lines.

use super::DatabaseFile;

/// The first SQLite file of an environment (`production`) that is written out.
pub(crate) fn sqlite(text: &str, environment: &str) -> Option<DatabaseFile> {
    let mut at = 0;
    let mut is_inside = false;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let is_key = !line.starts_with([' ', '\t', '#', '\n', '\r', '<']);
        if is_key {
            is_inside = line.split(':').next() == Some(environment);
        }
        let Some(value) = line.trim_start().strip_prefix("database:").filter(|_| is_inside && !is_key) else {
            continue;
        };
        let path = value.split(" #").next().unwrap_or("").trim().trim_matches(['"', '\'']);
        if path.contains(['<', '{']) || !(path.ends_with(".sqlite3") || path.ends_with(".db")) {
            return None;
        }
        let begin = start + line.find(path)?;
        return Some(DatabaseFile { path: path.to_owned(), levels: None, span: begin..begin + path.len() });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(production: &str, expect: Option<&str>) {
        let text = format!(
            "default: &default\n  adapter: sqlite3\n\ndevelopment:\n  database: storage/development.sqlite3\n\nproduction:\n{production}"
        );
        let found = sqlite(&text, "production");
        assert_eq!(found.as_ref().map(|one| one.path.as_str()), expect, "{production}");
        if let Some(found) = found {
            assert_eq!(text.get(found.span), expect);
        }
    }

    #[test]
    fn files_of_an_environment() {
        check("  <<: *default\n  database: storage/production.sqlite3\n", Some("storage/production.sqlite3"));
        check(
            "  primary:\n    database: \"db/app.db\" # here\n  cache:\n    database: db/cache.db\n",
            Some("db/app.db"),
        );
        check("  database: <%= ENV['DB'] %>\n", None);
        check("  database: shop_production\n", None);
        check("  url: postgres://db/shop\ntest:\n  database: x.sqlite3\n", None);
        check("", None);
    }
}
