//! Which rules of time apply to a request, and what they say: data, each with its source.

use std::borrow::Cow;

use chrono_tz::Tz;
use entity::enums::{ClockDuty, OptOutScope, Regime, RequestType, TermUnit};

use super::calendar::Length;
use crate::platform::place;

/// One term of a regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::requests) struct Term {
    /// Whose rule it is.
    pub(in crate::requests) regime: Regime,
    /// What has to happen.
    pub(in crate::requests) duty: ClockDuty,
    /// To which types it applies.
    pub(in crate::requests) types: &'static [RequestType],
    /// To which opt-outs it applies; to all, when empty.
    pub(in crate::requests) scopes: &'static [OptOutScope],
    /// How long it may take.
    pub(in crate::requests) length: Length,
    /// Whether a last day that is a Saturday, a Sunday or a public holiday makes way for the next working day.
    pub(in crate::requests) rolls: bool,
    /// Whether it stands still while it has to be made sure who asks, or what is asked for.
    pub(in crate::requests) pauses: bool,
    /// How long it may take at the most, counted from the same day, when whoever asks is told why in time.
    pub(in crate::requests) extends_to: Option<Length>,
    /// Where it is written.
    pub(in crate::requests) source: Cow<'static, str>,
}

use RequestType as T;

/// Every type.
const ALL: &[T] = RequestType::ALL;
/// The rights of GDPR Art. 15 to 22, and what is answered like them.
const RIGHTS: &[T] = &[
    T::Access,
    T::Correction,
    T::Deletion,
    T::Portability,
    T::Restriction,
    T::Objection,
    T::OptOut,
    T::ConsentWithdrawal,
    T::AccountingOfDisclosures,
    T::HumanReview,
];
/// What the CCPA calls requests to know, to delete and to correct.
const TO_KNOW: &[T] = &[T::Access, T::Portability, T::Correction, T::Deletion];
const COMPLAINTS: &[T] = &[T::Complaint];
/// What the CCPA calls requests to opt out and to limit.
const OPT_OUTS: &[T] = &[T::OptOut];
const SALE_AND_LIMIT: &[OptOutScope] = &[OptOutScope::SaleOrSharing, OptOutScope::SensitiveDataUse];

const fn months(count: u32) -> Length {
    Length {
        count,
        unit: TermUnit::Months,
    }
}

const fn days(count: u32) -> Length {
    Length {
        count,
        unit: TermUnit::Days,
    }
}

const fn business_days(count: u32) -> Length {
    Length {
        count,
        unit: TermUnit::BusinessDays,
    }
}

const TERMS: &[Term] = &[
    Term {
        regime: Regime::Gdpr,
        duty: ClockDuty::Answer,
        types: RIGHTS,
        scopes: &[],
        length: months(1),
        rolls: true,
        pauses: true,
        extends_to: Some(months(3)),
        source: Cow::Borrowed(
            "GDPR Art. 12(3); Regulation (EEC, Euratom) No 1182/71 Art. 3; pause: EDPB Guidelines 01/2022",
        ),
    },
    Term {
        regime: Regime::UkGdpr,
        duty: ClockDuty::Answer,
        types: RIGHTS,
        scopes: &[],
        length: months(1),
        rolls: true,
        pauses: true,
        extends_to: Some(months(3)),
        source: Cow::Borrowed("UK GDPR Art. 12(3) and 12A"),
    },
    Term {
        regime: Regime::UkGdpr,
        duty: ClockDuty::Acknowledge,
        types: COMPLAINTS,
        scopes: &[],
        length: days(30),
        rolls: false,
        pauses: false,
        extends_to: None,
        source: Cow::Borrowed("Data Protection Act 2018 s. 164A"),
    },
    Term {
        regime: Regime::Ccpa,
        duty: ClockDuty::Acknowledge,
        types: TO_KNOW,
        scopes: &[],
        length: business_days(10),
        rolls: false,
        pauses: false,
        extends_to: None,
        source: Cow::Borrowed("11 CCR 7021(a)"),
    },
    Term {
        regime: Regime::Ccpa,
        duty: ClockDuty::Answer,
        types: TO_KNOW,
        scopes: &[],
        length: days(45),
        rolls: false,
        pauses: false,
        extends_to: Some(days(90)),
        source: Cow::Borrowed("11 CCR 7021(b)"),
    },
    Term {
        regime: Regime::Ccpa,
        duty: ClockDuty::Answer,
        types: OPT_OUTS,
        scopes: SALE_AND_LIMIT,
        length: business_days(15),
        rolls: false,
        pauses: false,
        extends_to: None,
        source: Cow::Borrowed("11 CCR 7026(f) and 7027(g)"),
    },
];

