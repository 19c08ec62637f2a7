//! Whose was this? Looking customers up by what outside systems know.

use std::collections::HashMap;

use entity::enums::Action;
use entity::id::CustomerId;
use entity::time::Timestamp;

use super::read::{Customer, by_ids};
use crate::context::Ctx;
use crate::customers::rules::{self, Match};
use crate::customers::store::{self, Wanted};
use crate::error::{Error, Result};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::vault::{Field, normalise};

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
    /// An IP address at an instant.
    Ip {
        /// The address.
        address: Personal,
        /// The instant.
        at: Timestamp,
    },
}

impl Lookup {
    /// What was known, as text: for the record, where it is encrypted.
    pub(crate) fn describe(&self) -> Personal {
        Personal::new(match self {
            Self::Id(id) => format!("id {id}"),
            Self::Email(email) => format!("email {}", email.expose().trim()),
            Self::Phone(phone) => format!("phone {}", phone.expose().trim()),
            Self::ExternalId { system, id } => format!("{} {}", system.trim(), id.expose().trim()),
            Self::Ip { address, at } => format!("ip {} at {at}", address.expose().trim()),
        })
    }
}

/// A look-up in the form in which it can be asked.
#[derive(Debug, Clone)]
enum Question {
    Id(CustomerId),
    /// Index values of the identifier.
    Identifier(Vec<Vec<u8>>),
    /// Index values of each prefix that covers the address.
    Address(Vec<Vec<u8>>, Timestamp),
}

/// Both, or the answer would tell who may not read customers whether there is one.
fn authorize(ctx: &Ctx) -> Result<()> {
    ctx.authorize(Action::LookUpCustomers)?;
    ctx.authorize(Action::ReadCustomers)
}

