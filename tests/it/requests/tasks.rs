//! What systems do about requests: who does what, in which order, and what becomes of the request.

mod leases;
mod reach;
mod states;

use entity::enums::Role;
use serde_json::{Value, json};

use super::work::{claim, done, report, upload};
use super::{Host, asking, whmcs, with};
use crate::harness::build::{self, input};

/// A German client of billing asks by ticket for access and deletion.
#[tokio::test]
async fn billing_and_mail_export_and_delete_and_billing_keeps_its_invoices() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    let mail = host.mail_system().await;
    host.mailed("42", "erika@example.org").await;
    let paid = json!({ "externalId": { "system": "authorize.net", "id": "profile-9" } });
    let added =
        json!({ "customerId": host.mailed("41", "other@example.org").await, "identifier": paid });
    host.billing
        .run(build::ADD_IDENTIFIER, input(&added))
        .await
        .ok();

    let opened = host.working("42", &["ACCESS", "DELETION"]).await;

    let planned = host.tasks(&opened).await;
    let what: Vec<_> = planned
        .iter()
        .map(|task| (task["kind"].clone(), task["system"].clone()))
        .collect();
    let expected = [
        ("EXPORT", "mail"),
        ("EXPORT", "whmcs"),
        ("ERASE", "mail"),
        ("ERASE", "whmcs"),
    ];
    assert_eq!(
        what,
        expected.map(|(kind, system)| (json!(kind), json!(system)))
    );

    // What was erased cannot be exported any more: the exports come first.
    let [export] = claim(&host.billing, "whmcs", 10).await.try_into().unwrap();
    assert_eq!(export.kind, "EXPORT");
    assert_eq!(
        export.all["identifiers"],
        json!([{ "kind": "EXTERNAL_ID", "value": "42", "shared": false }])
    );
    done(&host.billing, &export)
        .await
        .refused(400, "BAD_USER_INPUT");
    let sent = upload(
        &host.billing,
        &export,
        "whmcs%20client%2042.json",
        br#"{"client":42}"#.to_vec(),
    )
    .await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    done(&host.billing, &export).await.ok();
    assert_eq!(
        claim(&host.billing, "whmcs", 10).await.len(),
        0,
        "mail has not exported yet"
    );
    host.stays(&opened["items"][0]["id"], "FULFILLED", "TASKS_OPEN")
        .await;

    // A mail system sees the address that it needs, although it may not read personal data elsewhere.
    let [export] = claim(&mail, "mail", 10).await.try_into().unwrap();
    assert_eq!(
        export.all["identifiers"],
        json!([{ "kind": "EMAIL", "value": "erika@example.org", "shared": false }])
    );
    upload(&mail, &export, "mailbox.mbox", b"From erika".to_vec()).await;
    done(&mail, &export).await.ok();
    host.step(&opened["items"][0]["id"], "FULFILLED").await;

    let [erase] = claim(&mail, "mail", 10).await.try_into().unwrap();
    let said = json!({ "outcome": "DONE", "evidence": { "remoteResult": "HTTP 200 {\"state\":\"purged\"}",
        "flags": ["purge=true"] } });
    mail.run(build::COMPLETE_TASK, report(&erase, said))
        .await
        .ok();
    billing_keeps_invoices(&host).await;

    let deletion = &opened["items"][1]["id"];
    host.stays(deletion, "FULFILLED", "NOT_ALL_FULFILLED").await;
    host.step(deletion, "PARTIALLY_FULFILLED").await;
    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    assert_eq!(shown["status"], "PARTIALLY_FULFILLED");
    let tasks = host.tasks(&opened).await;
    assert_eq!(
        tasks[2]["evidence"],
        json!({ "remoteResult": "HTTP 200 {\"state\":\"purged\"}", "flags": ["purge=true"],
            "residuals": ["mail log for 7 days"] })
    );
    assert_eq!(
        tasks[3]["retained"],
        json!([
            { "what": "invoices of 2025", "ground": "STATUTORY_RETENTION", "until": "2033-12-31",
                "source": "§ 147 Abs. 3 AO" },
            { "what": "invoices of 2026", "ground": "STATUTORY_RETENTION", "until": "2034-12-31",
                "source": "§ 147 Abs. 3 AO" },
        ])
    );
    assert_eq!(tasks[1]["attachments"][0]["name"], "whmcs client 42.json");
    host.stop().await;
}

