//! Whose was this? Looking customers up by what outside systems know.

use std::collections::HashSet;

use entity::enums::Action;
use entity::id::CustomerId;
use entity::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::question::{Found, Question};
use super::read::{Customer, by_ids};
use super::resource::ResourceLookup;
use crate::context::Ctx;
use crate::customers::rules::Match;
use crate::customers::store;
use crate::error::{Error, Result};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::vault::Owner;

/// What a caller knows of a customer.
#[derive(Debug, Clone)]
pub(crate) enum Lookup {
    /// Our own id.
    Id(CustomerId),
    /// An e-mail address.
    Email(Personal),
    /// A phone number, international.
    Phone(Personal),
    /// An id in an outside system.
    ExternalId {
        /// The system.
        system: String,
        /// The id.
        id: Personal,
    },
    /// Something that they held at an instant.
    Resource(ResourceLookup),
}

/// A look-up as it is kept with a disclosure, to be asked again.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kept {
    Id(CustomerId),
    Email(String),
    Phone(String),
    ExternalId {
        system: String,
        id: String,
    },
    Resource {
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<i32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        domain: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        mailbox: Option<String>,
        at: Timestamp,
    },
}

impl Lookup {
    /// What was known, as text: for people.
    pub(crate) fn describe(&self) -> Personal {
        Personal::new(match self {
            Self::Id(id) => format!("id {id}"),
            Self::Email(email) => format!("email {}", email.expose().trim()),
            Self::Phone(phone) => format!("phone {}", phone.expose().trim()),
            Self::ExternalId { system, id } => format!("{} {}", system.trim(), id.expose().trim()),
            Self::Resource(resource) => describe_resource(resource),
        })
    }

    /// Writes look-ups down, to be asked again.
    ///
    /// # Errors
    /// Internal.
    pub(crate) fn keep(lookups: &[&Self]) -> Result<Personal> {
        let kept: Vec<_> = lookups.iter().map(|lookup| Kept::from(*lookup)).collect();
        let text = serde_json::to_string(&kept);
        text.map(Personal::new)
            .map_err(|cause| Error::internal("writing a look-up down", cause))
    }

    /// Reads what [`Self::keep`] wrote. What was written before look-ups were kept this way cannot be asked again.
    pub(crate) fn kept(text: &Personal) -> Vec<Self> {
        let kept: Vec<Kept> = serde_json::from_str(text.expose()).unwrap_or_default();
        kept.into_iter().map(Self::from).collect()
    }
}

fn describe_resource(resource: &ResourceLookup) -> String {
    let port = resource.port.map(|port| port.to_string());
    let parts = [
        ("ip", resource.address.as_ref().map(Personal::expose)),
        ("port", port.as_deref()),
        ("domain", resource.domain.as_ref().map(Personal::expose)),
        ("mailbox", resource.mailbox.as_ref().map(Personal::expose)),
        ("at", Some(&*resource.at.to_string())),
    ];
    let known = parts
        .iter()
        .filter_map(|(name, value)| Some((name, (*value)?)));
    let texts: Vec<_> = known
        .map(|(name, value)| format!("{name} {}", value.trim()))
        .collect();
    texts.join(" ")
}

impl From<&Lookup> for Kept {
    fn from(lookup: &Lookup) -> Self {
        let text = |value: &Personal| value.expose().trim().to_owned();
        match lookup {
            Lookup::Id(id) => Self::Id(*id),
            Lookup::Email(email) => Self::Email(text(email)),
            Lookup::Phone(phone) => Self::Phone(text(phone)),
            Lookup::ExternalId { system, id } => Self::ExternalId {
                system: system.trim().to_owned(),
                id: text(id),
            },
            Lookup::Resource(resource) => Self::Resource {
                address: resource.address.as_ref().map(text),
                port: resource.port,
                domain: resource.domain.as_ref().map(text),
                mailbox: resource.mailbox.as_ref().map(text),
                at: resource.at,
            },
        }
    }
}

impl From<Kept> for Lookup {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Id(id) => Self::Id(id),
            Kept::Email(email) => Self::Email(Personal::new(email)),
            Kept::Phone(phone) => Self::Phone(Personal::new(phone)),
            Kept::ExternalId { system, id } => Self::ExternalId {
                system,
                id: Personal::new(id),
            },
            Kept::Resource {
                address,
                port,
                domain,
                mailbox,
                at,
            } => Self::Resource(ResourceLookup {
                address: address.map(Personal::new),
                port,
                domain: domain.map(Personal::new),
                mailbox: mailbox.map(Personal::new),
                at,
            }),
        }
    }
}

