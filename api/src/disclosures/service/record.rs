//! Recording that data went out: one disclosure, or many at once.

use std::collections::{BTreeMap, HashMap};

use entity::enums::{Action, ErrorPolicy};
use entity::id::DisclosureId;

use super::check::{Checked, NewDisclosure};
use super::read::{self, Disclosure};
use super::ready::{Parts, Ready, Settled, customer_keys, settle};
use super::recorder::{Recorder, Written};
use crate::context::{Ctx, Once};
use crate::customers;
use crate::disclosures::rules;
use crate::error::{Error, Result};
use crate::platform::random;
use crate::recipients;

/// Records a disclosure. What happened is always recordable: a subject that cannot be found stays unresolved.
///
/// # Errors
/// Forbidden, also for a ground that is not the role's; Invalid for values that cannot be; `NotFound` for the id of a
/// customer or recipient that is not the controller's.
pub(crate) async fn record(
    ctx: &Ctx,
    new: NewDisclosure,
    once: Once,
) -> Result<Option<Disclosure>> {
    ctx.authorize(Action::RecordDisclosure)?;
    let outcomes = record_all(ctx, vec![(Ok(new), once)], ErrorPolicy::RejectAll, |_| None).await?;
    outcomes.into_iter().next().unwrap_or(Ok(None))
}

/// Records several disclosures; answers for each, in the order of the input. An item that is an error is answered with
/// it. `list` names the list in errors.
///
/// # Errors
/// Forbidden; Invalid for a list of no or more than 500 items; under `RejectAll`, the error of the first item that
/// cannot be recorded.
pub(crate) async fn record_many(
    ctx: &Ctx,
    items: Vec<(Result<NewDisclosure>, Once)>,
    policy: ErrorPolicy,
    list: &'static str,
) -> Result<Vec<Result<Option<Disclosure>>>> {
    ctx.authorize(Action::RecordDisclosure)?;
    if items.is_empty() || items.len() > rules::MOST_DISCLOSURES {
        return Err(Error::invalid(list, "must have 1 to 500 items"));
    }
    record_all(ctx, items, policy, |number| {
        Some(format!("{list}[{number}]"))
    })
    .await
}

/// An item on its way.
enum Item {
    /// It can be recorded.
    Checked(Box<Checked>),
    /// It was recorded before, or cannot be.
    Settled(Result<Vec<String>>),
    /// It is the one of this number once more, under the same key.
    Repeats(usize),
}

/// Where an error of an item is: none for the only one.
trait Prefix: Fn(usize) -> Option<String> {}
impl<F: Fn(usize) -> Option<String>> Prefix for F {}

async fn record_all(
    ctx: &Ctx,
    items: Vec<(Result<NewDisclosure>, Once)>,
    policy: ErrorPolicy,
    prefix: impl Prefix,
) -> Result<Vec<Result<Option<Disclosure>>>> {
    let at = |number: usize, error: Error| match prefix(number) {
        Some(prefix) => error.at(&prefix),
        None => error,
    };
    let (items, onces): (Vec<_>, Vec<_>) = items.into_iter().unzip();
    // What was recorded once answers as it did, even if it could not be recorded now, and registers nothing again.
    let before = ctx.all_done_before(&onces).await?;
    let mut all = begin(ctx, items, &onces, before, policy);
    for (number, item) in all.iter_mut().enumerate() {
        if let Item::Settled(Err(error)) = item {
            *error = at(number, error.clone());
        }
    }
    let ready = prepare(ctx, &mut all, &onces, policy, &at).await?;
    let failed = all.iter().find_map(|item| match item {
        Item::Settled(Err(error)) => Some(error.clone()),
        _ => None,
    });
    if let (ErrorPolicy::RejectAll, Some(error)) = (policy, failed) {
        return Err(error);
    }
    let mut written = write(ctx, ready, policy).await?;
    for (number, outcome) in &mut written {
        if let Err(error) = outcome {
            *error = at(*number, error.clone());
        }
    }
    Ok(answer(ctx, all, written).await)
}

