//! `--format markdown`: the body of a pull request, in the three parts that reviewers ask for: what changed, to what effect,
//! and that it behaves as before.

use std::fmt::Write as _;

use super::batch::Batch;
use super::behaviour::{self, Property};
use super::place::Place;
use super::{Class, Report, Verdict, shown};
use crate::note::{Level, Safety};
use crate::pipeline::{Placement, Rewrite};

/// The body for all files.
pub fn body(batch: &Batch) -> String {
    let converted: Vec<(&Report, &Rewrite)> = batch
        .reports
        .iter()
        .filter_map(|report| report.conversion().map(|rewrite| (report, rewrite)))
        .collect();
    let mut out = String::new();
    if converted.is_empty() {
        out += "No Dockerfile was changed.\n";
    } else {
        changed(&mut out, &converted);
        effect(&mut out, &converted);
        behaves(&mut out, &converted);
        to_check(&mut out, &converted);
    }
    left_alone(&mut out, batch);
    out
}

fn changed(out: &mut String, converted: &[(&Report, &Rewrite)]) {
    let count = match converted.len() {
        1 => "One Dockerfile now builds".to_owned(),
        many => format!("{many} Dockerfiles now build"),
    };
    let _ = writeln!(
        out,
        "## What changed\n\n{count} in one stage and ships another: compilers, headers and caches stay behind in the builder.\n"
    );
    for (report, rewrite) in converted {
        let base = behaviour::first_image(&report.before).unwrap_or_default();
        let _ = writeln!(
            out,
            "- {}: built on {}, shipped on {}",
            code(&report.path),
            code(&base),
            code(&rewrite.runtime_image)
        );
    }
    for (report, rewrite) in converted {
        let _ = writeln!(
            out,
            "\n<details><summary>Where each line of {} went, and why</summary>\n\n| line | instruction | stage | why |\n| ---: | --- | --- | --- |",
            html(&report.path)
        );
        for row in &rewrite.explanation {
            let line = row.span.map(|span| Place::of(&report.before, span).line.to_string());
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                line.unwrap_or_else(|| "new".to_owned()),
                cell(&code(&row.text)),
                row.placement.as_str(),
                cell(&prose(&row.why))
            );
        }
        *out += "\n</details>\n";
    }
}

fn effect(out: &mut String, converted: &[(&Report, &Rewrite)]) {
    *out += "\n## Effect\n\n| Dockerfile | stays in the builder | ships |\n| --- | --- | --- |\n";
    for (report, rewrite) in converted {
        let of = |placement| {
            rewrite.explanation.iter().filter(move |row| row.placement == placement && row.span.is_some())
        };
        let builder =
            of(Placement::Builder).filter(|row| !row.text.to_ascii_uppercase().starts_with("FROM ")).count();
        let base = behaviour::first_image(&report.before).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | {} and {} | {} |",
            cell(&code(&report.path)),
            cell(&code(&base)),
            counted(builder, "instruction"),
            cell(&code(&rewrite.runtime_image))
        );
    }
    *out += "\nSizes are not measured here. To compare them, build both and ask for their size:\n\n```sh\n";
    for (report, _) in converted.iter().take(1) {
        let _ = writeln!(
            out,
            "git show HEAD:{path} | docker build -q -t before -f - {folder}\ndocker build -q -t after -f {path} {folder}\ndocker image inspect --format '{{{{.RepoTags}}}} {{{{.Size}}}}' before after",
            path = shell(&report.path),
            folder = shell(folder(&report.path)),
        );
    }
    *out += "```\n";
}

