//! What persons ask for: from intake to its end, with the clocks that run meanwhile.

mod clocks;
mod codes;
mod files;
mod holds;
mod house;
mod metrics;
mod notices;
mod packages;
mod plans;
mod retention;
mod steps;
mod tasks;
mod tickets;
mod verification;
mod work;

use entity::enums::Role;
use serde_json::{Value, json};

use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, App};

/// When nothing is said: a Wednesday.
pub const RECEIVED: &str = "2026-06-10T09:00:00Z";

/// A hosting company in Sofia, with its systems.
pub struct Host {
    pub app: App,
    pub officer: Actor,
    pub support: Actor,
    pub billing: Actor,
}

impl Host {
    pub async fn start() -> Self {
        let app = App::start().await;
        app.set_clock("2026-06-11T08:00:00Z");
        let host = Self {
            officer: app.actor(Role::PrivacyOfficer).await,
            support: app.actor(Role::Support).await,
            billing: app.actor(Role::Billing).await,
            app,
        };
        let place = json!({ "establishment": "BG", "timeZone": "Europe/Sofia" });
        let updated = host
            .officer
            .run(build::UPDATE_CONTROLLER, input(&place))
            .await;
        updated.ok();
        host
    }

    /// Registers a client of the billing system.
    pub async fn client(&self, client: &str, country: Option<&str>) -> String {
        let customer = json!({ "name": format!("Client {client}"), "country": country,
            "externalIds": [{ "system": "whmcs", "id": client }] });
        let registered = self
            .billing
            .run(build::REGISTER_CUSTOMER, input(&customer))
            .await;
        registered.text_at("registerCustomer.customer.id")
    }

    /// Opens a request by the ticket system, and gives it as it is shown.
    pub async fn open(&self, request: &Value) -> Value {
        let opened = self.support.run(build::OPEN_REQUEST, input(request)).await;
        let id = opened.text_at("openRequest.request.id");
        self.shown(&id).await
    }

    /// A request as it is shown to those who handle it.
    pub async fn shown(&self, id: &str) -> Value {
        let query = "query($id: ID!) { request(by: { id: $id }) {
            id channel receivedAt status closedAt nextDueAt resolution candidateCount residence text lookup version
            requester { kind name contact proof } customer { id } duplicateOf { id }
            items { id type scope status statusAt allowedTransitions denialReason note version duplicateOf { id } }
            clocks { id regime duty source state since dueAt firstDueAt country timeZone holidaysCounted canBeExtended
                canBePaused pausedDays pauseReason delayReason metAt stoppedAt item { type } }
            externalReferences { system reference }
            correspondence { nodes { kind direction channel at text } } } }";
        let found = self.support.run(query, json!({ "id": id })).await;
        found.get("request").clone()
    }

    pub async fn step(&self, item: &Value, to: &str) {
        let mut step = json!({ "itemId": item, "to": to });
        if to == "FULFILLED" {
            step["note"] = json!("as was asked");
        }
        let moved = self.support.run(build::TRANSITION_ITEM, input(&step)).await;
        assert_eq!(moved.text_at("transitionItem.item.status"), to);
    }

    pub async fn step_at(&self, item: &Value, to: &str, at: &str) {
        let mut step = json!({ "itemId": item, "to": to, "occurredAt": at });
        if to == "FULFILLED" {
            step["note"] = json!("as was asked");
        }
        let moved = self.support.run(build::TRANSITION_ITEM, input(&step)).await;
        assert_eq!(moved.text_at("transitionItem.item.status"), to);
    }

    /// Every record has its key, its index rows and its event; then the company closes.
    pub async fn stop(self) {
        let survey = Survey::of(self.app.database()).await;
        survey.assert_whole().await;
        survey.close().await;
        self.app.stop().await;
    }
}

/// A client of the billing system, as a look-up.
pub fn whmcs(client: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": client } })
}

/// A request by ticket, that came in when nothing else is said.
pub fn asking(kinds: &[&str]) -> Value {
    let items: Vec<_> = kinds.iter().map(|kind| json!({ "type": kind })).collect();
    json!({ "channel": "TICKET", "receivedAt": RECEIVED, "items": items })
}

/// A request with something more.
pub fn with(mut request: Value, field: &str, value: Value) -> Value {
    request[field] = value;
    request
}

