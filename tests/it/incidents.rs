//! Security at three in the morning: something happened to data, somebody is affected, and somebody wants to be told.

mod growing;
mod hidden;
mod refused;
mod telling;

use std::time::Duration;

use entity::enums::Role;
use serde_json::{Value, json};

use crate::harness::build::incidents::{
    ASSESS_INCIDENT, RECORD_INCIDENT_NOTIFICATION, REPORT_INCIDENT,
};
use crate::harness::build::{self, input};
use crate::harness::poll::eventually;
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};

const PATIENCE: Duration = Duration::from_secs(30);

/// A hosting company in Sofia, its privacy officer, its abuse desk and its systems.
pub struct House {
    pub app: App,
    pub officer: Actor,
    pub abuse: Actor,
    pub billing: Actor,
}

impl House {
    pub async fn start() -> Self {
        let app = App::start().await;
        app.set_clock("2026-11-20T03:00:00Z");
        let house = Self {
            officer: app.actor(Role::PrivacyOfficer).await,
            abuse: app.actor(Role::Abuse).await,
            billing: app.actor(Role::Billing).await,
            app,
        };
        let place = json!({ "establishment": "BG", "timeZone": "Europe/Sofia" });
        let place = input(&place);
        house
            .officer
            .run(build::UPDATE_CONTROLLER, place)
            .await
            .ok();
        house
    }

    /// Registers a system that an integration serves.
    pub async fn system(&self, name: &str, by: &Actor, more: Value) {
        let viewer = by.ask("{ viewer { integration { id } } }").await;
        let mut system =
            json!({ "name": name, "integrationId": viewer.get("viewer.integration.id") });
        merge(&mut system, more);
        let system = input(&system);
        self.officer.run(build::REGISTER_SYSTEM, system).await.ok();
    }

    /// Registers a client of the billing system, who has the same number elsewhere.
    pub async fn client(&self, client: &str, elsewhere: &[&str], more: Value) -> String {
        let systems = ["whmcs"].iter().chain(elsewhere);
        let ids: Vec<_> = systems
            .map(|system| json!({ "system": system, "id": client }))
            .collect();
        let mut customer =
            json!({ "name": format!("Client {client}"), "country": "BG", "externalIds": ids });
        merge(&mut customer, more);
        let customer = input(&customer);
        let registered = self.billing.run(build::REGISTER_CUSTOMER, customer).await;
        registered.text_at("registerCustomer.customer.id")
    }

    pub async fn report(&self, more: Value) -> String {
        let mut incident =
            json!({ "title": "A panel was broken into", "kinds": ["CONFIDENTIALITY"] });
        merge(&mut incident, more);
        let reported = self.abuse.run(REPORT_INCIDENT, input(&incident)).await;
        reported.text_at("reportIncident.incident.id")
    }

    /// What the officer says of an incident, and what is answered.
    pub async fn assess(&self, incident: &str, more: Value) -> Answer {
        let mut change = json!({ "incidentId": incident });
        merge(&mut change, more);
        self.officer.run(ASSESS_INCIDENT, input(&change)).await
    }

    /// What the officer says of who is told, and what is answered.
    pub async fn tell(&self, incident: &str, target: &str, status: &str, more: Value) -> Answer {
        let mut told = json!({ "incidentId": incident, "target": target, "status": status });
        merge(&mut told, more);
        let query = RECORD_INCIDENT_NOTIFICATION;
        self.officer.run(query, input(&told)).await
    }

    /// The clocks of an incident, as regime, target, phase, end and state.
    pub async fn clocks(&self, incident: &str) -> Vec<String> {
        let query = "query($id: ID!) { incident(id: $id) { clocks { regime target phase dueAt state source } } }";
        let found = self.officer.run(query, json!({ "id": incident })).await;
        let clocks = found.get("incident.clocks").as_array().unwrap();
        let line = |clock: &Value| {
            let text = |field: &str| clock[field].as_str().unwrap_or("-").to_owned();
            ["regime", "target", "phase", "dueAt", "state"]
                .map(text)
                .join(" ")
        };
        clocks.iter().map(line).collect()
    }

