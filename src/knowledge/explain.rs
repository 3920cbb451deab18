//! What the tables know of an image or a package, and from where, in words.

use super::Knowledge;
use super::images::{DEFAULT_TAG, Image, Variant};
use super::packages::Belongs;
use super::table::{self, Overlay, Table};
use super::tables::{IMAGE_PACKAGES, IMAGE_TAGS, IMAGE_VERSIONS, REGISTRIES, RELEASES};
use crate::dockerfile::reference::ImageReference;
use std::fmt::Write;

/// Folder of the tables, as people see it.
const FOLDER: &str = "rules";
/// Start of the comment in which a table names its sources.
const SOURCE: &str = "Source:";

impl Knowledge {
    /// What is known of an image, in lines of text with a final line break.
    pub fn explain_image(&self, reference: &ImageReference) -> String {
        let Some(official) = self.official(reference) else {
            return format!(
                "{reference}: not known\n  it is not an image of the official library, nor of a mirror of it\n{}",
                origin(&self.overlay, &REGISTRIES, "")
            );
        };
        let Some(image) = self.image(reference) else {
            let family = official.family.key();
            return format!(
                "{reference}: not known\n  no tag of the official {family} image that the tables tell of (a digest alone tells nothing)\n{}",
                origin(&self.overlay, &IMAGE_TAGS, "")
            );
        };
        let mut text = format!("{reference}: {}\n", self.described(&image));
        let mut line = |what: &str| text.push_str(&format!("  {what}\n"));
        if image.presumed {
            line("taken for the official image by its name: its registry is not a known mirror");
        }
        if image.floats {
            line("the tag moves from one release to the next");
        }
        if let Some(pinned) = self.pinned(reference).filter(|pinned| pinned != reference) {
            line(&format!("this release for good: {pinned}"));
        }
        if let Some(slim) = self.slim_counterpart(reference).filter(|slim| slim != reference) {
            line(&format!("without the toolchain: {slim}"));
        }
        if let Some(bare) = self.distribution_image(&image.distribution, reference) {
            line(&format!("the bare release: {bare}"));
        }
        if !self.packages_are_served(&image.distribution) {
            line(
                "its packages moved to an archive: installing any fails where the file does not name the archive",
            );
        }
        line(&format!("working directory {}, command {}", image.workdir, image.command.join(" ")));
        for (variable, value) in &image.environment {
            line(&format!("sets {variable}={value}"));
        }
        if !image.opaque_environment.is_empty() {
            let names = image.opaque_environment.join(", ");
            line(&format!("sets, to a value that differs from build to build: {names}"));
        }
        let lost = self.lost_packages(&image);
        if lost > 0 {
            line(&format!("carries {lost} packages that a runtime without its toolchain lacks"));
        }
        let key = format!("{}:{}", image.family, image.version.as_deref().unwrap_or_default());
        let tag = format!("{}:{}", image.family, reference.tag.as_deref().unwrap_or(DEFAULT_TAG));
        let told = [(&IMAGE_TAGS, tag), (&IMAGE_VERSIONS, key), (&RELEASES, image.distribution.key())];
        let row = told.iter().find(|(table, key)| table::row(&self.overlay, table, key).is_some());
        text + &row.map(|(table, key)| origin(&self.overlay, table, key)).unwrap_or_default()
    }

    /// What is known of a package installed on an image, in lines of text with a final line break.
    pub fn explain_package(&self, name: &str, image: &Image) -> String {
        let on = &image.distribution;
        let judged = self.judged(name, on, Some(&image.family));
        let said = match judged.as_ref().map(|judged| &judged.belongs) {
            None | Some(Belongs::Unknown) => "not known, so it is kept in the runtime".to_owned(),
            Some(Belongs::Runtime) => "goes along into the runtime".to_owned(),
            Some(Belongs::Builder(instead)) if instead.is_empty() => {
                "stays in the builder; nothing takes its place".to_owned()
            }
            Some(Belongs::Builder(instead)) => {
                format!("stays in the builder; in the runtime {} takes its place", instead.join(" "))
            }
            Some(Belongs::BuilderUnlessCalled(programs)) => {
                format!("stays in the builder, unless the runtime starts one of: {}", programs.join(" "))
            }
        };
        let mut text = format!("{name} on {on}: {said}\n");
        let family = &image.family;
        if self.package_is_implied(name, image) {
            let _ = writeln!(
                text,
                "  the {family} image carries it, and a runtime without its toolchain lacks it"
            );
        } else if self.package_in_runtime(name, image) {
            let _ = writeln!(text, "  the runtime's image carries it already");
        }
        if let Some(row) = table::row(&self.overlay, &IMAGE_PACKAGES, name) {
            let layer = row.across(on.release());
            if !layer.is_empty() {
                let _ = writeln!(text, "  first layer of the official images that has it: {layer}");
            }
        }
        text + &judged.map(|judged| origin(&self.overlay, judged.table, &judged.key)).unwrap_or_default()
    }

    /// An image in one clause.
    fn described(&self, image: &Image) -> String {
        let version = image.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        let libc = match (image.distribution.libc(), &image.libc_version) {
            (libc, Some(version)) => format!("{libc} {version}"),
            (libc, None) => libc.to_string(),
        };
        let kind = match image.variant {
            Variant::Full => "with compilers, headers and tools",
            Variant::Slim => "slim",
            Variant::Alpine => "small",
            Variant::Distribution => "the distribution alone",
            Variant::Bare => "without shell and package manager",
            Variant::Unknown => "of which nothing is known",
        };
        format!("{}{version} on {} ({libc}), {kind}", image.family, image.distribution)
    }

    /// How many packages of an image a runtime without its toolchain lacks.
    fn lost_packages(&self, image: &Image) -> usize {
        let rows = table::rows(&self.overlay, &IMAGE_PACKAGES, "");
        rows.filter(|row| self.package_is_implied(row.key(), image)).count()
    }
}

/// Where an answer comes from: the table, the row, and the table's sources.
fn origin(overlay: &Overlay, table: &Table, key: &str) -> String {
    if overlay.get(table.file).is_some_and(|rows| rows.contains_key(key)) {
        return format!("known from your own {}, row {key}\n", table.file);
    }
    let row = if key.is_empty() { String::new() } else { format!(", row {key}") };
    let mut text = format!("known from {FOLDER}/{}{row}\n", table.file);
    let mut lines = table.about().skip_while(|line| !line.starts_with(SOURCE)).peekable();
    while let Some(line) = lines.next_if(|line| !line.starts_with("Shaped by")) {
        let _ = writeln!(text, "  {line}");
    }
    text
}
