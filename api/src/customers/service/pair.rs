//! Two customers that a caller names.

use entity::id::CustomerId;

use super::lookup::{Lookup, resolve};
use crate::context::Ctx;
use crate::customers::rules::Match;
use crate::error::Result;

/// The customers that two look-ups lead to; the one that stands for it, where one was merged. `fields` names the
/// inputs.
///
/// # Errors
/// Invalid for a value that cannot be what it should be; `NotFound` or Ambiguous when a look-up does not lead to one.
pub(super) async fn pair(
    ctx: &Ctx,
    lookups: [Lookup; 2],
    fields: [&str; 2],
) -> Result<[CustomerId; 2]> {
    let [first_field, second_field] = fields;
    let field = |number: usize| {
        let field = if number == 0 {
            first_field
        } else {
            second_field
        };
        field.to_owned()
    };
    let now = ctx.now();
    let [first, second] = &lookups;
    let found = resolve(ctx, &[(first, now), (second, now)], field).await?;
    let sole = |number: usize, field: &str| {
        let found = found.get(number).unwrap_or(&Match::Nobody).sole();
        found.map_err(|error| error.at(field))
    };
    Ok([sole(0, first_field)?, sole(1, second_field)?])
}
