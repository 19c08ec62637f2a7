//! A billing system sends all its clients again, every night.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{LOOK_UP, end, events_of, identifier, known, register, whmcs};
use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};

/// A client as the billing system has it.
fn client(id: &str, changes: &Value) -> Value {
    let mut client = json!({
        "externalId": { "system": "whmcs", "id": id },
        "name": format!("Client {id}"),
        "emails": [format!("client{id}@example.org")],
    });
    for (field, value) in changes.as_object().unwrap() {
        client[field] = value.clone();
    }
    client
}

async fn import(actor: &Actor, customers: &[Value]) -> Answer {
    let all = json!({ "customers": customers });
    actor.run(build::IMPORT_CUSTOMERS, input(&all)).await
}

/// What was done with each item.
fn outcomes(answer: &Answer) -> Vec<&str> {
    let results = answer.get("importCustomers.results").as_array().unwrap();
    results
        .iter()
        .map(|result| {
            let code = result["error"]["code"].as_str();
            result["outcome"].as_str().or(code).unwrap()
        })
        .collect()
}

async fn find(actor: &Actor, client: &str) -> String {
    let found = actor.run(LOOK_UP, json!({ "by": whmcs(client) })).await;
    found.text_at("customer.id")
}

#[tokio::test]
async fn an_import_registers_changes_and_leaves_alone() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let known_id = register(&billing, "1").await;
    let other = register(&billing, "2").await;

    let changed = json!({ "name": "Client 1 Ltd", "kind": "ORGANISATION", "country": "DE" });
    let items = [
        client("1", &changed),
        client("2", &json!({})),
        client("3", &json!({})),
    ];
    let answer = import(&billing, &items).await;

    assert_eq!(outcomes(&answer), ["UPDATED", "UNCHANGED", "CREATED"]);
    let results = answer.get("importCustomers.results");
    assert_eq!(results[0]["customer"]["id"], known_id);
    assert_eq!(results[1]["customer"]["id"], other);
    assert_eq!(results[2]["customer"]["id"], find(&billing, "3").await);
    let after = known(&billing, &known_id).await;
    assert_eq!(after["name"], "Client 1 Ltd");
    assert_eq!(
        (&after["kind"], &after["version"]),
        (&json!("ORGANISATION"), &json!(2))
    );
    assert_eq!(events_of(&app, &other).await, ["customer.registered"]);
    // The same once more is known.
    let again = import(&billing, &items).await;
    assert_eq!(outcomes(&again), ["UNCHANGED"; 3]);
    assert_eq!(known(&billing, &known_id).await, after);
    // Null clears, what is absent stays, and whoever left can come back.
    let left = json!({ "country": null, "servicesEndedAt": "2026-11-01T00:00:00Z" });
    let id_only = json!({ "externalId": { "system": "WHMCS", "id": "3" } });
    let answer = import(&billing, &[client("1", &left), id_only]).await;
    assert_eq!(outcomes(&answer), ["UPDATED", "UNCHANGED"]);
    let after = known(&billing, &known_id).await;
    assert_eq!(
        (&after["country"], &after["name"]),
        (&Value::Null, &json!("Client 1"))
    );
    assert_eq!(after["servicesEndedAt"], "2026-11-01T00:00:00.000Z");
    let back = json!({ "servicesEndedAt": null });
    import(&billing, &[client("1", &back)]).await.ok();
    assert_eq!(
        known(&billing, &known_id).await["servicesEndedAt"],
        Value::Null
    );
    end(app).await;
}

