fn main() {
    let words = std::fs::read_to_string("/usr/share/words.txt").expect("the words");
    for word in words.lines() {
        println!("- {word}");
    }
}