/// A chargeback is not settled; when it is, what must be kept by law is.
async fn billing_keeps_invoices(host: &Host) {
    let [erase] = claim(&host.billing, "whmcs", 10).await.try_into().unwrap();
    let waits =
        json!({ "ground": "OPEN_CHARGEBACK", "note": "case 77", "until": "2026-06-18T08:00:00Z" });
    let waits = host
        .billing
        .run(build::POSTPONE_TASK, report(&erase, waits))
        .await;
    assert_eq!(
        waits.get("postponeTask.task"),
        &json!({ "id": erase.id, "status": "PENDING", "notBefore": "2026-06-18T08:00:00.000Z",
            "postponedFor": "OPEN_CHARGEBACK" })
    );
    assert_eq!(claim(&host.billing, "whmcs", 10).await.len(), 0);
    host.app.set_clock("2026-06-18T08:00:00Z");
    let [erase] = claim(&host.billing, "whmcs", 10).await.try_into().unwrap();
    assert_eq!(erase.all["task"]["failures"], 0, "to wait is no failure");
    let kept = |year: i32, until: &str| {
        json!({ "what": format!("invoices of {year}"), "ground": "STATUTORY_RETENTION", "until": until,
            "source": "§ 147 Abs. 3 AO" })
    };
    let said = json!({ "outcome": "RETAINED", "retained": [kept(2025, "2033-12-31"), kept(2026, "2034-12-31")] });
    let kept = host
        .billing
        .run(build::COMPLETE_TASK, report(&erase, said))
        .await;
    assert_eq!(kept.text_at("completeTask.task.status"), "RETAINED");
    assert_eq!(
        kept.text_at("completeTask.task.notBefore"),
        "2034-01-01T00:00:00.000Z",
        "when the first of them may go"
    );
}

/// What is kept until a day is handed out again after it, also when the request is long closed.
#[tokio::test]
async fn what_is_kept_for_a_time_falls_due() {
    let mut host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let [erase] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    let kept = |what: &str, until: Value| json!({ "what": what, "ground": "STATUTORY_RETENTION", "until": until, "source": "a statute" });
    let both = json!([
        kept("invoices", json!("2028-02-29")),
        kept("letters", json!("2032-12-31"))
    ]);
    let said = json!({ "outcome": "RETAINED", "retained": both });
    host.officer
        .run(build::COMPLETE_TASK, report(&erase, said))
        .await
        .ok();
    host.step(&opened["items"][0]["id"], "PARTIALLY_FULFILLED")
        .await;

    host.app.set_clock("2028-02-29T23:59:59Z");
    // Tokens of then have expired.
    host.officer = host.app.actor(Role::PrivacyOfficer).await;
    assert_eq!(claim(&host.officer, "whmcs", 1).await.len(), 0);
    host.app.set_clock("2028-03-01T00:00:00Z");
    let [again] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    assert_eq!(again.id, erase.id);
    let said = json!({ "outcome": "RETAINED", "retained": [kept("letters", json!("2032-12-31"))] });
    host.officer
        .run(build::COMPLETE_TASK, report(&again, said))
        .await
        .ok();
    let tasks = host.tasks(&opened).await;
    assert_eq!(
        tasks[0]["retained"].as_array().unwrap().len(),
        1,
        "the rest is kept"
    );

    host.app.set_clock("2033-01-01T00:00:00Z");
    // Tokens of then have expired.
    host.officer = host.app.actor(Role::PrivacyOfficer).await;
    let [last] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    done(&host.officer, &last).await.ok();
    let tasks = host.tasks(&opened).await;
    assert_eq!(
        (&tasks[0]["status"], &tasks[0]["retained"]),
        (&json!("DONE"), &json!([]))
    );
    host.stop().await;
}

