//! Looking at past disclosures again when it changes who held what: where the look-up of a subject leads to somebody
//! else now, a finding is raised. Nobody's record is changed by that.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use entity::enums::{EventType, Log, ResourceKind};
use entity::id::{AssignmentId, DisclosureSubjectId, EventId, FindingId};
use entity::{disclosure_subject, subject_finding};
use ipnet::IpNet;
use uuid::Uuid;

use super::nearby;
use crate::context::Ctx;
use crate::customers::{self, Lookup, Match};
use crate::disclosures::rules::{self, Resolved};
use crate::disclosures::store::{self, Nearby};
use crate::error::Result;
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{DataKey, Field, Place, normalise};

/// How many events about assignments are read at once.
const EVENTS_AT_ONCE: u64 = 1_000;
/// How many subjects are looked at again, and how many findings are written, at once.
const SUBJECTS_AT_ONCE: usize = 500;
/// A disclosure that was recorded this much later, in milliseconds, has seen the assignment.
const OVERLAP: u128 = 60_000;

/// Reads on in the ledger of a controller, and raises what findings there are; answers whether it read anything.
/// `ctx` is the instance's own: nobody asks for it.
///
/// # Errors
/// Unavailable; what was raised until then is not raised again.
pub(crate) async fn follow(ctx: &Ctx) -> Result<bool> {
    let unread = store::unread(ctx.db(), ctx.scope(), EVENTS_AT_ONCE).await?;
    let Some(last) = unread.events.last().and_then(|event| event.idx) else {
        return Ok(false);
    };
    let mut assignments: HashMap<AssignmentId, EventId> = HashMap::new();
    for event in &unread.events {
        if let Ok(id) = event.object.parse() {
            let latest = assignments.entry(id).or_insert(event.id);
            *latest = (*latest).max(event.id);
        }
    }
    let mut raised = Raised::default();
    for near in neighbourhoods(ctx, &assignments).await? {
        look_again(ctx, &near, &mut raised).await?;
    }
    raised.write(ctx).await?;
    let tx = ctx.app.housekeeping().await?;
    if store::advance(tx.connection(), ctx.controller(), unread.before, last).await? {
        tx.commit().await?;
    } else {
        // Another instance was faster.
        tx.rollback().await?;
    }
    Ok(true)
}

/// A resource about which something was recorded.
struct Change {
    kind: ResourceKind,
    resource: Personal,
}

/// Changes whose subjects are found at the same places.
struct Neighbourhood {
    near: Nearby,
    changes: Vec<Change>,
}

impl Change {
    /// Whether it covers what a look-up asks for.
    fn covers(&self, lookup: &Lookup) -> bool {
        let Lookup::Resource(resource) = lookup else {
            return false;
        };
        let Ok(asked) = resource.check("by") else {
            return false;
        };
        match self.kind {
            ResourceKind::IpPrefix => {
                let network = self.resource.expose().parse::<IpNet>();
                let inside = |network: IpNet| asked.address.is_some_and(|at| network.contains(&at));
                network.is_ok_and(inside)
            }
            ResourceKind::PortRange => {
                let address = address_of(self.resource.expose());
                address.is_some() && asked.address == address
            }
            ResourceKind::Domain => {
                let domain = asked.domain.as_deref().unwrap_or_default();
                normalise::covering_domains(domain).any(|name| name == self.resource.expose())
            }
            ResourceKind::Mailbox => {
                let mailbox = self.resource.expose().rsplit_once('@');
                let domain = mailbox.map(|(_, domain)| domain);
                domain.is_some() && asked.domain.as_deref() == domain
            }
        }
    }
}

/// The changes, put together where their subjects are found at the same places: those are looked through once.
async fn neighbourhoods(
    ctx: &Ctx,
    assignments: &HashMap<AssignmentId, EventId>,
) -> Result<Vec<Neighbourhood>> {
    let ids: Vec<_> = assignments.keys().copied().collect();
    let found = customers::service::assignments_by_id(ctx, &ids).await?;
    let mut all: HashMap<(Field, Option<Vec<String>>), Neighbourhood> = HashMap::new();
    for (id, assignment) in found {
        // Erased: nobody can be found by it any more.
        let Some(resource) = &assignment.resource else {
            continue;
        };
        let (resource, kind) = (resource.open()?, assignment.row.resource_kind);
        let (field, places) = places(kind, resource.expose());
        let values = places.as_ref().map(|places| index(ctx, field, places));
        let values = values.transpose()?;
        let from = assignment.row.valid_from;
        let before = assignments
            .get(&id)
            .map_or(Uuid::max(), |event| later(*event));
        let known = all.entry((field, places)).or_insert_with(|| Neighbourhood {
            near: Nearby {
                field,
                values,
                from,
                before,
            },
            changes: Vec::new(),
        });
        known.near.from = known.near.from.min(from);
        known.near.before = known.near.before.max(before);
        known.changes.push(Change { kind, resource });
    }
    Ok(all.into_values().collect())
}

