//! Says which version it is and where it runs.

fn main() -> std::io::Result<()> {
    println!("{} {} in {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), std::env::current_dir()?.display());
    Ok(())
}
