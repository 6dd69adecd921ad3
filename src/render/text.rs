//! Text for people: each finding with the lines it is about, drawn by miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use textwrap::{WordSeparator, WordSplitter};

use super::excerpt::{Excerpt, Mark, excerpt};
use super::view::{self, View, nothing, plural};
use super::{Paint, RenderOptions, clean, rule_link, shown, statistics};
use crate::finding::{Confidence, Finding, Safety, Severity};
use crate::report::{Compared, Report};

/// Narrower than this, the drawing would not fit.
const LEAST_WIDTH: usize = 40;
/// How many findings that are gone are named.
const GONE: usize = 5;
/// What comes before the second line of a fix.
const FIX_INDENT: &str = "       ";
/// What comes before the second line of invocations.
const ONLY_INDENT: &str = "        ";
/// Columns that a tab reaches to.
const TAB_WIDTH: usize = 4;

/// Every finding that is shown, and a line that sums up.
pub(super) fn render(view: &View<'_>) -> String {
    let (report, options) = (view.report, view.options);
    let mut output = String::new();
    for finding in shown(report, options) {
        output.push_str(&block(finding, view));
        output.push('\n');
    }
    if options.statistics {
        output.push_str(&statistics::table(report, options));
        output.push_str(if options.summary { "\n" } else { "" });
    }
    if options.summary {
        output.push_str(&summary(report, options));
        output.push('\n');
        output.push_str(&report.compared.as_ref().map(|compared| baseline(compared, options)).unwrap_or_default());
        output.push_str(&hints(report, options).unwrap_or_default());
    }
    output
}

/// How many of the findings that are shown can be fixed, and where to read more about the first of the worst.
fn hints(report: &Report, options: &RenderOptions) -> Option<String> {
    let all: Vec<&Finding> = if options.hints { shown(report, options).collect() } else { Vec::new() };
    let worst = all.iter().map(|finding| finding.severity).max()?;
    let first = all.iter().find(|finding| finding.severity == worst)?;
    let within = |safety: Safety| all.iter().filter(|finding| finding.fix_within(safety).is_some()).count();
    let (safe, any) = (within(Safety::Safe), within(Safety::Unsafe));
    let fixable = match (safe, any - safe.min(any)) {
        (0, 0) => None,
        (0, more) => Some(format!("{more} can be fixed with `--fix --unsafe-fixes`")),
        (safe, 0) => Some(format!("{safe} can be fixed with `--fix`")),
        (safe, more) => Some(format!("{safe} can be fixed with `--fix`, {more} more with `--unsafe-fixes`")),
    };
    let more = format!("`plimsoll explain {}` says more", first.rule.name());
    let hints: Vec<String> = fixable.into_iter().chain([more]).collect();
    Some(format!("{}\n", Paint::Dim.on(&hints.join(" · "), options)))
}

/// What a baseline had to say.
fn baseline(compared: &Compared, options: &RenderOptions) -> String {
    let known = format!("{} in the baseline", plural(compared.known, "other"));
    if compared.gone.is_empty() {
        return format!("{}\n", Paint::Dim.on(&known, options));
    }
    let gone = compared.gone.iter().map(|one| clean(&format!("{} in {}", one.rule, one.file)));
    let mut named: Vec<String> = gone.take(GONE).collect();
    if compared.gone.len() > GONE {
        named.push(format!("{} more", compared.gone.len() - GONE));
    }
    let is_gone = if compared.gone.len() == 1 {
        "1 no longer found"
    } else {
        &format!("{} no longer found", compared.gone.len())
    };
    let hint = Paint::Dim.on("· run `plimsoll baseline` to update it", options);
    format!("{known}; {}: {} {hint}\n", Paint::Green.on(is_gone, options), named.join(", "))
}

