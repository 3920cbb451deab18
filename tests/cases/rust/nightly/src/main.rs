#![feature(iter_intersperse)]

fn main() {
    let joined: String = ["a", "b", "c"].into_iter().intersperse("-").collect();
    println!("{joined}");
}
