fn main() {
    println!("helper");
}
