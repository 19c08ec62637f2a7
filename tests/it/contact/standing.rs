//! What stands, when several things were said, by several, of several addresses.

use serde_json::{Value, json};

use super::{House, NEWS, at, client, may, no, question, yes};
use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, App, BEGINNING, config, serve};
use crate::transfer::{Exported, import, succeeded};
use entity::enums::Role;
use privops::entry::instance::Instance;
use privops::platform::clock::Clock;

impl House {
    /// The ids of a client's identifiers, by their values.
    async fn identifier(&self, number: &str, email: &str) -> String {
        let query =
            "query($by: CustomerLookupInput!) { customer(by: $by) { identifiers { id value } } }";
        let found = self
            .owner
            .run(query, json!({ "by": client(number)["customer"] }))
            .await;
        let all = found
            .get("customer.identifiers")
            .as_array()
            .unwrap()
            .clone();
        let one = all.iter().find(|one| one["value"] == email).unwrap();
        one["id"].as_str().unwrap().to_owned()
    }

    async fn end(&self, number: &str, email: &str) {
        let id = self.identifier(number, email).await;
        let end = input(&json!({ "identifierId": id }));
        self.owner.run(build::END_IDENTIFIER, end).await.ok();
    }

    async fn verify(&self, number: &str, email: &str) {
        let id = self.identifier(number, email).await;
        let sure = input(&json!({ "identifierId": id, "method": "ONE_TIME_CODE" }));
        self.owner.run(build::VERIFY_IDENTIFIER, sure).await.ok();
    }

    async fn merge(&self, ids: [&str; 2]) {
        let both = input(&json!({ "from": { "id": ids[0] }, "into": { "id": ids[1] } }));
        self.owner.run(build::MERGE_CUSTOMERS, both).await.ok();
    }
}

fn given(mut whom: Value) -> Value {
    whom["status"] = json!("GIVEN");
    whom["method"] = json!("BUTTON");
    whom
}

fn gone(email: &str) -> Value {
    json!({ "address": { "email": email }, "purpose": null, "optOut": "MARKETING", "channel": "EMAIL",
        "status": "UNREACHABLE", "method": "BOUNCE" })
}

/// A list may say that somebody consents; it lifts no refusal, whoever is asked about.
#[tokio::test]
async fn a_list_brings_consents_and_lifts_no_refusal() {
    let house = House::open().await;
    house.client("42", "DE", &["ada@example.org"]).await;
    house.client("43", "DE", &["bob@example.org"]).await;
    let listed = |number: &str| {
        let mut said = client(number);
        said["status"] = json!("GIVEN");
        said["method"] = json!("IMPORT");
        said
    };
    house.say(client("42")).await.ok();
    house.app.set_clock("2026-11-21T10:00:00Z");
    for number in ["42", "43"] {
        house.say(listed(number)).await.ok();
    }
    assert_eq!(house.news(client("43")).await, yes("CONSENTED"));
    for whom in [client("42"), at("ada@example.org")] {
        assert_eq!(house.news(whom).await, no("OPTED_OUT"));
    }
    house.app.set_clock("2026-11-22T10:00:00Z");
    house.say(given(client("42"))).await.ok();
    assert_eq!(house.news(client("42")).await, yes("CONSENTED"));
    house.close().await;
}

