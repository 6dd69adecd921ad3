//! The command line: arguments become a request, its result becomes output and an exit code.

mod arguments;
mod buffer;
mod changes;
mod check;
mod completion;
mod docker;
mod fixes;
mod keys;
mod ignores;
mod init;
mod known;
mod notes;
mod outputs;
mod progress;
mod projects;
mod rules;
mod shell;
mod stages;
mod variables;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Subcommand};

use crate::compose::spec::schema::{lookup, nearest_path};
use crate::config::{self, Config, Date, FailOn, Pattern};
use crate::finding::{RuleId, Severity};
use crate::guard::{defect, guarded};
use crate::lsp;
use crate::render::{self, Format, RenderOptions};
use crate::report::Report;
use crate::report::suppress::Honoured;
use crate::review::reviewed;
use crate::rules::Rule;
use crate::secrets::masked;
use crate::source::{self, PathKind, SourceDb, normalize, standard_input};
use crate::workspace;
use crate::workspace::Request;
use arguments::{
    Arguments, CliCommand, ColorName, ConfigurationArguments, Draw, OneProject, ProjectArguments, Resolve,
    RulesArguments,
};
use outputs::ReportOutput;

/// Nothing at or above the severity that makes a run fail.
const CLEAN: u8 = 0;
/// Something is, or Compose would reject the project.
const FAILED: u8 = 1;
/// The run could not be made: usage, configuration, or a file that cannot be read.
const BROKEN: u8 = 2;

/// What surrounds the process and changes its output.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The working directory, absolute.
    pub(crate) directory: PathBuf,
    /// Whether standard output is a terminal that understands colours.
    pub(crate) terminal: bool,
    /// The width of that terminal, in columns.
    pub(crate) width: Option<usize>,
    /// Whether `NO_COLOR` is set (<https://no-color.org>).
    pub(crate) no_color: bool,
    /// Whether `FORCE_COLOR` or `CLICOLOR_FORCE` is set to anything but `0`.
    pub(crate) force_color: bool,
    /// Whether `CLICOLOR` is `0` (<https://bixense.com/clicolors/>).
    pub(crate) clicolor_off: bool,
    /// The height of the terminal, in lines.
    pub(crate) height: Option<usize>,
    /// Whether standard error is a terminal that can redraw a line.
    pub(crate) error_terminal: bool,
}

impl Surroundings {
    /// Those of this process.
    ///
    /// # Errors
    /// The working directory cannot be read.
    pub fn from_process() -> io::Result<Surroundings> {
        let forces = |name: &str| source::variable(name).is_some_and(|value| value != "0");
        let can_draw = source::variable("TERM").is_none_or(|name| name != "dumb");
        let terminal = io::stdout().is_terminal() && can_draw;
        let size = terminal_size::terminal_size().filter(|_| terminal);
        Ok(Surroundings {
            directory: source::working_directory()?,
            terminal,
            width: size.map(|(width, _)| usize::from(width.0)),
            height: size.map(|(_, height)| usize::from(height.0)),
            no_color: source::variable("NO_COLOR").is_some(),
            force_color: forces("FORCE_COLOR") || forces("CLICOLOR_FORCE"),
            clicolor_off: source::variable("CLICOLOR").is_some_and(|value| value == "0"),
            error_terminal: io::stderr().is_terminal() && can_draw,
        })
    }

    fn color(&self, wanted: ColorName) -> bool {
        match wanted {
            ColorName::Always => true,
            ColorName::Never => false,
            ColorName::Auto => !self.no_color && (self.force_color || self.terminal && !self.clicolor_off),
        }
    }
}

/// What a command gives back.
#[derive(Default)]
struct CommandOutcome {
    output: String,
    /// The findings, which follow the output.
    report: Option<ReportOutput>,
    errors: String,
    code: u8,
}

impl CommandOutcome {
    fn output(output: String) -> CommandOutcome {
        CommandOutcome { output, ..CommandOutcome::default() }
    }

    fn broken(message: &str) -> CommandOutcome {
        CommandOutcome { errors: message.lines().map(complaint).collect(), code: BROKEN, ..CommandOutcome::default() }
    }
}

