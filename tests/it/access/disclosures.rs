//! Samples for what is recorded of disclosures, and for what is found out about them later; and the grounds of each
//! role.

use entity::enums::DisclosureGround;
use serde_json::{Value, json};

use super::{Sample, Turn, World, nothing, sample};
use crate::harness::build::{self, input, item, list, observation};
use crate::harness::{Actor, App, golden};

/// Whatever must not have happened may be recorded by every role that records anything.
pub fn unauthorised(recipient: &str, about: Value) -> Value {
    let mut variables = build::disclosure(&json!({ "id": recipient }), &[about]);
    variables["input"]["ground"] = json!("UNAUTHORISED");
    variables
}

fn to_company(turn: &Turn<'_>) -> Value {
    unauthorised(&turn.world.company, json!({ "id": turn.world.customer }))
}

pub const SAMPLES: &[Sample] = &[
    sample("Query.disclosureGrounds", "{ disclosureGrounds }", nothing),
    sample(
        "Query.holders",
        "query($of: ResourceLookupInput!) { holders(of: $of) { nodes { id } } }",
        |_| {
            let ip = json!({ "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" });
            json!({ "of": { "ip": ip } })
        },
    ),
    sample(
        "Query.node of an assignment",
        super::NODE,
        |turn| json!({ "id": turn.world.assignment }),
    ),
    sample(
        "Mutation.recordDisclosure",
        build::RECORD_DISCLOSURE,
        to_company,
    ),
    sample(
        "Mutation.recordDisclosures",
        build::RECORD_DISCLOSURES,
        |turn| list("disclosures", &item(to_company(turn))),
    ),
    sample(
        "Mutation.recordDisclosureSeries",
        build::RECORD_DISCLOSURE_SERIES,
        |turn| list("observations", &observation(item(to_company(turn)))),
    ),
    sample(
        "Mutation.supersedeDisclosure",
        build::SUPERSEDE_DISCLOSURE,
        superseding,
    ),
    sample(
        "Mutation.resolveDisclosureSubject",
        build::RESOLVE_DISCLOSURE_SUBJECT,
        resolving,
    ),
];

/// Variables that supersede what nobody else will.
pub fn superseding(turn: &Turn<'_>) -> Value {
    let by = unauthorised(&turn.world.person, json!({ "id": turn.world.customer }));
    input(&json!({ "disclosureId": turn.spares.old, "by": item(by), "reason": "canary reason" }))
}

/// Variables that resolve a subject that nobody else will.
pub fn resolving(turn: &Turn<'_>) -> Value {
    let customer = json!({ "id": turn.world.customer });
    input(&json!({ "subjectId": turn.spares.subject, "customer": customer, "reason": "canary" }))
}

/// What a caller may use up.
pub struct Spares {
    /// A disclosure that nobody else will supersede.
    pub old: String,
    /// A subject that nobody else will resolve.
    pub subject: String,
}

impl Spares {
    pub async fn make(app: &App, recipient: &str, customer: &str) -> Self {
        let owner = app.owner();
        let known = unauthorised(recipient, json!({ "id": customer }));
        let known = owner.run(build::RECORD_DISCLOSURE, known).await;
        let nobody = json!({ "email": "nobody@canary.example" });
        let mut unknown = unauthorised(recipient, nobody);
        // Long ago, so that lists begin with the others.
        unknown["input"]["disclosedAt"] = json!("2020-01-01T00:00:00Z");
        let unknown = owner.run(build::RECORD_DISCLOSURE, unknown).await;
        Self {
            old: known.text_at("recordDisclosure.disclosure.id"),
            subject: unknown.text_at("recordDisclosure.disclosure.subjects.0.id"),
        }
    }
}

/// A disclosure about an address that nobody had, as it seemed, and another that was superseded.
pub async fn find_out(owner: &Actor, recipient: &str, customer: &str) {
    let held = json!({ "ip": { "address": "203.0.113.7", "at": "2019-01-01T00:00:00Z" } });
    let mut unknown = unauthorised(recipient, held);
    unknown["input"]["disclosedAt"] = json!("2020-01-01T00:00:00Z");
    let unknown = owner.run(build::RECORD_DISCLOSURE, unknown).await;
    let mut late = build::assignment(&json!({ "id": customer }), "203.0.113.0/28");
    late["input"]["assignments"][0]["from"] = json!("2018-01-01T00:00:00Z");
    owner.run(build::RECORD_ASSIGNMENTS, late).await.ok();
    let unknown = unknown.text_at("recordDisclosure.disclosure.id");
    build::finding(owner, &unknown).await;
    let about = || unauthorised(recipient, json!({ "id": customer }));
    let wrong = owner.run(build::RECORD_DISCLOSURE, about()).await;
    let wrong = wrong.text_at("recordDisclosure.disclosure.id");
    let change = json!({ "disclosureId": wrong, "by": item(about()), "reason": "canary reason" });
    owner
        .run(build::SUPERSEDE_DISCLOSURE, input(&change))
        .await
        .ok();
}

/// Who may record what, as the server says to each; what may not be recorded is refused as well.
#[tokio::test]
async fn every_role_records_the_grounds_that_were_agreed() {
    let app = App::start().await;
    let world = World::make(&app).await;
    let mut rows = vec![world.head(&[""])];
    let mut told = Vec::new();
    for caller in &world.callers {
        let answer = caller.actor.ask("{ disclosureGrounds }").await;
        if caller.name == "stranger" {
            answer.refused(401, "UNAUTHENTICATED");
            told.push(json!([]));
        } else {
            told.push(answer.get("disclosureGrounds").clone());
        }
    }
    for ground in DisclosureGround::ALL {
        let mut row = vec![ground.as_str().to_owned()];
        for (caller, told) in world.callers.iter().zip(&told) {
            let may = told.as_array().unwrap().contains(&json!(ground.as_str()));
            let mut variables = to_company(&world.turn(caller));
            variables["input"]["ground"] = json!(ground.as_str());
            // The report alone: every ground takes it.
            variables["input"]["dataCategories"] = json!(["user.content.private.abuse_report"]);
            let answer = caller.actor.run(build::RECORD_DISCLOSURE, variables).await;
            let does = super::outcome(&answer) == "OK";
            assert_eq!(does, may, "{ground} as {}: {}", caller.name, answer.text);
            row.push(if may { "yes" } else { "-" }.to_owned());
        }
        rows.push(row);
    }
    golden::compare("grounds.txt", &golden::table(&rows));
    app.stop().await;
}
