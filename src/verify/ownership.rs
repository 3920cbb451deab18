//! Whom the files of two images belong to, and whether those have a name there.

use super::compare::Side;
use super::finding::{Finding, Kind as Found, Remedy};
use super::inventory::{Inventory, Kind, Node};

/// The list of users of an image.
const USERS: &str = "/etc/passwd";

/// The list of groups of an image.
const GROUPS: &str = "/etc/group";

/// A user or group by name is looked up in the image when a container starts; the group of a user is asked for by programs.
pub(super) fn users(before: &Side, after: &Side) -> Vec<Finding> {
    let words = after.configuration["User"].as_str().unwrap_or_default();
    let (user, group) = words.split_once(':').unwrap_or((words, ""));
    let entry = entry(before, USERS, 0, user);
    let mut found = Vec::new();
    let mut lacks = |list: &str, place: usize, name: &str, message: String| {
        let unknown = self::entry(after, list, place, name).is_none();
        let finding = || {
            let known = self::entry(before, list, place, name).map(|_| Remedy::Copy(list.to_owned()));
            Finding::new(Found::User, name, message).remedy(known)
        };
        found.extend(unknown.then(finding));
    };
    for (list, name) in [(USERS, user), (GROUPS, group)] {
        if !is_number(name) {
            let message = format!(
                "USER names {name}, which is not in {list} of the new image: no container would start"
            );
            lacks(list, 0, name, message);
        }
    }
    // a group without a name is only missed by who had one
    if let Some(number) = entry.and_then(|fields| fields.get(3).copied())
        && self::entry(before, GROUPS, 2, number).is_some()
    {
        let message =
            format!("the group of {user}, number {number}, has no name in {GROUPS} of the new image");
        lacks(GROUPS, 2, number, message);
    }
    found
}

/// Whether a word of USER needs no name.
fn is_number(word: &str) -> bool {
    word.chars().all(|digit| digit.is_ascii_digit())
}

/// The line of a list whose field has this value.
fn entry<'a>(side: &'a Side, list: &str, place: usize, value: &str) -> Option<Vec<&'a str>> {
    let text = side.files.texts.get(list)?;
    let mut lines = text.lines().map(|line| line.split(':').collect::<Vec<&str>>());
    lines.find(|fields| fields.get(place) == Some(&value) && !value.is_empty())
}

/// The files of the base images of both. What a file found there and left as it was is no matter of its conversion.
#[derive(Debug, Default)]
pub(super) struct Bases {
    pub(super) before: Inventory,
    pub(super) after: Inventory,
}

impl Bases {
    /// Whether neither file set owner or permissions of a path.
    fn explain(&self, path: &str, before: &Side, after: &Side) -> bool {
        let same = |base: &Inventory, side: &Side| {
            let set = |image: &Inventory| image.nodes.get(path).map(|node| (node.mode, node.owner));
            set(base).is_some() && set(base) == set(&side.files)
        };
        // what a base only had for builds, its paths, is made anew on the way to what is copied; root goes everywhere
        let made = !self.after.nodes.contains_key(path) && is_directory(after, path) && is_root(after);
        same(&self.before, before) && (made || same(&self.after, after))
    }
}

fn is_directory(side: &Side, path: &str) -> bool {
    side.files.nodes.get(path).is_some_and(|node| node.kind == Kind::Directory)
}

/// Whether containers start as root.
fn is_root(side: &Side) -> bool {
    let user = side.configuration["User"].as_str().unwrap_or_default();
    matches!(user.split(':').next(), None | Some("" | "0" | "root"))
}

/// Owner and permissions of what no package brought, where a container that is not root may notice.
pub(super) fn modes(before: &Side, after: &Side, bases: &Bases) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for (path, node) in &after.files.nodes {
        let Some(old) = before.files.nodes.get(path) else { continue };
        let same = (old.mode, old.owner) == (node.mode, node.owner) || matches!(node.kind, Kind::Link(_));
        let inside = found.iter().any(|known| path.starts_with(&format!("{}/", known.subject)));
        if same
            || inside
            || before.packages.owner(path).is_some()
            || is_volatile(path, before)
            || bases.explain(path, before, after)
        {
            continue;
        }
        let told = |node: &Node| format!("{}:{} {:o}", node.owner.0, node.owner.1, node.mode);
        let message = format!("{path} belonged to {} and belongs to {}", told(old), told(node));
        let owner = format!("{}:{}", old.owner.0, old.owner.1);
        let remedy = (old.owner != node.owner).then(|| Remedy::CopyOwned(path.clone(), owner));
        found.push(Finding::new(Found::Mode, path, message).remedy(remedy));
    }
    found
}

