//! Clocks: which regimes they follow, how they are extended, how they stand still.

use serde_json::{Value, json};

use super::{Host, asking, with};
use crate::harness::build::{self, input};

/// The clocks of a request: regime, duty, country, and the last instant in time.
fn terms(request: &Value) -> Vec<[String; 4]> {
    let clocks = request["clocks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut terms: Vec<_> = clocks
        .iter()
        .map(|clock| ["regime", "duty", "country", "dueAt"].map(|field| text(&clock[field])))
        .collect();
    terms.sort();
    terms
}

fn term(regime: &str, duty: &str, country: &str, due: &str) -> [String; 4] {
    [regime, duty, country, due].map(str::to_owned)
}

#[tokio::test]
async fn each_regime_that_applies_keeps_its_own_clock() {
    let host = Host::start().await;
    let of = |kind: &str, residence: &str| with(asking(&[kind]), "residence", json!(residence));
    let gdpr = term("GDPR", "ANSWER", "BG", "2026-07-10T20:59:59.999Z");
    for (request, expected) in [
        // A Bulgarian provider answers everybody within a month, and a Californian by the rules of California, too.
        (of("DELETION", "BR"), vec![gdpr.clone()]),
        (
            of("DELETION", "US-CA"),
            vec![
                term("CCPA", "ACKNOWLEDGE", "US", "2026-06-25T20:59:59.999Z"),
                term("CCPA", "ANSWER", "US", "2026-07-25T20:59:59.999Z"),
                gdpr.clone(),
            ],
        ),
        (
            with(
                with(
                    of("OPT_OUT", "US-CA"),
                    "items",
                    json!([{ "type": "OPT_OUT", "scope": "SALE_OR_SHARING" }]),
                ),
                "receivedAt",
                json!("2026-06-10T09:00:00Z"),
            ),
            vec![
                // Juneteenth and the day off for the Fourth of July do not count.
                term("CCPA", "ANSWER", "US", "2026-07-02T20:59:59.999Z"),
                gdpr.clone(),
            ],
        ),
        (
            of("COMPLAINT", "GB"),
            vec![
                term("HOUSE", "ANSWER", "BG", "2026-07-10T20:59:59.999Z"),
                term("UK_GDPR", "ACKNOWLEDGE", "GB", "2026-07-10T20:59:59.999Z"),
            ],
        ),
    ] {
        let opened = host.open(&request).await;
        assert_eq!(terms(&opened), expected, "{request}");
        assert_eq!(
            opened["nextDueAt"],
            expected.iter().map(|term| term[3].as_str()).min().unwrap()
        );
    }
    // Somebody knows better, and says why.
    let other = with(of("DELETION", "US-CA"), "regimes", json!(["CCPA"]));
    let other = with(
        other,
        "regimesReason",
        json!("the data is that of the American brand"),
    );
    let opened = host.open(&other).await;
    assert_eq!(terms(&opened).len(), 2);
    assert!(terms(&opened).iter().all(|term| term[0] == "CCPA"));
    host.stop().await;
}

/// What is not said falls back to what serves under every law.
#[tokio::test]
async fn where_no_place_is_known_a_month_counts_in_utc() {
    let host = Host::start().await;
    let nowhere = json!({ "establishment": null, "timeZone": null });
    host.officer
        .run(build::UPDATE_CONTROLLER, input(&nowhere))
        .await
        .ok();
    let opened = host.open(&asking(&["ACCESS"])).await;
    assert_eq!(
        terms(&opened),
        [term("GDPR", "ANSWER", "", "2026-07-10T23:59:59.999Z")]
    );
    assert_eq!(opened["clocks"][0]["holidaysCounted"], false);
    host.stop().await;
}

/// Where a day of the company ends after that of the law, the law's counts.
#[tokio::test]
async fn what_is_late_in_california_is_late_in_hawaii() {
    let host = Host::start().await;
    let islands = json!({ "establishment": "US-HI", "timeZone": "Pacific/Honolulu" });
    host.officer
        .run(build::UPDATE_CONTROLLER, input(&islands))
        .await
        .ok();
    let request = with(
        asking(&["DELETION"]),
        "receivedAt",
        json!("2026-06-10T20:00:00Z"),
    );
    // That somebody lives in the United States may mean California.
    for residence in ["US-CA", "US"] {
        let opened = host
            .open(&with(request.clone(), "residence", json!(residence)))
            .await;
        assert_eq!(
            terms(&opened),
            [
                term("CCPA", "ACKNOWLEDGE", "US", "2026-06-26T06:59:59.999Z"),
                term("CCPA", "ANSWER", "US", "2026-07-26T06:59:59.999Z"),
            ],
            "{residence}"
        );
    }
    host.stop().await;
}

#[tokio::test]
async fn an_answer_gets_more_time_once_with_a_reason_and_a_notice_in_time() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    let clock = opened["clocks"][0]["id"].clone();
    let extend = async |change: Value| {
        let mut change = change;
        change["clockId"] = clock.clone();
        change["reason"] = json!("COMPLEXITY");
        host.support
            .run(build::EXTEND_DEADLINE, input(&change))
            .await
    };
    let told = "2026-06-11T07:00:00Z";
    // The third month ends on a Thursday.
    let most = "2026-09-10T20:59:59.999Z";
    for (due, field) in [
        ("2026-09-10T21:00:00Z", "dueAt"),
        ("2026-07-10T20:59:59.999Z", "dueAt"),
    ] {
        let refused = extend(json!({ "notifiedAt": told, "dueAt": due })).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    let refused = extend(json!({ "notifiedAt": "2026-07-01T00:00:00Z" })).await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "notifiedAt"
    );

    let extended = extend(json!({ "notifiedAt": told, "note": "ten years of backups" })).await;
    assert_eq!(extended.text_at("extendDeadline.clock.dueAt"), most);
    let seen = host.shown(opened["id"].as_str().unwrap()).await;
    assert_eq!(seen["nextDueAt"], most);
    assert_eq!(seen["clocks"][0]["firstDueAt"], "2026-07-10T20:59:59.999Z");
    assert_eq!(seen["clocks"][0]["canBeExtended"], false);
    // Once is enough.
    let again = extend(json!({ "notifiedAt": told })).await;
    again.refused(422, "EXTENSION_NOT_ALLOWED");
    host.stop().await;
}

