//! The leaf: what is written down of an event, for good.
//!
//! `{"v":1,"log":..,"id":..,"type":..,"at":..,"_sd_alg":"sha-256","_sd":[..]}`. Each entry of `_sd` is the digest of
//! one field of the event as SD-JWT forms it (RFC 9901): SHA-256 over the base64url text of
//! `[salt, name, value]`, with a salt of 256 bits. The opening is what those texts are made of, encrypted under
//! the data key that the content belongs to. Without the key the digests mean nothing, and they stay valid.
//!
//! The salts of an event follow from one random seed of 256 bits: the salt of a field is HMAC-SHA-256 over its place
//! and name. So the opening holds the seed once instead of a salt for each field, and showing one field shows its salt
//! and nothing of the others.

use std::borrow::Cow;

use aws_lc_rs::digest::{Context, SHA256, digest};
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use entity::enums::{EventType, Log};
use entity::event;
use entity::id::{CustomerId, EventId};
use entity::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::context::{Actor, OnBehalfOf};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{DataKey, Place};

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    /// What.
    pub(crate) kind: EventType,
    /// Which log it enters.
    pub(crate) log: Log,
    /// Id of what it is about.
    pub(crate) object: String,
    /// The customer it is about.
    pub(crate) customer: Option<CustomerId>,
    /// The key that its content belongs to.
    pub(crate) key: &'a DataKey,
    /// Its content.
    pub(crate) fields: Fields,
}

/// The content of an event: names and values, each shown or withheld on its own.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(&'static str, Value)>);

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Fields {
    /// No content yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Whether there is no content.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with one more field.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The same with a field where there is something to say.
    #[must_use]
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with what somebody typed, where they did.
    #[must_use]
    pub(crate) fn with_text(self, name: &'static str, text: Option<&Personal>) -> Self {
        self.with_some(name, text.map(Personal::expose))
    }
}

#[derive(Serialize)]
struct Body<'a> {
    v: u8,
    log: String,
    id: String,
    r#type: &'a str,
    at: String,
    _sd_alg: &'static str,
    _sd: Vec<String>,
}

/// The row of an event, not numbered yet.
///
/// # Errors
/// [`Error::Internal`] when the system gives no randomness.
pub(crate) fn leaf(
    actor: &Actor,
    on_behalf_of: Option<&OnBehalfOf>,
    event: Event<'_>,
    now: Timestamp,
) -> Result<event::Model> {
    let id = EventId::from_uuid(random::id());
    let fields = event
        .fields
        .with("object", event.object.as_str())
        .with_some("customer", event.customer.map(|id| id.to_string()))
        .with_some("integration", actor.integration.map(|id| id.to_string()))
        .with_some(
            "onBehalfOfSystem",
            on_behalf_of.map(|person| person.system.clone()),
        )
        .with_some(
            "onBehalfOfStaffId",
            on_behalf_of.map(|person| person.staff_id.expose()),
        );
    let opening = Opening {
        seed: BASE64URL_NOPAD.encode(&random::bytes::<32>()?),
        fields: fields
            .0
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    };
    let mut digests = opening.digests()?;
    // Their order must not tell which digest belongs to which field.
    digests.sort_unstable();
    let body = to_json(&Body {
        v: 1,
        log: origin(&actor.log_origin, event.log),
        id: id.to_string(),
        r#type: event.kind.as_str(),
        at: now.to_string(),
        _sd_alg: "sha-256",
        _sd: digests,
    })?;
    let place = Place {
        controller: actor.controller,
        table: "event",
        column: "opening",
        row: id.uuid(),
    };
    Ok(event::Model {
        controller_id: actor.controller,
        id,
        log: event.log,
        idx: None,
        r#type: event.kind,
        at: now,
        integration_id: actor.integration,
        object: event.object,
        customer_id: event.customer,
        leaf_hash: leaf_hash(&body),
        key_id: event.key.id(),
        opening: event.key.close(place, &to_json(&opening)?)?,
        body,
    })
}

/// The origin of one of a controller's logs.
fn origin(prefix: &str, log: Log) -> String {
    format!("{prefix}/{}", log.as_str().to_lowercase())
}

