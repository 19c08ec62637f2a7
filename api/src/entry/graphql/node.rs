//! Anything by its id.

use async_graphql::{Context, ID, Interface, Object};
use entity::id::{
    AccessLogEntryId, AccessPackageId, AssignmentId, BrandId, ControllerId, CustomerId, DataFlowId,
    DeletionBlockId, DisclosureId, EventId, HouseTermId, IncidentId, IncidentNotificationId,
    InstrumentId, IntegrationId, LegalHoldId, PreferenceId, RecipientId, RecipientNoticeId,
    RelationId, RequestId, RetentionAnchorId, RetentionRuleId, SnapshotId, SystemId, TaskId,
};

use crate::access_log::service::Access;
use crate::agreements::graphql::{Agreement, InstrumentNode, TransferMechanism};
use crate::auth::graphql::{Controller, Integration};
use crate::customers::Customer;
use crate::customers::graphql::{Brand, CustomerRelation, Snapshot};
use crate::customers::service::Assignment;
use crate::data_map::service::{Flow, System};
use crate::disclosures::service::Disclosure;
use crate::error::{Error, Result};
use crate::graphql::{Nullable, load};
use crate::incidents::service::{Incident, Notification};
use crate::ledger::graphql::EventNode;
use crate::recipients::graphql::{
    PersonRecipient, Processor, PublicAuthority, RecipientNode, ThirdParty,
};

use crate::packages::service::Package;
use crate::preferences::service::Preference;
use crate::requests::graphql::HouseTerm;
use crate::requests::service::{Notice, Request};
use crate::retention::service::{Anchor, Block, Hold, Rule};
use crate::tasks::service::Task;

/// How many ids one call may name.
const MOST_IDS: usize = 100;

/// Anything that has an id of its own.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Identity: a prefix that tells the type, and 26 characters."
))]
pub(crate) enum Node {
    /// The legal entity.
    Controller(Controller),
    /// A machine client.
    Integration(Integration),
    /// A person or organisation.
    Customer(Box<Customer>),
    /// A recipient under contract.
    Processor(Box<Processor>),
    /// A recipient that is an authority.
    PublicAuthority(Box<PublicAuthority>),
    /// A recipient that is a person.
    PersonRecipient(Box<PersonRecipient>),
    /// Any other recipient.
    ThirdParty(Box<ThirdParty>),
    /// A trading name.
    Brand(Box<Brand>),
    /// What one customer is to another.
    CustomerRelation(Box<CustomerRelation>),
    /// The ids that an outside system says it has.
    Snapshot(Box<Snapshot>),
    /// Who held a resource.
    Assignment(Box<Assignment>),
    /// Data that went to a recipient.
    Disclosure(Box<Disclosure>),
    /// What a person asked for.
    Request(Box<Request>),
    /// By when the controller promised to answer.
    HouseTerm(Box<HouseTerm>),
    /// That a recipient is told.
    RecipientNotice(Box<Notice>),
    /// What must not be erased.
    LegalHold(Box<Hold>),
    /// What a system must keep.
    DeletionBlock(Box<Block>),
    /// For how long data is kept.
    RetentionRule(Box<Rule>),
    /// What that counts from.
    RetentionAnchorRecord(Box<Anchor>),
    /// Something that happened to data, or to systems.
    Incident(Box<Incident>),
    /// What was said of who is told of it.
    IncidentNotification(Box<Notification>),
    /// What was agreed with a recipient.
    Agreement(Box<Agreement>),
    /// What allows that data goes to one.
    TransferMechanism(Box<TransferMechanism>),
    /// That data goes from one place to another.
    DataFlow(Box<Flow>),
    /// A system where data lives.
    System(Box<System>),
    /// What a system has to do.
    Task(Box<Task>),
    /// What a person said about a use of their data.
    Preference(Box<Preference>),
    /// That personal fields were read.
    AccessLogEntry(Box<Access>),
    /// What a person gets who asks for their data.
    AccessPackage(Box<Package>),
    /// The record of a change.
    Event(Box<EventNode>),
}

/// Queries by id.
#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null for what does not exist and for what is another controller's.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id.")] id: ID,
    ) -> Nullable<Node> {
        find(context, &id).await.transpose()
    }

    /// Several by their ids, in the order of the ids; null for what does not exist and for what is another
    /// controller's.
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "1 to 100 ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Nullable<Node>>> {
        crate::graphql::ctx(context)?;
        if ids.is_empty() || ids.len() > MOST_IDS {
            return Err(Error::invalid("ids", "must have 1 to 100 items"));
        }
        let found = ids
            .iter()
            .map(async |id| find(context, id).await.transpose());
        Ok(futures_util::future::join_all(found).await)
    }
}

/// What an id leads to: which of these types it is, its prefix tells, as the others do not parse.
macro_rules! first_that_parses {
    ($context:ident, $id:ident; $($kind:ty => $node:expr,)+) => {{
        $(if let Ok(id) = $id.parse::<$kind>() {
            return Ok(load($context, id).await?.map($node));
        })+
        Ok(None)
    }};
}

fn boxed<T>(node: fn(Box<T>) -> Node) -> impl FnOnce(T) -> Node {
    move |found| node(Box::new(found))
}

async fn find(context: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    crate::graphql::ctx(context)?;
    first_that_parses! { context, id;
        CustomerId => boxed(Node::Customer),
        DisclosureId => boxed(Node::Disclosure),
        AssignmentId => boxed(Node::Assignment),
        RecipientId => of_recipient,
        RequestId => boxed(Node::Request),
        TaskId => boxed(Node::Task),
        HouseTermId => boxed(Node::HouseTerm),
        RecipientNoticeId => boxed(Node::RecipientNotice),
        LegalHoldId => boxed(Node::LegalHold),
        DeletionBlockId => boxed(Node::DeletionBlock),
        RetentionRuleId => boxed(Node::RetentionRule),
        RetentionAnchorId => boxed(Node::RetentionAnchorRecord),
        IncidentId => boxed(Node::Incident),
        IncidentNotificationId => boxed(Node::IncidentNotification),
        InstrumentId => of_instrument,
        DataFlowId => boxed(Node::DataFlow),
        SystemId => boxed(Node::System),
        AccessLogEntryId => boxed(Node::AccessLogEntry),
        PreferenceId => boxed(Node::Preference),
        AccessPackageId => boxed(Node::AccessPackage),
        EventId => boxed(Node::Event),
        BrandId => boxed(Node::Brand),
        RelationId => boxed(Node::CustomerRelation),
        SnapshotId => boxed(Node::Snapshot),
        IntegrationId => Node::Integration,
        ControllerId => Node::Controller,
    }
}

/// A node is an object, never another interface.
fn of_recipient(recipient: RecipientNode) -> Node {
    match recipient {
        RecipientNode::Processor(processor) => Node::Processor(processor),
        RecipientNode::PublicAuthority(authority) => Node::PublicAuthority(authority),
        RecipientNode::Person(person) => Node::PersonRecipient(person),
        RecipientNode::ThirdParty(party) => Node::ThirdParty(party),
    }
}

/// The same of what was agreed with a recipient.
fn of_instrument(instrument: InstrumentNode) -> Node {
    match instrument {
        InstrumentNode::Agreement(agreement) => Node::Agreement(Box::new(agreement)),
        InstrumentNode::Mechanism(mechanism) => Node::TransferMechanism(Box::new(mechanism)),
    }
}
