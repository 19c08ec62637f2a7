//! What must not be erased is not handed out to be erased, whoever asks, until nothing is in its way any more.

use entity::enums::Role;
use serde_json::{Value, json};

use super::work::{Given, by_hand, claim, done, report};
use super::{Host, whmcs};
use crate::harness::Actor;
use crate::harness::build::{self, input};
use crate::harness::poll::feed;

impl Host {
    pub async fn hold(&self, what: Value) -> String {
        let mut hold = json!({ "kind": "LITIGATION", "reason": "a suit about client 42" });
        for (field, value) in what.as_object().unwrap() {
            hold[field] = value.clone();
        }
        let placed = self
            .officer
            .run(build::PLACE_LEGAL_HOLD, input(&hold))
            .await;
        placed.text_at("placeLegalHold.hold.id")
    }

    pub async fn release(&self, hold: &str) {
        let release = json!({ "holdId": hold, "reason": "the suit is settled" });
        let released = self
            .officer
            .run(build::RELEASE_LEGAL_HOLD, input(&release))
            .await;
        assert_eq!(released.text_at("releaseLegalHold.hold.status"), "RELEASED");
    }
}

async fn erasures(by: &Actor, system: &str) -> Vec<Given> {
    claim(by, system, 10).await
}

#[tokio::test]
async fn a_hold_placed_between_plan_and_execution_stops_a_deletion_and_its_release_completes_it() {
    let host = Host::start().await;
    let customer = host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let hold = host
        .hold(json!({ "customers": [{ "id": customer }] }))
        .await;

    assert_eq!(erasures(&host.officer, "whmcs").await.len(), 0);
    let query =
        "query($id: ID!) { tasks(filter: { requestId: $id }) { nodes { held status notBefore } } }";
    let seen = host.support.run(query, json!({ "id": opened["id"] })).await;
    assert_eq!(
        seen.get("tasks.nodes.0"),
        &json!({ "held": true, "status": "PENDING", "notBefore": "2026-06-11T08:00:00.000Z" })
    );
    host.stays(&opened["items"][0]["id"], "FULFILLED", "TASKS_OPEN")
        .await;

    host.release(&hold).await;
    by_hand(&host, "whmcs").await;
    host.step(&opened["items"][0]["id"], "FULFILLED").await;
    host.stop().await;
}

/// Whoever has the task already is told before it cannot be taken back; what was done is recorded as what it is.
#[tokio::test]
async fn a_worker_that_is_at_it_hears_of_a_hold() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    host.client("43", None).await;
    host.working("42", &["DELETION"]).await;
    let opened = host.working("43", &["DELETION"]).await;
    let [first, second] = erasures(&host.billing, "whmcs").await.try_into().unwrap();
    host.hold(json!({ "customers": [whmcs("42"), whmcs("43")] }))
        .await;
    let stopped = host
        .billing
        .run(build::HEARTBEAT_TASK, report(&first, json!({})))
        .await;
    stopped.refused(422, "LEGAL_HOLD");
    let waits = report(&first, json!({ "ground": "LEGAL_HOLD" }));
    host.billing.run(build::POSTPONE_TASK, waits).await.ok();
    done(&host.billing, &second).await.ok();
    assert_eq!(host.tasks(&opened).await[0]["status"], "DONE");
    assert_eq!(host.despite().await, ["whmcs despite HOLD"]);
    let refusals = |seen: &[Value]| {
        let kinds = seen.iter().map(|event| event["type"].as_str().unwrap());
        kinds.filter(|kind| *kind == "REFUSAL_RECORDED").count()
    };
    let seen = feed(&host.officer, |seen| refusals(seen) > 0).await;
    assert_eq!(refusals(&seen), 1, "that it was tried is on record");
    host.stop().await;
}

/// What a hold covers, and nothing else, stands still.
#[tokio::test]
async fn a_hold_covers_whom_and_what_it_names() {
    let host = Host::start().await;
    let customer = host.client("42", None).await;
    let plesk = json!({ "externalId": { "system": "plesk", "id": "u42" } });
    let add = json!({ "customerId": customer, "identifier": plesk });
    host.billing
        .run(build::ADD_IDENTIFIER, input(&add))
        .await
        .ok();
    host.client("43", None).await;
    host.working("42", &["DELETION"]).await;
    host.working("43", &["RESTRICTION"]).await;

    let one = host
        .hold(json!({ "customers": [whmcs("42")], "systems": ["Plesk"] }))
        .await;
    assert_eq!(erasures(&host.officer, "plesk").await.len(), 0);
    // Another system, and what erases nothing, go on.
    let given = erasures(&host.officer, "whmcs").await;
    let mut kinds: Vec<_> = given.iter().map(|task| task.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["ERASE", "RESTRICT"]);
    host.release(&one).await;
    let all = host
        .hold(json!({ "allCustomers": true, "kind": "INVESTIGATION" }))
        .await;
    assert_eq!(erasures(&host.officer, "plesk").await.len(), 0);
    // Two are in the way: the end of one is not enough.
    let end = "2026-06-12T00:00:00Z";
    host.hold(json!({ "customers": [whmcs("42")], "expiresAt": end }))
        .await;
    host.release(&all).await;
    assert_eq!(erasures(&host.officer, "plesk").await.len(), 0);
    host.app.set_clock("2026-06-11T23:59:59Z");
    assert_eq!(erasures(&host.officer, "plesk").await.len(), 0);
    host.app.set_clock(end);
    assert_eq!(erasures(&host.officer, "plesk").await.len(), 1);
    host.stop().await;
}