/// What is answered in where no law says anything.
const HOUSE: Term = Term {
    regime: Regime::House,
    duty: ClockDuty::Answer,
    types: ALL,
    scopes: &[],
    length: months(1),
    rolls: true,
    pauses: true,
    extends_to: Some(months(3)),
    source: Cow::Borrowed(
        "no regime that applies has a term for this; as long as GDPR Art. 12(3) gives",
    ),
};

/// The regime of a place: a country, ISO 3166-1, or a part of one, ISO 3166-2.
fn regime_of(place: &str) -> Option<Regime> {
    let country = place::country_of(place);
    match (place, country) {
        // Systems that keep no states say of a Californian that they live in the United States.
        ("US-CA" | "US", _) => Some(Regime::Ccpa),
        (_, "GB") => Some(Regime::UkGdpr),
        (_, country) if place::is_in_eea(country) => Some(Regime::Gdpr),
        _ => None,
    }
}

/// The regimes that apply: that of where the controller is established (GDPR Art. 3(1)), then that of where the person
/// lives; where neither has one, GDPR, whose answer serves under the others too.
pub(in crate::requests) fn applicable(
    establishment: Option<&str>,
    residence: Option<&str>,
) -> Vec<Regime> {
    // What the CCPA asks of a business does not follow from where that is.
    let establishment = establishment.and_then(regime_of);
    let establishment = establishment.filter(|regime| *regime != Regime::Ccpa);
    let mut regimes: Vec<_> = establishment.into_iter().collect();
    regimes.extend(residence.and_then(regime_of));
    if regimes.is_empty() {
        regimes.push(Regime::Gdpr);
    }
    regimes.sort_unstable();
    regimes.dedup();
    regimes
}

/// The terms for a type under some regimes: at least one to answer in. What the house promised for it comes beside the law,
/// in the place of what answers where no law says anything.
pub(in crate::requests) fn terms(
    regimes: &[Regime],
    of: RequestType,
    scope: Option<OptOutScope>,
    promised: &[Term],
) -> Vec<Term> {
    let within = |term: &Term| {
        term.scopes.is_empty() || scope.is_some_and(|scope| term.scopes.contains(&scope))
    };
    let applies =
        |term: &&Term| regimes.contains(&term.regime) && term.types.contains(&of) && within(term);
    let mut terms: Vec<_> = TERMS.iter().filter(applies).cloned().collect();
    let answers = |terms: &[Term]| terms.iter().any(|term| term.duty == ClockDuty::Answer);
    let wanted = !answers(&terms) || regimes.contains(&Regime::House);
    if wanted && !answers(promised) {
        terms.push(HOUSE);
    }
    terms.extend(promised.iter().cloned());
    terms
}

/// Whether somebody who lives at a place, as far as it is known, is among those that a promise names: places, or all of the
/// European Economic Area.
pub(in crate::requests) fn is_among(residence: Option<&str>, named: &str) -> bool {
    let mut places = named.split_whitespace().peekable();
    if places.peek().is_none() {
        return true;
    }
    let Some(residence) = residence else {
        return false;
    };
    let country = place::country_of(residence);
    places.any(|name| {
        name == residence || name == country || name == "EEA" && place::is_in_eea(country)
    })
}

/// A term that the house promised.
pub(in crate::requests) fn promise(
    duty: ClockDuty,
    (length, extends_to): (Length, Option<Length>),
    (rolls, pauses): (bool, bool),
    source: String,
) -> Term {
    Term {
        regime: Regime::House,
        duty,
        types: ALL,
        scopes: &[],
        length,
        rolls,
        pauses,
        extends_to,
        source: Cow::Owned(source),
    }
}

/// The time zone of a regime's own place, where it has one.
pub(in crate::requests) fn zone_of(regime: Regime) -> Option<Tz> {
    match regime {
        Regime::Ccpa => Some(Tz::America__Los_Angeles),
        Regime::UkGdpr => Some(Tz::Europe__London),
        Regime::Gdpr | Regime::House => None,
    }
}

