//! `--format html`: one page for the review of a dry run over many files, or many repositories.
//!
//! The page holds its data, style and program, and works from a disk without a network. Texts of Dockerfiles get into the
//! document as text only: the data stand in JSON in which no `<` is left, and the program makes no markup of them.

use serde_json::{Value, json};
use similar::DiffTag;

use super::batch::Batch;
use super::{Report, Verdict, diff, json};
use crate::note::Reason;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const PROGRAM: &str = include_str!("page.js");

/// The page of all files.
pub fn page(batch: &Batch) -> String {
    let unseen = batch.unseen.iter();
    let data = json!({
        "restage": env!("CARGO_PKG_VERSION"),
        "files": batch.reports.iter().map(file).collect::<Vec<_>>(),
        "unseen": unseen.map(|(path, failure)| json!({ "path": path, "message": failure.message })).collect::<Vec<_>>(),
        "reasons": Reason::ALL.iter().map(|reason| json!([reason.id(), reason.meaning()])).collect::<Vec<_>>(),
    });
    let data = serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c");
    // What is put in last is never searched for the marks of the others.
    PAGE.replace("/* style */", STYLE).replace("/* program */", PROGRAM).replace("/* data */", &data)
}

/// What the page shows of a file, beside all that the JSON format tells.
fn file(report: &Report) -> Value {
    let mut value = json::value(report);
    value["before"] = json!(report.before);
    if let Verdict::Converted(rewrite) | Verdict::HeldBack(rewrite) = &report.verdict {
        value["text"] = json!(rewrite.text);
        value["changes"] = json!(changes(&report.before, &rewrite.text));
    }
    // The page makes its own.
    value["diff"] = Value::Null;
    value
}

/// Runs of lines: how many stayed, or how many went and how many came.
fn changes(before: &str, after: &str) -> Vec<[usize; 3]> {
    let (old, new) = (diff::lines(before), diff::lines(after));
    let changes = diff::between(&old, &new);
    changes
        .iter()
        .map(|change| {
            let (went, came) = (change.old_range().len(), change.new_range().len());
            if change.tag() == DiffTag::Equal { [went, 0, 0] } else { [0, went, came] }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Failure;

    #[test]
    fn hostile_text_does_not_leave_the_data() {
        let report = Report {
            path: "</script><script>alert(1)</script>".into(),
            patch_path: "Dockerfile".into(),
            repository: Some("<!--".into()),
            before: "FROM a\n/* program */ /* data */".into(),
            verification: None,
            verdict: Verdict::Failed(Failure::new("<b>")),
        };
        let page = page(&Batch { reports: vec![report], unseen: Vec::new() });
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("<!--") && !page.contains("<b>"));
    }

    #[test]
    fn changes_count_every_line() {
        let changes = changes("a\nb\nc\n", "a\nx\ny\nc\nd\n");
        assert_eq!(changes, [[1, 0, 0], [0, 1, 2], [1, 0, 0], [0, 0, 1]]);
    }

    #[test]
    fn the_page_asks_nobody_for_anything() {
        let page = page(&Batch::default());
        for word in ["http://", "https://", "src=", "@import", "url(", "innerHTML", "fetch("] {
            // the name of SVG's namespace is no address that is asked
            assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(word), "{word}");
        }
    }
}
