//! Loading related rows: one statement for all parents of a level.
//!
//! A slice implements [`Batch`] for a key; a resolver calls [`load`]. Loaders live as long as the request and
//! carry its context, so that they cannot mix callers.

use std::collections::HashMap;
use std::hash::Hash;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::runtime::{TokioSpawner, TokioTimer};

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::platform::page::PageRequest;

/// A key by which something is loaded in batches.
pub(crate) trait Batch: Clone + Eq + Hash + Send + Sync + Sized + 'static {
    /// What it leads to.
    type Value: Clone + Send + Sync + 'static;

    /// Loads what all `keys` lead to, in one statement. A key that leads to nothing is left out.
    fn load(
        ctx: &Ctx,
        keys: &[Self],
    ) -> impl Future<Output = Result<HashMap<Self, Self::Value>>> + Send;
}

/// Loads for one request.
pub(crate) struct Loaders(Ctx);

impl Loaders {
    /// The loaders of a request.
    pub(crate) fn new(ctx: Ctx) -> DataLoader<Self> {
        DataLoader::new(Self(ctx), TokioSpawner::current(), TokioTimer::default())
    }
}

impl<K: Batch> Loader<K> for Loaders {
    type Value = K::Value;
    type Error = Error;

    async fn load(&self, keys: &[K]) -> Result<HashMap<K, K::Value>> {
        K::load(&self.0, keys).await
    }
}

/// What a key leads to, loaded together with what the others of its level lead to.
///
/// # Errors
/// Whatever the slice says.
pub(crate) async fn load<K: Batch>(context: &Context<'_>, key: K) -> Result<Option<K::Value>> {
    let loaders = context
        .data_opt::<DataLoader<Loaders>>()
        .ok_or(super::UNAUTHENTICATED)?;
    loaders.load_one(key).await
}

/// What some keys lead to, together, so that they are loaded in one statement; those that lead to nothing are left out.
///
/// # Errors
/// Whatever the slice says.
pub(crate) async fn load_all<K: Batch>(
    context: &Context<'_>,
    keys: impl IntoIterator<Item = K>,
) -> Result<Vec<K::Value>> {
    let loading = keys.into_iter().map(|key| load(context, key));
    let loaded = futures_util::future::try_join_all(loading).await?;
    Ok(loaded.into_iter().flatten().collect())
}

/// What a mutation has changed, as it is now. A failed read-back must not turn a committed change into an error.
pub(crate) async fn read_back<K: Batch>(context: &Context<'_>, key: K) -> Option<K::Value> {
    load(context, key).await.ok().flatten()
}

/// Declares what is loaded by parent a page at a time. Parents that ask for the same page are loaded together: one
/// statement for each page, not for each parent.
macro_rules! pages {
    ($($(#[$doc:meta])* $visible:vis $name:ident($parent:ty): $value:ty, $load:path;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        $visible struct $name(
            $visible $parent,
            $visible crate::platform::page::PageRequest,
        );

        impl crate::graphql::Batch for $name {
            type Value = crate::platform::page::Page<$value>;

            async fn load(
                ctx: &crate::context::Ctx,
                keys: &[Self],
            ) -> crate::error::Result<std::collections::HashMap<Self, Self::Value>> {
                let mut found = std::collections::HashMap::new();
                for (request, parents) in crate::graphql::by_page(keys.iter().map(|key| (&key.1, key.0))) {
                    let pages = $load(ctx, &parents, request.clone()).await?;
                    let keyed = |(parent, page)| (Self(parent, request.clone()), page);
                    found.extend(pages.into_iter().map(keyed));
                }
                Ok(found)
            }
        }
    )+};
}
pub(crate) use pages;

/// Declares what is loaded by the id of a parent: all that belongs to it, for all parents of a level.
macro_rules! parts {
    ($($(#[$doc:meta])* $visible:vis $name:ident($parent:ty): $value:ty, $load:path;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        $visible struct $name($visible $parent);

        impl crate::graphql::Batch for $name {
            type Value = $value;

            async fn load(
                ctx: &crate::context::Ctx,
                keys: &[Self],
            ) -> crate::error::Result<std::collections::HashMap<Self, Self::Value>> {
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let found = $load(ctx, &ids).await?;
                Ok(found.into_iter().map(|(id, parts)| (Self(id), parts)).collect())
            }
        }
    )+};
}
pub(crate) use parts;

/// Declares what mutations answer with one thing that was changed.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $(#[$of:meta])* $field:ident: $value:ty })+) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $name {
            $(#[$of])*
            $field: Option<$value>,
        }
    )+};
}
pub(crate) use payloads;

/// Puts parents that ask for the same page together.
pub(crate) fn by_page<'a, K: 'a>(
    keys: impl Iterator<Item = (&'a PageRequest, K)>,
) -> HashMap<PageRequest, Vec<K>> {
    let mut pages: HashMap<PageRequest, Vec<K>> = HashMap::new();
    for (page, parent) in keys {
        pages.entry(page.clone()).or_default().push(parent);
    }
    pages
}
