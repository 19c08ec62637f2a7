//! Opening requests.

use std::sync::Arc;

use chrono_tz::Tz;
use entity::enums::{
    Action, DataClass, EventType, KeyOwnerKind, Log, Regime, RequestStatus, RequesterKind,
    SubjectResolution,
};
use entity::id::{
    CustomerId, EventId, RequestClockId, RequestId, RequestItemId, RequestReferenceId,
};
use entity::{
    blind_index, controller, data_key, request, request_clock, request_item, request_reference,
};

use super::check::{NewRequest, NormalReference};
use super::house::Promised;
use super::references::{self, MOST_OF_A_REFERENCE, requests_of};
use crate::auth;
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::customers::{self, Lookup, Match};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields, digest_of_text};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::requests::rules::calendar::Place as DayPlace;
use crate::requests::rules::clock::Counting;
use crate::requests::rules::regimes::{self, Term};
use crate::requests::store;
use crate::vault::{self, Column, DataKey, ERASED, Owner, Place};

/// Opens a request: what it asks for is received, and its clocks run from when the message came in.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for the id of a customer that does not exist.
pub(crate) async fn open(ctx: &Ctx, new: NewRequest, once: Once) -> Result<RequestId> {
    ctx.authorize(Action::OpenRequest)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "request");
    }
    let references = new.check(ctx)?;
    for (n, reference) in references.iter().enumerate() {
        if requests_of(ctx, reference).await?.len() >= MOST_OF_A_REFERENCE {
            let problem = "stands for 100 requests already";
            return Err(Error::invalid(format!("externalReferences[{n}]"), problem));
        }
    }
    let about = About::find(ctx, &new).await?;
    let opening = Opening::new(ctx, &new, &about, &references).await?;
    let id = opening.id;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "request"),
    };
    opening.write(&mut tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whom a request is about, and where.
struct About {
    resolution: SubjectResolution,
    candidates: i32,
    customer: Option<CustomerId>,
    /// Where the person lives, as far as it is known.
    residence: Option<String>,
    controller: controller::Model,
    /// An open request of the same customer that asks for the same.
    duplicate_of: Option<RequestId>,
}

impl About {
    async fn find(ctx: &Ctx, new: &NewRequest) -> Result<Self> {
        let found = match &new.customer {
            Some(lookup) => {
                let asked = [(lookup, new.received_at)];
                let found = customers::service::resolve(ctx, &asked, |_| "customer".to_owned());
                found.await?.into_iter().next().unwrap_or(Match::Nobody)
            }
            None => Match::Nobody,
        };
        if matches!((&new.customer, found), (Some(Lookup::Id(_)), Match::Nobody)) {
            return Err(Error::NotFound { what: "customer" }.at("customer.id"));
        }
        let customer = match found {
            Match::One(customer) => Some(customer),
            Match::Nobody | Match::Several(_) => None,
        };
        // Of a user of a customer's site, the customer's own country and requests say nothing.
        let own = customer.filter(|_| new.requester.kind != RequesterKind::EndUser);
        let controller = auth::service::controller_of(ctx).await?;
        Ok(Self {
            resolution: match found {
                Match::Nobody => SubjectResolution::Nobody,
                Match::One(_) => SubjectResolution::Resolved,
                Match::Several(_) => SubjectResolution::Ambiguous,
            },
            candidates: match found {
                Match::Nobody => 0,
                Match::One(_) => 1,
                Match::Several(count) => i32::try_from(count).unwrap_or(i32::MAX),
            },
            residence: match (&new.residence, own) {
                (Some(residence), _) => Some(residence.clone()),
                (None, Some(customer)) => customers::service::country(ctx, customer).await?,
                (None, None) => None,
            },
            controller: controller.ok_or(Error::NotFound { what: "controller" })?,
            duplicate_of: match own {
                Some(customer) => duplicate(ctx, new, customer).await?,
                None => None,
            },
            customer,
        })
    }

    /// Where a day begins and ends for a clock.
    fn zone(&self) -> Tz {
        let zone = self.controller.time_zone.as_deref();
        zone.and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC)
    }
}

async fn duplicate(ctx: &Ctx, new: &NewRequest, customer: CustomerId) -> Result<Option<RequestId>> {
    let asked: Vec<_> = new
        .items
        .iter()
        .map(|item| (item.kind, item.scope))
        .collect();
    let members = customers::service::clusters(ctx, &[customer]).await?;
    store::open_with(ctx.db(), ctx.scope(), &members.all(), &asked).await
}

/// What a new request is made of.
struct Opening<'a> {
    id: RequestId,
    new: &'a NewRequest,
    about: &'a About,
    references: &'a [NormalReference],
    ctx: &'a Ctx,
    key: Arc<DataKey>,
    /// The request's own key, where it is about no known customer.
    key_row: Option<data_key::Model>,
    regimes: Vec<Regime>,
    /// What the house promised to people who live there.
    promised: Promised,
}

