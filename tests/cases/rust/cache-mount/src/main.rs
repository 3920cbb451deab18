//! Groups words that are made of the same letters.

use std::collections::BTreeMap;

fn main() {
    let mut groups: BTreeMap<Vec<char>, Vec<String>> = BTreeMap::new();
    for word in std::env::args().skip(1) {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        groups.entry(letters).or_default().push(word);
    }
    for words in groups.values() {
        println!("{} {}", itoa::Buffer::new().format(words.len()), words.join(" "));
    }
}
