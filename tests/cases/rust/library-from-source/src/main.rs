use std::ffi::c_int;

extern "C" {
    fn twice(number: c_int) -> c_int;
}

fn main() {
    println!("{}", unsafe { twice(21) });
}