fn block(finding: &Finding, view: &View<'_>) -> String {
    let options = view.options;
    let excerpt = excerpt(finding, view);
    let hidden = excerpt.hidden_labels;
    let drawing = Drawing {
        message: message(finding, options),
        help: finding.help.as_ref().map(|help| values(&clean(help.for_people()), options)),
        excerpt,
    };
    let handler = GraphicalReportHandler::new_themed(theme(finding, &drawing.excerpt.marks, options))
        .with_width(options.width.max(LEAST_WIDTH))
        .with_wrap_lines(options.wraps)
        // A path or a value that is cut in two can be neither searched for nor copied.
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .tab_width(TAB_WIDTH)
        .with_urls(false)
        .without_primary_span_start()
        .without_syntax_highlighting();
    let mut block = String::new();
    // Writing to a string does not fail.
    let _ = handler.render_report(&mut block, &drawing);
    if hidden > 0 {
        block.push_str(&format!("  {} {} more\n", Paint::Cyan.on("also:", options), places(hidden)));
    }
    if let Some(only) = view.only(finding) {
        let words = values(&clean(&only), options);
        let plain = clean(&only);
        let painted = words.split(' ').map(str::to_owned).collect();
        let words: Vec<&str> = plain.split(' ').collect();
        let lines = wrapped(&words, painted, columns(options, ONLY_INDENT));
        let lines = lines.join(&format!("\n{ONLY_INDENT}"));
        block.push_str(&format!("  {} {lines}\n", Paint::Cyan.on("only:", options)));
    }
    if finding.is_local {
        block.push_str(&format!("  {} {}\n", Paint::Cyan.on("local:", options), view::LOCAL));
    }
    for fix in &finding.fixes {
        let safety = match fix.safety {
            Safety::Safe => "(safe)",
            Safety::Unsafe => "(unsafe: behavior may change)",
            Safety::Display => "(not applied)",
        };
        let plain = clean(fix.title.for_people());
        let words: Vec<&str> = plain.split(' ').chain(safety.split(' ')).collect();
        let title = values(&plain, options);
        let dimmed = safety.split(' ').map(|word| Paint::Dim.on(word, options));
        let painted = title.split(' ').map(str::to_owned).chain(dimmed).collect();
        let lines = wrapped(&words, painted, columns(options, FIX_INDENT));
        let lines = lines.join(&format!("\n{FIX_INDENT}"));
        block.push_str(&format!("  {} {lines}\n", Paint::Green.on("fix:", options)));
    }
    block
}

/// How many columns are left after an indentation.
fn columns(options: &RenderOptions, indent: &str) -> usize {
    match options.wraps {
        true => options.width.saturating_sub(indent.len()).max(LEAST_WIDTH),
        false => usize::MAX,
    }
}

/// Words in lines of at most so many columns; a word is measured as it is without its colours.
fn wrapped(words: &[&str], painted: Vec<String>, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for (word, painted) in words.iter().zip(painted) {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if width + 1 + length <= columns => {
                line.push(' ');
                line.push_str(&painted);
                width += 1 + length;
            }
            _ => {
                lines.push(painted);
                width = length;
            }
        }
    }
    lines
}

fn places(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}

fn message(finding: &Finding, options: &RenderOptions) -> String {
    let message = values(&clean(finding.message.for_people()), options);
    match finding.confidence {
        Confidence::Low => format!("{message} {}", Paint::Dim.on("(low confidence)", options)),
        Confidence::Medium | Confidence::High => message,
    }
}