/// What every build leaves behind in its own way.
fn is_volatile(path: &str, image: &Side) -> bool {
    // what keeps lists of users leaves the list as it was beside it, with a `-` behind its name
    if path.strip_suffix('-').is_some_and(|list| image.files.has(list)) {
        return true;
    }
    [
        "/var/cache",
        "/var/log",
        "/var/lib/apt",
        "/var/lib/dpkg",
        "/tmp",
        "/root/.cache",
        "/etc/apk",
        "/lib/apk",
    ]
    .iter()
    .any(|known| path == *known || path.starts_with(&format!("{known}/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::inventory::tests::image;
    use crate::verify::owner::Packages;
    use serde_json::json;

    fn side(user: &str, files: Inventory) -> Side {
        Side {
            configuration: json!({ "User": user }),
            packages: Packages::of(&files),
            files,
            size: 1,
            layers: 1,
        }
    }

    fn lacking(user: &str, old: &[&str], new: &[&str]) -> Vec<(String, Vec<Remedy>)> {
        let found = users(&side(user, image(old)), &side(user, image(new)));
        found.into_iter().map(|finding| (finding.subject, finding.remedies)).collect()
    }

    #[test]
    fn a_user_and_its_groups_are_each_in_a_list_of_their_own() {
        let lists = ["etc/passwd app:x:10:20::/:/bin/sh\n", "etc/group app:x:20:\nextra:x:30:\n"];
        let bare = ["etc/passwd root:x:0:0::/:/bin/sh\n", "etc/group root:x:0:\n"];
        let copy = |list: &str| vec![Remedy::Copy(list.to_owned())];
        assert_eq!(lacking("app", &lists, &lists), []);
        assert_eq!(lacking("app", &lists, &bare), [("app".into(), copy(USERS)), ("20".into(), copy(GROUPS))]);
        assert_eq!(lacking("10:extra", &lists, &bare), [("extra".into(), copy(GROUPS))]);
        assert_eq!(lacking("10:20", &lists, &bare), []);
        assert_eq!(lacking("", &lists, &bare), []);
    }

    #[test]
    fn the_backup_of_a_list_is_nobodys() {
        let mode = |line: &str| {
            let files = image(&[&format!("{line} x"), "etc/list y"]);
            side("", files)
        };
        let kinds = |old: &str, new: &str| modes(&mode(old), &mode(new), &Bases::default()).len();
        assert_eq!(kinds("etc/list-", "!etc/list-"), 0);
        assert_eq!(kinds("etc/data", "!etc/data"), 1);
    }
    #[test]
    fn what_two_base_images_have_otherwise_is_no_matter_of_the_file() {
        let (open, closed) = (["!run/lock", "!data/x"], ["run/lock", "data/x"]);
        let found = |bases: &Bases| -> Vec<String> {
            let found = modes(&side("", image(&open)), &side("", image(&closed)), bases);
            found.into_iter().map(|finding| finding.subject).collect()
        };
        let bases = |before: &[&str], after: &[&str]| Bases { before: image(before), after: image(after) };
        assert_eq!(found(&bases(&open[..1], &closed[..1])), ["/data/x"]);
        // one of both set it
        assert_eq!(found(&bases(&open, &open)), ["/data/x", "/run/lock"]);
        assert_eq!(found(&bases(&closed, &closed)), ["/data/x", "/run/lock"]);
    }

    #[test]
    fn a_directory_that_only_the_old_base_had_is_made_anew_on_the_way() {
        let side = |user: &str, mode: &str| side(user, image(&[&format!("{mode}go/"), "go/app"]));
        let base =
            |mode: &str| Bases { before: image(&[&format!("{mode}go/")]), after: Inventory::default() };
        let found = |user: &str, bases: &Bases| modes(&side(user, ""), &side(user, "!"), bases).len();
        assert_eq!(found("root", &base("")), 0);
        assert_eq!(found("app", &base("")), 1, "it may have written there");
        assert_eq!(found("root", &base("!")), 1, "the old file set it");
    }
}
