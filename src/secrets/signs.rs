//! The characters of a text that secrets have around or in them: most texts lack what a search looks for.

/// Characters that a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signs(u16);

impl Signs {
    pub(super) const DIGIT: Signs = Signs(1);
    /// `=`
    pub(super) const EQUALS: Signs = Signs(1 << 1);
    /// `:`
    pub(super) const COLON: Signs = Signs(1 << 2);
    /// `@`
    pub(super) const AT: Signs = Signs(1 << 3);
    /// `$`
    pub(super) const DOLLAR: Signs = Signs(1 << 4);
    /// `{`
    pub(super) const BRACE: Signs = Signs(1 << 5);
    /// `<`
    pub(super) const LESS: Signs = Signs(1 << 6);
    /// A space or a tab.
    pub(super) const BLANK: Signs = Signs(1 << 7);
    /// `,`
    pub(super) const COMMA: Signs = Signs(1 << 8);
    /// `-`
    pub(super) const DASH: Signs = Signs(1 << 9);
    /// `.`
    pub(super) const DOT: Signs = Signs(1 << 10);

    /// Those of a text.
    pub(super) fn of(text: &str) -> Signs {
        Signs(text.bytes().fold(0, |signs, byte| signs | sign(byte).0))
    }

    /// Whether one of these is among them.
    pub(super) fn have(self, any: &[Signs]) -> bool {
        any.iter().any(|one| self.0 & one.0 != 0)
    }
}

fn sign(byte: u8) -> Signs {
    match byte {
        b'0'..=b'9' => Signs::DIGIT,
        b'=' => Signs::EQUALS,
        b':' => Signs::COLON,
        b'@' => Signs::AT,
        b'$' => Signs::DOLLAR,
        b'{' => Signs::BRACE,
        b'<' => Signs::LESS,
        b' ' | b'\t' => Signs::BLANK,
        b',' => Signs::COMMA,
        b'-' => Signs::DASH,
        b'.' => Signs::DOT,
        _ => Signs(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_texts() {
        assert!(Signs::of("a b").have(&[Signs::DIGIT, Signs::BLANK]));
        assert!(Signs::of("é7").have(&[Signs::DIGIT]));
        assert!(!Signs::of("key").have(&[Signs::DIGIT, Signs::EQUALS, Signs::COLON]));
        assert!(!Signs::of("").have(&[Signs::DASH]));
    }
}
