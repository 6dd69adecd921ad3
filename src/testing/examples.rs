//! The examples of a document: its fenced blocks as projects, with the lines that must be reported.

use std::collections::BTreeMap;

use crate::finding::{Document, Severity};

/// The file that a block without a path stands for.
pub(crate) const DEFAULT_PATH: &str = "compose.yaml";

/// The sections whose blocks are projects.
const SECTIONS: [&str; 2] = ["Examples", "Cases"];

/// How bad a finding may be, each the word of a marker: `# error` ends a line that must be reported as an error.
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

/// A file of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFile {
    /// Path inside the project.
    pub path: String,
    /// The first word after the fence: `yaml`, `env`, `nginx` …
    pub language: String,
    /// The text, markers included.
    pub text: String,
    /// The lines that must be reported, from 1, and how bad the worst finding there is.
    pub expected: BTreeMap<u32, Severity>,
    /// The line of the document on which the text starts, from 1.
    pub line: u32,
}

/// What a heading says about the projects under it, in HTML comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExampleOptions {
    /// The text of `plimsoll.yaml`; empty for none.
    pub config: String,
    /// `--env-file`s.
    pub env_files: Vec<String>,
    /// `--profile`s.
    pub profiles: Vec<String>,
    /// `-f` files; empty for what Compose finds by itself.
    pub files: Vec<String>,
    /// Whether nothing of it may be offered a fix.
    pub unfixed: bool,
    /// Files that git tracks.
    pub tracked: Vec<String>,
    /// Rules that run besides the one of the document; what they find is not looked at.
    pub also: Vec<String>,
}

/// A block of `finding`: what the rule reports in the project before it, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingBlock {
    /// The text.
    pub text: String,
    /// The line of the document on which the text starts, from 1.
    pub(crate) line: u32,
}

/// A project that the tests run and the site shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// The section: `Examples` or `Cases`.
    pub section: String,
    /// The heading inside the section; empty above the first.
    pub heading: String,
    /// What the heading says.
    pub options: ExampleOptions,
    /// The files.
    pub files: Vec<ExampleFile>,
    /// What files become when the fixes are applied: path and text.
    pub fixed: Vec<ExampleFile>,
    /// What is reported, where the document shows it.
    pub findings: Option<FindingBlock>,
    /// The line of the document that ends the files of the project, from 1: what is reported is shown after it.
    pub(crate) end: u32,
}

impl Example {
    /// Whether any line must be reported.
    pub fn is_reported(&self) -> bool {
        self.files.iter().any(|file| !file.expected.is_empty())
    }
}

/// The projects of a document.
///
/// # Errors
/// The line of the document's text, from 1, and what is wrong there.
pub fn examples(document: &Document) -> Result<Vec<Example>, String> {
    parse(&document.text())
}

/// The projects in the text of a document.
///
/// # Errors
/// See [`examples`].
pub fn parse(text: &str) -> Result<Vec<Example>, String> {
    let mut reader = ExampleReader::default();
    let mut open: Option<FencedBlock> = None;
    for (number, line) in (1u32..).zip(text.lines()) {
        reader.number = number;
        match open.take() {
            Some(fence) if line == "```" => reader.block(fence).map_err(|reason| format!("line {number}: {reason}"))?,
            Some(mut fence) => {
                fence.text.push_str(line);
                fence.text.push('\n');
                open = Some(fence);
            }
            None => match line.strip_prefix("```") {
                Some(info) => open = Some(FencedBlock { info: info.to_owned(), text: String::new(), line: number + 1 }),
                None => reader.line(line).map_err(|reason| format!("line {number}: {reason}"))?,
            },
        }
    }
    reader.end_heading().map_err(|reason| format!("at the end: {reason}"))?;
    Ok(reader.examples)
}

/// A block and what comes after its opening fence.
struct FencedBlock {
    info: String,
    text: String,
    line: u32,
}

/// Where the last block went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Single,
    Group,
}

struct ExampleReader {
    examples: Vec<Example>,
    section: String,
    heading: String,
    options: ExampleOptions,
    group: Example,
    singles: Vec<Example>,
    last: Last,
    /// The line that is read, from 1.
    number: u32,
}

impl Default for ExampleReader {
    fn default() -> ExampleReader {
        ExampleReader {
            examples: Vec::new(),
            section: String::new(),
            heading: String::new(),
            options: ExampleOptions::default(),
            group: Example::default(),
            singles: Vec::new(),
            last: Last::Nothing,
            number: 0,
        }
    }
}

