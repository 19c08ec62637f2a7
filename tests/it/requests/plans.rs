//! What would be erased of a customer, and what is in the way: before anything is done.

use entity::enums::Role;
use serde_json::{Value, json};

use super::work::{claim, report};
use super::{Host, asking, whmcs, with};
use crate::harness::build::{self, input};

const PLAN: &str = "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { clear customer { id }
    systems { name knownBy system { leavesBehind integration { id } }
        blocks { ground waitsUntilOver until lastDay source what hold { kind } block { id } task { id } } }
    ownRecords { ground hold { kind reason } request { id } } } }";

#[tokio::test]
async fn a_plan_says_where_on_which_ground_and_until_when() {
    let host = Host::start().await;
    host.system(
        "whmcs",
        &host.billing,
        json!({ "leavesBehind": ["backups for 30 days"] }),
    )
    .await;
    host.mail_system().await;
    let customer = host.mailed("42", "erika@example.org").await;
    let by = json!({ "by": whmcs("42") });

    let plan = host.billing.run(PLAN, by.clone()).await;
    assert_eq!(plan.get("deletionPlan.clear"), &json!(true));
    assert_eq!(plan.text_at("deletionPlan.customer.id"), customer);
    let systems = plan.get("deletionPlan.systems").as_array().unwrap();
    let names: Vec<_> = systems
        .iter()
        .map(|system| (&system["name"], &system["knownBy"]))
        .collect();
    assert_eq!(
        names,
        [
            (&json!("mail"), &json!(["EMAIL"])),
            (&json!("whmcs"), &json!(["EXTERNAL_ID"]))
        ]
    );
    assert_eq!(
        systems[1]["system"]["leavesBehind"],
        json!(["backups for 30 days"])
    );

    let block = |ground: &str, more: Value| {
        let mut block = json!({ "customer": whmcs("42"), "system": "whmcs", "ground": ground });
        for (field, value) in more.as_object().unwrap() {
            block[field] = value.clone();
        }
        input(&block)
    };
    let law = json!({ "what": "invoices of 2026", "until": "2034-12-31", "source": "AO s. 147" });
    let case = json!({ "what": "case 77" });
    for block in [
        block("STATUTORY_RETENTION", law),
        block("OPEN_CHARGEBACK", case),
    ] {
        host.billing
            .run(build::RECORD_DELETION_BLOCK, block)
            .await
            .ok();
    }
    host.hold(json!({ "customers": [whmcs("42")], "systems": ["mail"], "expiresAt": "2026-09-09T08:00:00Z" })).await;
    let request = host
        .open(&with(asking(&["ACCESS"]), "customer", whmcs("42")))
        .await;

    let plan = host.officer.run(PLAN, by.clone()).await;
    assert_eq!(plan.get("deletionPlan.clear"), &json!(false));
    let [mail, whmcs_system] = plan
        .get("deletionPlan.systems")
        .as_array()
        .unwrap()
        .clone()
        .try_into()
        .unwrap();
    assert_eq!(
        mail["blocks"],
        json!([{ "ground": "LEGAL_HOLD", "waitsUntilOver": true, "until": "2026-09-09T08:00:00.000Z",
            "lastDay": null, "source": null, "what": null, "hold": { "kind": "LITIGATION" }, "block": null,
            "task": null }])
    );
    let blocks = whmcs_system["blocks"].as_array().unwrap();
    let grounds: Vec<_> = blocks
        .iter()
        .map(|block| {
            (
                &block["ground"],
                &block["waitsUntilOver"],
                &block["lastDay"],
                &block["what"],
            )
        })
        .collect();
    assert_eq!(
        grounds,
        [
            (
                &json!("STATUTORY_RETENTION"),
                &json!(false),
                &json!("2034-12-31"),
                &json!("invoices of 2026")
            ),
            (
                &json!("OPEN_CHARGEBACK"),
                &json!(true),
                &Value::Null,
                &json!("case 77")
            ),
        ]
    );
    let own = plan.get("deletionPlan.ownRecords").as_array().unwrap();
    assert_eq!(own.len(), 1, "the hold is about mail");
    assert_eq!(
        (&own[0]["ground"], &own[0]["request"]["id"]),
        (&json!("OPEN_REQUEST"), &request["id"])
    );
    for kind in ["REGULATORY", "INVESTIGATION"] {
        host.hold(json!({ "customers": [whmcs("42")], "kind": kind }))
            .await;
    }
    let plan = host.officer.run(PLAN, by.clone()).await;
    assert_eq!(
        plan.get("deletionPlan.ownRecords.0.hold.kind"),
        &json!("REGULATORY")
    );
    assert_eq!(
        plan.get("deletionPlan.ownRecords")
            .as_array()
            .unwrap()
            .len(),
        3
    );

    // Billing is told that there is a hold, and not which.
    let plan = host.billing.run(PLAN, by.clone()).await;
    assert_eq!(
        plan.get("deletionPlan.systems.0.blocks.0.ground"),
        &json!("LEGAL_HOLD")
    );
    assert_eq!(
        plan.get("deletionPlan.systems.0.blocks.0.hold"),
        &Value::Null
    );
    let own = plan
        .get("deletionPlan.systems.0.blocks")
        .as_array()
        .unwrap();
    assert_eq!(
        (own.len(), &own[0]["until"]),
        (1, &Value::Null),
        "nor how many, nor until when"
    );
    assert_eq!(
        plan.get("deletionPlan.ownRecords")
            .as_array()
            .unwrap()
            .len(),
        2
    );
    for role in [Role::Mail, Role::Abuse, Role::Dashboard, Role::Auditor] {
        let actor = host.app.actor(role).await;
        assert_eq!(
            actor.run(PLAN, by.clone()).await.code(),
            "FORBIDDEN",
            "{role}"
        );
    }
    host.stop().await;
}