/// A hold follows the person: who was merged is held with whom they are one with, in both directions.
#[tokio::test]
async fn a_hold_covers_all_who_are_one() {
    let host = Host::start().await;
    for client in ["41", "42", "51", "52"] {
        host.client(client, None).await;
    }
    host.hold(json!({ "customers": [whmcs("41"), whmcs("52")] }))
        .await;
    for [from, into] in [["41", "42"], ["51", "52"]] {
        let both = json!({ "from": whmcs(from), "into": whmcs(into) });
        host.billing
            .run(build::MERGE_CUSTOMERS, input(&both))
            .await
            .ok();
    }
    for client in ["42", "51"] {
        host.working(client, &["DELETION"]).await;
    }
    assert_eq!(erasures(&host.officer, "whmcs").await.len(), 0);
    host.stop().await;
}

#[tokio::test]
async fn a_chargeback_is_waited_for_where_it_is_and_the_law_is_not() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    let block = |ground: &str, more: Value| {
        let mut block = json!({ "customer": whmcs("42"), "system": "whmcs", "ground": ground, "what": "case 77" });
        for (field, value) in more.as_object().unwrap() {
            block[field] = value.clone();
        }
        input(&block)
    };
    let law = json!({ "what": "invoices of 2025", "until": "2033-12-31", "source": "AO s. 147" });
    let law = host
        .billing
        .run(
            build::RECORD_DELETION_BLOCK,
            block("STATUTORY_RETENTION", law),
        )
        .await;
    assert_eq!(law.text_at("recordDeletionBlock.block.until"), "2033-12-31");
    let open = host
        .billing
        .run(
            build::RECORD_DELETION_BLOCK,
            block("OPEN_CHARGEBACK", json!({})),
        )
        .await;
    let open = open.text_at("recordDeletionBlock.block.id");
    let until = json!({ "until": "2026-06-12" });
    let unpaid = block("UNPAID_INVOICE", until);
    host.billing
        .run(build::RECORD_DELETION_BLOCK, unpaid)
        .await
        .ok();
    host.working("42", &["DELETION"]).await;
    assert_eq!(erasures(&host.billing, "whmcs").await.len(), 0);
    let settle = input(&json!({ "blockId": open }));
    host.billing
        .run(build::SETTLE_DELETION_BLOCK, settle.clone())
        .await
        .ok();
    let again = host.billing.run(build::SETTLE_DELETION_BLOCK, settle).await;
    again.refused(422, "TRANSITION_NOT_ALLOWED");
    host.app.set_clock("2026-06-12T23:59:59Z");
    assert_eq!(
        erasures(&host.billing, "whmcs").await.len(),
        0,
        "the invoice is not paid"
    );
    host.app.set_clock("2026-06-13T00:00:00Z");
    assert_eq!(
        erasures(&host.billing, "whmcs").await.len(),
        1,
        "what the law asks for, billing keeps"
    );
    for (wrong, field) in [
        (
            block("STATUTORY_RETENTION", json!({ "until": "2033-12-31" })),
            "source",
        ),
        (
            block("STATUTORY_RETENTION", json!({ "source": "AO" })),
            "until",
        ),
        (
            block("OPEN_CHARGEBACK", json!({ "until": "2026-06-12" })),
            "until",
        ),
        (block("LEGAL_HOLD", json!({})), "ground"),
        (block("OTHER", json!({ "what": " " })), "what"),
        (block("OTHER", json!({ "system": "w h" })), "system"),
        (
            block("OTHER", json!({ "occurredAt": "2027-01-01T00:00:00Z" })),
            "occurredAt",
        ),
    ] {
        let refused = host.billing.run(build::RECORD_DELETION_BLOCK, wrong).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    let nobody = block("OTHER", json!({ "customer": whmcs("999") }));
    host.billing
        .run(build::RECORD_DELETION_BLOCK, nobody)
        .await
        .refused(404, "NOT_FOUND");
    host.stop().await;
}

