//! Data flows in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use entity::date::Date;
use entity::enums::{DataMapNodeKind, DisclosureFrequency, LegalBasis, ProcessingRole};
use entity::id::{DataFlowId, InstrumentId, RecipientId, SystemId};
use entity::time::Timestamp;

use super::{DataCategory, DataSubject, DataUse, keys};
use crate::agreements::graphql::{Agreement, InstrumentNode, TransferMechanism};
use crate::context::Ctx;
use crate::data_map::service::{self, Flow, FlowFilter, NewFlow, Node, Retirement, System};
use crate::error::{Error, Result};
use crate::graphql::{
    Batch, CountryCode, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, payloads,
    read_back,
};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::recipients::graphql::RecipientNode;

/// A place on the data map: the customers themselves, a system, or a recipient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DataMapNode(pub(super) Node);

/// A place on the data map: the customers themselves, a system, or a recipient.
#[Object]
impl DataMapNode {
    /// What it is.
    async fn kind(&self) -> DataMapNodeKind {
        match self.0 {
            Node::Customer => DataMapNodeKind::Customer,
            Node::System(_) => DataMapNodeKind::System,
            Node::Recipient(_) => DataMapNodeKind::Recipient,
        }
    }

    /// Id of the system or the recipient; null for the customers.
    async fn id(&self) -> Option<ID> {
        match self.0 {
            Node::Customer => None,
            Node::System(id) => Some(ID(id.to_string())),
            Node::Recipient(id) => Some(ID(id.to_string())),
        }
    }

    /// The system; null for the others.
    async fn system(&self, context: &Context<'_>) -> Nullable<System> {
        match self.0 {
            Node::System(id) => load(context, id).await.transpose(),
            _ => None,
        }
    }

    /// The recipient; null for the others, and for a role that may not read recipients.
    async fn recipient(&self, context: &Context<'_>) -> Nullable<RecipientNode> {
        match self.0 {
            Node::Recipient(id) => load(context, id).await.transpose(),
            _ => None,
        }
    }
}

/// A place on the data map: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum DataMapNodeInput {
    /// The customers themselves, and other persons: true.
    Customer(bool),
    /// A system.
    SystemId(SystemId),
    /// A recipient.
    RecipientId(RecipientId),
}

impl DataMapNodeInput {
    pub(super) fn node(self, field: &str) -> Result<Node> {
        match self {
            Self::Customer(true) => Ok(Node::Customer),
            Self::Customer(false) => {
                let field = format!("{field}.customer");
                Err(Error::invalid(field, "must be true, or left out"))
            }
            Self::SystemId(id) => Ok(Node::System(id)),
            Self::RecipientId(id) => Ok(Node::Recipient(id)),
        }
    }
}

/// That data goes from one place to another. It is never edited: it is retired, and another takes its place.
#[Object(name = "DataFlow")]
impl Flow {
    /// Identity.
    pub(crate) async fn id(&self) -> DataFlowId {
        self.row.id
    }

    /// From where: the customers, or a system.
    async fn source(&self) -> DataMapNode {
        DataMapNode(self.from())
    }

    /// To where: a system, or a recipient.
    async fn target(&self) -> DataMapNode {
        DataMapNode(self.to())
    }

    /// Which kinds of data.
    async fn categories(&self) -> Vec<DataCategory> {
        let keys = self.row.categories.split_whitespace();
        keys.map(DataCategory::known).collect()
    }

    /// Whose data.
    async fn subjects(&self) -> Vec<DataSubject> {
        let keys = self.row.subjects.split_whitespace();
        keys.map(DataSubject::known).collect()
    }

    /// What for.
    async fn purpose(&self) -> DataUse {
        DataUse::known(&self.row.purpose)
    }

    /// What it rests on; null where nobody said so.
    async fn legal_basis(&self) -> Option<LegalBasis> {
        self.row.legal_basis
    }

    /// For whom the data is processed.
    async fn our_role(&self) -> ProcessingRole {
        self.row.our_role
    }

