fn main() {
    println!("cargo:rustc-link-lib=twice");
    println!("cargo:rustc-link-search=/opt/twice/lib");
}
