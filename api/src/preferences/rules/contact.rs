//! Whether somebody may be contacted.

use entity::contact_rule;
use entity::enums::{
    ContactBasis, ContactChannel, ContactReason as Reason, PreferenceStatus as Status,
    UnansweredAction,
};
use entity::id::{BrandId, PreferenceId};
use entity::time::Timestamp;

use super::standing::{About, Reading, Said, Verdict, verdict};
use super::{is_essential, unanswered};

/// What somebody wants to send.
#[derive(Debug, Clone)]
pub(in crate::preferences) struct Question {
    /// For which use of data.
    pub(in crate::preferences) purpose: &'static str,
    /// On which channel.
    pub(in crate::preferences) channel: ContactChannel,
    /// In the name of which brand, where that is known.
    pub(in crate::preferences) brand: Option<BrandId>,
}

/// Whether it may be sent.
#[derive(Debug, Clone)]
pub(in crate::preferences) struct Answer {
    /// Why, or why not.
    pub(in crate::preferences) reason: Reason,
    /// What decided it, where something that was said did.
    pub(in crate::preferences) decides: Option<PreferenceId>,
}

impl Answer {
    /// Whether it may be sent.
    pub(in crate::preferences) fn is_allowed(&self) -> bool {
        match self.reason {
            Reason::Essential | Reason::Consented | Reason::NotObjected => true,
            Reason::OptedOut | Reason::NoConsent | Reason::Unreachable => false,
        }
    }
}

impl Question {
    /// What to do when nobody answers it.
    pub(in crate::preferences) fn unanswered(&self) -> UnansweredAction {
        unanswered(self.purpose)
    }

    fn about(&self) -> About<'_> {
        About {
            brand: self.brand,
            purpose: Some(self.purpose),
            scope: None,
            channel: Some(self.channel),
        }
    }

    /// The answer that needs no look at what was said.
    pub(in crate::preferences) fn obvious(&self) -> Option<Answer> {
        let essential = Answer {
            reason: Reason::Essential,
            decides: None,
        };
        is_essential(self.purpose).then_some(essential)
    }
}

/// What advertising rests on.
#[derive(Debug, Clone, Default)]
pub(in crate::preferences) struct Rules(pub(in crate::preferences) Vec<contact_rule::Model>);

impl Rules {
    /// What it rests on where somebody is. Of the rules that fit, one for the country counts more than any other, because the
    /// law is the country's, and one for the channel more than one for the brand. Without a rule it is consent; where nobody
    /// knows the country, it is consent too where it is in any country that has a rule.
    fn basis(&self, question: &Question, country: Option<&str>) -> ContactBasis {
        if country.is_none() {
            let mut countries = self.0.iter().filter_map(|rule| rule.country.as_deref());
            let anywhere = |country| self.basis(question, Some(country)) == ContactBasis::Consent;
            if countries.any(anywhere) {
                return ContactBasis::Consent;
            }
        }
        let fits = |rule: &&contact_rule::Model| {
            (rule.country.is_none() || rule.country.as_deref() == country)
                && rule
                    .channel
                    .is_none_or(|channel| channel == question.channel)
                && (rule.brand_id.is_none() || rule.brand_id == question.brand)
        };
        let rank = |rule: &&contact_rule::Model| {
            (
                rule.country.is_some(),
                rule.channel.is_some(),
                rule.brand_id.is_some(),
            )
        };
        let rule = self.0.iter().filter(fits).max_by_key(rank);
        rule.and_then(|rule| rule.basis)
            .unwrap_or(ContactBasis::Consent)
    }
}

