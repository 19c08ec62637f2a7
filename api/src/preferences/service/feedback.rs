//! What providers report of messages, as preferences: a complaint stops what the message was for, an address that does not
//! exist is not written to.

use std::collections::HashSet;
use std::time::Duration;

use entity::enums::{
    Action, ContactChannel, MailFeedbackFormat, MailFeedbackOutcome as Outcome, OptOutScope,
    PreferenceMethod, PreferenceStatus,
};
use entity::id::{CustomerId, PreferenceId};

use super::address::{self, NewAddress};
use super::behind::{Behind, Reported, are_known};
use super::record::{About as NewAbout, NewPreference, Ready, Who, check};
use super::unsubscribe::by_link;
use super::write::write;
use crate::context::{Ctx, Once};
use crate::customers::service as customers;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::preferences::rules::{self, About, Feedback, Kind};

/// Longest report, in bytes.
const LONGEST_BODY: usize = 1_000_000;
/// How old a report may be for its own time to count, where that would make what was said since count more.
const BELIEVED_FOR: Duration = Duration::from_hours(7 * 24);

/// What became of a report about one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// What.
    pub(crate) outcome: Outcome,
    /// The preference that was recorded.
    pub(crate) preference: Option<PreferenceId>,
}

/// Takes in what a provider sent; answers for each message that it is about, in order.
///
/// # Errors
/// Forbidden; Invalid for what is not in this form, and for more than 5,000 reports.
pub(crate) async fn take_feedback(
    ctx: &Ctx,
    format: MailFeedbackFormat,
    body: &Personal,
    once: Once,
) -> Result<Vec<Taken>> {
    ctx.authorize(Action::RecordPreferences)?;
    if let Some(results) = ctx.done_before(&once).await? {
        return Ok(replayed(&results));
    }
    let text = body.expose();
    let reports = if text.len() > LONGEST_BODY {
        None
    } else {
        rules::read(format, text)
    };
    let unread = || {
        Error::invalid(
            "body",
            "must be a report in this form, about at most 5000 messages",
        )
    };
    let reports = reports.ok_or_else(unread)?;
    let mut taken = Vec::new();
    let mut items = Vec::new();
    for report in reports {
        let (outcome, new) = meant(ctx, report).await?;
        let preference = None;
        taken.push(Taken {
            outcome,
            preference,
        });
        items.extend(new.map(Ok));
    }
    let ready = fresh(ctx, items, &mut taken).await?;
    if ready.is_empty() {
        return Ok(taken);
    }
    let results: Vec<_> = taken.iter().map(kept).collect();
    let earlier = write(ctx, ready, &results, &once).await?;
    Ok(earlier.map_or(taken, |results| replayed(&results)))
}

/// What a report comes to, as far as it says: what is to be recorded, or why nothing is.
async fn meant(ctx: &Ctx, report: Feedback) -> Result<(Outcome, Option<NewPreference>)> {
    let method = match report.kind {
        Kind::Other => return Ok((Outcome::Ignored, None)),
        Kind::Complaint => PreferenceMethod::Complaint,
        Kind::OptOut => PreferenceMethod::UnsubscribeLink,
        Kind::Bounce => PreferenceMethod::Bounce,
    };
    let mut link = None;
    // An address that does not exist is one for every message.
    if report.kind != Kind::Bounce {
        for token in &report.tokens {
            link = by_link(ctx, token, method).await?;
            if link.is_some() {
                break;
            }
        }
    }
    let email = report.address.map(NewAddress::Email);
    let readable = email.filter(|email| email.normal("address").is_ok());
    let new = match (link, readable) {
        (Some(link), _) => link,
        (None, Some(address)) => {
            let status = match report.kind {
                Kind::Bounce => PreferenceStatus::Unreachable,
                _ => PreferenceStatus::Withdrawn,
            };
            let about = NewAbout::OptOut(OptOutScope::Marketing);
            NewPreference {
                channel: Some(ContactChannel::Email),
                ..NewPreference::of(Who::Address(address), about, status, method)
            }
        }
        (None, None) => return Ok((Outcome::Unmatched, None)),
    };
    let (now, at) = (ctx.now(), report.at);
    let new = NewPreference {
        // A clock that is wrong must not let what was said before lift it.
        at: at.filter(|at| *at <= now && now <= at.saturating_add(BELIEVED_FOR)),
        note: noted(&[new.note, report.reference]),
        ..new
    };
    Ok((Outcome::Recorded, Some(new)))
}

/// What the message and the report are called.
fn noted(names: &[Option<Personal>; 2]) -> Option<Personal> {
    let names: Vec<_> = names.iter().flatten().map(Personal::expose).collect();
    (!names.is_empty()).then(|| Personal::new(names.join(" ")))
}

/// Those that say something new, ready to be written; what became of each is noted in `taken`.
async fn fresh(
    ctx: &Ctx,
    items: Vec<Result<NewPreference>>,
    taken: &mut [Taken],
) -> Result<Vec<Ready>> {
    let checked = check(ctx, items).await?.into_iter();
    let checked = checked.collect::<Result<Vec<_>>>()?;
    let key = address::key(ctx).await?;
    let roots: Vec<CustomerId> = checked
        .iter()
        .filter_map(|one| one.row.customer_id)
        .collect();
    let persons = customers::persons(ctx, &roots).await?;
    let things = checked.iter().map(|one| {
        let customer = one.row.customer_id;
        let person = customer.and_then(|customer| persons.get(&customer));
        let own = one.address.iter().map(|own| address::digest(&key, own));
        let persons = person.cloned().into_iter().collect();
        Reported {
            behind: Behind::at(persons, own.chain(one.digests.iter().cloned())),
            about: About::of(&one.row),
            is_unreachable: one.row.status == PreferenceStatus::Unreachable,
            at: one.row.at,
        }
    });
    let things: Vec<_> = things.collect();
    let known = are_known(ctx, &things).await?;
    let mut seen = HashSet::new();
    let is_new = things.iter().zip(known).map(|(one, known)| {
        let same = (one.behind.digests(), one.about, one.is_unreachable);
        !known && seen.insert(same)
    });
    let is_new: Vec<_> = is_new.collect();
    let mut ready = Vec::new();
    let mut open = taken
        .iter_mut()
        .filter(|one| one.outcome == Outcome::Recorded);
    for (one, is_new) in checked.into_iter().zip(is_new) {
        let Some(taken) = open.next() else {
            continue;
        };
        if is_new {
            taken.preference = Some(one.row.id);
            ready.push(one);
        } else {
            taken.outcome = Outcome::Known;
        }
    }
    Ok(ready)
}

/// What is kept of a report, to answer with again.
fn kept(taken: &Taken) -> String {
    let id = taken.preference.map(|id| id.to_string());
    id.unwrap_or_else(|| taken.outcome.to_string())
}

fn replayed(results: &[String]) -> Vec<Taken> {
    let taken = |result: &String| match result.parse() {
        Ok(id) => Taken {
            outcome: Outcome::Recorded,
            preference: Some(id),
        },
        Err(_) => Taken {
            outcome: Outcome::from_text(result).unwrap_or(Outcome::Ignored),
            preference: None,
        },
    };
    results.iter().map(taken).collect()
}
