use std::ffi::c_char;

#[unsafe(no_mangle)]
pub extern "C" fn shout() -> *const c_char {
    c"HELLO".as_ptr()
}
