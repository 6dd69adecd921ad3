//! Env files in Compose's dialect: every assignment with its spans, and every reason why Compose rejects the file.

mod escape;
mod placeholder;
mod read;

pub(crate) use placeholder::{is_placeholder, is_placeholder_as_whole};

use crate::text::template::{SubstitutionOperator, SubstitutionOutcome};

/// Words in the name of a file that is an example of an env file (`.env.example`, `sample.env`).
pub(crate) const EXAMPLE_WORDS: [&str; 9] =
    ["example", "examples", "sample", "template", "dist", "tmpl", "tpl", "default", "defaults"];

/// What an env file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvFileRole {
    /// Interpolation: `.env`, `--env-file`, `env_file` of an `include`. A bare `KEY` takes what `first` gives, else what
    /// was assigned above or in an earlier file.
    Project,
    /// A container: `env_file` of a service, or a label file. A bare `KEY` takes what `first` gives and nothing else.
    Service,
}

/// The variables that are known outside of the file.
#[derive(Clone, Copy)]
pub(crate) struct KnownVariables<'a> {
    /// Wins over the file itself. For [`EnvFileRole::Project`] the shell's environment; for [`EnvFileRole::Service`] the project's
    /// environment, then the service's own `environment`.
    pub(crate) first: &'a dyn Fn(&str) -> Option<String>,
    /// Asked last: what the env files before this one have assigned.
    pub(crate) earlier: &'a dyn Fn(&str) -> Option<String>,
}

/// One assignment. All spans are bytes of the file, half open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DotenvLine {
    /// The name. Empty for `=value`, and for a bare `KEY` that ends the file without a line break: Compose takes that
    /// for the value of a variable without a name, so `KEY` stays unset.
    pub(crate) key: String,
    /// Where the name is.
    pub(crate) key_span: (u32, u32),
    /// The value as written, quotes included; empty behind the `=` where there is none, empty behind a bare `KEY`.
    pub(crate) value_span: (u32, u32),
    /// The value after expansion; `None` for a bare `KEY` that nothing resolves: no assignment takes place.
    pub(crate) value: Option<String>,
    /// There is only a `KEY`.
    pub(crate) bare: bool,
    /// The quote around the value.
    pub(crate) quote: Option<char>,
    /// It starts with `export`.
    pub(crate) export: bool,
    /// The variables in the value.
    pub(crate) uses: Vec<VariableUse>,
    /// The comment that ends the line, from its `#`.
    pub(crate) comment: Option<(u32, u32)>,
}

/// One use of a variable in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VariableUse {
    /// The name, as written.
    pub(crate) name: String,
    /// First byte of the `${…}` or `$name` in the file.
    pub(crate) start: u32,
    /// The byte after its last one.
    pub(crate) end: u32,
    /// The operator, if there is one.
    pub(crate) operator: Option<SubstitutionOperator>,
    /// What became of it.
    pub(crate) outcome: SubstitutionOutcome,
    /// False in a default that was not taken.
    pub(crate) effective: bool,
}

/// Why Compose rejects an env file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// A name with a space in it.
    KeyWithSpace,
    /// A character that no name may hold, before any `=` or `:`.
    UnexpectedCharacter(char),
    /// A quoted value whose quote never closes.
    UnterminatedQuote,
    /// A `${` that starts no variable.
    InvalidInterpolation,
    /// `?` or `:?` failed.
    Required {
        /// The variable.
        name: String,
        /// The message, other variables in it by their names; may be empty.
        message: String,
    },
    /// An `export` with nothing but blanks up to the end of the file.
    ExportOfNothing,
}

/// One reason, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineProblem {
    /// The reason.
    pub(crate) kind: ProblemKind,
    /// What is written in place of the name.
    pub(crate) key: String,
    /// First byte.
    pub(crate) start: u32,
    /// The byte after the last one.
    pub(crate) end: u32,
}

/// An env file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DotenvFile {
    /// All assignments in order; of those with the same name the last one that has a value wins.
    pub(crate) lines: Vec<DotenvLine>,
    /// Not empty if and only if Compose rejects the file; Compose stops at the first.
    pub(crate) problems: Vec<LineProblem>,
    /// How many bytes the values have.
    pub(crate) expanded_bytes: usize,
    /// Whether these are too many, so that variables count as blank.
    pub(crate) is_cut: bool,
}

