//! Paths inside the build context: `/`-separated, relative to its root, which is `""`.

/// The shortest way to say a path: no `.`, no `..`, no doubled, leading or trailing `/`. `None` where it leaves the root.
pub fn clean(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path as seen from a directory of the context, cleaned. `None` where it leaves the root or is absolute: what an
/// absolute path means outside a COPY is a place on the machine, not in the context.
pub fn join(directory: &str, path: &str) -> Option<String> {
    if path.starts_with('/') { None } else { clean(&format!("{directory}/{path}")) }
}

/// The directory that holds a path; `None` for the root.
pub fn parent(path: &str) -> Option<&str> {
    if path.is_empty() { None } else { Some(path.rsplit_once('/').map_or("", |(parent, _)| parent)) }
}

/// The last element.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