#[tokio::test]
async fn a_deadline_that_is_over_cannot_be_extended() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    let id = opened["id"].as_str().unwrap();
    host.app.set_clock("2026-07-10T21:00:00Z");
    assert_eq!(host.shown(id).await["clocks"][0]["state"], "OVERDUE");
    let overdue = "query($overdue: Boolean) { requests(filter: { overdue: $overdue }) { totalCount nodes { id } } }";
    let found = host.support.run(overdue, json!({ "overdue": true })).await;
    assert_eq!(found.get("requests.nodes.0.id"), &opened["id"]);
    let found = host.support.run(overdue, json!({ "overdue": false })).await;
    assert_eq!(found.get("requests.totalCount"), &json!(0));
    let late = json!({ "clockId": opened["clocks"][0]["id"], "reason": "VOLUME", "notifiedAt": "2026-07-10T21:00:00Z" });
    let refused = host.support.run(build::EXTEND_DEADLINE, input(&late)).await;
    refused.refused(422, "EXTENSION_NOT_ALLOWED");
    // Whoever was told in time may be on record late.
    let in_time = json!({ "clockId": opened["clocks"][0]["id"], "reason": "VOLUME", "notifiedAt": "2026-07-10T20:00:00Z" });
    host.support
        .run(build::EXTEND_DEADLINE, input(&in_time))
        .await
        .ok();
    assert_eq!(host.shown(id).await["clocks"][0]["state"], "RUNNING");
    // An answer that comes too late is one, and it shows.
    host.app.set_clock("2026-10-01T08:00:00Z");
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS", "FULFILLED"] {
        host.step(&opened["items"][0]["id"], to).await;
    }
    assert_eq!(host.shown(id).await["clocks"][0]["state"], "MET_LATE");
    host.stop().await;
}

