//! Requests that are no GraphQL request, with a canary in each.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::birds::Canaries;
use crate::harness::Actor;

/// A request, what is wrong with it, and the status of its answer.
pub type Odd = (&'static str, RequestBuilder, u16);

fn json_body(actor: &Actor, body: String) -> RequestBuilder {
    actor
        .post()
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(body)
}

/// Bodies that hold no request.
pub fn bodies(owner: &Actor, canaries: &mut Canaries) -> Vec<Odd> {
    let c = canaries;
    let viewer = "{ viewer { tokenId } }";
    let two = "query A { viewer { tokenId } } query B { viewer { tokenId } }";
    let bodies = [
        (
            "unfinished JSON",
            format!("{{\"query\": \"{}", c.text("unfinished JSON")),
            400,
        ),
        (
            "a query that is a number",
            json!({ "query": 5, "more": c.text("other member") }).to_string(),
            400,
        ),
        (
            "variables that are a text",
            json!({ "query": viewer, "variables": c.text("variables") }).to_string(),
            400,
        ),
        (
            "extensions that are a text",
            json!({ "query": viewer, "extensions": c.text("extensions") }).to_string(),
            400,
        ),
        (
            "an array",
            json!([{ "query": c.text("array") }]).to_string(),
            400,
        ),
        (
            "an operation that is not there",
            json!({ "query": two, "operationName": c.text("name of no operation") }).to_string(),
            400,
        ),
        // Just beyond the limit: what is left of it must not be in the way of the answer.
        (
            "a large body",
            json!({ "query": viewer, "more": c.text("large body").repeat(48_800) }).to_string(),
            413,
        ),
    ];
    bodies
        .into_iter()
        .map(|(what, body, status)| (what, json_body(owner, body), status))
        .collect()
}

/// Heads and addresses that are odd.
pub fn heads(owner: &Actor, stranger: &Actor, canaries: &mut Canaries) -> Vec<Odd> {
    let c = canaries;
    let body = || json!({ "query": "{ viewer { tokenId } }" }).to_string();
    let get = |path: &str| owner.request(Method::GET, path);
    let bearer = |value: String| json_body(stranger, body()).header("authorization", value);
    let register =
        json!({ "query": "mutation { registerRecipient(input: { name: \"A\", role: PROCESSOR }) {
        recipient { id } } }" })
        .to_string();
    let keyed =
        |value: Vec<u8>| json_body(owner, register.clone()).header("idempotency-key", value);
    let path = |text: String| format!("/graphql?query={text}");
    let look_up = |text: &str| {
        path(format!(
            "%7Bcustomer(by:%7Bemail:%22{text}%22%7D)%7Bid%7D%7D"
        ))
    };
    let typed = |header: &'static str, value: String| {
        owner
            .post()
            .header(header, format!("text/{value}"))
            .body(body())
    };
    let (head, payload) = owner.token().split_once('.').unwrap();
    let (_, signature) = payload.rsplit_once('.').unwrap();
    vec![
        ("a path", get(&format!("/{}", c.text("path"))), 404),
        (
            "a query string of metrics",
            get(&format!("/metrics?{}", c.text("query string"))),
            200,
        ),
        (
            "a look-up by GET",
            get(&look_up(&c.text("look-up by GET"))),
            400,
        ),
        (
            "no request by GET",
            get(&format!(
                "/graphql?variables={}",
                c.text("variables by GET")
            )),
            400,
        ),
        (
            "broken escapes by GET",
            get(&path(format!("%ZZ{}", c.text("escapes by GET")))),
            200,
        ),
        (
            "another method",
            owner
                .request(Method::PUT, "/graphql")
                .body(c.text("body of PUT")),
            405,
        ),
        (
            "a content type",
            typed("content-type", c.text("content type")),
            415,
        ),
        (
            "a token that is none",
            bearer(format!("Bearer {}", c.text("bearer"))),
            401,
        ),
        (
            "another scheme",
            bearer(format!("Basic {}", c.text("basic"))),
            401,
        ),
        (
            "a token of no parts",
            bearer(format!("Bearer a.{}.b", c.text("payload of nothing"))),
            401,
        ),
        (
            "another payload",
            bearer(format!("Bearer {head}.{}.{signature}", c.text("payload"))),
            401,
        ),
        (
            "a long idempotency key",
            keyed(c.text("long key in the head").repeat(6).into_bytes()),
            400,
        ),
        (
            "a key that is not ASCII",
            keyed(format!("{}é", c.text("key not in ASCII")).into_bytes()),
            400,
        ),
        ("what is accepted", typed("accept", c.text("accept")), 406),
    ]
}

/// Sends bytes that are not HTTP, and gives what comes back.
pub fn not_http(address: SocketAddr, canary: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    write!(
        stream,
        "GET /{canary} HTTP/9.9\r\nx-{canary}: {canary}\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    // The server may hang up without a word.
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}