/// Decides whether it may be sent to somebody, in any of these countries, by what they said together with what was said of
/// each address of theirs: the strictest counts, because it may be sent to any of them. An address where nothing arrives
/// counts when there is no other.
pub(in crate::preferences) fn decide(
    question: &Question,
    ways: &[Vec<Said<'_>>],
    rules: &Rules,
    countries: &[Option<&str>],
    now: Timestamp,
) -> Answer {
    if let Some(answer) = question.obvious() {
        return answer;
    }
    let about = question.about();
    let verdicts = ways
        .iter()
        .map(|said| verdict(said, about, Reading::Strict, now));
    let needs_consent =
        |country: Option<&str>| rules.basis(question, country) == ContactBasis::Consent;
    let (reason, decides) = match strictest(verdicts) {
        Verdict::Refused(no) if is_unreachable(&no) => (Reason::Unreachable, Some(no)),
        Verdict::Refused(no) => (Reason::OptedOut, Some(no)),
        Verdict::Consented(yes) => (Reason::Consented, Some(yes)),
        Verdict::Neither(last) if countries.iter().copied().any(needs_consent) => {
            (Reason::NoConsent, last)
        }
        Verdict::Neither(last) => (Reason::NotObjected, last),
    };
    Answer {
        reason,
        decides: decides.map(|said| said.row.id),
    }
}

fn is_unreachable(no: &Said<'_>) -> bool {
    no.row.status == Status::Unreachable
}

/// What several verdicts come to: a refusal before anything else, then what needs a consent, then a consent.
fn strictest<'a>(verdicts: impl Iterator<Item = Verdict<'a>>) -> Verdict<'a> {
    let rank = |verdict: &Verdict<'_>| match verdict {
        Verdict::Refused(no) if is_unreachable(no) => (0, Some((no.row.at, no.row.id))),
        Verdict::Consented(yes) => (1, Some((yes.row.at, yes.row.id))),
        Verdict::Neither(last) => (2, last.map(|last| (last.row.at, last.row.id))),
        Verdict::Refused(no) => (3, Some((no.row.at, no.row.id))),
    };
    verdicts.max_by_key(rank).unwrap_or(Verdict::Neither(None))
}

/// What a rule is about, as one text.
pub(in crate::preferences) fn place(
    brand: Option<BrandId>,
    country: Option<&str>,
    channel: Option<ContactChannel>,
) -> String {
    let brand = brand.map(|brand| brand.to_string()).unwrap_or_default();
    let channel = channel.map(ContactChannel::as_str).unwrap_or_default();
    format!("{}/{channel}/{brand}", country.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::id::{ContactRuleId, ControllerId, EventId};
    use uuid::Uuid;

    fn rule(
        country: Option<&str>,
        channel: Option<ContactChannel>,
        brand: Option<BrandId>,
        basis: ContactBasis,
    ) -> contact_rule::Model {
        contact_rule::Model {
            controller_id: ControllerId::from_uuid(Uuid::nil()),
            id: ContactRuleId::from_uuid(Uuid::nil()),
            place: place(brand, country, channel),
            brand_id: brand,
            country: country.map(str::to_owned),
            channel,
            basis: Some(basis),
            recorded_at: Timestamp::from_millis(0),
            version: 1,
            event_id: EventId::from_uuid(Uuid::nil()),
        }
    }

    #[test]
    fn the_law_of_the_country_counts_most_and_without_a_rule_it_is_consent() {
        use ContactBasis::{Consent, LegitimateInterests};
        use ContactChannel::{Email, Phone};
        let brand = Some(BrandId::from_uuid(Uuid::from_u128(7)));
        let rules = Rules(vec![
            rule(None, None, brand, LegitimateInterests),
            rule(Some("DE"), None, None, Consent),
            rule(Some("DE"), Some(Phone), None, LegitimateInterests),
            rule(Some("US"), None, None, LegitimateInterests),
        ]);
        let basis = |country, channel, brand| {
            let purpose = "marketing";
            let question = Question {
                purpose,
                channel,
                brand,
            };
            rules.basis(&question, country)
        };
        assert_eq!(basis(Some("DE"), Email, brand), Consent);
        assert_eq!(basis(Some("DE"), Phone, brand), LegitimateInterests);
        assert_eq!(basis(Some("FR"), Email, brand), LegitimateInterests);
        assert_eq!(basis(Some("FR"), Email, None), Consent);
        assert_eq!(basis(Some("US"), Email, None), LegitimateInterests);
        assert_eq!(basis(None, Email, None), Consent);
        // It may be Germany.
        assert_eq!(basis(None, Email, brand), Consent);
        assert_eq!(basis(None, Phone, brand), LegitimateInterests);
    }
}
