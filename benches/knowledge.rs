//! What the tables cost: at start-up, and for each question. `cargo bench --bench knowledge`

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and its cases are known to be good"
)]

use restage::dockerfile::reference::ImageReference;
use restage::knowledge::Knowledge;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often each question is asked.
const ROUNDS: u32 = 20_000;

/// The mean time of one call.
fn mean<T>(mut question: impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(question());
    }
    start.elapsed() / ROUNDS
}

fn main() {
    let start = Instant::now();
    let knowledge = black_box(Knowledge::embedded());
    let started = start.elapsed();
    let reference = |name: &str| ImageReference::parse(name).expect(name);
    let first = Instant::now();
    let image = knowledge.image(&reference("python:3.12")).expect("a known image");
    black_box(knowledge.package_belongs("libpq-dev", &image.distribution));
    let first = first.elapsed();
    println!("start-up                       {started:>10.1?}");
    println!("first image and first package  {first:>10.1?}");

    let on = &image.distribution;
    let python = reference("python:3.12.2-slim");
    let report = |name: &str, time: Duration| println!("{name:<30} {time:>10.1?}");
    report("image", mean(|| knowledge.image(&python)));
    report("slim counterpart", mean(|| knowledge.slim_counterpart(&reference("python:3.12"))));
    report("package by name", mean(|| knowledge.package_belongs("git", on)));
    report("development package", mean(|| knowledge.package_belongs("libssl-dev", on)));
    report("package by pattern", mean(|| knowledge.package_belongs("golang-1.22-go", on)));
    report("unknown package", mean(|| knowledge.package_belongs("acme-agent", on)));
    report("package of a program", mean(|| knowledge.package_of_program("pg_dump", on)));
    report("program in an image", mean(|| knowledge.program_in_image("convert", &image)));
    report("python package", mean(|| knowledge.python_package("psycopg2", &image, false, &[])));
    report("go module", mean(|| knowledge.go_module("github.com/aws/aws-sdk-go-v2/service/s3", &image)));
    report("unknown go module", mean(|| knowledge.go_module("example.com/a/b/c/d", &image)));
}