/// The country whose days count for a regime: that of the establishment or the residence which it is the regime of.
pub(in crate::requests) fn country_of<'a>(
    regime: Regime,
    establishment: Option<&'a str>,
    residence: Option<&'a str>,
) -> Option<&'a str> {
    let places = [establishment, residence].into_iter().flatten();
    let country = |place: &'a str| place.split('-').next().unwrap_or(place);
    let own = places
        .clone()
        .find(|place| regime_of(place) == Some(regime));
    own.or_else(|| places.clone().next()).map(country)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_establishment_comes_before_the_residence_and_both_count() {
        use Regime::{Ccpa, Gdpr, UkGdpr};
        for (establishment, residence, expected) in [
            (Some("BG"), None, vec![Gdpr]),
            (Some("BG"), Some("US-CA"), vec![Gdpr, Ccpa]),
            (Some("BG"), Some("DE"), vec![Gdpr]),
            (Some("US"), Some("US-CA"), vec![Ccpa]),
            (Some("US-CA"), Some("DE"), vec![Gdpr]),
            (Some("US"), Some("GB"), vec![UkGdpr]),
            (Some("US"), Some("US"), vec![Ccpa]),
            (Some("DE"), Some("GB-SCT"), vec![Gdpr, UkGdpr]),
            (Some("US"), Some("US-TX"), vec![Gdpr]),
            (None, None, vec![Gdpr]),
        ] {
            assert_eq!(
                applicable(establishment, residence),
                expected,
                "{establishment:?} {residence:?}"
            );
        }
    }

    #[test]
    fn there_is_always_a_term_to_answer_in() {
        for regime in Regime::ALL {
            for of in RequestType::ALL {
                let terms = terms(&[*regime], *of, None, &[]);
                let answers = terms.iter().filter(|term| term.duty == ClockDuty::Answer);
                assert_eq!(answers.count(), 1, "{regime} {of}");
            }
        }
        let both = terms(
            &[Regime::Gdpr, Regime::Ccpa],
            RequestType::Deletion,
            None,
            &[],
        );
        let lengths: Vec<_> = both.iter().map(|term| (term.duty, term.length)).collect();
        assert_eq!(
            lengths,
            [
                (ClockDuty::Answer, months(1)),
                (ClockDuty::Acknowledge, business_days(10)),
                (ClockDuty::Answer, days(45)),
            ]
        );
        let house = terms(&[Regime::Ccpa], RequestType::PolicyInquiry, None, &[]);
        assert_eq!(house, [HOUSE]);
        let both = terms(
            &[Regime::Gdpr, Regime::House],
            RequestType::Access,
            None,
            &[],
        );
        assert_eq!(both.len(), 2);
        // What goes by e-mail is no matter of 11 CCR 7026.
        for (scope, regime) in [
            (OptOutScope::SaleOrSharing, Regime::Ccpa),
            (OptOutScope::Marketing, Regime::House),
        ] {
            let terms = terms(&[Regime::Ccpa], RequestType::OptOut, Some(scope), &[]);
            let regimes: Vec<_> = terms.iter().map(|term| term.regime).collect();
            assert_eq!(regimes, [regime]);
        }
    }

    #[test]
    fn what_the_house_promised_comes_beside_the_law_and_before_the_default() {
        let thirty = promise(
            ClockDuty::Answer,
            (days(30), None),
            (false, false),
            "s. 9".to_owned(),
        );
        let promised = std::slice::from_ref(&thirty);
        let law = terms(&[Regime::Gdpr], RequestType::Access, None, promised);
        let lengths: Vec<_> = law.iter().map(|term| (term.regime, term.length)).collect();
        assert_eq!(
            lengths,
            [(Regime::Gdpr, months(1)), (Regime::House, days(30))]
        );
        let none = terms(&[Regime::Ccpa], RequestType::PolicyInquiry, None, promised);
        assert_eq!(none, [thirty]);
    }

    #[test]
    fn promises_name_places_or_all() {
        for (residence, named, expected) in [
            (None, "", true),
            (Some("DE"), "", true),
            (None, "EEA", false),
            (Some("DE"), "EEA", true),
            (Some("DE-BY"), "EEA", true),
            (Some("CH"), "EEA", false),
            (Some("CH"), "EEA CH", true),
            (Some("US-TX"), "US-CA", false),
            (Some("US-CA"), "US-CA", true),
            (Some("US-CA"), "US", true),
            (Some("US"), "US-CA", false),
        ] {
            assert_eq!(
                is_among(residence, named),
                expected,
                "{residence:?} {named}"
            );
        }
    }

    #[test]
    fn days_count_where_the_law_is() {
        let country = |regime| country_of(regime, Some("BG"), Some("US-CA"));
        assert_eq!(country(Regime::Gdpr), Some("BG"));
        assert_eq!(country(Regime::Ccpa), Some("US"));
        assert_eq!(country(Regime::House), Some("BG"));
        assert_eq!(country_of(Regime::Gdpr, Some("US"), Some("FR")), Some("FR"));
        assert_eq!(country_of(Regime::Gdpr, None, None), None);
    }
}
