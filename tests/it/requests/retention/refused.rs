//! Rules and anchors that cannot be.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{Host, PREVIEW, whmcs};
use crate::harness::build::{self, input};
use crate::harness::poll::feed;

#[tokio::test]
async fn rules_and_anchors_that_make_no_sense_are_refused_and_change_nothing() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    let good = json!({ "name": "Logs", "systems": ["whmcs"], "anchor": "RECORD_CREATED", "period": "P30D",
        "action": "DELETE" });
    for (field, value) in [
        ("name", json!(" ")),
        ("name", json!("a\nb")),
        ("systems", json!([])),
        ("systems", json!(["whmsc"])),
        ("systems", json!(vec!["whmcs"; 21])),
        ("categories", json!(["user.conatct"])),
        ("period", json!("30 days")),
        ("period", json!("P101Y")),
        ("statute", json!("")),
        ("protected", json!(true)),
    ] {
        let mut rule = good.clone();
        rule[field] = value;
        for (query, of) in [
            (build::SET_RETENTION_RULE, input(&rule)),
            (PREVIEW, json!({ "rule": rule })),
        ] {
            let refused = host.officer.run(query, of).await;
            let named = refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"].clone();
            let named = named.as_str().unwrap().to_owned();
            let expected = if field == "protected" {
                "statute"
            } else {
                field
            };
            assert!(named.starts_with(expected), "{field}: {named}");
        }
    }
    for (more, field) in [
        (json!({ "anchor": "SERVICE_TERMINATED" }), "reference"),
        (json!({ "at": "2027-01-01T00:00:00Z" }), "at"),
        (json!({ "system": "whmcs" }), "reference"),
        (json!({ "reference": "7" }), "system"),
        (json!({ "system": "w h", "reference": "7" }), "system"),
        (json!({ "system": "whmcs", "reference": " " }), "reference"),
    ] {
        let mut anchor = json!({ "customer": whmcs("42"), "anchor": "LAST_LOGIN", "at": "2026-06-01T00:00:00Z" });
        for (field, value) in more.as_object().unwrap() {
            anchor[field] = value.clone();
        }
        let refused = host.billing.run(build::RECORD_ANCHOR, input(&anchor)).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    let abuse = host.app.actor(Role::Abuse).await;
    // Desks say what they see themselves.
    for (desk, anchor, allowed) in [
        (&host.support, "LAST_LOGIN", true),
        (&host.support, "INVOICE_DATE", false),
        (&abuse, "CASE_CLOSED", true),
        (&abuse, "LAST_LOGIN", false),
    ] {
        let mut of =
            json!({ "customer": whmcs("42"), "anchor": anchor, "at": "2026-06-01T00:00:00Z" });
        if anchor != "LAST_LOGIN" {
            of["system"] = json!("desk");
            of["reference"] = json!("7");
        }
        let said = desk.run(build::RECORD_ANCHOR, input(&of)).await;
        if allowed {
            said.ok();
        } else {
            said.refused(403, "FORBIDDEN");
        }
    }
    let forgot = json!({ "customer": whmcs("42"), "anchor": "LAST_LOGIN" });
    let refused = host.billing.run(build::RECORD_ANCHOR, input(&forgot)).await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "at"
    );
    let nobody = json!({ "customer": whmcs("999"), "anchor": "LAST_LOGIN", "at": null });
    host.billing
        .run(build::RECORD_ANCHOR, input(&nobody))
        .await
        .refused(404, "NOT_FOUND");
    // Neither billing nor support decide for how long something is kept.
    for actor in [&host.billing, &host.support] {
        actor
            .run(build::SET_RETENTION_RULE, input(&good))
            .await
            .refused(403, "FORBIDDEN");
    }
    let mut unread = good.clone();
    unread["expectedVersion"] = json!(1);
    host.officer
        .run(build::SET_RETENTION_RULE, input(&unread))
        .await
        .refused(409, "CONFLICT");
    let none = host.officer.ask("{ retentionRules { id } }").await;
    assert_eq!(none.get("retentionRules"), &json!([]));
    let seen = feed(&host.officer, |_| true).await;
    let of_rules = |event: &&Value| {
        event["type"]
            .as_str()
            .unwrap()
            .starts_with("RETENTION_RULE")
    };
    assert_eq!(seen.iter().filter(of_rules).count(), 0);
    host.stop().await;
}