#[tokio::test]
async fn an_address_that_is_sent_no_more_ends_unless_somebody_else_recorded_it() {
    let app = App::start().await;
    let (billing, tickets) = (app.actor(Role::Billing).await, app.owner());
    let with = |emails: Value, phones: Value| {
        client(
            "1",
            &json!({ "emails": emails, "phones": phones, "country": "DE" }),
        )
    };
    let first = with(
        json!(["old@example.org", "kept@example.org"]),
        json!(["030 123456"]),
    );
    import(&billing, &[first]).await.ok();
    let id = find(&billing, "1").await;
    for email in ["ticket@example.org", "both@example.org"] {
        let adding = json!({ "customerId": id, "identifier": { "email": email } });
        tickets
            .run(build::ADD_IDENTIFIER, input(&adding))
            .await
            .ok();
    }

    let second = with(
        json!([
            "KEPT@example.org",
            "new@example.org",
            "both@example.org",
            "new@Example.org"
        ]),
        Value::Null,
    );
    let answer = import(&billing, std::slice::from_ref(&second)).await;

    assert_eq!(outcomes(&answer), ["UPDATED"]);
    let after = known(&billing, &id).await;
    let mut live = Vec::new();
    for one in after["identifiers"].as_array().unwrap() {
        if one["endedAt"].is_null() {
            live.push(one["value"].as_str().unwrap());
        }
    }
    let expected = [
        "1",
        "kept@example.org",
        "ticket@example.org",
        "both@example.org",
        "new@example.org",
    ];
    assert_eq!(live, expected);
    for ended in ["old@example.org", "030 123456"] {
        assert_eq!(
            identifier(&after, ended)["endedAt"],
            crate::harness::BEGINNING
        );
    }
    assert_eq!(after["version"], 1);
    let events = events_of(&app, &id).await;
    let count = |kind: &str| events.iter().filter(|one| *one == kind).count();
    assert_eq!(
        (count("identifier.added"), count("identifier.ended")),
        (3, 2)
    );
    // Nothing said of them leaves them; an address that ended comes back as another identifier.
    let silent = json!({ "externalId": { "system": "whmcs", "id": "1" }, "externalIds": [{ "system": "stripe", "id": "cus_1" }] });
    assert_eq!(
        outcomes(&import(&billing, std::slice::from_ref(&silent)).await),
        ["UPDATED"]
    );
    assert_eq!(outcomes(&import(&billing, &[silent]).await), ["UNCHANGED"]);
    assert_eq!(outcomes(&import(&billing, &[second]).await), ["UNCHANGED"]);
    let back = with(json!(["old@example.org"]), json!([]));
    import(&billing, &[back]).await.ok();
    let after = known(&billing, &id).await;
    let all = after["identifiers"].as_array().unwrap();
    let of_old: Vec<_> = all
        .iter()
        .filter(|one| one["value"] == "old@example.org")
        .collect();
    assert_eq!(of_old.len(), 2);
    assert_eq!(of_old[1]["endedAt"], Value::Null);
    end(app).await;
}

/// What cannot be imported, each with its code and field.
fn impossible(brand: &str) -> Vec<(Value, &'static str, Option<&'static str>)> {
    let bad = |changes: Value, field: &'static str| {
        (client("9", &changes), "BAD_USER_INPUT", Some(field))
    };
    vec![
        bad(
            json!({ "externalId": { "system": "not a system", "id": "9" } }),
            ".externalId",
        ),
        bad(
            json!({ "externalId": { "system": "whmcs", "id": " " } }),
            ".externalId",
        ),
        bad(
            json!({ "externalIds": [{ "system": "whmcs", "id": "" }] }),
            ".externalIds[0]",
        ),
        bad(
            json!({ "emails": ["jane@example.org", "jane"] }),
            ".emails[1]",
        ),
        bad(json!({ "phones": ["123"] }), ".phones[0]"),
        bad(
            json!({ "emails": vec!["jane@example.org"; 101] }),
            ".emails",
        ),
        bad(json!({ "name": "x".repeat(201) }), ".name"),
        bad(json!({ "kind": null }), ".kind"),
        bad(json!({ "category": null }), ".category"),
        bad(json!({ "registeredAt": null }), ".registeredAt"),
        bad(
            json!({ "registeredAt": "2027-01-01T00:00:00Z" }),
            ".registeredAt",
        ),
        bad(
            json!({ "servicesEndedAt": "2027-01-01T00:00:00Z" }),
            ".servicesEndedAt",
        ),
        bad(
            json!({ "externalId": { "system": "whmcs", "id": "good" } }),
            "",
        ),
        bad(
            json!({ "externalIds": [{ "system": "whmcs", "id": "good" }] }),
            "",
        ),
        (
            client("10", &json!({ "brandId": brand })),
            "NOT_FOUND",
            None,
        ),
        (
            client(
                "11",
                &json!({ "externalIds": [{ "system": "whmcs", "id": "taken" }] }),
            ),
            "CONFLICT",
            None,
        ),
    ]
}

