//! Says what kind of file each argument is, by libmagic.

use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr;

extern "C" {
    fn magic_open(flags: c_int) -> *mut c_void;
    fn magic_load(cookie: *mut c_void, path: *const c_char) -> c_int;
    fn magic_file(cookie: *mut c_void, path: *const c_char) -> *const c_char;
}

fn main() {
    for name in std::env::args().skip(1) {
        let path = CString::new(name.clone()).expect("no zero byte");
        // SAFETY: the strings live as long as the calls, and the answer is copied before the next one.
        let kind = unsafe {
            let cookie = magic_open(0x10);
            magic_load(cookie, ptr::null());
            let answer = magic_file(cookie, path.as_ptr());
            if answer.is_null() { "none".into() } else { CStr::from_ptr(answer).to_string_lossy().into_owned() }
        };
        println!("{name}: {kind}");
    }
}
