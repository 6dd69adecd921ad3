//! justfiles: recipes with just's own expressions in double braces.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::environment::variables_of;
use super::super::fragment::Fragment;
use super::super::repository::{below, normalize, split};
use super::super::trace::{Site, Tracer, World};
use super::super::values::{Choices, ROOT, without_marks};
use super::{purpose_of_name, template};
use crate::source::FileId;

/// How many files one justfile imports, how deep modules are nested, and how deep expressions are followed.
const MAX_IMPORTS: usize = 32;
const MAX_MODULES: usize = 4;
const MAX_DEPTH: usize = 16;
/// How many bytes of an expression are read in a step.
const BYTES_OF_A_STEP: usize = 64;

/// A recipe.
#[derive(Debug)]
struct Recipe {
    name: String,
    /// Parameters, with their defaults.
    parameters: Vec<(String, Option<String>)>,
    /// `[working-directory: 'x']`
    directory: Option<String>,
    lines: Vec<(String, usize, FileId)>,
    /// `(name "argument" …)` among the recipes that it needs.
    needs: Vec<RecipeCall>,
}

/// A recipe with its arguments, as expressions.
type RecipeCall = (String, Vec<String>);

/// A justfile with what it imports.
struct Just<'c, 'a> {
    context: &'c ReaderContext<'a>,
    file: FileId,
    /// How many justfiles it is a module of.
    outer: usize,
    directory: String,
    variables: BTreeMap<String, String>,
    exported: BTreeSet<String>,
    exports_all: bool,
    /// What `.env` sets.
    environment: Vec<(String, String)>,
    recipes: Vec<Recipe>,
    imported: BTreeSet<String>,
}

/// Reads a justfile whose recipes run in a directory; gives the files that it imports.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, directory: &str, file: FileId) -> BTreeSet<String> {
    read_within(context, path, directory, file, 0)
}

/// Reads a justfile that is a module of others, this many of them.
fn read_within(
    context: &ReaderContext<'_>,
    path: &str,
    directory: &str,
    file: FileId,
    outer: usize,
) -> BTreeSet<String> {
    let mut just = Just {
        context,
        file,
        outer,
        directory: directory.to_owned(),
        variables: BTreeMap::new(),
        exported: BTreeSet::new(),
        exports_all: false,
        environment: Vec::new(),
        recipes: Vec::new(),
        imported: BTreeSet::new(),
    };
    just.text(path, file);
    let calls = just.calls();
    for recipe in &just.recipes {
        just.run(recipe);
        for (_, arguments) in calls.iter().filter(|(name, _)| *name == recipe.name) {
            just.run(&recipe.with(arguments));
        }
    }
    just.imported
}

impl Recipe {
    /// The recipe with values for its parameters; the last one gets what is left over.
    fn with(&self, arguments: &[String]) -> Recipe {
        let last = self.parameters.len().saturating_sub(1);
        let value = |at: usize| match arguments.get(at..).unwrap_or_default() {
            [] => None,
            rest if at == last => Some(rest.join(" + ' ' + ")),
            [first, ..] => Some(first.clone()),
        };
        let parameters = self.parameters.iter().enumerate();
        let parameters = parameters.map(|(at, (name, default))| (name.clone(), value(at).or_else(|| default.clone())));
        let (name, directory, lines) = (self.name.clone(), self.directory.clone(), self.lines.clone());
        Recipe { name, parameters: parameters.collect(), directory, lines, needs: Vec::new() }
    }
}

/// How many calls of recipes with arguments are followed.
const MAX_CALLS: usize = 64;

/// `just name argument …` in a line, where nothing of it is an expression.
fn call_in(line: &str) -> Option<RecipeCall> {
    let mut words = line.trim().trim_start_matches('@').split_whitespace();
    let name = words.next().filter(|word| *word == "just").and_then(|_| words.next())?;
    let is_plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte));
    let arguments: Vec<&str> = words.collect();
    let fits = !arguments.is_empty() && is_name(name) && arguments.iter().all(|word| is_plain(word));
    fits.then(|| (name.to_owned(), arguments.into_iter().map(|word| format!("'{word}'")).collect()))
}

/// `(name "argument" …)` behind the colon of a recipe.
fn needs(behind: &str) -> Vec<RecipeCall> {
    let inner = split_outside(behind, ' ').into_iter().filter_map(|part| part.strip_prefix('(')?.strip_suffix(')'));
    let calls = inner.filter_map(|inner| {
        let mut words = split_outside(inner, ' ').into_iter().filter(|word| !word.is_empty());
        let name = words.next()?.to_owned();
        Some((name, words.map(str::to_owned).collect::<Vec<_>>()))
    });
    calls.filter(|(_, arguments)| arguments.iter().all(|one| template::literal(one).is_some())).collect()
}

impl Just<'_, '_> {
    /// The calls of recipes with arguments, each once.
    fn calls(&self) -> BTreeSet<RecipeCall> {
        let of_lines = self.recipes.iter().flat_map(|recipe| recipe.lines.iter());
        let of_lines = of_lines.filter_map(|(line, ..)| call_in(line));
        let needed = self.recipes.iter().flat_map(|recipe| recipe.needs.iter().cloned());
        needed.chain(of_lines).take(MAX_CALLS).collect()
    }

