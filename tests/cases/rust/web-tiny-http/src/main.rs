//! A clock over HTTP that can't run slow: it only adds.

use tiny_http::{Response, Server};

/// `/add/HH:MM/MINUTES` as the time of day that many minutes later.
fn add(path: &str) -> Option<String> {
    let (time, minutes) = path.strip_prefix("/add/")?.split_once('/')?;
    let (hour, minute) = time.split_once(':')?;
    let sum = hour.parse::<u32>().ok()? * 60 + minute.parse::<u32>().ok()? + minutes.parse::<u32>().ok()?;
    Some(format!("{:02}:{:02}\n", sum / 60 % 24, sum % 60))
}

fn main() {
    let server = Server::http("0.0.0.0:8080").expect("port 8080 is free");
    for request in server.incoming_requests() {
        let sent = match add(request.url()) {
            Some(time) => request.respond(Response::from_string(time)),
            None => request.respond(Response::from_string("no such time\n").with_status_code(404)),
        };
        if let Err(error) = sent {
            eprintln!("{error}");
        }
    }
}
