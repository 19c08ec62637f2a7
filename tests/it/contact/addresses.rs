//! Addresses: of nobody, of several, and of those who were erased.

use entity::enums::Role;
use entity::id::CustomerId;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{House, at, client, may, no, question, yes};
use crate::harness::App;
use crate::harness::build::{self, input};

#[tokio::test]
async fn an_address_that_no_customer_has_can_opt_out_and_stays_out_when_it_is_registered() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    let said = house.say(at("Prospect@Example.org")).await;
    let id = said.text_at("recordPreference.preference.id");
    let us = json!({ "country": "US" });
    let asked = question(at("prospect@example.org"), us);
    assert_eq!(may(&house.mail, asked.clone()).await, no("OPTED_OUT"));
    house.client("42", "US", &["prospect@example.org"]).await;
    assert_eq!(house.news(client("42")).await, no("OPTED_OUT"));
    // Whoever writes the address into an account does not lift that, unless the address is theirs for sure.
    let subscribe = json!({ "customer": { "email": "prospect@example.org" }, "status": "GIVEN", "method": "CHECKBOX" });
    house.app.set_clock("2026-11-20T11:00:00Z");
    house.say(subscribe.clone()).await.ok();
    assert_eq!(house.news(client("42")).await, no("OPTED_OUT"));
    let query =
        "query($by: CustomerLookupInput!) { customer(by: $by) { identifiers { id kind } } }";
    let known = house
        .owner
        .run(query, json!({ "by": { "email": "prospect@example.org" } }))
        .await;
    let identifiers = known
        .get("customer.identifiers")
        .as_array()
        .unwrap()
        .clone();
    let email = identifiers
        .iter()
        .find(|one| one["kind"] == "EMAIL")
        .unwrap();
    let sure = input(&json!({ "identifierId": email["id"], "method": "ONE_TIME_CODE" }));
    house.owner.run(build::VERIFY_IDENTIFIER, sure).await.ok();
    house.app.set_clock("2026-11-20T12:00:00Z");
    house.say(subscribe).await.ok();
    assert_eq!(house.news(client("42")).await, yes("CONSENTED"));
    assert_eq!(
        house.news(at("prospect@example.org")).await,
        yes("CONSENTED")
    );

    let query = "query($of: ContactAddressInput!) { preferences(filter: { address: $of }) { nodes { id customer { id } } } }";
    let of = json!({ "of": { "email": "prospect@example.org" } });
    let found = house.mail.run(query, of.clone()).await;
    let found = found.get("preferences.nodes").as_array().unwrap().clone();
    assert_eq!(
        found.len(),
        2,
        "what was said of the address, before and after it was made sure of: {found:?}"
    );
    let first = found.iter().find(|one| one["id"] == json!(id)).unwrap();
    assert_eq!(first["customer"], Value::Null);
    let none = json!({ "of": { "email": "nobody@example.org" } });
    assert_eq!(
        house.mail.run(query, none).await.get("preferences.nodes"),
        &json!([])
    );
    let dashboard = house.app.actor(Role::Dashboard).await;
    dashboard.run(query, of).await.refused(403, "FORBIDDEN");
    house.close().await;
}

/// Two accounts share an address: what was said of it counts for both, what one of them said for that one everywhere.
#[tokio::test]
async fn a_shared_address_is_asked_about_for_all_who_share_it() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    house
        .client("42", "US", &["office@example.org", "ada@example.org"])
        .await;
    house.client("43", "US", &["office@example.org"]).await;
    house.say(client("42")).await.ok();
    for whom in [
        client("42"),
        at("office@example.org"),
        at("ada@example.org"),
    ] {
        assert_eq!(house.news(whom).await, no("OPTED_OUT"));
    }
    // The other account is at the same address.
    assert_eq!(house.news(client("43")).await, no("OPTED_OUT"));
    house.say(at("office@example.org")).await.ok();
    assert_eq!(house.news(client("43")).await, no("OPTED_OUT"));
    let ambiguous = json!({ "customer": { "email": "office@example.org" } });
    let answer = house
        .mail
        .run(build::CONTACT_PERMISSION, question(ambiguous, json!({})))
        .await;
    assert_eq!(
        answer.refused(409, "AMBIGUOUS")["extensions"]["field"],
        "customer"
    );
    house.close().await;
}

/// Leaves a customer as an erasure does: without keys, and found by nothing.
async fn erase(app: &App, customer: &str) {
    let db = app.database().look().await;
    let customer: CustomerId = customer.parse().unwrap();
    for sql in [
        "delete from blind_index where target_id in (select id from identifier where customer_id = $1)",
        "delete from data_key where owner_id = $1",
    ] {
        let statement = Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            [customer.uuid().into()],
        );
        db.execute_raw(statement).await.unwrap();
    }
    db.close().await.unwrap();
}

#[tokio::test]
async fn an_opt_out_survives_the_erasure_of_the_customer_and_the_import_of_a_list() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    let customer = house
        .client("42", "US", &["ada@example.org", "ada@work.example"])
        .await;
    house.say(client("42")).await.ok();
    erase(&house.app, &customer).await;
    let abroad = |email| question(at(email), json!({ "country": "US" }));
    for email in ["ada@example.org", "Ada@Work.example"] {
        assert_eq!(
            may(&house.mail, abroad(email)).await,
            no("OPTED_OUT"),
            "{email}"
        );
    }
    // The list that was bought, or kept, says that she consented long ago.
    house.app.set_clock("2026-11-21T10:00:00Z");
    house.client("4200", "US", &["ada@example.org"]).await;
    let import = json!({ "customer": { "email": "ada@example.org" }, "status": "GIVEN", "method": "IMPORT" });
    let mut of_old = import.clone();
    of_old["occurredAt"] = json!("2026-01-01T00:00:00Z");
    for said in [of_old, import] {
        house.say(said).await.ok();
        assert_eq!(house.news(client("4200")).await, no("OPTED_OUT"));
        assert_eq!(house.news(at("ada@example.org")).await, no("OPTED_OUT"));
    }
    // Whoever has the address, and asks again themselves, is believed.
    let again =
        json!({ "address": { "email": "ada@example.org" }, "status": "GIVEN", "method": "BUTTON" });
    house.app.set_clock("2026-11-22T10:00:00Z");
    house.say(again).await.ok();
    assert_eq!(house.news(at("ada@example.org")).await, yes("CONSENTED"));
    assert_eq!(
        may(&house.mail, abroad("ada@work.example")).await,
        no("OPTED_OUT")
    );
    house.app.stop().await;
}
