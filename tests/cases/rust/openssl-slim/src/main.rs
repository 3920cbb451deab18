//! Prints the SHA-256 of each argument.

use openssl::hash::{hash, MessageDigest};

fn main() -> Result<(), openssl::error::ErrorStack> {
    for word in std::env::args().skip(1) {
        let sum = hash(MessageDigest::sha256(), word.as_bytes())?;
        println!("{} {word}", sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
    Ok(())
}
