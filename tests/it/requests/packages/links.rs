//! How packages are handed out.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Fetched, visit};
use crate::harness::build::{self, input};
use crate::requests::work::by_hand;
use crate::requests::{Host, asking, whmcs, with};

/// A package of a client that is ready.
async fn ready(host: &Host, more: &[(&str, Value)]) -> (Value, Value) {
    host.client("42", None).await;
    let mut request = with(asking(&["ACCESS"]), "customer", whmcs("42"));
    for (field, value) in more {
        request[*field] = value.clone();
    }
    let opened = host.open(&request).await;
    let item = opened["items"][0]["id"].clone();
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(&item, to).await;
    }
    by_hand(host, "whmcs").await;
    (host.ready(&item).await, opened)
}

#[tokio::test]
async fn a_link_works_once() {
    let host = Host::start().await;
    let (package, _) = ready(&host, &[]).await;
    let stranger = host.app.stranger();
    let path = host.path(&package).await;
    // Programs that look at links use nothing up.
    for _ in 0..3 {
        assert_eq!(visit(&stranger, Method::GET, &path).await.status, 200);
    }
    let puts = visit(&stranger, Method::PUT, &path).await;
    assert_eq!((puts.status, puts.header("allow")), (405, "GET, POST"));
    // Whoever presses the button twice at once gets it once.
    let both = tokio::join!(
        visit(&stranger, Method::POST, &path),
        visit(&stranger, Method::POST, &path)
    );
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);

    let used = visit(&stranger, Method::GET, &path).await;
    let wrong = visit(&stranger, Method::GET, "/packages/wrong").await;
    let odd = visit(&stranger, Method::POST, "/packages/%00%ff").await;
    for answer in [&used, &wrong, &odd] {
        assert_eq!(answer.status, 404);
        assert_eq!(answer.text, used.text, "nothing is told apart");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), value);
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
    }

    let fetched = Fetched::by(&stranger, &host.path(&package).await).await;
    let header = |name: &str| {
        let found = fetched.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("content-type"), Some("application/zip"));
    assert_eq!(header("cache-control"), Some("no-store"));
    let shown = host.package(package["id"].as_str().unwrap()).await;
    let links = shown["links"].as_array().unwrap();
    assert_eq!(links.len(), 2);
    assert!(links.iter().all(|link| !link["usedAt"].is_null()));
    assert_eq!(links[0]["recordedBy"]["role"], "PRIVACY_OFFICER");
    host.stop().await;
}

#[tokio::test]
async fn a_link_has_an_end_and_so_has_a_package() {
    let host = Host::start().await;
    let (package, _) = ready(&host, &[]).await;
    let stranger = host.app.stranger();
    assert_eq!(package["expiresAt"], "2026-07-11T08:00:00.000Z", "30 days");
    for until in ["2026-06-11T08:00:00Z", "2026-07-11T08:00:00.001Z"] {
        let refused = host.link(&package, Some(until)).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "expiresAt");
    }
    let usual = host.link(&package, None).await;
    assert_eq!(
        usual.get("linkAccessPackage.link.expiresAt"),
        "2026-06-18T08:00:00.000Z"
    );
    let usual = usual.text_at("linkAccessPackage.path");
    let longest = host.link(&package, Some("2026-07-11T08:00:00Z")).await;
    let longest = longest.text_at("linkAccessPackage.path");

    host.app.set_clock("2026-06-18T08:00:00Z");
    assert_eq!(visit(&stranger, Method::POST, &usual).await.status, 404);
    assert_eq!(visit(&stranger, Method::GET, &longest).await.status, 200);
    host.app.set_clock("2026-07-11T08:00:00Z");
    assert_eq!(visit(&stranger, Method::POST, &longest).await.status, 404);
    let shown = host.package(package["id"].as_str().unwrap()).await;
    assert_eq!(shown["status"], "EXPIRED");
    let refused = host.link(&package, None).await;
    refused.refused(422, "TRANSITION_NOT_ALLOWED");
    host.stop().await;
}

/// The clerk sends the call again after a lost answer, and tries without end.
#[tokio::test]
async fn what_hands_a_package_out_is_shown_once() {
    let host = Host::start().await;
    let (package, _) = ready(&host, &[]).await;
    let mut link = json!({ "packageId": package["id"], "idempotencyKey": "mail 7" });
    let made = host
        .officer
        .run(build::LINK_ACCESS_PACKAGE, input(&link))
        .await;
    let path = made.text_at("linkAccessPackage.path");
    let again = host
        .officer
        .run(build::LINK_ACCESS_PACKAGE, input(&link))
        .await;
    assert_eq!(again.get("linkAccessPackage.path"), &Value::Null);
    assert_eq!(
        again.get("linkAccessPackage.link"),
        made.get("linkAccessPackage.link")
    );
    assert_eq!(
        visit(&host.app.stranger(), Method::GET, &path).await.status,
        200
    );
    for number in 2..=20 {
        link["idempotencyKey"] = json!(format!("mail {number} more"));
        host.officer
            .run(build::LINK_ACCESS_PACKAGE, input(&link))
            .await
            .ok();
    }
    link["idempotencyKey"] = json!("one too many");
    let refused = host
        .officer
        .run(build::LINK_ACCESS_PACKAGE, input(&link))
        .await;
    let error = refused.refused(400, "BAD_USER_INPUT");
    assert_eq!(error["extensions"]["field"], "packageId");
    host.stop().await;
}

/// An agent's authority ends; a request is put on hold: links that were sent do not work any more.
#[tokio::test]
async fn a_link_does_not_outlive_the_right_to_ask() {
    let host = Host::start().await;
    let agent = json!({ "kind": "AUTHORISED_AGENT", "proof": "a power of attorney", "authorityUntil": "2026-06-12" });
    let (package, _) = ready(&host, &[("requester", agent)]).await;
    let path = host.path(&package).await;
    let stranger = host.app.stranger();
    assert_eq!(visit(&stranger, Method::GET, &path).await.status, 200);
    host.app.set_clock("2026-06-14T08:00:00Z");
    assert_eq!(visit(&stranger, Method::POST, &path).await.status, 404);
    host.link(&package, None)
        .await
        .refused(422, "AUTHORITY_EXPIRED");
    host.order(&package["item"]["id"])
        .await
        .refused(422, "AUTHORITY_EXPIRED");
    host.stop().await;

    let host = Host::start().await;
    let (package, opened) = ready(&host, &[]).await;
    let path = host.path(&package).await;
    host.step(&opened["items"][0]["id"], "ON_HOLD").await;
    assert_eq!(
        visit(&host.app.stranger(), Method::POST, &path)
            .await
            .status,
        404
    );
    host.stop().await;
}
