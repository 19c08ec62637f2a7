//! Each mutation, done well and done badly.

use entity::enums::EventType;
use serde_json::{Value, json};

use crate::harness::build::{
    ADD_IDENTIFIER, ISSUE_TOKEN, Ids, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE, REGISTER_CUSTOMER,
    REGISTER_RECIPIENT, REVOKE_TOKEN, UPDATE_RECIPIENT,
};

/// What a mutation is asked to do, and which events record it.
pub struct Case {
    pub query: &'static str,
    pub input: Value,
    pub events: Vec<EventType>,
    /// An input that cannot be done, and the code that says so.
    pub wrong: (Value, &'static str),
}

/// The case of a mutation, over what `populate` made; none for a mutation that is not known here.
pub fn case(mutation: &str, ids: &Ids) -> Option<Case> {
    let known = match mutation {
        "registerCustomer" => register_customer(),
        "addIdentifier" => add_identifier(ids),
        "recordAssignments" => record_assignments(ids),
        "registerRecipient" => register_recipient(),
        "updateRecipient" => update_recipient(ids),
        "recordDisclosure" => record_disclosure(ids),
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
        wrong: (of("42"), "CONFLICT"),
    }
}

fn add_identifier(ids: &Ids) -> Case {
    let of = |customer: &str| json!({ "customerId": customer, "identifier": { "email": "b@example.org" } });
    Case {
        query: ADD_IDENTIFIER,
        input: of(&ids.customer),
        events: vec![EventType::IdentifierAdded],
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
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn register_recipient() -> Case {
    let of = |name: &str| json!({ "name": name, "role": "PRIVATE_PARTY" });
    Case {
        query: REGISTER_RECIPIENT,
        input: of("Somebody else"),
        events: vec![EventType::RecipientRegistered],
        wrong: (of("spamhaus"), "CONFLICT"),
    }
}

fn update_recipient(ids: &Ids) -> Case {
    let of = |recipient: &str| json!({ "recipientId": recipient, "name": "Spamhaus Project", "country": "CH" });
    Case {
        query: UPDATE_RECIPIENT,
        input: of(&ids.recipient),
        events: vec![EventType::RecipientUpdated],
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
        wrong: (of("cus_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}

fn issue_token() -> Case {
    let of = |name: &str| json!({ "name": name, "role": "SUPPORT" });
    Case {
        query: ISSUE_TOKEN,
        input: of("support desk"),
        events: vec![EventType::TokenIssued],
        wrong: (of("billing"), "CONFLICT"),
    }
}

fn revoke_token(ids: &Ids) -> Case {
    let of = |token: &str| json!({ "tokenId": token });
    Case {
        query: REVOKE_TOKEN,
        input: of(&ids.token),
        events: vec![EventType::TokenRevoked],
        wrong: (of("tok_01h2xcejqtf2nbrexx3vqjhp41"), "NOT_FOUND"),
    }
}
