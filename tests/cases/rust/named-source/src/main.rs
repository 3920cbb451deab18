fn main() {
    let text = std::fs::read_to_string("src/poem.rs");
    println!("{}", text.is_ok());
}
