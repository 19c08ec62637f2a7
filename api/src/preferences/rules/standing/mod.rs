//! Which of the things that were said counts, about something.
//!
//! A refusal stands until the person consents, later, to what is asked for, in words that are as narrow as the refusal: who
//! wants no advertising at all and then subscribes to one newsletter gets that; who wants no text messages and then ticks
//! "advertising" still gets none. That nothing is known, or that a consent is over, lifts no refusal; nor does a consent that
//! comes with a list, because lists are older than what was said since. That an address cannot be reached nobody said: any
//! later consent that was given there says that it can, and so does that it is not known any more.
//!
//! Who said it counts too. What one account refused is lifted by that account, or by one that had become one with it
//! before; what was said of an address, by what was said of that address.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Months, Utc};
use entity::enums::{ContactChannel, OptOutScope, PreferenceMethod, PreferenceStatus as Status};
use entity::id::{BrandId, CustomerId};
use entity::preference;
use entity::time::Timestamp;

use super::forbids;

/// What something is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(in crate::preferences) struct About<'a> {
    /// To which brand; to the controller, when absent.
    pub(in crate::preferences) brand: Option<BrandId>,
    /// A use of data.
    pub(in crate::preferences) purpose: Option<&'a str>,
    /// What persons opt out of.
    pub(in crate::preferences) scope: Option<OptOutScope>,
    /// On which channel; on all, when absent.
    pub(in crate::preferences) channel: Option<ContactChannel>,
}

impl<'a> About<'a> {
    /// What something that was said is about.
    pub(in crate::preferences) fn of(row: &'a preference::Model) -> Self {
        Self {
            brand: row.brand_id,
            purpose: row.purpose.as_deref(),
            scope: row.scope,
            channel: row.channel,
        }
    }

    /// Whether whatever is said about this is said about the other as well.
    fn covers(self, other: Self) -> bool {
        self.covers_use(other)
            && (self.brand.is_none() || self.brand == other.brand)
            && (self.channel.is_none() || self.channel == other.channel)
    }

    /// What of this is about the other as well.
    fn part_in(self, other: Self) -> Self {
        let narrower = if self.covers_use(other) { other } else { self };
        Self {
            brand: other.brand.or(self.brand),
            channel: other.channel.or(self.channel),
            ..narrower
        }
    }

    fn covers_use(self, other: Self) -> bool {
        if self.scope.is_some() && self.scope == other.scope {
            return true;
        }
        let (mine, theirs) = (self.keys(), other.keys());
        let covered = |key: &&str| mine.iter().any(|above| is_within(key, above));
        !theirs.is_empty() && theirs.iter().all(covered)
    }

    /// The uses that it names.
    fn keys(&self) -> Vec<&str> {
        match (self.purpose, self.scope) {
            (Some(purpose), _) => vec![purpose],
            (None, Some(scope)) => uses(scope).to_vec(),
            (None, None) => Vec::new(),
        }
    }
}

fn is_within(key: &str, above: &str) -> bool {
    let rest = key.strip_prefix(above);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The uses that persons opt out of with a word: none for what is no use of its own.
fn uses(scope: OptOutScope) -> &'static [&'static str] {
    match scope {
        OptOutScope::Marketing => &["marketing"],
        OptOutScope::SaleOrSharing => &["marketing.advertising.third_party"],
        OptOutScope::Profiling => &["marketing.advertising.profiling", "personalize"],
        OptOutScope::PartnerSharing => &["third_party_sharing.platform_partner"],
        OptOutScope::SensitiveDataUse | OptOutScope::AutomatedDecision => &[],
    }
}

/// Something that was said, and by whom.
#[derive(Debug, Clone, Copy)]
pub(in crate::preferences) struct Said<'a> {
    /// What.
    pub(in crate::preferences) row: &'a preference::Model,
    /// The customer that stands for whoever said it.
    pub(in crate::preferences) root: Option<CustomerId>,
    /// Since when the two are one; always, when absent.
    pub(in crate::preferences) joined: Option<Timestamp>,
    /// Whether it was said of the address that is asked about.
    pub(in crate::preferences) is_of_address: bool,
}

impl<'a> Said<'a> {
    /// What was said of an address by nobody who is known.
    pub(in crate::preferences) fn of_address(row: &'a preference::Model) -> Self {
        Self {
            row,
            root: None,
            joined: None,
            is_of_address: true,
        }
    }

    /// Whether the other, which was said later, was said by who said this.
    fn is_answered_by(&self, later: &Self) -> bool {
        let same = self.row.customer_id.is_some() && self.row.customer_id == later.row.customer_id;
        let one = self.root.is_some()
            && self.root == later.root
            && self.joined.max(later.joined) <= Some(later.row.at);
        same || one || (self.is_of_address && later.is_of_address)
    }

    fn is_consent(&self, now: Timestamp) -> bool {
        let over = self.row.expires_at.is_some_and(|end| end <= now);
        self.row.status == Status::Given && !over
    }
}

