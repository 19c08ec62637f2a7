//! What the schema shows of disclosures.

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::enums::{DataTier, DisclosureGround, DisclosureMethod, SubjectResolution};
use entity::id::{CustomerId, DisclosureId, DisclosureSubjectId, FindingId};
use entity::time::Timestamp;

use super::accounting::{DisclosureSeries, series};
use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::customers::Customer;
use crate::data_map::graphql::{DataCategory, DataUse};
use crate::disclosures::service::{self, Disclosure, Finding, Subject, Supersession};
use crate::error::Result;
use crate::graphql::{Batch, Long, Nullable, load, open, pages, personal};
use crate::ledger::graphql::EventNode;
use crate::recipients::graphql::RecipientNode;

/// One event in which personal data went to a recipient. It is never edited.
#[Object]
impl Disclosure {
    /// Identity.
    pub(crate) async fn id(&self) -> DisclosureId {
        self.row.id
    }

    /// Who received.
    async fn recipient(&self, context: &Context<'_>) -> Nullable<RecipientNode> {
        load(context, self.row.recipient_id).await.transpose()
    }

    /// Why.
    async fn ground(&self) -> DisclosureGround {
        self.row.ground
    }

    /// For which use.
    async fn purpose(&self) -> DataUse {
        DataUse::known(&self.row.purpose)
    }

    /// Which data, in alphabetical order.
    async fn data_categories(&self) -> Vec<DataCategory> {
        self.row
            .data_categories
            .split(' ')
            .map(DataCategory::known)
            .collect()
    }

    /// How deep.
    async fn tier(&self) -> DataTier {
        self.row.tier
    }

    /// How it went out.
    async fn method(&self) -> Option<DisclosureMethod> {
        self.row.method
    }

    /// When it went out; the first time, where the record stands for several.
    async fn disclosed_at(&self) -> Timestamp {
        self.row.disclosed_at
    }

    /// When it went out the last time, where the record stands for several over a period; null otherwise.
    async fn disclosed_until(&self) -> Option<Timestamp> {
        self.row.disclosed_until
    }

    /// How many times data went out: 1, unless the record stands for several.
    async fn count(&self) -> Long {
        Long(self.row.occurrences)
    }

    /// All records that repeat this one about the same customer: same recipient, ground, purpose, data and tier. Null
    /// where it is not about one known customer.
    async fn series(&self, context: &Context<'_>) -> Nullable<DisclosureSeries> {
        series(context, self.row.id).await.transpose()
    }

    /// What took its place, if it counts no more.
    async fn superseded_by(&self, context: &Context<'_>) -> Nullable<DisclosureSupersession> {
        let found = load(context, SupersededBy(self.row.id)).await.transpose()?;
        Some(found.map(DisclosureSupersession))
    }

    /// What it took the place of, if it did.
    async fn supersedes(&self, context: &Context<'_>) -> Nullable<DisclosureSupersession> {
        let found = load(context, Supersedes(self.row.id)).await.transpose()?;
        Some(found.map(DisclosureSupersession))
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// What the recipient or the reporter calls it. Null for a role without `READ_CASE_DETAILS`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    async fn reference(&self) -> Nullable<String> {
        open(self.reference.as_ref()).transpose()
    }

    /// On what authority: a case number, a statute, a clause (45 CFR 164.528(b)(2) asks for the purpose or the
    /// request). Null for a role without `READ_CASE_DETAILS`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    async fn authority(&self) -> Nullable<String> {
        open(self.authority.as_ref()).transpose()
    }

    /// Anything else that was noted. Null for a role without `READ_CASE_DETAILS`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    async fn note(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }

    /// Whose data it was, in the order in which they were named; at most 500.
    async fn subjects(&self, context: &Context<'_>) -> Result<Vec<Subject>> {
        Ok(load(context, SubjectsOf(self.row.id))
            .await?
            .unwrap_or_default())
    }

    /// How many subjects it has.
    async fn subject_count(&self) -> i32 {
        self.row.subject_count
    }

    /// How many of them are not known customers.
    async fn unresolved_count(&self) -> i32 {
        self.row.unresolved_count
    }

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }

    /// Who recorded it; null where it was the operator at the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }
}

