//! Snapshots in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::SnapshotId;
use entity::snapshot;
use entity::time::Timestamp;

use super::types::{CustomerConnection, CustomersTotal};
use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::customers::service::{self, Part};
use crate::error::Result;
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, ctx, ctx_for, load, once, personal, read_back,
};
use crate::platform::page::PageRequest;
use crate::platform::personal::Personal;

/// A snapshot as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot(snapshot::Model);

/// The ids that an outside system says it has, compared with what is on record. It is kept for 30 days. Only for a
/// role with `IMPORT_CUSTOMERS`.
#[Object]
impl Snapshot {
    /// Identity.
    pub(crate) async fn id(&self) -> SnapshotId {
        self.0.id
    }

    /// The outside system.
    async fn system(&self) -> &str {
        &self.0.system
    }

    /// How many different ids came so far.
    async fn received(&self) -> i32 {
        i32::try_from(self.0.received).unwrap_or(i32::MAX)
    }

    /// How many of them led to nobody when they came.
    async fn unknown(&self) -> i32 {
        i32::try_from(self.0.unknown).unwrap_or(i32::MAX)
    }

    /// When the first part came.
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }

    /// When the last part came; null while parts are missing.
    async fn completed_at(&self) -> Option<Timestamp> {
        self.0.completed_at
    }

    /// Who began it; null for the operator at the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.0.integration_id?).await.transpose()
    }

    /// Customers whom the system does not have any more, in the order of their ids: neither closed nor merged, and with
    /// an id of the system that was on record when the snapshot began, has not ended and is not in the snapshot. Null
    /// while parts are missing.
    async fn surplus(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<CustomerConnection> {
        self.0.completed_at?;
        let request = PageRequest { first, after };
        let page = match ctx(context) {
            Ok(ctx) => service::surplus(ctx, &self.0, request).await,
            Err(error) => Err(error),
        };
        let total = CustomersTotal::Surplus(self.0.clone());
        Some(page.map(|page| CustomerConnection::new(page, total)))
    }
}

impl Batch for SnapshotId {
    type Value = Snapshot;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Snapshot>> {
        let found = service::snapshots_by_id(ctx, keys).await?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (id, Snapshot(row)))
            .collect())
    }
}

/// A part of the ids that an outside system has.
#[derive(InputObject)]
pub(crate) struct ReconcileSnapshotInput {
    /// The system, such as `whmcs`.
    system: String,
    /// 1 to 5000 ids of customers there. It does not matter whether an id comes twice.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    ids: Vec<ID>,
    /// The snapshot that the part belongs to. Absent: the part begins a new one.
    snapshot_id: Option<SnapshotId>,
    /// Whether this is the last part.
    #[graphql(default)]
    complete: bool,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `reconcileSnapshot` answers.
#[derive(SimpleObject)]
pub(crate) struct ReconcileSnapshotPayload {
    /// The snapshot.
    snapshot: Option<Snapshot>,
    /// Ids of this part that lead to nobody: their calls were lost. At most 5000.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    unknown: Vec<ID>,
    /// Ids of this part whose customer, or the one that stands for it, is closed here. At most 5000.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    closed: Vec<ID>,
}

/// Changes to snapshots.
#[derive(Default)]
pub(super) struct SnapshotsMutation;

#[Object]
impl SnapshotsMutation {
    /// Compares the ids that an outside system has with what is on record, in parts, so that lost calls are found. A
    /// part may come twice. After the last one, the snapshot tells whom the system does not have any more. Errors:
    /// NOT_FOUND; CONFLICT when the snapshot is complete.
    async fn reconcile_snapshot(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A part of the ids.")] input: ReconcileSnapshotInput,
    ) -> Result<ReconcileSnapshotPayload> {
        let once = once("reconcileSnapshot", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let part = Part {
            system: input.system,
            ids: input
                .ids
                .into_iter()
                .map(|id| Personal::new(id.0))
                .collect(),
            snapshot: input.snapshot_id,
            complete: input.complete,
        };
        let found = service::reconcile(&ctx, part, once).await?;
        Ok(ReconcileSnapshotPayload {
            snapshot: read_back(context, found.snapshot).await,
            unknown: shown(&found.unknown),
            closed: shown(&found.closed),
        })
    }
}

/// Ids as the caller sent them.
fn shown(ids: &[Personal]) -> Vec<ID> {
    ids.iter().map(|id| ID(id.expose().to_owned())).collect()
}
