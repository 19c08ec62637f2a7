//! Recording that data went out.

use std::collections::HashMap;
use std::sync::Arc;

use entity::enums::{
    Action, DataClass, DataTier, DisclosureGround, DisclosureMethod, EventType, KeyOwnerKind, Log,
    Visibility,
};
use entity::id::{CustomerId, DisclosureId, DisclosureSubjectId, EventId};
use entity::time::Timestamp;
use entity::{data_key, disclosure, disclosure_category, disclosure_subject};

use super::read::{self, Disclosure};
use crate::context::{Begun, Ctx, Once, Tx};
use crate::customers::{self, Lookup, Match};
use crate::data_map::Tree;
use crate::disclosures::rules::{self, Resolved};
use crate::disclosures::store;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::recipients::{self, RecipientRef};
use crate::vault::{self, Column, DataKey, Owner, Place};

/// Longest reference and authority, in characters.
const LONGEST_REFERENCE: usize = 200;
/// Longest note, in characters.
const LONGEST_NOTE: usize = 4_000;

/// A disclosure to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewDisclosure {
    /// Who received.
    pub(crate) recipient: RecipientRef,
    /// Why.
    pub(crate) ground: DisclosureGround,
    /// Data use, a taxonomy key.
    pub(crate) purpose: String,
    /// Which data, as taxonomy keys.
    pub(crate) data_categories: Vec<String>,
    /// How deep.
    pub(crate) tier: DataTier,
    /// When it went out.
    pub(crate) disclosed_at: Timestamp,
    /// How.
    pub(crate) method: Option<DisclosureMethod>,
    /// What the recipient or the reporter calls it.
    pub(crate) reference: Option<Personal>,
    /// On what authority: a case number, a statute, a clause.
    pub(crate) authority: Option<Personal>,
    /// Anything else.
    pub(crate) note: Option<Personal>,
    /// Whose data it was.
    pub(crate) subjects: Vec<Lookup>,
}

/// Records a disclosure. What happened is always recordable: a subject that cannot be found stays unresolved.
///
/// # Errors
/// Forbidden; Invalid for values that cannot be; `NotFound` for the id of a customer or recipient that is not the
/// controller's.
pub(crate) async fn record(
    ctx: &Ctx,
    new: NewDisclosure,
    once: Once,
) -> Result<Option<Disclosure>> {
    ctx.authorize(Action::RecordDisclosure)?;
    let outcome = match Box::pin(attempt(ctx, &new, &once)).await {
        // Another call may have registered the same recipient meanwhile: now it will be found.
        Err(Error::Conflict(_)) => Box::pin(attempt(ctx, &new, &once)).await,
        outcome => outcome,
    };
    match outcome {
        // What was recorded once answers as it did, even if it could not be recorded now.
        Err(error @ (Error::NotFound { .. } | Error::Invalid { .. })) => {
            match ctx.done_before(&once).await? {
                Some(ids) => recorded(ctx, &ids).await,
                None => Err(error),
            }
        }
        outcome => outcome,
    }
}

/// What a call recorded before, as the caller may see it now.
async fn recorded(ctx: &Ctx, ids: &[String]) -> Result<Option<Disclosure>> {
    let ids: Vec<DisclosureId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let found = read::by_ids(ctx, &ids).await;
    // A failed read must not turn a committed change into an error.
    Ok(found.unwrap_or_default().into_values().next())
}

/// A disclosure whose values have been checked.
struct Checked {
    recipient: RecipientRef,
    ground: DisclosureGround,
    purpose: &'static str,
    categories: Vec<&'static str>,
    tier: DataTier,
    disclosed_at: Timestamp,
    method: Option<DisclosureMethod>,
    reference: Option<Personal>,
    authority: Option<Personal>,
    note: Option<Personal>,
    subjects: Vec<Lookup>,
}