impl<'a> Opening<'a> {
    async fn new(
        ctx: &'a Ctx,
        new: &'a NewRequest,
        about: &'a About,
        references: &'a [NormalReference],
    ) -> Result<Self> {
        let id = RequestId::from_uuid(random::id());
        let (key_row, key) = match about.customer {
            Some(customer) => (None, customer_key(ctx, customer).await?),
            None => {
                let owner = Owner {
                    kind: KeyOwnerKind::Record,
                    id: id.uuid(),
                };
                let class = DataClass::Record;
                let (row, key) = ctx
                    .vault()
                    .new_key(ctx.controller(), owner, class, ctx.now())?;
                (Some(row), key)
            }
        };
        let establishment = about.controller.establishment.as_deref();
        // Where somebody says which rules apply, those of the house are among them or not.
        let own = new.regimes.as_ref();
        let own = own.is_none_or(|(regimes, _)| regimes.contains(&Regime::House));
        let promised = if own {
            Promised::load(ctx, about.residence.as_deref()).await?
        } else {
            Promised::default()
        };
        let regimes = match &new.regimes {
            Some((regimes, _)) => {
                let mut regimes = regimes.clone();
                regimes.sort_unstable();
                regimes.dedup();
                regimes
            }
            None => regimes::applicable(establishment, about.residence.as_deref()),
        };
        Ok(Self {
            id,
            new,
            about,
            references,
            ctx,
            key,
            key_row,
            regimes,
            promised,
        })
    }

    async fn write(self, tx: &mut Tx) -> Result<()> {
        match &self.key_row {
            Some(row) => vault::insert_keys(tx.inner(), vec![row.clone()]).await?,
            None => {
                let vault = self.ctx.vault();
                vault
                    .pin(tx.inner(), tx.scope(), vec![self.key.id()])
                    .await?;
            }
        }
        let event = tx.record(self.event())?;
        let items = self.items(event);
        let mut clocks = Vec::new();
        for item in &items {
            let promised = self.promised.of(item.kind);
            let terms = regimes::terms(&self.regimes, item.kind, item.scope, &promised);
            let own = terms.iter().map(|term| self.clock(item, term, event));
            clocks.extend(earliest(own));
        }
        let (references, index) = self.references(event)?;
        let row = self.row(&clocks, event)?;
        vault::insert_index(tx.inner(), index).await?;
        store::insert(tx.db(), row, items, clocks, references).await
    }

