use std::ffi::{c_char, c_int, c_void, CString};

extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
}

fn main() {
    let name = CString::new("libpq.so.5").expect("no zero");
    println!("{}", unsafe { !dlopen(name.as_ptr(), 1).is_null() });
}