#[tokio::test]
async fn a_hold_is_placed_extended_and_released_by_those_who_may_with_a_reason() {
    let host = Host::start().await;
    host.client("42", None).await;
    let legal = host.app.actor(Role::Legal).await;
    let place = |more: Value| {
        let mut hold = json!({ "kind": "PRESERVATION_REQUEST", "reason": "18 USC 2703(f)", "authority": "FBI, 26-17",
            "customers": [whmcs("42")], "expiresAt": "2026-09-09T08:00:00Z" });
        for (field, value) in more.as_object().unwrap() {
            hold[field] = value.clone();
        }
        input(&hold)
    };
    for (wrong, field) in [
        (place(json!({ "customers": null })), "customers"),
        (place(json!({ "allCustomers": true })), "customers"),
        (place(json!({ "customers": [] })), "customers"),
        (place(json!({ "systems": [] })), "systems"),
        (place(json!({ "systems": ["a b"] })), "systems[0]"),
        (
            place(json!({ "categories": ["user.nam"] })),
            "categories[0]",
        ),
        (place(json!({ "reason": " " })), "reason"),
        (
            place(json!({ "expiresAt": "2026-06-11T08:00:00Z" })),
            "expiresAt",
        ),
        (
            place(json!({ "placedAt": "2026-06-12T08:00:00Z" })),
            "placedAt",
        ),
    ] {
        let refused = legal.run(build::PLACE_LEGAL_HOLD, wrong).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    let nobody = place(json!({ "customers": [whmcs("42"), whmcs("999")] }));
    let nobody = legal.run(build::PLACE_LEGAL_HOLD, nobody).await;
    assert_eq!(
        nobody.refused(404, "NOT_FOUND")["extensions"]["field"],
        "customers[1]"
    );
    for role in [Role::Support, Role::Billing, Role::Abuse, Role::Auditor] {
        let actor = host.app.actor(role).await;
        actor
            .run(build::PLACE_LEGAL_HOLD, place(json!({})))
            .await
            .refused(403, "FORBIDDEN");
    }
    let named =
        json!({ "categories": ["user.contact", "user.payment"], "systems": ["WHMCS", "whmcs"] });
    let placed = legal.run(build::PLACE_LEGAL_HOLD, place(named)).await;
    let hold = placed.text_at("placeLegalHold.hold.id");
    assert_eq!(placed.get("placeLegalHold.hold.systems"), &json!(["whmcs"]));
    assert_eq!(
        placed.get("placeLegalHold.hold.categories"),
        &json!(["user.contact", "user.payment"])
    );

    let extend =
        |until: Value| input(&json!({ "holdId": hold, "expiresAt": until, "reason": "renewed" }));
    let sooner = legal
        .run(
            build::EXTEND_LEGAL_HOLD,
            extend(json!("2026-09-01T08:00:00Z")),
        )
        .await;
    assert_eq!(
        sooner.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "expiresAt"
    );
    let later = legal
        .run(
            build::EXTEND_LEGAL_HOLD,
            extend(json!("2026-12-08T08:00:00Z")),
        )
        .await;
    assert_eq!(later.text_at("extendLegalHold.hold.status"), "EXTENDED");
    let ever = legal
        .run(build::EXTEND_LEGAL_HOLD, extend(Value::Null))
        .await;
    assert_eq!(ever.get("extendLegalHold.hold.expiresAt"), &Value::Null);
    let shorter = legal
        .run(
            build::EXTEND_LEGAL_HOLD,
            extend(json!("2027-12-08T08:00:00Z")),
        )
        .await;
    shorter.refused(400, "BAD_USER_INPUT");

    let list = "query($active: Boolean) { legalHolds(filter: { active: $active }) { nodes {
        id reason authority lastReason } } }";
    let auditor = host.app.actor(Role::Auditor).await;
    let seen = auditor.run(list, json!({ "active": true })).await;
    assert_eq!(
        seen.get("legalHolds.nodes"),
        &json!([{ "id": hold, "reason": null, "authority": null, "lastReason": null }]),
        "an auditor sees that there is one"
    );
    host.release(&hold).await;
    let seen = legal.run(list, json!({ "active": true })).await;
    assert_eq!(seen.get("legalHolds.nodes"), &json!([]));
    let seen = legal.run(list, json!({ "active": false })).await;
    assert_eq!(
        seen.text_at("legalHolds.nodes.0.lastReason"),
        "the suit is settled"
    );
    let over = legal
        .run(build::EXTEND_LEGAL_HOLD, extend(Value::Null))
        .await;
    over.refused(422, "TRANSITION_NOT_ALLOWED");
    let by = "query($by: CustomerLookupInput!) { legalHolds(filter: { customer: $by }) { nodes { id } } }";
    assert_eq!(
        legal
            .run(by, json!({ "by": whmcs("42") }))
            .await
            .text_at("legalHolds.nodes.0.id"),
        hold
    );
    assert_eq!(
        legal
            .run(by, json!({ "by": whmcs("999") }))
            .await
            .get("legalHolds.nodes"),
        &json!([])
    );
    host.stop().await;
}
