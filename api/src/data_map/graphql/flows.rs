//! Data flows in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use entity::date::Date;
use entity::enums::{DataMapNodeKind, DisclosureFrequency, LegalBasis, ProcessingRole};
use entity::id::{DataFlowId, IncidentId, InstrumentId, RecipientId, SystemId};
use entity::time::Timestamp;

use super::{DataCategory, DataSubject, DataUse, keys};
use crate::agreements::graphql::{Agreement, InstrumentNode, TransferMechanism};
use crate::context::Ctx;
use crate::data_map::service::{self, Flow, FlowFilter, NewFlow, Node, Retirement, System, Target};
use crate::error::{Error, Result};
use crate::graphql::{
    Batch, CountryCode, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, payloads,
    read_back,
};
use crate::incidents;
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
        self.0.kind()
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

/// Where data comes from: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum DataFlowSourceInput {
    /// The customers themselves, and other persons: true.
    Customer(bool),
    /// A system.
    SystemId(SystemId),
}

impl DataFlowSourceInput {
    /// The system; nothing for the customers.
    fn system(self) -> Result<Option<SystemId>> {
        match self {
            Self::SystemId(id) => Ok(Some(id)),
            Self::Customer(said) => {
                let node = DataMapNodeInput::Customer(said).node("from");
                node.map(|_| None)
            }
        }
    }
}

/// Where data goes: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum DataFlowTargetInput {
    /// A system.
    SystemId(SystemId),
    /// A recipient.
    RecipientId(RecipientId),
}

impl From<DataFlowTargetInput> for Target {
    fn from(input: DataFlowTargetInput) -> Self {
        match input {
            DataFlowTargetInput::SystemId(id) => Self::System(id),
            DataFlowTargetInput::RecipientId(id) => Self::Recipient(id),
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
        let found = load(context, self.row.agreement_id?).await;
        found
            .map(|found| found.and_then(InstrumentNode::agreement))
            .transpose()
    }

    /// What allows that data leaves the European Economic Area by it; null where nobody said so, and for a role that may not
    /// read recipients.
    async fn transfer_mechanism(&self, context: &Context<'_>) -> Nullable<TransferMechanism> {
        let found = load(context, self.row.mechanism_id?).await;
        found
            .map(|found| found.and_then(InstrumentNode::mechanism))
            .transpose()
    }

    /// Where the data comes from: of a system, where it is or where its host is; else where the controller is established.
    async fn source_country(&self) -> Option<CountryCode> {
        self.from_country.as_deref().and_then(CountryCode::parse)
    }

    /// Where the data goes: of a system, where it is or where its host is.
    async fn target_country(&self) -> Option<CountryCode> {
        self.to_country.as_deref().and_then(CountryCode::parse)
    }

    /// Whether data leaves the European Economic Area by it (GDPR chapter V), with the countries as they are known now; null
    /// where a country is not known that would tell.
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
    /// From or to the systems and recipients that this incident is about.
    incident_id: Option<IncidentId>,
    /// By which data leaves the European Economic Area, or does not. Those of which a
    /// country is not known that would tell are neither.
    leaves_eea: Option<bool>,
}

impl DataFlowFilterInput {
    async fn checked(self, ctx: &Ctx) -> Result<FlowFilter> {
        let node = self.node.map(|node| node.node("filter.node")).transpose()?;
        let nodes = match (node, self.incident_id) {
            (Some(_), Some(_)) => {
                let problem = "is not asked for together with a place";
                return Err(Error::invalid("filter.incidentId", problem));
            }
            (Some(node), None) => Some(vec![node]),
            (None, Some(id)) => {
                let about = incidents::service::about(ctx, id).await;
                let about = about.map_err(|error| error.at("filter.incidentId"))?;
                Some(service::nodes(ctx, &about.systems, &about.recipients).await?)
            }
            (None, None) => None,
        };
        Ok(FlowFilter {
            category: self.category.map(DataCategory::into_key),
            purpose: self.purpose.map(DataUse::into_key),
            nodes,
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
    /// taxonomy does not have; NOT_FOUND for an incident.
    async fn data_flows(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<DataFlowFilterInput>,
        #[graphql(desc = "On which day, in UTC; today when absent.")] as_of: Option<Date>,
    ) -> Result<DataFlowConnection> {
        let ctx = ctx(context)?;
        let filter = filter.unwrap_or_default().checked(ctx).await?;
        let page = PageRequest { first, after };
        let page = service::flows(ctx, filter, as_of, page).await?;
        Ok(DataFlowConnection::new(page))
    }
}

/// A data flow to be declared.
#[derive(InputObject)]
pub(crate) struct DeclareDataFlowInput {
    /// From where: the customers, or a system.
    from: DataFlowSourceInput,
    /// To where: a system, or a recipient.
    to: DataFlowTargetInput,
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
            from: self.from.system()?,
            to: self.to.into(),
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
    /// Its last day; the one before its first says that it never was. Today, in UTC, when absent.
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
    /// Declares that data goes from one place to another. What is declared already from that day on, or, where no day is said,
    /// counts today, is not declared again, also where it was retired since: then say the day from which on it goes again.
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
    /// that comes before its first by more than one, and for one on which another has taken its place.
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