/// Sets off the values between backticks, word by word, since a line may be wrapped between any two words.
fn values(text: &str, options: &RenderOptions) -> String {
    if !options.color {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for (index, piece) in text.split('`').enumerate() {
        if index > 0 {
            shown.push('`');
        }
        if index % 2 == 0 {
            shown.push_str(piece);
            continue;
        }
        let words: Vec<String> = piece.split(' ').map(|word| Paint::Bold.on(word, options)).collect();
        shown.push_str(&words.join(" "));
    }
    shown
}

/// Colours by meaning: what is wrong in the colour of its severity, what belongs to it in cyan. The words that miette
/// puts before a message are those of the finding, so each finding has a theme of its own.
fn theme(finding: &Finding, marks: &[Mark], options: &RenderOptions) -> GraphicalTheme {
    let mut theme = if options.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let sign = match finding.severity {
        Severity::Error => "×",
        Severity::Warning => "▲",
        Severity::Info => "●",
    };
    let words = format!("{sign} {}[{}]", finding.severity.name(), rule_link(finding.rule.name(), options));
    theme.characters.error = words;
    theme.characters.underline = '━';
    theme.characters.underbar = '┯';
    let style = match finding.severity {
        Severity::Error => theme.styles.error,
        Severity::Warning => theme.styles.warning,
        Severity::Info => theme.styles.advice,
    };
    let style = if options.color { style.bold() } else { style };
    let second = theme.styles.help;
    theme.styles.error = style;
    if options.color {
        theme.styles.help = second.bold();
        theme.styles.link = GraphicalTheme::unicode_nocolor().styles.link.bold();
    }
    theme.styles.highlights = marks.iter().map(|mark| if mark.primary { style } else { second }).collect();
    theme
}

fn summary(report: &Report, options: &RenderOptions) -> String {
    let count = |severity: Severity| report.count(severity);
    let (errors, warnings, infos) = (count(Severity::Error), count(Severity::Warning), count(Severity::Info));
    let mut scope = format!("in {} ({}", plural(report.files, "file"), plural(report.projects, "project"));
    if report.started > report.projects {
        scope.push_str(&format!(", {}", plural(report.started, "invocation")));
    }
    scope.push(')');
    let suppressed = format!("{}{}", not_judged(report, options), suppressed(report, options));
    if report.active().next().is_none() {
        return match report.projects {
            0 => Paint::Yellow.on("No Compose project found", options),
            _ => format!("{} {scope}{suppressed}", Paint::Green.on(&format!("✓ No {}", nothing(report)), options)),
        };
    }
    let part = |severity: Severity, number: usize| {
        let words = plural(number, severity.name());
        if number == 0 { Paint::Dim.on(&words, options) } else { Paint::for_severity(severity).on(&words, options) }
    };
    let counts = [(Severity::Error, errors), (Severity::Warning, warnings), (Severity::Info, infos)];
    let counts = counts.map(|(severity, number)| part(severity, number)).join(", ");
    let unseen: Vec<&str> = [Severity::Warning, Severity::Info]
        .into_iter()
        .filter(|severity| *severity < options.show && count(*severity) > 0)
        .map(Severity::name)
        .collect();
    match unseen.last() {
        Some(lowest) => {
            let hint = Paint::Dim.on(&format!("· `--show {lowest}` shows all of them"), options);
            format!("{counts} {scope}{suppressed} {hint}")
        }
        None => format!("{counts} {scope}{suppressed}"),
    }
}

/// How many Compose files were found and not checked.
fn not_judged(report: &Report, options: &RenderOptions) -> String {
    match report.not_judged {
        0 => String::new(),
        number => format!(" {}", Paint::Dim.on(&format!("· {} not checked", plural(number, "file")), options)),
    }
}

/// How many findings do not count because somebody wrote so, or were there before; a baseline has a line of its own.
fn suppressed(report: &Report, options: &RenderOptions) -> String {
    let (known, suppressed) = view::suppressed(report);
    let known = if report.compared.is_none() { known } else { 0 };
    let parts = [(suppressed, "suppressed"), (known, "known before")].into_iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!(" {}", Paint::Dim.on(&format!("· {count} {word}"), options))).collect()
}

/// A finding as miette sees it.
#[derive(Debug)]
struct Drawing {
    message: String,
    help: Option<String>,
    excerpt: Excerpt,
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.marks.iter().map(|mark| {
            let span = (mark.range.start, mark.range.len());
            match mark.primary {
                true => LabeledSpan::new_primary_with_span(mark.message.clone(), span),
                false => LabeledSpan::new_with_span(mark.message.clone(), span),
            }
        })))
    }
}

/// The parts of an excerpt stand for files: a span gives the part that holds it, whole, whatever context is asked for.
/// A span over two parts gives an error, so that miette draws them apart.
impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let part = self.parts.iter().find(|part| part.range.start <= span.offset() && end < part.range.end);
        let part = part.ok_or(MietteError::OutOfBounds)?;
        let data = self.text.get(part.range.clone()).ok_or(MietteError::OutOfBounds)?;
        // miette counts lines from 0. It joins two contexts when the first is said to reach the second.
        let line = part.first_line.saturating_sub(1) as usize;
        let contents = MietteSpanContents::new_named(
            part.name.clone(),
            data.as_bytes(),
            (part.range.start, part.range.len()).into(),
            line,
            0,
            usize::MAX - line,
        );
        Ok(Box::new(contents))
    }
}