/// A report that says nothing, or too much, changes nothing.
#[tokio::test]
async fn odd_reports_are_refused_and_change_nothing() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let [erase] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    let before = host.tasks(&opened).await;
    let kept = |field: &str, value: Value| {
        let mut kept = json!({ "what": "invoices", "ground": "STATUTORY_RETENTION", "until": "2033-12-31",
            "source": "a statute" });
        kept[field] = value;
        json!({ "outcome": "RETAINED", "retained": [kept] })
    };
    for (said, field) in [
        (json!({ "outcome": "PENDING" }), "outcome"),
        (json!({ "outcome": "FAILED" }), "outcome"),
        (json!({ "outcome": "RETAINED" }), "retained"),
        (
            json!({ "outcome": "DONE", "retained": kept("what", json!("x"))["retained"] }),
            "retained",
        ),
        (json!({ "outcome": "SKIPPED" }), "skipReason"),
        (
            json!({ "outcome": "DONE", "skipReason": "NO_DATA" }),
            "skipReason",
        ),
        (kept("until", Value::Null), "retained[0].until"),
        (kept("source", Value::Null), "retained[0].source"),
        (kept("until", json!("2026-06-10")), "retained[0].until"),
        (kept("what", json!("  ")), "retained[0].what"),
        (kept("what", json!("x".repeat(501))), "retained[0].what"),
        (
            json!({ "outcome": "DONE", "note": "x".repeat(2001) }),
            "note",
        ),
        (
            json!({ "outcome": "DONE", "evidence": { "remoteResult": "" } }),
            "evidence.remoteResult",
        ),
        (
            json!({ "outcome": "DONE", "evidence": { "flags": vec!["x"; 51] } }),
            "evidence.flags",
        ),
        (
            json!({ "outcome": "DONE", "evidence": { "residuals": [" "] } }),
            "evidence.residuals[0]",
        ),
    ] {
        let refused = host
            .officer
            .run(build::COMPLETE_TASK, report(&erase, said.clone()))
            .await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field, "{said}");
    }
    let odd = host
        .officer
        .run(
            build::COMPLETE_TASK,
            report(&erase, kept("until", json!("2033-02-30"))),
        )
        .await;
    assert_eq!(odd.status, 400, "{}", odd.text);
    let past = json!({ "ground": "OTHER", "until": "2026-06-11T07:00:00Z" });
    let refused = host
        .officer
        .run(build::POSTPONE_TASK, report(&erase, past))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "until"
    );
    let refused = host
        .officer
        .run(build::FAIL_TASK, report(&erase, json!({ "reason": "" })))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "reason"
    );
    assert_eq!(host.tasks(&opened).await, before);
    host.stop().await;
}

/// What is to be corrected, somebody has to say; systems are told.
#[tokio::test]
async fn a_correction_says_what_is_wrong() {
    let host = Host::start().await;
    host.client("42", None).await;
    let request = with(asking(&["CORRECTION"]), "customer", whmcs("42"));
    let opened = host.open(&request).await;
    let item = &opened["items"][0]["id"];
    for to in ["IN_REVIEW", "APPROVED"] {
        host.step(item, to).await;
    }
    let mut step = json!({ "itemId": item, "to": "IN_PROGRESS" });
    let refused = host.support.run(build::TRANSITION_ITEM, input(&step)).await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "instructions"
    );
    step["instructions"] = json!("the street is Lindenallee 5");
    host.support
        .run(build::TRANSITION_ITEM, input(&step))
        .await
        .ok();
    let [correct] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    assert_eq!(correct.kind, "CORRECT");
    assert_eq!(correct.all["instructions"], "the street is Lindenallee 5");
    let kept = json!({ "outcome": "RETAINED", "retained": [{ "what": "x", "ground": "OTHER" }] });
    let refused = host
        .officer
        .run(build::COMPLETE_TASK, report(&correct, kept))
        .await;
    refused.refused(400, "BAD_USER_INPUT");
    done(&host.officer, &correct).await.ok();
    host.step(item, "FULFILLED").await;
    host.stop().await;
}