/// Both, or the answer would tell who may not read customers whether there is one.
pub(super) fn authorize(ctx: &Ctx) -> Result<()> {
    ctx.authorize(Action::LookUpCustomers)?;
    ctx.authorize(Action::ReadCustomers)
}

/// Notes whom an address or a resource led to: that it did tells as much as its value. Ids of the systems that ask, and
/// ours, tell nothing.
fn note_found(ctx: &Ctx, lookup: &Lookup, found: CustomerId) {
    let column = match lookup {
        Lookup::Email(_) | Lookup::Phone(_) => store::VALUE,
        Lookup::Resource(_) => store::RESOURCE,
        Lookup::Id(_) | Lookup::ExternalId { .. } => return,
    };
    ctx.note_shown(Owner::customer(found), column);
}

/// The customer that a look-up leads to.
///
/// # Errors
/// Forbidden; Invalid for a value that cannot be what it should be; Ambiguous when there are several.
pub(crate) async fn look_up(ctx: &Ctx, lookup: &Lookup) -> Result<Option<Customer>> {
    authorize(ctx)?;
    let found = resolve(ctx, &[(lookup, ctx.now())], |_| "by".to_owned()).await?;
    match found.first() {
        Some(Match::One(id)) => {
            note_found(ctx, lookup, *id);
            Ok(by_ids(ctx, &[*id]).await?.remove(id))
        }
        Some(Match::Several(candidates)) => Err(Error::Ambiguous {
            candidates: *candidates,
        }),
        Some(Match::Nobody) | None => Ok(None),
    }
}

/// Everybody that a look-up may mean, by id.
///
/// # Errors
/// Forbidden; Invalid for a value or a page that cannot be used.
pub(crate) async fn candidates(
    ctx: &Ctx,
    lookup: &Lookup,
    page: PageRequest,
) -> Result<(Page<Customer>, i64)> {
    authorize(ctx)?;
    let now = ctx.now();
    let question = Question::new(ctx, lookup, now, "by")?;
    let page = page.check(&format!("candidates {}", question.name()))?;
    let questions = [question];
    let found = Found::load(ctx, &questions).await?;
    let total = match found.answer(0) {
        Match::Nobody => 0,
        Match::One(_) => 1,
        Match::Several(count) => count,
    };
    let ids = match found.answer(0) {
        Match::Nobody => Page::of(Vec::new(), &page, |id| store::place(*id)),
        Match::One(id) => {
            let after = page.after.is_some_and(|after| after.id >= id.uuid());
            let one = if after { Vec::new() } else { vec![id] };
            Page::of(one, &page, |id| store::place(*id))
        }
        Match::Several(_) => found.candidates(ctx, &page).await?,
    };
    let wanted: Vec<_> = ids.rows.iter().map(|(_, id)| *id).collect();
    for id in &wanted {
        note_found(ctx, lookup, *id);
    }
    let mut customers = by_ids(ctx, &wanted).await?;
    let rows = ids
        .rows
        .into_iter()
        .filter_map(|(cursor, id)| Some((cursor, customers.remove(&id)?)));
    Ok((
        Page {
            rows: rows.collect(),
            has_next: ids.has_next,
            has_previous: ids.has_previous,
        },
        total,
    ))
}

/// Who each of many look-ups leads to, in one statement for each kind. Identifiers count that had not ended at the
/// instant beside the look-up. It authorises nothing: the use case that asks has done so. `field` names the input of
/// each look-up in errors.
///
/// # Errors
/// Invalid for a value that cannot be what it should be.
pub(crate) async fn resolve(
    ctx: &Ctx,
    lookups: &[(&Lookup, Timestamp)],
    field: impl Fn(usize) -> String,
) -> Result<Vec<Match>> {
    resolve_each(ctx, lookups, field)
        .await?
        .into_iter()
        .collect()
}

/// The same with an error for each look-up that cannot be asked.
///
/// # Errors
/// Unavailable.
pub(crate) async fn resolve_each(
    ctx: &Ctx,
    lookups: &[(&Lookup, Timestamp)],
    field: impl Fn(usize) -> String,
) -> Result<Vec<Result<Match>>> {
    let mut questions = Vec::new();
    let mut numbers = Vec::new();
    for (n, (lookup, at)) in lookups.iter().enumerate() {
        numbers.push(Question::new(ctx, lookup, *at, &field(n)).map(|question| {
            questions.push(question);
            questions.len() - 1
        }));
    }
    let found = Found::load(ctx, &questions).await?;
    Ok(numbers
        .into_iter()
        .map(|number| number.map(|number| found.answer(number)))
        .collect())
}

/// The customers of some ids that exist, as those that stand for them.
pub(super) fn distinct(ids: &[CustomerId]) -> Vec<CustomerId> {
    let all: HashSet<_> = ids.iter().copied().collect();
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_unstable();
    all
}