impl Batch for DisclosureId {
    type Value = Disclosure;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Disclosure>> {
        service::by_ids(ctx, keys).await
    }
}

/// Whose data a disclosure was about, or what is known of that.
#[Object(name = "DisclosureSubject")]
impl Subject {
    /// Identity.
    async fn id(&self) -> DisclosureSubjectId {
        self.row.id
    }

    /// The customer. Null where the look-up led to nobody or to several, and for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id?).await.transpose()
    }

    /// What the look-up found.
    async fn resolution(&self) -> SubjectResolution {
        self.row.resolution
    }

    /// How many customers it could have been.
    async fn candidate_count(&self) -> i32 {
        self.row.candidate_count
    }

    /// What was known, such as `ip 203.0.113.7 at 2026-11-19T22:14:00.000Z`. Null for a role without both
    /// `READ_CASE_DETAILS` and `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    async fn lookup(&self) -> Nullable<String> {
        let text = self.lookup_text().transpose()?;
        Some(text.map(|text| text.expose().to_owned()))
    }

    /// The leaf about this customer; the disclosure's own where it has no other.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }

    /// An open finding: what is on record now says that it was somebody else. Null where there is none. It is settled by
    /// `resolveDisclosureSubject`, by superseding the disclosure, and by a correction of what is on record.
    async fn finding(&self, context: &Context<'_>) -> Nullable<SubjectFinding> {
        let found = load(context, self.row.id).await.transpose()?;
        Some(found.map(SubjectFinding))
    }
}

/// What is on record now about who a subject was. Nothing has been changed by it.
pub(crate) struct SubjectFinding(Finding);

/// What is on record now about who a subject was. Nothing has been changed by it.
#[Object]
impl SubjectFinding {
    /// Identity.
    async fn id(&self) -> FindingId {
        self.0.row.id
    }

    /// What the look-up finds now.
    async fn resolution(&self) -> SubjectResolution {
        self.0.row.resolution
    }

    /// The customer that it leads to now. Null where it leads to nobody or to several, and for a role that may not read
    /// customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.0.row.customer_id?).await.transpose()
    }

    /// How many customers it could be now.
    async fn candidate_count(&self) -> i32 {
        self.0.row.candidate_count
    }

    /// When it was raised.
    async fn raised_at(&self) -> Timestamp {
        self.0.row.raised_at
    }

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.0.row.event_id).await.transpose()
    }
}

impl Batch for DisclosureSubjectId {
    type Value = Finding;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Finding>> {
        service::findings(ctx, keys).await
    }
}

/// How one disclosure took the place of another.
pub(crate) struct DisclosureSupersession(Supersession);

/// How one disclosure took the place of another.
#[Object]
impl DisclosureSupersession {
    /// The one that counts no more.
    async fn old(&self, context: &Context<'_>) -> Nullable<Disclosure> {
        load(context, self.0.row.old_id).await.transpose()
    }

    /// The one that took its place.
    async fn new(&self, context: &Context<'_>) -> Nullable<Disclosure> {
        load(context, self.0.row.new_id).await.transpose()
    }

    /// Why. Null for a role without `READ_CASE_DETAILS`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    async fn reason(&self) -> Nullable<String> {
        open(self.0.reason.as_ref()).transpose()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.0.row.recorded_at
    }

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.0.row.event_id).await.transpose()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct SupersededBy(DisclosureId);

impl Batch for SupersededBy {
    type Value = Supersession;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Supersession>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::superseded_by(ctx, &ids).await?;
        Ok(found.into_iter().map(|(id, one)| (Self(id), one)).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Supersedes(DisclosureId);

impl Batch for Supersedes {
    type Value = Supersession;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Supersession>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::supersedes(ctx, &ids).await?;
        Ok(found.into_iter().map(|(id, one)| (Self(id), one)).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SubjectsOf(pub(super) DisclosureId);

impl Batch for SubjectsOf {
    type Value = Vec<Subject>;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Vec<Subject>>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::subjects(ctx, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, subjects)| (Self(id), subjects))
            .collect())
    }
}

pages! {
    /// A page of the disclosures about a customer.
    pub(crate) DisclosuresOf(CustomerId): Disclosure, service::of_customers;
}
