//! Adds up what the arguments name.

fn main() -> std::io::Result<()> {
    let prices = prices::read()?;
    let sum: u32 = std::env::args().skip(1).filter_map(|name| prices.get(&name)).sum();
    println!("{}.{:02}", sum / 100, sum % 100);
    Ok(())
}
