//! Writes its state where only its own user may.
fn main() {
    let count = std::fs::read_to_string("count").map_or(0, |text| text.trim().parse().unwrap_or(0)) + 1;
    match std::fs::write("count", count.to_string()) {
        Ok(()) => println!("run {count}"),
        Err(error) => println!("can't write: {error}"),
    }
}
