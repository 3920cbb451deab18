//! The server of the book: pages from files, a 404 from a file.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

fn handle(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let (status, file) = match request.split(' ').nth(1) {
        Some("/") => ("200 OK", "hello.html"),
        _ => ("404 NOT FOUND", "404.html"),
    };
    let page = fs::read_to_string(file)?;
    write!(stream, "HTTP/1.0 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}", page.len())
}

fn main() -> std::io::Result<()> {
    for stream in TcpListener::bind("0.0.0.0:7878")?.incoming() {
        if let Err(error) = handle(stream?) {
            eprintln!("{error}");
        }
    }
    Ok(())
}
