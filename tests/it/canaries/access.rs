//! Who reads, and what for, with a canary wherever somebody says so.

use reqwest::RequestBuilder;
use serde_json::json;

use super::Story;
use super::birds::Canaries;
use super::fields::Person;
use crate::harness::{Actor, send};

const READ: &str =
    "query($by: CustomerLookupInput!) { customer(by: $by) { name identifiers { value } } }";

fn reading(owner: &Actor, headers: [(&str, &str); 2]) -> RequestBuilder {
    let body = json!({ "query": READ, "variables": { "by": { "email": "nobody@example.org" } } });
    let request = owner.post().header("content-type", "application/json");
    let with = |request: RequestBuilder, (name, value)| request.header(name, value);
    headers
        .into_iter()
        .fold(request, with)
        .body(body.to_string())
}

/// Reads a customer on somebody's behalf, and reads who did.
pub async fn done(story: &mut Story, person: &Person) {
    let c = &mut story.canaries;
    let (staff, reason) = (c.text("who reads"), c.text("what it is read for"));
    let (by, encoded) = (format!("whmcs:{staff}"), reason.replace(' ', "%20"));
    let headers = [
        ("privops-on-behalf-of", by.as_str()),
        ("privops-reason", encoded.as_str()),
    ];
    let body = json!({ "query": READ, "variables": { "by": { "externalId": { "system": "whmcs", "id": person.id } } } });
    let request = reading(&story.owner, headers).body(body.to_string());
    send(request).await.unwrap().ok();
    let query = "{ accessLog(first: 100) { nodes { staffId reason } } }";
    let read = story.does(query, json!({})).await.text;
    for text in [staff, reason] {
        assert!(read.contains(&text), "{text} can be read: {read}");
    }
}

/// Headers that cannot be used.
pub fn odd(owner: &Actor, c: &mut Canaries) -> Vec<(&'static str, RequestBuilder, u16)> {
    let nobody = c.text("who reads without a system");
    let long = format!("{}{}", c.text("reason that is too long"), "x".repeat(200));
    let system = format!("{}:1", c.text("no system"));
    let read = |person, reason| {
        reading(
            owner,
            [("privops-on-behalf-of", person), ("privops-reason", reason)],
        )
    };
    vec![
        ("somebody without a system", read(&nobody, "reason"), 400),
        ("a reason that is too long", read("whmcs:1", &long), 400),
        ("a system that is none", read(&system, "reason"), 400),
    ]
}
