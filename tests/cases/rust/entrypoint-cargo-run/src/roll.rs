//! Rolls a die whose fall depends on a word alone.

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let sides: u32 = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(6);
    let sum: u32 = words.last().map_or(0, |word| word.bytes().map(u32::from).sum());
    println!("{} {}", words.join(" "), sum % sides + 1);
}