#[tokio::test]
async fn a_clock_stands_still_only_where_its_rule_knows_that() {
    let host = Host::start().await;
    let request = with(asking(&["DELETION"]), "residence", json!("US-CA"));
    let opened = host.open(&request).await;
    let id = opened["id"].as_str().unwrap();
    let clock = |regime: &str| {
        let clocks = opened["clocks"].as_array().unwrap();
        let own = |clock: &&Value| clock["regime"] == regime && clock["duty"] == "ANSWER";
        clocks.iter().find(own).unwrap()["id"].clone()
    };
    let pause = |regime: &str, at: &str| json!({ "clockId": clock(regime), "reason": "IDENTITY_VERIFICATION", "occurredAt": at });
    let try_pause =
        async |change: &Value| host.support.run(build::PAUSE_CLOCK, input(change)).await;
    // Nothing waits for anything.
    let refused = try_pause(&pause("GDPR", "2026-06-11T08:00:00Z")).await;
    refused.refused(422, "PAUSE_NOT_ALLOWED");
    host.step_at(
        &opened["items"][0]["id"],
        "AWAITING_VERIFICATION",
        "2026-06-10T12:00:00Z",
    )
    .await;
    // California counts on, whoever asks (11 CCR 7021(b)).
    let refused = host
        .support
        .run(
            build::PAUSE_CLOCK,
            input(&pause("CCPA", "2026-06-11T08:00:00Z")),
        )
        .await;
    refused.refused(422, "PAUSE_NOT_ALLOWED");
    for (field, value) in [
        ("reason", json!("VOLUME")),
        ("occurredAt", json!("2026-06-12T08:00:00Z")),
    ] {
        let bad = with(pause("GDPR", "2026-06-11T08:00:00Z"), field, value);
        let refused = host.support.run(build::PAUSE_CLOCK, input(&bad)).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    let early = pause("GDPR", "2026-06-10T11:00:00Z");
    try_pause(&early).await.refused(422, "PAUSE_NOT_ALLOWED");
    let other = with(
        pause("GDPR", "2026-06-11T08:00:00Z"),
        "reason",
        json!("INFORMATION_REQUIRED"),
    );
    try_pause(&other).await.refused(422, "PAUSE_NOT_ALLOWED");

    let paused = host
        .support
        .run(
            build::PAUSE_CLOCK,
            input(&pause("GDPR", "2026-06-11T08:00:00Z")),
        )
        .await;
    assert_eq!(paused.text_at("pauseClock.clock.state"), "PAUSED");
    let again = host
        .support
        .run(
            build::PAUSE_CLOCK,
            input(&pause("GDPR", "2026-06-11T08:00:00Z")),
        )
        .await;
    again.refused(422, "PAUSE_NOT_ALLOWED");
    // What stands still is due at no instant.
    assert_eq!(
        host.shown(id).await["nextDueAt"],
        "2026-06-25T20:59:59.999Z"
    );

    host.app.set_clock("2026-06-16T08:00:00Z");
    let resume = json!({ "clockId": clock("GDPR") });
    let before = with(resume.clone(), "occurredAt", json!("2026-06-11T07:59:59Z"));
    let refused = host.support.run(build::RESUME_CLOCK, input(&before)).await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "occurredAt"
    );
    let resumed = host.support.run(build::RESUME_CLOCK, input(&resume)).await;
    // Five days later: the fifteenth of July, a Wednesday.
    assert_eq!(
        resumed.text_at("resumeClock.clock.dueAt"),
        "2026-07-15T20:59:59.999Z"
    );
    assert_eq!(resumed.get("resumeClock.clock.pausedDays"), &json!(5));
    host.support
        .run(build::RESUME_CLOCK, input(&resume))
        .await
        .refused(422, "PAUSE_NOT_ALLOWED");
    // The same days do not count twice.
    let twice = pause("GDPR", "2026-06-12T08:00:00Z");
    try_pause(&twice).await.refused(422, "PAUSE_NOT_ALLOWED");
    // The pause counts for an extension, too: from September 10 to 15.
    let extend = json!({ "clockId": clock("GDPR"), "reason": "VOLUME", "notifiedAt": "2026-06-16T08:00:00Z" });
    let extended = host
        .support
        .run(build::EXTEND_DEADLINE, input(&extend))
        .await;
    assert_eq!(
        extended.text_at("extendDeadline.clock.dueAt"),
        "2026-09-15T20:59:59.999Z"
    );
    host.stop().await;
}

