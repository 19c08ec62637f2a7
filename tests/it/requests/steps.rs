//! Steps of what is asked for: every one that the table has, and no other.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::work::by_hand;
use super::{Host, asking, with};
use crate::harness::build::{self, input};

/// The table as it was agreed on, written out again: state and what may follow.
const TABLE: &[(&str, &[&str])] = &[
    (
        "RECEIVED",
        &[
            "AWAITING_VERIFICATION",
            "IN_REVIEW",
            "DUPLICATE",
            "WITHDRAWN",
        ],
    ),
    (
        "AWAITING_VERIFICATION",
        &["IN_REVIEW", "DENIED", "WITHDRAWN", "EXPIRED"],
    ),
    (
        "IN_REVIEW",
        &[
            "AWAITING_INFORMATION",
            "APPROVED",
            "DENIED",
            "REDIRECTED",
            "WITHDRAWN",
            "ON_HOLD",
        ],
    ),
    (
        "AWAITING_INFORMATION",
        &["IN_REVIEW", "EXPIRED", "WITHDRAWN"],
    ),
    ("APPROVED", &["IN_PROGRESS", "WITHDRAWN"]),
    ("ON_HOLD", &["IN_REVIEW", "IN_PROGRESS"]),
    (
        "IN_PROGRESS",
        &["FULFILLED", "PARTIALLY_FULFILLED", "DENIED", "ON_HOLD"],
    ),
    ("FULFILLED", &[]),
    ("PARTIALLY_FULFILLED", &[]),
    ("DENIED", &[]),
    ("REDIRECTED", &[]),
    ("WITHDRAWN", &[]),
    ("EXPIRED", &[]),
    ("DUPLICATE", &[]),
];

fn followers(of: &str) -> &'static [&'static str] {
    TABLE.iter().find(|(state, _)| *state == of).unwrap().1
}

/// Tries to bring an item from one state to another by the operation for it; answers whether it came there.
async fn attempt(host: &Host, request: &Value, other: &Value, [from, to]: [&str; 2]) -> bool {
    let item = &request["items"][0]["id"];
    let answer = match to {
        "IN_REVIEW" if from == "AWAITING_VERIFICATION" => {
            let passed =
                json!({ "requestId": request["id"], "method": "SUPPORT_PIN", "verdict": "PASSED" });
            host.support
                .run(build::VERIFY_REQUESTER, input(&passed))
                .await
        }
        "DENIED" => {
            let denial = json!({ "itemId": item, "reason": "IDENTITY_NOT_VERIFIED" });
            host.support.run(build::DENY_ITEM, input(&denial)).await
        }
        "WITHDRAWN" => {
            let withdrawal = json!({ "requestId": request["id"] });
            host.support
                .run(build::WITHDRAW_REQUEST, input(&withdrawal))
                .await
        }
        _ => {
            let mut step = json!({ "itemId": item, "to": to });
            if from == "IN_PROGRESS" && to.ends_with("FULFILLED") {
                host.stays(item, to, "TASKS_OPEN").await;
                by_hand(host, "whmcs").await;
            }
            if to == "DUPLICATE" {
                step["duplicateOfId"] = other["id"].clone();
            }
            host.support.run(build::TRANSITION_ITEM, input(&step)).await
        }
    };
    assert!(
        ["", "TRANSITION_NOT_ALLOWED"].contains(&answer.code()),
        "{to}: {}",
        answer.text
    );
    answer.code().is_empty()
}

