//! Opens the plugin that stands beside the program.
use std::ffi::{CStr, CString, c_char, c_int, c_void};

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

fn main() {
    let program = std::env::current_exe().unwrap();
    let library = program.with_file_name("libshout.so");
    let name = CString::new(library.to_str().unwrap()).unwrap();
    let handle = unsafe { dlopen(name.as_ptr(), 2) };
    assert!(!handle.is_null(), "the plugin is not there");
    let symbol = unsafe { dlsym(handle, c"shout".as_ptr()) };
    let shout: extern "C" fn() -> *const c_char = unsafe { std::mem::transmute(symbol) };
    println!("{}", unsafe { CStr::from_ptr(shout()) }.to_str().unwrap());
}
