//! Tokens: which are believed, how they are issued, rotated and revoked, and that the last way in stays open.

mod forged;

use std::time::Duration;

use entity::enums::Role;
use privops::entry::instance::Instance;
use privops::platform::clock::Clock;
use serde_json::{Value, json};

use crate::harness::build::{ISSUE_TOKEN, REVOKE_TOKEN, input};
use crate::harness::poll::{eventually, feed};
use crate::harness::{Actor, Answer, App, BEGINNING, config, serve};

/// A question that every token answers.
const WHO: &str = "{ viewer { tokenId integration { id name role } controller { id } } }";

/// How long a token may still work after it was revoked, and the same again for a slow machine.
const REVOKED_WITHIN: Duration = Duration::from_secs(2);

async fn issue(owner: &Actor, wish: &Value) -> Answer {
    owner.run(ISSUE_TOKEN, input(wish)).await
}

async fn revoke(owner: &Actor, token: &str) -> Answer {
    owner
        .run(REVOKE_TOKEN, input(&json!({ "tokenId": token })))
        .await
}

/// Asserts that a caller was turned away and told nothing that these texts say.
#[track_caller]
fn turned_away(what: &str, answer: &Answer, secrets: &[&str]) {
    let outcome = (answer.status, answer.code());
    assert_eq!(outcome, (401, "UNAUTHENTICATED"), "{what}: {}", answer.text);
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer"), "{what}: {challenge:?}");
    assert!(answer.body["data"].is_null(), "{what}: {}", answer.text);
    for secret in secrets {
        assert!(
            !secret.is_empty() && !answer.text.contains(secret),
            "{what}: {}",
            answer.text
        );
    }
}

