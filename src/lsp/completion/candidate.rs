//! Something that may be completed, and how the editor is told.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, Documentation, InsertTextFormat, InsertTextMode, MarkupContent, MarkupKind,
    TextEdit,
};

use crate::lsp::dispatch::DocumentPlace;

/// Something that may be completed.
#[derive(Clone, Debug)]
pub(super) struct CompletionCandidate {
    pub(super) label: String,
    /// What is written.
    pub(super) text: String,
    pub(super) kind: CompletionItemKind,
    /// A few words about it.
    pub(super) detail: Option<String>,
    /// More about it, in Markdown.
    pub(super) documentation: Option<String>,
}

impl CompletionCandidate {
    /// Something that is written as it is shown.
    pub(super) fn new(label: impl Into<String>, kind: CompletionItemKind) -> CompletionCandidate {
        let label = label.into();
        CompletionCandidate { text: label.clone(), label, kind, detail: None, documentation: None }
    }

    #[must_use]
    pub(super) fn writes(self, text: impl Into<String>) -> CompletionCandidate {
        CompletionCandidate { text: text.into(), ..self }
    }

    #[must_use]
    pub(super) fn detail(self, detail: impl Into<String>) -> CompletionCandidate {
        CompletionCandidate { detail: Some(detail.into()), ..self }
    }

    #[must_use]
    pub(super) fn documentation(self, text: impl Into<String>) -> CompletionCandidate {
        CompletionCandidate { documentation: Some(text.into()), ..self }
    }
}

/// A candidate as the protocol has it, in place of some bytes; `index` is its rank.
pub(super) fn item(
    one: CompletionCandidate,
    (start, end): (usize, usize),
    index: usize,
    at: DocumentPlace<'_>,
) -> CompletionItem {
    let range = at.page().range((start as u32, end as u32));
    let documentation = one.documentation.map(|value| match at.client.markdown_completion {
        true => MarkupContent { kind: MarkupKind::Markdown, value }.into(),
        false => Documentation::String(value.replace(['`', '*'], "")),
    });
    CompletionItem {
        filter_text: Some(one.label.clone()),
        label: one.label,
        kind: Some(one.kind),
        detail: one.detail,
        documentation,
        sort_text: Some(format!("{index:04}")),
        insert_text_format: Some(InsertTextFormat::PlainText),
        insert_text_mode: Some(InsertTextMode::AsIs),
        text_edit: Some(TextEdit { range, new_text: one.text }.into()),
        ..CompletionItem::default()
    }
}