    /// How often it goes; null where nobody said so.
    async fn frequency(&self) -> Option<DisclosureFrequency> {
        self.row.frequency
    }

    /// The agreement that covers it; null where nobody said so, and for a role that may not read recipients.
    async fn agreement(&self, context: &Context<'_>) -> Nullable<Agreement> {
        let found: Nullable<InstrumentNode> =
            load(context, self.row.agreement_id?).await.transpose();
        match found? {
            Ok(found) => found.agreement().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// What allows that data leaves the European Economic Area by it; null where nobody said so, and for a role that may not
    /// read recipients.
    async fn transfer_mechanism(&self, context: &Context<'_>) -> Nullable<TransferMechanism> {
        let found: Nullable<InstrumentNode> =
            load(context, self.row.mechanism_id?).await.transpose();
        match found? {
            Ok(found) => found.mechanism().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// Where the data comes from: of a system, where it is or where its host is; else where the controller is established.
    async fn source_country(&self) -> Option<CountryCode> {
        self.from_country.as_deref().and_then(CountryCode::parse)
    }

    /// Where the data goes: of a system, where it is or where its host is.
    async fn target_country(&self) -> Option<CountryCode> {
        self.to_country.as_deref().and_then(CountryCode::parse)
    }

    /// Whether data leaves the European Economic Area by it (GDPR chapter V); null where a country is not known.
    #[graphql(name = "leavesEea")]
    async fn leaves(&self) -> Option<bool> {
        self.leaves_eea()
    }

    /// Its first day.
    async fn valid_from(&self) -> Date {
        self.row.valid_from
    }

    /// Its last day; null where there is none.
    async fn valid_until(&self) -> Option<Date> {
        self.row.valid_until
    }

    /// The flow in whose place it came.
    async fn replaces(&self, context: &Context<'_>) -> Nullable<Flow> {
        load(context, self.row.replaces?).await.transpose()
    }

    /// When it was declared.
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

impl Batch for DataFlowId {
    type Value = Flow;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Flow>> {
        service::flows_by_id(ctx, keys).await
    }
}

connection! {
    /// A page of data flows.
    DataFlowConnection, DataFlowEdge, Flow
}

/// Which data flows; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct DataFlowFilterInput {
    /// Of this kind of data, or one below it: `user.contact` finds `user.contact.email`.
    category: Option<DataCategory>,
    /// For this use, or one below it.
    purpose: Option<DataUse>,
    /// From or to this place.
    node: Option<DataMapNodeInput>,
    /// By which data leaves the European Economic Area, or does not. Those of which a country is not known are neither.
    leaves_eea: Option<bool>,
}

impl DataFlowFilterInput {
    fn checked(self) -> Result<FlowFilter> {
        let node = self.node.map(|node| node.node("filter.node")).transpose()?;
        Ok(FlowFilter {
            category: self.category.map(DataCategory::into_key),
            purpose: self.purpose.map(DataUse::into_key),
            node,
            leaves_eea: self.leaves_eea,
        })
    }
}

/// Queries over data flows.
#[derive(Default)]
pub(crate) struct FlowsQuery;

#[Object]
impl FlowsQuery {
    /// The data flows that count on a day, in the order in which they were declared. Errors: BAD_USER_INPUT for keys that the
    /// taxonomy does not have.
    async fn data_flows(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<DataFlowFilterInput>,
        #[graphql(desc = "On which day, in UTC; today when absent.")] as_of: Option<Date>,
    ) -> Result<DataFlowConnection> {
        let filter = filter.unwrap_or_default().checked()?;
        let page = PageRequest { first, after };
        let page = service::flows(ctx(context)?, filter, as_of, page).await?;
        Ok(DataFlowConnection::new(page))
    }
}

/// A data flow to be declared.
#[derive(InputObject)]
pub(crate) struct DeclareDataFlowInput {
    /// From where: the customers, or a system.
    from: DataMapNodeInput,
    /// To where: a system, or a recipient.
    to: DataMapNodeInput,
    /// Which kinds of data: 1 to 100.
    categories: Vec<DataCategory>,
    /// Whose data: 1 to 100; `customer`, when absent.
    subjects: Option<Vec<DataSubject>>,
    /// What for.
    purpose: DataUse,
    /// What it rests on.
    legal_basis: Option<LegalBasis>,
    /// For whom the data is processed; `CONTROLLER`, when absent.
    our_role: Option<ProcessingRole>,
    /// How often it goes.
    frequency: Option<DisclosureFrequency>,
    /// The agreement that covers it: with the recipient, or with whom runs the system that it goes to.
    agreement_id: Option<InstrumentId>,
    /// What allows that it leaves the European Economic Area: with the same.
    transfer_mechanism_id: Option<InstrumentId>,
    /// Its first day; today, in UTC, when absent.
    valid_from: Option<Date>,
    /// Its last day; absent where there is none.
    valid_until: Option<Date>,
    /// The flow in whose place it comes: that one ends on the day before.
    replaces: Option<DataFlowId>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

impl DeclareDataFlowInput {
    fn split(self) -> Result<(Option<OnBehalfOfInput>, NewFlow)> {
        let subjects = match self.subjects {
            Some(subjects) => keys(subjects, DataSubject::into_key),
            None => vec!["customer".to_owned()],
        };
        let new = NewFlow {
            from: self.from.node("from")?,
            to: self.to.node("to")?,
            categories: keys(self.categories, DataCategory::into_key),
            subjects,
            purpose: self.purpose.into_key(),
            legal_basis: self.legal_basis,
            our_role: self.our_role.unwrap_or(ProcessingRole::Controller),
            frequency: self.frequency,
            agreement: self.agreement_id,
            mechanism: self.transfer_mechanism_id,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            replaces: self.replaces,
        };
        Ok((self.on_behalf_of, new))
    }
}

/// The end of a data flow.
#[derive(InputObject)]
pub(crate) struct RetireDataFlowInput {
    /// Which one.
    data_flow_id: DataFlowId,
    /// Its last day: not before its first; today, in UTC, when absent.
    on: Option<Date>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

payloads! {
    /// What `declareDataFlow` answers.
    DeclareDataFlowPayload {
        /// The flow; null when it was declared but could not be read.
        data_flow: Flow
    }
    /// What `retireDataFlow` answers.
    RetireDataFlowPayload {
        /// The flow as it is now; null when it was changed but could not be read.
        data_flow: Flow
    }
}

/// Changes to data flows.
#[derive(Default)]
pub(crate) struct FlowsMutation;

#[Object]
impl FlowsMutation {
    /// Declares that data goes from one place to another. What is declared already, word for word, is not declared again.
    /// Errors: NOT_FOUND for what is named; BAD_USER_INPUT for keys that the taxonomy does not have, and for an agreement or a
    /// mechanism with somebody else than whom data goes to.
    async fn declare_data_flow(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The flow.")] input: DeclareDataFlowInput,
    ) -> Result<DeclareDataFlowPayload> {
        let once = once("declareDataFlow", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split()?;
        let id = service::declare(&ctx_for(context, person)?, new, once).await?;
        let data_flow = read_back(context, id).await;
        Ok(DeclareDataFlowPayload { data_flow })
    }

    /// Says on which day a data flow ends. Said again, the last word counts. Errors: NOT_FOUND; BAD_USER_INPUT for a day
    /// before its first.
    async fn retire_data_flow(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its end.")] input: RetireDataFlowInput,
    ) -> Result<RetireDataFlowPayload> {
        let once = once("retireDataFlow", input.idempotency_key.as_ref(), &input)?;
        let end = Retirement {
            id: input.data_flow_id,
            on: input.on,
        };
        let id = service::retire(&ctx_for(context, input.on_behalf_of)?, end, once).await?;
        let data_flow = read_back(context, id).await;
        Ok(RetireDataFlowPayload { data_flow })
    }
}
