//! Systems in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use entity::enums::{IdentifierKind, ProcessingRole};
use entity::id::{IntegrationId, RecipientId, SystemId};
use entity::time::Timestamp;

use super::{DataCategory, DataSubject, keys};
use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::data_map::service::{self, System, SystemFacts, Which};
use crate::error::Result;
use crate::graphql::{
    Batch, CountryCode, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, payloads,
    read_back,
};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::platform::patch::Patch;
use crate::recipients::graphql::RecipientNode;

/// A system where data about customers lives.
#[Object]
impl System {
    /// Identity.
    pub(crate) async fn id(&self) -> SystemId {
        self.row.id
    }

    /// What it is called: the `system` of external ids.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// By what it knows customers, beside their ids there.
    #[graphql(name = "knownBy")]
    async fn kinds(&self) -> Vec<IdentifierKind> {
        self.known_by()
    }

    /// For whom what it holds about customers is processed: where it is the customers, they are told of an incident as
    /// controllers of it (GDPR Art. 33(2)).
    #[graphql(name = "ourRoles")]
    async fn roles(&self) -> Vec<ProcessingRole> {
        self.our_roles()
    }

    /// Who does its tasks; null where a person does them.
    async fn integration(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// What it is known to leave behind when it erases: at most 50 lines.
    #[graphql(name = "leavesBehind")]
    async fn left(&self) -> Vec<String> {
        self.leaves_behind()
    }

    /// Which team or function answers for it.
    async fn owner(&self) -> Option<&str> {
        self.row.owner.as_deref()
    }

    /// The recipient that runs it; null where the controller does.
    async fn host(&self, context: &Context<'_>) -> Nullable<RecipientNode> {
        load(context, self.row.host_id?).await.transpose()
    }

    /// Where it is. Where nobody said so, its data is where its `host` is.
    async fn country(&self) -> Option<CountryCode> {
        self.row.country.as_deref().and_then(CountryCode::parse)
    }

    /// The kinds of data that it holds, as far as somebody said so.
    #[graphql(name = "categories")]
    async fn held_categories(&self) -> Vec<DataCategory> {
        self.categories().map(DataCategory::known).collect()
    }

    /// Whose data it holds, as far as somebody said so.
    #[graphql(name = "subjects")]
    async fn held_subjects(&self) -> Vec<DataSubject> {
        self.subjects().map(DataSubject::known).collect()
    }

    /// When it was registered.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

impl Batch for SystemId {
    type Value = System;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, System>> {
        service::systems_by_id(ctx, keys).await
    }
}

connection! {
    /// A page of systems.
    SystemConnection, SystemEdge, System
}

/// Queries over systems.
#[derive(Default)]
pub(crate) struct DataMapQuery;

#[Object]
impl DataMapQuery {
    /// The controller's systems, in the order in which they were registered.
    async fn systems(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<SystemConnection> {
        let page = service::systems(ctx(context)?, PageRequest { first, after }).await?;
        Ok(SystemConnection::new(page))
    }
}

/// Declares what callers say of a system: which one, and the facts that may be said of each.
macro_rules! system_input {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[derive(InputObject)]
        pub(crate) struct $name {
            $($own)*
            /// By what it knows customers, beside their ids there: `EMAIL`, `PHONE`.
            known_by: Option<Vec<IdentifierKind>>,
            /// For whom what it holds about customers is processed: `PROCESSOR` of a panel, a mail store or backups with what
            /// customers host. `CONTROLLER`, when it was never said.
            our_roles: Option<Vec<ProcessingRole>>,
            /// Who does its tasks; null: people do.
            integration_id: Patch<IntegrationId>,
            /// What it is known to leave behind when it erases, such as `mail log for 7 days`: at most 50 lines of at most 200
            /// characters. Nothing personal belongs here.
            leaves_behind: Option<Vec<String>>,
            /// Which team or function answers for it: one line of 1 to 60 characters, no person's name; null for none.
            owner: Patch<String>,
            /// The recipient that runs it; null where the controller does.
            host_id: Patch<RecipientId>,
            /// Where it is; null where that is not known.
            country: Patch<CountryCode>,
            /// The kinds of data that it holds: at most 100.
            categories: Option<Vec<DataCategory>>,
            /// Whose data it holds: at most 100.
            subjects: Option<Vec<DataSubject>>,
            /// The person behind the integration.
            on_behalf_of: Option<OnBehalfOfInput>,
            /// Sent again with the same input, the call answers as before and changes nothing.
            idempotency_key: Option<ID>,
        }

        impl $name {
            fn facts(self) -> SystemFacts {
                SystemFacts {
                    known_by: self.known_by,
                    our_roles: self.our_roles,
                    integration: self.integration_id,
                    leaves_behind: self.leaves_behind,
                    owner: self.owner,
                    host: self.host_id,
                    country: self.country.map(|country| country.as_str().to_owned()),
                    categories: self.categories.map(|said| keys(said, DataCategory::into_key)),
                    subjects: self.subjects.map(|said| keys(said, DataSubject::into_key)),
                }
            }
        }
    };
}

system_input! {
    /// What is to be on record of a system; of one that is there, what is absent stays as it is.
    RegisterSystemInput {
        /// What it is called, as in external ids, such as `whmcs`: letters, digits, `.`, `_`, `-`; at most 40.
        name: String,
    }
}

system_input! {
    /// What is different about a system; what is absent stays as it is.
    UpdateSystemInput {
        /// Which one.
        system_id: SystemId,
        /// The version that the caller has seen. Where it is another by now, nothing is changed.
        expected_version: Option<i32>,
    }
}

payloads! {
    /// What `registerSystem` answers.
    RegisterSystemPayload {
        /// The system as it is now; null when it was registered but could not be read.
        system: System
    }
    /// What `updateSystem` answers.
    UpdateSystemPayload {
        /// The system as it is now; null when it was changed but could not be read.
        system: System
    }
}

/// Changes to systems.
#[derive(Default)]
pub(crate) struct DataMapMutation;

#[Object]
impl DataMapMutation {
    /// Registers a system, or changes what is known of the one of this name. Where nothing is different, nothing is recorded. Errors: NOT_FOUND for an integration or a
    /// recipient that does not exist; CONFLICT where another call registered it at the same time.
    async fn register_system(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The system.")] mut input: RegisterSystemInput,
    ) -> Result<RegisterSystemPayload> {
        let once = once("registerSystem", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of.take())?;
        let which = Which::Named(std::mem::take(&mut input.name));
        let id = service::save_system(&ctx, which, input.facts(), once).await?;
        let system = read_back(context, id).await;
        Ok(RegisterSystemPayload { system })
    }

    /// Changes what is known of a system. Its name stays: external ids and tasks have it. Errors: NOT_FOUND; CONFLICT when
    /// the version is not the expected one.
    async fn update_system(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is different.")] mut input: UpdateSystemInput,
    ) -> Result<UpdateSystemPayload> {
        let once = once("updateSystem", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of.take())?;
        let which = Which::Known(input.system_id, input.expected_version);
        let id = service::save_system(&ctx, which, input.facts(), once).await?;
        let system = read_back(context, id).await;
        Ok(UpdateSystemPayload { system })
    }
}
