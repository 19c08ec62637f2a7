//! What the schema takes in about disclosures.

use async_graphql::{Enum, ID, InputObject};
use entity::enums::{
    ComplainantIdentity, DataTier, DisclosureGround, DisclosureMethod, ErrorPolicy,
};
use entity::id::{DisclosureId, DisclosureSubjectId, RecipientId};
use entity::time::Timestamp;

use crate::customers::graphql::CustomerLookupInput;
use crate::data_map::graphql::{DataCategory, DataUse};
use crate::disclosures::service::{DisclosureFilter, NewDisclosure};
use crate::error::Result;
use crate::graphql::{InstantFilter, Long, OnBehalfOfInput, OrderDirection, personal};
use crate::platform::personal::Personal;
use crate::recipients::graphql::RecipientRefInput;

/// Which disclosures are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct DisclosureFilterInput {
    /// To this recipient.
    recipient_id: Option<RecipientId>,
    /// On one of these grounds.
    ground: Option<Vec<DisclosureGround>>,
    /// Of data of this category or one below it: `user.contact` finds `user.contact.email` too.
    data_category: Option<DataCategory>,
    /// That went out within these bounds.
    disclosed_at: Option<InstantFilter>,
    /// With a subject that is not resolved (true), or without one (false).
    unresolved: Option<bool>,
    /// Whose place another has taken (true), or not (false).
    superseded: Option<bool>,
    /// With an open finding about who a subject was (true), or without one (false).
    questioned: Option<bool>,
}

impl From<DisclosureFilterInput> for DisclosureFilter {
    fn from(input: DisclosureFilterInput) -> Self {
        Self {
            customers: Vec::new(),
            recipient: input.recipient_id,
            grounds: input.ground.unwrap_or_default(),
            category: input.data_category.map(DataCategory::into_key),
            disclosed: input.disclosed_at.unwrap_or_default().into(),
            unresolved: input.unresolved,
            superseded: input.superseded,
            questioned: input.questioned,
        }
    }
}

/// What a list of disclosures can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum DisclosureOrderField {
    /// When data went out.
    DisclosedAt,
    /// When it was recorded.
    RecordedAt,
}

/// The order of a list of disclosures; ties are broken by id.
#[derive(InputObject)]
pub(crate) struct DisclosureOrderInput {
    /// By what.
    pub(super) field: DisclosureOrderField,
    /// Which way.
    pub(super) direction: OrderDirection,
}

/// Whose data it was.
#[derive(InputObject)]
pub(crate) struct DisclosureSubjectInput {
    /// Anything that is known of the person.
    by: CustomerLookupInput,
}

