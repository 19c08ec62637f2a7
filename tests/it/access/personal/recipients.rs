//! Ways to personal fields of recipients.

use serde_json::json;

use super::{Way, way};
use crate::access::nothing;
use crate::harness::build::input;

pub const WAYS: &[Way] = &[
    way(
        "PersonRecipient.name",
        "node.name (a person)",
        "query($id: ID!) { node(id: $id) { ... on PersonRecipient { name } } }",
        |turn| json!({ "id": turn.world.person }),
    ),
    way(
        "PersonRecipient.name",
        "recipients.nodes.name (a customer)",
        "{ recipients(filter: { category: [CUSTOMER] }) { nodes { ... on PersonRecipient { name } } } }",
        nothing,
    ),
    way(
        "Processor.name",
        "processors.nodes.name",
        "{ processors { nodes { name } } }",
        nothing,
    ),
    way(
        "PublicAuthority.name",
        "recipients.nodes.name (an authority)",
        "{ recipients(filter: { category: [COURT] }) { nodes { ... on PublicAuthority { name } } } }",
        nothing,
    ),
    way(
        "ThirdParty.name",
        "node.name (a company)",
        "query($id: ID!) { node(id: $id) { ... on ThirdParty { name } } }",
        |turn| json!({ "id": turn.world.company }),
    ),
    way(
        "Recipient.noticeUrl",
        "node.noticeUrl (a person)",
        "query($id: ID!) { node(id: $id) { ... on Recipient { noticeUrl } } }",
        |turn| json!({ "id": turn.world.person }),
    ),
    way(
        "PersonRecipient.noticeUrl",
        "node.noticeUrl (a person)",
        "query($id: ID!) { node(id: $id) { ... on PersonRecipient { noticeUrl } } }",
        |turn| json!({ "id": turn.world.person }),
    ),
    way(
        "Processor.noticeUrl",
        "processors.nodes.noticeUrl",
        "{ processors { nodes { noticeUrl } } }",
        nothing,
    ),
    way(
        "PublicAuthority.noticeUrl",
        "recipients.nodes.noticeUrl (an authority)",
        "{ recipients(filter: { category: [COURT] }) { nodes { ... on PublicAuthority { noticeUrl } } } }",
        nothing,
    ),
    way(
        "ThirdParty.noticeUrl",
        "node.noticeUrl (a company)",
        "query($id: ID!) { node(id: $id) { ... on ThirdParty { noticeUrl } } }",
        |turn| json!({ "id": turn.world.company }),
    ),
    way(
        "RecipientContact.value",
        "node.contacts.value (a person)",
        "query($id: ID!) { node(id: $id) { ... on Recipient { contacts { value } } } }",
        |turn| json!({ "id": turn.world.person }),
    ),
    way(
        "RecipientContact.value",
        "recipients.nodes.contacts.value (a company)",
        "{ recipients(filter: { category: [BLOCKLIST_OPERATOR] }) { nodes { contacts { value } } } }",
        nothing,
    ),
    way(
        "RecipientContact.value",
        "processors.nodes.contacts.value",
        "{ processors { nodes { contacts { value } } } }",
        nothing,
    ),
    way(
        "RecipientContact.value",
        "updateRecipient.recipient.contacts.value",
        "mutation($input: UpdateRecipientInput!) { updateRecipient(input: $input) {
            recipient { contacts { value } } } }",
        |turn| {
            let contact = json!({ "kind": "OTHER", "value": format!("canary {}", turn.number), "note": "canary" });
            input(&json!({ "recipientId": turn.world.person, "contacts": [contact] }))
        },
    ),
    way(
        "RecipientContact.note",
        "node.contacts.note (a person)",
        "query($id: ID!) { node(id: $id) { ... on Recipient { contacts { note } } } }",
        |turn| json!({ "id": turn.world.person }),
    ),
    way(
        "RecipientContact.note",
        "processors.nodes.contacts.note",
        "{ processors { nodes { contacts { note } } } }",
        nothing,
    ),
    way(
        "Recipient.name",
        "recipients.nodes.name (a person)",
        "{ recipients(filter: { role: [DATA_SUBJECT] }) { nodes { name } } }",
        nothing,
    ),
    way(
        "Recipient.name",
        "recipients.nodes.name (a company)",
        "{ recipients(filter: { category: [BLOCKLIST_OPERATOR] }) { nodes { name } } }",
        nothing,
    ),
    way(
        "Recipient.name",
        "node.name (a person)",
        "query($id: ID!) { node(id: $id) { ... on Recipient { name } } }",
        |turn| json!({ "id": turn.world.person }),
    ),
    way(
        "Recipient.name",
        "disclosures.nodes.recipient.name (a person)",
        "{ disclosures(first: 5) { nodes { recipient { name } } } }",
        nothing,
    ),
    way(
        "Recipient.name",
        "customers.nodes.disclosures.nodes.recipient.name (a person)",
        "{ customers(first: 5) { nodes { disclosures(first: 5) { nodes { recipient { name } } } } } }",
        nothing,
    ),
    way(
        "Recipient.name",
        "registerRecipient.recipient.name (a person)",
        "mutation($input: RegisterRecipientInput!) { registerRecipient(input: $input) {
            recipient { name } } }",
        |turn| {
            let name = format!("Canary {}", turn.number);
            input(&json!({ "name": name, "role": "DATA_SUBJECT" }))
        },
    ),
];
