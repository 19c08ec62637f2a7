//! Packages of what is known of a customer.

use std::time::Duration;

use serde_json::{Value, json};

use super::work::work_on;
use super::{ACCESS_PACKAGE, Ids, LINK_ACCESS_PACKAGE, OPEN_REQUEST, input};
use crate::harness::Actor;
use crate::harness::poll::eventually;

/// Has a package of an item put together, and waits for it; gives its id.
pub async fn packed(owner: &Actor, item: &str) -> String {
    let order = input(&json!({ "itemId": item }));
    let ordered = owner.run(ACCESS_PACKAGE, order).await;
    let id = ordered.text_at("accessPackage.package.id");
    let query = "query($id: ID!) { node(id: $id) { ... on AccessPackage { status } } }";
    let look = async || {
        let found = owner.run(query, json!({ "id": id })).await;
        let status = found.text_at("node.status");
        (status != "PLANNED").then_some(status)
    };
    let status = eventually(Duration::from_secs(30), "a package is built", look).await;
    assert_eq!(status, "READY");
    id
}

/// Opens a request for data of somebody whom no system knows, and has it worked on; gives the ids of its items.
pub async fn asked_for(owner: &Actor, request: &Value) -> [String; 2] {
    let mut request = request.clone();
    request["items"] = json!([{ "type": "ACCESS" }, { "type": "PORTABILITY" }]);
    let opened = owner.run(OPEN_REQUEST, input(&request)).await;
    let items = [0, 1].map(|at| opened.text_at(&format!("openRequest.request.items.{at}.id")));
    for item in &items {
        work_on(owner, item).await;
    }
    items
}

/// What is known of somebody, with a link to it.
pub(super) async fn done(owner: &Actor, ids: &mut Ids) {
    let request = json!({ "channel": "EMAIL", "receivedAt": "2026-11-20T09:00:00Z" });
    [ids.packed_item, ids.unpacked_item] = asked_for(owner, &request).await;
    ids.package = packed(owner, &ids.packed_item).await;
    let link = input(&json!({ "packageId": ids.package }));
    owner.run(LINK_ACCESS_PACKAGE, link).await.ok();
}
