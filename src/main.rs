//! The `plimsoll` program.
use plimsoll::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut files = vec![];
    let mut i = 2;
    while i < args.len() { if args[i] == "-f" { files.push(std::path::PathBuf::from(&args[i+1])); i += 1; } i += 1; }
    let sources = source::SourceDb::new();
    let cwd = std::env::current_dir().unwrap();
    let mut variables = vec![("PWD".to_string(), cwd.display().to_string())];
    for k in ["HOME", "PATH"] { if let Ok(v) = std::env::var(k) { variables.push((k.into(), v)); } }
    let around = discover::Surroundings { directory: cwd, variables };
    let Some(entry) = discover::selected(&sources, &discover::Selection { files, ..Default::default() }, &around) else { std::process::exit(1) };
    let trees = project::trees::Trees::default();
    let (project, findings) = project::load(&sources, &trees, &entry);
    for f in &findings { let s = sources.file(f.place.span.file); let p = s.position(f.place.span.start); eprintln!("{}:{}:{}: {} [{}]", s.path.display(), p.line, p.column, f.message, f.rule); }
    if project.rejected { std::process::exit(1) }
    println!("{{}}");
}
