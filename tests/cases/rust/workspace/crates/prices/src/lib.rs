//! The price list.

use std::collections::BTreeMap;

/// Reads `prices.csv` of the working directory: cents by name.
pub fn read() -> std::io::Result<BTreeMap<String, u32>> {
    let text = std::fs::read_to_string("prices.csv")?;
    let pairs = text.lines().filter_map(|line| line.split_once(','));
    Ok(pairs.filter_map(|(name, cents)| Some((name.to_owned(), cents.parse().ok()?))).collect())
}
