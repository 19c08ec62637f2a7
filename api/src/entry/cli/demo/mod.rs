//! `privops demo`: a provider as large as asked for, to try things on and to measure with. It is recorded through the
//! same use cases as any other, in bulk.

mod record;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use entity::enums::Role;
use entity::id::ControllerId;
use entity::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::progress::Progress;
use super::say;
use crate::context::Ctx;
use crate::entry::instance::{Instance, StartError};
use crate::error::{Error, Result};
use crate::ledger::sequencer;
use world::World;

/// Where the provider's history ends: not with the clock, so that the same seed is the same provider on any day.
const END: &str = "2026-11-20T00:00:00Z";
/// How many customers, or things about them, one change records.
const AT_ONCE: u64 = 500;
/// How many changes are prepared at the same time: the databases are busy while the next one is encrypted.
const AHEAD: usize = 4;
/// The most customers: beyond it, networks would be held twice.
const MOST_CUSTOMERS: u64 = 5_000_000;

/// Makes a controller and fills it.
///
/// # Errors
/// [`StartError`] for a number of customers that cannot be, and when the database does not answer.
pub(super) async fn run(instance: &Instance, customers: u64, seed: u64) -> Result<(), StartError> {
    if !(1..=MOST_CUSTOMERS).contains(&customers) {
        return Err(StartError::new("--customers: expected 1 to 5000000"));
    }
    let name = format!("Demonstration: {customers} customers, seed {seed}");
    let controller = instance.create_controller(&name).await?;
    let world = World {
        customers,
        seed,
        now: END.parse().unwrap_or(Timestamp::MAX),
    };
    fill(instance, controller, world).await?;
    let token = instance
        .issue_token(controller, "demonstration", Role::Owner)
        .await?;
    say(&format!(
        "controller {controller} has {customers} customers; its OWNER token is not shown again:\n\ntoken: {token}"
    ));
    Ok(())
}

async fn fill(
    instance: &Instance,
    controller: ControllerId,
    world: World,
) -> Result<(), StartError> {
    let ctx = instance.operator(controller).await?;
    let brands = record::brands(&ctx).await?;
    let brands = &brands;
    let customers = async |ctx: Ctx, part| record::customers(&ctx, world, part, brands).await;
    each(&ctx, world, "customers", customers).await?;
    let relations = async |ctx: Ctx, part| record::relations(&ctx, world, part).await;
    each(&ctx, world, "relations", relations).await?;
    let assignments = async |ctx: Ctx, part| record::assignments(&ctx, world, part).await;
    each(&ctx, world, "assignments", assignments).await?;
    let disclosures = async |ctx: Ctx, part| record::disclosures(&ctx, world, part).await;
    each(&ctx, world, "disclosures", disclosures).await?;
    sequencer::run(&instance.app).await?;
    Ok(())
}

/// Some customers, by their numbers.
type Part = std::ops::Range<u64>;

/// Does something for all customers, a part after the other, and shows how far it is.
async fn each(
    ctx: &Ctx,
    world: World,
    what: &'static str,
    work: impl AsyncFn(Ctx, Part) -> Result<u64>,
) -> Result<()> {
    let (progress, began) = (Progress::new(what, "customers", true), Instant::now());
    let so_far = AtomicU64::new(0);
    let parts = (0..world.customers.div_ceil(AT_ONCE)).map(|number| {
        let first = number * AT_ONCE + 1;
        first..(first + AT_ONCE).min(world.customers + 1)
    });
    let done = stream::iter(parts.map(|part| {
        // A context of its own: each makes its own change.
        let own = Ctx::new(Arc::clone(&ctx.app), ctx.actor.clone());
        let (progress, so_far, work) = (&progress, &so_far, &work);
        async move {
            let size = part.end - part.start;
            let count = work(own, part).await?;
            let done = so_far.fetch_add(size, Ordering::Relaxed) + size;
            progress.at(done, world.customers);
            Ok::<u64, Error>(count)
        }
    }));
    let counts: Vec<u64> = done.buffer_unordered(AHEAD).try_collect().await?;
    progress.end();
    let took = began.elapsed().as_secs_f64();
    say(&format!(
        "{what}: {} in {took:.1} s",
        counts.iter().sum::<u64>()
    ));
    Ok(())
}
