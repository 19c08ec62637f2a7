//! What would be erased of a customer, where, and what is in the way: before anything is done.

use std::collections::HashMap;

use entity::date::Date;
use entity::enums::{Action, IdentifierKind, RetentionGround};
use entity::id::{CustomerId, DeletionBlockId, LegalHoldId, RequestId, RetentionRuleId, TaskId};
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::customers::{self, Lookup, Match};
use crate::data_map::{self, service::System};
use crate::error::{Error, Result};
use crate::requests::store;
use crate::retention::service as retention;
use crate::tasks::service as tasks;
use crate::vault::Locked;

/// What would be erased of a customer.
#[derive(Debug, Clone)]
pub(crate) struct DeletionPlan {
    /// Whose data.
    pub(crate) customer: CustomerId,
    /// Where.
    pub(crate) systems: Vec<PlannedSystem>,
    /// What is in the way of our own records of the customer.
    pub(crate) own: Vec<Obstacle>,
}

/// What would be erased in one system.
#[derive(Debug, Clone)]
pub(crate) struct PlannedSystem {
    /// Its name.
    pub(crate) name: String,
    /// What is known of it, where it is registered.
    pub(crate) system: Option<System>,
    /// By what it knows the customer.
    pub(crate) known_by: Vec<IdentifierKind>,
    /// What is in the way.
    pub(crate) obstacles: Vec<Obstacle>,
}

/// Something that is in the way of erasing.
#[derive(Debug, Clone)]
pub(crate) struct Obstacle {
    /// Why.
    pub(crate) ground: RetentionGround,
    /// Whether nothing is erased until it is over; otherwise, what it is about is kept and the rest erased.
    pub(crate) waits: bool,
    /// Until when, where that is known.
    pub(crate) until: Option<Timestamp>,
    /// The last day, where it was said as one.
    pub(crate) last_day: Option<Date>,
    /// Where that is written.
    pub(crate) source: Option<String>,
    /// What is kept, where somebody said so.
    pub(crate) what: Option<Locked>,
    /// What it comes from.
    pub(crate) from: From,
}

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// A legal hold.
    Hold(LegalHoldId),
    /// What a system said that it must keep.
    Block(DeletionBlockId),
    /// A request that is open.
    Request(RequestId),
    /// What a system kept when it erased before.
    Task(TaskId),
    /// A retention rule that is protected.
    Rule(RetentionRuleId),
}

/// What would be erased of a customer, and what is in the way; nothing, where the look-up leads to nobody.
///
/// # Errors
/// Forbidden; Invalid; Ambiguous.
pub(crate) async fn deletion_plan(ctx: &Ctx, by: &Lookup) -> Result<Option<DeletionPlan>> {
    ctx.authorize(Action::PlanDeletion)?;
    let asked = [(by, ctx.now())];
    let found = customers::service::resolve(ctx, &asked, |_| "by".to_owned()).await?;
    let customer = match found.into_iter().next() {
        Some(Match::One(customer)) => customer,
        Some(Match::Several(candidates)) => return Err(Error::Ambiguous { candidates }),
        Some(Match::Nobody) | None => return Ok(None),
    };
    let members = customers::service::clusters(ctx, &[customer]).await?.all();
    let known = customers::service::known_as(ctx, &[customer]).await?;
    let known = known.get(&customer).map(Vec::as_slice).unwrap_or_default();
    let mut holds = retention::holds_over(ctx, &members).await?;
    if !ctx.may(Action::ReadLegalHolds) {
        // When one ends would tell which law it is placed by.
        for (hold, _) in &mut holds {
            hold.expires_at = None;
        }
    }
    let mut registered: HashMap<String, System> = data_map::service::all(ctx)
        .await?
        .into_iter()
        .map(|system| (system.row.name.clone(), system))
        .collect();
    let blocks = retention::blocks_of(ctx, &members).await?;
    let kept = tasks::kept_of(ctx, &members).await?;
    let by_law = retention::kept_by_law(ctx, &[customer])
        .await?
        .remove(&customer);
    let by_law = by_law.unwrap_or_default();
    let mut systems = Vec::new();
    for name in names(tasks::holding(ctx, customer).await?, &blocks, &kept) {
        let system = registered.remove(&name);
        let kinds = system.as_ref().map(System::known_by);
        let kinds = kinds.unwrap_or_default();
        let mut known_by: Vec<_> = known
            .iter()
            .filter(|one| match &one.system {
                Some(system) => *system == name,
                None => kinds.contains(&one.kind),
            })
            .map(|one| one.kind)
            .collect();
        known_by.sort_unstable();
        known_by.dedup();
        let mut obstacles: Vec<_> = over(&holds, &name).collect();
        if !ctx.may(Action::ReadLegalHolds) {
            // Nor how many there are.
            obstacles.truncate(1);
        }
        let reported = blocks.iter().filter(|block| block.row.system == name);
        obstacles.extend(reported.map(of_block));
        let before = kept.iter().filter(|kept| kept.system == name);
        obstacles.extend(before.map(of_kept));
        let rules = by_law
            .iter()
            .filter(|kept| kept.rule.systems().any(|of| of == name));
        obstacles.extend(rules.map(of_rule));
        systems.push(PlannedSystem {
            name,
            system,
            known_by,
            obstacles,
        });
    }
    let everywhere = holds.iter().filter(|(_, named)| named.is_none());
    let mut own: Vec<_> = everywhere.map(|(hold, _)| of_hold(hold)).collect();
    if !ctx.may(Action::ReadLegalHolds) {
        own.truncate(1);
    }
    let open = store::open_of(ctx.db(), ctx.scope(), &members).await?;
    own.extend(open.into_iter().map(of_request));
    Ok(Some(DeletionPlan {
        customer,
        systems,
        own,
    }))
}