/// The customer that a look-up leads to.
///
/// # Errors
/// Forbidden; Invalid for a value that cannot be what it should be; Ambiguous when there are several.
pub(crate) async fn look_up(ctx: &Ctx, lookup: &Lookup) -> Result<Option<Customer>> {
    authorize(ctx)?;
    match resolve(ctx, std::slice::from_ref(lookup), |_| "by".to_owned())
        .await?
        .first()
    {
        Some(Match::One(id)) => Ok(by_ids(ctx, &[*id]).await?.remove(id)),
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
    let (ids, total) = match question(ctx, lookup, "by")? {
        Question::Id(id) => {
            let known = store::known(ctx.db(), ctx.scope(), &[id]).await?;
            let total = i64::try_from(known.len()).unwrap_or(i64::MAX);
            let page = page.check("candidates id")?;
            (Page::of(known, &page, |id| store::place(*id)), total)
        }
        Question::Identifier(values) => {
            let page = page.check(&list("candidates", &values, None))?;
            let (db, scope) = (ctx.db(), ctx.scope());
            let found = store::identified(db, scope, values.clone()).await?;
            let total = found.values().map(|(count, _)| *count).max().unwrap_or(0);
            let ids = store::candidates_by_identifier(db, scope, values, &page).await?;
            (ids, total)
        }
        Question::Address(values, at) => {
            let page = page.check(&list("candidates", &values, Some(at)))?;
            let wanted = Wanted {
                number: 0,
                values: values.clone(),
                at,
            };
            let holders = store::holders(ctx.db(), ctx.scope(), vec![wanted]).await?;
            let narrowest = holders
                .get(&0)
                .and_then(|holders| rules::narrowest(holders));
            let length = narrowest.map_or(0, |holders| holders.length);
            let (scope, total) = (ctx.scope(), narrowest.map_or(0, |holders| holders.count));
            let ids =
                store::candidates_by_address(ctx.db(), scope, values, length, at, &page).await?;
            (ids, total)
        }
    };
    let wanted: Vec<_> = ids.rows.iter().map(|(_, id)| *id).collect();
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

/// Names a list of candidates for its cursors; index values are not personal.
fn list(name: &str, values: &[Vec<u8>], at: Option<Timestamp>) -> String {
    format!("{name} {values:?} {at:?}")
}

/// Who each of many look-ups leads to, in one statement for each kind. It authorises nothing: the use case
/// that asks has done so. `field` names the input of each look-up in errors.
///
/// # Errors
/// Invalid for a value that cannot be what it should be.
pub(crate) async fn resolve(
    ctx: &Ctx,
    lookups: &[Lookup],
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
    lookups: &[Lookup],
    field: impl Fn(usize) -> String,
) -> Result<Vec<Result<Match>>> {
    let questions: Vec<_> = lookups
        .iter()
        .enumerate()
        .map(|(n, lookup)| question(ctx, lookup, &field(n)))
        .collect();
    let found = Found::load(ctx, &questions).await?;
    Ok(questions
        .into_iter()
        .enumerate()
        .map(|(n, question)| Ok(found.answer(n, &question?)))
        .collect())
}

/// What the database knows about a list of questions.
struct Found {
    known: Vec<CustomerId>,
    identified: store::Identified,
    holders: HashMap<i64, Vec<rules::Holders>>,
}

impl Found {
    async fn load(ctx: &Ctx, questions: &[Result<Question>]) -> Result<Self> {
        let (mut ids, mut values, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
        for (number, question) in questions.iter().enumerate() {
            match question {
                Err(_cannot_be_asked) => {}
                Ok(Question::Id(id)) => ids.push(*id),
                Ok(Question::Identifier(of)) => values.extend(of.iter().cloned()),
                Ok(Question::Address(values, at)) => addresses.push(Wanted {
                    number: i64::try_from(number).unwrap_or(i64::MAX),
                    values: values.clone(),
                    at: *at,
                }),
            }
        }
        let (db, scope) = (ctx.db(), ctx.scope());
        Ok(Self {
            known: store::known(db, scope, &ids).await?,
            identified: store::identified(db, scope, values).await?,
            holders: store::holders(db, scope, addresses).await?,
        })
    }

    fn answer(&self, number: usize, question: &Question) -> Match {
        match question {
            Question::Id(id) if self.known.contains(id) => Match::One(*id),
            Question::Id(_) => Match::Nobody,
            Question::Identifier(values) => {
                // One value for each epoch in use; they lead to the same customers.
                let found = values.iter().filter_map(|value| self.identified.get(value));
                let widest = found.max_by_key(|(count, _)| *count);
                widest.map_or(Match::Nobody, |(count, first)| {
                    Match::of(*count, Some(*first))
                })
            }
            Question::Address(..) => {
                let number = i64::try_from(number).unwrap_or(i64::MAX);
                let holders = self.holders.get(&number);
                let narrowest = holders.and_then(|holders| rules::narrowest(holders));
                narrowest.map_or(Match::Nobody, rules::Holders::decide)
            }
        }
    }
}

fn question(ctx: &Ctx, lookup: &Lookup, field: &str) -> Result<Question> {
    let invalid = |part: &str, expected: normalise::NotNormal| {
        Error::invalid(format!("{field}.{part}"), expected.to_string())
    };
    let index = |field: Field, normal: &str| -> Result<Vec<Vec<u8>>> {
        let values = ctx.vault().index(ctx.controller(), field, normal)?;
        Ok(values.into_iter().map(|value| value.bytes).collect())
    };
    Ok(match lookup {
        Lookup::Id(id) => Question::Id(*id),
        Lookup::Email(email) => {
            let normal =
                normalise::email(email.expose()).map_err(|expected| invalid("email", expected))?;
            Question::Identifier(index(Field::CustomerEmail, &normal)?)
        }
        Lookup::Phone(phone) => {
            let normal = normalise::phone(phone.expose(), None)
                .map_err(|expected| invalid("phone", expected))?;
            Question::Identifier(index(Field::CustomerPhone, &normal)?)
        }
        Lookup::ExternalId { system, id } => {
            let system = normalise::external_system(system)
                .map_err(|expected| invalid("externalId.system", expected))?;
            let normal = normalise::external_id(&system, id.expose())
                .map_err(|expected| invalid("externalId.id", expected))?;
            Question::Identifier(index(Field::CustomerExternalId, &normal)?)
        }
        Lookup::Ip { address, at } => {
            let address = normalise::ip(address.expose())
                .map_err(|expected| invalid("ip.address", expected))?;
            let mut values = Vec::new();
            for prefix in normalise::covering_prefixes(address) {
                values.extend(index(
                    Field::AssignmentPrefix,
                    &normalise::prefix_text(&prefix),
                )?);
            }
            Question::Address(values, *at)
        }
    })
}
