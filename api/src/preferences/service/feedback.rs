//! What providers report of messages, as preferences: a complaint stops what the message was for, an address that does not
//! exist is not written to.

use entity::enums::{
    Action, ContactChannel, MailFeedbackFormat, MailFeedbackOutcome as Outcome, OptOutScope,
    PreferenceMethod, PreferenceStatus,
};
use entity::id::{CustomerId, PreferenceId};

use super::address::{self, NewAddress};
use super::behind::{Behind, are_refused};
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
/// Forbidden; Invalid for what is not in this form, and for more than 500 reports.
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
            "must be a report in this form, about at most 500 messages",
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
    let (status, method) = match report.kind {
        Kind::Other => return Ok((Outcome::Ignored, None)),
        Kind::Complaint => (PreferenceStatus::Withdrawn, PreferenceMethod::Complaint),
        Kind::OptOut => (
            PreferenceStatus::Withdrawn,
            PreferenceMethod::ListUnsubscribe,
        ),
        Kind::Bounce => (PreferenceStatus::Unreachable, PreferenceMethod::Bounce),
    };
    // An address that does not exist is one for every message.
    let link = match report.token.filter(|_| report.kind != Kind::Bounce) {
        Some(token) => by_link(ctx, &token).await?,
        None => None,
    };
    let email = report.address.map(NewAddress::Email);
    let readable = email.filter(|email| email.normal("address").is_ok());
    let new = match (link, readable) {
        (Some(link), _) => NewPreference { method, ..link },
        (None, Some(address)) => NewPreference {
            who: Who::Address(address),
            brand: None,
            about: NewAbout::OptOut(OptOutScope::Marketing),
            channel: Some(ContactChannel::Email),
            status,
            at: None,
            expires_at: None,
            method,
            source: None,
            notice_version: None,
            text_digest: None,
            ip: None,
            user_agent: None,
            note: None,
        },
        (None, None) => return Ok((Outcome::Unmatched, None)),
    };
    let new = NewPreference {
        // A provider's clock is not ours.
        at: report.at.map(|at| at.min(ctx.now())),
        note: report.reference.filter(is_short).or(new.note),
        ..new
    };
    Ok((Outcome::Recorded, Some(new)))
}

fn is_short(text: &Personal) -> bool {
    (1..=500).contains(&text.expose().chars().count()) && !text.is_blank()
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
        let behind = Behind::at(persons, own.chain(one.digests.iter().cloned()));
        (behind, About::of(&one.row))
    });
    let things: Vec<_> = things.collect();
    let refused = are_refused(ctx, &things).await?;
    drop(things);
    let mut ready = Vec::new();
    let mut open = taken
        .iter_mut()
        .filter(|one| one.outcome == Outcome::Recorded);
    for (one, refused) in checked.into_iter().zip(refused) {
        let Some(taken) = open.next() else {
            continue;
        };
        if refused {
            taken.outcome = Outcome::Known;
        } else {
            taken.preference = Some(one.row.id);
            ready.push(one);
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