/// From when on somebody may be asked again who said no. In the United States whoever opted out of the sale or the sharing of
/// their data, or of the use of what is sensitive, is left alone for twelve months (Cal. Civ. Code 1798.135(c)(4)); systems that keep
/// no states say of a Californian that they live there. No other law has a term.
pub(in crate::preferences) fn ask_again_from(
    no: &preference::Model,
    country: Option<&str>,
) -> Option<Timestamp> {
    let sold = About {
        scope: Some(OptOutScope::SaleOrSharing),
        ..About::default()
    };
    let about = About::of(no);
    let is_theirs = about.covers_use(sold)
        || sold.covers_use(about)
        || about.scope == Some(OptOutScope::SensitiveDataUse);
    if country != Some("US") || !forbids(no.status) || !is_theirs {
        return None;
    }
    let year = Months::new(12);
    let later = DateTime::<Utc>::from(no.at).checked_add_months(year)?;
    Some(Timestamp::from(later))
}

/// What everything that was said comes to, about something.
#[derive(Debug, Clone, Copy)]
pub(in crate::preferences) enum Verdict<'a> {
    /// It is refused, by this.
    Refused(Said<'a>),
    /// It is consented to, by this.
    Consented(Said<'a>),
    /// Neither; the last that was said about it, if anything was.
    Neither(Option<Said<'a>>),
}

/// How much somebody wants to do at once, of which it is asked whether it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::preferences) enum Reading {
    /// Exactly what is named.
    Exact,
    /// Perhaps any part of it, in the name of any brand where none is named: what was refused of a part forbids it.
    Strict,
}

/// What everything that was said comes to, about something.
pub(in crate::preferences) fn verdict<'a>(
    said: &[Said<'a>],
    about: About<'_>,
    reading: Reading,
    now: Timestamp,
) -> Verdict<'a> {
    let covering = |one: &&Said<'_>| About::of(one.row).covers(about);
    let last = |one: &&Said<'_>| (one.row.at, one.row.id);
    let refused = said.iter().filter(|no| {
        forbids(no.row.status)
            && concerns(no.row, about, reading)
            && !is_lifted(no, said, about, now)
    });
    // That somebody does not want it says more than that it would not arrive.
    let first = |no: &&Said<'_>| (no.row.status != Status::Unreachable, last(no));
    if let Some(no) = refused.max_by_key(first) {
        return Verdict::Refused(*no);
    }
    let consents = said.iter().filter(covering);
    let consents = consents.filter(|yes| yes.is_consent(now) && !has_ended(yes, said));
    if let Some(yes) = consents.max_by_key(last) {
        return Verdict::Consented(*yes);
    }
    let neither = said.iter().filter(covering);
    Verdict::Neither(
        neither
            .filter(|one| !forbids(one.row.status))
            .max_by_key(last)
            .copied(),
    )
}

/// Whether what forbids something is about this.
fn concerns(no: &preference::Model, about: About<'_>, reading: Reading) -> bool {
    let mut of = About::of(no);
    if reading == Reading::Strict && about.brand.is_none() {
        of.brand = None;
    }
    let part = reading == Reading::Strict && about.covers_use(of);
    // An address that does not exist is one for every message.
    let for_all = no.status == Status::Unreachable;
    (of.covers_use(about) || part || for_all)
        && (of.brand.is_none() || of.brand == about.brand)
        && (of.channel.is_none() || of.channel == about.channel)
}

/// Whether a refusal was taken back since, in so far as it is about this.
fn is_lifted(no: &Said<'_>, said: &[Said<'_>], about: About<'_>, now: Timestamp) -> bool {
    let refused = About::of(no.row);
    let open = refused.part_in(about);
    let takes_back = |yes: About<'_>| match no.row.status {
        Status::Unreachable => yes.channel.is_none() || yes.channel == refused.channel,
        _ => yes.covers(open) && refused.covers(yes),
    };
    let consents = |yes: &Said<'_>| {
        let listed = yes.row.method == PreferenceMethod::Import;
        yes.is_consent(now) && !listed && !has_ended(yes, said)
    };
    // Of an address it may also be not known any more.
    let unknown =
        |one: &Said<'_>| no.row.status == Status::Unreachable && one.row.status == Status::Unknown;
    said.iter().any(|yes| {
        yes.row.at > no.row.at
            && takes_back(About::of(yes.row))
            && no.is_answered_by(yes)
            && (consents(yes) || unknown(yes))
    })
}

/// Whether it was said later, of the same, that the consent is over or that nothing is known of it any more.
fn has_ended(yes: &Said<'_>, said: &[Said<'_>]) -> bool {
    said.iter().any(|end| {
        matches!(end.row.status, Status::Expired | Status::Unknown)
            && end.row.at > yes.row.at
            && About::of(end.row) == About::of(yes.row)
            && yes.is_answered_by(end)
    })
}