    /// Who is affected, by name.
    pub async fn affected(&self, of: Value, target: &str) -> Vec<String> {
        let query = "query($of: AffectedByInput!, $target: NotificationTarget) {
            affectedCustomers(of: $of, target: $target, first: 100) { totalCount nodes { customer { name } target } } }";
        let of = json!({ "of": of, "target": target });
        let found = self.officer.run(query, of).await;
        let nodes = found.get("affectedCustomers.nodes").as_array().unwrap();
        let mut names: Vec<_> = nodes
            .iter()
            .map(|node| node["customer"]["name"].as_str().unwrap().to_owned())
            .collect();
        assert!(nodes.iter().all(|node| node["target"] == target));
        let total = found.get("affectedCustomers.totalCount");
        assert_eq!(total, &json!(names.len()));
        names.sort_unstable();
        names
    }

    /// Every record has its key and its event; then the company closes.
    /// Waits until the tasks of all notifications of an incident are planned.
    pub async fn planned(&self, incident: &str) {
        let query = "query($id: ID!) { incident(id: $id) { notifications { planning } } }";
        eventually(PATIENCE, "all tasks", async || {
            let found = self.officer.run(query, json!({ "id": incident })).await;
            let said = found.get("incident.notifications").as_array().unwrap();
            let all = said.iter().all(|said| said["planning"] == false);
            all.then_some(())
        })
        .await;
    }

    pub async fn stop(self) {
        let survey = Survey::of(self.app.database()).await;
        // What is being planned changes between two looks.
        eventually(PATIENCE, "all tasks", async || {
            let left = "incident_notification n where planning and (withdrawn_at is null or exists (select 1
                from task t where t.notification_id = n.id and t.status in ('PENDING', 'FAILED')))";
            let left = survey.count(left).await;
            (left == 0).then_some(())
        })
        .await;
        survey.assert_whole().await;
        survey.close().await;
        self.app.stop().await;
    }
}

/// The input that an error is about.
fn blamed(answer: &Answer) -> &str {
    let field = &answer.body["errors"][0]["extensions"]["field"];
    field.as_str().unwrap_or_default()
}

fn merge(into: &mut Value, more: Value) {
    if let Value::Object(more) = more {
        for (field, value) in more {
            into[field] = value;
        }
    }
}

#[tokio::test]
async fn a_breach_goes_from_suspicion_to_its_end() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    house.client("42", &[], json!({})).await;
    house.client("43", &[], json!({ "country": "DE" })).await;
    let incident = house
        .report(
            json!({ "systems": ["whmcs"], "beganAt": "2026-11-18T00:00:00Z",
            "detectedAt": "2026-11-20T02:30:00Z" }),
        )
        .await;
    assert_eq!(house.clocks(&incident).await, [""; 0], "nobody is sure");
    let of = json!({ "incidentId": incident });
    let both = ["Client 42", "Client 43"];
    assert_eq!(house.affected(of.clone(), "SUBJECT").await, both);

    // Sure since two in the morning, as it turns out.
    let confirmed = json!({ "status": "CONFIRMED", "awareAt": "2026-11-20T02:00:00Z" });
    let answer = house.assess(&incident, confirmed).await;
    let next = answer.get("assessIncident.incident.nextDueAt");
    assert_eq!(next, "2026-11-23T02:00:00.000Z");
    let authority = "GDPR AUTHORITY INITIAL 2026-11-23T02:00:00.000Z";
    assert_eq!(
        house.clocks(&incident).await,
        [format!("{authority} RUNNING")]
    );
    // Whoever comes later was not there.
    house.client("44", &[], json!({})).await;
    assert_eq!(house.affected(of.clone(), "SUBJECT").await, both);
    let query = "query($id: ID!) { incident(id: $id) { affectedCountries { country count } } }";
    let found = house.officer.run(query, json!({ "id": incident })).await;
    assert_eq!(
        found.get("incident.affectedCountries"),
        &json!([{ "country": "BG", "count": 1 }, { "country": "DE", "count": 1 }])
    );

    let high = json!({ "risk": "HIGH_RISK", "status": "CONTAINED", "measures": "Passwords were changed." });
    house.assess(&incident, high).await.ok();
    let persons = "GDPR SUBJECT INITIAL -";
    assert_eq!(
        house.clocks(&incident).await,
        [format!("{authority} RUNNING"), format!("{persons} RUNNING")]
    );
    let told = json!({ "at": "2026-11-20T03:00:00Z", "channel": "PORTAL", "reference": "KZLD-1" });
    house
        .tell(&incident, "AUTHORITY", "COMPLETED", told)
        .await
        .ok();
    house
        .tell(
            &incident,
            "SUBJECT",
            "COMPLETED",
            json!({ "channel": "EMAIL" }),
        )
        .await
        .ok();
    assert_eq!(
        house.clocks(&incident).await,
        [format!("{authority} MET"), format!("{persons} MET")]
    );
    // What is known more comes later, and has no clock.
    let more = json!({ "phase": "FOLLOW_UP", "text": "It were two customers." });
    house
        .tell(&incident, "AUTHORITY", "COMPLETED", more)
        .await
        .ok();
    for status in ["MITIGATED", "CLOSED"] {
        house
            .assess(&incident, json!({ "status": status }))
            .await
            .ok();
    }
    let query =
        "query($id: ID!) { incident(id: $id) { status closedAt nextDueAt version title lastReason
        notifications { target phase status text reference } } }";
    let closed = house.officer.run(query, json!({ "id": incident })).await;
    assert_eq!(closed.get("incident.status"), "CLOSED");
    assert_eq!(closed.get("incident.nextDueAt"), &Value::Null);
    assert_eq!(closed.get("incident.title"), "A panel was broken into");
    assert_eq!(closed.get("incident.version"), 8);
    let said = closed.get("incident.notifications").as_array().unwrap();
    assert_eq!(said.len(), 3);
    assert_eq!(said[0]["reference"], "KZLD-1");
    house.stop().await;
}

