fn main() {
    println!("hello from {}", std::env::current_dir().unwrap().display());
}
