//! Disclosures ready to be written: their rows and leaves, made before the transaction begins.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::enums::{
    DataClass, DisclosureGround, DisclosureMethod, EventType, KeyOwnerKind, Log, Visibility,
};
use entity::id::{CustomerId, DataKeyId, DisclosureId, DisclosureSubjectId, EventId, RecipientId};
use entity::time::Timestamp;
use entity::{
    blind_index, data_key, disclosure, disclosure_category, disclosure_subject,
    disclosure_supersession, event, idempotency,
};

use super::check::Checked;
use super::nearby;
use crate::context::Ctx;
use crate::customers::{Lookup, Match};
use crate::disclosures::rules::{self, Repeated, Resolved};
use crate::disclosures::store;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{Column, DataKey, KeysByOwner, Owner, Place};

/// A disclosure ready to be written.
#[derive(Debug)]
pub(in crate::disclosures) struct Ready {
    /// What makes the call have its effect once.
    pub(in crate::disclosures) once: Option<idempotency::Model>,
    /// Keys of customers that it is written under.
    pub(in crate::disclosures) pins: Vec<DataKeyId>,
    /// Its own key, if it needs one.
    pub(in crate::disclosures) key: Option<data_key::Model>,
    /// Its row.
    pub(in crate::disclosures) row: disclosure::Model,
    /// Its categories.
    pub(in crate::disclosures) categories: Vec<disclosure_category::Model>,
    /// Its subjects.
    pub(in crate::disclosures) subjects: Vec<disclosure_subject::Model>,
    /// What its subjects can be found by.
    pub(in crate::disclosures) index: Vec<blind_index::Model>,
    /// Its leaves.
    pub(in crate::disclosures) leaves: Vec<event::Model>,
    /// What it takes the place of.
    pub(in crate::disclosures) supersession: Option<disclosure_supersession::Model>,
}

/// A subject with what was known of it.
#[derive(Debug)]
pub(super) struct Settled<'a> {
    pub(super) resolved: Resolved,
    lookups: Vec<&'a Lookup>,
}

impl Settled<'_> {
    fn describe(&self) -> Personal {
        describe(self.lookups.iter().copied())
    }
}

/// What was known of a subject, as text.
pub(super) fn describe<'a>(lookups: impl Iterator<Item = &'a Lookup>) -> Personal {
    let texts: Vec<_> = lookups
        .map(|lookup| lookup.describe().expose().to_owned())
        .collect();
    Personal::new(texts.join("; "))
}

/// What is recorded of each subject. Several look-ups that lead to the same customer are one subject, of whom all of
/// it was known.
///
/// # Errors
/// `NotFound` for the id of a customer that does not exist.
pub(super) fn settle<'a>(lookups: &'a [Lookup], found: &[Match]) -> Result<Vec<Settled<'a>>> {
    let mut places = HashMap::new();
    let mut settled: Vec<Settled<'a>> = Vec::new();
    for (number, (lookup, found)) in lookups.iter().zip(found).enumerate() {
        let resolved = rules::resolved(*found);
        if matches!(lookup, Lookup::Id(_)) && resolved.customer.is_none() {
            let error = Error::NotFound { what: "customer" };
            return Err(error.at(&format!("subjects[{number}].by.id")));
        }
        let place = resolved
            .customer
            .and_then(|customer| places.get(&customer).copied());
        match place.and_then(|place: usize| settled.get_mut(place)) {
            Some(known) => known.lookups.push(lookup),
            None => {
                if let Some(customer) = resolved.customer {
                    places.insert(customer, settled.len());
                }
                settled.push(Settled {
                    resolved,
                    lookups: vec![lookup],
                });
            }
        }
    }
    Ok(settled)
}

/// The owner of a customer's keys.
pub(super) fn owner_of(customer: CustomerId) -> Owner {
    Owner {
        kind: KeyOwnerKind::Customer,
        id: customer.uuid(),
    }
}

/// What a disclosure is made of.
pub(super) struct Parts<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) checked: &'a Checked,
    pub(super) subjects: &'a [Settled<'a>],
    pub(super) recipient: RecipientId,
    /// The DISCLOSURE keys of all customers that it is about.
    pub(super) customers: &'a KeysByOwner,
    pub(super) once: Option<idempotency::Model>,
    pub(super) id: DisclosureId,
}