/// Checks items, as far as they were not recorded before.
fn begin(
    ctx: &Ctx,
    items: Vec<Result<NewDisclosure>>,
    onces: &[Once],
    before: Vec<Result<Option<Vec<String>>>>,
    policy: ErrorPolicy,
) -> Vec<Item> {
    let mut keys: HashMap<&str, (usize, &str)> = HashMap::new();
    let mut all = Vec::new();
    for (number, ((new, once), before)) in items.into_iter().zip(onces).zip(before).enumerate() {
        let checked = match before {
            Ok(None) => new.and_then(|new| Checked::new(ctx, new)),
            Ok(Some(ids)) => {
                all.push(Item::Settled(Ok(ids)));
                continue;
            }
            Err(error) => Err(error),
        };
        // What is written whole cannot wait for a part of itself.
        let key = once.key.as_deref();
        let key = key.filter(|_| policy == ErrorPolicy::RejectAll);
        let first = key.and_then(|key| keys.get(key));
        all.push(match (checked, first) {
            (Ok(_), Some((first, input))) if *input == once.input => Item::Repeats(*first),
            (Ok(_), Some(_)) => Item::Settled(Err(Error::IdempotencyKeyReused)),
            (Ok(checked), None) => {
                keys.extend(key.map(|key| (key, (number, once.input.as_str()))));
                Item::Checked(Box::new(checked))
            }
            (Err(error), _) => Item::Settled(Err(error)),
        });
    }
    all
}

/// An item whose subjects are known, with its number.
type Known<'a> = (usize, &'a Checked, Vec<Settled<'a>>);

/// Makes everything that can be recorded ready to be written, in one statement for each kind of question; what turns
/// out not to be recordable is settled. Where one such item rejects all, nothing is registered for the others.
async fn prepare(
    ctx: &Ctx,
    all: &mut [Item],
    onces: &[Once],
    policy: ErrorPolicy,
    at: &impl Fn(usize, Error) -> Error,
) -> Result<BTreeMap<usize, Ready>> {
    let found = look_up(ctx, all, at).await?;
    let (known, mut failed) = known(all, found, at);
    let fails = |item: &Item| matches!(item, Item::Settled(Err(_)));
    let in_vain = !failed.is_empty() || all.iter().any(fails);
    let ready = if policy == ErrorPolicy::RejectAll && in_vain {
        BTreeMap::new()
    } else {
        make(ctx, known, onces, policy, at, &mut failed).await?
    };
    for (number, error) in failed {
        if let Some(item) = all.get_mut(number) {
            *item = Item::Settled(Err(error));
        }
    }
    Ok(ready)
}

/// The items whose subjects are known, and what is wrong with the others.
fn known<'a>(
    all: &'a [Item],
    mut found: HashMap<usize, Result<Vec<customers::Match>>>,
    at: &impl Fn(usize, Error) -> Error,
) -> (Vec<Known<'a>>, Vec<(usize, Error)>) {
    let (mut known, mut failed) = (Vec::new(), Vec::new());
    for (number, item) in all.iter().enumerate() {
        if let Item::Checked(checked) = item {
            let found = found.remove(&number).unwrap_or(Ok(Vec::new()));
            let settled = found.and_then(|found| {
                let settled = settle(&checked.subjects, &found);
                settled.map_err(|error| at(number, error))
            });
            match settled {
                Ok(subjects) => known.push((number, &**checked, subjects)),
                Err(error) => failed.push((number, error)),
            }
        }
    }
    (known, failed)
}

async fn make(
    ctx: &Ctx,
    known: Vec<Known<'_>>,
    onces: &[Once],
    policy: ErrorPolicy,
    at: &impl Fn(usize, Error) -> Error,
    failed: &mut Vec<(usize, Error)>,
) -> Result<BTreeMap<usize, Ready>> {
    let named: Vec<_> = known
        .iter()
        .map(|(_, checked, _)| checked.recipient.clone())
        .collect();
    let all_or_none = policy == ErrorPolicy::RejectAll;
    let recipients = recipients::service::ensure(ctx, &named, "recipient", all_or_none).await;
    let keys = customer_keys(ctx, known.iter().flat_map(|(_, _, subjects)| subjects)).await?;
    let mut ready = BTreeMap::new();
    for ((number, checked, subjects), recipient) in known.iter().zip(recipients) {
        let id = DisclosureId::from_uuid(random::id());
        let once = onces.get(*number);
        let once = once.map(|once| ctx.record_of(once, &[id.to_string()]));
        let made = recipient.and_then(|recipient| {
            let parts = Parts {
                ctx,
                checked,
                subjects: subjects.as_slice(),
                recipient,
                customers: &keys,
                once: once.transpose()?.flatten(),
                id,
            };
            parts.ready()
        });
        match made {
            Ok(made) => drop(ready.insert(*number, made)),
            Err(error) => failed.push((*number, at(*number, error))),
        }
    }
    Ok(ready)
}

