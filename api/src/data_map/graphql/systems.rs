//! Systems in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{IdentifierKind, ProcessingRole};
use entity::id::{IntegrationId, SystemId};
use entity::time::Timestamp;

use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::data_map::service::{self, NewSystem, System};
use crate::error::Result;
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, read_back,
};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::platform::patch::Patch;

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

/// What is to be on record of a system; of one that is there, what is absent stays as it is.
#[derive(InputObject)]
pub(crate) struct RegisterSystemInput {
    /// What it is called, as in external ids, such as `whmcs`: letters, digits, `.`, `_`, `-`; at most 40.
    name: String,
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
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `registerSystem` answers.
#[derive(SimpleObject)]
pub(crate) struct RegisterSystemPayload {
    /// The system as it is now; null when it was registered but could not be read.
    system: Option<System>,
}

/// Changes to the data map.
#[derive(Default)]
pub(crate) struct DataMapMutation;

#[Object]
impl DataMapMutation {
    /// Registers a system, or changes what is known of the one of this name. Errors: NOT_FOUND for an integration that does not exist; CONFLICT where another call registered it at the same time.
    async fn register_system(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The system.")] input: RegisterSystemInput,
    ) -> Result<RegisterSystemPayload> {
        let once = once("registerSystem", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = NewSystem {
            name: input.name,
            known_by: input.known_by,
            our_roles: input.our_roles,
            integration: input.integration_id,
            leaves_behind: input.leaves_behind,
        };
        let id = service::register_system(&ctx, new, once).await?;
        Ok(RegisterSystemPayload {
            system: read_back(context, id).await,
        })
    }
}