impl Parts<'_> {
    /// Makes the rows and the leaves.
    ///
    /// # Errors
    /// Internal.
    pub(super) fn ready(self) -> Result<Ready> {
        let resolved: Vec<_> = self.subjects.iter().map(|one| one.resolved).collect();
        let sole = rules::sole_customer(&resolved);
        let lent = sole.and_then(|customer| self.customers.get(&customer.uuid()));
        let (key, own) = match lent {
            Some(key) => (None, Arc::clone(key)),
            None => {
                let (row, key) = self.own_key()?;
                (Some(row), key)
            }
        };
        let pins = resolved.iter().filter_map(|one| one.customer);
        let pins = pins.filter_map(|customer| self.customers.get(&customer.uuid()));
        let pins = pins.map(|key| key.id()).collect();
        let mut writer = Writer {
            line: self.line(),
            own: &own,
            parts: &self,
            recipient: self.recipient.to_string(),
            leaves: Vec::new(),
            index: Vec::new(),
        };
        let event = writer.record_whole(sole)?;
        let mut subjects = Vec::new();
        for (position, subject) in (0..).zip(self.subjects) {
            subjects.push(writer.subject(subject, position, event)?);
        }
        let row = writer.row(event)?;
        let categories = writer.categories();
        Ok(Ready {
            pins,
            key,
            row,
            categories,
            subjects,
            index: writer.index,
            leaves: writer.leaves,
            once: self.once,
            supersession: None,
        })
    }

    fn own_key(&self) -> Result<(data_key::Model, Arc<DataKey>)> {
        let owner = Owner {
            kind: KeyOwnerKind::Record,
            id: self.id.uuid(),
        };
        let (controller, now) = (self.ctx.controller(), self.ctx.now());
        self.ctx
            .vault()
            .new_key(controller, owner, DataClass::Record, now)
    }

    fn line(&self) -> Vec<u8> {
        let new = self.checked;
        Repeated {
            recipient: self.recipient,
            ground: new.ground,
            purpose: new.purpose,
            tier: new.tier,
            categories: &new.categories.join(" "),
        }
        .line(self.id)
    }
}

/// Makes the rows and leaves of one disclosure.
struct Writer<'a> {
    parts: &'a Parts<'a>,
    own: &'a DataKey,
    line: Vec<u8>,
    recipient: String,
    leaves: Vec<event::Model>,
    index: Vec<blind_index::Model>,
}