impl ExampleReader {
    /// A line outside of blocks.
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(section) = line.strip_prefix("## ") {
            self.end_heading()?;
            section.trim().clone_into(&mut self.section);
            self.heading.clear();
        } else if let Some(heading) = line.strip_prefix("### ") {
            self.end_heading()?;
            heading.trim().clone_into(&mut self.heading);
        } else if let Some(comment) = line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) {
            self.option(comment.trim())?;
        }
        Ok(())
    }

    fn option(&mut self, comment: &str) -> Result<(), String> {
        let (name, value) = comment.split_once(':').ok_or("an option is `name: value`")?;
        let words = || value.split_whitespace().map(str::to_owned).collect();
        match name.trim() {
            name if severity(name).is_some() => self.mark(name, value)?,
            "env-files" => self.options.env_files = words(),
            "profiles" => self.options.profiles = words(),
            "files" => self.options.files = words(),
            "tracked" => self.options.tracked = words(),
            "also" => self.options.also = words(),
            "fix" if value.trim() == "none" => self.options.unfixed = true,
            _ => {
                self.options.config.push_str(comment);
                self.options.config.push('\n');
            }
        }
        Ok(())
    }

    /// Takes the lines of `error: 3, 7` as expected in the last block.
    fn mark(&mut self, name: &str, value: &str) -> Result<(), String> {
        let Some(severity) = severity(name) else { return Ok(()) };
        let file = self.last_file().ok_or_else(|| format!("`{name}:` stands before the first block"))?;
        for word in value.split(',') {
            let line: u32 = word.trim().parse().map_err(|_| format!("`{word}` is no line"))?;
            if line == 0 || line as usize > file.text.lines().count() {
                return Err(format!("the block has no line {line}"));
            }
            file.expected.insert(line, severity);
        }
        let number = self.number;
        if let Some(example) = self.last_example() {
            example.end = number;
        }
        Ok(())
    }

    fn last_example(&mut self) -> Option<&mut Example> {
        match self.last {
            Last::Nothing => None,
            Last::Single => self.singles.last_mut(),
            Last::Group => Some(&mut self.group),
        }
    }

    fn last_file(&mut self) -> Option<&mut ExampleFile> {
        self.last_example()?.files.last_mut()
    }

    /// A finished block; one outside of Examples and Cases is only shown, and so may be no file of a project.
    fn block(&mut self, fence: FencedBlock) -> Result<(), String> {
        if !SECTIONS.contains(&self.section.as_str()) {
            let is_shown = !fence.info.contains(' ')
                && fence.info != "finding"
                && !fence.text.lines().any(|line| marked(line).is_some());
            return if is_shown { Ok(()) } else { Err(format!("a project under `{}` is never run", self.section)) };
        }
        let mut words = fence.info.split_whitespace().peekable();
        let language = words.next().ok_or("a block names its language")?.to_owned();
        let is_fixed = words.next_if_eq(&"fixed").is_some();
        let path = words.next().map(str::to_owned);
        if words.next().is_some() {
            return Err(format!("`{}` is not `language [fixed] [path]`", fence.info));
        }
        if language == "text" && path.is_none() {
            return Ok(());
        }
        if is_fixed {
            return self.fixed(language, path, fence);
        }
        if language == "finding" {
            return self.finding(fence);
        }
        if path.is_none() && language != "yaml" {
            return Err(format!("a block of `{language}` needs a path"));
        }
        let expected = (1..).zip(fence.text.lines()).filter_map(|(at, line)| Some((at, marked(line)?.1)));
        let file = ExampleFile {
            expected: expected.collect(),
            path: path.clone().unwrap_or_else(|| DEFAULT_PATH.to_owned()),
            language,
            text: fence.text,
            line: fence.line,
        };
        match path {
            None => {
                self.singles.push(Example { files: vec![file], end: self.number, ..Example::default() });
                self.last = Last::Single;
            }
            Some(path) if self.group.files.iter().any(|other| other.path == path) => {
                return Err(format!("`{path}` is given twice under one heading"));
            }
            Some(_) => {
                self.group.files.push(file);
                self.group.end = self.number;
                self.last = Last::Group;
            }
        }
        Ok(())
    }

    /// A block marked `fixed` belongs to the last project; without a path, to its last file.
    fn fixed(&mut self, language: String, path: Option<String>, fence: FencedBlock) -> Result<(), String> {
        let last = self.last_file().ok_or("`fixed` is before the first block")?.path.clone();
        let path = path.unwrap_or(last);
        let example = self.last_example().ok_or("`fixed` is before the first block")?;
        if !example.files.iter().any(|file| file.path == path) {
            return Err(format!("`fixed` names `{path}`, which the project has not"));
        }
        let file = ExampleFile { path, language, text: fence.text, expected: BTreeMap::new(), line: fence.line };
        example.fixed.push(file);
        Ok(())
    }

    /// A block of `finding` belongs to the last project, and follows its files.
    fn finding(&mut self, fence: FencedBlock) -> Result<(), String> {
        let example = self.last_example().ok_or("`finding` is before the first block")?;
        if example.findings.is_some() {
            return Err("a project has one block of `finding`".to_owned());
        }
        example.findings = Some(FindingBlock { text: fence.text, line: fence.line });
        Ok(())
    }

    fn end_heading(&mut self) -> Result<(), String> {
        let group = std::mem::take(&mut self.group);
        let options = std::mem::take(&mut self.options);
        let mut examples = std::mem::take(&mut self.singles);
        if !group.files.is_empty() {
            if !group.files.iter().any(|file| file.language == "yaml") {
                return Err(format!("the project under `{}` has no Compose file", self.heading));
            }
            examples.push(group);
        }
        for mut example in examples {
            example.section.clone_from(&self.section);
            example.heading.clone_from(&self.heading);
            example.options.clone_from(&options);
            self.examples.push(example);
        }
        self.last = Last::Nothing;
        Ok(())
    }
}