/// Declares an input that describes a disclosure: the fields that all of them share, and its own.
macro_rules! disclosure_input {
    (
        $(#[$doc:meta])* $name:ident {
            $($(#[$($own:tt)*])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(InputObject)]
        pub(crate) struct $name {
            /// Who received.
            recipient: RecipientRefInput,
            /// Why. A role records the grounds of its work, and `UNAUTHORISED`: see `disclosureGrounds`.
            ground: DisclosureGround,
            /// For which use.
            purpose: DataUse,
            /// Which data: 1 to 100 categories. Only for `CUSTOMER_ABUSE_FORWARD` it may be left out: then it is the
            /// report, and who made it only where `complainantIdentity` is `DISCLOSED`.
            data_categories: Option<Vec<DataCategory>>,
            /// How deep.
            tier: DataTier,
            /// How it went out.
            method: Option<DisclosureMethod>,
            /// On what authority, such as a case number or a statute: at most 200 characters.
            #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
            authority: Option<Personal>,
            /// What the recipient or the reporter calls it: at most 200 characters.
            #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
            reference: Option<Personal>,
            /// Anything else: at most 4000 characters.
            #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
            note: Option<Personal>,
            /// Whose data it was: 1 to 500, each by any look-up. One that leads to nobody, or to several, is kept as
            /// unresolved; several that lead to the same customer are one subject.
            subjects: Vec<DisclosureSubjectInput>,
            $($(#[$($own)*])* $field: $type,)*
        }
    };
}

disclosure_input! {
    /// A disclosure to be recorded.
    RecordDisclosureInput {
        /// When it went out; not in the future.
        disclosed_at: Timestamp,
        /// With the ground `CUSTOMER_ABUSE_FORWARD`, whose subject is whoever reported: whether the recipient was told
        /// who that is. `WITHHELD` when absent, and then no data category may tell it.
        complainant_identity: Option<ComplainantIdentity>,
        /// The person behind the integration.
        on_behalf_of: Option<OnBehalfOfInput>,
        /// Sent again with the same input, the call answers as before and changes nothing.
        idempotency_key: Option<ID>,
    }
}

disclosure_input! {
    /// One of several disclosures to be recorded.
    DisclosureInput {
        /// When it went out; not in the future.
        disclosed_at: Timestamp,
        /// With the ground `CUSTOMER_ABUSE_FORWARD`, whose subject is whoever reported: whether the recipient was told
        /// who that is. `WITHHELD` when absent, and then no data category may tell it.
        complainant_identity: Option<ComplainantIdentity>,
        /// Sent again with the same input, in any call, the item is answered as before and changes nothing. Absent: the
        /// key of the header `Idempotency-Key`, with the number of the item.
        idempotency_key: Option<ID>,
    }
}

disclosure_input! {
    /// What takes the place of a disclosure that was recorded wrongly: of one, or of what one came to in a period.
    SupersedingDisclosureInput {
        /// When it went out; the first time, where the record stands for several. Not in the future.
        disclosed_at: Timestamp,
        /// When it went out the last time, where the record stands for several: with `count`, not in the future, and at
        /// most 366 days after `disclosedAt`.
        disclosed_until: Option<Timestamp>,
        /// How many times it went out, with `disclosedUntil`: 1 to 1000000000.
        count: Option<Long>,
        /// With the ground `CUSTOMER_ABUSE_FORWARD`, whose subject is whoever reported: whether the recipient was told
        /// who that is. `WITHHELD` when absent, and then no data category may tell it.
        complainant_identity: Option<ComplainantIdentity>,
    }
}

disclosure_input! {
    /// What a routine disclosure came to in a period, such as the payments of a customer in a month.
    DisclosureObservationInput {
        /// When it went out the first time.
        from: Timestamp,
        /// When it went out the last time: not in the future, and at most 366 days after `from`.
        to: Timestamp,
        /// How many times it went out: 1 to 1000000000.
        count: Long,
        /// Sent again with the same input, in any call, the item is answered as before and changes nothing. Absent: the
        /// key of the header `Idempotency-Key`, with the number of the item.
        idempotency_key: Option<ID>,
    }
}

/// Turns the fields that all inputs share into a disclosure.
macro_rules! new_disclosure {
    ($input:ident, $at:expr, $repeated:expr, $complainant:expr) => {
        Ok(NewDisclosure {
            recipient: $input.recipient.check("recipient")?,
            ground: $input.ground,
            purpose: $input.purpose.into_key(),
            data_categories: keys($input.data_categories),
            complainant: $complainant,
            tier: $input.tier,
            disclosed_at: $at,
            repeated: $repeated,
            method: $input.method,
            reference: $input.reference,
            authority: $input.authority,
            note: $input.note,
            subjects: $input
                .subjects
                .into_iter()
                .map(|subject| subject.by.into())
                .collect(),
        })
    };
}

fn keys(categories: Option<Vec<DataCategory>>) -> Vec<String> {
    let categories = categories.into_iter().flatten();
    categories.map(DataCategory::into_key).collect()
}

impl RecordDisclosureInput {
    /// The key of the call.
    pub(super) fn key(&self) -> Option<&ID> {
        self.idempotency_key.as_ref()
    }

    /// The person behind the integration, and the disclosure.
    ///
    /// # Errors
    /// Invalid for a recipient that is named in no way or in two.
    pub(super) fn split(self) -> Result<(Option<OnBehalfOfInput>, NewDisclosure)> {
        let complainant = self.complainant_identity;
        let new: Result<NewDisclosure> =
            new_disclosure!(self, self.disclosed_at, None, complainant);
        Ok((self.on_behalf_of, new?))
    }
}

impl TryFrom<DisclosureInput> for NewDisclosure {
    type Error = crate::error::Error;

    fn try_from(input: DisclosureInput) -> Result<Self> {
        let complainant = input.complainant_identity;
        new_disclosure!(input, input.disclosed_at, None, complainant)
    }
}

impl TryFrom<SupersedingDisclosureInput> for NewDisclosure {
    type Error = crate::error::Error;

    fn try_from(input: SupersedingDisclosureInput) -> Result<Self> {
        let complainant = input.complainant_identity;
        let repeated = match (input.disclosed_until, input.count) {
            (Some(until), Some(count)) => Some((until, count.0)),
            (None, None) => None,
            _ => {
                let problem = "belongs together with count";
                return Err(crate::error::Error::invalid("disclosedUntil", problem));
            }
        };
        new_disclosure!(input, input.disclosed_at, repeated, complainant)
    }
}

impl TryFrom<DisclosureObservationInput> for NewDisclosure {
    type Error = crate::error::Error;

    fn try_from(input: DisclosureObservationInput) -> Result<Self> {
        let repeated = (input.to, input.count.0);
        new_disclosure!(input, input.from, Some(repeated), None)
    }
}

impl DisclosureInput {
    /// The key of the item.
    pub(super) fn key(&self) -> Option<&ID> {
        self.idempotency_key.as_ref()
    }
}

impl DisclosureObservationInput {
    /// The key of the item.
    pub(super) fn key(&self) -> Option<&ID> {
        self.idempotency_key.as_ref()
    }
}

/// Disclosures to be recorded.
#[derive(InputObject)]
pub(crate) struct RecordDisclosuresInput {
    /// 1 to 500 disclosures.
    pub(super) disclosures: Vec<DisclosureInput>,
    /// What happens to the others when one cannot be recorded; `REJECT_ALL` when absent.
    pub(super) error_policy: Option<ErrorPolicy>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
}

/// Observations of routine disclosures.
#[derive(InputObject)]
pub(crate) struct RecordDisclosureSeriesInput {
    /// 1 to 500 observations, of the same series or of different ones.
    pub(super) observations: Vec<DisclosureObservationInput>,
    /// What happens to the others when one cannot be recorded; `REJECT_ALL` when absent.
    pub(super) error_policy: Option<ErrorPolicy>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
}

/// A disclosure, and what takes its place.
#[derive(InputObject)]
pub(crate) struct SupersedeDisclosureInput {
    /// The one that counts no more.
    pub(super) disclosure_id: DisclosureId,
    /// Why: 1 to 4000 characters.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    pub(super) reason: Personal,
    /// What takes its place, whole.
    pub(super) by: SupersedingDisclosureInput,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

/// A subject, and who it was.
#[derive(InputObject)]
pub(crate) struct ResolveDisclosureSubjectInput {
    /// The subject.
    pub(super) subject_id: DisclosureSubjectId,
    /// Who it was: any look-up that leads to one customer.
    pub(super) customer: CustomerLookupInput,
    /// How that was found out: 1 to 4000 characters.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    pub(super) reason: Personal,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}
