//! What is in a package, as data. The published schema follows from these types; what is written of a released version
//! is not changed, but gets another number.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

/// Where the schema is published.
pub(crate) const SCHEMA_PATH: &str = "/schemas/access-package-1.json";

/// The schema of `data.json`, JSON Schema 2020-12.
pub(in crate::packages) fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Document>();
    schema.insert("$id".to_owned(), SCHEMA_PATH.into());
    schema.insert("title".to_owned(), "Access package, version 1".into());
    schema
}

/// What a hosting provider holds about a person, who got it, and what is kept. Instants are RFC 3339 in UTC.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Document {
    /// Where the schema of this document is published, on the server of the provider; a copy is in the package.
    #[serde(rename = "$schema")]
    pub(in crate::packages) schema: String,
    /// The package.
    pub(in crate::packages) package_id: String,
    /// When it was put together.
    pub(in crate::packages) created_at: String,
    /// Who holds the data: the controller.
    pub(in crate::packages) controller: String,
    /// The request that this answers; it is among `requests`.
    pub(in crate::packages) request_id: String,
    /// What is known of the person; null where the request was about nobody who is a customer.
    pub(in crate::packages) person: Option<Person>,
    /// The systems that were asked for data, and what they gave.
    pub(in crate::packages) systems: Vec<System>,
    /// Who got data of the person, why, when and how often, as it was recorded.
    pub(in crate::packages) recipients: Vec<Recipient>,
    /// What the person said about uses of their data, the latest first.
    pub(in crate::packages) preferences: Vec<Preference>,
    /// What the person asked for, this time and before.
    pub(in crate::packages) requests: Vec<PastRequest>,
    /// On which days what was read of what is known of the person, and by which systems of the provider, as far back as that
    /// is kept, the latest first. What was read to handle requests and cases is not listed, nor what the legal desk read.
    pub(in crate::packages) accesses: Vec<Access>,
    /// What has to be kept, where, on which ground and until when. What is kept for a legal hold or against fraud is not
    /// listed: whoever answers says what may be said of it.
    pub(in crate::packages) kept: Vec<Kept>,
}

/// A customer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Person {
    /// What they are called.
    pub(in crate::packages) name: Option<String>,
    /// A person or an organisation.
    pub(in crate::packages) kind: String,
    /// What they are to the provider.
    pub(in crate::packages) category: String,
    /// ISO 3166-1 alpha-2.
    pub(in crate::packages) country: Option<String>,
    /// The trading name under which they are served.
    pub(in crate::packages) brand: Option<String>,
    /// Since when they are known.
    pub(in crate::packages) known_since: String,
    /// When their last service ended.
    pub(in crate::packages) services_ended_at: Option<String>,
    /// What they are known by.
    pub(in crate::packages) identifiers: Vec<Identifier>,
    /// What they are to other customers, or others to them.
    pub(in crate::packages) relations: Vec<Relation>,
    /// Addresses, domains, mailboxes and ports that they held.
    pub(in crate::packages) resources: Vec<Resource>,
}

/// An address, a number, or an id.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Identifier {
    /// Which kind.
    pub(in crate::packages) kind: String,
    /// The system that gave it, where it is an id there.
    pub(in crate::packages) system: Option<String>,
    /// The value; null where it was erased.
    pub(in crate::packages) value: Option<String>,
    /// Since when it is known.
    pub(in crate::packages) recorded_at: String,
    /// Which system of the provider told it: the source. Null where it is not on record.
    pub(in crate::packages) source: Option<String>,
    /// When it ceased to be theirs.
    pub(in crate::packages) ended_at: Option<String>,
}

/// What a customer is to another, who is not named.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Relation {
    /// What.
    pub(in crate::packages) kind: String,
    /// Whether the person is that to another; otherwise another is that to the person.
    pub(in crate::packages) is_the_person: bool,
    /// First instant.
    pub(in crate::packages) from: String,
    /// First instant after it.
    pub(in crate::packages) until: Option<String>,
}

/// Something that a customer held.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Resource {
    /// What kind.
    pub(in crate::packages) kind: String,
    /// Which; null where it was erased.
    pub(in crate::packages) value: Option<String>,
    /// First instant.
    pub(in crate::packages) from: String,
    /// First instant after it.
    pub(in crate::packages) until: Option<String>,
}

/// A system that was asked for data.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct System {
    /// What it is called.
    pub(in crate::packages) name: String,
    /// How it went: `DONE` where it gave what it has.
    pub(in crate::packages) outcome: String,
    /// Why it gave nothing, where it was skipped.
    pub(in crate::packages) skipped: Option<String>,
    /// What it gave.
    pub(in crate::packages) files: Vec<File>,
}

