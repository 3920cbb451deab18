//! Paths of an image: absolute, `/`-separated.

/// `path` below `directory` unless it is absolute; without `.`, `..` and doubled slashes.
pub fn absolute(directory: &str, path: &str) -> String {
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A context path below another, cleaned; `""` is the root.
pub fn below(directory: &str, path: &str) -> String {
    absolute(&format!("/{directory}"), path.trim_start_matches('/')).trim_start_matches('/').to_owned()
}

/// Whether a path is a directory or something below it.
pub fn is_within(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        assert_eq!(absolute("/app", "./a/../b//c"), "/app/b/c");
        assert_eq!(absolute("/app", "/x/."), "/x");
        assert_eq!(absolute("/", "../.."), "/");
    }

    #[test]
    fn a_directory_holds_itself_and_what_is_below_but_no_namesake() {
        assert!(is_within("/app", "/app") && is_within("/app/x", "/app") && is_within("/x", "/"));
        assert!(!is_within("/application", "/app"));
    }
}
