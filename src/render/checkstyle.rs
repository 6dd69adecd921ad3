//! Checkstyle XML: findings by file, as Jenkins and many other tools read them.

use super::view::View;
use super::xml::escape;

/// The findings that count, of every severity.
pub(super) fn render(view: &View<'_>) -> String {
    let mut output = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n".to_owned();
    for (path, findings) in view.by_file(view.report.active(), |finding| finding) {
        output.push_str(&format!("  <file name=\"{}\">\n", escape(&path)));
        for finding in findings {
            let (at, _) = view.range(finding.place.span);
            output.push_str(&format!(
                "    <error line=\"{}\" column=\"{}\" severity=\"{}\" message=\"{}\" source=\"plimsoll.{}\"/>\n",
                at.line,
                at.column,
                finding.severity.name(),
                escape(&view.message(finding)),
                escape(finding.rule.name()),
            ));
        }
        output.push_str("  </file>\n");
    }
    output.push_str("</checkstyle>\n");
    output
}
