//! What the GraphQL types of all slices share: connections, loaders, the directive that marks personal data,
//! small scalars. No business word in here.

mod batch;
mod connection;
mod directive;
mod scalars;

pub(crate) use batch::{
    Batch, Loaders, by_page, load, load_all, pages, parts, payloads, read_back,
};
pub(crate) use connection::{OrderDirection, connection};
pub(crate) use directive::personal;
pub(crate) use scalars::{CountryCode, InstantFilter, Long, OnBehalfOfInput};

use async_graphql::{Context, ID, InputType, Value};

use crate::context::{Ctx, OnBehalfOf, Once};
use crate::error::{Error, Result};
use crate::vault::Locked;

/// The context of the request. The endpoint puts it there for every authenticated caller.
///
/// # Errors
/// [`Error::Unauthenticated`] where it is not there.
pub(crate) fn ctx<'a>(context: &Context<'a>) -> Result<&'a Ctx> {
    context.data_opt::<Ctx>().ok_or(UNAUTHENTICATED)
}

const UNAUTHENTICATED: Error =
    Error::Unauthenticated("send a token in the header: Authorization: Bearer TOKEN");

/// What a nullable field answers: null, beside an error, when it fails. A resolver that answers with a `Result`
/// around the option would make its parent null too.
pub(crate) type Nullable<T> = Option<Result<T>>;

/// The context of a mutation, on behalf of whom the input says.
///
/// # Errors
/// As [`ctx`]; [`Error::Invalid`] when the person is not named properly.
pub(crate) fn ctx_for(context: &Context<'_>, person: Option<OnBehalfOfInput>) -> Result<Ctx> {
    let person = person.map(OnBehalfOf::try_from).transpose()?;
    Ok(ctx(context)?.on_behalf_of(person))
}

/// What makes a call of `mutation` with this input have its effect once.
///
/// # Errors
/// [`Error::Internal`] when the input has no JSON form.
pub(crate) fn once(
    mutation: &'static str,
    key: Option<&ID>,
    input: &impl InputType,
) -> Result<Once> {
    let mut input = input.to_value();
    if let Value::Object(fields) = &mut input {
        // The same call may bring its key in the header.
        fields.shift_remove("idempotencyKey");
    }
    let input = serde_json::to_string(&input)
        .map_err(|cause| Error::internal("writing an input down", cause))?;
    Ok(Once {
        mutation,
        key: key.map(|key| key.to_string()),
        input,
        is_item: false,
    })
}

/// The same for one item of a list: its own key, or else the key of the header with the item's number.
///
/// # Errors
/// As [`once`].
pub(crate) fn once_each(
    context: &Context<'_>,
    mutation: &'static str,
    number: usize,
    key: Option<&ID>,
    item: &impl InputType,
) -> Result<Once> {
    let header = ctx(context)?.idempotency_key();
    let key = match (key, header) {
        (Some(key), _) => Some(key.clone()),
        (None, Some(header)) => Some(ID(format!("{header}/{number}"))),
        // Nothing to compare with, later.
        (None, None) => return Ok(Once::always(mutation)),
    };
    Ok(Once {
        is_item: true,
        ..once(mutation, key.as_ref(), item)?
    })
}

/// A personal value for an answer.
///
/// # Errors
/// [`Error::Internal`] when it was tampered with.
pub(crate) fn open(locked: Option<&Locked>) -> Result<Option<String>> {
    locked
        .map(|locked| Ok(locked.open()?.expose().to_owned()))
        .transpose()
}