/// A file in the package.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct File {
    /// Where in the package.
    pub(in crate::packages) path: String,
    /// What the system called it.
    pub(in crate::packages) name: String,
    /// Media type (RFC 9110).
    pub(in crate::packages) media_type: String,
    /// How many bytes.
    pub(in crate::packages) size: i64,
    /// SHA-256, hexadecimal.
    pub(in crate::packages) sha256: String,
}

/// Somebody who got data: all times that have recipient, ground, purpose and data in common.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Recipient {
    /// What they are called; null for a private person, who has rights of their own (GDPR Art. 15(4)).
    pub(in crate::packages) name: Option<String>,
    /// What they are under data-protection law.
    pub(in crate::packages) role: String,
    /// What they are.
    pub(in crate::packages) category: String,
    /// ISO 3166-1 alpha-2.
    pub(in crate::packages) country: Option<String>,
    /// Where their privacy notice is.
    pub(in crate::packages) privacy_notice: Option<String>,
    /// On which ground.
    pub(in crate::packages) ground: String,
    /// For what: a data use of fideslang.
    pub(in crate::packages) purpose: String,
    /// Which data: data categories of fideslang.
    pub(in crate::packages) data_categories: Vec<String>,
    /// The first time.
    pub(in crate::packages) first_at: String,
    /// The last time.
    pub(in crate::packages) last_at: String,
    /// How many times.
    pub(in crate::packages) count: i64,
    /// How often, on average.
    pub(in crate::packages) frequency: String,
}

/// Something that the person said about a use of their data.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Preference {
    /// About what: a data use of fideslang, or what persons opt out of.
    pub(in crate::packages) about: String,
    /// To which trading name; null where it was to the controller.
    pub(in crate::packages) brand: Option<String>,
    /// On which channel; null where it was on all.
    pub(in crate::packages) channel: Option<String>,
    /// What.
    pub(in crate::packages) status: String,
    /// When.
    pub(in crate::packages) at: String,
    /// Until when a consent counts.
    pub(in crate::packages) expires_at: Option<String>,
    /// How.
    pub(in crate::packages) method: String,
    /// In which system.
    pub(in crate::packages) source: Option<String>,
    /// Which version of the notice was shown.
    pub(in crate::packages) notice_version: Option<String>,
    /// From which address of the network, where that was kept.
    pub(in crate::packages) ip_address: Option<String>,
    /// By which program, where that was kept.
    pub(in crate::packages) user_agent: Option<String>,
    /// Whether it counts now; otherwise something else was said since, or its time is over.
    pub(in crate::packages) counts: bool,
}

/// A request.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct PastRequest {
    /// The request.
    pub(in crate::packages) id: String,
    /// When it came in.
    pub(in crate::packages) received_at: String,
    /// By what way.
    pub(in crate::packages) channel: String,
    /// What was asked for.
    pub(in crate::packages) asks: Vec<Ask>,
    /// What was written.
    pub(in crate::packages) text: Option<String>,
    /// What was written since.
    pub(in crate::packages) messages: Vec<Message>,
}

/// One thing that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Ask {
    /// What.
    #[serde(rename = "type")]
    pub(in crate::packages) kind: String,
    /// What became of it.
    pub(in crate::packages) status: String,
    /// Since when.
    pub(in crate::packages) status_at: String,
}

/// A message.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Message {
    /// When.
    pub(in crate::packages) at: String,
    /// Whether it came from the person, or went to them.
    pub(in crate::packages) direction: String,
    /// What it is.
    pub(in crate::packages) kind: String,
    /// By what way.
    pub(in crate::packages) channel: String,
    /// Its text, where that is on record.
    pub(in crate::packages) text: Option<String>,
}

/// What a system of the provider read of the person on one day.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Access {
    /// The first instant of the day, in UTC.
    pub(in crate::packages) day: String,
    /// Which system; null where it was by hand, at the server.
    pub(in crate::packages) by: Option<String>,
    /// What that system is for.
    pub(in crate::packages) purpose: Option<String>,
    /// Which fields: kind of record and field; empty where it was everything.
    pub(in crate::packages) fields: Vec<String>,
}

/// Something that has to be kept.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::packages) struct Kept {
    /// Where.
    pub(in crate::packages) system: String,
    /// What.
    pub(in crate::packages) what: Option<String>,
    /// On which ground.
    pub(in crate::packages) ground: String,
    /// The last day, where that is known.
    pub(in crate::packages) until: Option<String>,
    /// Where that is written.
    pub(in crate::packages) source: Option<String>,
}
