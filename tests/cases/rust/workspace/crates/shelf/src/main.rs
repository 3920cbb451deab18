//! Lists what there is.

fn main() -> std::io::Result<()> {
    for (name, cents) in prices::read()? {
        println!("{name:8} {cents:5}");
    }
    Ok(())
}
