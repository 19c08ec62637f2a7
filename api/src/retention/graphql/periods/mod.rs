//! For how long data is kept, what that counts from, and what is due, in the schema.

mod inputs;
mod types;

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::date::Date;
use entity::id::{RetentionAnchorId, RetentionRuleId};

use inputs::{
    RecordAnchorInput, RetentionDueFilterInput, RetentionRuleInput, SetRetentionRuleInput,
};

use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, connection, ctx, ctx_for, once, payloads, read_back};
use crate::platform::page::PageRequest;
use crate::retention::service::{self, Anchor, DueItem, Preview, Rule, SetRule};

impl Batch for RetentionRuleId {
    type Value = Rule;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Rule>> {
        service::rules_by_id(ctx, keys).await
    }
}

impl Batch for RetentionAnchorId {
    type Value = Anchor;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Anchor>> {
        service::anchors_by_id(ctx, keys).await
    }
}

connection! {
    /// A page of what is due.
    RetentionDueConnection, RetentionDueEdge, DueItem
}

/// Queries over how long data is kept.
#[derive(Default)]
pub(crate) struct PeriodsQuery;

#[Object]
impl PeriodsQuery {
    /// The controller's retention rules, by name, also those that are not applied any more: at most 200.
    async fn retention_rules(&self, context: &Context<'_>) -> Result<Vec<Rule>> {
        service::rules(ctx(context)?).await
    }

    /// What is due by retention rules and has not been done: rule by rule, system by system, the earliest first. Each is
    /// planned as a task of its system, as `claimTasks` hands out. Errors: AMBIGUOUS for a customer who could be several.
    async fn retention_due(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "By which day, in UTC; today, when absent.")] by: Option<Date>,
        #[graphql(desc = "Which ones.")] filter: Option<RetentionDueFilterInput>,
    ) -> Result<RetentionDueConnection> {
        let filter = filter.unwrap_or_default().into();
        let page = PageRequest { first, after };
        let page = service::due(ctx(context)?, by, &filter, page).await?;
        Ok(RetentionDueConnection::new(page))
    }

    /// What a retention rule would do in each of its systems, compared with the rule of its name that is set: nothing is
    /// changed, nothing is planned. Errors: BAD_USER_INPUT as of `setRetentionRule`.
    async fn preview_retention_rule(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The rule.")] rule: RetentionRuleInput,
        #[graphql(desc = "By which day, in UTC; today, when absent.")] by: Option<Date>,
    ) -> Result<Vec<Preview>> {
        service::preview(ctx(context)?, &rule.into(), by).await
    }
}

payloads! {
    /// What `setRetentionRule` answers.
    SetRetentionRulePayload {
        /// The rule as it is now; null when it was set but could not be read.
        rule: Rule
    }
    /// What `recordAnchor` answers.
    RecordAnchorPayload {
        /// What is on record now; null when it was recorded but could not be read.
        record: Anchor
    }
}

/// Changes to how long data is kept.
#[derive(Default)]
pub(crate) struct PeriodsMutation;

#[Object]
impl PeriodsMutation {
    /// Sets for how long systems keep what, and what becomes of it then; a rule of the same name makes way for it. What is due
    /// becomes tasks of those systems; what is not due any more is not handed out from this moment on.
    /// `previewRetentionRule` shows what it would do. Errors: BAD_USER_INPUT for a system that is not registered, a period
    /// that is none, and beyond 200 rules, or 200 systems that rules name together; CONFLICT when there is another version
    /// than the expected one.
    async fn set_retention_rule(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The rule.")] input: SetRetentionRuleInput,
    ) -> Result<SetRetentionRulePayload> {
        let once = once("setRetentionRule", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let set = SetRule {
            rule: input.rule.into(),
            expected_version: input.expected_version,
        };
        let id = service::set_rule(&ctx, &set, once).await?;
        let rule = read_back(context, id).await;
        Ok(SetRetentionRulePayload { rule })
    }

    /// Records when something happened that the time for which data is kept counts from: a payment, the date of an invoice, the
    /// end of a ticket. Said again of the same thing, the last word counts, but a last login or payment never moves back. What
    /// is due by it becomes a task within an hour. SUPPORT says when tickets and cases were closed and when somebody signed in
    /// last, ABUSE when tickets and cases were closed: others are FORBIDDEN there. Errors: NOT_FOUND and AMBIGUOUS for the customer; CONFLICT when the same
    /// is recorded at the same time.
    async fn record_anchor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What happened.")] input: RecordAnchorInput,
    ) -> Result<RecordAnchorPayload> {
        let once = once("recordAnchor", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split()?;
        let id = service::record_anchor(&ctx_for(context, person)?, new, once).await?;
        let record = read_back(context, id).await;
        Ok(RecordAnchorPayload { record })
    }
}