#[tokio::test]
async fn a_client_asks_by_ticket_for_access_and_deletion() {
    let host = Host::start().await;
    let client = host.client("42", Some("DE")).await;
    let request = json!({
        "channel": "TICKET",
        "receivedAt": RECEIVED,
        "requester": { "name": "Erika Mustermann", "contact": "erika@example.org" },
        "customer": whmcs("42"),
        "items": [{ "type": "ACCESS" }, { "type": "DELETION" }],
        "text": "Please send me my data, then delete it.",
        "externalReferences": [{ "system": "Zendesk", "id": 4711 }],
    });

    let opened = host.open(&request).await;

    assert_eq!(opened["status"], "RECEIVED");
    assert_eq!(opened["receivedAt"], "2026-06-10T09:00:00.000Z");
    assert_eq!(opened["customer"]["id"], client.as_str());
    assert_eq!(opened["residence"], "DE", "as the customer's country");
    assert_eq!(opened["lookup"], "whmcs 42");
    assert_eq!(opened["text"], request["text"]);
    assert_eq!(
        opened["requester"],
        json!({ "kind": "DATA_SUBJECT", "name": "Erika Mustermann", "contact": "erika@example.org", "proof": null })
    );
    assert_eq!(
        opened["externalReferences"],
        json!([{ "system": "zendesk", "reference": "4711" }])
    );
    let items = opened["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    for item in items {
        assert_eq!(
            item["allowedTransitions"],
            json!([
                "AWAITING_VERIFICATION",
                "IN_REVIEW",
                "DUPLICATE",
                "WITHDRAWN"
            ])
        );
    }
    // One month, in the days of Sofia.
    let clocks = opened["clocks"].as_array().unwrap();
    assert_eq!(clocks.len(), 2);
    for clock in clocks {
        assert_eq!(
            (&clock["regime"], &clock["duty"]),
            (&json!("GDPR"), &json!("ANSWER"))
        );
        assert_eq!(clock["dueAt"], "2026-07-10T20:59:59.999Z");
        assert_eq!(
            (&clock["country"], &clock["timeZone"]),
            (&json!("BG"), &json!("Europe/Sofia"))
        );
        assert_eq!(
            (&clock["state"], &clock["holidaysCounted"]),
            (&json!("RUNNING"), &json!(true))
        );
    }
    assert_eq!(opened["nextDueAt"], "2026-07-10T20:59:59.999Z");

    // It is told that it came in, looked at, and answered.
    let told = json!({ "requestId": opened["id"], "kind": "ACKNOWLEDGEMENT", "direction": "OUTGOING",
        "channel": "EMAIL", "occurredAt": "2026-06-11T07:30:00Z", "text": "We have your message." });
    host.support
        .run(build::RECORD_CORRESPONDENCE, input(&told))
        .await
        .ok();
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(&items[0]["id"], to).await;
    }
    work::by_hand(&host, "whmcs").await;
    host.step(&items[0]["id"], "FULFILLED").await;
    let half = host.shown(opened["id"].as_str().unwrap()).await;
    assert_eq!(
        (&half["status"], &half["closedAt"]),
        (&json!("RECEIVED"), &Value::Null)
    );
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(&items[1]["id"], to).await;
    }
    work::by_hand(&host, "whmcs").await;
    host.step(&items[1]["id"], "PARTIALLY_FULFILLED").await;
    let done = host.shown(opened["id"].as_str().unwrap()).await;
    assert_eq!(done["status"], "PARTIALLY_FULFILLED");
    assert_eq!(done["closedAt"], "2026-06-11T08:00:00.000Z");
    assert_eq!(done["nextDueAt"], Value::Null);
    assert!(
        done["clocks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|clock| clock["state"] == "MET")
    );
    assert_eq!(
        done["correspondence"]["nodes"][0]["text"],
        "We have your message."
    );
    host.stop().await;
}