#[tokio::test]
async fn what_is_late_says_why() {
    let house = House::start().await;
    let incident = house.report(json!({})).await;
    house
        .assess(&incident, json!({ "status": "CONFIRMED", "risk": "RISK" }))
        .await
        .ok();
    house.app.set_clock("2026-11-23T03:00:01Z");
    let authority = "GDPR AUTHORITY INITIAL 2026-11-23T03:00:00.000Z";
    assert_eq!(
        house.clocks(&incident).await,
        [format!("{authority} OVERDUE")]
    );
    let due = "query($by: DateTime) { incidents(filter: { dueBefore: $by }) { nodes { id } } }";
    let by = json!({ "by": "2026-11-23T03:00:01Z" });
    let found = house.officer.run(due, by.clone()).await;
    assert_eq!(found.text_at("incidents.nodes.0.id"), incident);

    let refused = house
        .tell(&incident, "AUTHORITY", "COMPLETED", json!({}))
        .await;
    assert_eq!(
        (refused.code(), blamed(&refused)),
        ("BAD_USER_INPUT", "reason")
    );
    assert_eq!(
        house.clocks(&incident).await,
        [format!("{authority} OVERDUE")]
    );
    // Told in time, and recorded late, is not late.
    let in_time = json!({ "at": "2026-11-23T02:59:00Z" });
    let other = house.report(json!({})).await;
    let earlier = json!({ "status": "CONFIRMED", "awareAt": "2026-11-20T03:00:00Z" });
    house.assess(&other, earlier).await.ok();
    house
        .tell(&other, "AUTHORITY", "COMPLETED", in_time)
        .await
        .ok();
    assert_eq!(house.clocks(&other).await, [format!("{authority} MET")]);

    let late = json!({ "reason": "The lead authority had to be found first." });
    house
        .tell(&incident, "AUTHORITY", "COMPLETED", late)
        .await
        .ok();
    assert_eq!(
        house.clocks(&incident).await,
        [format!("{authority} MET_LATE")]
    );
    let found = house.officer.run(due, by).await;
    assert_eq!(found.get("incidents.nodes"), &json!([]));
    house.stop().await;
}

