//! What the packages of a language need of the system.

use super::{reference, rows};
use restage::knowledge::Knowledge;
use restage::knowledge::libraries::{Cgo, Native};

fn told(native: &Native) -> String {
    let programs = if native.programs.is_empty() {
        String::new()
    } else {
        format!(" starts {}", native.programs.join(" "))
    };
    match native.packages.as_slice() {
        _ if !native.known => "unknown".into(),
        [] => format!("nothing{programs}"),
        packages if packages.len() > 10 => "many".into(),
        packages => packages.join(" ") + &programs,
    }
}

#[test]
fn packages_of_languages_need_libraries() {
    let knowledge = Knowledge::embedded();
    for row in rows(include_str!("languages.txt")) {
        let [language, on, name, installed, expected] = row[..] else { panic!("five columns: {row:?}") };
        let image = knowledge.image(&reference(on)).expect(on);
        let installed: Vec<String> =
            installed.split_whitespace().filter(|name| *name != "-").map(str::to_owned).collect();
        let found = match language {
            "python" => {
                let (compiled, name) =
                    name.strip_prefix("compiled:").map_or((false, name), |name| (true, name));
                told(&knowledge.python_package(name, &image, compiled, &installed))
            }
            "rust" => {
                let locked: Vec<&str> = name.split('+').collect();
                let lock = |name: &str| locked.contains(&name);
                told(&knowledge.rust_crate(locked[0], &image, &lock, &installed))
            }
            _ => match knowledge.go_module(name, &image) {
                Cgo::Pure => "pure".into(),
                Cgo::Unknown => "unknown".into(),
                Cgo::Needs(packages) => format!("needs {}", packages.join(" ")).trim().to_owned(),
            },
        };
        assert_eq!(found, expected, "{name} on {on} with {installed:?}");
    }
}

#[test]
fn build_tags_can_bring_c() {
    let knowledge = Knowledge::embedded();
    assert_eq!(knowledge.go_module_tags("go.mongodb.org/mongo-driver"), ["cse", "gssapi"]);
    assert!(knowledge.go_module_tags("github.com/gin-gonic/gin").is_empty());
}