/// Random walks: at each step, any state is asked for, and the table decides.
#[test]
fn an_item_goes_where_the_table_says_and_nowhere_else() {
    let states: Vec<&str> = TABLE.iter().map(|(state, _)| *state).collect();
    let config = Config {
        cases: 10,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let host = runtime.block_on(Host::start());
    runtime.block_on(host.client("42", None));
    let of_client = |kinds: &[&str]| with(asking(kinds), "customer", super::whmcs("42"));
    let other = runtime.block_on(host.open(&of_client(&["DELETION"])));
    TestRunner::new(config)
        .run(&prop::collection::vec(select(states), 25), |walk| {
            runtime.block_on(async {
                let request = host.open(&of_client(&["DELETION"])).await;
                let id = request["id"].as_str().unwrap();
                let mut state = "RECEIVED";
                for to in walk {
                    let allowed = followers(state).contains(&to);
                    prop_assert_eq!(
                        attempt(&host, &request, &other, [state, to]).await,
                        allowed,
                        "{} {}",
                        state,
                        to
                    );
                    if allowed {
                        state = to;
                    }
                }
                let shown = host.shown(id).await;
                prop_assert_eq!(&shown["items"][0]["status"], state);
                prop_assert_eq!(&shown["status"], state);
                let mut next = followers(state).to_vec();
                if state == "IN_PROGRESS" {
                    // Systems have not done yet what was asked.
                    next.retain(|next| !next.ends_with("FULFILLED"));
                }
                prop_assert_eq!(&shown["items"][0]["allowedTransitions"], &json!(next));
                Ok(())
            })
        })
        .unwrap();
    runtime.block_on(host.stop());
}

#[tokio::test]
async fn a_denial_has_a_reason_and_stops_nothing_else() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS", "DELETION"])).await;
    let items = [&opened["items"][0]["id"], &opened["items"][1]["id"]];
    let deny = |reason: &str| json!({ "itemId": items[1], "reason": reason });
    // Nobody has looked at it: that is no reason.
    let refused = host
        .support
        .run(build::DENY_ITEM, input(&deny("EXCESSIVE")))
        .await;
    let error = refused.refused(422, "TRANSITION_NOT_ALLOWED");
    assert!(
        error["message"].as_str().unwrap().contains("IN_REVIEW"),
        "{error}"
    );
    host.step(items[1], "IN_REVIEW").await;
    let refused = host
        .support
        .run(build::DENY_ITEM, input(&deny("OTHER")))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "note"
    );

    let kept = with(
        deny("LEGAL_OBLIGATION"),
        "note",
        json!("invoices, until 2034-12-31"),
    );
    host.support.run(build::DENY_ITEM, input(&kept)).await.ok();

    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    let item = &shown["items"][1];
    assert_eq!(
        (&item["status"], &item["denialReason"], &item["note"]),
        (
            &json!("DENIED"),
            &json!("LEGAL_OBLIGATION"),
            &json!("invoices, until 2034-12-31")
        )
    );
    assert_eq!(shown["status"], "RECEIVED");
    let state = |kind: &str| {
        let clocks = shown["clocks"].as_array().unwrap();
        clocks
            .iter()
            .find(|clock| clock["item"]["type"] == kind)
            .unwrap()["state"]
            .clone()
    };
    assert_eq!(state("DELETION"), "MET", "a denial is an answer");
    assert_eq!(state("ACCESS"), "RUNNING");
    host.stop().await;
}

#[tokio::test]
async fn whoever_asked_withdraws_what_is_not_being_done() {
    let host = Host::start().await;
    let opened = host
        .open(&asking(&["ACCESS", "DELETION", "PORTABILITY"]))
        .await;
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(&opened["items"][0]["id"], to).await;
    }
    let withdrawal = json!({ "requestId": opened["id"], "note": "changed their mind" });
    host.support
        .run(build::WITHDRAW_REQUEST, input(&withdrawal))
        .await
        .ok();
    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    let statuses: Vec<_> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["status"].clone())
        .collect();
    assert_eq!(statuses, ["IN_PROGRESS", "WITHDRAWN", "WITHDRAWN"]);
    assert_eq!(shown["status"], "IN_PROGRESS");
    let again = host
        .support
        .run(build::WITHDRAW_REQUEST, input(&withdrawal))
        .await;
    again.refused(422, "TRANSITION_NOT_ALLOWED");
    host.stop().await;
}