/// What the ids of subjects begin with that were recorded so much later than an event: ids begin with their time.
fn later(event: EventId) -> Uuid {
    let time = event.uuid().as_u128() >> 80;
    Uuid::from_u128((time + OVERLAP) << 80)
}

fn index(ctx: &Ctx, field: Field, places: &[String]) -> Result<Vec<Vec<u8>>> {
    let mut values = Vec::new();
    for place in places {
        let index = ctx.vault().index(ctx.controller(), field, place)?;
        values.extend(index.into_iter().map(|value| value.bytes));
    }
    Ok(values)
}

/// The address of a range of ports.
fn address_of(ports: &str) -> Option<IpAddr> {
    ports.split(' ').next()?.parse().ok()
}

/// Where subjects may have been looked up by something that a resource covers.
fn places(kind: ResourceKind, resource: &str) -> (Field, Option<Vec<String>>) {
    let network = match kind {
        ResourceKind::IpPrefix => resource.parse().ok(),
        ResourceKind::PortRange => address_of(resource).map(IpNet::from),
        ResourceKind::Domain | ResourceKind::Mailbox => {
            let domain = resource.rsplit('@').next().unwrap_or(resource);
            let place = nearby::last_labels(domain).to_owned();
            return (Field::SubjectDomain, Some(vec![place]));
        }
    };
    (Field::SubjectNetwork, network.and_then(nearby::reached))
}

/// What was found, to be written.
#[derive(Default)]
struct Raised {
    findings: Vec<(subject_finding::Model, Arc<DataKey>)>,
    subjects: HashSet<DisclosureSubjectId>,
    settled: Vec<DisclosureSubjectId>,
}

async fn look_again(ctx: &Ctx, of: &Neighbourhood, raised: &mut Raised) -> Result<()> {
    let mut after = DisclosureSubjectId::from_uuid(Uuid::nil());
    loop {
        let (db, scope) = (ctx.db(), ctx.scope());
        let page = store::nearby(db, scope, &of.near, after, SUBJECTS_AT_ONCE).await?;
        let Some(last) = page.last().map(|row| row.id) else {
            return Ok(());
        };
        compare(ctx, &of.changes, page, raised).await?;
        after = last;
    }
}

/// A subject that a change concerns, with what was known of it.
struct Concerned {
    row: disclosure_subject::Model,
    key: Arc<DataKey>,
    lookups: Vec<Lookup>,
}

/// Those of some subjects whose look-ups a change covers.
async fn concerned(
    ctx: &Ctx,
    changes: &[Change],
    page: Vec<disclosure_subject::Model>,
) -> Result<Vec<Concerned>> {
    let ids = page.iter().map(|row| row.key_id);
    let keys = ctx.vault().keys(ctx.db(), ctx.scope(), ids).await?;
    let mut concerned = Vec::new();
    for row in page {
        // Erased: what was known of the subject is gone.
        let Some(key) = keys.get(&row.key_id) else {
            continue;
        };
        let place = Place::of(ctx.controller(), store::LOOKUP, row.id.uuid());
        let lookups = Lookup::kept(&key.open(place, &row.lookup)?);
        let covered = |lookup| changes.iter().any(|change| change.covers(lookup));
        if lookups.iter().any(covered) {
            let key = Arc::clone(key);
            concerned.push(Concerned { row, key, lookups });
        }
    }
    Ok(concerned)
}