/// Whether somebody says so or not: when what a clock waits for has come, it goes on.
#[tokio::test]
async fn a_clock_goes_on_and_ends_with_what_it_is_for() {
    let host = Host::start().await;
    let mut opened = Vec::new();
    for _ in 0..2 {
        let one = host.open(&asking(&["DELETION"])).await;
        let item = &one["items"][0]["id"];
        host.step(item, "AWAITING_VERIFICATION").await;
        let pause = json!({ "clockId": one["clocks"][0]["id"], "reason": "IDENTITY_VERIFICATION" });
        host.support
            .run(build::PAUSE_CLOCK, input(&pause))
            .await
            .ok();
        opened.push(one);
    }
    host.app.set_clock("2026-06-21T08:00:00Z");
    let passed =
        json!({ "requestId": opened[0]["id"], "method": "SUPPORT_PIN", "verdict": "PASSED" });
    host.support
        .run(build::VERIFY_REQUESTER, input(&passed))
        .await
        .ok();
    let shown = host.shown(opened[0]["id"].as_str().unwrap()).await;
    let clock = &shown["clocks"][0];
    // Ten days more: the twentieth of July.
    assert_eq!(
        (&clock["state"], &clock["pausedDays"], &clock["dueAt"]),
        (
            &json!("RUNNING"),
            &json!(10),
            &json!("2026-07-20T20:59:59.999Z")
        )
    );
    assert_eq!(shown["nextDueAt"], clock["dueAt"]);
    // Of the other, nothing was heard: the denial comes while the clock stands still, and in time.
    host.app.set_clock("2026-07-15T08:00:00Z");
    let denied =
        json!({ "itemId": opened[1]["items"][0]["id"], "reason": "IDENTITY_NOT_VERIFIED" });
    host.support
        .run(build::DENY_ITEM, input(&denied))
        .await
        .ok();
    let shown = host.shown(opened[1]["id"].as_str().unwrap()).await;
    let clock = &shown["clocks"][0];
    assert_eq!(
        (&clock["state"], &clock["pausedDays"], &clock["pauseReason"]),
        (&json!("MET"), &json!(34), &json!("IDENTITY_VERIFICATION"))
    );
    host.stop().await;
}

/// The answer that counts is the one that the person has.
#[tokio::test]
async fn an_answer_counts_from_when_the_person_had_it() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    let item = &opened["items"][0]["id"];
    host.app.set_clock("2026-07-11T08:00:00Z");
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(item, to).await;
    }
    let told = |to: &str, at: &str| json!({ "itemId": item, "to": to, "answeredAt": at, "note": "as was asked" });
    for (change, field) in [
        (told("ON_HOLD", "2026-07-10T09:00:00Z"), "answeredAt"),
        (told("FULFILLED", "2026-06-10T08:59:59Z"), "answeredAt"),
        (told("FULFILLED", "2026-07-12T08:00:00Z"), "answeredAt"),
    ] {
        let refused = host
            .support
            .run(build::TRANSITION_ITEM, input(&change))
            .await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field, "{change}");
    }
    let in_time = told("FULFILLED", "2026-07-10T09:00:00Z");
    host.support
        .run(build::TRANSITION_ITEM, input(&in_time))
        .await
        .ok();
    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    let clock = &shown["clocks"][0];
    assert_eq!(
        (&clock["state"], &clock["metAt"]),
        (&json!("MET"), &json!("2026-07-10T09:00:00.000Z"))
    );
    host.stop().await;
}

/// What is first to run out comes first, whoever it is about.
#[tokio::test]
async fn the_agenda_has_everything_that_is_due_in_order() {
    let host = Host::start().await;
    let californian = with(asking(&["DELETION"]), "residence", json!("US-CA"));
    host.open(&californian).await;
    let earlier = with(
        asking(&["ACCESS"]),
        "receivedAt",
        json!("2026-05-20T09:00:00Z"),
    );
    host.open(&earlier).await;
    let query = "query($after: String) { agenda(first: 2, after: $after) {
        nodes { regime duty dueAt request { id } item { type } } pageInfo { hasNextPage endCursor } } }";
    let (mut due, mut after) = (Vec::new(), Value::Null);
    for more in [true, false] {
        let page = host.support.run(query, json!({ "after": after })).await;
        let nodes = page.get("agenda.nodes").as_array().unwrap().clone();
        due.extend(
            nodes
                .iter()
                .map(|node| node["dueAt"].as_str().unwrap().to_owned()),
        );
        assert_eq!(page.get("agenda.pageInfo.hasNextPage"), &json!(more));
        after = page.get("agenda.pageInfo.endCursor").clone();
    }
    assert_eq!(
        due,
        [
            // The twentieth of June is a Saturday.
            "2026-06-22T20:59:59.999Z",
            "2026-06-25T20:59:59.999Z",
            "2026-07-10T20:59:59.999Z",
            "2026-07-25T20:59:59.999Z",
        ]
    );
    let query =
        "query($lt: DateTime!) { requests(filter: { due: { lt: $lt } }, orderBy: { field: DUE_AT,
        direction: ASC }) { nodes { nextDueAt } } }";
    let soon = host
        .support
        .run(query, json!({ "lt": "2026-06-25T00:00:00Z" }))
        .await;
    assert_eq!(
        soon.get("requests.nodes"),
        &json!([{ "nextDueAt": "2026-06-22T20:59:59.999Z" }])
    );
    host.stop().await;
}
