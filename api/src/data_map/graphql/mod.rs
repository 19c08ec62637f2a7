//! The taxonomy, the systems and the flows in the schema.

mod flows;
mod map;
mod systems;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

pub(crate) use flows::{FlowsMutation, FlowsQuery};
pub(crate) use map::MapQuery;
pub(crate) use systems::{DataMapMutation, DataMapQuery};

/// Longest key, in bytes.
const LONGEST: usize = 200;

/// Declares a scalar for the keys of a tree. Whether a key exists is checked where it is used, so that the
/// answer can suggest the one that was meant.
macro_rules! key_scalar {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) struct $name(String);

        impl $name {
            /// A key that was checked before it was recorded.
            pub(crate) fn known(key: &str) -> Self {
                Self(key.to_owned())
            }

            /// The key.
            pub(crate) fn into_key(self) -> String {
                self.0
            }
        }

        $(#[$doc])*
        #[Scalar(specified_by_url = "https://ethyca.github.io/fideslang/")]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(key) if key.len() <= LONGEST => Ok(Self(key)),
                    _ => Err(InputValueError::custom("expected a dotted key of the taxonomy")),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

key_scalar! {
    /// A kind of personal data: a dotted key of the fideslang taxonomy, such as `user.contact.email`, or one of our
    /// extensions to it, such as `user.content.hosted`.
    DataCategory
}

key_scalar! {
    /// What data is used for: a dotted key of the fideslang taxonomy, such as `essential.service`, or one of our
    /// extensions to it, such as `essential.service.abuse_handling`.
    DataUse
}

key_scalar! {
    /// Whose data it is: a key of the fideslang taxonomy, such as `customer`, or one of our extensions to it, such as
    /// `registrant`.
    DataSubject
}

/// The keys of a list, as a caller said them.
fn keys<T>(said: Vec<T>, key: fn(T) -> String) -> Vec<String> {
    said.into_iter().map(key).collect()
}
