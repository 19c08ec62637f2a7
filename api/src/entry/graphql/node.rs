//! Anything by its id.

use async_graphql::{Context, ID, Interface, Object};
use entity::id::{
    AccessLogEntryId, AccessPackageId, AssignmentId, BrandId, ControllerId, CustomerId,
    DeletionBlockId, DisclosureId, EventId, HouseTermId, IntegrationId, LegalHoldId, PreferenceId,
    RecipientId, RecipientNoticeId, RelationId, RequestId, RetentionAnchorId, RetentionRuleId,
    SnapshotId, SystemId, TaskId,
};

use crate::access_log::service::Access;
use crate::auth::graphql::{Controller, Integration};
use crate::customers::Customer;
use crate::customers::graphql::{Brand, CustomerRelation, Snapshot};
use crate::customers::service::Assignment;
use crate::data_map::service::System;
use crate::disclosures::service::Disclosure;
use crate::error::{Error, Result};
use crate::graphql::{Nullable, load};
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

async fn find(context: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    crate::graphql::ctx(context)?;
    // Which of these an id is, its prefix tells: the others do not parse.
    if let Ok(id) = id.parse::<CustomerId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Customer));
    }
    if let Ok(id) = id.parse::<DisclosureId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Disclosure));
    }
    if let Ok(id) = id.parse::<AssignmentId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Assignment));
    }
    if let Ok(id) = id.parse::<RecipientId>() {
        return Ok(load(context, id).await?.map(of_recipient));
    }
    if let Ok(id) = id.parse::<RequestId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Request));
    }
    if let Ok(id) = id.parse::<TaskId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Task));
    }
    if let Ok(id) = id.parse::<HouseTermId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::HouseTerm));
    }
    if let Ok(id) = id.parse::<RecipientNoticeId>() {
        let notice = load(context, id).await?.map(Box::new);
        return Ok(notice.map(Node::RecipientNotice));
    }
    if let Ok(id) = id.parse::<LegalHoldId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::LegalHold));
    }
    if let Ok(id) = id.parse::<DeletionBlockId>() {
        let block = load(context, id).await?.map(Box::new);
        return Ok(block.map(Node::DeletionBlock));
    }
    if let Ok(id) = id.parse::<RetentionRuleId>() {
        let rule = load(context, id).await?.map(Box::new);
        return Ok(rule.map(Node::RetentionRule));
    }
    if let Ok(id) = id.parse::<RetentionAnchorId>() {
        let anchor = load(context, id).await?.map(Box::new);
        return Ok(anchor.map(Node::RetentionAnchorRecord));
    }
    if let Ok(id) = id.parse::<SystemId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::System));
    }
    if let Ok(id) = id.parse::<AccessLogEntryId>() {
        let entry = load(context, id).await?.map(Box::new);
        return Ok(entry.map(Node::AccessLogEntry));
    }
    if let Ok(id) = id.parse::<PreferenceId>() {
        let preference = load(context, id).await?.map(Box::new);
        return Ok(preference.map(Node::Preference));
    }
    if let Ok(id) = id.parse::<AccessPackageId>() {
        let package = load(context, id).await?.map(Box::new);
        return Ok(package.map(Node::AccessPackage));
    }
    if let Ok(id) = id.parse::<EventId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Event));
    }
    if let Ok(id) = id.parse::<BrandId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Brand));
    }
    if let Ok(id) = id.parse::<RelationId>() {
        let relation = load(context, id).await?.map(Box::new);
        return Ok(relation.map(Node::CustomerRelation));
    }
    if let Ok(id) = id.parse::<SnapshotId>() {
        return Ok(load(context, id).await?.map(Box::new).map(Node::Snapshot));
    }
    if let Ok(id) = id.parse::<IntegrationId>() {
        return Ok(load(context, id).await?.map(Node::Integration));
    }
    if let Ok(id) = id.parse::<ControllerId>() {
        return Ok(load(context, id).await?.map(Node::Controller));
    }
    Ok(None)
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
