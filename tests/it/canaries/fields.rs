//! Every field that takes something personal, each with a canary.

use serde_json::{Value, json};

use super::birds::Canaries;
use crate::harness::build::{
    self, ADD_IDENTIFIER, ISSUE_TOKEN, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE, REGISTER_CUSTOMER,
    REGISTER_RECIPIENT, UPDATE_RECIPIENT,
};

/// An operation with its input.
pub type Step = (&'static str, Value);

/// A person, by whatever they are known.
pub struct Person {
    pub name: String,
    pub email: String,
    /// An address that somebody else has too.
    pub shared_email: String,
    pub phone: String,
    pub id: String,
    pub later_id: String,
    pub ipv4: String,
    pub ipv6: String,
}

/// What is kept of them, and what may be read again by those who may: names of canaries.
pub const KEPT: &[&str] = &[
    "customer name",
    "e-mail",
    "shared e-mail",
    "phone",
    "external id",
    "later id",
    "IPv4 address",
    "IPv6 address",
    "namesake",
    "other phone",
    "new name",
    "imported e-mail",
    "imported phone",
    "imported id",
    "another imported id",
    "complainant",
    "contact",
    "note of a contact",
    "notice",
    "later name",
    "later contact",
    "recipient",
    "reference",
    "authority",
    "note",
    "e-mail of nobody",
    "phone of nobody",
    "id of nobody",
    "address of nobody",
];

impl Person {
    /// Somebody who occurs nowhere else.
    pub fn new(c: &mut Canaries) -> Self {
        Self {
            name: c.text("customer name"),
            email: c.email("e-mail"),
            shared_email: c.email("shared e-mail"),
            phone: c.phone("phone"),
            id: c.text("external id"),
            later_id: c.text("later id"),
            ipv4: c.ipv4("IPv4 address"),
            ipv6: c.ipv6("IPv6 address"),
        }
    }

    /// Every look-up that leads to them alone.
    pub fn look_ups(&self) -> [Value; 6] {
        let held =
            |address: &str| json!({ "ip": { "address": address, "at": "2024-05-01T00:00:00Z" } });
        [
            json!({ "email": self.email }),
            json!({ "phone": self.phone }),
            json!({ "externalId": { "system": "whmcs", "id": self.id } }),
            json!({ "externalId": { "system": "tickets", "id": self.later_id } }),
            held(&self.ipv4),
            held(&self.ipv6),
        ]
    }
}

fn staff(c: &mut Canaries, what: &'static str) -> Value {
    json!({ "system": "whmcs", "staffId": c.text(what) })
}

/// Registers the person, and somebody with whom they share an e-mail address.
pub fn customers(c: &mut Canaries, person: &Person) -> Vec<Step> {
    let customer = json!({ "externalId": { "system": "whmcs", "id": person.id } });
    let assigned = |prefix: &str| json!({ "customer": customer, "ipPrefix": prefix, "from": "2024-01-01T00:00:00Z" });
    vec![
        (
            REGISTER_CUSTOMER,
            json!({
                "name": person.name,
                "country": "DE",
                "emails": [person.email, person.shared_email],
                "phones": [person.phone],
                "externalIds": [{ "system": "whmcs", "id": person.id }],
                "onBehalfOf": staff(c, "who registers"),
                "idempotencyKey": c.text("key of a customer"),
            }),
        ),
        (
            REGISTER_CUSTOMER,
            json!({
                "name": c.text("namesake"),
                "emails": [person.shared_email],
                "phones": [c.phone("other phone")],
            }),
        ),
        (
            RECORD_ASSIGNMENTS,
            json!({
                "assignments": [assigned(&person.ipv4), assigned(&person.ipv6)],
                "onBehalfOf": staff(c, "who assigns"),
                "idempotencyKey": c.text("key of assignments"),
            }),
        ),
    ]
}

/// Adds an id of another system to the person.
pub fn identifier(c: &mut Canaries, person: &Person, customer: &str) -> Step {
    let identifier = json!({ "externalId": { "system": "tickets", "id": person.later_id } });
    let input = json!({
        "customerId": customer,
        "identifier": identifier,
        "onBehalfOf": staff(c, "who adds"),
        "idempotencyKey": c.text("key of an identifier"),
    });
    (ADD_IDENTIFIER, input)
}

/// A customer is imported, and what can become of it becomes of it; the answers name the ids of what is needed next.
pub fn import(c: &mut Canaries) -> (Step, Value) {
    let id = json!({ "system": "whmcs", "id": c.text("imported id") });
    let customer = json!({
        "externalId": id,
        "name": c.text("imported name"),
        "emails": [c.email("imported e-mail")],
        "phones": [c.phone("imported phone")],
        "externalIds": [{ "system": "tickets", "id": c.text("another imported id") }],
    });
    let input = json!({
        "customers": [customer],
        "onBehalfOf": staff(c, "who imports"),
        "idempotencyKey": c.text("key of an import"),
    });
    (
        (build::IMPORT_CUSTOMERS, input),
        json!({ "externalId": id }),
    )
}

/// What can become of the customer that was imported.
pub fn lives(
    c: &mut Canaries,
    person: &Person,
    imported: &Value,
    customer: &str,
    identifier: &str,
) -> Vec<Step> {
    let by_email = json!({ "email": person.email });
    let mut steps = vec![
        (
            build::UPDATE_CUSTOMER,
            json!({ "customerId": customer, "name": c.text("new name") }),
        ),
        (build::CLOSE_CUSTOMER, json!({ "customerId": customer })),
        (
            build::VERIFY_IDENTIFIER,
            json!({ "identifierId": identifier, "method": "CALLBACK" }),
        ),
        (build::END_IDENTIFIER, json!({ "identifierId": identifier })),
        (
            build::RELATE_CUSTOMERS,
            json!({ "customer": imported, "kind": "CONTACT", "relatedCustomer": by_email }),
        ),
        (
            build::RECONCILE_SNAPSHOT,
            json!({ "system": "whmcs", "ids": [c.text("id in a snapshot"), person.id], "complete": true }),
        ),
        (build::REGISTER_BRAND, json!({ "name": "A brand" })),
        (
            build::MERGE_CUSTOMERS,
            json!({ "from": imported, "into": { "phone": person.phone } }),
        ),
    ];
    for (_, input) in &mut steps {
        input["onBehalfOf"] = staff(c, "who changes");
        input["idempotencyKey"] = json!(c.text("key of a change"));
    }
    steps
}

/// Data about the person goes to two others, who are persons themselves.
pub fn disclosures(c: &mut Canaries, person: &Person) -> Vec<Step> {
    let nobody = json!({ "system": "whmcs", "id": c.text("id of nobody") });
    let nowhere = json!({ "address": c.ipv4("address of nobody"), "at": "2024-05-01T00:00:00Z" });
    let subjects = [
        json!({ "by": { "email": person.email } }),
        json!({ "by": { "email": person.shared_email } }),
        json!({ "by": { "email": c.email("e-mail of nobody") } }),
        json!({ "by": { "phone": c.phone("phone of nobody") } }),
        json!({ "by": { "externalId": nobody } }),
        json!({ "by": { "ip": nowhere } }),
    ];
    vec![
        (
            REGISTER_RECIPIENT,
            json!({
                "name": c.text("complainant"),
                "role": "PRIVATE_PARTY",
                "category": "COMPLAINANT",
                "contacts": [{
                    "kind": "ADDRESS",
                    "value": c.text("contact"),
                    "note": c.text("note of a contact"),
                }],
                "noticeUrl": format!("https://example.org/{}", c.text("notice")),
                "onBehalfOf": staff(c, "who names"),
                "idempotencyKey": c.text("key of a recipient"),
            }),
        ),
        (
            RECORD_DISCLOSURE,
            json!({
                "recipient": { "name": c.text("recipient"), "role": "DATA_SUBJECT" },
                "ground": "ABUSE_REPORT",
                "purpose": "essential.service.abuse_handling",
                "dataCategories": ["user.contact.email"],
                "tier": "SUBSCRIBER",
                "disclosedAt": "2024-05-02T00:00:00Z",
                "reference": c.text("reference"),
                "authority": c.text("authority"),
                "note": c.text("note").repeat(90),
                "subjects": subjects,
                "onBehalfOf": staff(c, "who discloses"),
                "idempotencyKey": c.text("key of a disclosure"),
            }),
        ),
    ]
}

/// Changes whom data went to.
pub fn recipient(c: &mut Canaries, recipient: &str) -> Step {
    let input = json!({
        "recipientId": recipient,
        "name": c.text("later name"),
        "contacts": [{ "kind": "OTHER", "value": c.text("later contact") }],
        "onBehalfOf": staff(c, "who renames"),
        "idempotencyKey": c.text("key of a change"),
    });
    (UPDATE_RECIPIENT, input)
}

/// Issues a token for an abuse desk.
pub fn token(c: &mut Canaries) -> Step {
    let input = json!({
        "name": "abuse desk",
        "role": "ABUSE",
        "onBehalfOf": staff(c, "who issues"),
        "idempotencyKey": c.text("key of a token"),
    });
    (ISSUE_TOKEN, input)
}