/// What a system kept when it erased is in the next plan; who was merged has one plan.
#[tokio::test]
async fn what_was_kept_before_is_in_the_plan_of_all_who_are_one() {
    let host = Host::start().await;
    host.client("41", None).await;
    let root = host.client("42", None).await;
    let opened = host.working("41", &["DELETION"]).await;
    let [erase] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    let kept = json!([{ "what": "invoices", "ground": "STATUTORY_RETENTION", "until": "2033-12-31", "source": "AO" }]);
    let said = json!({ "outcome": "RETAINED", "retained": kept });
    host.officer
        .run(build::COMPLETE_TASK, report(&erase, said))
        .await
        .ok();
    host.step(&opened["items"][0]["id"], "PARTIALLY_FULFILLED")
        .await;
    let both = json!({ "from": whmcs("41"), "into": whmcs("42") });
    host.billing
        .run(build::MERGE_CUSTOMERS, input(&both))
        .await
        .ok();

    let plan = host.officer.run(PLAN, json!({ "by": whmcs("41") })).await;

    assert_eq!(plan.text_at("deletionPlan.customer.id"), root);
    let block = plan.get("deletionPlan.systems.0.blocks.0");
    assert_eq!(
        (&block["ground"], &block["lastDay"]),
        (&json!("STATUTORY_RETENTION"), &json!("2033-12-31"))
    );
    assert_eq!(block["task"]["id"], erase.id.as_str());
    host.stop().await;
}

#[tokio::test]
async fn nobody_has_no_plan_and_several_have_none_together() {
    let host = Host::start().await;
    let nobody = host.officer.run(PLAN, json!({ "by": whmcs("999") })).await;
    assert_eq!(nobody.get("deletionPlan"), &Value::Null);
    for _ in 0..2 {
        let customer = json!({ "emails": ["shared@example.org"] });
        host.billing
            .run(build::REGISTER_CUSTOMER, input(&customer))
            .await
            .ok();
    }
    let several = host
        .officer
        .run(PLAN, json!({ "by": { "email": "shared@example.org" } }))
        .await;
    assert_eq!(several.code(), "AMBIGUOUS");
    let wrong = host
        .officer
        .run(PLAN, json!({ "by": { "email": "no address" } }))
        .await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
    host.stop().await;
}