/// Runs the program with its arguments, its own name first, and gives its exit code: 0, 1 or 2 as `docs/output.md`
/// says. An output that nobody reads any longer is not an error.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    surroundings: &Surroundings,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> u8 {
    let (arguments, name) = match docker::call(arguments.into_iter().collect()) {
        docker::PluginCall::Command { arguments, name } => (arguments, name),
        docker::PluginCall::Answer(text) => return if write(output, &text).is_ok() { CLEAN } else { BROKEN },
    };
    let answer = match parsed(with_command(arguments, &surroundings.directory), name) {
        Ok(Arguments { command: CliCommand::Lsp { .. } }) => return lsp::serve(output),
        Ok(arguments) => guarded(|| command(arguments.command, surroundings))
            .unwrap_or_else(|| Err(defect("running this command")))
            .unwrap_or_else(|message| CommandOutcome::broken(&message)),
        Err(error) => usage(&error, surroundings),
    };
    tell(&answer, output, errors).unwrap_or_else(|message| {
        // Where standard error fails too there is nobody left to tell.
        let _ = writeln!(errors, "plimsoll: cannot write the output: {message}");
        BROKEN
    })
}

/// Writes an answer, and gives the exit code.
fn tell(answer: &CommandOutcome, output: &mut dyn Write, errors: &mut dyn Write) -> io::Result<u8> {
    write(errors, &answer.errors)?;
    write(output, &answer.output)?;
    let Some(report) = &answer.report else { return Ok(answer.code) };
    let defect = report.write(output)?;
    write(errors, &defect.iter().map(|line| complaint(line)).collect::<String>())?;
    write(errors, &report.stages())?;
    Ok(if defect.is_some() { BROKEN } else { answer.code })
}

/// The arguments of a program that is called by this name.
fn parsed(arguments: Vec<OsString>, name: &'static str) -> Result<Arguments, clap::Error> {
    let mut command = Arguments::command().bin_name(name);
    if name != command.get_name() {
        command = command.override_usage(format!("{name} [check] [OPTIONS] [PATH]...\n       {name} <COMMAND>"));
    }
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// The arguments with `check` before a path or an option that no command precedes: `plimsoll compose.yaml`.
fn with_command(mut arguments: Vec<OsString>, directory: &Path) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|first| is_for_check(&first.to_string_lossy(), directory)) {
        arguments.insert(1, "check".into());
    }
    arguments
}

/// Whether the first argument belongs to `check`. A mistyped command is not a path: clap says which one was meant.
fn is_for_check(first: &str, directory: &Path) -> bool {
    let is_general = matches!(first, "-h" | "--help" | "-V" | "--version" | "help");
    if is_general || first.is_empty() || CliCommand::has_subcommand(first) {
        return false;
    }
    first.starts_with('-')
        || first.contains(['.', '/', '\\'])
        || SourceDb::new().kind(&directory.join(first)) != PathKind::Missing
}

fn write(to: &mut dyn Write, text: &str) -> io::Result<()> {
    unless_closed(to.write_all(text.as_bytes()).and_then(|()| to.flush()))
}

/// An output that nobody reads any longer is written all the same.
fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Help and the version go to standard output; a mistake in the arguments goes to standard error.
fn usage(error: &clap::Error, surroundings: &Surroundings) -> CommandOutcome {
    let text = error.render();
    let hint = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            "\n  tip: to check a file or a directory, give its path: `plimsoll compose.yaml`, `plimsoll check .`\n"
        }
        _ => "",
    };
    let text = if surroundings.color(ColorName::Auto) { text.ansi().to_string() } else { text.to_string() };
    if error.use_stderr() {
        CommandOutcome { errors: text + hint, code: BROKEN, ..CommandOutcome::default() }
    } else {
        CommandOutcome::output(text)
    }
}

fn command(command: CliCommand, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    match command {
        CliCommand::Check(arguments) => check::check(&arguments, surroundings),
        CliCommand::Resolve(arguments) => resolve(arguments, surroundings),
        CliCommand::Projects(arguments) => projects::list(&arguments, surroundings),
        CliCommand::Env(arguments) => variables::list(arguments, surroundings),
        CliCommand::Graph(arguments) => draw(arguments, surroundings),
        CliCommand::Diff(arguments) => changes::list(arguments, surroundings),
        CliCommand::Baseline(arguments) => known::write(arguments, surroundings),
        CliCommand::Init => init::write(surroundings),
        CliCommand::Rules(arguments) => rules(arguments, surroundings),
        CliCommand::Completions { shell } => Ok(CommandOutcome::output(shell::completions(shell))),
        CliCommand::Man { command } => shell::manual(command.as_deref()).map(CommandOutcome::output),
        CliCommand::Lsp { .. } => Ok(CommandOutcome::default()),
        CliCommand::Explain { subject, all, no_pager } => {
            let text = explain(&subject, all)?;
            let is_long = surroundings.height.is_some_and(|height| text.lines().count() >= height);
            match is_long && !no_pager && source::pager::show(&text, &surroundings.directory) {
                true => Ok(CommandOutcome::default()),
                false => Ok(CommandOutcome::output(text)),
            }
        }
    }
}

