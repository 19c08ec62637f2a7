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