/// What the look-ups of each item lead to.
async fn look_up(
    ctx: &Ctx,
    all: &[Item],
    at: &impl Fn(usize, Error) -> Error,
) -> Result<HashMap<usize, Result<Vec<customers::Match>>>> {
    let (mut lookups, mut places) = (Vec::new(), Vec::new());
    for (number, item) in all.iter().enumerate() {
        if let Item::Checked(checked) = item {
            for (place, lookup) in checked.subjects.iter().enumerate() {
                lookups.push((lookup, checked.disclosed_at));
                places.push((number, place));
            }
        }
    }
    let field = |n: usize| {
        let place = places.get(n).map_or(0, |(_, place)| *place);
        format!("subjects[{place}].by")
    };
    let found = customers::service::resolve_each(ctx, &lookups, field).await?;
    let mut by_item: HashMap<usize, Result<Vec<customers::Match>>> = HashMap::new();
    for ((number, _), found) in places.iter().zip(found) {
        let of = by_item.entry(*number).or_insert_with(|| Ok(Vec::new()));
        match (of.as_mut(), found) {
            (Ok(of), Ok(found)) => of.push(found),
            (Ok(_), Err(error)) => *of = Err(at(*number, error)),
            (Err(_), _) => {}
        }
    }
    Ok(by_item)
}

/// What was written: the ids of each item, and the rows of those that are new.
type AllWritten = BTreeMap<usize, Result<(Written, entity::disclosure::Model)>>;

async fn write(
    ctx: &Ctx,
    ready: BTreeMap<usize, Ready>,
    policy: ErrorPolicy,
) -> Result<AllWritten> {
    if ready.is_empty() {
        return Ok(AllWritten::new());
    }
    let numbered = ready.iter();
    let rows: Vec<_> = numbered
        .map(|(number, one)| (*number, one.row.clone()))
        .collect();
    let groups: Vec<Vec<Ready>> = match policy {
        ErrorPolicy::RejectAll => vec![ready.into_values().collect()],
        ErrorPolicy::RejectFailed => ready.into_values().map(|one| vec![one]).collect(),
    };
    let outcomes = Recorder::write(ctx, groups).await?;
    if policy == ErrorPolicy::RejectAll
        && let Some(Err(error)) = outcomes.first()
    {
        return Err(error.clone());
    }
    let one_by_one = outcomes.into_iter().flat_map(|outcome| match outcome {
        Ok(written) => written.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });
    let paired = rows.into_iter().zip(one_by_one);
    Ok(paired
        .map(|((number, row), outcome)| (number, outcome.map(|written| (written, row))))
        .collect())
}

/// What each item is answered with, as the caller may see it now. A failed read must not turn what is recorded into
/// an error.
async fn answer(
    ctx: &Ctx,
    all: Vec<Item>,
    mut written: AllWritten,
) -> Vec<Result<Option<Disclosure>>> {
    let (mut rows, mut replayed) = (Vec::new(), Vec::new());
    let mut places: Vec<Result<Option<DisclosureId>>> = Vec::new();
    for (number, item) in all.into_iter().enumerate() {
        let ids = match (item, written.remove(&number)) {
            (_, Some(Ok((Written::New, row)))) => {
                let id = row.id;
                rows.push(row);
                Ok(Some(id))
            }
            (_, Some(Ok((Written::Replay(ids), _)))) | (Item::Settled(Ok(ids)), None) => {
                let id: Option<DisclosureId> = ids.first().and_then(|id| id.parse().ok());
                replayed.extend(id);
                Ok(id)
            }
            (_, Some(Err(error))) | (Item::Settled(Err(error)), None) => Err(error),
            (Item::Repeats(first), None) => places.get(first).cloned().unwrap_or(Ok(None)),
            (Item::Checked(_), None) => Ok(None),
        };
        places.push(ids);
    }
    let mut shown = read::fresh(ctx, rows).await.unwrap_or_default();
    if !replayed.is_empty() {
        shown.extend(read::by_ids(ctx, &replayed).await.unwrap_or_default());
    }
    places
        .into_iter()
        .map(|id| id.map(|id| id.and_then(|id| shown.get(&id).cloned())))
        .collect()
}

/// Makes one disclosure ready to be written, for a use case that writes something with it. `field` names its input in
/// errors.
///
/// # Errors
/// As [`record`].
pub(super) async fn ready(
    ctx: &Ctx,
    new: NewDisclosure,
    once: &Once,
    field: &str,
) -> Result<Ready> {
    let at = |_: usize, error: Error| error.at(field);
    let checked = Checked::new(ctx, new).map_err(|error| at(0, error))?;
    let mut all = [Item::Checked(Box::new(checked))];
    let policy = ErrorPolicy::RejectAll;
    let made = prepare(ctx, &mut all, std::slice::from_ref(once), policy, &at).await?;
    match (made.into_values().next(), all) {
        (Some(ready), _) => Ok(ready),
        (None, [Item::Settled(Err(error))]) => Err(error),
        (None, _) => Err(Error::NotFound { what: "disclosure" }),
    }
}
