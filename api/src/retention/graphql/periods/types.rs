//! What the schema shows of how long data is kept, and of what is due.

use async_graphql::{Context, Object};
use entity::date::Date;
use entity::enums::{Action, LegalBasis, RetentionAction, RetentionAnchor};
use entity::id::{RetentionAnchorId, RetentionRuleId, TaskId};
use entity::time::Timestamp;

use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::data_map::graphql::DataCategory;
use crate::graphql::{Nullable, ctx, load, open, personal};
use crate::ledger::graphql::EventNode;
use crate::retention::service::{Anchor, DueItem, KeptByLaw, Preview, Rule};
use crate::tasks::service::Task;

/// For how long systems keep what, and what becomes of it then.
#[Object(name = "RetentionRule")]
impl Rule {
    /// Identity.
    pub(crate) async fn id(&self) -> RetentionRuleId {
        self.row.id
    }

    /// What it is called: there is one of each name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// The systems that it is about, in alphabetical order: at most 20.
    #[graphql(name = "systems")]
    async fn in_systems(&self) -> Vec<&str> {
        self.systems().collect()
    }

    /// The data that it is about: at most 20. None stands for everything there.
    #[graphql(name = "categories")]
    async fn of_categories(&self) -> Vec<DataCategory> {
        self.categories().map(DataCategory::known).collect()
    }

    /// What the period counts from.
    async fn anchor(&self) -> RetentionAnchor {
        self.row.anchor
    }

    /// Whether it counts from the end of the calendar year of that.
    async fn from_year_end(&self) -> bool {
        self.row.from_year_end
    }

    /// How long: an ISO 8601 duration of years, months and days, such as `P8Y`.
    async fn period(&self) -> &str {
        &self.row.period
    }

    /// What is done then.
    async fn action(&self) -> RetentionAction {
        self.row.action
    }

    /// What keeping it so long rests on.
    async fn basis(&self) -> Option<LegalBasis> {
        self.row.basis
    }

    /// Where that is written.
    async fn statute(&self) -> Option<&str> {
        self.row.statute.as_deref()
    }

    /// Whether it is kept so long against the wish of the person.
    async fn protected(&self) -> bool {
        self.row.protected
    }

    /// When it was set first.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Since when it is not applied any more; null where it is.
    async fn ended_at(&self) -> Option<Timestamp> {
        self.row.ended_at
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

/// What happened that the time for which data is kept counts from, as a system reported it.
#[Object(name = "RetentionAnchorRecord")]
impl Anchor {
    /// Identity.
    pub(crate) async fn id(&self) -> RetentionAnchorId {
        self.row.id
    }

    /// Whose data; null for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id).await.transpose()
    }

    /// What happened.
    #[graphql(name = "anchor")]
    async fn happened(&self) -> RetentionAnchor {
        self.row.anchor
    }

    /// When; null where it is not so any more.
    async fn at(&self) -> Option<Timestamp> {
        self.row.at
    }

    /// The system whose thing it is about; null where it is about the customer as a whole.
    async fn system(&self) -> Option<&str> {
        self.row.system.as_deref()
    }

    /// What the thing is called there, such as the number of an invoice. Null for a role without `READ_PERSONAL_DATA`, and
    /// after erasure.
    #[graphql(name = "reference", directive = personal::apply("user.unique_id".to_owned()))]
    async fn called(&self) -> Nullable<String> {
        open(self.reference.as_ref()).transpose()
    }

    /// When it was recorded first.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Who said it last; null for the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
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

/// Something whose time is over in a system, and that it has not done yet.
#[Object(name = "RetentionDue")]
impl DueItem {
    /// By which rule.
    #[graphql(name = "rule")]
    async fn by_rule(&self) -> Rule {
        self.rule.clone()
    }

    /// In which system: its name.
    #[graphql(name = "system")]
    async fn in_system(&self) -> &str {
        &self.system
    }

    /// Whose data; null for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.due.customer_id).await.transpose()
    }

    /// When that was which the time counts from.
    async fn anchored_at(&self) -> Timestamp {
        self.due.at
    }

    /// What it counts from, as a system reported it; null where it is that the customer's services ended.
    async fn record(&self, context: &Context<'_>) -> Nullable<Anchor> {
        let id = RetentionAnchorId::from_uuid(self.due.anchor_id);
        load(context, id).await.transpose()
    }

    /// The last day on which it is kept, in UTC: it is due the day after.
    async fn last_day(&self) -> Option<Date> {
        self.rule.last_day(self.due.at)
    }

    /// The task, once it is planned: within an hour, and at once when a rule was set. Null for a role that may not read
    /// requests and does not serve the system.
    async fn task(&self, context: &Context<'_>) -> Nullable<Task> {
        let id: TaskId = self.due.task_id?;
        match ctx(context) {
            Ok(ctx) if ctx.may(Action::ReadRequests) || ctx.may(Action::WorkOnTasks) => {
                load(context, id).await.transpose()
            }
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// Something that must be kept by law.
#[Object(name = "RetentionKept")]
impl KeptByLaw {
    /// By which rule.
    #[graphql(name = "rule")]
    async fn by_rule(&self) -> Rule {
        self.rule.clone()
    }

    /// The last day, in UTC; null where what the time counts from has not happened yet.
    async fn until(&self) -> Option<Date> {
        self.last_day
    }
}

/// What a rule would do in a system.
#[Object(name = "RetentionPreview")]
impl Preview {
    /// The system: its name.
    #[graphql(name = "system")]
    async fn in_system(&self) -> &str {
        &self.system
    }

    /// How much would be due there by the day; 10001 stands for more than 10000, here and below.
    async fn due_count(&self) -> i32 {
        shown(self.due)
    }

    /// How much of that is not due by the rule of this name that is set.
    async fn newly_due_count(&self) -> i32 {
        shown(self.newly)
    }

    /// How much that is due by the rule of this name that is set would not be due any more.
    async fn no_longer_due_count(&self) -> i32 {
        shown(self.no_longer)
    }

    /// The first of what would become due: at most 5.
    #[graphql(name = "examples")]
    async fn first_ones(&self) -> Vec<DueItem> {
        self.examples.clone()
    }
}

fn shown(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
