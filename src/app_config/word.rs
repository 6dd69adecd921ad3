//! A word of a configuration, which knows where it is written.

use std::ops::Range;

/// A word, without its quotes.
#[derive(Clone, Debug)]
pub(crate) struct ConfigWord {
    /// Its text, the environment put in.
    pub(crate) text: String,
    /// Its bytes, quotes included.
    pub(crate) span: Range<usize>,
    /// Where the text starts.
    pub(crate) start: usize,
    /// Whether the text is exactly what the file has there.
    pub(crate) exact: bool,
    /// The variables of the environment that were put in.
    pub(crate) environment: Vec<String>,
    /// Whether a variable without a value left a gap.
    pub(crate) gap: bool,
}

impl ConfigWord {
    /// A word with nothing put in.
    pub(crate) fn new(text: String, span: Range<usize>, start: usize, exact: bool) -> ConfigWord {
        ConfigWord { text, span, start, exact, environment: Vec::new(), gap: false }
    }

    /// The bytes of a stretch of its text; all of them where the text is not what the file has.
    pub(crate) fn bytes(&self, stretch: Range<usize>) -> Range<usize> {
        if self.exact { self.start + stretch.start..self.start + stretch.end } else { self.span.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_found_where_the_text_is_what_the_file_has() {
        let quoted = ConfigWord::new("app:80".to_owned(), 10..18, 11, true);
        assert_eq!(quoted.bytes(4..6), 15..17);
        assert_eq!(ConfigWord { exact: false, ..quoted }.bytes(4..6), 10..18);
    }
}