/// Reads an env file. Where Compose would stop, the reason is noted and reading goes on at the next line.
pub(crate) fn parse(text: &str, role: EnvFileRole, known: KnownVariables<'_>) -> DotenvFile {
    read::read(text, role, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads with `S` set to `sh$ell` first and `F` set to `earlier` by an earlier file.
    fn read(text: &str, role: EnvFileRole) -> DotenvFile {
        let first = |name: &str| (name == "S").then(|| "sh$ell".to_owned());
        let earlier = |name: &str| (name == "F").then(|| "earlier".to_owned());
        parse(text, role, KnownVariables { first: &first, earlier: &earlier })
    }

    fn check(text: &str, expect: &[(&str, Option<&str>)]) {
        let file = read(text, EnvFileRole::Project);
        let seen: Vec<_> = file.lines.iter().map(|line| (line.key.as_str(), line.value.as_deref())).collect();
        assert_eq!((seen.as_slice(), file.problems.as_slice()), (expect, [].as_slice()), "{text:?}");
    }

    /// Each line was tried on docker compose 2.40.3.
    #[test]
    fn assignments_give_what_compose_gives() {
        for (text, expect) in [
            ("A = 1 \nexport\tB: 2\r\n", [("A", Some("1")), ("B", Some("2"))].as_slice()),
            ("\u{feff}# é\n\n  # c\n\t A=é\u{2003}\n", &[("A", Some("é"))]),
            ("exportA=1\nA.B-c[0]=2\n=v", &[("exportA", Some("1")), ("A.B-c[0]", Some("2")), ("", Some("v"))]),
            ("A==\nU=http://x/?a=b:c\n", &[("A", Some("=")), ("U", Some("http://x/?a=b:c"))]),
            ("A=\r\nB=\n", &[("A", Some("")), ("B", Some(""))]),
            (
                "A=x # c\nB=x#c\nC=x\t# c\nD= # c\n",
                &[("A", Some("x")), ("B", Some("x#c")), ("C", Some("x\t# c")), ("D", Some("# c"))],
            ),
            ("A=a\\n'b'\\\nB=`x`", &[("A", Some("a\\n'b'\\")), ("B", Some("`x`"))]),
            (
                "A='1' # c\nB=\"2\"#c\nC='3' D=4",
                &[("A", Some("1")), ("B", Some("2")), ("C", Some("3")), ("D", Some("4"))],
            ),
            ("A='l1\nl2'\nB=\"l1\r\nl2\"", &[("A", Some("l1\nl2")), ("B", Some("l1\r\nl2"))]),
            ("A='a\\nb\\'c\\\\d$S${}'", &[("A", Some("a\\nb'c\\\\d$S${}"))]),
            (
                "A=$S$$S\nB=\"$S$$S\\$S\"\nC=\\$S",
                &[("A", Some("sh$ell$S")), ("B", Some("sh$ell$S$S")), ("C", Some("\\sh$ell"))],
            ),
            (
                "S=file\nA=$S\nF=file\nB=$F\n",
                &[("S", Some("file")), ("A", Some("sh$ell")), ("F", Some("file")), ("B", Some("file"))],
            ),
            ("A=$B$F\nB=1\nB=$B$B\n", &[("A", Some("earlier")), ("B", Some("1")), ("B", Some("11"))]),
            ("export\nA=1", &[("", None), ("A", Some("1"))]),
            ("K=-----BEGIN\nMIIB\nQQ==\n", &[("K", Some("-----BEGIN")), ("MIIB", None), ("QQ", Some("="))]),
        ] {
            check(text, expect);
        }
    }

    #[test]
    fn escapes_in_double_quotes_give_what_compose_gives() {
        check(r#"A="a\nb\t\"\\\c\z\a""#, &[("A", Some("a\nb\t\"\\\\c\\z\u{7}"))]);
        check(
            r#"A="\0101\0377\01234" B="\0\012\08\0400\0129""#,
            &[("A", Some("A\u{ff}S4")), ("B", Some("\\\\12\\8\\400\\129"))],
        );
    }

    #[test]
    fn a_bare_key_takes_what_its_role_knows() {
        let text = "S\nF\nA=1\nA\nN\r\n";
        let values = |role| read(text, role).lines.into_iter().map(|line| (line.bare, line.value)).collect::<Vec<_>>();
        let some = |value: &str| Some(value.to_owned());
        let project = [some("sh$ell"), some("earlier"), some("1"), some("1"), None];
        let service = [some("sh$ell"), None, some("1"), None, None];
        let bare = [true, true, false, true, true];
        assert_eq!(values(EnvFileRole::Project), bare.into_iter().zip(project).collect::<Vec<_>>());
        assert_eq!(values(EnvFileRole::Service), bare.into_iter().zip(service).collect::<Vec<_>>());
    }

    #[test]
    fn a_bare_key_at_the_end_of_the_file_is_the_value_of_no_name() {
        check("A=1\nexport S", &[("A", Some("1")), ("", Some("S"))]);
        let file = read("S", EnvFileRole::Service);
        assert_eq!((file.lines[0].bare, file.lines[0].key_span, file.lines[0].value_span), (false, (0, 0), (0, 1)));
    }

    #[test]
    fn reading_goes_on_behind_a_problem() {
        let required = |message: &str| ProblemKind::Required { name: "Q".to_owned(), message: message.to_owned() };
        for (text, problem, expect) in [
            ("é B=1\nZ=1", (ProblemKind::KeyWithSpace, "é B"), Some("1")),
            ("A B\r\nZ=1", (ProblemKind::KeyWithSpace, "A B"), Some("1")),
            ("é/x=1\nZ=1", (ProblemKind::UnexpectedCharacter('/'), "/"), Some("1")),
            ("K # c\nZ=1", (ProblemKind::UnexpectedCharacter('#'), "#"), Some("1")),
            ("A=\"1\" é\\x\nZ=1", (ProblemKind::UnexpectedCharacter('\\'), "\\"), Some("1")),
            ("A\u{2003}=1\nZ=1", (ProblemKind::UnexpectedCharacter('\u{2003}'), "\u{2003}"), Some("1")),
            ("A='é\\' \r\nZ=1", (ProblemKind::UnterminatedQuote, "'é\\'"), Some("1")),
            ("A=é${!}\nZ=1", (ProblemKind::InvalidInterpolation, "${!}"), Some("1")),
            ("Z=\"é\\n${Q:?no $S}\"\r\n", (required("no ${S}"), "${Q:?no $S}"), Some("é\n")),
            ("Z=1\nexport ", (ProblemKind::ExportOfNothing, "export"), Some("1")),
        ] {
            let file = read(text, EnvFileRole::Service);
            let seen: Vec<_> = file
                .problems
                .iter()
                .map(|it| (it.kind.clone(), text.get(it.start as usize..it.end as usize).unwrap()))
                .collect();
            assert_eq!(seen, [problem], "{text:?}");
            let last = file.lines.iter().rfind(|line| line.key == "Z").unwrap();
            assert_eq!(last.value.as_deref(), expect, "{text:?}");
        }
    }

    #[test]
    fn spans_are_bytes_of_the_file() {
        let text = "\u{feff}é=1\r\nexport A = \"\\té\\$x ${S:-\\\"}$N\" # ü \r\nB=é $S # c\r\nC= \r\nS\r\n";
        let file = read(text, EnvFileRole::Project);
        let slice = |(start, end): (u32, u32)| text.get(start as usize..end as usize).unwrap();
        let seen: Vec<_> = file
            .lines
            .iter()
            .map(|line| (slice(line.key_span), slice(line.value_span), line.comment.map(slice), line.quote))
            .collect();
        let expect = [
            ("é", "1", None, None),
            ("A", "\"\\té\\$x ${S:-\\\"}$N\"", Some("# ü"), Some('"')),
            ("B", "é $S", Some("# c"), None),
            ("C", "", None, None),
            ("S", "", None, None),
        ];
        assert_eq!(seen, expect);
        assert_eq!(file.lines.iter().map(|line| line.export).collect::<Vec<_>>(), [false, true, false, false, false]);
        assert_eq!(file.lines[1].value.as_deref(), Some("\té$x sh$ell"));
        let uses = file.lines.iter().flat_map(|line| &line.uses);
        let uses: Vec<_> = uses.map(|it| (it.name.as_str(), slice((it.start, it.end)), it.outcome)).collect();
        let expect = [
            ("S", "${S:-\\\"}", SubstitutionOutcome::Value),
            ("N", "$N", SubstitutionOutcome::Unset),
            ("S", "$S", SubstitutionOutcome::Value),
        ];
        assert_eq!(uses, expect);
        assert_eq!(file.lines[3].value_span, (file.lines[3].key_span.1 + 1, file.lines[3].key_span.1 + 1));
    }

    #[test]
    fn values_that_double_do_not_grow_without_bound() {
        let text = (1..200).fold("A0=0123456789abcdef\n".to_owned(), |text, n| {
            let before = n - 1;
            text + &format!("A{n}=$A{before}$A{before}\n")
        });
        let total: usize =
            read(&text, EnvFileRole::Service).lines.iter().flat_map(|line| &line.value).map(String::len).sum();
        assert!(total < 20 * 1024 * 1024, "{total}");
    }
}
