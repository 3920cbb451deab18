//! Images without shell and package manager, such as `scratch`: no base that restage chooses, but one that others do.

use super::images::{Image, Layer, Variant};
use super::table;
use super::tables::BARE_IMAGES;
use super::{Distribution, Knowledge};
use crate::dockerfile::reference::ImageReference;

/// PATH of the images that set one.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Knowledge {
    /// What a bare image is; `None` for any other, and for tags that set a user.
    pub fn bare_image(&self, reference: &ImageReference) -> Option<Image> {
        let host = reference.registry.as_deref().map(|host| format!("{host}/")).unwrap_or_default();
        let row = table::row(&self.overlay, &BARE_IMAGES, &format!("{host}{}", reference.path))?;
        if !matches!(reference.tag.as_deref(), None | Some("latest")) {
            return None;
        }
        let distribution = match row.get("release") {
            "" => Distribution::Debian(String::new()),
            release => Distribution::of_key(release)?,
        };
        let environment = match row.get("release") {
            "" => Vec::new(),
            _ => vec![("PATH".to_owned(), PATH.to_owned())],
        };
        Some(Image {
            family: reference.path.clone(),
            version: None,
            variant: Variant::Bare,
            layer: Layer::Slim,
            libc_version: self.libc_version(&distribution),
            distribution,
            floats: false,
            presumed: false,
            environment,
            opaque_environment: Vec::new(),
            toolchain_environment: Vec::new(),
            workdir: "/".to_owned(),
            command: Vec::new(),
            packages: row.words("packages").map(str::to_owned).collect(),
            programs: Vec::new(),
            has_more: false,
        })
    }
}