fn behaves(out: &mut String, converted: &[(&Report, &Rewrite)]) {
    *out += "\n## Behaviour\n\n";
    for (report, rewrite) in converted {
        let properties = behaviour::compare(&report.before, &rewrite.text);
        let (same, other): (Vec<&Property>, Vec<&Property>) =
            properties.iter().partition(|property| property.is_same());
        let names: Vec<&str> = same.iter().map(|property| property.name).collect();
        let told = if names.is_empty() {
            "as the base image has it".to_owned()
        } else {
            format!("the same {}", names.join(", "))
        };
        let _ = writeln!(out, "- {}: {told}", code(&report.path));
        for property in other {
            let value = |value: &Option<String>| value.as_deref().map_or("none".to_owned(), code);
            let _ = writeln!(
                out,
                "  - {}: {} is now {}",
                property.name,
                value(&property.before),
                value(&property.after)
            );
        }
    }
    *out += "\nHow it was checked: restage read the new file again with two parsers, ran both files on paper, and found each program, \
             library, file, user and variable that the old image needs in the new one, at the same path. It did not build the images.\n";
}

fn to_check(out: &mut String, converted: &[(&Report, &Rewrite)]) {
    let open = converted.iter().filter(|(_, rewrite)| rewrite.safety() == Safety::NeedsReview);
    let mut begun = false;
    for (report, rewrite) in open {
        if !begun {
            *out += "\n## To check\n\nThe conversion rests on these assumptions, which the files at hand do not prove:\n\n";
            begun = true;
        }
        for note in rewrite.notes.iter().filter(|note| note.level == Level::Assumption) {
            let line = note.span.map(|span| format!(":{}", Place::of(&report.before, span).line));
            let place = format!("{}{}", report.path, line.unwrap_or_default());
            let help = note.help.as_ref().map(|help| format!(" ({})", prose(help))).unwrap_or_default();
            let _ =
                writeln!(out, "- [ ] {} {}{help} `{}`", code(&place), prose(&note.message), note.reason.id());
        }
    }
    if !begun {
        *out += "\nNothing rests on an assumption.\n";
    }
}

fn left_alone(out: &mut String, batch: &Batch) {
    let told: Vec<&Report> = batch
        .reports
        .iter()
        .filter(|report| matches!(report.class(), Class::Refused | Class::HeldBack | Class::Failed))
        .collect();
    if told.is_empty() && batch.unseen.is_empty() {
        return;
    }
    *out += "\n## Left as it is\n\n";
    for report in told {
        let why = match (&report.verdict, report.notes().iter().find(|note| note.level >= Level::Assumption))
        {
            (Verdict::Failed(failure), _) => prose(&failure.message),
            (_, Some(note)) => format!("{} `{}`", prose(&note.message), note.reason.id()),
            (_, None) => String::new(),
        };
        let _ = writeln!(out, "- {}: {why}", code(&report.path));
    }
    for (path, failure) in &batch.unseen {
        let _ = writeln!(out, "- {}: {}", code(path), prose(&failure.message));
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

/// A code span that holds any text.
fn code(text: &str) -> String {
    let text = shown::line(&text.replace(['\n', '\r', '\t'], " "));
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text in which nothing is markup but its own code spans: no image, link, mention, tag or heading.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in shown::line(&text.replace(['\n', '\r', '\t'], " ")).split('`').enumerate() {
        if index % 2 == 1 {
            out += &code(part);
            continue;
        }
        for letter in part.chars() {
            match letter {
                '<' => out += "&lt;",
                '>' => out += "&gt;",
                // a mention would call people to every pull request of a campaign
                '@' => out += "@\u{200b}",
                '*' | '_' | '[' | ']' | '!' | '#' | '|' | '~' | '\\' => out.extend(['\\', letter]),
                _ => out.push(letter),
            }
        }
    }
    out
}

/// Text of a table's cell.
fn cell(markdown: &str) -> String {
    markdown.replace("\\|", "|").replace('|', "\\|")
}

/// Text inside of an HTML element.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@\u{200b}")
}

/// A word of a shell.
fn shell(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._/".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(
            prose("<img src=x> @all ![a](b) `x|y`"),
            "&lt;img src=x&gt; @\u{200b}all \\!\\[a\\](b) `x|y`"
        );
        assert_eq!(cell(&code("a | b")), "`a \\| b`");
        assert_eq!(shell("it's; rm"), "'it'\\''s; rm'");
    }

    #[test]
    fn nothing_to_say() {
        assert_eq!(body(&Batch::default()), "No Dockerfile was changed.\n");
    }
}
