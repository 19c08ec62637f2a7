//! Values that cannot be: each is refused with a code that says so, and leaves nothing behind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ASSIGN, DISCLOSE, REGISTER, disclosure, register, with};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};

/// An instance with a little in it, and what is wrong about its refusals.
pub struct Refusals {
    pub app: App,
    pub actor: Actor,
    survey: Survey,
    before: BTreeMap<&'static str, i64>,
    problems: Vec<String>,
}

impl Refusals {
    pub async fn start() -> Self {
        let app = App::start().await;
        let actor = app.owner();
        register(&actor, "42").await.ok();
        actor
            .run(
                ASSIGN,
                json!({ "input": { "assignments": [assignment()] } }),
            )
            .await
            .ok();
        actor
            .run(DISCLOSE, json!({ "input": disclosure() }))
            .await
            .ok();
        let survey = Survey::of(app.database()).await;
        let before = survey.sizes().await;
        Self {
            app,
            actor,
            survey,
            before,
            problems: Vec::new(),
        }
    }

    /// Notes whatever is wrong about a refusal. `field` is what `extensions.field` must say, where it must.
    pub async fn note(
        &mut self,
        what: &str,
        answer: &Answer,
        status: u16,
        code: &str,
        field: Option<&str>,
    ) {
        let extensions = &answer.body["errors"][0]["extensions"];
        let named = field.is_none_or(|field| extensions["field"] == field);
        let coded = (answer.status, answer.code()) == (status, code);
        if !named || !coded || answer.header("x-request-id").is_empty() {
            let wanted = format!("{status} {code} {}", field.unwrap_or_default());
            self.problems.push(format!(
                "{what}: {} {}, not {wanted}",
                answer.status, answer.text
            ));
        }
        if !answer.body["data"].is_null() {
            self.problems
                .push(format!("{what}: it has data: {}", answer.text));
        }
        let after = self.survey.sizes().await;
        if after != self.before {
            self.problems.push(format!(
                "{what}: it wrote: {after:?}, not {:?}",
                self.before
            ));
            self.before = after;
        }
    }

    /// Notes a mutation whose input has a value that cannot be.
    pub async fn invalid(&mut self, mutation: &str, input: Value, field: Option<&str>) {
        let answer = self.actor.run(mutation, json!({ "input": input })).await;
        let what: String = input.to_string().chars().take(200).collect();
        self.note(&what, &answer, 400, "BAD_USER_INPUT", field)
            .await;
    }

    /// The instance works as before, and there were no problems.
    pub async fn end(self) {
        let good = with(disclosure(), &json!({ "reference": "after all that" }));
        self.actor
            .run(DISCLOSE, json!({ "input": good }))
            .await
            .ok();
        self.survey.assert_whole().await;
        self.survey.close().await;
        self.app.stop().await;
        assert!(self.problems.is_empty(), "{}", self.problems.join("\n"));
    }
}

fn assignment() -> Value {
    json!({
        "customer": { "externalId": { "system": "whmcs", "id": "42" } },
        "ipPrefix": "198.51.100.0/29",
        "from": "2026-01-01T00:00:00Z",
    })
}

#[tokio::test]
async fn a_disclosure_that_cannot_be_is_refused_and_leaves_nothing() {
    let mut refusals = Refusals::start().await;
    for (changes, field) in [
        (
            json!({ "disclosedAt": "2027-11-20T09:00:00Z" }),
            "disclosedAt",
        ),
        (json!({ "dataCategories": [] }), "dataCategories"),
        (
            json!({ "dataCategories": vec!["user.name"; 101] }),
            "dataCategories",
        ),
        (
            json!({ "dataCategories": ["user.name", "nonsense"] }),
            "dataCategories[1]",
        ),
        (json!({ "reference": "x".repeat(201) }), "reference"),
        (json!({ "authority": "x".repeat(201) }), "authority"),
        (json!({ "note": "x".repeat(4_001) }), "note"),
        (json!({ "recipient": {} }), "recipient"),
        (
            json!({ "recipient": { "name": "A recipient" } }),
            "recipient",
        ),
        (
            json!({ "recipient": { "name": " \t", "role": "PUBLIC" } }),
            "recipient.name",
        ),
        (
            json!({ "recipient": { "name": "x".repeat(201), "role": "PUBLIC" } }),
            "recipient.name",
        ),
        (
            json!({ "recipient": { "name": "a\u{0}b", "role": "PUBLIC" } }),
            "recipient.name",
        ),
        (
            json!({ "onBehalfOf": { "system": "whmcs", "staffId": " " } }),
            "onBehalfOf.staffId",
        ),
        (
            json!({ "onBehalfOf": { "system": "w h", "staffId": "7" } }),
            "onBehalfOf.system",
        ),
    ] {
        refusals
            .invalid(DISCLOSE, with(disclosure(), &changes), Some(field))
            .await;
    }
    let registered = refusals.actor.ask("{ recipients { nodes { id } } }").await;
    let both = json!({ "recipient": {
        "id": registered.get("recipients.nodes.0.id"),
        "name": "Spamhaus",
        "role": "PRIVATE_PARTY",
    } });
    refusals
        .invalid(DISCLOSE, with(disclosure(), &both), Some("recipient"))
        .await;
    refusals.end().await;
}

