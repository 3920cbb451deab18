//! Counts the words when the program is built.

fn main() {
    let count = std::fs::read_to_string("words/list.txt").expect("words").lines().count();
    println!("cargo::rustc-env=WORD_COUNT={count}");
    println!("cargo::rerun-if-changed=words/list.txt");
}