/// To a customer a message may go at any address of theirs: the strictest counts, of those that are theirs now.
#[tokio::test]
async fn a_customer_with_several_addresses_is_asked_about_at_all_of_them() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    let emails = ["ada@example.org", "ada@work.example"];
    house.client("42", "US", &emails).await;
    // A mailbox that is gone is not written to; there is another.
    house.say(gone(emails[0])).await.ok();
    assert_eq!(house.news(at(emails[0])).await, no("UNREACHABLE"));
    assert_eq!(house.news(at(emails[1])).await, yes("NOT_OBJECTED"));
    assert_eq!(house.news(client("42")).await, yes("NOT_OBJECTED"));
    house.say(gone(emails[1])).await.ok();
    assert_eq!(house.news(client("42")).await, no("UNREACHABLE"));
    // With a new one they are reached again, and the old one says nothing of it.
    house.end("42", emails[1]).await;
    let id = house.identifier("42", emails[0]).await;
    let customer = house
        .owner
        .run(
            "query($by: CustomerLookupInput!) { customer(by: $by) { id } }",
            json!({ "by": client("42")["customer"] }),
        )
        .await
        .text_at("customer.id");
    let new =
        input(&json!({ "customerId": customer, "identifier": { "email": "ada@new.example" } }));
    house.owner.run(build::ADD_IDENTIFIER, new).await.ok();
    assert_eq!(house.news(client("42")).await, yes("NOT_OBJECTED"));
    let end = input(&json!({ "identifierId": id }));
    house.owner.run(build::END_IDENTIFIER, end).await.ok();
    // What is said of an address that was theirs is said by whoever has it now.
    house.say(at(emails[0])).await.ok();
    assert_eq!(house.news(client("42")).await, yes("NOT_OBJECTED"));
    // What they say themselves counts wherever they are.
    house.say(client("42")).await.ok();
    house.app.set_clock("2026-11-21T10:00:00Z");
    house.say(given(at(emails[0]))).await.ok();
    assert_eq!(house.news(at(emails[0])).await, yes("CONSENTED"));
    assert_eq!(house.news(client("42")).await, no("OPTED_OUT"));
    house.app.set_clock("2026-11-22T10:00:00Z");
    house.say(given(client("42"))).await.ok();
    assert_eq!(house.news(at("ada@new.example")).await, yes("CONSENTED"));
    // Who is asked about by letter or in the portal is reached there as well.
    for channel in ["POST", "IN_APP"] {
        let mut asked = question(client("42"), json!({}));
        asked["question"]["channel"] = json!(channel);
        assert_eq!(may(&house.mail, asked).await, yes("CONSENTED"), "{channel}");
    }
    house.close().await;
}

/// Whoever writes an address into an account does not consent for that account by it.
#[tokio::test]
async fn a_consent_at_an_address_is_the_customers_once_that_is_made_sure_of() {
    let house = House::open().await;
    house.client("42", "DE", &["ada@example.org"]).await;
    let said = house.say(given(at("ada@example.org"))).await;
    said.ok();
    assert_eq!(house.news(at("ada@example.org")).await, yes("CONSENTED"));
    assert_eq!(house.news(client("42")).await, no("NO_CONSENT"));
    house.verify("42", "ada@example.org").await;
    assert_eq!(
        house.news(client("42")).await,
        yes("CONSENTED"),
        "it was hers all the time"
    );
    house.app.set_clock("2026-11-21T10:00:00Z");
    house.say(given(at("ada@example.org"))).await.ok();
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { currentPreferences { status purpose: decidedBy { purpose } } } }";
    let by = json!({ "by": client("42")["customer"] });
    let current = house.owner.run(query, by).await;
    assert_eq!(
        current.get("customer.currentPreferences"),
        &json!([{ "status": "GIVEN", "purpose": { "purpose": NEWS } }])
    );
    house.close().await;
}

#[tokio::test]
async fn who_refused_a_part_is_not_asked_for_the_whole_and_what_is_over_lifts_nothing() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    house.client("42", "US", &["ada@example.org"]).await;
    house.client("43", "US", &["bob@example.org"]).await;
    house.say(client("42")).await.ok();
    let whole = json!({ "purpose": "marketing" });
    let asked = |number: &str| question(client(number), whole.clone());
    assert_eq!(may(&house.mail, asked("42")).await, no("OPTED_OUT"));
    assert_eq!(may(&house.mail, asked("43")).await, yes("NOT_OBJECTED"));
    for (day, status) in [(21, "UNKNOWN"), (22, "EXPIRED")] {
        house.app.set_clock(&format!("2026-11-{day}T10:00:00Z"));
        for number in ["42", "43"] {
            let mut said = client(number);
            said["status"] = json!(status);
            said["method"] = json!("STAFF");
            house.say(said).await.ok();
        }
        assert_eq!(house.news(client("42")).await, no("OPTED_OUT"));
        assert_eq!(house.news(client("43")).await, yes("NOT_OBJECTED"));
    }
    // It may be where the law asks for a consent.
    house.rule("DE", "CONSENT").await;
    let everywhere = input(&json!({ "basis": "LEGITIMATE_INTERESTS" }));
    house
        .owner
        .run(build::SET_CONTACT_RULE, everywhere)
        .await
        .ok();
    assert_eq!(house.news(at("eve@example.org")).await, no("NO_CONSENT"));
    let abroad = question(at("eve@example.org"), json!({ "country": "FR" }));
    assert_eq!(may(&house.mail, abroad).await, yes("NOT_OBJECTED"));
    house.close().await;
}

