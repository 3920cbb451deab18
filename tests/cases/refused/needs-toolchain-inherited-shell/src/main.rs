//! Prints a word.

fn main() {
    println!("word");
}
