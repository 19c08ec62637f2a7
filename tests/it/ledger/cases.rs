//! Each mutation, done well and done badly.

use entity::enums::EventType;
use serde_json::{Value, json};

use crate::harness::build::{
    ADD_IDENTIFIER, ISSUE_TOKEN, Ids, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE,
    RECORD_DISCLOSURE_SERIES, RECORD_DISCLOSURES, REGISTER_CUSTOMER, REGISTER_RECIPIENT,
    RESOLVE_DISCLOSURE_SUBJECT, REVOKE_TOKEN, SUPERSEDE_DISCLOSURE, disclosure, input, item,
    observation,
};

/// What a mutation is asked to do, and which events record it.
pub struct Case {
    pub query: &'static str,
    pub input: Value,
    pub events: Vec<EventType>,
    /// Where the items are that have a key each; none where the whole input has one.
    pub list: Option<&'static str>,
    /// An input that cannot be done, and the code that says so.
    pub wrong: (Value, &'static str),
}

impl Case {
    /// The variables under a key, or its items under one each.
    pub fn keyed(&self, key: &str) -> Value {
        let mut keyed = self.input.clone();
        match self.list {
            None => keyed["idempotencyKey"] = json!(key),
            Some(list) => {
                for (n, item) in keyed[list].as_array_mut().unwrap().iter_mut().enumerate() {
                    item["idempotencyKey"] = json!(format!("{key} {n}"));
                }
            }
        }
        input(&keyed)
    }

