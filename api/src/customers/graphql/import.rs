//! Imports of customers in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{CustomerKind, DataSubjectCategory, ErrorPolicy, ImportOutcome};
use entity::id::BrandId;
use entity::time::Timestamp;

use super::inputs::{ErrorItem, ExternalIdInput};
use crate::customers::service::{
    self, Customer, CustomerChanges, CustomerImport, Imported, NewIdentifier,
};
use crate::error::{Error, Result};
use crate::graphql::{CountryCode, OnBehalfOfInput, ctx_for, once, personal};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;

/// A customer as an outside system knows it: what is absent stays as it is.
#[derive(InputObject)]
pub(crate) struct CustomerImportInput {
    /// Its id there. The customer that holds it is changed, also where that was merged into another; without one, a
    /// customer is registered.
    external_id: ExternalIdInput,
    /// Person or organisation; `PERSON` for a new one when absent.
    kind: Patch<CustomerKind>,
    /// What they are to the controller; `CUSTOMER` for a new one when absent.
    category: Patch<DataSubjectCategory>,
    /// What they are called: at most 200 characters; null when that is not known.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Patch<Personal>,
    /// Where they live or are established; null when that is not known. National phone numbers are read as numbers of
    /// this country.
    country: Patch<CountryCode>,
    /// Under which brand they are served; null when it is none.
    brand_id: Patch<BrandId>,
    /// Since when they are known to the controller; now for a new one when absent.
    registered_at: Patch<Timestamp>,
    /// When their last service ended; null when it has not.
    services_ended_at: Patch<Timestamp>,
    /// All e-mail addresses that the system has, at most 100; null for none. Missing ones are added. Those end that
    /// this integration recorded and that are not among them.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    emails: Patch<Vec<Personal>>,
    /// All phone numbers that the system has, at most 100; null for none. Missing ones are added. Those end that this
    /// integration recorded and that are not among them.
    #[graphql(directive = personal::apply("user.contact.phone_number".to_owned()))]
    phones: Patch<Vec<Personal>>,
    /// Other ids of the customer, at most 100. Missing ones are added; none ends.
    external_ids: Option<Vec<ExternalIdInput>>,
}

fn identifier(ExternalIdInput { system, id }: ExternalIdInput) -> NewIdentifier {
    let id = Personal::new(id.0);
    NewIdentifier::ExternalId { system, id }
}

/// A list that may not be spoken of; null is an empty one.
fn said(list: Patch<Vec<Personal>>) -> Option<Vec<Personal>> {
    match list {
        Patch::Keep => None,
        Patch::Set(list) => Some(list),
        Patch::Clear => Some(Vec::new()),
    }
}

impl From<CustomerImportInput> for CustomerImport {
    fn from(input: CustomerImportInput) -> Self {
        let external_ids = input.external_ids.into_iter().flatten();
        Self {
            external_id: identifier(input.external_id),
            changes: CustomerChanges {
                kind: input.kind,
                category: input.category,
                country: input.country.map(|country| country.as_str().to_owned()),
                name: input.name,
                brand: input.brand_id,
                services_ended_at: input.services_ended_at,
                registered_at: input.registered_at,
            },
            emails: said(input.emails),
            phones: said(input.phones),
            external_ids: external_ids.map(identifier).collect(),
        }
    }
}

/// Customers to be imported.
#[derive(InputObject)]
pub(crate) struct ImportCustomersInput {
    /// 1 to 500 customers, no two with the same external id.
    customers: Vec<CustomerImportInput>,
    /// What happens to the others when one cannot be imported; `REJECT_ALL` when absent.
    error_policy: Option<ErrorPolicy>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What became of one item of `importCustomers`: a customer or an error.
#[derive(SimpleObject)]
pub(crate) struct ImportCustomerResult {
    /// The customer that holds the external id; null when the item could not be imported.
    customer: Option<Customer>,
    /// What was done with it; null when the item could not be imported.
    outcome: Option<ImportOutcome>,
    /// Why the item could not be imported.
    error: Option<ErrorItem>,
}

/// What `importCustomers` answers.
#[derive(SimpleObject)]
pub(crate) struct ImportCustomersPayload {
    /// One result for each item, in the order of the input.
    results: Vec<ImportCustomerResult>,
}

/// Imports.
#[derive(Default)]
pub(super) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Imports up to 500 customers by their ids in an outside system: who is not known is registered, who is known is
    /// changed where something differs. Errors of an item: CONFLICT when another of its ids leads to another customer;
    /// NOT_FOUND for the brand.
    async fn import_customers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The customers.")] input: ImportCustomersInput,
    ) -> Result<ImportCustomersPayload> {
        let once = once("importCustomers", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let policy = input.error_policy.unwrap_or(ErrorPolicy::RejectAll);
        let items = input.customers.into_iter().map(CustomerImport::from);
        let imported = service::import(&ctx, items.collect(), policy, once).await?;
        let ids: Vec<_> = imported
            .iter()
            .flatten()
            .map(|item| item.customer)
            .collect();
        // A failed read-back must not turn a committed change into an error.
        let read = service::by_ids(&ctx, &ids).await.unwrap_or_default();
        let result = |imported: Result<Imported, Error>| match imported {
            Ok(Imported { customer, outcome }) => ImportCustomerResult {
                customer: read.get(&customer).cloned(),
                outcome: Some(outcome),
                error: None,
            },
            Err(error) => ImportCustomerResult {
                customer: None,
                outcome: None,
                error: Some(error.into()),
            },
        };
        Ok(ImportCustomersPayload {
            results: imported.into_iter().map(result).collect(),
        })
    }
}
