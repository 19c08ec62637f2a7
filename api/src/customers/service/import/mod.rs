//! Importing customers in bulk: who is not known by the external id is registered, who is known is changed.

mod check;
mod write;

use entity::enums::{Action, ErrorPolicy, ImportOutcome};
use entity::id::CustomerId;

use super::identifiers::NewIdentifier;
use super::update::CustomerChanges;
use crate::context::{Ctx, Once, error_of, error_replayed};
use crate::customers::rules;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;

/// A customer as an outside system knows it.
#[derive(Debug, Clone)]
pub(crate) struct CustomerImport {
    /// Its id there: the key of the import.
    pub(crate) external_id: NewIdentifier,
    /// What is said of it.
    pub(crate) changes: CustomerChanges,
    /// All e-mail addresses that the system has; nothing is said of them, when absent.
    pub(crate) emails: Option<Vec<Personal>>,
    /// All phone numbers that the system has; nothing is said of them, when absent.
    pub(crate) phones: Option<Vec<Personal>>,
    /// Other ids of it.
    pub(crate) external_ids: Vec<NewIdentifier>,
}

/// What became of one item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Imported {
    /// The customer that holds the external id.
    pub(crate) customer: CustomerId,
    /// What was done with it.
    pub(crate) outcome: ImportOutcome,
}

/// Imports customers; answers for each item, in the order of the input.
///
/// # Errors
/// Forbidden; Invalid for a list of no or more than 500 items; under `RejectAll`, the error of the first item that
/// cannot be imported.
pub(crate) async fn import(
    ctx: &Ctx,
    items: Vec<CustomerImport>,
    policy: ErrorPolicy,
    once: Once,
) -> Result<Vec<Result<Imported>>> {
    ctx.authorize(Action::ImportCustomers)?;
    if items.is_empty() || items.len() > rules::MOST_IMPORTED {
        return Err(Error::invalid("customers", "must have 1 to 500 items"));
    }
    // Customers may have changed since: what was answered then counts.
    if let Some(results) = ctx.done_before(&once).await? {
        return Ok(replayed(&results));
    }
    match Box::pin(attempt(ctx, &items, policy, &once)).await {
        // Another call may have registered one of them meanwhile: now it will be found.
        Err(Error::Conflict(_)) => Box::pin(attempt(ctx, &items, policy, &once)).await,
        outcome => outcome,
    }
}

async fn attempt(
    ctx: &Ctx,
    items: &[CustomerImport],
    policy: ErrorPolicy,
    once: &Once,
) -> Result<Vec<Result<Imported>>> {
    let addressed = settle(policy, check::address(ctx, items))?;
    let found = check::find(ctx, &addressed).await?;
    let found = settle(policy, found.place(ctx, addressed))?;
    let (profiles, ready) = check::prepare(ctx, found).await?;
    let ready = settle(policy, ready)?;
    if ready.iter().all(Result::is_err) {
        let failed = ready.into_iter().filter_map(Result::err);
        return Ok(failed.map(Err).collect());
    }
    write::write(ctx, profiles, ready, policy, once).await
}

/// The first error, where one rejects all.
fn settle<T>(policy: ErrorPolicy, items: Vec<Result<T>>) -> Result<Vec<Result<T>>> {
    match policy {
        ErrorPolicy::RejectAll => items.into_iter().map(|item| item.map(Ok)).collect(),
        ErrorPolicy::RejectFailed => Ok(items),
    }
}

/// What the idempotency record keeps of an item: its outcome and customer, or what is kept of its error.
fn result_of(outcome: &Result<Imported>) -> String {
    match outcome {
        Ok(Imported { customer, outcome }) => format!("{} {customer}", outcome.as_str()),
        Err(error) => error_of(error),
    }
}

/// What the first call answered.
fn replayed(results: &[String]) -> Vec<Result<Imported>> {
    let mut answers = Vec::new();
    let mut results = results.iter();
    while let Some(result) = results.next() {
        let imported = ImportOutcome::from_text(result).and_then(|outcome| {
            let customer = results.next()?.parse().ok()?;
            Some(Imported { customer, outcome })
        });
        answers.push(imported.ok_or_else(|| error_replayed(result)));
    }
    answers
}

#[cfg(test)]
mod tests {
    use entity::enums::ErrorCode;

    use super::*;

    #[test]
    fn what_is_remembered_answers_as_the_first_call_did() {
        let customer = CustomerId::from_uuid(uuid::Uuid::from_u128(7));
        let outcome = ImportOutcome::Updated;
        let first = [
            Ok(Imported { customer, outcome }),
            Err(Error::NotFound { what: "brand" }.at("customers[1].brandId")),
            Ok(Imported { customer, outcome }),
        ];
        let remembered: Vec<_> = first.iter().map(result_of).collect();
        let words: Vec<_> = remembered.join(" ").split(' ').map(str::to_owned).collect();
        let again = replayed(&words);
        assert_eq!(again.len(), first.len());
        assert_eq!(again[0].as_ref().unwrap().customer, customer);
        let error = again[1].as_ref().unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotFound);
        assert_eq!(error.field(), Some("customers[1].brandId"));
        assert_eq!(again[2].as_ref().unwrap().outcome, outcome);
    }
}