/// Lists the rules, as the configuration of the working directory and the options have them.
fn rules(arguments: RulesArguments, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let selection = check::selection(&arguments.chosen)?;
    let wanted = WantedRequest { configuration: arguments.configuration, ..WantedRequest::default() };
    let request = request(&sources, wanted, surroundings)?;
    let config = request.config.unwrap_or_default();
    let decide = |rule: &Rule| {
        let decision = selection.decide(rule.id, &config);
        let because = rules::because(&decision, rule.id, &sources, &request.directory);
        rules::ListedRule { document: rule.document, runs: decision.runs, because }
    };
    let listed: Vec<rules::ListedRule> = crate::rules::all().map(decide).collect();
    Ok(CommandOutcome::output(rules::list(&listed, arguments.format)))
}

/// What is written about a rule, or about a key of the specification.
fn explain(subject: &str, all: bool) -> Result<String, String> {
    if let Some(rule) = RuleId::find(subject) {
        let document = rule.document();
        let text = if all { document.text().trim().to_owned() } else { document.explanation() };
        return Ok(rules::explain(document, &text));
    }
    let found = lookup(subject);
    if !found.is_empty() {
        return Ok(keys::explain(&found));
    }
    // Only paths have dots, and only rules have dashes.
    let rule = RuleId::nearest(subject).filter(|_| !subject.contains('.'));
    match (rule.map(|rule| rule.name().to_owned()).or_else(|| nearest_path(subject)), subject.contains('-')) {
        (Some(meant), _) => Err(format!("unknown rule or key `{subject}`; did you mean `{meant}`?")),
        (None, true) => Err(config::unknown_rule(subject)),
        (None, false) => Err(format!("unknown rule or key `{subject}`; run `plimsoll rules` to list all rules")),
    }
}

fn complaint(message: &str) -> String {
    format!("plimsoll: {}\n", render::clean(&masked(message)))
}

/// A project that could not be analysed counts more than what was found in the others.
fn exit_code(report: &Report, fail_on: FailOn) -> u8 {
    if !report.failures.is_empty() {
        return BROKEN;
    }
    match (report.worst(), fail_on) {
        (Some(worst), FailOn::Severity(lowest)) if worst >= lowest => FAILED,
        _ => CLEAN,
    }
}

fn resolve(arguments: Resolve, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let request = request_for_one(&sources, arguments.one, surroundings)?;
    let resolved = workspace::resolve(&sources, &request, arguments.origins)?;
    let report = Report::new(resolved.findings, 1, 0, &sources);
    // What may not be read is an info, and the reason why there is nothing to print.
    let show = if resolved.json.is_some() { Severity::Warning } else { Severity::Info };
    let options = RenderOptions { summary: false, show, ..RenderOptions::new(request.directory.clone()) };
    let errors = render::render(Format::Concise, &report, &sources, &options);
    let code = if resolved.json.is_some() { CLEAN } else { FAILED };
    let mut output = render::escaped_json(resolved.json.unwrap_or_default());
    if !output.is_empty() && !output.ends_with('\n') {
        output.push('\n');
    }
    Ok(CommandOutcome { output, errors, code, ..CommandOutcome::default() })
}

fn request_for_one(sources: &SourceDb, one: OneProject, surroundings: &Surroundings) -> Result<Request, String> {
    let wanted = WantedRequest::one(one.project, one.path);
    Ok(Request { invocation: one.invocation, ..request(sources, wanted, surroundings)? })
}

/// Draws a project; one that Compose would reject is drawn as far as it can be read.
fn draw(arguments: Draw, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let request = request_for_one(&sources, arguments.one, surroundings)?;
    let (graph, findings) = workspace::graph(&sources, &request)?.ok_or("no Compose file found")?;
    let errors = render::render(
        Format::Concise,
        &Report::new(findings, 1, 0, &sources),
        &sources,
        &RenderOptions { summary: false, ..RenderOptions::new(request.directory) },
    );
    let output = render::render_graph(arguments.format, &graph);
    let output = output.ok_or("the project has too many services or links for a drawing; use another `--format`")?;
    Ok(CommandOutcome { output, errors, code: CLEAN, ..CommandOutcome::default() })
}

/// What a request is to be about.
#[derive(Default)]
struct WantedRequest<'a> {
    project: ProjectArguments,
    paths: Vec<PathBuf>,
    configuration: ConfigurationArguments,
    baseline: Option<&'a Path>,
    committed: bool,
}

