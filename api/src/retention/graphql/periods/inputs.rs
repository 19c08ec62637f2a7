//! What callers say of how long data is kept.

use async_graphql::{ID, InputObject};
use entity::enums::{LegalBasis, RetentionAction, RetentionAnchor};
use entity::id::RetentionRuleId;
use entity::time::Timestamp;

use crate::customers::graphql::CustomerLookupInput;
use crate::data_map::graphql::DataCategory;
use crate::error::{Error, Result};
use crate::graphql::{OnBehalfOfInput, personal};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;
use crate::retention::service::{DueFilter, NewAnchor, NewRule};

/// For how long something is to be kept.
#[derive(InputObject)]
pub(crate) struct RetentionRuleInput {
    /// What it is called, at most 100 characters in one line: what is said takes the place of the rule of this name.
    name: String,
    /// The systems that it is about, by name: 1 to 20 that are registered.
    systems: Vec<String>,
    /// The data that it is about: at most 20. Absent: everything there.
    categories: Option<Vec<DataCategory>>,
    /// What the period counts from. `SERVICE_TERMINATED` counts services that `recordAnchor` reports one by one, and
    /// customers whose last service ended, as `closeCustomer` says.
    anchor: RetentionAnchor,
    /// That it counts from the end of the calendar year of that, as German tax law does.
    from_year_end: Option<bool>,
    /// How long: an ISO 8601 duration of years, months, weeks and days, such as `P8Y`, `P18M` or `P30D`; 100 years at the
    /// most. Days are those of UTC, and that of the anchor does not count: what happened on 1 March is kept for `P30D` until
    /// 31 March, and is due on 1 April.
    period: String,
    /// What is done then.
    action: RetentionAction,
    /// What keeping it so long rests on. Needed where it is protected.
    basis: Option<LegalBasis>,
    /// Where that is written, such as a statute: at most 200 characters. Needed where it is protected.
    statute: Option<String>,
    /// That it is kept so long against the wish of the person: `deletionPlan` shows it, and whoever erases is told to keep
    /// it.
    protected: Option<bool>,
    /// That the rule is not applied any more.
    ended: Option<bool>,
}

impl From<RetentionRuleInput> for NewRule {
    fn from(input: RetentionRuleInput) -> Self {
        let categories = input.categories.unwrap_or_default().into_iter();
        Self {
            name: input.name,
            systems: input.systems,
            categories: categories.map(DataCategory::into_key).collect(),
            anchor: input.anchor,
            from_year_end: input.from_year_end.unwrap_or_default(),
            period: input.period,
            action: input.action,
            basis: input.basis,
            statute: input.statute,
            protected: input.protected.unwrap_or_default(),
            ended: input.ended.unwrap_or_default(),
        }
    }
}

/// A retention rule to be set.
#[derive(InputObject)]
pub(crate) struct SetRetentionRuleInput {
    /// The rule, whole: what is absent is not kept from before.
    #[graphql(flatten)]
    pub(super) rule: RetentionRuleInput,
    /// The version that the caller has read, 0 where there was no rule of the name: the call fails with CONFLICT when there is
    /// another.
    pub(super) expected_version: Option<i32>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

/// Something that happened that the time for which data is kept counts from.
#[derive(InputObject)]
pub(crate) struct RecordAnchorInput {
    /// Whose data.
    customer: CustomerLookupInput,
    /// What happened.
    anchor: RetentionAnchor,
    /// When, not in the future; null where it is not so any more, as of a ticket that was opened again.
    at: Patch<Timestamp>,
    /// The system whose thing it happened to, with `reference`. Absent: it is about the customer as a whole.
    system: Option<String>,
    /// What the thing is called there, such as the number of an invoice: at most 200 characters.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    reference: Option<Personal>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl RecordAnchorInput {
    pub(super) fn split(self) -> Result<(Option<OnBehalfOfInput>, NewAnchor)> {
        let at = match self.at {
            Patch::Set(at) => Some(at),
            Patch::Clear => None,
            Patch::Keep => {
                let problem = "must be said: null where it is not so any more";
                return Err(Error::invalid("at", problem));
            }
        };
        let thing = match (self.system, self.reference) {
            (Some(system), Some(reference)) => Some((system, reference)),
            (None, None) => None,
            (system, _) => {
                let field = if system.is_some() {
                    "reference"
                } else {
                    "system"
                };
                return Err(Error::invalid(field, "must be said, or neither of the two"));
            }
        };
        let new = NewAnchor {
            customer: self.customer.into(),
            anchor: self.anchor,
            at,
            thing,
        };
        Ok((self.on_behalf_of, new))
    }
}

/// What of what is due.
#[derive(Default, InputObject)]
pub(crate) struct RetentionDueFilterInput {
    /// By this rule.
    rule_id: Option<RetentionRuleId>,
    /// In this system, by name.
    system: Option<String>,
    /// Of this customer, and of all who are one with it.
    customer: Option<CustomerLookupInput>,
}

impl From<RetentionDueFilterInput> for DueFilter {
    fn from(input: RetentionDueFilterInput) -> Self {
        Self {
            rule: input.rule_id,
            system: input.system,
            customer: input.customer.map(Into::into),
        }
    }
}