/// The systems that hold something, and those that say so, each once.
fn names(holding: Vec<String>, blocks: &[retention::Block], kept: &[tasks::Kept]) -> Vec<String> {
    let mut names = holding;
    names.extend(blocks.iter().map(|block| block.row.system.clone()));
    names.extend(kept.iter().map(|kept| kept.system.clone()));
    names.sort_unstable();
    names.dedup();
    names
}

type Holds = [(entity::legal_hold::Model, Option<Vec<String>>)];

/// The holds over a system.
fn over<'a>(holds: &'a Holds, system: &'a str) -> impl Iterator<Item = Obstacle> + 'a {
    let covers = move |named: &Option<Vec<String>>| {
        named
            .as_ref()
            .is_none_or(|named| named.iter().any(|name| name == system))
    };
    holds
        .iter()
        .filter(move |(_, named)| covers(named))
        .map(|(hold, _)| of_hold(hold))
}

fn of_hold(hold: &entity::legal_hold::Model) -> Obstacle {
    Obstacle {
        ground: RetentionGround::LegalHold,
        waits: true,
        until: hold.expires_at,
        last_day: None,
        source: None,
        what: None,
        from: From::Hold(hold.id),
    }
}

fn of_block(block: &retention::Block) -> Obstacle {
    Obstacle {
        ground: block.row.ground,
        waits: block.is_waited_for(),
        until: block.row.until.map(Date::end),
        last_day: block.row.until,
        source: block.row.source.clone(),
        what: block.what.clone(),
        from: From::Block(block.row.id),
    }
}

fn of_kept(kept: &tasks::Kept) -> Obstacle {
    Obstacle {
        ground: kept.retention.row.ground,
        waits: false,
        until: kept.retention.row.until.map(Date::end),
        last_day: kept.retention.row.until,
        source: kept.retention.row.source.clone(),
        what: kept.retention.what.clone(),
        from: From::Task(kept.retention.row.task_id),
    }
}

fn of_rule(kept: &retention::KeptByLaw) -> Obstacle {
    Obstacle {
        ground: RetentionGround::StatutoryRetention,
        waits: false,
        until: kept.last_day.map(Date::end),
        last_day: kept.last_day,
        source: kept.rule.row.statute.clone(),
        what: None,
        from: From::Rule(kept.rule.row.id),
    }
}

/// What was asked and answered is needed until it is.
fn of_request(request: RequestId) -> Obstacle {
    Obstacle {
        ground: RetentionGround::OpenRequest,
        waits: true,
        until: None,
        last_day: None,
        source: None,
        what: None,
        from: From::Request(request),
    }
}
