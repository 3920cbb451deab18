//! Lines more for the last stage of a finished file: what an engine found missing, spelled as the plan would spell it.

use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Instruction, Keyword};
use crate::recipe::Manager;
use crate::recipe::command::quoted;
use crate::rewrite::edit::Edits;

/// What the last stage gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// Distribution packages, by name.
    pub packages: Vec<String>,
    /// Absolute paths to take from the stage before, each with an owner, if it needs one.
    pub copies: Vec<(String, Option<String>)>,
}

/// The text with these lines more; `None` where the file has no two stages, or packages are wanted without a manager.
pub fn amend(document: &Document, manager: Option<&Manager>, additions: &Additions) -> Option<String> {
    let instructions = &document.instructions;
    let is_from = |instruction: &&Instruction| instruction.keyword == Keyword::From;
    let last = instructions.iter().rposition(|instruction| is_from(&instruction))?;
    let before = instructions[..last].iter().rfind(is_from)?;
    let stage = stage_name(document, before).unwrap_or_else(|| {
        let count = instructions[..last].iter().filter(is_from).count();
        (count - 1).to_string()
    });
    let mut edits = Edits::default();
    let newline = if document.text().contains("\r\n") { "\r\n" } else { "\n" };
    if !additions.packages.is_empty() {
        let names: Vec<String> = additions.packages.iter().map(|name| quoted(name)).collect();
        let lean = manager?.lean.as_deref().map(|option| format!("{option} ")).unwrap_or_default();
        let install = manager?.install.replace("{packages}", &format!("{lean}{}", names.join(" ")));
        let parts = manager?.update.iter().cloned().chain([install]).chain(manager?.clean.iter().cloned());
        let line = format!("RUN {}", parts.collect::<Vec<_>>().join(&format!(" \\{newline}    && ")));
        edits.insert(after(document, &instructions[last]), format!("{line}{newline}"));
    }
    // what comes from the builder comes last: nothing that the runtime copies later lies over it
    let fills = |instruction: &&Instruction| {
        matches!(instruction.keyword, Keyword::Copy | Keyword::Add | Keyword::Run | Keyword::Workdir)
    };
    let place = instructions[last + 1..].iter().rfind(fills).unwrap_or(&instructions[last]);
    for (path, owner) in &additions.copies {
        let owner = owner.as_ref().map(|owner| format!(" --chown={owner}")).unwrap_or_default();
        let paths = match path.contains([' ', '"', '\\', '$', '[']) {
            true => format!("[{0}, {0}]", serde_json::Value::from(path.as_str())),
            false => format!("{path} {path}"),
        };
        edits.insert(after(document, place), format!("COPY --from={stage}{owner} {paths}{newline}"));
    }
    let ends = document.text().ends_with('\n');
    let text = edits.apply(document.text()).ok()?;
    Some(if ends { text } else { text.trim_end_matches(['\r', '\n']).to_owned() })
}

/// The offset of the line below an instruction.
fn after(document: &Document, instruction: &Instruction) -> usize {
    let end = instruction.block.end;
    let text = document.text();
    if text[..end].ends_with('\n') {
        end
    } else {
        text[end..].find('\n').map_or(text.len(), |at| end + at + 1)
    }
}

/// `AS name`, as written.
fn stage_name(document: &Document, from: &Instruction) -> Option<String> {
    let mut words = document.slice(from.span).split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("as"))?;
    words.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manager() -> Manager {
        Manager {
            name: "apt".to_owned(),
            programs: Vec::new(),
            distributions: Vec::new(),
            upgrade: None,
            update: Some("apt-get update".to_owned()),
            install: "apt-get install -y {packages}".to_owned(),
            lean: Some("--no-install-recommends".to_owned()),
            clean: vec!["rm -rf /var/lib/apt/lists/*".to_owned()],
            data: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn packages_come_first_and_copies_last() {
        let text = "FROM a AS builder\nRUN make\n\nFROM b\nWORKDIR /app\nCOPY . .\nUSER 1\nCMD [\"run\"]";
        let document = Document::parse(text).unwrap();
        let additions = Additions {
            packages: vec!["jq".to_owned(), "git".to_owned()],
            copies: vec![("/data".to_owned(), None), ("/a b".to_owned(), Some("1:1".to_owned()))],
        };
        let amended = amend(&document, Some(&manager()), &additions).unwrap();
        assert_eq!(
            amended,
            "FROM a AS builder\nRUN make\n\nFROM b\nRUN apt-get update \\\n    && apt-get install -y \
             --no-install-recommends jq git \\\n    && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY . .\n\
             COPY --from=builder /data /data\nCOPY --from=builder --chown=1:1 [\"/a b\", \"/a b\"]\nUSER 1\nCMD [\"run\"]"
        );
        assert_eq!(amend(&document, None, &additions), None);
        let single = Document::parse("FROM a\nRUN make\n").unwrap();
        assert_eq!(amend(&single, Some(&manager()), &additions), None);
    }
}