/// Asks the look-ups of some subjects again, and compares.
async fn compare(
    ctx: &Ctx,
    changes: &[Change],
    page: Vec<disclosure_subject::Model>,
    raised: &mut Raised,
) -> Result<()> {
    let asked = concerned(ctx, changes, page).await?;
    let lookups = asked.iter().flat_map(|one| {
        let at = one.row.disclosed_at;
        one.lookups.iter().map(move |lookup| (lookup, at))
    });
    let lookups: Vec<_> = lookups.collect();
    let found = customers::service::resolve_each(ctx, &lookups, |_| "by".to_owned()).await?;
    let mut found = found.into_iter();
    let recorded: Vec<_> = asked.iter().filter_map(|one| one.row.customer_id).collect();
    let roots = customers::service::roots(ctx, &recorded).await?;
    let subjects: Vec<_> = asked.iter().map(|one| one.row.id).collect();
    let known = store::known_findings(ctx.db(), ctx.scope(), &subjects).await?;
    for Concerned { row, key, lookups } in asked {
        let answers = found.by_ref().take(lookups.len()).filter_map(Result::ok);
        let now = together(answers.collect());
        let recorded = row.customer_id;
        let recorded = recorded.map(|id| roots.get(&id).copied().unwrap_or(id));
        let known = known.get(&row.id).map_or(&[][..], Vec::as_slice);
        let is_open = known.iter().any(|finding| finding.settled_at.is_none());
        let same = |finding: &subject_finding::Model| finding.customer_id == now.customer;
        if !rules::contradicts(recorded, row.resolved_by_hand, now) {
            raised.settled.extend(is_open.then_some(row.id));
        } else if !known.iter().any(same) {
            raised.settled.extend(is_open.then_some(row.id));
            raised.raise(ctx, &row, now, key);
        }
    }
    Ok(())
}

/// What several look-ups of one subject lead to: to one customer only where all that lead anywhere lead there.
fn together(answers: Vec<Match>) -> Resolved {
    let mut known = answers.into_iter().filter(|one| *one != Match::Nobody);
    let first = known.next().unwrap_or(Match::Nobody);
    let same = known.all(|one| one == first);
    rules::resolved(if same { first } else { Match::Several(2) })
}

impl Raised {
    fn raise(
        &mut self,
        ctx: &Ctx,
        row: &disclosure_subject::Model,
        now: Resolved,
        key: Arc<DataKey>,
    ) {
        if !self.subjects.insert(row.id) {
            return;
        }
        let finding = subject_finding::Model {
            controller_id: ctx.controller(),
            id: FindingId::from_uuid(random::id()),
            subject_id: row.id,
            disclosure_id: row.disclosure_id,
            resolution: now.resolution,
            customer_id: now.customer,
            candidate_count: now.candidates,
            visibility: row.visibility,
            raised_at: ctx.now(),
            event_id: row.event_id,
            settled_at: None,
            dismissed: false,
        };
        self.findings.push((finding, key));
    }

    /// Writes what was found, a part at a time.
    async fn write(self, ctx: &Ctx) -> Result<()> {
        for part in self.settled.chunks(SUBJECTS_AT_ONCE) {
            let tx = ctx.app.housekeeping().await?;
            store::settle_findings(tx.connection(), ctx.scope(), part, ctx.now(), false).await?;
            tx.commit().await?;
        }
        for part in self.findings.chunks(SUBJECTS_AT_ONCE) {
            write_part(ctx, part).await?;
        }
        Ok(())
    }
}

async fn write_part(ctx: &Ctx, part: &[(subject_finding::Model, Arc<DataKey>)]) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let subjects: Vec<_> = part.iter().map(|(finding, _)| finding.subject_id).collect();
    // Superseded meanwhile: it is not asked any more who that was.
    let current = store::lock_current(tx.db(), tx.scope(), &subjects).await?;
    let pins: Vec<_> = part.iter().map(|(_, key)| key.id()).collect();
    let pinned = ctx.vault().pinned(tx.inner(), tx.scope(), &pins).await?;
    let mut rows = Vec::new();
    for (finding, key) in part {
        if current.contains(&finding.subject_id) && pinned.contains(&key.id()) {
            let event_id = tx.record(event(finding, key))?;
            rows.push(subject_finding::Model {
                event_id,
                ..finding.clone()
            });
        }
    }
    if rows.is_empty() {
        return tx.rollback().await;
    }
    store::insert_findings(tx.db(), rows).await?;
    tx.commit().await
}

fn event<'a>(finding: &subject_finding::Model, key: &'a DataKey) -> Event<'a> {
    Event {
        kind: EventType::FindingRaised,
        log: Log::Main,
        object: finding.disclosure_id.to_string(),
        customer: None,
        key,
        fields: Fields::new()
            .with("finding", finding.id.to_string())
            .with("subject", finding.subject_id.to_string())
            .with("resolution", finding.resolution.as_str())
            .with_some("leadsTo", finding.customer_id.map(|id| id.to_string()))
            .with("candidateCount", finding.candidate_count),
    }
}