/// Who it is, is not always known: what was asked counts all the same.
#[tokio::test]
async fn a_request_of_nobody_and_of_several_is_kept_as_it_is() {
    let host = Host::start().await;
    for _ in 0..2 {
        let customer = json!({ "emails": ["shared@example.org"] });
        host.billing
            .run(build::REGISTER_CUSTOMER, input(&customer))
            .await
            .ok();
    }
    for (by, resolution, count) in [
        (json!({ "email": "nobody@example.org" }), "NOBODY", 0),
        (json!({ "email": "shared@example.org" }), "AMBIGUOUS", 2),
        (Value::Null, "NOBODY", 0),
    ] {
        let request = with(asking(&["ACCESS"]), "customer", by);
        let opened = host.open(&request).await;
        assert_eq!(
            (
                &opened["resolution"],
                &opened["candidateCount"],
                &opened["customer"]
            ),
            (&json!(resolution), &json!(count), &Value::Null)
        );
        assert_eq!(opened["clocks"].as_array().unwrap().len(), 1);
    }
    let gone = with(
        asking(&["ACCESS"]),
        "customer",
        json!({ "id": "cus_01h2xcejqtf2nbrexx3vqjhp41" }),
    );
    let refused = host.support.run(build::OPEN_REQUEST, input(&gone)).await;
    let error = refused.refused(404, "NOT_FOUND");
    assert_eq!(error["extensions"]["field"], "customer.id");
    host.stop().await;
}

#[tokio::test]
async fn a_request_that_comes_again_points_to_the_first() {
    let host = Host::start().await;
    host.client("42", None).await;
    host.client("43", None).await;
    let of = |client: &str, kinds: &[&str]| with(asking(kinds), "customer", whmcs(client));
    let first = host.open(&of("42", &["ACCESS", "DELETION"])).await;
    assert_eq!(first["duplicateOf"], Value::Null);
    host.step(&first["items"][0]["id"], "IN_REVIEW").await;

    let again = host.open(&of("42", &["DELETION"])).await;
    assert_eq!(again["duplicateOf"]["id"], first["id"]);
    assert_eq!(
        again["status"], "RECEIVED",
        "nothing is taken over from the first"
    );
    // Of a user of the client's site, the client's own requests say nothing.
    let visitor = with(
        of("42", &["DELETION"]),
        "requester",
        json!({ "kind": "END_USER", "name": "A visitor", "proof": "the form of the shop" }),
    );
    assert_eq!(host.open(&visitor).await["duplicateOf"], Value::Null);
    // More than was asked before, or somebody else, is no repetition.
    let more = host.open(&of("42", &["DELETION", "PORTABILITY"])).await;
    assert_eq!(more["duplicateOf"], Value::Null);
    let other = host.open(&of("43", &["DELETION"])).await;
    assert_eq!(other["duplicateOf"], Value::Null);
    // A person decides that it is one.
    let repeats = async |of: &Value, what: &Value| {
        let step = json!({ "itemId": of["items"][0]["id"], "to": "DUPLICATE", "duplicateOfId": what["id"] });
        host.support.run(build::TRANSITION_ITEM, input(&step)).await
    };
    let later = with(
        of("42", &["DELETION"]),
        "receivedAt",
        json!("2026-06-10T10:00:00Z"),
    );
    let later = host.open(&later).await;
    let access = host.open(&of("42", &["ACCESS"])).await;
    // Of somebody else, of something else, of what came in later.
    for what in [&other, &access, &later] {
        let refused = repeats(&again, what).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "duplicateOfId");
    }
    repeats(&again, &first).await.ok();
    let closed = host.shown(again["id"].as_str().unwrap()).await;
    assert_eq!(closed["status"], "DUPLICATE");
    assert_eq!(closed["clocks"][0]["state"], "STOPPED");
    assert_eq!(closed["items"][0]["duplicateOf"]["id"], first["id"]);
    // Nobody answers both: what was closed as a repetition is not to be repeated.
    let refused = repeats(&later, &again).await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "duplicateOfId"
    );
    // What was merged is one: so are its requests.
    let both = json!({ "from": whmcs("43"), "into": whmcs("42") });
    host.billing
        .run(build::MERGE_CUSTOMERS, input(&both))
        .await
        .ok();
    let merged = host.open(&of("42", &["PORTABILITY"])).await;
    assert_eq!(merged["duplicateOf"]["id"], more["id"]);
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { requests(first: 3) {
        nodes { id } pageInfo { hasNextPage } } } }";
    let all = host.support.run(query, json!({ "by": whmcs("42") })).await;
    assert_eq!(
        all.get("customer.requests.nodes").as_array().unwrap().len(),
        3
    );
    assert_eq!(
        all.get("customer.requests.pageInfo.hasNextPage"),
        &json!(true)
    );
    host.stop().await;
}