impl Checked {
    fn new(ctx: &Ctx, new: NewDisclosure) -> Result<Self> {
        if new.subjects.is_empty() || new.subjects.len() > rules::MOST_SUBJECTS {
            return Err(Error::invalid("subjects", "must have 1 to 500 items"));
        }
        if new.data_categories.is_empty() || new.data_categories.len() > rules::MOST_CATEGORIES {
            return Err(Error::invalid("dataCategories", "must have 1 to 100 items"));
        }
        let mut categories = Vec::new();
        for (n, key) in new.data_categories.iter().enumerate() {
            categories.push(check_key(
                Tree::DataCategory,
                key,
                format!("dataCategories[{n}]"),
            )?);
        }
        categories.sort_unstable();
        categories.dedup();
        Ok(Self {
            recipient: new.recipient,
            ground: new.ground,
            purpose: check_key(Tree::DataUse, &new.purpose, "purpose".to_owned())?,
            categories,
            tier: new.tier,
            disclosed_at: ctx.not_in_future("disclosedAt", new.disclosed_at)?,
            method: new.method,
            reference: check_text("reference", new.reference, LONGEST_REFERENCE)?,
            authority: check_text("authority", new.authority, LONGEST_REFERENCE)?,
            note: check_text("note", new.note, LONGEST_NOTE)?,
            subjects: new.subjects,
        })
    }
}

fn check_key(tree: Tree, key: &str, field: String) -> Result<&'static str> {
    tree.check(key).map_err(|unknown| Error::Invalid {
        field,
        suggestion: unknown.suggestion,
        problem: unknown.to_string(),
    })
}

fn check_text(field: &str, text: Option<Personal>, longest: usize) -> Result<Option<Personal>> {
    match text {
        Some(text) if text.is_blank() => Ok(None),
        Some(text) if text.expose().chars().count() > longest => Err(Error::invalid(
            field,
            format!("must have at most {longest} characters"),
        )),
        text => Ok(text),
    }
}

/// A subject with what was known of it.
struct Settled {
    resolved: Resolved,
    lookup: Personal,
}

/// What is recorded of each subject. Several look-ups that lead to the same customer are one subject, of whom all of
/// it was known.
fn settle(lookups: &[Lookup], found: &[Match]) -> Result<Vec<Settled>> {
    let mut places = HashMap::new();
    let mut settled: Vec<Settled> = Vec::new();
    for (lookup, found) in lookups.iter().zip(found) {
        let resolved = rules::resolved(*found);
        if matches!(lookup, Lookup::Id(_)) && resolved.customer.is_none() {
            return Err(Error::NotFound { what: "customer" });
        }
        let place = resolved
            .customer
            .and_then(|customer| places.get(&customer).copied());
        match place.and_then(|place: usize| settled.get_mut(place)) {
            Some(known) => {
                let both = format!("{}; {}", known.lookup.expose(), lookup.describe().expose());
                known.lookup = Personal::new(both);
            }
            None => {
                if let Some(customer) = resolved.customer {
                    places.insert(customer, settled.len());
                }
                settled.push(Settled {
                    resolved,
                    lookup: lookup.describe(),
                });
            }
        }
    }
    Ok(settled)
}

/// The keys that a disclosure is written under.
struct Keys {
    /// Of the disclosure itself.
    own: Arc<DataKey>,
    /// The row of its own key, if it needs one.
    new: Option<data_key::Model>,
    /// Of the customers it is about.
    customers: HashMap<uuid::Uuid, Arc<DataKey>>,
}

impl Keys {
    async fn load(ctx: &Ctx, id: DisclosureId, subjects: &[Settled]) -> Result<Self> {
        let owner = |customer: CustomerId| Owner {
            kind: KeyOwnerKind::Customer,
            id: customer.uuid(),
        };
        let owners: Vec<_> = subjects
            .iter()
            .filter_map(|subject| subject.resolved.customer)
            .map(owner)
            .collect();
        let (db, scope, class) = (&ctx.app.db, ctx.scope(), DataClass::Disclosure);
        let customers = ctx
            .vault()
            .ensure(db, scope, &owners, class, ctx.now())
            .await?;
        let resolved: Vec<_> = subjects.iter().map(|subject| subject.resolved).collect();
        let sole = rules::sole_customer(&resolved);
        if let Some(own) = sole.and_then(|customer| customers.get(&customer.uuid())) {
            return Ok(Self {
                own: Arc::clone(own),
                new: None,
                customers,
            });
        }
        let owner = Owner {
            kind: KeyOwnerKind::Record,
            id: id.uuid(),
        };
        let (row, own) =
            ctx.vault()
                .new_key(ctx.controller(), owner, DataClass::Record, ctx.now())?;
        Ok(Self {
            own,
            new: Some(row),
            customers,
        })
    }