impl Writer<'_> {
    fn fields(&self) -> Fields {
        let new = self.parts.checked;
        let repeated = new.disclosed_until.map(|_| new.occurrences);
        Fields::new()
            .with("recipient", self.recipient.as_str())
            .with("ground", new.ground.as_str())
            .with("purpose", new.purpose)
            .with("dataCategories", new.categories.clone())
            .with("tier", new.tier.as_str())
            .with("disclosedAt", new.disclosed_at.to_string())
            .with_some(
                "disclosedUntil",
                new.disclosed_until.map(|at| at.to_string()),
            )
            .with_some("count", repeated)
            .with_some("method", new.method.map(DisclosureMethod::as_str))
    }

    fn record(&mut self, event: Event<'_>) -> Result<EventId> {
        let leaf = self.parts.ctx.leaf(event)?;
        let id = leaf.id;
        self.leaves.push(leaf);
        Ok(id)
    }

    /// The leaf of the disclosure: about its one customer, or a summary. What was unauthorised has another, by which
    /// it stands out in the feed.
    fn record_whole(&mut self, sole: Option<CustomerId>) -> Result<EventId> {
        let (parts, new) = (self.parts, self.parts.checked);
        let known = parts
            .subjects
            .iter()
            .filter_map(|one| one.resolved.customer);
        let known: Vec<_> = known.map(|id| id.to_string()).collect();
        let mut fields = self
            .fields()
            .with_text("reference", new.reference.as_ref())
            .with_text("authority", new.authority.as_ref())
            .with_text("note", new.note.as_ref())
            .with("subjectCount", parts.subjects.len());
        match (sole, parts.subjects) {
            (Some(_), [only]) => fields = fields.with("lookup", only.describe().expose()),
            _ => fields = fields.with("customers", known),
        }
        let event = |kind, fields| Event {
            kind,
            log: Log::Main,
            object: parts.id.to_string(),
            customer: sole,
            key: self.own,
            fields,
        };
        let whole = event(EventType::DisclosureRecorded, fields);
        let id = self.record(whole)?;
        if new.ground == DisclosureGround::Unauthorised {
            let alarm = event(EventType::DisclosureUnauthorised, Fields::new());
            self.record(alarm)?;
        }
        Ok(id)
    }

    /// The row of a subject; where there are several, each customer has a leaf under their own key.
    fn subject(
        &mut self,
        subject: &Settled<'_>,
        position: i32,
        whole: EventId,
    ) -> Result<disclosure_subject::Model> {
        let (parts, new) = (self.parts, self.parts.checked);
        let customer = subject.resolved.customer;
        let of_customer = customer.and_then(|customer| parts.customers.get(&customer.uuid()));
        let key: &DataKey = of_customer.map_or(self.own, |key| key);
        let event_id = match customer {
            Some(customer) if parts.subjects.len() > 1 => self.record(Event {
                kind: EventType::DisclosureSubjectRecorded,
                log: Log::Main,
                object: parts.id.to_string(),
                customer: Some(customer),
                key,
                fields: self.fields().with("lookup", subject.describe().expose()),
            })?,
            _ => whole,
        };
        let id = DisclosureSubjectId::from_uuid(random::id());
        let place = Place::of(parts.ctx.controller(), store::LOOKUP, id.uuid());
        self.index
            .extend(nearby::index_rows(parts.ctx, id, &subject.lookups)?);
        Ok(disclosure_subject::Model {
            controller_id: parts.ctx.controller(),
            id,
            disclosure_id: parts.id,
            position,
            customer_id: customer,
            resolution: subject.resolved.resolution,
            candidate_count: subject.resolved.candidates,
            disclosed_at: new.disclosed_at,
            visibility: Visibility::Open,
            event_id,
            key_id: key.id(),
            lookup: key.close(place, Lookup::keep(&subject.lookups)?.expose())?,
            disclosed_until: new.disclosed_until,
            occurrences: new.occurrences,
            superseded: false,
            resolved_by_hand: false,
            lookup_at: latest(&subject.lookups),
            line: self.line.clone(),
        })
    }

    fn close(&self, column: Column, text: Option<&Personal>) -> Result<Option<Vec<u8>>> {
        let place = Place::of(self.parts.ctx.controller(), column, self.parts.id.uuid());
        text.map(|text| self.own.close(place, text.expose()))
            .transpose()
    }

    fn row(&self, event_id: EventId) -> Result<disclosure::Model> {
        let (parts, new) = (self.parts, self.parts.checked);
        let unresolved = parts.subjects.iter();
        let unresolved = unresolved.filter(|one| one.resolved.customer.is_none());
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(disclosure::Model {
            controller_id: parts.ctx.controller(),
            id: parts.id,
            recipient_id: parts.recipient,
            ground: new.ground,
            purpose: new.purpose.to_owned(),
            tier: new.tier,
            method: new.method,
            data_categories: new.categories.join(" "),
            disclosed_at: new.disclosed_at,
            recorded_at: parts.ctx.now(),
            visibility: Visibility::Open,
            integration_id: parts.ctx.actor.integration,
            event_id,
            subject_count: count(parts.subjects.len()),
            unresolved_count: count(unresolved.count()),
            key_id: self.own.id(),
            reference: self.close(store::REFERENCE, new.reference.as_ref())?,
            authority: self.close(store::AUTHORITY, new.authority.as_ref())?,
            note: self.close(store::NOTE, new.note.as_ref())?,
            disclosed_until: new.disclosed_until,
            occurrences: new.occurrences,
        })
    }

    fn categories(&self) -> Vec<disclosure_category::Model> {
        let row = |category: &&str| disclosure_category::Model {
            controller_id: self.parts.ctx.controller(),
            disclosure_id: self.parts.id,
            category: (*category).to_owned(),
        };
        self.parts.checked.categories.iter().map(row).collect()
    }
}

/// The last instant that look-ups ask for.
fn latest(lookups: &[&Lookup]) -> Option<Timestamp> {
    let at = |lookup: &&Lookup| match lookup {
        Lookup::Resource(resource) => Some(resource.at),
        _ => None,
    };
    lookups.iter().filter_map(at).max()
}

/// The keys of all customers of some disclosures, for their class; those that do not exist yet are made.
///
/// # Errors
/// As [`vault::Vault::ensure`].
pub(super) async fn customer_keys<'a>(
    ctx: &Ctx,
    subjects: impl Iterator<Item = &'a Settled<'a>>,
) -> Result<KeysByOwner> {
    let customers: BTreeSet<_> = subjects.filter_map(|one| one.resolved.customer).collect();
    let owners: Vec<_> = customers.into_iter().map(owner_of).collect();
    if owners.is_empty() {
        return Ok(KeysByOwner::new());
    }
    let (db, scope, class) = (&ctx.app.db, ctx.scope(), DataClass::Disclosure);
    ctx.vault()
        .ensure(db, scope, &owners, class, ctx.now())
        .await
}
