//! Who is behind a question or a link, in which ways they are reached, and what was said by them and of those.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use entity::enums::PreferenceStatus;
use entity::id::CustomerId;
use entity::preference;
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::customers::service::Person;
use crate::error::Result;
use crate::preferences::rules::{self, About, Reading, Said, Verdict};
use crate::preferences::store;

/// For how long a repetition says nothing new: programs try again.
const SAME_FOR: Duration = Duration::from_mins(10);

/// Who is behind a question.
pub(super) struct Behind {
    /// The customers.
    pub(super) persons: Vec<Person>,
    /// Their addresses.
    pub(super) at: Vec<At>,
}

/// An address by which somebody is asked about.
pub(super) struct At {
    /// Its digest.
    pub(super) digest: Vec<u8>,
    /// Whether a consent of whoever has it is theirs.
    pub(super) is_verified: bool,
}

impl Behind {
    /// Whoever has some addresses, and those who are known to.
    pub(super) fn at(persons: Vec<Person>, digests: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let at = digests.into_iter().map(|digest| At {
            digest,
            is_verified: true,
        });
        let at = at.collect();
        Self { persons, at }
    }

    /// Digests of the addresses.
    pub(super) fn digests(&self) -> Vec<&[u8]> {
        self.at.iter().map(|at| at.digest.as_slice()).collect()
    }

    /// The person of a customer, and since when the customer is one with them.
    fn person(&self, customer: Option<CustomerId>) -> (Option<CustomerId>, Option<Timestamp>) {
        let of = |person: &Person| {
            if Some(person.root) == customer {
                return Some((Some(person.root), None));
            }
            let mut merged = person.merged.iter();
            let joined = merged.find(|(member, _)| Some(*member) == customer)?;
            Some((Some(person.root), Some(joined.1)))
        };
        self.persons.iter().find_map(of).unwrap_or_default()
    }
}

/// Something that is reported, of those behind it.
pub(super) struct Reported<'a> {
    /// Who.
    pub(super) behind: Behind,
    /// About what.
    pub(super) about: About<'a>,
    /// Whether nothing arrives there; otherwise it is refused.
    pub(super) is_unreachable: bool,
    /// When.
    pub(super) at: Timestamp,
}

/// Whether each of some things adds nothing to what is on record: the same stands already, in every way in which those behind
/// it are reached, and was said then or later. What was said before does not count: a consent in between may still be on
/// its way.
pub(super) async fn are_known(ctx: &Ctx, things: &[Reported<'_>]) -> Result<Vec<bool>> {
    let known = Known::load(ctx, things.iter().map(|one| &one.behind)).await?;
    let now = ctx.now();
    let is_known = |one: &Reported<'_>| {
        known.ways(&one.behind).iter_mut().all(|said| {
            said.retain(|said| {
                let status = said.row.status;
                let is_unreachable = status == PreferenceStatus::Unreachable;
                !rules::forbids(status) || is_unreachable == one.is_unreachable
            });
            let verdict = rules::verdict(said, one.about, Reading::Exact, now);
            matches!(verdict, Verdict::Refused(no) if no.row.at.saturating_add(SAME_FOR) >= one.at)
        })
    };
    Ok(things.iter().map(is_known).collect())
}

/// What was said by all who are behind some questions.
pub(super) struct Known {
    by_customer: HashMap<CustomerId, Vec<preference::Model>>,
    by_digest: HashMap<Vec<u8>, Vec<preference::Model>>,
}

impl Known {
    pub(super) async fn load<'a>(
        ctx: &Ctx,
        parties: impl Iterator<Item = &'a Behind>,
    ) -> Result<Self> {
        let (db, scope) = (ctx.db(), ctx.scope());
        let parties: Vec<_> = parties.collect();
        let persons = parties.iter().flat_map(|one| &one.persons);
        let customers: HashSet<_> = persons.flat_map(Person::all).collect();
        let customers: Vec<_> = customers.into_iter().collect();
        let at = parties.iter().flat_map(|one| &one.at);
        let digests: Vec<_> = at.map(|at| at.digest.clone()).collect();
        let mut by_customer: HashMap<_, Vec<_>> = HashMap::new();
        for row in store::last_of_customers(db, scope, &customers).await? {
            if let Some(customer) = row.customer_id {
                by_customer.entry(customer).or_default().push(row);
            }
        }
        let mut by_digest: HashMap<_, Vec<_>> = HashMap::new();
        for found in store::last_of_addresses(db, scope, &digests).await? {
            by_digest.entry(found.digest).or_default().push(found.row);
        }
        Ok(Self {
            by_customer,
            by_digest,
        })
    }

    /// What was said by those behind a question together with what was said of each address of theirs; of none, where none
    /// is known.
    pub(super) fn ways<'a>(&'a self, behind: &'a Behind) -> Vec<Vec<Said<'a>>> {
        match behind.at.as_slice() {
            [] => vec![self.way(behind, None)],
            all => all.iter().map(|at| self.way(behind, Some(at))).collect(),
        }
    }

    /// What was said by those behind a question and of an address of theirs, each thing once.
    fn way<'a>(&'a self, behind: &'a Behind, at: Option<&'a At>) -> Vec<Said<'a>> {
        let said = |row: &'a preference::Model, is_of_address| {
            let (root, joined) = behind.person(row.customer_id);
            Said {
                row,
                root,
                joined,
                is_of_address,
            }
        };
        let rows = at.and_then(|at| self.by_digest.get(&at.digest));
        let of_address = rows.into_iter().flatten().map(|row| said(row, true));
        // What somebody said who has the address, too, is no consent of theirs.
        let is_theirs = |one: &Said<'_>| {
            let sure = at.is_some_and(|at| at.is_verified);
            sure || one.root.is_some() || one.row.status != PreferenceStatus::Given
        };
        let mut all: Vec<_> = of_address.filter(is_theirs).collect();
        let seen: HashSet<_> = all.iter().map(|one| one.row.id).collect();
        let customers = behind.persons.iter().flat_map(Person::all);
        let rows = customers.filter_map(|customer| self.by_customer.get(&customer));
        let rows = rows.flatten().filter(|row| !seen.contains(&row.id));
        all.extend(rows.map(|row| said(row, false)));
        all
    }
}
