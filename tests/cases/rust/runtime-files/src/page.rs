//! Fills a template.

/// Replaces `{{name}}` by the value of `name = "value"` in the configuration, and `{{path}}` by the path.
pub fn fill(template: &str, config: &str, path: &str) -> String {
    let lines = config.lines().filter_map(|line| line.split_once(" = "));
    let text = lines.fold(template.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value.trim_matches('"'))
    });
    text.replace("{{path}}", path)
}