    fn of(&self, subject: &Resolved) -> &DataKey {
        let customer = subject
            .customer
            .and_then(|customer| self.customers.get(&customer.uuid()));
        customer.unwrap_or(&self.own)
    }
}

async fn attempt(ctx: &Ctx, new: &NewDisclosure, once: &Once) -> Result<Option<Disclosure>> {
    let id = DisclosureId::from_uuid(random::id());
    let new = &Checked::new(ctx, new.clone())?;
    let field = |number: usize| format!("subjects[{number}].by");
    let lookups: Vec<_> = new
        .subjects
        .iter()
        .map(|lookup| (lookup, new.disclosed_at))
        .collect();
    let found = customers::service::resolve(ctx, &lookups, field).await?;
    let subjects = &settle(&new.subjects, &found)?;
    let recipient = recipients::service::prepare(ctx, new.recipient.clone(), "recipient").await?;
    let keys = Keys::load(ctx, id, subjects).await?;
    let mut tx = match ctx.begin_once(once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return recorded(ctx, &ids).await,
    };
    if !keys.customers.is_empty() {
        let ids = keys.customers.values().map(|key| key.id()).collect();
        ctx.vault().pin(tx.inner(), tx.scope(), ids).await?;
    }
    if let Some(row) = &keys.new {
        vault::insert_keys(tx.inner(), vec![row.clone()]).await?;
    }
    let recipient_id = recipient.id();
    recipients::service::register_in(&mut tx, recipient).await?;
    let writer = Writer {
        ctx,
        new,
        keys: &keys,
        id,
        recipient: recipient_id.to_string(),
    };
    let event = writer.record_whole(&mut tx, subjects)?;
    let mut rows = Vec::new();
    for (position, subject) in (0..).zip(subjects) {
        let event = match subject.resolved.customer {
            Some(customer) if subjects.len() > 1 => {
                writer.record_subject(&mut tx, customer, subject)?
            }
            _ => event,
        };
        rows.push(writer.subject_row(subject, position, event)?);
    }
    let row = writer.row(recipient_id, event, subjects)?;
    store::insert(tx.db(), row.clone()).await?;
    store::insert_categories(tx.db(), writer.category_rows()).await?;
    store::insert_subjects(tx.db(), rows).await?;
    tx.commit().await?;
    Ok(read::fresh(ctx, row).await.ok().flatten())
}

/// Makes the rows and events of one disclosure.
struct Writer<'a> {
    ctx: &'a Ctx,
    new: &'a Checked,
    keys: &'a Keys,
    id: DisclosureId,
    recipient: String,
}

