//! Looking at past disclosures again when it changes who held what: where the look-up of a subject leads to somebody
//! else now, a finding is raised. Nobody's record is changed by that.

use std::net::IpAddr;
use std::sync::Arc;

use entity::enums::{EventType, Log, ResourceKind};
use entity::id::{AssignmentId, DisclosureSubjectId, FindingId};
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
use crate::platform::random;
use crate::vault::{DataKey, Field, Place, normalise};

/// How many events about assignments are read at once.
const EVENTS_AT_ONCE: u64 = 200;
/// How many subjects are looked at again at once.
const SUBJECTS_AT_ONCE: usize = 500;

/// Reads on in the ledger of a controller, and raises what findings there are; answers whether it read anything.
/// `ctx` is the instance's own: nobody asks for it.
///
/// # Errors
/// Unavailable; nothing is half done then.
pub(crate) async fn follow(ctx: &Ctx) -> Result<bool> {
    let unread = store::unread(ctx.db(), ctx.scope(), EVENTS_AT_ONCE).await?;
    let Some(last) = unread.events.last().and_then(|event| event.idx) else {
        return Ok(false);
    };
    let ids: Vec<AssignmentId> = unread
        .events
        .iter()
        .filter_map(|event| event.object.parse().ok())
        .collect();
    let mut raised = Raised::default();
    for change in changes(ctx, &ids).await? {
        look_again(ctx, &change, &mut raised).await?;
    }
    raised.commit(ctx, unread.before, last).await?;
    Ok(true)
}

/// A resource about which something was recorded.
struct Change {
    kind: ResourceKind,
    resource: String,
    near: Nearby,
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
                let network = self.resource.parse::<IpNet>();
                let inside = |network: IpNet| asked.address.is_some_and(|at| network.contains(&at));
                network.is_ok_and(inside)
            }
            ResourceKind::PortRange => {
                let address = address_of(&self.resource);
                address.is_some() && asked.address == address
            }
            ResourceKind::Domain => {
                let domain = asked.domain.as_deref().unwrap_or_default();
                normalise::covering_domains(domain).any(|name| name == self.resource)
            }
            ResourceKind::Mailbox => {
                let domain = self.resource.rsplit_once('@').map(|(_, domain)| domain);
                domain.is_some() && asked.domain.as_deref() == domain
            }
        }
    }
}

async fn changes(ctx: &Ctx, ids: &[AssignmentId]) -> Result<Vec<Change>> {
    let found = customers::service::assignments_by_id(ctx, ids).await?;
    let mut changes = Vec::new();
    for assignment in found.into_values() {
        // Erased: nobody can be found by it any more.
        let Some(resource) = &assignment.resource else {
            continue;
        };
        let resource = resource.open()?.expose().to_owned();
        let kind = assignment.row.resource_kind;
        let (field, places) = neighbourhoods(kind, &resource);
        let values = match places {
            Some(places) => Some(index(ctx, field, &places)?),
            None => None,
        };
        let from = assignment.row.valid_from;
        changes.push(Change {
            kind,
            resource,
            near: Nearby {
                field,
                values,
                from,
            },
        });
    }
    Ok(changes)
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
fn neighbourhoods(kind: ResourceKind, resource: &str) -> (Field, Option<Vec<String>>) {
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

/// What was found, to be written in one change.
#[derive(Default)]
struct Raised {
    findings: Vec<(subject_finding::Model, Arc<DataKey>)>,
    settled: Vec<DisclosureSubjectId>,
}

async fn look_again(ctx: &Ctx, change: &Change, raised: &mut Raised) -> Result<()> {
    let mut after = DisclosureSubjectId::from_uuid(Uuid::nil());
    loop {
        let (db, scope) = (ctx.db(), ctx.scope());
        let page = store::nearby(db, scope, &change.near, after, SUBJECTS_AT_ONCE).await?;
        let Some(last) = page.last().map(|row| row.id) else {
            return Ok(());
        };
        compare(ctx, change, page, raised).await?;
        after = last;
    }
}

/// Asks the look-ups of some subjects again, and compares.
async fn compare(
    ctx: &Ctx,
    change: &Change,
    page: Vec<disclosure_subject::Model>,
    raised: &mut Raised,
) -> Result<()> {
    let ids = page.iter().map(|row| row.key_id);
    let keys = ctx.vault().keys(ctx.db(), ctx.scope(), ids).await?;
    let mut asked = Vec::new();
    for row in page {
        // Erased: what was known of the subject is gone.
        let Some(key) = keys.get(&row.key_id) else {
            continue;
        };
        let place = Place::of(ctx.controller(), store::LOOKUP, row.id.uuid());
        let lookups = Lookup::kept(&key.open(place, &row.lookup)?);
        if lookups.iter().any(|lookup| change.covers(lookup)) {
            asked.push((row, Arc::clone(key), lookups));
        }
    }
    let all: Vec<_> = asked
        .iter()
        .flat_map(|(row, _, lookups)| lookups.iter().map(|lookup| (lookup, row.disclosed_at)))
        .collect();
    let found = customers::service::resolve_each(ctx, &all, |_| "by".to_owned()).await?;
    let mut found = found.into_iter();
    let recorded: Vec<_> = asked
        .iter()
        .filter_map(|(row, ..)| row.customer_id)
        .collect();
    let roots = customers::service::roots(ctx, &recorded).await?;
    let subjects: Vec<_> = asked.iter().map(|(row, ..)| row.id).collect();
    let open = store::open_findings(ctx.db(), ctx.scope(), &subjects).await?;
    for (row, key, lookups) in asked {
        let answers = found.by_ref().take(lookups.len()).filter_map(Result::ok);
        let now = together(answers.collect());
        let customer = row
            .customer_id
            .map(|id| roots.get(&id).copied().unwrap_or(id));
        let before = Resolved {
            resolution: row.resolution,
            customer,
            candidates: row.candidate_count,
        };
        let is_open = open.get(&row.id);
        if !rules::contradicts(before, now) {
            raised.settled.extend(is_open.map(|_| row.id));
        } else if is_open.is_none_or(|open| open.customer_id != now.customer) {
            raised.settled.extend(is_open.map(|_| row.id));
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
        let known = self
            .findings
            .iter()
            .any(|(finding, _)| finding.subject_id == row.id);
        if known {
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
        };
        self.findings.push((finding, key));
    }

    /// Writes what was found, and how far was read, in one change.
    async fn commit(self, ctx: &Ctx, before: Option<i64>, last: i64) -> Result<()> {
        if self.findings.is_empty() {
            let tx = ctx.app.housekeeping().await?;
            for subject in self.settled {
                store::settle_findings(tx.connection(), ctx.scope(), subject, ctx.now()).await?;
            }
            let advanced = store::advance(tx.connection(), ctx.controller(), before, last).await?;
            return if advanced {
                tx.commit().await
            } else {
                tx.rollback().await
            };
        }
        let mut tx = ctx.begin().await?;
        for subject in self.settled {
            store::settle_findings(tx.db(), tx.scope(), subject, ctx.now()).await?;
        }
        let pins = self.findings.iter().map(|(_, key)| key.id()).collect();
        ctx.vault().pin(tx.inner(), tx.scope(), pins).await?;
        let mut rows = Vec::new();
        for (mut finding, key) in self.findings {
            finding.event_id = tx.record(event(&finding, &key))?;
            rows.push(finding);
        }
        store::insert_findings(tx.db(), rows).await?;
        if store::advance(tx.db(), ctx.controller(), before, last).await? {
            tx.commit().await
        } else {
            tx.rollback().await
        }
    }
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
