//! Requests that are no GraphQL request, and documents that ask for what nobody may: refused before anything is
//! carried out.

use std::fmt::Write;

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::json;

use super::input::Refusals;
use super::{DISCLOSE, disclosure, with};
use crate::harness::{Actor, Answer, send};

const VIEWER: &str = "{ viewer { tokenId } }";
const JSON: &str = "application/json";
const RESPONSE: &str = "application/graphql-response+json";

/// Sends bytes that may be anything.
async fn send_bytes(actor: &Actor, content_type: &str, body: Vec<u8>) -> Answer {
    let request = actor
        .post()
        .header("content-type", content_type)
        .header("accept", RESPONSE);
    send(request.body(body)).await.expect("the server answers")
}

/// Sends JSON as it is written here.
async fn send_text(actor: &Actor, body: &str) -> Answer {
    send_bytes(actor, JSON, body.as_bytes().to_vec()).await
}

#[tokio::test]
async fn what_is_no_graphql_request_is_refused() {
    let mut refusals = Refusals::start().await;
    let mut invalid_utf8 = br#"{ "query": "{ viewer { tokenId } }", "operationName": ""#.to_vec();
    invalid_utf8.extend(b"\xc3\x28\" }");
    let deep = format!(
        r#"{{ "query": "query($id: ID!) {{ node(id: $id) {{ id }} }}", "variables": {{ "id": {}{} }} }}"#,
        "[".repeat(2_000),
        "]".repeat(2_000)
    );
    let twice = format!(r#"{{ "query": "{VIEWER}", "query": "{VIEWER}" }}"#);
    for (what, body) in [
        ("nothing", Vec::new()),
        ("not JSON", b"{ viewer { tokenId } }".to_vec()),
        ("null", b"null".to_vec()),
        ("no query", br#"{ "variables": {} }"#.to_vec()),
        (
            "a query that is no string",
            br#"{ "query": { "viewer": 1 } }"#.to_vec(),
        ),
        (
            "variables that are a list",
            br#"{ "query": "{ viewer { tokenId } }", "variables": [] }"#.to_vec(),
        ),
        (
            "an array",
            format!(r#"[{{ "query": "{VIEWER}" }}]"#).into_bytes(),
        ),
        ("an empty array", b"[]".to_vec()),
        ("half of it", br#"{ "query": "{ viewer"#.to_vec()),
        ("invalid UTF-8", invalid_utf8),
        ("a member given twice", twice.into_bytes()),
        ("variables 2,000 levels deep", deep.into_bytes()),
    ] {
        let answer = send_bytes(&refusals.actor, JSON, body).await;
        refusals.note(what, &answer, 400, "BAD_REQUEST", None).await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn what_is_no_post_of_json_is_refused() {
    let mut refusals = Refusals::start().await;
    let body = json!({ "query": VIEWER }).to_string();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
    ] {
        let answer = send_bytes(&refusals.actor, content_type, body.clone().into_bytes()).await;
        refusals
            .note(content_type, &answer, 415, "BAD_REQUEST", None)
            .await;
    }
    let mutation =
        "/graphql?query=mutation%7BregisterCustomer(input:%7B%7D)%7Bcustomer%7Bid%7D%7D%7D";
    for (method, path) in [
        (Method::GET, "/graphql?query=%7Bviewer%7BtokenId%7D%7D"),
        (Method::GET, mutation),
        (Method::PUT, "/graphql"),
        (Method::DELETE, "/graphql"),
    ] {
        let request = refusals
            .actor
            .request(method.clone(), path)
            .header("accept", RESPONSE);
        let answer = send(request).await.unwrap();
        refusals
            .note(method.as_str(), &answer, 405, "BAD_REQUEST", None)
            .await;
        assert_eq!(answer.header("allow"), "POST", "{method}");
    }
    let request = refusals
        .actor
        .post()
        .header("content-type", JSON)
        .header("accept", "text/html");
    let answer = send(request.body(body)).await.unwrap();
    refusals
        .note("HTML", &answer, 406, "BAD_REQUEST", None)
        .await;
    refusals.end().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let mut refusals = Refusals::start().await;
    let body = format!(
        r#"{{ "query": "{VIEWER}"{} }}"#,
        " ".repeat(2 * 1024 * 1024)
    );
    let answer = send_text(&refusals.actor, &body).await;
    refusals
        .note("more than 2 MiB", &answer, 413, "BAD_REQUEST", None)
        .await;
    refusals.end().await;
}

/// Fragments that double at every level: 2^30 fields in a kilobyte and a half.
fn doubling_fragments() -> String {
    let mut document = "{ ...F0 }".to_owned();
    for level in 0..30 {
        let next = level + 1;
        write!(
            document,
            " fragment F{level} on Query {{ ...F{next} ...F{next} }}"
        )
        .unwrap();
    }
    document + " fragment F30 on Query { viewer { tokenId } }"
}

#[tokio::test]
async fn a_document_that_asks_for_too_much_is_refused() {
    let mut refusals = Refusals::start().await;
    let lists = format!(
        r#"{{ nodes(ids: {}"x"{}) {{ id }} }}"#,
        "[".repeat(2_000),
        "]".repeat(2_000)
    );
    let objects = format!(
        "mutation {{ registerCustomer(input: {}1{}) {{ customer {{ id }} }} }}",
        "{ a: ".repeat(2_000),
        "}".repeat(2_000)
    );
    let aliases: String = (0..200).map(|n| format!("a{n}: __typename ")).collect();
    let pages = "{ customers(first: 100) { nodes { disclosures(first: 100) { nodes {
        subjects { customer { disclosures(first: 100) { nodes { id } } } } } } } } }";
    for (what, document, code) in [
        (
            "33 kB",
            format!("{VIEWER}{}", " ".repeat(33_000)),
            "DOCUMENT_TOO_LARGE",
        ),
        (
            "6,000 tokens",
            format!("{{ viewer {{ {} }} }}", "a ".repeat(6_000)),
            "DOCUMENT_TOO_LARGE",
        ),
        ("2,000 lists in each other", lists, "QUERY_TOO_COMPLEX"),
        ("2,000 objects in each other", objects, "QUERY_TOO_COMPLEX"),
        (
            "doubling fragments",
            doubling_fragments(),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "200 aliases",
            format!("{{ {aliases} }}"),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "large pages in large pages",
            pages.to_owned(),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "a fragment in itself",
            "{ ...A } fragment A on Query { viewer { tokenId } ...A }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        let answer = refusals.actor.ask(&document).await;
        refusals.note(what, &answer, 400, code, None).await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn a_document_that_does_not_fit_the_schema_is_refused() {
    let mut refusals = Refusals::start().await;
    for (document, code) in [
        ("{ viewer {", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ a } { b }", "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ customer(by: {}) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            r#"{ customer(by: { email: "a@example.org", phone: "+4930123456" }) { id } }"#,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "mutation { a: registerCustomer(input: {}) { customer { id } }
                b: registerCustomer(input: {}) { customer { id } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "mutation { registerCustomer(input: {}, input: {}) { customer { id } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "mutation { registerCustomer(input: { kind: ROBOT }) { customer { id } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        let answer = refusals.actor.ask(document).await;
        refusals.note(document, &answer, 400, code, None).await;
    }
    for changes in [
        json!({ "ground": "BECAUSE" }),
        json!({ "tier": null }),
        json!({ "method": "PIGEON" }),
        json!({ "recipient": { "name": "A", "role": "FRIEND" } }),
        json!({ "unknown": 1 }),
        json!({ "subjects": [{ "by": { "email": "a@example.org", "phone": "+4930123456" } }] }),
    ] {
        let input = with(disclosure(), &changes);
        let answer = refusals
            .actor
            .run(DISCLOSE, json!({ "input": input }))
            .await;
        let code = "GRAPHQL_VALIDATION_FAILED";
        refusals
            .note(&changes.to_string(), &answer, 400, code, None)
            .await;
    }
    for variables in [json!({}), json!({ "input": null })] {
        let answer = refusals.actor.run(DISCLOSE, variables.clone()).await;
        let code = "GRAPHQL_VALIDATION_FAILED";
        refusals
            .note(&variables.to_string(), &answer, 400, code, None)
            .await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn an_operation_that_is_not_in_the_document_is_refused() {
    let mut refusals = Refusals::start().await;
    let mutation = "mutation A { registerCustomer(input: {}) { customer { id } } }";
    let document = format!("{mutation} query B {VIEWER}");
    for (document, operation) in [
        (document.as_str(), json!("C")),
        (document.as_str(), json!("a")),
        (document.as_str(), json!("")),
        (document.as_str(), json!(null)),
        (mutation, json!("B")),
    ] {
        let body = json!({ "query": document, "operationName": operation }).to_string();
        let answer = send_text(&refusals.actor, &body).await;
        refusals
            .note(&body, &answer, 400, "GRAPHQL_VALIDATION_FAILED", None)
            .await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn an_idempotency_key_that_cannot_be_is_refused() {
    let mut refusals = Refusals::start().await;
    for key in ["", " ", "\t\n", &"k".repeat(201)] {
        let input = with(disclosure(), &json!({ "idempotencyKey": key }));
        refusals
            .invalid(DISCLOSE, input, Some("idempotencyKey"))
            .await;
    }
    let long = "k".repeat(201);
    for (input_key, header, field) in [
        (Some("a"), b"b".as_slice(), "idempotencyKey"),
        (None, b"", "idempotencyKey"),
        (None, b" ", "idempotencyKey"),
        (None, long.as_bytes(), "idempotencyKey"),
        (None, b"caf\xe9", "Idempotency-Key"),
    ] {
        let mut input = disclosure();
        if let Some(key) = input_key {
            input["idempotencyKey"] = json!(key);
        }
        let body = json!({ "query": DISCLOSE, "variables": { "input": input } });
        let request = refusals
            .actor
            .post()
            .header("content-type", JSON)
            .header("accept", RESPONSE);
        let request = request.header("idempotency-key", HeaderValue::from_bytes(header).unwrap());
        let answer = send(request.body(body.to_string())).await.unwrap();
        let what = String::from_utf8_lossy(header);
        refusals
            .note(&what, &answer, 400, "BAD_USER_INPUT", Some(field))
            .await;
    }
    refusals.end().await;
}