/// What the digests of a leaf are made of.
#[derive(Serialize, Deserialize)]
struct Opening {
    seed: String,
    fields: Vec<(Cow<'static, str>, Value)>,
}

impl Opening {
    /// The digests of the fields, in the order of the fields.
    fn digests(&self) -> Result<Vec<String>> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.seed.as_bytes());
        let fields = self.fields.iter().enumerate();
        let digest = |(place, (name, value)): (usize, &(Cow<'static, str>, Value))| {
            let salt = hmac::sign(&key, format!("{place} {name}").as_bytes());
            let salt = BASE64URL_NOPAD.encode(salt.as_ref());
            let disclosure = to_json(&(salt, name, value))?;
            Ok(digest_of(&BASE64URL_NOPAD.encode(disclosure.as_bytes())))
        };
        fields.map(digest).collect()
    }
}

/// The SHA-256 of a text that is too long for an event, in base64url: the event proves that it was that one.
pub(crate) fn digest_of_text(text: &str) -> String {
    digest_of(text)
}

fn digest_of(opening: &str) -> String {
    BASE64URL_NOPAD.encode(digest(&SHA256, opening.as_bytes()).as_ref())
}

/// RFC 6962, section 2.1: the hash of a leaf has a zero byte before it.
fn leaf_hash(body: &str) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    hash.update(&[0]);
    hash.update(body.as_bytes());
    hash.finish().as_ref().to_vec()
}

/// The forms that openings have had.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Now(Opening),
    /// The texts of all fields, each with a salt of its own.
    Before(Vec<String>),
}

/// Whether a leaf that was kept elsewhere is whole: its hash is that of its body, and its body shows the digest of
/// everything that its opening opens, and of nothing else. Of an opening that was erased, only the hash is looked at.
pub(crate) fn is_whole(body: &str, hash: &[u8], opening: Option<&str>) -> bool {
    #[derive(Deserialize)]
    struct Shown {
        _sd: Vec<String>,
    }
    if leaf_hash(body) != hash {
        return false;
    }
    let Some(opening) = opening else {
        return true;
    };
    let digests = match serde_json::from_str(opening) {
        Ok(Kept::Now(opening)) => opening.digests().ok(),
        Ok(Kept::Before(texts)) => Some(texts.iter().map(|text| digest_of(text)).collect()),
        Err(_neither) => None,
    };
    match (serde_json::from_str(body), digests) {
        (Ok(Shown { _sd: shown }), Some(mut digests)) => {
            digests.sort_unstable();
            digests == shown
        }
        _ => false,
    }
}

fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|cause| Error::internal("writing a leaf", cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_gives_each_field_a_salt_of_its_own() {
        let opening = |seed: &str, value: &str| Opening {
            seed: seed.to_owned(),
            fields: vec![("a".into(), value.into()), ("b".into(), value.into())],
        };
        let digests = |seed, value| opening(seed, value).digests().unwrap();
        assert_eq!(digests("s", "x"), digests("s", "x"));
        let mut all = [digests("s", "x"), digests("t", "x"), digests("s", "y")].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn a_leaf_is_whole_with_its_own_hash_and_opening_only() {
        let opening = Opening {
            seed: "s".to_owned(),
            fields: vec![("name".into(), serde_json::json!([{ "b": 1, "a": "Ada" }]))],
        };
        let digests = opening.digests().unwrap();
        let body = serde_json::json!({ "v": 1, "_sd": digests }).to_string();
        let (hash, opened) = (leaf_hash(&body), to_json(&opening).unwrap());
        assert!(is_whole(&body, &hash, Some(&opened)));
        assert!(is_whole(&body, &hash, None));
        let texts = ["WyJzIiwgIm5hbWUiLCAiQWRhIl0"];
        let body_before = serde_json::json!({ "_sd": [digest_of(texts[0])] }).to_string();
        let opened_before = serde_json::json!(texts).to_string();
        let hash_before = leaf_hash(&body_before);
        assert!(is_whole(&body_before, &hash_before, Some(&opened_before)));
        for other in [
            opened.replace("Ada", "Eve"),
            opened.replace(r#""s""#, r#""t""#),
            r#"{"seed":"s","fields":[]}"#.to_owned(),
            "no JSON".to_owned(),
        ] {
            assert!(!is_whole(&body, &hash, Some(&other)), "{other}");
        }
        assert!(!is_whole(&body, &leaf_hash("another"), Some(&opened)));
        assert!(!is_whole("no JSON", &leaf_hash("no JSON"), Some(&opened)));
    }

    #[test]
    fn hashes_are_those_of_the_standards() {
        // RFC 6962: the hash of the empty leaf.
        assert_eq!(
            data_encoding::HEXLOWER.encode(&leaf_hash("")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        // RFC 9901, section 4.2.3: the digest of the family name of its example.
        let disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
        assert_eq!(
            digest_of(disclosure),
            "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
        );
    }
}
