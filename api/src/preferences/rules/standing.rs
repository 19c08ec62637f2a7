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

#[cfg(test)]
mod tests {
    use entity::id::{ControllerId, DataKeyId, EventId, PreferenceId};
    use uuid::Uuid;

    use super::*;

    const NEWS: &str = "marketing.communications.email";

    /// Something that customer 1 said to the controller about everything, on every channel.
    fn said(number: u128, at: i64, purpose: &str, status: Status) -> preference::Model {
        preference::Model {
            controller_id: ControllerId::from_uuid(Uuid::nil()),
            id: PreferenceId::from_uuid(Uuid::from_u128(number)),
            customer_id: Some(customer(1)),
            brand_id: None,
            purpose: Some(purpose.to_owned()),
            scope: None,
            channel: None,
            status,
            at: Timestamp::from_millis(at),
            recorded_at: Timestamp::from_millis(at),
            expires_at: None,
            method: PreferenceMethod::Form,
            source: None,
            notice_version: None,
            text_digest: None,
            integration_id: None,
            event_id: EventId::from_uuid(Uuid::nil()),
            key_id: DataKeyId::from_uuid(Uuid::nil()),
            ip: None,
            user_agent: None,
            note: None,
        }
    }

    fn customer(number: u128) -> CustomerId {
        CustomerId::from_uuid(Uuid::from_u128(number))
    }

    const JAGUAR: Option<BrandId> = Some(BrandId::from_uuid(Uuid::from_u128(7)));
    const PUMA: Option<BrandId> = Some(BrandId::from_uuid(Uuid::from_u128(8)));