    fn event(&self) -> Event<'_> {
        let (new, about) = (self.new, self.about);
        let mut bodies = new.items.iter();
        let escalation = bodies.find_map(|item| item.escalation_body.as_deref());
        let items = new.items.iter().map(|item| match item.scope {
            Some(scope) => format!("{} {}", item.kind, scope),
            None => item.kind.to_string(),
        });
        let regimes = self.regimes.iter().map(ToString::to_string);
        let references = self.references.iter();
        let references = references.map(|one| format!("{} {}", one.system, one.number.expose()));
        let lookup = new.customer.as_ref().map(Lookup::describe);
        Event {
            kind: EventType::RequestOpened,
            log: Log::Main,
            object: self.id.to_string(),
            customer: about.customer,
            key: &self.key,
            fields: Fields::new()
                .with("channel", new.channel.as_str())
                .with("receivedAt", new.received_at.to_string())
                .with("requester", new.requester.kind.as_str())
                .with_text("requesterName", new.requester.name.as_ref())
                .with_text("requesterContact", new.requester.contact.as_ref())
                .with_text("requesterProof", new.requester.proof.as_ref())
                .with_some(
                    "authorityUntil",
                    new.requester.authority_until.map(|until| until.to_string()),
                )
                .with_text("lookup", lookup.as_ref())
                .with_some("residence", about.residence.as_deref())
                .with("regimes", regimes.collect::<Vec<_>>())
                .with_text("regimesReason", self.regime_note())
                .with("items", items.collect::<Vec<_>>())
                .with_some("escalationBody", escalation)
                .with("references", references.collect::<Vec<_>>())
                // The text itself is kept once: what is proved is that it is that one.
                .with_some(
                    "textDigest",
                    new.body.as_ref().map(|body| digest_of_text(body.expose())),
                ),
        }
    }

    fn regime_note(&self) -> Option<&Personal> {
        let (_, reason) = self.new.regimes.as_ref()?;
        reason.as_ref()
    }

    fn close(&self, column: Column, text: Option<&Personal>) -> Result<Option<Vec<u8>>> {
        let place = Place::of(self.ctx.controller(), column, self.id.uuid());
        text.map(|text| self.key.close(place, text.expose()))
            .transpose()
    }

    fn row(&self, clocks: &[request_clock::Model], event_id: EventId) -> Result<request::Model> {
        let (new, about) = (self.new, self.about);
        let lookup = new.customer.as_ref();
        let lookup = lookup.map(|lookup| Lookup::keep(&[lookup])).transpose()?;
        Ok(request::Model {
            controller_id: self.ctx.controller(),
            id: self.id,
            channel: new.channel,
            received_at: new.received_at,
            recorded_at: self.ctx.now(),
            requester: new.requester.kind,
            authority_until: new.requester.authority_until,
            customer_id: about.customer,
            resolution: about.resolution,
            candidate_count: about.candidates,
            residence: about.residence.clone(),
            status: RequestStatus::Received,
            next_due_at: clocks.iter().map(|clock| clock.due_at).min(),
            closed_at: None,
            duplicate_of: about.duplicate_of,
            integration_id: self.ctx.actor.integration,
            version: 1,
            event_id,
            key_id: self.key.id(),
            lookup: self.close(store::LOOKUP, lookup.as_ref())?,
            requester_name: self.close(store::REQUESTER_NAME, new.requester.name.as_ref())?,
            requester_contact: self
                .close(store::REQUESTER_CONTACT, new.requester.contact.as_ref())?,
            requester_proof: self.close(store::REQUESTER_PROOF, new.requester.proof.as_ref())?,
            body: self.close(store::BODY, new.body.as_ref())?,
            regime_note: self.close(store::REGIME_NOTE, self.regime_note())?,
        })
    }

    fn items(&self, event_id: EventId) -> Vec<request_item::Model> {
        let items = self.new.items.iter().zip(0..);
        items
            .map(|(item, position)| request_item::Model {
                controller_id: self.ctx.controller(),
                id: RequestItemId::from_uuid(random::id()),
                request_id: self.id,
                position,
                kind: item.kind,
                scope: item.scope,
                status: RequestStatus::Received,
                status_at: self.new.received_at,
                denial: None,
                duplicate_of: None,
                escalation_body: item.escalation_body.clone(),
                key_id: self.key.id(),
                note: None,
                version: 1,
                event_id,
            })
            .collect()
    }

    fn clock(
        &self,
        item: &request_item::Model,
        term: &Term,
        event_id: EventId,
    ) -> request_clock::Model {
        let establishment = self.about.controller.establishment.as_deref();
        let residence = self.about.residence.as_deref();
        let country = regimes::country_of(term.regime, establishment, residence);
        let counting = Counting::of(term, self.new.received_at);
        let ends = |zone| {
            let place = DayPlace { zone, country };
            (counting.due(place), place)
        };
        let own = ends(self.about.zone());
        let law = regimes::zone_of(term.regime).map(ends);
        // Where the company's days and those of the law differ, the earlier end is in time under both.
        let (due, place) = law.filter(|(due, _)| *due < own.0).unwrap_or(own);
        let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        request_clock::Model {
            controller_id: self.ctx.controller(),
            id: RequestClockId::from_uuid(random::id()),
            request_id: self.id,
            item_id: item.id,
            regime: term.regime,
            duty: term.duty,
            source: term.source.clone().into_owned(),
            since: self.new.received_at,
            due_at: due,
            first_due_at: due,
            length: count(term.length.count),
            unit: term.length.unit,
            extended_length: term.extends_to.map(|most| count(most.count)),
            extended_unit: term.extends_to.map(|most| most.unit),
            rolls: term.rolls,
            pauses: term.pauses,
            zone: place.zone.name().to_owned(),
            country: place.country.map(str::to_owned),
            paused_at: None,
            paused_ms: 0,
            resumed_at: None,
            pause_reason: None,
            pause_note: None,
            delay: None,
            extended_at: None,
            notified_at: None,
            met_at: None,
            stopped_at: None,
            key_id: self.key.id(),
            note: None,
            event_id,
        }
    }

    fn references(
        &self,
        event_id: EventId,
    ) -> Result<(Vec<request_reference::Model>, Vec<blind_index::Model>)> {
        let (mut rows, mut index) = (Vec::new(), Vec::new());
        for reference in self.references {
            let id = RequestReferenceId::from_uuid(random::id());
            let row = references::row(self.ctx, id, self.id, reference, &self.key, event_id)?;
            rows.push(row);
            index.extend(references::index_of(self.ctx, id, reference)?);
        }
        Ok((rows, index))
    }
}

/// Of clocks for the same duty under the same regime, the one that runs out first: it is in time under the others, too.
fn earliest(clocks: impl Iterator<Item = request_clock::Model>) -> Vec<request_clock::Model> {
    let mut earliest: Vec<request_clock::Model> = Vec::new();
    for clock in clocks {
        let same = |other: &&mut request_clock::Model| {
            (other.regime, other.duty) == (clock.regime, clock.duty)
        };
        match earliest.iter_mut().find(same) {
            Some(other) if clock.due_at < other.due_at => *other = clock,
            Some(_) => {}
            None => earliest.push(clock),
        }
    }
    earliest
}

/// The key that what a customer asks for is under.
async fn customer_key(ctx: &Ctx, customer: CustomerId) -> Result<Arc<DataKey>> {
    let owner = Owner {
        kind: KeyOwnerKind::Customer,
        id: customer.uuid(),
    };
    let class = DataClass::Request;
    let keys = ctx
        .vault()
        .ensure(&ctx.app.db, ctx.scope(), &[owner], class, ctx.now())
        .await?;
    keys.into_values().next().ok_or(ERASED)
}
