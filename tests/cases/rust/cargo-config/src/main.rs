//! Finds the words that have the letters of its argument.

fn letters(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

fn main() -> std::io::Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let words = std::fs::read_to_string("words/list.txt")?;
    let found: Vec<&str> = words.lines().filter(|word| letters(word) == letters(&wanted)).collect();
    println!("{} of {}: {}", found.len(), env!("WORD_COUNT"), found.join(" "));
    Ok(())
}
