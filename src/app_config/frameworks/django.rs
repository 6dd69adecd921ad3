//! `DATABASES` of Django's settings (<https://docs.djangoproject.com/en/5.2/ref/settings/#databases>).

use std::ops::Range;

use super::DatabaseFile;

/// How far the value of `DATABASES` is read, in bytes.
const MOST: usize = 4096;

/// The SQLite file of a settings module, where it is the only value that `DATABASES` gets and no variable has a say.
pub(crate) fn sqlite(text: &str) -> Option<DatabaseFile> {
    let assigned: Vec<usize> = text.match_indices("DATABASES").map(|(at, _)| at).collect();
    let [only] = assigned.as_slice() else { return None };
    let before = text.get(..*only)?;
    if !(before.is_empty() || before.ends_with('\n')) {
        return None;
    }
    let value = text.get(only + "DATABASES".len()..)?;
    let opened = value.trim_start_matches([' ', ':']).starts_with('=') && value.get(..16)?.contains('{');
    if !opened {
        return None;
    }
    let start = only + "DATABASES".len() + value.find('{')?;
    let body = text.get(start..)?;
    let body = body.get(..balanced(body)?)?;
    let engine = entry(body, "ENGINE")?;
    if literal(body.get(engine)?)? != "django.db.backends.sqlite3" {
        return None;
    }
    let name = entry(body, "NAME")?;
    let (path, from_base) = path(body.get(name.clone())?)?;
    let levels = if from_base { Some(levels_above(text)?) } else { None };
    Some(DatabaseFile { path, levels, span: start + name.start..start + name.end })
}

/// The module that `manage.py` sets if nothing else does.
pub(crate) fn settings_module(manage: &str) -> Option<&str> {
    let call = manage.split("setdefault(").nth(1)?;
    let (name, rest) = call.split_once(',')?;
    let value = rest.split(')').next()?;
    (literal(name.trim())? == "DJANGO_SETTINGS_MODULE").then(|| literal(value.trim().trim_end_matches(',')))?
}

/// The length of the text up to the brace that closes its first one.
fn balanced(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices().take_while(|(at, _)| *at < MOST) {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The expression behind the only key of this name in a dictionary.
fn entry(body: &str, key: &str) -> Option<Range<usize>> {
    let quoted = [format!("'{key}'"), format!("\"{key}\"")];
    let mut found = quoted.iter().flat_map(|quoted| body.match_indices(quoted.as_str()));
    let (at, word) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let rest = body.get(at + word.len()..)?;
    let colon = rest.find(':').filter(|colon| rest.get(..*colon).is_some_and(|blank| blank.trim().is_empty()))?;
    let value = rest.get(colon + 1..)?;
    let mut depth = 0_usize;
    let end = value.find(|letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | '}' | '#' if depth == 0 => return true,
            _ => {}
        }
        false
    })?;
    let start = at + word.len() + colon + 1 + value.len() - value.trim_start().len();
    let length = value.get(..end)?.trim().len();
    Some(start..start + length)
}

/// The text of a string without anything to expand.
fn literal(expression: &str) -> Option<&str> {
    let inner = ['\'', '"'].iter().find_map(|quote| expression.strip_prefix(*quote)?.strip_suffix(*quote))?;
    (!inner.contains(['\'', '"', '\\', '{'])).then_some(inner)
}

/// A path, and whether it begins at `BASE_DIR`.
fn path(expression: &str) -> Option<(String, bool)> {
    let expression =
        expression.strip_prefix("str(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(expression).trim();
    if let Some(path) = literal(expression) {
        return Some((path.to_owned(), false));
    }
    let joined = expression.strip_prefix("os.path.join(").and_then(|rest| rest.strip_suffix(')'));
    let mut steps = match joined {
        Some(arguments) => arguments.split(','),
        None => return steps_of(expression.split('/')),
    };
    steps_of(&mut steps)
}

fn steps_of<'a>(mut steps: impl Iterator<Item = &'a str>) -> Option<(String, bool)> {
    if steps.next()?.trim() != "BASE_DIR" {
        return None;
    }
    let names: Option<Vec<&str>> = steps.map(|step| literal(step.trim())).collect();
    names.filter(|names| !names.is_empty()).map(|names| (names.join("/"), true))
}

/// How many directories `BASE_DIR` is above the file, by its usual definitions.
fn levels_above(text: &str) -> Option<usize> {
    let line = text.lines().find(|line| line.starts_with("BASE_DIR") && line.contains("__file__"))?;
    let levels = line.matches(".parent").count() + line.matches("dirname(").count();
    (levels > 0 && !line.contains("parents[")).then_some(levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expect: Option<(&str, Option<usize>)>) {
        let text = format!(
            "BASE_DIR = Path(__file__).resolve().parent.parent\n\nDATABASES = {{\n    'default': {{\n        'ENGINE': 'django.db.backends.sqlite3',\n        'NAME': {name},\n    }}\n}}\n"
        );
        let found = sqlite(&text);
        assert_eq!(found.as_ref().map(|one| (one.path.as_str(), one.levels)), expect, "{name}");
        if let Some(found) = found {
            assert_eq!(text.get(found.span), Some(name));
        }
    }

    #[test]
    fn forms_of_paths() {
        check("BASE_DIR / 'db.sqlite3'", Some(("db.sqlite3", Some(2))));
        check("BASE_DIR / \"data\" / \"db.sqlite3\"", Some(("data/db.sqlite3", Some(2))));
        check("os.path.join(BASE_DIR, 'db.sqlite3')", Some(("db.sqlite3", Some(2))));
        check("str(BASE_DIR / 'db.sqlite3')", Some(("db.sqlite3", Some(2))));
        check("'/data/db.sqlite3'", Some(("/data/db.sqlite3", None)));
        check("os.environ.get('DB', 'db.sqlite3')", None);
        check("env('DB_NAME')", None);
        check("f'{DATA}/db.sqlite3'", None);
        check("DATA / 'db.sqlite3'", None);
    }

    #[test]
    fn only_what_nothing_else_decides() {
        let settings = |more: &str| {
            format!(
                "BASE_DIR = os.path.dirname(os.path.abspath(__file__))\nDATABASES = {{'default': {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'x.db'}}}}\n{more}"
            )
        };
        assert_eq!(sqlite(&settings("")).map(|one| one.levels), Some(Some(1)));
        assert_eq!(sqlite(&settings("DATABASES['default'] = dj_database_url.config()\n")), None);
        assert_eq!(sqlite(&settings("if URL:\n    DATABASES = {}\n")), None);
        assert_eq!(sqlite("DATABASES = {'default': env.db()}\n"), None);
        assert_eq!(sqlite("DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'x'}}\n"), None);
        assert_eq!(sqlite("DATABASES = {'default': {'ENGINE': ENGINE, 'NAME': 'x'}}\n"), None);
        assert_eq!(sqlite("DATABASES = {{{{{"), None);
        assert_eq!(sqlite("DATABASES"), None);
    }

    #[test]
    fn the_module_that_manage_sets() {
        let manage = "    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";
        assert_eq!(settings_module(manage), Some("shop.settings"));
        assert_eq!(settings_module("os.environ.setdefault(\"OTHER\", \"x\")"), None);
        assert_eq!(settings_module("print('hello')"), None);
    }
}
