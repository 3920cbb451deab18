//! Prints a page.

/// Stands for the files of a server below a route.
struct Files(String);

impl Files {
    fn new(route: &str, directory: &str) -> Self {
        Self(format!("{route} {directory}"))
    }
}

fn main() {
    let files = Files::new("/", "pages");
    let page = std::fs::read_to_string("pages/index.html").expect("the page is there");
    println!("{} {page}", files.0);
}