impl WantedRequest<'_> {
    fn one(project: ProjectArguments, path: Option<PathBuf>) -> WantedRequest<'static> {
        let paths = path.into_iter().collect();
        WantedRequest {
            project,
            paths,
            configuration: ConfigurationArguments::default(),
            baseline: None,
            committed: false,
        }
    }
}

fn request(sources: &SourceDb, wanted: WantedRequest<'_>, surroundings: &Surroundings) -> Result<Request, String> {
    let WantedRequest { project, paths, configuration, baseline, committed } = wanted;
    let directory = &surroundings.directory;
    let mut request = Request {
        directory: directory.clone(),
        paths,
        files: project.files,
        env_files: project.env_files,
        profiles: project.profiles,
        project_directory: project.project_directory,
        project_name: project.project_name,
        use_environment: project.use_environment,
        exclude: patterns(&configuration.exclude, directory)?,
        is_committed: committed,
        named: baseline.map(Path::to_path_buf).into_iter().collect(),
        today: Some(Date::from_days(source::days_since_1970())),
        ..Request::default()
    };
    if let Some(file) = &configuration.config
        && !workspace::is_inside(sources, &request, file)
    {
        // It is the caller's own, and so is what it extends.
        let config = config::load_for(sources, &directory.join(file), directory, crate::rules::options);
        request.config = Some(config.map_err(|error| error.to_string())?);
    }
    workspace::enclose(sources, &request);
    let given = request.paths.iter().chain(&request.files).chain(&request.env_files).chain(&request.project_directory);
    for path in given {
        // `-f -` is standard input, as in docker compose.
        if path != Path::new("-") && sources.kind(&directory.join(path)) == PathKind::Missing {
            return Err(format!("{}: no such file or directory", path.display()));
        }
    }
    if request.files.iter().any(|file| file == Path::new("-")) {
        let text = standard_input().map_err(|error| format!("standard input: {error}"))?;
        sources.overlay(&directory.join("-"), text);
    }
    configure(sources, &mut request, &configuration, baseline)?;
    Ok(request)
}

/// Gives a request its configuration, and says which suppressions hold.
fn configure(
    sources: &SourceDb,
    request: &mut Request,
    configuration: &ConfigurationArguments,
    baseline: Option<&Path>,
) -> Result<(), String> {
    let start = start_of(request);
    if let Some(revision) = &configuration.config_from {
        let reviewed = reviewed(sources, request, &start, revision, baseline)?;
        request.suppressions = Honoured::Reviewed(Arc::new(reviewed));
    }
    if configuration.no_suppressions {
        request.suppressions = Honoured::None;
    }
    request.is_config_fixed =
        configuration.config.is_some() || configuration.no_config || configuration.config_from.is_some();
    match &configuration.config {
        Some(file) if request.config.is_none() => {
            request.config = Some(load_config(sources, &request.directory.join(file))?);
        }
        None if !configuration.no_config => request.config = find_config(sources, &start)?,
        _ => {}
    }
    request.config = config::excluding(request.config.take(), &request.exclude);
    Ok(())
}

/// The patterns of `--exclude`, which start from the working directory.
fn patterns(given: &[String], directory: &Path) -> Result<Vec<Pattern>, String> {
    let pattern = |text: &String| match config::is_pattern(text) {
        true => Ok(Pattern { directory: directory.to_path_buf(), text: text.clone() }),
        false => Err(format!("`--exclude {text}`: not a valid pattern")),
    };
    given.iter().map(pattern).collect()
}

fn load_config(sources: &SourceDb, path: &Path) -> Result<Config, String> {
    config::load(sources, path, crate::rules::options).map_err(|error| error.to_string())
}

fn find_config(sources: &SourceDb, start: &Path) -> Result<Option<Config>, String> {
    config::find(sources, start, crate::rules::options).map_err(|error| error.to_string())
}

/// Where the search for the configuration of a request starts.
fn start_of(request: &Request) -> PathBuf {
    start(&request.directory, request.paths.iter().chain(&request.files))
}

/// Where the search for a configuration starts: what all paths have in common, or the working directory.
fn start<'a>(directory: &Path, paths: impl Iterator<Item = &'a PathBuf>) -> PathBuf {
    let mut common: Option<PathBuf> = None;
    for path in paths {
        let path = normalize(&directory.join(path));
        common = Some(match common {
            None => path,
            Some(common) => common.components().zip(path.components()).map_while(same).collect(),
        });
    }
    common.unwrap_or_else(|| directory.to_path_buf())
}

fn same<'a>((one, other): (std::path::Component<'a>, std::path::Component<'_>)) -> Option<std::path::Component<'a>> {
    (one == other).then_some(one)
}

#[cfg(test)]
mod tests;
