//! GraphQL over HTTP: the schema, put together from the capabilities, and the endpoint in front of it.
//!
//! Everything that knows the engine and HTTP at once is in this folder. The endpoint is ours because the stock one
//! takes mutations from any page (`text/plain`, GET), batches without limit, answers 200 to everything and shows
//! internal errors.

mod answer;
mod cost;
mod endpoint;
mod guard;
mod limiter;
mod node;
mod request;

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema};

use crate::access_log::graphql::AccessLogQuery;
use crate::agreements::graphql::{AgreementsMutation, AgreementsQuery};
use crate::auth::graphql::{AuthMutation, AuthQuery};
use crate::customers::graphql::{CustomersMutation, CustomersQuery};
use crate::data_map::graphql::{
    DataMapMutation, DataMapQuery, FlowsMutation, FlowsQuery, MapQuery,
};
use crate::disclosures::graphql::{DisclosuresMutation, DisclosuresQuery};
use crate::incidents::graphql::{IncidentsMutation, IncidentsQuery};
use crate::ledger::graphql::LedgerQuery;
use crate::packages::graphql::PackagesMutation;
use crate::preferences::graphql::{
    ContactMutation, ContactQuery, MailMutation, PreferencesMutation, PreferencesQuery,
};
use crate::recipients::graphql::{RecipientsMutation, RecipientsQuery};
use crate::requests::graphql::{
    HouseMutation, HouseQuery, MetricsQuery, NoticesMutation, NoticesQuery, PlanQuery,
    RequestsMutation, RequestsQuery, WorkMutation,
};
use crate::retention::graphql::periods::{PeriodsMutation, PeriodsQuery};
use crate::retention::graphql::{RetentionMutation, RetentionQuery};
use crate::tasks::graphql::{TasksMutation, TasksQuery};

pub(in crate::entry) use answer::{MediaType, Problem};
pub(crate) use endpoint::Endpoint;
pub(in crate::entry) use endpoint::authenticate;

/// Questions. A controller's token answers them about that controller only.
#[derive(Default, MergedObject)]
pub(crate) struct Query(
    AuthQuery,
    LedgerQuery,
    node::NodeQuery,
    CustomersQuery,
    RecipientsQuery,
    DisclosuresQuery,
    RequestsQuery,
    DataMapQuery,
    TasksQuery,
    RetentionQuery,
    PeriodsQuery,
    IncidentsQuery,
    AgreementsQuery,
    FlowsQuery,
    MapQuery,
    PlanQuery,
    NoticesQuery,
    MetricsQuery,
    HouseQuery,
    PreferencesQuery,
    ContactQuery,
    AccessLogQuery,
);

/// Changes. A document holds one, and each is done whole or not at all.
#[derive(Default, MergedObject)]
pub(crate) struct Mutation(
    AuthMutation,
    CustomersMutation,
    RecipientsMutation,
    DisclosuresMutation,
    RequestsMutation,
    WorkMutation,
    NoticesMutation,
    HouseMutation,
    DataMapMutation,
    TasksMutation,
    RetentionMutation,
    PeriodsMutation,
    IncidentsMutation,
    AgreementsMutation,
    FlowsMutation,
    PackagesMutation,
    PreferencesMutation,
    ContactMutation,
    MailMutation,
);

/// The schema.
pub(crate) type PrivopsSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. The limits are a second line: the guard and the price come first.
pub(crate) fn schema() -> PrivopsSchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(20)
        .limit_recursive_depth(32)
        .disable_suggestions()
        .finish()
}

/// The schema as a document: what is in `schema.graphql`.
pub(crate) fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident();
    schema().sdl_with_options(options)
}
