//! scratch
use super::tests::convert;
use super::*;
use crate::source::SourceDb;
use crate::yaml::parse;
#[test]
fn scratch() {
    let Ok(list) = std::env::var("SCRATCH") else { return };
    let db = SourceDb::new();
    for line in std::fs::read_to_string(list).unwrap().lines() {
        let Ok(file) = db.load(std::path::Path::new(line)) else {
            println!("@@\t{line}\tNOLOAD");
            continue;
        };
        let source = db.file(file);
        let (tree, findings) = parse(file, &source.text);
        if !findings.is_empty() {
            println!("@@\t{line}\tSYNTAX");
            continue;
        }
        let Some(root) = tree.documents.first() else {
            println!("@@\t{line}\tEMPTY");
            continue;
        };
        println!("@@\t{line}\tOK");
        for v in validate(&convert(&tree, *root)) {
            let at = source.position(v.finding.place.span.start);
            println!(
                "##\t{}\t{}:{}\t{}\t{}\t{}\t{}\t{}",
                v.rejected,
                at.line,
                at.column,
                v.finding.rule,
                v.finding.evidence.as_deref().unwrap_or(""),
                v.finding.message,
                v.finding.help.as_deref().unwrap_or(""),
                v.finding.fix.is_some()
            );
        }
    }
}