#[tokio::test]
async fn steps_come_in_order_and_from_what_was_seen() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    let item = &opened["items"][0]["id"];
    let step = |to: &str, at: &str| json!({ "itemId": item, "to": to, "occurredAt": at });
    for (change, field) in [
        (step("IN_REVIEW", "2026-06-10T08:59:59Z"), "occurredAt"),
        (step("IN_REVIEW", "2026-06-12T08:00:00Z"), "occurredAt"),
        (json!({ "itemId": item, "to": "DENIED" }), "to"),
        (json!({ "itemId": item, "to": "WITHDRAWN" }), "to"),
        (
            json!({ "itemId": item, "to": "DUPLICATE" }),
            "duplicateOfId",
        ),
        (
            json!({ "itemId": item, "to": "IN_REVIEW", "duplicateOfId": opened["id"] }),
            "duplicateOfId",
        ),
        (
            json!({ "itemId": item, "to": "DUPLICATE", "duplicateOfId": opened["id"] }),
            "duplicateOfId",
        ),
        (
            json!({ "itemId": item, "to": "IN_REVIEW", "note": "" }),
            "note",
        ),
    ] {
        let refused = host
            .support
            .run(build::TRANSITION_ITEM, input(&change))
            .await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field, "{change}");
    }
    // Nobody is known to whom it could be passed on.
    let nobody = host.open(&asking(&["PORTABILITY"])).await;
    let nobody = &nobody["items"][0]["id"];
    host.step(nobody, "IN_REVIEW").await;
    let passed_on = json!({ "itemId": nobody, "to": "REDIRECTED" });
    let refused = host
        .support
        .run(build::TRANSITION_ITEM, input(&passed_on))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "to"
    );
    let late = step("IN_REVIEW", "2026-06-10T12:00:00Z");
    host.support
        .run(build::TRANSITION_ITEM, input(&late))
        .await
        .ok();
    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    assert_eq!(shown["items"][0]["statusAt"], "2026-06-10T12:00:00.000Z");
    // Two who look at the same item: the second has to look again.
    let stale = json!({ "itemId": item, "to": "APPROVED", "expectedVersion": 1 });
    host.support
        .run(build::TRANSITION_ITEM, input(&stale))
        .await
        .refused(409, "CONFLICT");
    let fresh = with(stale, "expectedVersion", json!(2));
    host.support
        .run(build::TRANSITION_ITEM, input(&fresh))
        .await
        .ok();
    host.stop().await;
}

/// Two desks move one item at the same time: one of them did.
#[tokio::test]
async fn of_two_steps_at_once_one_is_taken() {
    let host = Host::start().await;
    for _ in 0..5 {
        let opened = host.open(&asking(&["ACCESS"])).await;
        let item = &opened["items"][0]["id"];
        let tasks: Vec<_> = [
            "IN_REVIEW",
            "AWAITING_VERIFICATION",
            "IN_REVIEW",
            "AWAITING_VERIFICATION",
        ]
        .map(|to| {
            let (actor, step) = (
                host.support.clone(),
                json!({ "itemId": item, "to": to, "expectedVersion": 1 }),
            );
            tokio::spawn(async move { actor.run(build::TRANSITION_ITEM, input(&step)).await })
        })
        .into();
        let mut taken = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            assert!(["", "CONFLICT"].contains(&answer.code()), "{}", answer.text);
            taken += usize::from(answer.code().is_empty());
        }
        assert_eq!(taken, 1);
    }
    host.stop().await;
}

/// What others call the states.
#[tokio::test]
async fn a_state_has_its_name_in_the_vocabularies_of_others() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    host.step(&opened["items"][0]["id"], "AWAITING_VERIFICATION")
        .await;
    let query = "query($id: ID!) { request(by: { id: $id }) { items {
        drp: statusIn(standard: DATA_RIGHTS_PROTOCOL) dpv: statusIn(standard: DPV)
        dsr: statusIn(standard: OPEN_DSR) } } }";
    let found = host.support.run(query, json!({ "id": opened["id"] })).await;
    assert_eq!(
        found.get("request.items"),
        &json!([{ "drp": "in_progress/need_user_verification", "dpv": "RequestRequiresAction", "dsr": "pending" }])
    );
    host.stop().await;
}
