//! Adds the lengths of its arguments in the system's SQLite.

use std::ffi::{c_int, CString};
use std::ptr;

use libsqlite3_sys as sqlite;

fn main() {
    let sum = std::env::args().skip(1).map(|word| format!("length('{word}')")).collect::<Vec<_>>().join(" + ");
    let query = CString::new(format!("select {sum}")).expect("no zero byte");
    let mut database = ptr::null_mut();
    let mut statement = ptr::null_mut();
    // SAFETY: the calls follow the order that SQLite's documentation gives, with pointers that they made.
    let sum: c_int = unsafe {
        sqlite::sqlite3_open(c":memory:".as_ptr(), &mut database);
        sqlite::sqlite3_prepare_v2(database, query.as_ptr(), -1, &mut statement, ptr::null_mut());
        sqlite::sqlite3_step(statement);
        sqlite::sqlite3_column_int(statement, 0)
    };
    println!("SQLite {}: {sum}", sqlite::SQLITE_VERSION_NUMBER / 1_000_000);
}