impl Writer<'_> {
    fn fields(&self) -> Fields {
        let new = self.new;
        Fields::new()
            .with("recipient", self.recipient.as_str())
            .with("ground", new.ground.as_str())
            .with("purpose", new.purpose)
            .with("dataCategories", new.categories.clone())
            .with("tier", new.tier.as_str())
            .with("disclosedAt", new.disclosed_at.to_string())
            .with_some("method", new.method.map(DisclosureMethod::as_str))
    }

    /// The leaf of the disclosure: about its one customer, or a summary.
    fn record_whole(&self, tx: &mut Tx, subjects: &[Settled]) -> Result<EventId> {
        let new = self.new;
        let text = |text: &Option<Personal>| text.as_ref().map(|text| text.expose().to_owned());
        let resolved: Vec<_> = subjects.iter().map(|subject| subject.resolved).collect();
        let known: Vec<_> = resolved
            .iter()
            .filter_map(|one| one.customer)
            .map(|id| id.to_string())
            .collect();
        let sole = rules::sole_customer(&resolved);
        let mut fields = self
            .fields()
            .with_some("reference", text(&new.reference))
            .with_some("authority", text(&new.authority))
            .with_some("note", text(&new.note))
            .with("subjectCount", subjects.len());
        match (sole, subjects) {
            (Some(_), [only]) => fields = fields.with("lookup", only.lookup.expose()),
            _ => fields = fields.with("customers", known),
        }
        tx.record(Event {
            kind: EventType::DisclosureRecorded,
            log: Log::Main,
            object: self.id.to_string(),
            customer: sole,
            key: &self.keys.own,
            fields,
        })
    }

    /// The leaf about one of several customers, under that customer's key.
    fn record_subject(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        subject: &Settled,
    ) -> Result<EventId> {
        tx.record(Event {
            kind: EventType::DisclosureSubjectRecorded,
            log: Log::Main,
            object: self.id.to_string(),
            customer: Some(customer),
            key: self.keys.of(&subject.resolved),
            fields: self.fields().with("lookup", subject.lookup.expose()),
        })
    }

    fn close(&self, column: Column, text: Option<&Personal>) -> Result<Option<Vec<u8>>> {
        let place = Place::of(self.ctx.controller(), column, self.id.uuid());
        text.map(|text| self.keys.own.close(place, text.expose()))
            .transpose()
    }

    fn row(
        &self,
        recipient_id: entity::id::RecipientId,
        event_id: EventId,
        subjects: &[Settled],
    ) -> Result<disclosure::Model> {
        let new = self.new;
        let unresolved = subjects
            .iter()
            .filter(|one| one.resolved.customer.is_none())
            .count();
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(disclosure::Model {
            controller_id: self.ctx.controller(),
            id: self.id,
            recipient_id,
            ground: new.ground,
            purpose: new.purpose.to_owned(),
            tier: new.tier,
            method: new.method,
            data_categories: new.categories.join(" "),
            disclosed_at: new.disclosed_at,
            recorded_at: self.ctx.now(),
            visibility: Visibility::Open,
            integration_id: self.ctx.actor.integration,
            event_id,
            subject_count: count(subjects.len()),
            unresolved_count: count(unresolved),
            key_id: self.keys.own.id(),
            reference: self.close(store::REFERENCE, new.reference.as_ref())?,
            authority: self.close(store::AUTHORITY, new.authority.as_ref())?,
            note: self.close(store::NOTE, new.note.as_ref())?,
            disclosed_until: None,
            occurrences: 1,
        })
    }

    fn category_rows(&self) -> Vec<disclosure_category::Model> {
        let row = |category: &&str| disclosure_category::Model {
            controller_id: self.ctx.controller(),
            disclosure_id: self.id,
            category: (*category).to_owned(),
        };
        self.new.categories.iter().map(row).collect()
    }

    fn subject_row(
        &self,
        subject: &Settled,
        position: i32,
        event_id: EventId,
    ) -> Result<disclosure_subject::Model> {
        let id = DisclosureSubjectId::from_uuid(random::id());
        let place = Place::of(self.ctx.controller(), store::LOOKUP, id.uuid());
        let key = self.keys.of(&subject.resolved);
        Ok(disclosure_subject::Model {
            controller_id: self.ctx.controller(),
            id,
            disclosure_id: self.id,
            position,
            customer_id: subject.resolved.customer,
            resolution: subject.resolved.resolution,
            candidate_count: subject.resolved.candidates,
            disclosed_at: self.new.disclosed_at,
            visibility: Visibility::Open,
            event_id,
            key_id: key.id(),
            lookup: key.close(place, subject.lookup.expose())?,
            disclosed_until: None,
            occurrences: 1,
            superseded: false,
            lookup_at: None,
            line: id.uuid().as_bytes().to_vec(),
        })
    }
}