/// Billing software is written by people who type: what they probably meant is in the answer.
#[tokio::test]
async fn an_unknown_key_of_the_taxonomy_is_refused_with_a_suggestion() {
    let mut refusals = Refusals::start().await;
    for (changes, field, suggestion) in [
        (
            json!({ "dataCategories": ["user.name", "user.contact.emial"] }),
            "dataCategories[1]",
            "user.contact.email",
        ),
        (
            json!({ "purpose": "essential.service.abuse_handlng" }),
            "purpose",
            "essential.service.abuse_handling",
        ),
    ] {
        let input = with(disclosure(), &changes);
        let answer = refusals
            .actor
            .run(DISCLOSE, json!({ "input": input }))
            .await;
        refusals
            .note(suggestion, &answer, 400, "BAD_USER_INPUT", Some(field))
            .await;
        assert_eq!(
            answer.body["errors"][0]["extensions"]["suggestion"],
            suggestion
        );
    }
    refusals.end().await;
}

#[tokio::test]
async fn an_instant_that_never_was_is_refused() {
    let mut refusals = Refusals::start().await;
    for at in [
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-02-03T25:00:00Z",
        "2026-06-30T23:59:60Z",
        "2026-02-03T00:00:00",
        "2026-02-03",
        "1969-12-31T23:59:59Z",
        "yesterday",
        "",
    ] {
        // With variables they are known before, with literals only while the mutation is carried out.
        let input = with(disclosure(), &json!({ "disclosedAt": at }));
        refusals.invalid(DISCLOSE, input, None).await;
        let literal = format!(
            r#"mutation {{ registerCustomer(input: {{ registeredAt: "{at}" }}) {{ customer {{ id }} }} }}"#
        );
        let answer = refusals.actor.ask(&literal).await;
        refusals
            .note(&literal, &answer, 400, "BAD_USER_INPUT", None)
            .await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn subjects_that_cannot_be_looked_up_are_refused() {
    let mut refusals = Refusals::start().await;
    let at = "2026-11-19T22:14:00Z";
    let many: Vec<_> = (0..501)
        .map(|n| json!({ "email": format!("{n}@example.org") }))
        .collect();
    for (subjects, field) in [
        (vec![], "subjects"),
        (many, "subjects"),
        (vec![json!({ "email": "jane" })], "subjects[0].by.email"),
        (
            vec![json!({ "phone": "030 123456" })],
            "subjects[0].by.phone",
        ),
        (vec![json!({ "phone": "+49" })], "subjects[0].by.phone"),
        (
            vec![
                json!({ "email": "jane@example.org" }),
                json!({ "ip": { "address": "203.0.113.256", "at": at } }),
            ],
            "subjects[1].by.ip.address",
        ),
        (
            vec![json!({ "ip": { "address": "fe80::1%eth0", "at": at } })],
            "subjects[0].by.ip.address",
        ),
        (
            vec![json!({ "externalId": { "system": "w h", "id": "1" } })],
            "subjects[0].by.externalId.system",
        ),
        (
            vec![json!({ "externalId": { "system": "whmcs", "id": " " } })],
            "subjects[0].by.externalId.id",
        ),
    ] {
        let subjects: Vec<_> = subjects.iter().map(|by| json!({ "by": by })).collect();
        let input = with(disclosure(), &json!({ "subjects": subjects }));
        refusals.invalid(DISCLOSE, input, Some(field)).await;
    }
    // Ids are not guesses: whoever sends one must know the customer, or the recipient.
    let nobody = "01h2xcejqtf2nbrexx3vqjhp41";
    for changes in [
        json!({ "subjects": [{ "by": { "id": format!("cus_{nobody}") } }] }),
        json!({ "recipient": { "id": format!("rcp_{nobody}") } }),
    ] {
        let input = with(disclosure(), &changes);
        let answer = refusals
            .actor
            .run(DISCLOSE, json!({ "input": input }))
            .await;
        refusals
            .note(&changes.to_string(), &answer, 404, "NOT_FOUND", None)
            .await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn a_customer_that_cannot_be_is_refused_and_leaves_nothing() {
    let mut refusals = Refusals::start().await;
    let emails: Vec<_> = (0..101).map(|n| format!("{n}@example.org")).collect();
    let mut cases = vec![
        (json!({ "name": "x".repeat(201) }), Some("name")),
        (
            json!({ "registeredAt": "2027-11-20T09:00:00Z" }),
            Some("registeredAt"),
        ),
        (
            json!({ "emails": ["jane@example.org", "jane@"] }),
            Some("emails[1]"),
        ),
        (json!({ "emails": [" "] }), Some("emails[0]")),
        (json!({ "phones": ["030 123456"] }), Some("phones[0]")),
        (
            json!({ "phones": ["1-800-FLOWERS"], "country": "US" }),
            Some("phones[0]"),
        ),
        (json!({ "country": "XX" }), None),
        (json!({ "country": "de" }), None),
        (json!({ "emails": emails }), Some("identifiers")),
    ];
    for (system, id) in [("", "1"), ("w h", "1"), ("whmcs", ""), ("whmcs", "a\nb")] {
        let external_ids = json!([{ "system": system, "id": id }]);
        cases.push((
            json!({ "externalIds": external_ids }),
            Some("externalIds[0]"),
        ));
    }
    let long = json!([{ "system": "whmcs", "id": "x".repeat(201) }]);
    cases.push((json!({ "externalIds": long }), Some("externalIds[0]")));
    for (input, field) in cases {
        refusals.invalid(REGISTER, input, field).await;
    }
    let twice = json!([{ "system": "whmcs", "id": "7" }, { "system": "WHMCS", "id": " 7 " }]);
    let input = json!({ "input": { "name": "Jane", "externalIds": twice } });
    let answer = refusals.actor.run(REGISTER, input).await;
    refusals
        .note(
            "the same external id twice",
            &answer,
            400,
            "BAD_USER_INPUT",
            Some("externalIds[1]"),
        )
        .await;
    for name in [" ", "", "a\u{202e}b"] {
        let register = "mutation($input: RegisterRecipientInput!) {
            registerRecipient(input: $input) { recipient { id } } }";
        let input = json!({ "name": name, "role": "PUBLIC_AUTHORITY" });
        refusals.invalid(register, input, Some("name")).await;
    }
    refusals.end().await;
}

/// Assignments that cannot be, each with its code and field in a list and alone.
fn impossible_assignments() -> Vec<(Value, &'static str, Option<&'static str>)> {
    let invalid = |changes: Value, field: &'static str| {
        (with(assignment(), &changes), "BAD_USER_INPUT", Some(field))
    };
    let mut all = vec![
        invalid(json!({ "until": "2025-12-31T23:59:59Z" }), "until"),
        invalid(json!({ "until": "2024-12-31T00:00:00Z" }), "until"),
        invalid(json!({ "customer": { "email": "jane" } }), "customer.email"),
    ];
    for prefix in [
        "203.0.113.7/24",
        "2001:db8::1/64",
        "0.0.0.0/0",
        "10.0.0.0/7",
        "2000::/15",
        "203.0.113.0/33",
        "203.0.113.0/255.255.255.0",
        "example.org",
        " ",
    ] {
        all.push(invalid(json!({ "ipPrefix": prefix }), "ipPrefix"));
    }
    for customer in [
        json!({ "id": "cus_01h2xcejqtf2nbrexx3vqjhp41" }),
        json!({ "email": "nobody@example.org" }),
        json!({ "ip": { "address": "198.18.0.1", "at": "2026-11-19T22:14:00Z" } }),
    ] {
        let changes = json!({ "customer": customer });
        all.push((with(assignment(), &changes), "NOT_FOUND", Some("customer")));
    }
    all
}

#[tokio::test]
async fn one_impossible_assignment_rejects_all() {
    let mut refusals = Refusals::start().await;
    for (item, code, field) in impossible_assignments() {
        let good = with(assignment(), &json!({ "ipPrefix": "192.0.2.0/24" }));
        let input = json!({ "input": { "assignments": [good, item] } });
        let answer = refusals.actor.run(ASSIGN, input).await;
        let field = field.map(|field| format!("assignments[1].{field}"));
        let status = if code == "NOT_FOUND" { 404 } else { 400 };
        refusals
            .note(&item.to_string(), &answer, status, code, field.as_deref())
            .await;
    }
    let too_many = vec![assignment(); 501];
    for assignments in [vec![], too_many] {
        let input = json!({ "assignments": assignments });
        refusals.invalid(ASSIGN, input, Some("assignments")).await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn impossible_assignments_are_rejected_alone_where_that_is_asked_for() {
    let Refusals {
        app,
        actor,
        survey,
        before,
        ..
    } = Refusals::start().await;
    let good = ["192.0.2.0/26", "192.0.2.64/26", "192.0.2.128/26"];
    let good = good.map(|prefix| with(assignment(), &json!({ "ipPrefix": prefix })));
    let impossible = impossible_assignments();
    let mut items = vec![good[0].clone()];
    items.extend(impossible.iter().map(|(item, ..)| item.clone()));
    items.insert(3, good[1].clone());
    items.push(good[2].clone());
    let policy = "REJECT_FAILED";

    let input = json!({ "assignments": items, "errorPolicy": policy, "idempotencyKey": "late" });
    let answer = actor.run(ASSIGN, json!({ "input": input })).await;

    let mut results = answer
        .get("recordAssignments.results")
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(results.len(), items.len());
    for place in [items.len() - 1, 3, 0] {
        let recorded = results.remove(place);
        assert!(
            recorded["assignment"]["id"].is_string(),
            "{place}: {recorded}"
        );
        assert!(recorded["error"].is_null(), "{place}: {recorded}");
    }
    // The good ones stand before, among and after the others.
    let places = (1..items.len() - 1).filter(|place| *place != 3);
    for ((result, (item, code, field)), place) in results.iter().zip(&impossible).zip(places) {
        assert!(result["assignment"].is_null(), "{item}: {result}");
        assert_eq!(result["error"]["code"], *code, "{item}");
        let field = field.map(|field| format!("assignments[{place}].{field}"));
        assert_eq!(
            result["error"]["field"].as_str(),
            field.as_deref(),
            "{item}"
        );
    }
    let mut expected = before;
    for (table, more) in [
        ("assignment", 3),
        ("blind_index", 3),
        ("event", 3),
        ("idempotency", 1),
    ] {
        *expected.get_mut(table).unwrap() += more;
    }
    assert_eq!(survey.sizes().await, expected);
    let again = actor.run(ASSIGN, json!({ "input": input })).await;
    // Of what could not be recorded, the code is remembered.
    let outcomes = |answer: &Answer| -> Vec<(Value, Value)> {
        let results = answer
            .get("recordAssignments.results")
            .as_array()
            .unwrap()
            .clone();
        let outcome = |one: &Value| {
            (
                one["assignment"]["id"].clone(),
                one["error"]["code"].clone(),
            )
        };
        results.iter().map(outcome).collect()
    };
    assert_eq!(outcomes(&again), outcomes(&answer));
    let none = json!({ "assignments": [impossible[0].0], "errorPolicy": policy });
    let answer = actor.run(ASSIGN, json!({ "input": none })).await;
    let code = answer.get("recordAssignments.results.0.error.code");
    assert_eq!(code, "BAD_USER_INPUT");
    assert_eq!(survey.sizes().await, expected);
    survey.assert_whole().await;
    survey.close().await;
    app.stop().await;
}