/// A into B, B into C: what C consented to before it was one with A lifts nothing that A refused.
#[tokio::test]
async fn after_a_chain_of_merges_only_what_all_say_as_one_lifts_a_refusal() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    let mut ids = Vec::new();
    for (number, email) in [
        ("1", "a@example.org"),
        ("2", "b@example.org"),
        ("3", "c@example.org"),
    ] {
        ids.push(house.client(number, "US", &[email]).await);
    }
    house.say(client("1")).await.ok();
    house.app.set_clock("2026-11-21T10:00:00Z");
    house.merge([&ids[0], &ids[1]]).await;
    house.app.set_clock("2026-11-22T10:00:00Z");
    house.say(given(client("3"))).await.ok();
    assert_eq!(house.news(client("3")).await, yes("CONSENTED"));
    house.app.set_clock("2026-11-23T10:00:00Z");
    house.merge([&ids[1], &ids[2]]).await;
    for number in ["1", "2", "3"] {
        assert_eq!(
            house.news(client(number)).await,
            no("OPTED_OUT"),
            "{number}"
        );
    }
    house.app.set_clock("2026-11-24T10:00:00Z");
    house.say(given(client("3"))).await.ok();
    assert_eq!(house.news(client("1")).await, yes("CONSENTED"));
    house.close().await;
}

/// The first opt-out of a controller makes the key of its digests: when two instances have one at the same time, both count
/// everywhere.
#[tokio::test]
async fn two_instances_hear_the_first_opt_out_at_the_same_time() {
    let house = House::open().await;
    let clock = Clock::standing_at(BEGINNING.parse().unwrap());
    let second = Instance::open(config(house.app.database(), &[]), clock)
        .await
        .unwrap();
    let second = serve(second).await;
    let there = Actor::new(second.address(), Some(house.mail.token().to_owned()));
    let say = |by: Actor, number: usize| async move {
        let said = json!({ "address": { "email": format!("client{number}@example.org") }, "purpose": NEWS,
            "status": "WITHDRAWN", "method": "UNSUBSCRIBE_LINK" });
        by.run(build::RECORD_PREFERENCE, input(&said)).await.ok();
    };
    let all = (0..8).map(|number| {
        let by = if number % 2 == 0 { &house.mail } else { &there };
        say(by.clone(), number)
    });
    futures_util::future::join_all(all).await;
    for number in 0..8 {
        let asked = question(at(&format!("client{number}@example.org")), json!({}));
        for by in [&house.mail, &there] {
            assert_eq!(may(by, asked.clone()).await, no("OPTED_OUT"), "{number}");
        }
    }
    second.stop().await;
    house.close().await;
}

/// Whoever opted out stays out in another installation, of which the keyring is another.
#[tokio::test]
async fn an_opt_out_moves_with_the_controller() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    house.client("42", "US", &["ada@example.org"]).await;
    house.say(client("42")).await.ok();
    house.say(at("eve@example.org")).await.ok();
    house.say(gone("cy@example.org")).await.ok();
    let there = App::start().await;
    let controller = house.app.controller;
    let exported = Exported::of(house.app.database(), &controller.to_string(), "moved").await;
    succeeded(&import(there.database(), &exported.path).await);
    let mail = there.actor_of(controller, Role::Mail).await;
    let us = json!({ "country": "US" });
    for (email, reason) in [
        ("ada@example.org", "OPTED_OUT"),
        ("eve@example.org", "OPTED_OUT"),
        ("cy@example.org", "UNREACHABLE"),
    ] {
        let asked = question(at(email), us.clone());
        assert_eq!(may(&mail, asked).await, no(reason), "{email}");
    }
    let bob = question(at("bob@example.org"), us);
    assert_eq!(may(&mail, bob).await, yes("NOT_OBJECTED"));
    let survey = Survey::of(there.database()).await;
    survey.assert_gapless().await;
    survey.assert_no_halves().await;
    survey.close().await;
    there.stop().await;
    house.close().await;
}
