//! Which stage a package belongs to, and what the images carry.

use super::{reference, rows};
use restage::knowledge::Distribution;
use restage::knowledge::Knowledge;
use restage::knowledge::images::Image;
use restage::knowledge::packages::Belongs;

fn distribution(text: &str) -> Distribution {
    let (name, release) = text.split_once(' ').expect(text);
    let release = release.trim().to_owned();
    match name {
        "debian" => Distribution::Debian(release),
        "ubuntu" => Distribution::Ubuntu(release),
        "alpine" => Distribution::Alpine(release),
        "rhel" => Distribution::Rhel(release),
        _ => panic!("{text}"),
    }
}

fn image(name: &str) -> Image {
    Knowledge::embedded().image(&reference(name)).expect(name)
}

fn said(belongs: Belongs) -> String {
    let words = |word: &str, names: Vec<String>| [vec![word.to_owned()], names].concat().join(" ");
    match belongs {
        Belongs::Builder(instead) => words("builder", instead),
        Belongs::BuilderUnlessCalled(programs) => words("called", programs),
        Belongs::Runtime => "runtime".into(),
        Belongs::Unknown => "unknown".into(),
    }
}

#[test]
fn a_package_belongs_to_a_stage() {
    let knowledge = Knowledge::embedded();
    for row in rows(include_str!("packages.txt")) {
        let [on, name, expected] = row[..] else { panic!("three columns: {row:?}") };
        assert_eq!(said(knowledge.package_belongs(name, &distribution(on))), expected, "{name} on {on}");
    }
}

#[test]
fn development_packages_stand_for_libraries_by_suite() {
    let knowledge = Knowledge::embedded();
    for row in rows(include_str!("libraries.txt")) {
        let [dev, expected @ ..] = &row[..] else { panic!("columns: {row:?}") };
        for (suite, expected) in ["bullseye", "bookworm", "trixie"].iter().zip(expected) {
            let found = knowledge.libraries_behind(dev, &Distribution::Debian((*suite).to_owned()));
            let found = found.map_or("unknown".to_owned(), |names| {
                if names.is_empty() { "nothing".into() } else { names.join(" ") }
            });
            assert_eq!(found, *expected, "{dev} on {suite}");
        }
    }
}

#[test]
fn a_python_image_needs_nothing_of_the_distributions_python() {
    let knowledge = Knowledge::embedded();
    for name in ["python3-dev", "python3-pip", "python3.11-dev", "python3-venv"] {
        assert_eq!(
            said(knowledge.package_belongs_on(name, &image("python:3.11-bookworm"))),
            "builder",
            "{name}"
        );
        assert_ne!(said(knowledge.package_belongs_on(name, &image("debian:bookworm"))), "builder", "{name}");
    }
    assert_eq!(
        said(knowledge.package_belongs_on("libpq-dev", &image("python:3.11-bookworm"))),
        "builder libpq5"
    );
}

#[test]
fn leaving_a_full_image_takes_packages_away() {
    let knowledge = Knowledge::embedded();
    for (name, implied, not) in [
        (
            "python:3.11-bookworm",
            "git curl wget procps libpq5 libmariadb3 libxml2 libgomp1 libmagic1 libglib2.0-0 tk-dev",
            "ca-certificates tzdata netbase bash coreutils libssl3 libsqlite3-0 ffmpeg",
        ),
        ("python:3.11-trixie", "git libpq5 libcurl4t64 adduser", "libssl3t64 libsqlite3-0"),
        ("python:3.11-slim-bookworm", "", "git curl ca-certificates libpq5"),
        (
            "golang:1.22-bookworm",
            "git curl ca-certificates gcc g++ make pkg-config",
            "imagemagick libpq5 libpq-dev bash",
        ),
        ("golang:1.22-alpine3.19", "ca-certificates", "git gcc tzdata busybox musl"),
        ("rust:1.80-bookworm", "git curl libssl-dev libpq5 ca-certificates", "bash ffmpeg"),
        ("rust:1.80-slim-bookworm", "gcc ca-certificates libc6-dev", "git curl pkg-config libssl-dev"),
        ("python:3.8-buster", "git curl procps", "libpq5 ffmpeg bash"),
        ("debian:bookworm", "", "git curl ca-certificates bash"),
        ("buildpack-deps:bookworm-curl", "curl ca-certificates", "git gcc"),
    ] {
        let image = image(name);
        for package in implied.split_whitespace() {
            assert!(knowledge.package_is_implied(package, &image), "{name} carries {package}");
        }
        for package in not.split_whitespace() {
            assert!(!knowledge.package_is_implied(package, &image), "{name} implies no {package}");
        }
    }
}