#[tokio::test]
async fn one_that_cannot_be_imported_rejects_all() {
    let app = App::start().await;
    let (billing, foreign) = (
        app.actor(Role::Billing).await,
        app.foreigner(Role::Owner).await,
    );
    let brand = foreign
        .run(build::REGISTER_BRAND, input(&json!({ "name": "Theirs" })))
        .await;
    let brand = brand.text_at("registerBrand.brand.id");
    register(&billing, "taken").await;
    let survey = Survey::of(app.database()).await;
    let before = survey.sizes().await;
    for (item, code, field) in impossible(&brand) {
        let answer = import(&billing, &[client("good", &json!({})), item.clone()]).await;
        let status = match code {
            "NOT_FOUND" => 404,
            "CONFLICT" => 409,
            _ => 400,
        };
        let error = answer.refused(status, code);
        if let Some(field) = field {
            assert_eq!(
                error["extensions"]["field"],
                format!("customers[1]{field}"),
                "{item}"
            );
        }
        assert_eq!(survey.sizes().await, before, "{item}");
    }
    for customers in [vec![], vec![client("1", &json!({})); 501]] {
        let answer = import(&billing, &customers).await;
        let error = answer.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "customers");
    }
    survey.close().await;
    end(app).await;
}

#[tokio::test]
async fn those_that_cannot_be_imported_are_rejected_alone_where_that_is_asked_for() {
    let app = App::start().await;
    let (billing, foreign) = (
        app.actor(Role::Billing).await,
        app.foreigner(Role::Owner).await,
    );
    let brand = foreign
        .run(build::REGISTER_BRAND, input(&json!({ "name": "Theirs" })))
        .await;
    let brand = brand.text_at("registerBrand.brand.id");
    register(&billing, "taken").await;
    let mut items = vec![client("good", &json!({}))];
    let impossible = impossible(&brand);
    items.extend(impossible.iter().map(|(item, ..)| item.clone()));
    items.push(client("last", &json!({})));
    let call =
        json!({ "customers": items, "errorPolicy": "REJECT_FAILED", "idempotencyKey": "night" });

    let answer = billing.run(build::IMPORT_CUSTOMERS, input(&call)).await;

    let mut expected = vec!["CREATED"];
    expected.extend(impossible.iter().map(|(_, code, _)| *code));
    expected.push("CREATED");
    assert_eq!(outcomes(&answer), expected);
    let survey = Survey::of(app.database()).await;
    assert_eq!(survey.count("customer").await, 3);
    // Sent again, it answers as it did and changes nothing, also where something has changed since.
    let before = survey.sizes().await;
    let again = billing.run(build::IMPORT_CUSTOMERS, input(&call)).await;
    assert_eq!(outcomes(&again), expected);
    for n in [0, items.len() - 1] {
        let id = format!("importCustomers.results.{n}.customer.id");
        assert_eq!(again.text_at(&id), answer.text_at(&id));
    }
    assert_eq!(survey.sizes().await, before);
    survey.close().await;
    // Where none can be imported, nothing is written.
    let none = json!({ "customers": [items[1]], "errorPolicy": "REJECT_FAILED" });
    let answer = billing.run(build::IMPORT_CUSTOMERS, input(&none)).await;
    assert_eq!(outcomes(&answer), ["BAD_USER_INPUT"]);
    end(app).await;
}

#[tokio::test]
async fn two_items_do_not_lead_to_one_customer() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let also = json!({ "externalIds": [{ "system": "stripe", "id": "cus_1" }] });
    import(&billing, &[client("1", &also)]).await.ok();
    let stripe = json!({ "externalId": { "system": "stripe", "id": "cus_1" } });

    let answer = import(&billing, &[client("1", &json!({})), stripe]).await;

    let error = answer.refused(400, "BAD_USER_INPUT");
    assert_eq!(error["extensions"]["field"], "customers[1]");
    end(app).await;
}

