//! Disclosures as callers give them, and whether they can be.

use std::time::Duration;

use entity::enums::{Action, ComplainantIdentity, DataTier, DisclosureGround, DisclosureMethod};
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::customers::Lookup;
use crate::data_map::Tree;
use crate::disclosures::rules;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::recipients::RecipientRef;

/// Longest reference and authority, in characters.
const LONGEST_REFERENCE: usize = 200;
/// Longest note and reason, in characters.
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
    /// Which data, as taxonomy keys; none only for a forwarded report.
    pub(crate) data_categories: Vec<String>,
    /// Whether a forwarded report named who made it.
    pub(crate) complainant: Option<ComplainantIdentity>,
    /// How deep.
    pub(crate) tier: DataTier,
    /// When it went out, or began to.
    pub(crate) disclosed_at: Timestamp,
    /// When it went out last, and how many times, where the record stands for several.
    pub(crate) repeated: Option<(Timestamp, i64)>,
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

/// A disclosure whose values have been checked.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) recipient: RecipientRef,
    pub(super) ground: DisclosureGround,
    pub(super) purpose: &'static str,
    pub(super) categories: Vec<&'static str>,
    pub(super) tier: DataTier,
    pub(super) disclosed_at: Timestamp,
    pub(super) disclosed_until: Option<Timestamp>,
    pub(super) occurrences: i64,
    pub(super) method: Option<DisclosureMethod>,
    pub(super) reference: Option<Personal>,
    pub(super) authority: Option<Personal>,
    pub(super) note: Option<Personal>,
    pub(super) subjects: Vec<Lookup>,
}

impl Checked {
    /// Checks a disclosure.
    ///
    /// # Errors
    /// Forbidden for a ground that is not the role's; Invalid.
    pub(super) fn new(ctx: &Ctx, new: NewDisclosure) -> Result<Self> {
        authorize_ground(ctx, new.ground).map_err(|error| error.at("ground"))?;
        if new.subjects.is_empty() || new.subjects.len() > rules::MOST_SUBJECTS {
            return Err(Error::invalid("subjects", "must have 1 to 500 items"));
        }
        let categories = check_categories(&new)?;
        let (disclosed_until, occurrences) = check_repeated(ctx, &new)?;
        Ok(Self {
            recipient: new.recipient,
            ground: new.ground,
            purpose: Tree::Use.checked(&new.purpose, "purpose")?,
            categories,
            tier: new.tier,
            disclosed_at: ctx.not_in_future("disclosedAt", new.disclosed_at)?,
            disclosed_until,
            occurrences,
            method: new.method,
            reference: check_text("reference", new.reference, LONGEST_REFERENCE)?,
            authority: check_text("authority", new.authority, LONGEST_REFERENCE)?,
            note: check_text("note", new.note, LONGEST_NOTE)?,
            subjects: new.subjects,
        })
    }
}

/// Lets a use case go on if the actor's role holds the ground.
///
/// # Errors
/// Forbidden.
pub(super) fn authorize_ground(ctx: &Ctx, ground: DisclosureGround) -> Result<()> {
    ctx.authorize(Action::RecordDisclosure)?;
    if rules::may_record(ctx.actor.role, ground) {
        return Ok(());
    }
    tracing::info!(role = %ctx.actor.role, %ground, "forbidden ground");
    Err(Error::ForbiddenGround { ground })
}

/// The grounds that are the actor's role's.
pub(crate) fn grounds(ctx: &Ctx) -> Vec<DisclosureGround> {
    let all = DisclosureGround::ALL.iter().copied();
    all.filter(|ground| rules::may_record(ctx.actor.role, *ground))
        .collect()
}

fn check_repeated(ctx: &Ctx, new: &NewDisclosure) -> Result<(Option<Timestamp>, i64)> {
    let Some((until, count)) = new.repeated else {
        return Ok((None, 1));
    };
    let until = ctx.not_in_future("to", until)?;
    if until < new.disclosed_at {
        return Err(Error::invalid("to", "must not be before from"));
    }
    let longest = Duration::from_hours(24 * rules::LONGEST_PERIOD_DAYS);
    if until.duration_since(new.disclosed_at) > longest {
        let problem = "must be at most 366 days after from: give several observations";
        return Err(Error::invalid("to", problem));
    }
    if !(1..=rules::MOST_OCCURRENCES).contains(&count) {
        return Err(Error::invalid("count", "must be 1 to 1000000000"));
    }
    Ok((Some(until), count))
}

/// The data categories, in alphabetical order. A report is forwarded without whose it is, unless it is said that it
/// was not.
fn check_categories(new: &NewDisclosure) -> Result<Vec<&'static str>> {
    let forwarded = new.ground == DisclosureGround::CustomerAbuseForward;
    if new.complainant.is_some() && !forwarded {
        let problem = "belongs to the ground CUSTOMER_ABUSE_FORWARD";
        return Err(Error::invalid("complainantIdentity", problem));
    }
    let disclosed = new.complainant == Some(ComplainantIdentity::Disclosed);
    let mut given: Vec<&str> = new.data_categories.iter().map(String::as_str).collect();
    if given.is_empty() && forwarded {
        given.push(rules::REPORT);
        given.extend(rules::IDENTITY.iter().filter(|_| disclosed));
    }
    if given.is_empty() || given.len() > rules::MOST_CATEGORIES {
        return Err(Error::invalid("dataCategories", "must have 1 to 100 items"));
    }
    let mut categories = Vec::new();
    for (n, key) in given.iter().enumerate() {
        let field = format!("dataCategories[{n}]");
        if forwarded && !disclosed && rules::identifies(key) {
            let problem =
                "tells who complained; if that was disclosed, say complainantIdentity: DISCLOSED";
            return Err(Error::invalid(field, problem));
        }
        categories.push(Tree::Category.checked(key, &field)?);
    }
    categories.sort_unstable();
    categories.dedup();
    Ok(categories)
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

/// Why something about a disclosure was changed: it cannot be left out.
///
/// # Errors
/// Invalid.
pub(super) fn check_reason(reason: &Personal) -> Result<Personal> {
    check_text("reason", Some(reason.clone()), LONGEST_NOTE)?
        .ok_or_else(|| Error::invalid("reason", "must have 1 to 4000 characters"))
}
