//! What the tables of `rules/` answer: cases as data, and properties that hold for every row.

mod images;
mod languages;
mod overlay;
mod packages;

use restage::dockerfile::reference::ImageReference;

/// An image name taken apart by hand, so that these tests rest on the tables alone.
fn reference(text: &str) -> ImageReference {
    let (text, digest) =
        text.split_once('@').map_or((text, None), |(text, digest)| (text, Some(digest.to_owned())));
    let (host, rest) = text.split_once('/').unwrap_or(("", text));
    let is_host = host.contains(['.', ':']) || host == "localhost";
    let (registry, rest) = if is_host { (Some(host.to_owned()), rest) } else { (None, text) };
    let (path, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag.to_owned())));
    ImageReference { registry, path: path.to_owned(), tag, digest }
}

/// How tests write a name.
fn written(reference: &ImageReference) -> String {
    let registry = reference.registry.as_ref().map(|host| format!("{host}/")).unwrap_or_default();
    let tag = reference.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
    let digest = reference.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
    format!("{registry}{}{tag}{digest}", reference.path)
}

/// Rows of a table written in a test: columns between two or more spaces.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
}