/// The tokens of an integration that work, as the owner sees them.
async fn tokens_of(owner: &Actor, integration: &str) -> Vec<String> {
    let page = owner
        .ask("{ integrations(first: 100) { nodes { id tokens { id } } } }")
        .await;
    let nodes = page.get("integrations.nodes").as_array().unwrap();
    let node = nodes
        .iter()
        .find(|node| node["id"] == integration)
        .expect("the integration");
    let tokens = node["tokens"].as_array().unwrap();
    tokens
        .iter()
        .map(|token| token["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_token_is_shown_once_and_works_with_its_role() {
    let app = App::start().await;
    let owner = app.owner();
    let wish = json!({ "name": "WHMCS", "role": "BILLING", "idempotencyKey": "setup-1" });

    let first = issue(&owner, &wish).await;
    let again = issue(&owner, &wish).await;

    let (id, integration) = ("issueToken.token.id", "issueToken.integration.id");
    assert_eq!(again.get("issueToken.secret"), &Value::Null);
    assert_eq!(again.get(id), first.get(id));
    assert_eq!(again.get(integration), first.get(integration));
    let other = json!({ "name": "WHMCS", "role": "OWNER", "idempotencyKey": "setup-1" });
    issue(&owner, &other)
        .await
        .refused(409, "IDEMPOTENCY_KEY_REUSED");
    let integration = first.text_at(integration);
    assert_eq!(tokens_of(&owner, &integration).await, [first.text_at(id)]);

    let secret = first.text_at("issueToken.secret");
    let billing = app.bearer(&secret);
    let who = billing.ask(WHO).await;
    assert_eq!(
        who.get("viewer"),
        &json!({
            "tokenId": first.get(id),
            "integration": { "id": integration, "name": "WHMCS", "role": "BILLING" },
            "controller": { "id": app.controller.to_string() },
        })
    );
    billing.ask("{ customers { nodes { id } } }").await.ok();
    issue(&billing, &json!({ "name": "Mine", "role": "OWNER" }))
        .await
        .refused(403, "FORBIDDEN");
    let issued = |events: &[Value]| {
        let about = events
            .iter()
            .filter(|event| event["objectId"] == integration.as_str());
        about
            .filter(|event| event["type"] == "TOKEN_ISSUED")
            .count()
    };
    let events = feed(&owner, |events| issued(events) > 0).await;
    assert_eq!(issued(&events), 1);
    assert!(!Value::from(events).to_string().contains(&secret));
    app.stop().await;
}

#[tokio::test]
async fn a_wish_that_cannot_be_met_issues_nothing() {
    let app = App::start().await;
    let owner = app.owner();
    issue(&owner, &json!({ "name": "WHMCS", "role": "BILLING" }))
        .await
        .ok();
    let integration = owner.ask(WHO).await.text_at("viewer.integration.id");
    let count = "{ integrations(first: 100) { nodes { id tokens { id } } } }";
    let before = owner.ask(count).await.ok().clone();

    for name in ["WHMCS", " WHMCS "] {
        let taken = issue(&owner, &json!({ "name": name, "role": "SUPPORT" })).await;
        taken.refused(409, "CONFLICT");
    }
    for wish in [
        json!({ "name": "", "role": "SUPPORT" }),
        json!({ "name": "x".repeat(201), "role": "SUPPORT" }),
        json!({ "name": "no role" }),
        json!({ "role": "SUPPORT" }),
        json!({}),
        json!({ "integrationId": integration, "name": "both", "role": "OWNER" }),
        json!({ "integrationId": integration, "role": "OWNER" }),
        json!({ "name": "days", "role": "MAIL", "expiresInDays": 0 }),
        json!({ "name": "days", "role": "MAIL", "expiresInDays": -1 }),
        json!({ "name": "days", "role": "MAIL", "expiresInDays": 731 }),
    ] {
        let answer = issue(&owner, &wish).await;
        let outcome = (answer.status, answer.code());
        assert_eq!(outcome, (400, "BAD_USER_INPUT"), "{wish}: {}", answer.text);
    }

    assert_eq!(owner.ask(count).await.ok(), &before);
    app.stop().await;
}

#[tokio::test]
async fn a_token_works_from_its_issue_until_it_expires() {
    let app = App::start().await;
    let wish = json!({ "name": "WHMCS", "role": "BILLING", "expiresInDays": 1 });
    let issued = issue(&app.owner(), &wish).await;
    assert_eq!(
        issued.text_at("issueToken.token.expiresAt"),
        "2026-11-21T10:00:00.000Z"
    );
    let billing = app.bearer(&issued.text_at("issueToken.secret"));
    let integration = issued.text_at("issueToken.integration.id");
    // Beyond the ten seconds by which clocks may differ.
    for (at, works) in [
        (BEGINNING, true),
        ("2026-11-21T09:59:59.999Z", true),
        ("2026-11-21T10:00:10.000Z", false),
        ("2027-11-21T10:00:00.000Z", false),
        ("2026-11-20T09:59:49.000Z", false),
        (BEGINNING, true),
    ] {
        app.set_clock(at);
        let answer = billing.ask(WHO).await;
        if works {
            assert_eq!(answer.text_at("viewer.integration.id"), integration, "{at}");
        } else {
            turned_away(at, &answer, &[&integration, billing.token()]);
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn a_second_token_lets_an_integration_change_over() {
    let app = App::start().await;
    let owner = app.owner();
    let first = issue(&owner, &json!({ "name": "WHMCS", "role": "BILLING" })).await;
    let integration = first.text_at("issueToken.integration.id");

    let second = issue(&owner, &json!({ "integrationId": integration })).await;

    assert_eq!(
        second.get("issueToken.integration"),
        first.get("issueToken.integration")
    );
    let old = app.bearer(&first.text_at("issueToken.secret"));
    let new = app.bearer(&second.text_at("issueToken.secret"));
    let (old_id, new_id) = (
        first.text_at("issueToken.token.id"),
        second.text_at("issueToken.token.id"),
    );
    for (actor, id) in [(&old, &old_id), (&new, &new_id)] {
        let who = actor.ask(WHO).await;
        assert_eq!(who.text_at("viewer.tokenId"), *id);
        assert_eq!(who.text_at("viewer.integration.id"), integration);
    }
    assert_eq!(
        tokens_of(&owner, &integration).await,
        [old_id.clone(), new_id.clone()]
    );

    revoke(&owner, &old_id).await.ok();

    useless(&old).await;
    assert_eq!(new.ask(WHO).await.text_at("viewer.tokenId"), new_id);
    assert_eq!(tokens_of(&owner, &integration).await, [new_id]);
    app.stop().await;
}

/// Waits until a token is turned away.
async fn useless(actor: &Actor) {
    let answer = eventually(REVOKED_WITHIN, "the token stops working", async || {
        let answer = actor.ask(WHO).await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    turned_away("revoked", &answer, &[actor.token()]);
}

/// On the instance that revoked it, and on one that had just seen it work.
#[tokio::test]
async fn a_revoked_token_stops_working_on_every_instance() {
    let app = App::start().await;
    let owner = app.owner();
    let clock = Clock::standing_at(BEGINNING.parse().unwrap());
    let second = Instance::open(config(app.database(), &[]), clock)
        .await
        .unwrap();
    let second = serve(second).await;
    let here = app.actor(Role::Billing).await;
    let there = Actor::new(second.address(), Some(here.token().to_owned()));
    let token = here.ask(WHO).await.text_at("viewer.tokenId");
    assert_eq!(there.ask(WHO).await.text_at("viewer.tokenId"), token);

    let integration = revoke(&owner, &token)
        .await
        .text_at("revokeToken.integration.id");

    useless(&here).await;
    useless(&there).await;
    // Once more is no error; a token that was never there is not found.
    revoke(&owner, &token).await.ok();
    let unknown = "tok_00000000000000000000000000";
    revoke(&owner, unknown).await.refused(404, "NOT_FOUND");
    let revoked = |event: &Value| {
        event["type"] == "TOKEN_REVOKED" && event["objectId"] == integration.as_str()
    };
    feed(&owner, |events| events.iter().any(revoked)).await;
    second.stop().await;
    app.stop().await;
}

#[tokio::test]
async fn the_last_token_of_an_owner_cannot_be_revoked() {
    let app = App::start().await;
    let owner = app.owner();
    let who = owner.ask(WHO).await;
    let (token, integration) = (
        who.text_at("viewer.tokenId"),
        who.text_at("viewer.integration.id"),
    );
    // Neither another role nor an owner's token that has expired is a way in.
    issue(
        &owner,
        &json!({ "name": "officer", "role": "PRIVACY_OFFICER" }),
    )
    .await
    .ok();
    issue(
        &owner,
        &json!({ "name": "deputy", "role": "OWNER", "expiresInDays": 1 }),
    )
    .await
    .ok();
    app.set_clock("2026-11-22T10:00:00.000Z");

    let refused = revoke(&owner, &token).await;

    refused.refused(422, "LAST_OWNER_TOKEN");
    assert_eq!(owner.ask(WHO).await.text_at("viewer.tokenId"), token);
    let refusal = |event: &Value| {
        event["type"] == "REFUSAL_RECORDED" && event["objectId"] == integration.as_str()
    };
    let events = feed(&owner, |events| events.iter().any(refusal)).await;
    assert!(
        events.iter().all(|event| event["type"] != "TOKEN_REVOKED"),
        "{events:?}"
    );

    let deputy = issue(&owner, &json!({ "name": "new deputy", "role": "OWNER" })).await;
    let (id, secret) = ("issueToken.token.id", "issueToken.secret");
    let (deputy, deputy_id) = (app.bearer(&deputy.text_at(secret)), deputy.text_at(id));
    revoke(&deputy, &token).await.ok();
    useless(&owner).await;
    revoke(&deputy, &deputy_id)
        .await
        .refused(422, "LAST_OWNER_TOKEN");
    app.stop().await;
}

#[tokio::test]
async fn integrations_show_when_they_called_last() {
    let app = App::start().await;
    let owner = app.owner();
    let used = app.actor(Role::Billing).await;
    let idle = issue(&owner, &json!({ "name": "idle", "role": "MAIL" })).await;
    let idle = idle.text_at("issueToken.integration.id");
    let at = "2026-11-20T11:30:00.000Z";
    app.set_clock(at);
    let integration = used.ask(WHO).await.text_at("viewer.integration.id");
    // What happens later is not when it called.
    app.set_clock("2026-11-20T12:00:00.000Z");

    let last_use = async |id: &str| {
        let query = "{ integrations(first: 10) { nodes { id lastUsedAt } } }";
        let page = owner.ask(query).await;
        let nodes = page.get("integrations.nodes").as_array().unwrap();
        let node = nodes
            .iter()
            .find(|node| node["id"] == id)
            .expect("the integration");
        node["lastUsedAt"].as_str().map(str::to_owned)
    };
    let within = Duration::from_secs(10);
    let seen = eventually(within, "a last use", async || last_use(&integration).await).await;

    assert_eq!(seen, at);
    assert_eq!(last_use(&idle).await, None);
    app.stop().await;
}
