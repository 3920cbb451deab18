fn main() {
    let font = std::fs::read("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");
    println!("{}", font.is_ok());
}
