//! What a person gets who asks for their data, with a canary in it, and one in every place of a link.

use std::io::Read as _;

use reqwest::Method;
use serde_json::json;

use super::Story;
use super::fields::staff;
use crate::harness::build::packages::{asked_for, packed};
use crate::harness::build::{self, input};
use crate::harness::{Actor, send};

/// Has somebody's data put together and fetched, by a link that must not be found anywhere.
pub async fn done(story: &mut Story) {
    let text = story.canaries.text("text of who asks for data");
    let request = json!({ "channel": "EMAIL", "receivedAt": "2024-05-02T00:00:00Z", "text": text });
    let [item, _] = asked_for(&story.owner, &request).await;
    let package = packed(&story.owner, &item).await;
    let c = &mut story.canaries;
    let link = json!({ "packageId": package, "onBehalfOf": staff(c, "who links"),
        "idempotencyKey": c.text("key of a link") });
    let link = story.does(build::LINK_ACCESS_PACKAGE, input(&link)).await;
    let path = link.text_at("linkAccessPackage.path");
    let token = path.strip_prefix("/packages/").expect("a path");
    story.canaries.told("token of a link", token);
    let front = send(story.owner.request(Method::GET, &path)).await.unwrap();
    assert_eq!(front.status, 200);
    story.keep("the page at a link", &front, false);
    let fetched = story
        .owner
        .request(Method::POST, &path)
        .send()
        .await
        .unwrap();
    let bytes = fetched.bytes().await.unwrap().to_vec();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut data = String::new();
    archive
        .by_name("data.json")
        .unwrap()
        .read_to_string(&mut data)
        .unwrap();
    assert!(data.contains(&text), "{data}");
    let used = send(story.owner.request(Method::POST, &path))
        .await
        .unwrap();
    assert_eq!(used.status, 404);
    story.keep("a link that was used", &used, true);
}

/// Links that lead nowhere: what it is, the request, and what is answered.
pub fn odd(
    somebody: &Actor,
    canaries: &mut super::birds::Canaries,
) -> Vec<(&'static str, reqwest::RequestBuilder, u16)> {
    let mut visit = |method| {
        let token = canaries.text("token that is none").replace(' ', "%20");
        somebody.request(method, &format!("/packages/{token}"))
    };
    vec![
        ("a page at no link", visit(Method::GET), 404),
        ("a button at no link", visit(Method::POST), 404),
        ("another method at no link", visit(Method::DELETE), 405),
    ]
}
