//! A page made of a template and a configuration that are read when it starts.

mod page;

use std::fs;

use tiny_http::{Header, Response, Server};

fn main() {
    let config = std::env::args().skip_while(|word| word != "--config").nth(1).expect("--config FILE");
    let config = fs::read_to_string(config).expect("the configuration is there");
    let template = fs::read_to_string("templates/page.html").expect("the template is there");
    let server = Server::http("0.0.0.0:8080").expect("port 8080 is free");
    let html = Header::from_bytes("Content-Type", "text/html").expect("a header");
    for request in server.incoming_requests() {
        let text = page::fill(&template, &config, request.url());
        request.respond(Response::from_string(text).with_header(html.clone())).expect("the peer listens");
    }
}
