//! Deletion plans in the schema.

use async_graphql::{Context, Object};
use entity::date::Date;
use entity::enums::{Action, IdentifierKind, RetentionGround};
use entity::time::Timestamp;

use crate::customers::Customer;
use crate::customers::graphql::CustomerLookupInput;
use crate::data_map::service::System;
use crate::graphql::{Nullable, ctx, load, open, personal};
use crate::requests::service::{
    self, DeletionPlan, Obstacle, ObstacleFrom as From, PlannedSystem, Request,
};
use crate::retention::service::{Block, Hold, Rule};
use crate::tasks::service::Task;

/// Queries over deletions to come.
#[derive(Default)]
pub(crate) struct PlanQuery;

#[Object]
impl PlanQuery {
    /// What would be erased of a customer, where, and what is in the way, on which ground and until when: nothing is done.
    /// Null where the look-up leads to nobody. Errors: AMBIGUOUS.
    async fn deletion_plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose data.")] by: CustomerLookupInput,
    ) -> Nullable<DeletionPlan> {
        match ctx(context) {
            Ok(ctx) => service::deletion_plan(ctx, &by.into()).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }
}

/// What would be erased of a customer, and what is in the way.
#[Object]
impl DeletionPlan {
    /// Whose data; null for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.customer).await.transpose()
    }

    /// Whether nothing is in the way of erasing anything.
    async fn clear(&self) -> bool {
        let free = |system: &PlannedSystem| system.obstacles.is_empty();
        self.own.is_empty() && self.systems.iter().all(free)
    }

    /// What would be erased in which system, in alphabetical order.
    #[graphql(name = "systems")]
    async fn in_systems(&self) -> Vec<PlannedSystem> {
        self.systems.clone()
    }

    /// What is in the way of erasing our own records of the customer: holds over every system, and requests that are open.
    async fn own_records(&self) -> Vec<Obstacle> {
        self.own.clone()
    }
}

/// What would be erased of a customer in one system.
#[Object(name = "DeletionPlanSystem")]
impl PlannedSystem {
    /// Its name.
    #[graphql(name = "name")]
    async fn called(&self) -> &str {
        &self.name
    }

    /// What is known of it; null where it is not registered, so that a person does its tasks.
    #[graphql(name = "system")]
    async fn registered(&self) -> Option<System> {
        self.system.clone()
    }

    /// By what it knows the customer.
    #[graphql(name = "knownBy")]
    async fn kinds(&self) -> Vec<IdentifierKind> {
        self.known_by.clone()
    }

    /// What is in the way.
    async fn blocks(&self) -> Vec<Obstacle> {
        self.obstacles.clone()
    }
}

/// Something that is in the way of erasing.
#[Object(name = "DeletionObstacle")]
impl Obstacle {
    /// Why.
    #[graphql(name = "ground")]
    async fn why(&self) -> RetentionGround {
        self.ground
    }

    /// Whether nothing is erased until it is over; otherwise, what it is about is kept and the rest erased.
    async fn waits_until_over(&self) -> bool {
        self.waits
    }

    /// When it is over; null where that is not known, and of a hold for a role without `READ_LEGAL_HOLDS`, which sees one for
    /// all.
    #[graphql(name = "until")]
    async fn over_at(&self) -> Option<Timestamp> {
        self.until
    }

    /// The last day on which it is kept, where it was said as a day.
    #[graphql(name = "lastDay")]
    async fn day(&self) -> Option<Date> {
        self.last_day
    }

    /// Where that is written, such as a statute.
    #[graphql(name = "source")]
    async fn written(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// What is kept, where somebody said so. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(name = "what", directive = personal::apply("user.content.private".to_owned()))]
    async fn kept(&self) -> Nullable<String> {
        open(self.what.as_ref()).transpose()
    }

    /// The legal hold that it comes from; null for a role without `READ_LEGAL_HOLDS`.
    async fn hold(&self, context: &Context<'_>) -> Nullable<Hold> {
        let From::Hold(id) = self.from else {
            return None;
        };
        match ctx(context) {
            Ok(ctx) if ctx.may(Action::ReadLegalHolds) => load(context, id).await.transpose(),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// What a system reported, where it comes from that.
    async fn block(&self, context: &Context<'_>) -> Nullable<Block> {
        let From::Block(id) = self.from else {
            return None;
        };
        load(context, id).await.transpose()
    }

    /// The open request that it comes from.
    async fn request(&self, context: &Context<'_>) -> Nullable<Request> {
        let From::Request(id) = self.from else {
            return None;
        };
        load(context, id).await.transpose()
    }

    /// The retention rule that it comes from; null for a role without `READ_RETENTION`.
    async fn retention_rule(&self, context: &Context<'_>) -> Nullable<Rule> {
        let From::Rule(id) = self.from else {
            return None;
        };
        match ctx(context) {
            Ok(ctx) if ctx.may(Action::ReadRetention) => load(context, id).await.transpose(),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// The task in which a system kept it before.
    async fn task(&self, context: &Context<'_>) -> Nullable<Task> {
        let From::Task(id) = self.from else {
            return None;
        };
        load(context, id).await.transpose()
    }
}