/// The call that was lost is sent again.
#[tokio::test]
async fn the_same_request_sent_twice_is_one() {
    let host = Host::start().await;
    host.client("42", None).await;
    let request = with(asking(&["DELETION"]), "customer", whmcs("42"));
    let request = with(request, "idempotencyKey", json!("ticket 4711"));
    let first = host.open(&request).await;
    assert_eq!(host.open(&request).await, first);
    let other = with(request, "text", json!("something else"));
    let refused = host.support.run(build::OPEN_REQUEST, input(&other)).await;
    refused.refused(409, "IDEMPOTENCY_KEY_REUSED");
    host.stop().await;
}

#[tokio::test]
async fn what_cannot_be_a_request_is_refused_and_leaves_nothing() {
    let host = Host::start().await;
    let survey = Survey::of(host.app.database()).await;
    let before = survey.sizes().await;
    let agent = json!({ "kind": "AUTHORISED_AGENT", "name": "Ann" });
    let long = "x".repeat(50_001);
    let references: Vec<_> = (0..21)
        .map(|n| json!({ "system": "otrs", "id": n }))
        .collect();
    let many: Vec<_> = (0..21).map(|_| json!({ "type": "ACCESS" })).collect();
    for (field, value, named) in [
        ("receivedAt", json!("2026-06-12T08:00:00Z"), "receivedAt"),
        ("items", json!([]), "items"),
        ("items", json!(many), "items"),
        (
            "items",
            json!([{ "type": "ACCESS" }, { "type": "ACCESS" }]),
            "items[1]",
        ),
        ("items", json!([{ "type": "OPT_OUT" }]), "items[0].scope"),
        (
            "items",
            json!([{ "type": "ACCESS", "scope": "MARKETING" }]),
            "items[0].scope",
        ),
        ("requester", agent, "requester.proof"),
        ("requester", json!({ "name": " " }), "requester.name"),
        ("residence", json!("Germany"), "residence"),
        ("residence", json!("US-ca"), "residence"),
        ("regimes", json!([]), "regimes"),
        ("regimes", json!(["CCPA"]), "regimesReason"),
        ("regimesReason", json!("because"), "regimes"),
        ("text", json!(long), "text"),
        ("customer", json!({ "email": "nonsense" }), "customer.email"),
        (
            "externalReferences",
            json!(references),
            "externalReferences",
        ),
        (
            "externalReferences",
            json!([{ "system": "a b", "id": 1 }]),
            "externalReferences[0].system",
        ),
        (
            "externalReferences",
            json!([{ "system": "otrs", "id": 1 }, { "system": "OTRS", "id": "1" }]),
            "externalReferences[1]",
        ),
    ] {
        let request = with(asking(&["ACCESS"]), field, value.clone());
        let refused = host.support.run(build::OPEN_REQUEST, input(&request)).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], named, "{field} {value}");
    }
    assert_eq!(survey.sizes().await, before);
    survey.close().await;
    host.stop().await;
}

#[tokio::test]
async fn a_controller_says_where_it_is() {
    let host = Host::start().await;
    let refused = |place: Value| {
        let officer = host.officer.clone();
        async move {
            let refused = officer.run(build::UPDATE_CONTROLLER, input(&place)).await;
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"].clone()
        }
    };
    assert_eq!(
        refused(json!({ "establishment": "Bulgaria" })).await,
        "establishment"
    );
    assert_eq!(refused(json!({ "timeZone": "CEST" })).await, "timeZone");
    let query = "{ viewer { controller { establishment timeZone } } }";
    let known = async || {
        host.officer
            .ask(query)
            .await
            .get("viewer.controller")
            .clone()
    };
    assert_eq!(
        known().await,
        json!({ "establishment": "BG", "timeZone": "Europe/Sofia" })
    );
    // What is not mentioned stays; null takes it away.
    let moved = json!({ "establishment": "US-TX" });
    host.officer
        .run(build::UPDATE_CONTROLLER, input(&moved))
        .await
        .ok();
    assert_eq!(
        known().await,
        json!({ "establishment": "US-TX", "timeZone": "Europe/Sofia" })
    );
    // Whose law it is says nothing of when a day ends.
    assert_eq!(refused(json!({ "timeZone": null })).await, "timeZone");
    let nowhere = json!({ "establishment": null, "timeZone": null });
    host.officer
        .run(build::UPDATE_CONTROLLER, input(&nowhere))
        .await
        .ok();
    assert_eq!(
        known().await,
        json!({ "establishment": null, "timeZone": null })
    );
    host.stop().await;
}
