//! Asks libxml2 for nothing, which is enough to need it.

#[link(name = "xml2")]
extern "C" {
    fn xmlCleanupParser();
}

fn main() {
    unsafe { xmlCleanupParser() };
    println!("clean");
}
