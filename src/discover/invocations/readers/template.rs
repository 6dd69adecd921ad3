//! Expressions that another program replaces before a shell sees the text: `${{ … }}`, `{{ … }}`, `<< … >>`.

use super::super::fragment::Fragment;

/// How many bytes may take the place of expressions before the others stay as they are: values may repeat each other.
const LONGEST: usize = 16 * 1024;

/// A text with the expressions between two marks replaced.
pub(super) fn replace(
    fragment: &Fragment,
    (open, close): (&str, &str),
    value: &mut dyn FnMut(&str) -> String,
) -> Fragment {
    let mut out = Fragment::new(fragment.file);
    let mut at = 0;
    let mut inserted = 0;
    let text = fragment.text.as_str();
    while let Some(found) = text.get(at..).filter(|_| inserted <= LONGEST).and_then(|rest| rest.find(open)) {
        let start = at + found;
        let inner = start + open.len();
        let Some(length) = text.get(inner..).and_then(|rest| rest.find(close)) else { break };
        out.append(fragment.part(at, start));
        let expression = text.get(inner..inner + length).unwrap_or("").trim();
        let value = value(expression);
        inserted += value.len();
        out.push_fixed(&value, fragment.locate(start as u32) as usize);
        at = inner + length + close.len();
    }
    out.append(fragment.part(at, text.len()));
    out
}

/// The same for text that nobody needs the places of.
pub(super) fn replace_text(text: &str, marks: (&str, &str), value: &mut dyn FnMut(&str) -> String) -> String {
    if !text.contains(marks.0) {
        return text.to_owned();
    }
    let fragment = Fragment::from_text(crate::source::FileId::default(), text, 0);
    replace(&fragment, marks, value).text
}

/// The text of a literal in quotes.
pub(super) fn literal(text: &str) -> Option<&str> {
    let text = text.trim();
    let quote = text.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then_some(inner)
}

/// The literal behind `default` in `x | default('y')`, `default "y" .X`.
pub(super) fn default_of(expression: &str) -> Option<&str> {
    let behind = expression.split_once("default")?.1.trim_start_matches(['(', ' ']);
    let quote = behind.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`'))?;
    behind.strip_prefix(quote)?.split_once(quote).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_and_places() {
        let fragment = Fragment::from_text(crate::source::FileId::default(), "a {{ b }}\nc {{d", 10);
        let replaced = replace(&fragment, ("{{", "}}"), &mut |name| format!("<{name}>"));
        assert_eq!(replaced.text, "a <b>\nc {{d");
        assert_eq!(replaced.locate(6), 20);
        assert_eq!(default_of("x | default('y', true)"), Some("y"));
        assert_eq!(default_of(".X | default \"z\""), Some("z"));
        assert_eq!(literal("'a'"), Some("a"));
        assert_eq!(literal("'a' + 'b'"), None);
    }

    #[test]
    fn values_that_double_end() {
        let mut text = "x".to_owned();
        for _ in 0..60 {
            let before = text.clone();
            text = replace_text("{{ a }}{{ a }}", ("{{", "}}"), &mut |_| before.clone());
        }
        assert!(text.len() < 4 * LONGEST, "{}", text.len());
    }
}
