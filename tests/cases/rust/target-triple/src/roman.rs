//! Writes the numbers of a file as the Romans did.

const STEPS: [(u32, &str); 5] = [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")];

fn roman(mut number: u32) -> String {
    let mut text = String::new();
    for (value, letters) in STEPS {
        while number >= value {
            number -= value;
            text += letters;
        }
    }
    text
}

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "numbers.txt".to_owned());
    for number in std::fs::read_to_string(path)?.lines().filter_map(|line| line.parse().ok()) {
        println!("{number} {}", roman(number));
    }
    Ok(())
}
