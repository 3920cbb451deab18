//! Compose files beside the Dockerfile: words of the commands and health checks that they start in the image.
//!
//! Read as text, line by line: a hint of which programs the image has to keep, never a proof.

use super::{Context, path};

/// Keys whose value is started in a container.
const STARTS: [&str; 3] = ["test:", "command:", "entrypoint:"];

/// Words after the keys that start something, with the file they stand in.
pub fn started_words(context: &Context) -> Vec<(String, String)> {
    let is_compose = |file: &str| {
        let name = path::name(file);
        (name.contains("compose") || name.starts_with("docker-stack"))
            && (name.ends_with(".yml") || name.ends_with(".yaml"))
    };
    let files = context.below("").map(|entry| entry.path.as_str()).filter(|file| is_compose(file));
    let texts = files.filter_map(|file| Some((file, context.text(file)?)));
    let words = texts.flat_map(|(file, text)| {
        let words = words(&text);
        words.into_iter().map(|word| (word, file.to_owned())).collect::<Vec<_>>()
    });
    words.collect()
}

/// Words of one file: on the line of a key, and in the list below it.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_list = false;
    for line in text.lines().map(str::trim) {
        let value = STARTS.iter().find_map(|key| line.strip_prefix(key));
        let rest = match value {
            Some(rest) => rest,
            None if in_list && line.starts_with("- ") => &line[2..],
            None => {
                in_list = false;
                continue;
            }
        };
        in_list = true;
        let separators = [' ', '"', '\'', '[', ']', ',', ';', '|', '&', '(', ')'];
        found.extend(rest.split(separators).filter(|word| !word.is_empty()).map(str::to_owned));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_health_check_is_read_in_both_forms() {
        let inline = "services:\n  web:\n    healthcheck:\n      test: [\"CMD\", \"curl\", \"-f\", \"http://localhost\"]\n";
        let listed = "    test:\n      - CMD\n      - wget\n    interval: 5s\n    - nc\n";
        assert!(words(inline).contains(&"curl".to_owned()));
        assert_eq!(words(listed), ["CMD", "wget"]);
    }
}