#[test]
fn bare_images_differ_by_release() {
    let knowledge = Knowledge::embedded();
    let slim = |package, on| knowledge.package_in_slim(package, &distribution(on));
    assert!(slim("adduser", "debian bookworm") && !slim("adduser", "debian trixie"));
    assert!(slim("libssl3t64", "debian trixie") && !slim("libssl3", "debian bookworm"));
    assert!(slim("tzdata", "debian bookworm") && !slim("tzdata", "alpine 3.20"));
    assert!(slim("libssl3", "alpine 3.20") && !slim("ca-certificates", "alpine 3.20"));
    assert!(!slim("ca-certificates", "debian trixie"));
}

#[test]
fn programs_come_from_packages() {
    let knowledge = Knowledge::embedded();
    for (on, program, package) in [
        ("debian bookworm", "curl", "curl"),
        ("debian bookworm", "/usr/bin/git", "git"),
        ("debian bookworm", "ps", "procps"),
        ("debian bookworm", "nc", "netcat-openbsd"),
        ("debian bookworm", "convert", "imagemagick"),
        ("debian bookworm", "java", "default-jre-headless"),
        ("debian bookworm", "ping", "iputils-ping"),
        ("debian bookworm", "mysql", "default-mysql-client"),
        ("debian bookworm", "pg_dump", "postgresql-client"),
        ("debian bookworm", "envsubst", "gettext-base"),
        ("debian bookworm", "vi", "vim"),
        ("debian trixie", "adduser", "adduser"),
        ("debian bookworm", "ls", "-"),
        ("debian bookworm", "gunicorn", "-"),
        ("debian bookworm", "myserver", "-"),
        ("ubuntu jammy", "curl", "curl"),
        ("debian buster", "ps", "procps"),
        ("alpine 3.20", "bash", "bash"),
        ("alpine 3.20", "psql", "postgresql-client"),
        ("alpine 3.20", "wget", "-"),
    ] {
        let found = knowledge.package_of_program(program, &distribution(on));
        assert_eq!(found.as_deref().unwrap_or("-"), package, "{program} on {on}");
    }
}

#[test]
fn images_carry_programs() {
    let knowledge = Knowledge::embedded();
    for (on, has, lacks) in [
        (
            "debian bookworm",
            "sh bash ls cat sed awk tar gzip useradd adduser su chown date /bin/sleep perl",
            "curl wget ps git python3 make openssl vi",
        ),
        ("debian trixie", "sh bash useradd", "adduser curl openssl"),
        ("alpine 3.20", "sh ls wget nc ping vi adduser su unzip ps", "bash curl useradd openssl git"),
        ("ubuntu noble", "sh bash ls sed", "curl wget"),
    ] {
        for program in has.split_whitespace() {
            assert!(knowledge.program_in_slim(program, &distribution(on)), "{on} has {program}");
        }
        for program in lacks.split_whitespace() {
            assert!(!knowledge.program_in_slim(program, &distribution(on)), "{on} lacks {program}");
        }
    }
    for (name, has, lacks) in [
        (
            "python:3.11-bookworm",
            "python python3 python3.11 pip pip3.11 git curl wget ps gcc make ssh convert unzip file gpg hg svn",
            "java psql ffmpeg nc node",
        ),
        ("python:3.11-slim-bookworm", "python3 pip sh", "git curl gcc ps"),
        (
            "golang:1.22-bookworm",
            "go gofmt git curl gcc make ps /usr/local/go/bin/go",
            "convert python3.12 unzip",
        ),
        ("golang:1.22-alpine3.19", "go wget sh", "gcc git bash"),
        ("rust:1.80-slim-bookworm", "cargo rustc gcc", "git curl make"),
    ] {
        for program in has.split_whitespace() {
            assert!(knowledge.program_in_image(program, &image(name)), "{name} has {program}");
        }
        for program in lacks.split_whitespace() {
            assert!(!knowledge.program_in_image(program, &image(name)), "{name} lacks {program}");
        }
    }
}

#[test]
fn old_releases_serve_no_packages() {
    let knowledge = Knowledge::embedded();
    for (on, served) in [
        ("debian buster", false),
        ("debian stretch", false),
        ("debian bullseye", true),
        ("alpine 3.10", true),
    ] {
        assert_eq!(knowledge.packages_are_served(&distribution(on)), served, "{on}");
    }
}
