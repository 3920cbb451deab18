//! Compose files beside the Dockerfile: what their services start in the image that it builds.
//!
//! They are read even where `.dockerignore` hides them, for they stand beside the image, not in it.

use super::yaml::{Place, Yaml};
use super::{Context, path};
use std::collections::BTreeSet;

/// What one service starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Context path of the compose file.
    pub file: String,
    /// `entrypoint:`, which takes the place of the image's own.
    pub entrypoint: Option<Start>,
    /// `command:`, which takes the place of the image's CMD.
    pub command: Option<Start>,
    /// `healthcheck:`.
    pub healthcheck: Option<Start>,
}

/// Words that are started, or a line for the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Line of the file where they begin.
    pub line: usize,
    /// The words; for the shell, the one line.
    pub words: Vec<String>,
    /// Whether the shell reads it.
    pub shell: bool,
}

/// Whether a file is read as a compose file, by its name.
pub(super) fn is_compose(file: &str) -> bool {
    let name = path::name(file);
    (name.contains("compose") || name.starts_with("docker-stack"))
        && (name.ends_with(".yml") || name.ends_with(".yaml"))
}

/// The services that run an image built of this Dockerfile (`text`), or one that may be.
pub fn services(context: &Context, text: &str) -> Vec<Service> {
    let files = context.below("").map(|entry| &entry.path).chain(context.beside.keys());
    let files: Vec<&String> = files.filter(|file| is_compose(file)).collect();
    let read = |file: &&String| {
        let bytes = context.bytes(file).or_else(|| context.beside_bytes(file))?;
        Some(of_file(context, text, file, &String::from_utf8(bytes).ok()?))
    };
    files.iter().filter_map(read).flatten().collect()
}

fn of_file(context: &Context, dockerfile: &str, file: &str, text: &str) -> Vec<Service> {
    let Some(yaml) = Yaml::parse(text) else { return Vec::new() };
    let root = yaml.root();
    // before there was a version, services stood at the top
    let services = root.get("services").unwrap_or(root);
    let is_built = |service: Place<'_>| {
        service.get("build").is_some_and(|build| may_be(context, dockerfile, file, build))
    };
    let image = |service: Place<'_>| service.get("image").and_then(Place::text).map(str::to_owned);
    let built = services.pairs().filter(|(_, service)| is_built(*service));
    let images: BTreeSet<String> = built.filter_map(|(_, service)| image(service)).collect();
    let is_ours = |(_, service): &(&str, Place<'_>)| {
        let base =
            service.get("extends").and_then(|extends| extends.get("service").unwrap_or(extends).text());
        let base = base.and_then(|name| services.get(name));
        is_built(*service)
            || base.is_some_and(is_built)
            || (service.get("build").is_none() && image(*service).is_some_and(|name| images.contains(&name)))
            // one file adds to another, which says what is built
            || (service.get("build").is_none() && service.get("image").is_none() && base.is_none())
    };
    let ours = services.pairs().filter(is_ours).map(|(_, service)| Service {
        file: file.to_owned(),
        entrypoint: service.get("entrypoint").and_then(start),
        command: service.get("command").and_then(start),
        healthcheck: service.get("healthcheck").and_then(|check| check.get("test")).and_then(health),
    });
    ours.collect()
}

/// Whether `build:` may be of this Dockerfile: it is not, where it stands in a folder of its own, or is another text.
fn may_be(context: &Context, dockerfile: &str, file: &str, build: Place<'_>) -> bool {
    let folder = build.text().or_else(|| build.get("context")?.text()).unwrap_or(".");
    let Some(folder) = path::join(path::parent(file).unwrap_or_default(), folder) else { return true };
    let name = build.get("dockerfile").and_then(Place::text).unwrap_or("Dockerfile");
    let text = path::join(&folder, name).and_then(|place| context.text(&place));
    text.map_or(folder.is_empty() || !context.is_directory(&folder), |text| text == dockerfile)
}