    /// Other variables under the same key.
    pub fn changed(&self, keyed: &Value) -> Value {
        let mut changed = keyed.clone();
        match self.list {
            None => {
                let somebody = json!({ "system": "whmcs", "staffId": "1" });
                changed["input"]["onBehalfOf"] = somebody;
            }
            Some(list) => changed["input"][list][0]["note"] = json!("another"),
        }
        changed
    }
}

/// The case of a mutation, over what `populate` made; none for a mutation that is not known here.
pub fn case(mutation: &str, ids: &Ids) -> Option<Case> {
    let known = match mutation {
        "registerCustomer" => register_customer(),
        "addIdentifier" => add_identifier(ids),
        "recordAssignments" => record_assignments(ids),
        "registerRecipient" => register_recipient(),
        "recordDisclosure" => record_disclosure(ids),
        "recordDisclosures" => record_disclosures(ids),
        "recordDisclosureSeries" => record_disclosure_series(ids),
        "supersedeDisclosure" => supersede_disclosure(ids),
        "resolveDisclosureSubject" => resolve_disclosure_subject(ids),
        "issueToken" => issue_token(),
        "revokeToken" => revoke_token(ids),
        _ => return None,
    };
    Some(known)
}

fn register_customer() -> Case {
    let of = |id: &str| json!({ "name": "Somebody", "externalIds": [{ "system": "whmcs", "id": id }], "emails": ["a@example.org"] });
    Case {
        query: REGISTER_CUSTOMER,
        input: of("new"),
        events: vec![EventType::CustomerRegistered],
        list: None,
        wrong: (of("42"), "CONFLICT"),
    }
}

fn add_identifier(ids: &Ids) -> Case {
    let of = |customer: &str| json!({ "customerId": customer, "identifier": { "email": "b@example.org" } });
    Case {
        query: ADD_IDENTIFIER,
        input: of(&ids.customer),
        events: vec![EventType::IdentifierAdded],
        list: None,
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn record_assignments(ids: &Ids) -> Case {
    let item = |customer: &str, prefix: &str| json!({ "customer": { "id": customer }, "ipPrefix": prefix, "from": "2026-02-01T00:00:00Z" });
    let of = |second: &str| json!({ "assignments": [item(&ids.customer, "2001:db8:1::/48"), item(second, "2001:db8:2::/48")] });
    Case {
        query: RECORD_ASSIGNMENTS,
        input: of(&ids.other_customer),
        events: vec![EventType::AssignmentRecorded; 2],
        list: None,
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn register_recipient() -> Case {
    let of = |name: &str| json!({ "name": name, "role": "PRIVATE_PARTY" });
    Case {
        query: REGISTER_RECIPIENT,
        input: of("Somebody else"),
        events: vec![EventType::RecipientRegistered],
        list: None,
        wrong: (of("spamhaus"), "CONFLICT"),
    }
}

fn record_disclosure(ids: &Ids) -> Case {
    let of = |second: &str| {
        json!({
            "recipient": { "name": "A court", "role": "PUBLIC_AUTHORITY", "category": "COURT" },
            "ground": "COURT_ORDER",
            "purpose": "essential.service.abuse_handling",
            "dataCategories": ["user.contact.email"],
            "tier": "SUBSCRIBER",
            "disclosedAt": "2026-11-20T09:00:00Z",
            "subjects": [{ "by": { "id": ids.customer } }, { "by": { "id": second } }],
        })
    };
    Case {
        query: RECORD_DISCLOSURE,
        input: of(&ids.other_customer),
        events: vec![
            EventType::RecipientRegistered,
            EventType::DisclosureRecorded,
            EventType::DisclosureSubjectRecorded,
            EventType::DisclosureSubjectRecorded,
        ],
        list: None,
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

/// A disclosure about a customer, to somebody who is registered.
fn disclosed(ids: &Ids, customer: &str, ground: &str) -> Value {
    let about = json!({ "id": customer });
    let mut disclosure = item(disclosure(&json!({ "id": ids.recipient }), &[about]));
    disclosure["ground"] = json!(ground);
    disclosure
}

fn record_disclosures(ids: &Ids) -> Case {
    let of = |customer: &str| {
        let items = ["BLOCKLIST_REPORT", "UNAUTHORISED"];
        let items = items.map(|ground| disclosed(ids, customer, ground));
        json!({ "disclosures": items })
    };
    Case {
        query: RECORD_DISCLOSURES,
        input: of(&ids.customer),
        events: vec![
            EventType::DisclosureRecorded,
            EventType::DisclosureRecorded,
            EventType::DisclosureUnauthorised,
        ],
        list: Some("disclosures"),
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn record_disclosure_series(ids: &Ids) -> Case {
    let of = |customer: &str| {
        let observed = observation(disclosed(ids, customer, "PAYMENT_PROCESSING"));
        json!({ "observations": [observed] })
    };
    Case {
        query: RECORD_DISCLOSURE_SERIES,
        input: of(&ids.customer),
        events: vec![EventType::DisclosureRecorded],
        list: Some("observations"),
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn supersede_disclosure(ids: &Ids) -> Case {
    let of = |old: &str| json!({ "disclosureId": old, "by": disclosed(ids, &ids.customer, "CONTRACT"), "reason": "a wrong ground" });
    Case {
        query: SUPERSEDE_DISCLOSURE,
        input: of(&ids.disclosure),
        events: vec![
            EventType::DisclosureRecorded,
            EventType::DisclosureSuperseded,
        ],
        list: None,
        wrong: (of("dis_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn resolve_disclosure_subject(ids: &Ids) -> Case {
    let of = |customer: &str| json!({ "subjectId": ids.unresolved, "customer": { "id": customer }, "reason": "a log" });
    Case {
        query: RESOLVE_DISCLOSURE_SUBJECT,
        input: of(&ids.customer),
        events: vec![EventType::DisclosureSubjectResolved],
        list: None,
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn issue_token() -> Case {
    let of = |name: &str| json!({ "name": name, "role": "SUPPORT" });
    Case {
        query: ISSUE_TOKEN,
        input: of("support desk"),
        events: vec![EventType::TokenIssued],
        list: None,
        wrong: (of("billing"), "CONFLICT"),
    }
}

fn revoke_token(ids: &Ids) -> Case {
    let of = |token: &str| json!({ "tokenId": token });
    Case {
        query: REVOKE_TOKEN,
        input: of(&ids.token),
        events: vec![EventType::TokenRevoked],
        list: None,
        wrong: (of("tok_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}
