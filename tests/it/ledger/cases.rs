//! Each mutation, done well and done badly.

mod holds;
mod incidents;
mod map;
mod requests;
mod tasks;

use entity::enums::EventType;
use serde_json::{Value, json};

use crate::harness::build::{
    self, ADD_IDENTIFIER, ISSUE_TOKEN, Ids, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE,
    RECORD_DISCLOSURE_SERIES, RECORD_DISCLOSURES, REGISTER_CUSTOMER, REGISTER_RECIPIENT,
    RESOLVE_DISCLOSURE_SUBJECT, REVOKE_TOKEN, SUPERSEDE_DISCLOSURE, UPDATE_RECIPIENT, disclosure,
    input, item, observation,
};

/// A customer that is not there.
const NOBODY: &str = "cus_01h2xcejqtf2nbrexx3vqjhp41";

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
        "updateCustomer" => update_customer(ids),
        "closeCustomer" => close_customer(ids),
        "mergeCustomers" => merge_customers(ids),
        "relateCustomers" => relate_customers(ids),
        "importCustomers" => import_customers(),
        "reconcileSnapshot" => reconcile_snapshot(ids),
        "registerBrand" => register_brand(),
        "addIdentifier" => add_identifier(ids),
        "endIdentifier" => end_identifier(ids),
        "verifyIdentifier" => verify_identifier(ids),
        "recordAssignments" => record_assignments(ids),
        "registerRecipient" => register_recipient(),
        "updateRecipient" => update_recipient(ids),
        "recordDisclosure" => record_disclosure(ids),
        "recordDisclosures" => record_disclosures(ids),
        "recordDisclosureSeries" => record_disclosure_series(ids),
        "supersedeDisclosure" => supersede_disclosure(ids),
        "resolveDisclosureSubject" => resolve_disclosure_subject(ids),
        "issueToken" => issue_token(),
        "revokeToken" => revoke_token(ids),
        _ => {
            return requests::case(mutation, ids)
                .or_else(|| tasks::case(mutation, ids))
                .or_else(|| holds::case(mutation, ids))
                .or_else(|| incidents::case(mutation, ids))
                .or_else(|| map::case(mutation, ids));
        }
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
        wrong: (of("43"), "CONFLICT"),
    }
}

fn update_customer(ids: &Ids) -> Case {
    let of =
        |customer: &str| json!({ "customerId": customer, "kind": "ORGANISATION", "brandId": null });
    Case {
        query: build::UPDATE_CUSTOMER,
        input: of(&ids.customer),
        events: vec![EventType::CustomerUpdated],
        list: None,
        wrong: (of(NOBODY), "NOT_FOUND"),
    }
}

fn close_customer(ids: &Ids) -> Case {
    let of = |customer: &str| json!({ "customerId": customer });
    Case {
        query: build::CLOSE_CUSTOMER,
        input: of(&ids.customer),
        events: vec![EventType::CustomerClosed],
        list: None,
        wrong: (of(NOBODY), "NOT_FOUND"),
    }
}

fn whmcs(client: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": client } })
}

fn merge_customers(ids: &Ids) -> Case {
    let of = |from: Value| json!({ "from": from, "into": { "id": ids.customer } });
    Case {
        query: build::MERGE_CUSTOMERS,
        input: of(whmcs("46")),
        events: vec![EventType::CustomerMerged],
        list: None,
        wrong: (of(json!({ "id": NOBODY })), "NOT_FOUND"),
    }
}

fn relate_customers(ids: &Ids) -> Case {
    let of = |customer: &str| json!({ "customer": { "id": customer }, "kind": "RESELLER", "relatedCustomer": { "id": ids.customer } });
    Case {
        query: build::RELATE_CUSTOMERS,
        input: of(&ids.other_customer),
        events: vec![EventType::RelationRecorded],
        list: None,
        wrong: (of(NOBODY), "NOT_FOUND"),
    }
}

fn import_customers() -> Case {
    let of = |brand: Value| {
        let mut known = whmcs("43");
        known["emails"] = json!(["c@example.org"]);
        known["name"] = json!("Client 43 Ltd");
        let mut new = whmcs("imported");
        new["brandId"] = brand;
        json!({ "customers": [known, new] })
    };
    Case {
        query: build::IMPORT_CUSTOMERS,
        input: of(Value::Null),
        // Whoever calls recorded the other address, too.
        events: vec![
            EventType::CustomerUpdated,
            EventType::IdentifierAdded,
            EventType::IdentifierEnded,
            EventType::CustomerRegistered,
        ],
        list: None,
        wrong: (of(json!("brd_01h2xcejqtf2nbrexx3vqjhp41")), "NOT_FOUND"),
    }
}

fn reconcile_snapshot(ids: &Ids) -> Case {
    let of =
        |snapshot: &str| json!({ "system": "whmcs", "ids": ["43", "77"], "snapshotId": snapshot });
    Case {
        query: build::RECONCILE_SNAPSHOT,
        input: of(&ids.open_snapshot),
        events: vec![EventType::SnapshotReconciled],
        list: None,
        wrong: (of(&ids.snapshot), "CONFLICT"),
    }
}

fn register_brand() -> Case {
    let of = |name: &str| json!({ "name": name });
    Case {
        query: build::REGISTER_BRAND,
        input: of("Lynx Mail"),
        events: vec![EventType::BrandRegistered],
        list: None,
        wrong: (of("PUMA  cloud"), "CONFLICT"),
    }
}

fn end_identifier(ids: &Ids) -> Case {
    let of = |id: &str| json!({ "identifierId": id });
    Case {
        query: build::END_IDENTIFIER,
        input: of(&ids.identifier),
        events: vec![EventType::IdentifierEnded],
        list: None,
        wrong: (of("idn_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn verify_identifier(ids: &Ids) -> Case {
    let of = |id: &str| json!({ "identifierId": id, "method": "ONE_TIME_CODE" });
    Case {
        query: build::VERIFY_IDENTIFIER,
        input: of(&ids.identifier),
        events: vec![EventType::IdentifierVerified],
        list: None,
        wrong: (of("idn_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
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

fn update_recipient(ids: &Ids) -> Case {
    let of = |recipient: &str| json!({ "recipientId": recipient, "name": "Spamhaus Project", "country": "CH" });
    Case {
        query: UPDATE_RECIPIENT,
        input: of(&ids.recipient),
        events: vec![EventType::RecipientUpdated],
        list: None,
        wrong: (of("rcp_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
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