/// `command:` or `entrypoint:`: a list of words, or a line that is split as a shell would, but that no shell reads.
fn start(value: Place<'_>) -> Option<Start> {
    let words = match value.text() {
        Some(line) => split(&interpolated(line)),
        None => value.items().filter_map(|item| Some(interpolated(item.text()?))).collect(),
    };
    (!words.is_empty()).then(|| Start { line: value.line(), words, shell: false })
}

/// `test:` of a health check.
fn health(value: Place<'_>) -> Option<Start> {
    if let Some(line) = value.text() {
        return Some(Start { line: value.line(), words: vec![interpolated(line)], shell: true });
    }
    let mut words: Vec<String> = value.items().filter_map(|item| Some(interpolated(item.text()?))).collect();
    if words.is_empty() {
        return None;
    }
    let kind = words.remove(0);
    let shell = kind == "CMD-SHELL";
    ((shell || kind == "CMD") && !words.is_empty()).then(|| Start { line: value.line(), words, shell })
}

/// What compose makes of a text: `$$` is one `$`, `${NAME:-default}` its default. Other variables stay as they are.
fn interpolated(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result += before;
        let braced = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        rest = match (after.strip_prefix('$'), braced) {
            (Some(after), _) => {
                result.push('$');
                after
            }
            (None, Some((name, after))) if name.contains('-') => {
                result += name.split_once('-').map_or("", |(_, default)| default);
                after
            }
            _ => {
                result.push('$');
                after
            }
        };
    }
    result + rest
}

/// Words of a line: blanks part them, outside of quotes.
fn split(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' if quote != Some('\'') => word.get_or_insert_default().extend(chars.next()),
            _ if quote == Some(char) => quote = None,
            '"' | '\'' if quote.is_none() => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            _ if quote.is_none() && char.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::{interpolated, of_file, split};
    use crate::context::Context;
    use crate::context::map_files::MapFiles;

    fn started(text: &str) -> Vec<Vec<String>> {
        let context = Context::new(Box::new(MapFiles::default()), None);
        let services = of_file(&context, "FROM a\n", "compose.yml", text);
        let starts = services.into_iter().flat_map(|one| [one.entrypoint, one.command, one.healthcheck]);
        starts.flatten().map(|start| start.words).collect()
    }

    #[test]
    fn commands_are_read_in_every_form_that_yaml_has() {
        assert_eq!(
            started("services:\n  a:\n    build: .\n    command: >\n      sh -c \"b\n      && c\"\n"),
            [["sh", "-c", "b && c"]]
        );
        assert_eq!(
            started(
                "services:\n  a:\n    build: .\n    command:\n      - bash\n      - -c\n      - |\n        b\n        c\n"
            ),
            [["bash", "-c", "b\nc\n"]]
        );
        assert_eq!(
            started("x-a: &a\n  build: .\n  command: [\"b\", c]\nservices:\n  a:\n    <<: *a\n"),
            [["b", "c"]]
        );
        assert_eq!(
            started("services: {a: {build: ., healthcheck: {test: [CMD-SHELL, 'b || c']}}}"),
            [["b || c"]]
        );
        assert_eq!(started("web:\n  build: .\n  entrypoint: a b\n"), [["a", "b"]]);
    }

    #[test]
    fn services_of_other_images_start_nothing_here() {
        assert!(
            started("services:\n  db:\n    image: postgres\n    command: postgres -c fsync=off\n").is_empty()
        );
        let same = "services:\n  web: {build: ., image: ours}\n  worker: {image: ours, command: run}\n";
        assert_eq!(started(same), [["run"]]);
    }

    #[test]
    fn a_line_is_split_as_compose_splits_it() {
        assert_eq!(split("a 'b c' \"d \\\" e\" f\\ g ''"), ["a", "b c", "d \" e", "f g", ""]);
        assert_eq!(interpolated("$$A ${B:-c} ${D} $E"), "$A c ${D} $E");
    }
}