#[tokio::test]
async fn the_final_report_counts_from_what_was_submitted() {
    let house = House::start().await;
    let attack = json!({ "kinds": [], "title": "The resolvers are down" });
    let incident = house.report(attack).await;
    let confirmed = json!({ "status": "CONFIRMED", "significant": true });
    house.assess(&incident, confirmed).await.ok();
    let first = "NIS2 CSIRT INITIAL 2026-11-21T03:00:00.000Z";
    let second = "NIS2 CSIRT FOLLOW_UP 2026-11-23T03:00:00.000Z";
    assert_eq!(
        house.clocks(&incident).await,
        [format!("{first} RUNNING"), format!("{second} RUNNING")],
        "no personal data was breached"
    );
    house
        .tell(&incident, "CSIRT", "COMPLETED", json!({}))
        .await
        .ok();
    house.app.set_clock("2026-11-22T10:00:00Z");
    let more = json!({ "phase": "FOLLOW_UP" });
    house.tell(&incident, "CSIRT", "COMPLETED", more).await.ok();
    let last = "NIS2 CSIRT FINAL 2026-12-22T10:00:00.000Z";
    assert_eq!(
        house.clocks(&incident).await,
        [
            format!("{first} MET"),
            format!("{second} MET"),
            format!("{last} RUNNING")
        ]
    );
    for status in ["CONTAINED", "MITIGATED"] {
        house
            .assess(&incident, json!({ "status": status, "risk": "NO_RISK" }))
            .await
            .ok();
    }
    let refused = house.assess(&incident, json!({ "status": "CLOSED" })).await;
    assert_eq!(
        refused.code(),
        "TRANSITION_NOT_ALLOWED",
        "the report is owed"
    );
    house
        .tell(&incident, "CSIRT", "COMPLETED", json!({ "phase": "FINAL" }))
        .await
        .ok();
    house
        .assess(&incident, json!({ "status": "CLOSED" }))
        .await
        .ok();
    house.stop().await;
}

#[tokio::test]
async fn a_mail_to_the_wrong_person_is_an_incident_at_once() {
    let house = House::start().await;
    let known = house.client("42", &[], json!({})).await;
    let other = house.client("43", &[], json!({})).await;
    let stripe = json!({ "name": "Somebody", "role": "PRIVATE_PARTY" });
    // What went to the same recipient rightly is no part of it.
    let mut rightly = build::disclosure(&stripe, &[json!({ "id": other })]);
    rightly["input"]["disclosedAt"] = json!("2026-11-19T21:00:00Z");
    house
        .abuse
        .run(build::RECORD_DISCLOSURE, rightly)
        .await
        .ok();
    let mut breach = build::disclosure(&stripe, &[json!({ "id": known })]);
    breach["input"]["ground"] = json!("UNAUTHORISED");
    breach["input"]["disclosedAt"] = json!("2026-11-19T22:00:00Z");
    let recorded = house.abuse.run(build::RECORD_DISCLOSURE, breach).await;
    let disclosure = recorded.text_at("recordDisclosure.disclosure.id");
    let straight = json!({ "title": "A mail to the wrong person", "disclosureId": disclosure });
    let reported = house.abuse.run(REPORT_INCIDENT, input(&straight)).await;
    let incident = reported.text_at("reportIncident.incident.id");
    let query = "query($id: ID) { incidents(filter: { disclosureId: $id }) { nodes { id kinds cause beganAt categories
        disclosure { id } reportedBy { role } } } }";
    let found = house.officer.run(query, json!({ "id": disclosure })).await;
    let shown = found.get("incidents.nodes.0");
    assert_eq!(shown["id"], incident.as_str());
    assert_eq!(shown["kinds"], json!(["CONFIDENTIALITY"]));
    assert_eq!(shown["cause"], "UNAUTHORISED_DISCLOSURE");
    assert_eq!(shown["beganAt"], "2026-11-19T22:00:00.000Z");
    assert_eq!(shown["disclosure"]["id"], disclosure.as_str());
    assert_eq!(shown["reportedBy"]["role"], "ABUSE");
    assert!(!shown["categories"].as_array().unwrap().is_empty());
    house
        .assess(&incident, json!({ "status": "CONFIRMED" }))
        .await
        .ok();
    let of = json!({ "incidentId": incident });
    assert_eq!(house.affected(of, "SUBJECT").await, ["Client 42"]);
    house.stop().await;
}