    fn text(&mut self, path: &str, file: FileId) {
        let text = without_marks(&self.context.repository.sources.file(file).text);
        let mut at = 0;
        let mut attributes = String::new();
        let mut in_recipe = false;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let trimmed = line.trim();
            if trimmed.is_empty() {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                if let Some(recipe) = self.recipes.last_mut().filter(|_| in_recipe) {
                    recipe.lines.push((line.to_owned(), start, file));
                }
                continue;
            }
            in_recipe = false;
            if trimmed.starts_with('#') {
                continue;
            }
            if trimmed.starts_with('[') {
                attributes.push_str(trimmed);
                continue;
            }
            in_recipe = self.item(trimmed, &std::mem::take(&mut attributes), path);
        }
    }

    /// A line that is in no recipe; true where it starts one.
    fn item(&mut self, line: &str, attributes: &str, path: &str) -> bool {
        let (word, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim()));
        match word {
            "import" | "import?" => {
                self.import(rest, path);
                return false;
            }
            "mod" | "mod?" => {
                self.module(rest, path);
                return false;
            }
            "set" => {
                if rest.starts_with("dotenv-load") && !rest.ends_with("false") {
                    self.environment = variables_of(self.context.repository, &below(&self.directory, ".env"));
                }
                self.exports_all |= rest.starts_with("export") && !rest.ends_with("false");
                if let Some(directory) = rest
                    .strip_prefix("working-directory")
                    .and_then(|rest| template::literal(rest.trim_start_matches([' ', ':', '='])))
                {
                    self.directory = normalize(&below(&self.directory, directory)).unwrap_or_default();
                }
                return false;
            }
            _ => {}
        }
        let (line, export) = line.strip_prefix("export ").map_or((line, false), |rest| (rest, true));
        if let Some((name, expression)) = line.split_once(":=").filter(|(name, _)| is_name(name.trim())) {
            if word == "alias" {
                return false;
            }
            let name = name.trim().to_owned();
            if export {
                self.exported.insert(name.clone());
            }
            self.variables.insert(name, expression.trim().to_owned());
            return false;
        }
        let Some(recipe) = recipe(line.trim_start_matches('@'), attributes) else { return false };
        self.recipes.push(recipe);
        true
    }

    fn import(&mut self, rest: &str, path: &str) {
        let Some(name) = template::literal(rest) else { return };
        let Some(target) = normalize(&below(split(path).0, name)) else { return };
        if self.imported.len() >= MAX_IMPORTS || !self.imported.insert(target.clone()) {
            return;
        }
        if let Some(file) = self.context.repository.load(&target) {
            self.text(&target, file);
        }
    }

    /// `mod name 'path'`: a justfile of its own, which runs where it is.
    fn module(&mut self, rest: &str, path: &str) {
        let (name, given) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let here = split(path).0;
        let candidates = match template::literal(given) {
            Some(path) => vec![path.to_owned()],
            None => vec![format!("{name}.just"), format!("{name}/mod.just"), format!("{name}/justfile")],
        };
        for target in candidates.iter().filter_map(|candidate| normalize(&below(here, candidate))) {
            if !self.context.repository.is_file(&target)
                || target.ends_with("/justfile")
                || self.imported.len() >= MAX_IMPORTS
            {
                continue;
            }
            if self.imported.insert(target.clone())
                && self.outer < MAX_MODULES
                && let Some(file) = self.context.repository.load(&target)
            {
                self.imported.extend(read_within(self.context, &target, split(&target).0, file, self.outer + 1));
            }
        }
    }

    fn run(&self, recipe: &Recipe) {
        let directory = match &recipe.directory {
            Some(directory) => normalize(&below(&self.directory, directory)).unwrap_or_default(),
            None => self.directory.clone(),
        };
        let site = Site::at(&directory).with_purpose(purpose_of_name(&recipe.name).unwrap_or(Purpose::Deploy));
        let tracer = Tracer::new(self.context, site);
        let is_script = recipe.lines.first().is_some_and(|(line, ..)| line.trim_start().starts_with("#!"));
        if is_script && !recipe.lines.first().is_some_and(|(line, ..)| line.contains("sh")) {
            return;
        }
        let mut choices = Choices::default();
        loop {
            let mut world =
                self.environment.iter().fold(World::new(), |world, (name, value)| world.with(name, value.clone()));
            for name in self.exports() {
                if !self.context.step(self.file) {
                    return;
                }
                world = world.with(name, self.variable(name, recipe, &mut choices, 0));
            }
            let mut logical: Vec<Fragment> = Vec::new();
            for (line, at, file) in &recipe.lines {
                let fragment = Fragment::from_text(*file, line, *at);
                match logical.last_mut().filter(|before| is_script || before.text.ends_with("\\\n")) {
                    Some(before) => before.append(fragment),
                    None => logical.push(fragment),
                }
            }
            for fragment in logical {
                let stripped = fragment.text.trim_start_matches([' ', '\t', '@', '-']).len();
                let fragment = match is_script {
                    true => fragment,
                    false => fragment.part(fragment.text.len() - stripped, fragment.text.len()),
                };
                let expanded = template::replace(&fragment, ("{{", "}}"), &mut |expression| {
                    self.value(expression, recipe, &mut choices, 0)
                });
                tracer.script(&Rc::new(expanded), vec![world.clone()]);
            }
            if !choices.next_round() {
                return;
            }
        }
    }

    /// The variables that recipes see in their environment.
    fn exports(&self) -> Vec<&String> {
        match self.exports_all {
            true => self.variables.keys().collect(),
            false => self.exported.iter().filter(|name| self.variables.contains_key(*name)).collect(),
        }
    }

    fn variable(&self, name: &str, recipe: &Recipe, choices: &mut Choices, depth: usize) -> String {
        if let Some((_, default)) = recipe.parameters.iter().find(|(parameter, _)| parameter == name) {
            return match default {
                Some(default) => self.value(default, recipe, choices, depth + 1),
                None => self.context.unset(name),
            };
        }
        match self.variables.get(name) {
            Some(expression) => self.value(expression, recipe, choices, depth + 1),
            None => self.context.unset(name),
        }
    }

    /// The value of an expression: texts, names and calls, joined by `+` and `/`.
    fn value(&self, expression: &str, recipe: &Recipe, choices: &mut Choices, depth: usize) -> String {
        let expression = expression.trim();
        let steps = 1 + expression.len() / BYTES_OF_A_STEP;
        if depth > MAX_DEPTH || !self.context.steps(self.file, steps) {
            return self.context.computed(expression);
        }
        if let Some(rest) = expression.strip_prefix("if ") {
            return self.conditional(rest, recipe, choices, depth);
        }
        for (sign, joint) in [('+', ""), ('/', "/")] {
            let parts = split_outside(expression, sign);
            if parts.len() > 1 {
                let values: Vec<String> =
                    parts.iter().map(|part| self.value(part, recipe, choices, depth + 1)).collect();
                return values.join(joint);
            }
        }
        if let Some(text) = template::literal(expression) {
            return match expression.starts_with('`') {
                true => self.context.computed(text),
                false => text.to_owned(),
            };
        }
        let Some((name, arguments)) =
            expression.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))
        else {
            return self.variable(expression, recipe, choices, depth);
        };
        let arguments = split_outside(arguments, ',');
        match name.trim() {
            "env_var_or_default" | "env" if arguments.len() > 1 => {
                arguments.get(1).map_or_else(String::new, |text| self.value(text, recipe, choices, depth + 1))
            }
            "env_var" | "env" => {
                self.context.unset(arguments.first().and_then(|text| template::literal(text)).unwrap_or(expression))
            }
            "justfile_directory" | "source_directory" | "module_directory" => {
                format!("{ROOT}/{}", self.directory).trim_end_matches('/').to_owned()
            }
            "quote" | "trim" | "join" if arguments.len() == 1 => {
                arguments.first().map_or_else(String::new, |text| self.value(text, recipe, choices, depth + 1))
            }
            "" => arguments.first().map_or_else(String::new, |text| self.value(text, recipe, choices, depth + 1)),
            _ => self.context.computed(expression),
        }
    }

    /// `if a == b { c } else { d }`: each of its values may come out.
    fn conditional(&self, rest: &str, recipe: &Recipe, choices: &mut Choices, depth: usize) -> String {
        let mut values = Vec::new();
        let mut left = rest;
        while let Some((_, behind)) = left.split_once('{') {
            let Some((value, after)) = behind.split_once('}') else { break };
            values.push(value);
            left = after;
        }
        let pick = choices.pick(values.len());
        values.get(pick).map_or_else(String::new, |value| self.value(value, recipe, choices, depth + 1))
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}

/// `name a b='c' *d: needed`
fn recipe(line: &str, attributes: &str) -> Option<Recipe> {
    let head = split_outside(line, ':').first().copied()?;
    if head.len() == line.len() {
        return None;
    }
    let mut words = split_outside(head.trim(), ' ').into_iter().map(str::trim).filter(|word| !word.is_empty());
    let name = words.next()?.to_owned();
    let parameters = words.map(|word| {
        let word = word.trim_start_matches(['*', '+', '$']);
        match word.split_once('=') {
            Some((name, default)) => (name.to_owned(), Some(default.to_owned())),
            None => (word.to_owned(), None),
        }
    });
    let directory = attributes.split_once("working-directory").and_then(|(_, rest)| {
        let rest = rest.trim_start_matches([':', ' ', '(']);
        template::literal(rest.split([']', ')', ',']).next()?).map(str::to_owned)
    });
    let needs = needs(line.get(head.len() + 1..).unwrap_or(""));
    Some(Recipe { parameters: parameters.collect(), name, directory, lines: Vec::new(), needs })
}

/// The parts of a text between signs that are in no quotes and brackets.
fn split_outside(text: &str, sign: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth -= 1,
            (None, _) if letter == sign && depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}
