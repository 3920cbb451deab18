//! What the tables cost: at start-up, and for each question. `cargo bench --bench knowledge`

use divan::black_box;
use restage::dockerfile::reference::ImageReference;
use restage::knowledge::images::Image;
use restage::knowledge::{Distribution, Knowledge};

fn main() {
    divan::main();
}

fn reference(name: &str) -> ImageReference {
    ImageReference::parse(name).unwrap_or_else(|| unreachable!("{name} is a name"))
}

fn image() -> Image {
    Knowledge::embedded()
        .image(&reference("python:3.12-bookworm"))
        .unwrap_or_else(|| unreachable!("a known image"))
}

#[divan::bench]
fn start_up() -> Knowledge {
    Knowledge::embedded()
}

#[divan::bench(args = ["python:3.12", "golang:1.28-alpine", "alpine:3.20", "ghcr.io/acme/python:3"])]
fn image_of(name: &str) -> Option<Image> {
    Knowledge::embedded().image(black_box(&reference(name)))
}

#[divan::bench(args = ["git", "libssl-dev", "golang-1.22-go", "acme-agent"])]
fn package_belongs(name: &str) -> bool {
    let bookworm = Distribution::Debian("bookworm".to_owned());
    Knowledge::embedded().package_belongs(name, black_box(&bookworm))
        == restage::knowledge::packages::Belongs::Runtime
}

#[divan::bench(args = ["convert", "pg_dump", "acmed"])]
fn program_in_image(bencher: divan::Bencher<'_, '_>, program: &str) {
    let image = image();
    bencher.bench_local(|| Knowledge::embedded().program_in_image(program, black_box(&image)));
}

#[divan::bench(args = ["psycopg2", "acme"])]
fn python_package(bencher: divan::Bencher<'_, '_>, name: &str) {
    let image = image();
    bencher.bench_local(|| Knowledge::embedded().python_package(name, black_box(&image), false, &[]));
}

#[divan::bench(args = ["github.com/aws/aws-sdk-go-v2/service/s3", "example.com/a/b/c/d"])]
fn go_module(bencher: divan::Bencher<'_, '_>, path: &str) {
    let image = image();
    bencher.bench_local(|| Knowledge::embedded().go_module(path, black_box(&image)));
}