#[tokio::test]
async fn a_customer_has_a_hundred_identifiers_at_most() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let emails = |from: usize| -> Vec<_> {
        (from..from + 99)
            .map(|n| format!("e{n}@example.org"))
            .collect()
    };
    let full = client("1", &json!({ "emails": emails(0) }));
    import(&billing, &[full]).await.ok();

    let more = [
        client("2", &json!({})),
        client("1", &json!({ "emails": emails(1) })),
    ];
    let refused = import(&billing, &more).await;
    let error = refused.refused(400, "BAD_USER_INPUT");
    assert_eq!(error["extensions"]["field"], "customers[1].identifiers");
    let call = json!({ "customers": more, "errorPolicy": "REJECT_FAILED" });
    let answer = billing.run(build::IMPORT_CUSTOMERS, input(&call)).await;
    assert_eq!(outcomes(&answer), ["CREATED", "BAD_USER_INPUT"]);
    end(app).await;
}

#[tokio::test]
async fn an_import_changes_the_customer_that_holds_the_id_also_after_a_merge() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let (a, b) = (register(&billing, "1").await, register(&billing, "2").await);
    let both = json!({ "from": { "id": a }, "into": { "id": b } });
    billing.run(build::MERGE_CUSTOMERS, input(&both)).await.ok();

    let answer = import(&billing, &[client("1", &json!({ "name": "Renamed" }))]).await;

    assert_eq!(answer.text_at("importCustomers.results.0.customer.id"), a);
    assert_eq!(known(&billing, &a).await["name"], "Renamed");
    assert_eq!(known(&billing, &b).await["name"], "Client 2");
    // Billing merged them, too: the id of the one is another of the other, and stays where it is.
    let ids = json!({ "externalIds": [{ "system": "whmcs", "id": "1" }] });
    let answer = import(&billing, &[client("2", &ids)]).await;
    assert_eq!(outcomes(&answer), ["UNCHANGED"]);
    assert_eq!(known(&billing, &b).await["mergedFrom"]["totalCount"], 1);
    end(app).await;
}

/// Two nightly jobs overlap: each client is registered once, and both are told the same.
#[tokio::test]
async fn imports_at_the_same_time_register_each_client_once() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    for round in 0..5 {
        let mut items: Vec<_> = (0..20)
            .map(|n| client(&format!("{round}-{n}"), &json!({})))
            .collect();
        let mut tasks = Vec::new();
        for _ in 0..2 {
            items.reverse();
            let (actor, items) = (billing.clone(), items.clone());
            tasks.push(tokio::spawn(async move { import(&actor, &items).await }));
        }
        for task in tasks {
            let answer = task.await.unwrap();
            let outcomes = outcomes(&answer);
            let known = ["CREATED", "UNCHANGED"];
            assert!(
                outcomes.iter().all(|one| known.contains(one)),
                "{outcomes:?}"
            );
        }
    }
    let survey = Survey::of(app.database()).await;
    assert_eq!(survey.count("customer").await, 100);
    survey.close().await;
    end(app).await;
}

#[tokio::test]
async fn five_hundred_clients_are_one_call() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let full = |n: usize, name: &str| {
        let emails: Vec<_> = (0..5).map(|e| format!("{n}-{e}@example.org")).collect();
        client(&n.to_string(), &json!({ "name": name, "emails": emails }))
    };
    let items: Vec<_> = (0..500).map(|n| full(n, "Before")).collect();
    assert_eq!(outcomes(&import(&billing, &items).await), ["CREATED"; 500]);
    let items: Vec<_> = (0..500).map(|n| full(n, "After")).collect();
    assert_eq!(outcomes(&import(&billing, &items).await), ["UPDATED"; 500]);
    assert_eq!(
        outcomes(&import(&billing, &items).await),
        ["UNCHANGED"; 500]
    );
    end(app).await;
}
