//! Incidents in the schema.

mod inputs;
mod types;

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::enums::NotificationTarget;
use entity::id::{IncidentId, IncidentNotificationId, RecipientId};

use inputs::{
    AffectedByInput, AssessIncidentInput, IncidentFilterInput, RecordIncidentNotificationInput,
    ReportIncidentInput,
};

use super::service::{
    self, Affected, Clock, CountryCount, Incident, Notification, Reached, TaskCounts,
};
use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, connection, ctx, ctx_for, once, parts, payloads, read_back};
use crate::platform::page::PageRequest;

connection! {
    /// A page of incidents.
    IncidentConnection, IncidentEdge, Incident
}

connection! {
    /// A page of customers who are affected by an incident.
    AffectedCustomerConnection, AffectedCustomerEdge, Affected, total: Reached
}

impl Reached {
    async fn count(&self, ctx: &Ctx) -> Result<i64> {
        service::count_affected(ctx, self).await
    }
}

impl Batch for IncidentId {
    type Value = Incident;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Incident>> {
        service::by_ids(ctx, keys).await
    }
}

impl Batch for IncidentNotificationId {
    type Value = Notification;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Notification>> {
        service::notifications_by_id(ctx, keys).await
    }
}

parts! {
    /// The clocks of an incident.
    ClocksOf(IncidentId): Vec<Clock>, service::clocks_of;
    /// What was said of who is told of an incident.
    NotificationsOf(IncidentId): Vec<Notification>, service::notifications_of;
    /// The recipients that an incident is about.
    RecipientsOf(IncidentId): Vec<RecipientId>, service::recipients_of;
    /// Where the persons live whom an incident affects.
    CountriesOf(IncidentId): Vec<CountryCount>, service::countries_of;
    /// How many tasks of a notification are in which state.
    TaskCountsOf(IncidentNotificationId): TaskCounts, service::task_counts_of;
}

/// Queries over incidents.
#[derive(Default)]
pub(crate) struct IncidentsQuery;

#[Object]
impl IncidentsQuery {
    /// The controller's incidents, those first that were reported last. Those that are kept from view are shown only to roles
    /// with `HANDLE_INCIDENTS`.
    async fn incidents(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<IncidentFilterInput>,
    ) -> Result<IncidentConnection> {
        let filter = filter.unwrap_or_default().into();
        let page = service::list(ctx(context)?, &filter, PageRequest { first, after }).await?;
        Ok(IncidentConnection::new(page))
    }

    /// An incident by its id; null for what does not exist, and for what is kept from the caller's view.
    async fn incident(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id.")] id: IncidentId,
    ) -> Result<Option<Incident>> {
        crate::graphql::load(context, id).await
    }

    /// The customers whom an incident affects, in the order of their ids: those who were written down when it was confirmed,
    /// and before that those who would be. Or those whom something would affect that happened to a system or at a recipient
    /// now. They are the customers whom a system knows by an id there or by identifiers of the kinds that it knows, those
    /// whom disclosures to a recipient were about that no gag order hides, those whom the systems know that it runs, and those
    /// who were named. Errors: NOT_FOUND.
    async fn affected_customers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "By what.")] of: AffectedByInput,
        #[graphql(
            desc = "As what: `SUBJECT`, when absent, or `CONTROLLER` for those who are controllers of what they host in \
                    systems with `ourRoles: [PROCESSOR]`."
        )]
        target: Option<NotificationTarget>,
        #[graphql(
            desc = "Only those whom this notification plans no task for: its system does not know them, or it is still \
                    being planned."
        )]
        untold_by: Option<IncidentNotificationId>,
    ) -> Result<AffectedCustomerConnection> {
        let reached = Reached {
            by: of.into(),
            target: target.unwrap_or(NotificationTarget::Subject),
            untold_by,
        };
        let page = PageRequest { first, after };
        let page = service::affected(ctx(context)?, &reached, page).await?;
        Ok(AffectedCustomerConnection::new(page, reached))
    }
}

payloads! {
    /// What `reportIncident` answers.
    ReportIncidentPayload {
        /// The incident; null when it was reported but could not be read, as by those from whose view it is kept.
        incident: Incident
    }
    /// What `assessIncident` answers.
    AssessIncidentPayload {
        /// The incident as it is now; null when it was changed but could not be read.
        incident: Incident
    }
    /// What `recordIncidentNotification` answers.
    RecordIncidentNotificationPayload {
        /// What was recorded; null when it could not be read.
        notification: Notification
    }
}

/// Changes to incidents.
#[derive(Default)]
pub(crate) struct IncidentsMutation;

#[Object]
impl IncidentsMutation {
    /// Reports an incident that somebody suspects. Of one that was a disclosure on the ground `UNAUTHORISED`,
    /// `disclosureId` says whose data it was, of which categories, and when. No clock runs before it is confirmed: see
    /// `assessIncident`. Errors: NOT_FOUND and AMBIGUOUS for what is named; BAD_USER_INPUT for systems that are not
    /// registered, and for a disclosure on another ground or one that a gag order hides.
    async fn report_incident(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The incident.")] input: ReportIncidentInput,
    ) -> Result<ReportIncidentPayload> {
        let once = once("reportIncident", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split();
        let id = service::report(&ctx_for(context, person)?, new, once).await?;
        let incident = read_back(context, id).await;
        Ok(ReportIncidentPayload { incident })
    }

    /// Writes down what is known of an incident now; what is absent stays as it is. With `CONFIRMED`, it is written down who is
    /// affected, for good, and clocks run from `awareAt`: who is told by when follows from the risk, from where the
    /// controller is and the affected live, from whether it is significant, and as what customers are affected. With
    /// `FALSE_ALARM` and `NEAR_MISS` they stop. Errors: NOT_FOUND and AMBIGUOUS for what is named; CONFLICT when there is a
    /// later version than the expected one; TRANSITION_NOT_ALLOWED, also for `CLOSED` while somebody is still to be told.
    async fn assess_incident(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is different.")] input: AssessIncidentInput,
    ) -> Result<AssessIncidentPayload> {
        let once = once("assessIncident", input.idempotency_key.as_ref(), &input)?;
        let (person, change) = input.split();
        let id = service::assess(&ctx_for(context, person)?, change, once).await?;
        let incident = read_back(context, id).await;
        Ok(AssessIncidentPayload { incident })
    }

    /// Records that somebody was told of an incident, is to be, could not be, or need not be: each time anew, nothing of it is
    /// changed later. `COMPLETED` meets the clock of its target and phase, `NOT_NEEDED` stops it. With `PLANNED` and a
    /// system, each of the affected whom that system knows becomes a task `NOTIFY` of it, within seconds for some and
    /// minutes for many. Errors: NOT_FOUND; BAD_USER_INPUT, also where it is late and no reason is said;
    /// TRANSITION_NOT_ALLOWED for an incident that did not happen, for tasks of one that is not confirmed or kept from view,
    /// and for `COMPLETED` while such tasks are to be done.
    async fn record_incident_notification(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What became of it.")] input: RecordIncidentNotificationInput,
    ) -> Result<RecordIncidentNotificationPayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("recordIncidentNotification", key, &input)?;
        let (person, new) = input.split();
        let id = service::notify(&ctx_for(context, person)?, new, once).await?;
        let notification = read_back(context, id).await;
        Ok(RecordIncidentNotificationPayload { notification })
    }
}
