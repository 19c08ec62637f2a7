//! A hosting company whose clients hold things, and of whom things are disclosed.

use std::time::Duration;

use entity::enums::Role;
use serde_json::{Value, json};

use super::build::{self, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE, REGISTER_CUSTOMER, input};
use super::poll::eventually;
use super::{Actor, Answer, App};

/// A caller that is throttled tests nothing but the throttle.
const UNTHROTTLED: &[(&str, &str)] = &[
    ("limits.points_per_second", "1000000"),
    ("limits.burst_points", "100000000"),
];

/// When nothing is said: the page was reported, or the mail was sent.
pub const INCIDENT: &str = "2026-11-19T22:14:00Z";

/// The company, with its systems.
pub struct Host {
    /// The instance.
    pub app: App,
    /// Who may do everything.
    pub owner: Actor,
    /// The billing system.
    pub billing: Actor,
    /// Address management.
    pub ipam: Actor,
    /// The abuse desk.
    pub abuse: Actor,
}

impl Host {
    /// A company without clients.
    pub async fn start() -> Self {
        Self::over(App::start_with(UNTHROTTLED).await).await
    }

    /// The same over an instance that is there.
    pub async fn over(app: App) -> Self {
        Self {
            owner: app.owner(),
            billing: app.actor(Role::Billing).await,
            ipam: app.actor(Role::Provisioning).await,
            abuse: app.actor(Role::Abuse).await,
            app,
        }
    }

    /// Registers a client of the billing system, and gives our id.
    pub async fn client(&self, client: &str) -> String {
        let customer = json!({ "externalIds": [{ "system": "whmcs", "id": client }] });
        let registered = self.billing.run(REGISTER_CUSTOMER, input(&customer)).await;
        registered.text_at("registerCustomer.customer.id")
    }

    /// Address management says who held what.
    pub async fn hold(&self, assignments: &[Value]) -> Answer {
        let assignments = input(&json!({ "assignments": assignments }));
        let recorded = self.ipam.run(RECORD_ASSIGNMENTS, assignments).await;
        recorded.ok();
        recorded
    }

    /// What a look-up leads to: everybody that it may mean.
    pub async fn candidates(&self, by: &Value) -> (u64, Vec<String>) {
        let query = "query($by: CustomerLookupInput!) {
            customerCandidates(by: $by, first: 100) { totalCount nodes { id } } }";
        let found = self.owner.run(query, json!({ "by": by })).await;
        let nodes = found.get("customerCandidates.nodes").as_array().unwrap();
        let ids = nodes
            .iter()
            .map(|node| node["id"].as_str().unwrap().to_owned());
        let total = found.get("customerCandidates.totalCount");
        (total.as_u64().unwrap(), ids.collect())
    }

    /// The abuse desk records that a blocklist was told of whoever a look-up means; what was recorded.
    pub async fn disclose(&self, by: &Value) -> Value {
        let spamhaus = json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" });
        let mut report = build::disclosure(&spamhaus, std::slice::from_ref(by));
        report["input"]["ground"] = json!("BLOCKLIST_REPORT");
        let recorded = self.abuse.run(RECORD_DISCLOSURE, report).await;
        self.disclosure(&recorded.text_at("recordDisclosure.disclosure.id"))
            .await
    }

    /// A disclosure as it is on record now.
    pub async fn disclosure(&self, id: &str) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Disclosure {
            id ground purpose tier dataCategories disclosedAt recordedAt count unresolvedCount reference
            subjects { id resolution candidateCount lookup customer { id }
                finding { id resolution candidateCount customer { id } event { type objectId } } }
            supersededBy { reason new { id } event { type objectId } }
            supersedes { old { id } } event { id } } } }";
        let found = self.owner.run(query, json!({ "id": id })).await;
        found.get("node").clone()
    }

    /// A disclosure, as soon as the finding about its first subject says what is expected of it.
    pub async fn found(&self, id: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let look = async || {
            let disclosure = self.disclosure(id).await;
            expected(&disclosure["subjects"][0]["finding"]).then_some(disclosure)
        };
        eventually(Duration::from_secs(30), "a finding says so", look).await
    }

    /// Waits until everything that was recorded so far has been looked at again. What is recorded for that is about a
    /// client of its own.
    pub async fn looked_again(&self) {
        let address = format!("2001:db8:{:x}::1", uuid::Uuid::new_v4().as_u128() & 0xffff);
        let unknown = self.disclose(&at_ip(&address, INCIDENT)).await;
        let client = format!("looked {address}");
        self.client(&client).await;
        self.hold(&[held(&client, "ipPrefix", json!(address))])
            .await;
        self.found(unknown["id"].as_str().unwrap(), |finding| {
            !finding.is_null()
        })
        .await;
    }

    /// Stops the instance and removes its database.
    pub async fn stop(self) {
        self.app.stop().await;
    }
}

/// A client of the billing system, as a look-up.
pub fn whmcs(client: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": client } })
}

/// A client holds something since the beginning of the year.
pub fn held(client: &str, kind: &str, resource: Value) -> Value {
    json!({ "customer": whmcs(client), kind: resource, "from": "2026-01-01T00:00:00Z" })
}

/// An assignment that is shared with others.
pub fn shared(mut assignment: Value) -> Value {
    assignment["sharing"] = json!("SHARED");
    assignment
}

/// An assignment for a time.
pub fn during(mut assignment: Value, from: &str, until: Option<&str>) -> Value {
    assignment["from"] = json!(from);
    assignment["until"] = json!(until);
    assignment
}

/// Whoever had an address.
pub fn at_ip(address: &str, at: &str) -> Value {
    json!({ "ip": { "address": address, "at": at } })
}

/// Whoever had an address, when something more is known.
pub fn at_ip_with(address: &str, what: &str, known: Value) -> Value {
    json!({ "ip": { "address": address, "at": INCIDENT, what: known } })
}

/// Whoever had a domain.
pub fn at_domain(name: &str, at: &str) -> Value {
    json!({ "domain": { "name": name, "at": at } })
}

/// Whoever had a mailbox.
pub fn at_mailbox(address: &str, at: &str) -> Value {
    json!({ "mailbox": { "address": address, "at": at } })
}