fn severity(name: &str) -> Option<Severity> {
    SEVERITIES.into_iter().find(|one| one.name() == name)
}

/// The text before the marker of a line, and what the marker says.
fn marked(line: &str) -> Option<(&str, Severity)> {
    let (text, name) = line.rsplit_once("# ")?;
    Some((text, severity(name)?))
}

/// The text without the markers, and without the blanks before them.
pub fn without_markers(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for line in text.lines() {
        clean.push_str(marked(line).map_or(line, |(text, _)| text.trim_end()));
        clean.push('\n');
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
## Examples

```yaml
a: 1  # error
```
```finding
error[x] compose.yaml:1:1-2 (high)
```
```yaml fixed
a: 2
```

### Two files
<!-- host: { gpus: 1 } -->
<!-- fix: none -->
<!-- env-files: a.env b.env -->

```yaml compose.yaml
b: 1
```
```env a.env
X=
Y=1
```
<!-- warning: 1 -->

## References

```yaml
not: run
```
";

    #[test]
    fn blocks_with_paths_are_one_project_and_others_each_their_own() {
        let examples = parse(TEXT).unwrap();
        assert_eq!(examples.len(), 2);
        assert_eq!(examples[0].files[0].path, "compose.yaml");
        assert_eq!(examples[0].files[0].line, 4);
        assert_eq!(examples[0].files[0].expected, BTreeMap::from([(1, Severity::Error)]));
        assert_eq!(examples[0].end, 5);
        assert_eq!(examples[0].findings.as_ref().map(|block| block.line), Some(7));
        assert_eq!(examples[0].fixed[0].text, "a: 2\n");
        assert_eq!(examples[1].heading, "Two files");
        assert_eq!(examples[1].options.config, "host: { gpus: 1 }\n");
        assert!(examples[1].options.unfixed && !examples[0].options.unfixed);
        assert_eq!(examples[1].options.env_files, ["a.env", "b.env"]);
        assert_eq!(examples[1].files[1].expected, BTreeMap::from([(1, Severity::Warning)]));
        assert_eq!((examples[1].findings.as_ref(), examples[1].end), (None, 25));
        assert!(examples.iter().all(Example::is_reported));
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        let refused = |text: &str| parse(&format!("## Cases\n{text}")).unwrap_err();
        assert_eq!(refused("```env\nA=1\n```\n"), "line 4: a block of `env` needs a path");
        assert_eq!(refused("```yaml\na: 1\n```\n<!-- error: 2 -->\n"), "line 5: the block has no line 2");
        assert_eq!(refused("```env .env\nA=1\n```\n"), "at the end: the project under `` has no Compose file");
        assert_eq!(refused("```yaml fixed\na: 1\n```\n"), "line 4: `fixed` is before the first block");
    }

    #[test]
    fn a_project_stands_where_it_is_run() {
        let refused = |block: &str| parse(&format!("## Fix safety\n{block}")).unwrap_err();
        assert_eq!(refused("```yaml compose.yaml\na: 1\n```\n"), "line 4: a project under `Fix safety` is never run");
        assert_eq!(refused("```yaml\na: 1  # info\n```\n"), "line 4: a project under `Fix safety` is never run");
        assert_eq!(refused("```finding\n```\n"), "line 3: a project under `Fix safety` is never run");
        assert!(parse("## Configuration\n```yaml\nrules: {}\n```\n").is_ok());
    }

    #[test]
    fn markers_go_with_the_blanks_before_them() {
        let text = "a: é  # error\nb: 1 # note\nc: 2  # info\n";
        assert_eq!(without_markers(text), "a: é\nb: 1 # note\nc: 2\n");
    }
}
