//! Every field that takes something personal, each with a canary.

use serde_json::{Value, json};

use super::birds::Canaries;
use crate::harness::build::{
    self, ADD_IDENTIFIER, ISSUE_TOKEN, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE,
    RECORD_DISCLOSURE_SERIES, RECORD_DISCLOSURES, REGISTER_CUSTOMER, REGISTER_RECIPIENT,
    RESOLVE_DISCLOSURE_SUBJECT, SUPERSEDE_DISCLOSURE, UPDATE_RECIPIENT,
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
    pub domain: String,
    pub mailbox: String,
    /// An address of which they have some ports.
    pub ports: String,
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
    "domain",
    "mailbox",
    "address of ports",
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
    "domain of nobody",
    "mailbox of nobody",
    "address of a site of nobody",
    "site of nobody",
    "address of a sender of nobody",
    "sender of nobody",
    "reference of one of many",
    "authority of a series",
    "note of what took its place",
    "why it was wrong",
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
            domain: c.domain("domain"),
            mailbox: c.email("mailbox"),
            ports: c.ipv4("address of ports"),
        }
    }

    /// Every look-up that leads to them alone.
    pub fn look_ups(&self) -> [Value; 10] {
        let at = "2024-05-01T00:00:00Z";
        let held = |address: &str| json!({ "ip": { "address": address, "at": at } });
        [
            json!({ "email": self.email }),
            json!({ "phone": self.phone }),
            json!({ "externalId": { "system": "whmcs", "id": self.id } }),
            json!({ "externalId": { "system": "tickets", "id": self.later_id } }),
            held(&self.ipv4),
            held(&self.ipv6),
            json!({ "domain": { "name": self.domain, "at": at } }),
            json!({ "mailbox": { "address": self.mailbox, "at": at } }),
            json!({ "ip": { "address": self.ports, "port": 2_000, "at": at } }),
            json!({ "ip": { "address": self.ipv4, "domain": self.domain, "mailbox": self.mailbox, "at": at } }),
        ]
    }
}

pub fn staff(c: &mut Canaries, what: &'static str) -> Value {
    json!({ "system": "whmcs", "staffId": c.text(what) })
}

/// Registers the person, and somebody with whom they share an e-mail address.
pub fn customers(c: &mut Canaries, person: &Person) -> Vec<Step> {
    let customer = json!({ "externalId": { "system": "whmcs", "id": person.id } });
    let assigned = |kind: &str, held: Value| json!({ "customer": customer, kind: held, "from": "2024-01-01T00:00:00Z" });
    let ports = json!({ "address": person.ports, "first": 1_024, "last": 2_047 });
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
                "assignments": [
                    assigned("ipPrefix", json!(person.ipv4)),
                    assigned("ipPrefix", json!(person.ipv6)),
                    assigned("domain", json!(person.domain)),
                    assigned("mailbox", json!(person.mailbox)),
                    assigned("portRange", ports),
                ],
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
    let at = "2024-05-01T00:00:00Z";
    let nowhere = json!({ "address": c.ipv4("address of nobody"), "at": at });
    let site = json!({ "address": c.ipv4("address of a site of nobody"), "domain": c.domain("site of nobody"), "at": at });
    let sender = json!({ "address": c.ipv4("address of a sender of nobody"), "mailbox": c.email("sender of nobody"), "at": at });
    let subjects = [
        json!({ "by": { "email": person.email } }),
        json!({ "by": { "email": person.shared_email } }),
        json!({ "by": { "email": c.email("e-mail of nobody") } }),
        json!({ "by": { "phone": c.phone("phone of nobody") } }),
        json!({ "by": { "externalId": nobody } }),
        json!({ "by": { "ip": nowhere } }),
        json!({ "by": { "ip": site } }),
        json!({ "by": { "ip": sender } }),
        json!({ "by": { "domain": { "name": c.domain("domain of nobody"), "at": at } } }),
        json!({ "by": { "mailbox": { "address": c.email("mailbox of nobody"), "at": at } } }),
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

/// Data about the person goes out many times over, in two lists.
pub fn lists(c: &mut Canaries, person: &Person) -> Vec<Step> {
    let of = |about: Value| {
        json!({
            "recipient": { "name": "Spamhaus", "role": "PRIVATE_PARTY" },
            "ground": "BLOCKLIST_REPORT",
            "purpose": "essential.service.abuse_handling",
            "dataCategories": ["user.contact.email"],
            "tier": "SUBSCRIBER",
            "subjects": [{ "by": about }],
        })
    };
    let mut one = of(json!({ "email": person.email }));
    one["disclosedAt"] = json!("2024-05-02T00:00:00Z");
    one["reference"] = json!(c.text("reference of one of many"));
    one["idempotencyKey"] = json!(c.text("key of one of many"));
    let mut observed = of(json!({ "phone": person.phone }));
    observed["from"] = json!("2024-04-02T00:00:00Z");
    observed["to"] = json!("2024-05-02T00:00:00Z");
    observed["count"] = json!(7);
    observed["authority"] = json!(c.text("authority of a series"));
    observed["idempotencyKey"] = json!(c.text("key of an observation"));
    vec![
        (
            RECORD_DISCLOSURES,
            json!({ "disclosures": [one], "onBehalfOf": staff(c, "who discloses much") }),
        ),
        (
            RECORD_DISCLOSURE_SERIES,
            json!({ "observations": [observed], "onBehalfOf": staff(c, "who observes") }),
        ),
    ]
}

/// One of them was wrong, and somebody of whom nothing was known was the person.
pub fn changes(c: &mut Canaries, person: &Person, old: &str, subject: &str) -> Vec<Step> {
    vec![
        (
            SUPERSEDE_DISCLOSURE,
            json!({
                "disclosureId": old,
                "reason": c.text("why it was wrong"),
                "by": {
                    "recipient": { "name": "Spamhaus", "role": "PRIVATE_PARTY" },
                    "ground": "ABUSE_REPORT",
                    "purpose": "essential.service.abuse_handling",
                    "dataCategories": ["user.contact.email"],
                    "tier": "SUBSCRIBER",
                    "disclosedAt": "2024-05-02T00:00:00Z",
                    "note": c.text("note of what took its place"),
                    "subjects": [{ "by": { "email": person.email } }],
                },
                "onBehalfOf": staff(c, "who supersedes"),
                "idempotencyKey": c.text("key of a supersession"),
            }),
        ),
        (
            RESOLVE_DISCLOSURE_SUBJECT,
            json!({
                "subjectId": subject,
                "customer": { "email": person.email },
                "reason": c.text("how they were found out"),
                "onBehalfOf": staff(c, "who resolves"),
                "idempotencyKey": c.text("key of a resolution"),
            }),
        ),
    ]
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
