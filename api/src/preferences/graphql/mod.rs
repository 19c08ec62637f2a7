//! Preferences in the schema.

mod contact;
mod inputs;
mod mail;
mod types;

use std::collections::HashMap;

use async_graphql::{Context, Object, SimpleObject};
use entity::enums::ErrorPolicy;
use entity::id::{CustomerId, PreferenceId};

pub(crate) use contact::{ContactMutation, ContactQuery};
use inputs::{PreferenceFilterInput, RecordPreferenceInput, RecordPreferencesInput};
pub(crate) use mail::MailMutation;

use super::service::{self, Current, Preference};
use crate::context::Ctx;
use crate::customers::graphql::ErrorItem;
use crate::error::Result;
use crate::graphql::{
    Batch, connection, ctx, ctx_for, load, once, pages, parts, payloads, read_back,
};
use crate::platform::page::PageRequest;

connection! {
    /// A page of preferences.
    PreferenceConnection, PreferenceEdge, Preference
}

impl Batch for PreferenceId {
    type Value = Preference;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Preference>> {
        service::by_ids(ctx, keys).await
    }
}

pages! {
    /// A page of what a customer said.
    pub(crate) PreferencesOf(CustomerId): Preference, service::of_customers;
}

parts! {
    /// What a customer wants now.
    pub(crate) CurrentOf(CustomerId): Vec<Current>, service::current_of;
}

/// Queries over preferences.
#[derive(Default)]
pub(crate) struct PreferencesQuery;

#[Object]
impl PreferencesQuery {
    /// What persons said about uses of their data, the latest first by when it was recorded. What somebody wants now is at
    /// the customer: `currentPreferences`.
    async fn preferences(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<PreferenceFilterInput>,
    ) -> Result<PreferenceConnection> {
        let filter = filter.unwrap_or_default().into();
        let page = service::list(ctx(context)?, filter, PageRequest { first, after }).await?;
        Ok(PreferenceConnection::new(page))
    }
}

payloads! {
    /// What `recordPreference` answers.
    RecordPreferencePayload {
        /// The preference; null when it was recorded but could not be read.
        preference: Preference
    }
}

/// What became of one item of a list: a preference or an error.
#[derive(SimpleObject)]
pub(crate) struct RecordPreferenceResult {
    /// The preference; null when the item could not be recorded.
    preference: Option<Preference>,
    /// Why the item could not be recorded.
    error: Option<ErrorItem>,
}

/// What `recordPreferences` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordPreferencesPayload {
    /// One result for each item, in the order of the input.
    results: Vec<RecordPreferenceResult>,
}

/// Changes to preferences.
#[derive(Default)]
pub(crate) struct PreferencesMutation;

#[Object]
impl PreferencesMutation {
    /// Records what a person said about a use of their data. It is never changed: what is said later counts from then on,
    /// whenever it is recorded. What forbids something counts for every address that the customer has or had when it is
    /// recorded, as a keyed digest that outlasts the customer: so an opt-out survives erasure, and a list that is imported
    /// again, which lifts no refusal. Errors: NOT_FOUND and
    /// AMBIGUOUS for the customer; NOT_FOUND for the brand; BAD_USER_INPUT for a use that the service needs.
    async fn record_preference(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was said.")] input: RecordPreferenceInput,
    ) -> Result<RecordPreferencePayload> {
        let once = once("recordPreference", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split()?;
        let id = service::record(&ctx_for(context, person)?, new, once).await?;
        let preference = read_back(context, id).await;
        Ok(RecordPreferencePayload { preference })
    }

    /// Records what up to 500 persons said, such as a list from another system. Errors of an item: as of `recordPreference`.
    async fn record_preferences(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was said.")] input: RecordPreferencesInput,
    ) -> Result<RecordPreferencesPayload> {
        let once = once("recordPreferences", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let items = input.preferences.into_iter().map(TryInto::try_into);
        let policy = input.error_policy.unwrap_or(ErrorPolicy::RejectAll);
        let recorded = service::record_many(&ctx, items.collect(), policy, once).await?;
        // Together, so that they are loaded in one statement.
        let results = recorded.into_iter().map(async |one| match one {
            Ok(id) => RecordPreferenceResult {
                preference: load(context, id).await.ok().flatten(),
                error: None,
            },
            Err(error) => RecordPreferenceResult {
                preference: None,
                error: Some(error.into()),
            },
        });
        Ok(RecordPreferencesPayload {
            results: futures_util::future::join_all(results).await,
        })
    }
}
