//! stub
#[derive(Debug)]
pub enum ProblemKind { KeyWithSpace, UnexpectedCharacter(char), UnterminatedQuote, InvalidInterpolation, Required { name: String, message: String }, Other }
impl std::fmt::Display for ProblemKind { fn fmt(&self, f:&mut std::fmt::Formatter<'_>)->std::fmt::Result{write!(f,"x")} }
pub struct LineProblem { pub kind: ProblemKind, pub start: u32, pub end: u32 }
pub struct Line { pub key: String, pub key_span: (u32,u32), pub value_span: (u32,u32), pub value: Option<String> }
pub struct EnvFile { pub lines: Vec<Line>, pub problems: Vec<LineProblem> }
pub fn parse(_t: &str, _l: &dyn Fn(&str) -> Option<String>) -> EnvFile { EnvFile { lines: vec![], problems: vec![] } }
