//! What callers say of holds and blocks.

use async_graphql::{ID, InputObject};
use entity::date::Date;
use entity::enums::{HoldKind, RetentionGround};
use entity::id::{DeletionBlockId, LegalHoldId};
use entity::time::Timestamp;

use crate::customers::graphql::CustomerLookupInput;
use crate::data_map::graphql::DataCategory;
use crate::error::{Error, Result};
use crate::graphql::{OnBehalfOfInput, personal};
use crate::platform::personal::Personal;
use crate::retention::service::{HoldFilter, NewBlock, NewHold};

/// Which holds.
#[derive(Default, InputObject)]
pub(crate) struct LegalHoldFilterInput {
    /// That count now, or do not any more.
    active: Option<bool>,
    /// That cover this customer, by name or as one of all.
    customer: Option<CustomerLookupInput>,
}

impl From<LegalHoldFilterInput> for HoldFilter {
    fn from(input: LegalHoldFilterInput) -> Self {
        Self {
            active: input.active,
            customer: input.customer.map(Into::into),
            ..Self::default()
        }
    }
}

/// A legal hold to be placed.
#[derive(InputObject)]
pub(crate) struct PlaceLegalHoldInput {
    /// What it is for.
    kind: HoldKind,
    /// Whom it covers: 1 to 500 customers, or else `allCustomers`.
    customers: Option<Vec<CustomerLookupInput>>,
    /// That it covers every customer, also those to come.
    all_customers: Option<bool>,
    /// Which systems it covers, by name: 1 to 100. When absent, all.
    systems: Option<Vec<String>>,
    /// Which data it is about, for those who read it: at most 100. What it covers is held whole.
    categories: Option<Vec<DataCategory>>,
    /// Why, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    reason: Personal,
    /// On whose authority, such as a court and its file number: at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    authority: Option<Personal>,
    /// When it ends of itself: 90 days after a request under 18 USC 2703(f), 60 days after a European Preservation Order.
    /// When absent, somebody has to release it.
    expires_at: Option<Timestamp>,
    /// Since when: not in the future. Absent: now.
    placed_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl PlaceLegalHoldInput {
    /// The person behind the integration, and the hold.
    ///
    /// # Errors
    /// Invalid where not one of customers and all customers is said: a list that was forgotten must not hold everything.
    pub(super) fn split(self) -> Result<(Option<OnBehalfOfInput>, NewHold)> {
        let all = self.all_customers.unwrap_or_default();
        if all == self.customers.is_some() {
            let problem = "must be said, or else allCustomers";
            return Err(Error::invalid("customers", problem));
        }
        let customers = self.customers.map(|all| {
            let lookups = all.into_iter().map(Into::into);
            lookups.collect()
        });
        let categories = self.categories.unwrap_or_default().into_iter();
        let new = NewHold {
            kind: self.kind,
            customers,
            systems: self.systems,
            categories: categories.map(DataCategory::into_key).collect(),
            reason: self.reason,
            authority: self.authority,
            expires_at: self.expires_at,
            placed_at: self.placed_at,
        };
        Ok((self.on_behalf_of, new))
    }
}

/// More time for a legal hold.
#[derive(InputObject)]
pub(crate) struct ExtendLegalHoldInput {
    /// The hold.
    pub(super) hold_id: LegalHoldId,
    /// The new end, later than before; null: when somebody releases it.
    pub(super) expires_at: Option<Timestamp>,
    /// Why, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    pub(super) reason: Personal,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

/// The end of a legal hold.
#[derive(InputObject)]
pub(crate) struct ReleaseLegalHoldInput {
    /// The hold.
    pub(super) hold_id: LegalHoldId,
    /// Why, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    pub(super) reason: Personal,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

/// Something that a system must keep of a customer.
#[derive(InputObject)]
pub(crate) struct RecordDeletionBlockInput {
    /// Of whom.
    customer: CustomerLookupInput,
    /// The system, by name.
    system: String,
    /// Why.
    ground: RetentionGround,
    /// What: at most 500 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    what: Personal,
    /// The last day, not in the past. Needed with `STATUTORY_RETENTION`.
    until: Option<Date>,
    /// Where that is written, such as a statute: at most 500 characters, nothing personal. Needed with
    /// `STATUTORY_RETENTION`.
    source: Option<String>,
    /// Since when: not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl RecordDeletionBlockInput {
    /// The person behind the integration, and the block.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, NewBlock) {
        let new = NewBlock {
            customer: self.customer.into(),
            system: self.system,
            ground: self.ground,
            what: self.what,
            until: self.until,
            source: self.source,
            since: self.occurred_at,
        };
        (self.on_behalf_of, new)
    }
}

/// The end of what a system must keep.
#[derive(InputObject)]
pub(crate) struct SettleDeletionBlockInput {
    /// The block.
    pub(super) block_id: DeletionBlockId,
    /// When it was over: not in the future. Absent: now.
    pub(super) occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}
