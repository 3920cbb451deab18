//! Prints a word.

fn main() {
    println!("show");
}