    /// The newsletter of a brand, by e-mail.
    fn news(of: Option<BrandId>) -> About<'static> {
        About {
            brand: of,
            purpose: Some(NEWS),
            scope: None,
            channel: Some(ContactChannel::Email),
        }
    }

    fn by(row: &preference::Model) -> Said<'_> {
        Said {
            row,
            root: row.customer_id,
            joined: None,
            is_of_address: row.customer_id.is_none(),
        }
    }

    /// The number of what decides, and how.
    fn of(all: &[Said<'_>], about: About<'_>) -> (char, u128) {
        let number = |one: Said<'_>| one.row.id.uuid().as_u128();
        match verdict(all, about, Reading::Strict, Timestamp::from_millis(100)) {
            Verdict::Refused(no) => ('-', number(no)),
            Verdict::Consented(yes) => ('+', number(yes)),
            Verdict::Neither(last) => ('?', last.map(number).unwrap_or_default()),
        }
    }

    fn decided(rows: &[preference::Model], about: About<'_>) -> (char, u128) {
        let all: Vec<_> = rows.iter().map(by).collect();
        of(&all, about)
    }

    #[test]
    fn a_wide_refusal_ends_narrow_consents_and_a_wide_consent_lifts_no_narrow_refusal() {
        let yes = said(1, 10, NEWS, Status::Given);
        let no = said(2, 20, "marketing", Status::Withdrawn);
        assert_eq!(decided(&[yes.clone(), no.clone()], news(None)), ('-', 2));
        let again = said(3, 30, NEWS, Status::Given);
        let all = [yes, no, again];
        assert_eq!(decided(&all, news(None)), ('+', 3));
        let texts = About {
            purpose: Some("marketing.communications.sms"),
            ..news(None)
        };
        assert_eq!(decided(&all, texts), ('-', 2));
        let narrow = said(1, 10, NEWS, Status::Refused);
        let wide = said(2, 20, "marketing", Status::Given);
        assert_eq!(decided(&[narrow, wide], news(None)), ('-', 1));
    }

    #[test]
    fn words_for_opting_out_cover_their_uses() {
        let mut no = said(1, 10, NEWS, Status::Objected);
        (no.purpose, no.scope) = (None, Some(OptOutScope::Marketing));
        let no = [no];
        assert_eq!(decided(&no, news(None)), ('-', 1));
        let reports = About {
            purpose: Some("analytics.reporting"),
            ..news(None)
        };
        assert_eq!(decided(&no, reports), ('?', 0));
        let near = said(1, 10, "marketing.communications", Status::Refused);
        assert_eq!(decided(&[near], news(None)), ('-', 1));
        let like = said(1, 10, "marketing.comm", Status::Refused);
        assert_eq!(decided(&[like], news(None)), ('?', 0));
    }

    #[test]
    fn a_brand_and_a_channel_are_their_own() {
        let mut no = said(1, 20, NEWS, Status::Withdrawn);
        no.brand_id = JAGUAR;
        let mut yes = said(2, 10, NEWS, Status::Given);
        yes.brand_id = PUMA;
        let all = [no.clone(), yes];
        assert_eq!(decided(&all, news(JAGUAR)), ('-', 1));
        assert_eq!(decided(&all, news(PUMA)), ('+', 2));
        // Nobody knows in whose name: the strictest counts.
        assert_eq!(decided(&all, news(None)), ('-', 1));
        no.brand_id = None;
        no.channel = Some(ContactChannel::Sms);
        assert_eq!(decided(&[no], news(None)), ('?', 0));
    }

    #[test]
    fn what_is_not_known_and_what_is_over_lift_nothing_and_end_consents() {
        let no = said(1, 10, NEWS, Status::Refused);
        let unknown = said(2, 20, NEWS, Status::Unknown);
        assert_eq!(
            decided(&[no.clone(), unknown.clone()], news(None)),
            ('-', 1)
        );
        let yes = said(3, 10, NEWS, Status::Given);
        assert_eq!(decided(&[yes.clone(), unknown], news(None)), ('?', 2));
        let mut short = said(4, 20, NEWS, Status::Given);
        short.expires_at = Some(Timestamp::from_millis(100));
        assert_eq!(decided(&[no.clone(), short.clone()], news(None)), ('-', 1));
        assert_eq!(decided(&[short], news(None)), ('?', 4));
        // At the same instant, the refusal counts.
        assert_eq!(decided(&[no, yes], news(None)), ('-', 1));
    }

    #[test]
    fn after_a_merge_only_what_is_said_from_then_on_lifts_what_another_account_refused() {
        let no = said(1, 10, NEWS, Status::Refused);
        let mut yes = said(2, 20, NEWS, Status::Given);
        yes.customer_id = Some(customer(2));
        let merged = |at| {
            let no = Said {
                root: Some(customer(2)),
                joined: Some(Timestamp::from_millis(at)),
                ..by(&no)
            };
            of(&[no, by(&yes)], news(None))
        };
        assert_eq!(merged(30), ('-', 1));
        assert_eq!(merged(15), ('+', 2));
        // Two accounts that share an address and nothing else.
        assert_eq!(of(&[by(&no), by(&yes)], news(None)), ('-', 1));
    }

    #[test]
    fn what_was_said_of_an_address_is_lifted_by_what_is_said_of_it() {
        let mut no = said(1, 10, NEWS, Status::Withdrawn);
        no.customer_id = None;
        let yes = said(2, 20, NEWS, Status::Given);
        assert_eq!(of(&[by(&no), by(&yes)], news(None)), ('-', 1));
        let sure = Said {
            is_of_address: true,
            ..by(&yes)
        };
        assert_eq!(of(&[by(&no), sure], news(None)), ('+', 2));
    }
    #[test]
    fn a_list_consents_but_lifts_nothing_and_nor_does_a_consent_that_is_over() {
        let no = said(1, 10, NEWS, Status::Withdrawn);
        let mut listed = said(2, 20, NEWS, Status::Given);
        listed.method = PreferenceMethod::Import;
        assert_eq!(decided(&[listed.clone()], news(None)), ('+', 2));
        assert_eq!(decided(&[no.clone(), listed], news(None)), ('-', 1));
        let yes = said(3, 20, NEWS, Status::Given);
        let over = said(4, 30, NEWS, Status::Expired);
        assert_eq!(decided(&[no, yes, over], news(None)), ('-', 1));
    }

    #[test]
    fn what_was_refused_of_a_part_forbids_the_whole_until_that_part_is_consented_to() {
        let no = said(1, 10, NEWS, Status::Withdrawn);
        let whole = About {
            purpose: Some("marketing"),
            ..news(None)
        };
        let wide = said(2, 20, "marketing", Status::Given);
        assert_eq!(decided(&[no.clone(), wide.clone()], whole), ('-', 1));
        let same = said(3, 30, NEWS, Status::Given);
        assert_eq!(decided(&[no.clone(), wide, same], whole), ('+', 2));
        let all = [by(&no)];
        let exact = verdict(&all, whole, Reading::Exact, Timestamp::from_millis(100));
        assert!(matches!(exact, Verdict::Neither(None)));
    }

    #[test]
    fn who_comes_back_to_a_brand_is_not_refused_for_ever_where_the_brand_is_not_known() {
        let mut no = said(1, 10, NEWS, Status::Withdrawn);
        let mut yes = said(2, 20, NEWS, Status::Given);
        (no.brand_id, yes.brand_id) = (JAGUAR, JAGUAR);
        assert_eq!(decided(&[no.clone(), yes], news(None)), ('?', 0));
        let mut other = said(3, 20, NEWS, Status::Given);
        other.brand_id = PUMA;
        assert_eq!(decided(&[no, other], news(None)), ('-', 1));
    }

    #[test]
    fn an_address_that_does_not_exist_is_one_for_every_use_until_somebody_consents_there() {
        let mut gone = said(1, 10, "marketing", Status::Unreachable);
        (gone.customer_id, gone.channel) = (None, Some(ContactChannel::Email));
        let at = |row| Said {
            is_of_address: true,
            ..by(row)
        };
        let survey = About {
            purpose: Some("analytics.reporting"),
            ..news(None)
        };
        assert_eq!(of(&[at(&gone)], survey), ('-', 1));
        let texts = About {
            channel: Some(ContactChannel::Sms),
            ..survey
        };
        assert_eq!(of(&[at(&gone)], texts), ('?', 0));
        let yes = said(2, 20, NEWS, Status::Given);
        assert_eq!(of(&[at(&gone), by(&yes)], news(None)), ('-', 1));
        assert_eq!(of(&[at(&gone), at(&yes)], news(None)), ('+', 2));
        assert_eq!(of(&[at(&gone), at(&yes)], survey), ('?', 0));
        let mut unknown = said(4, 20, "marketing", Status::Unknown);
        unknown.channel = gone.channel;
        assert_eq!(of(&[at(&gone), at(&unknown)], survey), ('?', 0));
        // That somebody does not want it says more.
        let no = said(3, 5, NEWS, Status::Refused);
        assert_eq!(of(&[at(&gone), by(&no)], news(None)), ('-', 3));
    }
    #[test]
    fn who_opted_out_of_sale_in_the_united_states_is_left_alone_for_a_year() {
        let mut no = said(1, 1_709_164_800_000, NEWS, Status::Withdrawn);
        assert_eq!(ask_again_from(&no, Some("US")), None);
        for (purpose, scope) in [
            (None, Some(OptOutScope::SaleOrSharing)),
            (None, Some(OptOutScope::SensitiveDataUse)),
            (Some("marketing.advertising.third_party.targeted"), None),
            (Some("marketing"), None),
        ] {
            (no.purpose, no.scope) = (purpose.map(str::to_owned), scope);
            // A leap day, a year on.
            let year = ask_again_from(&no, Some("US"));
            assert_eq!(year, "2025-02-28T00:00:00Z".parse().ok(), "{purpose:?}");
            assert_eq!(ask_again_from(&no, Some("DE")), None);
            assert_eq!(ask_again_from(&no, None), None);
        }
        no.status = Status::Given;
        assert_eq!(ask_again_from(&no, Some("US")), None);
    }
}
