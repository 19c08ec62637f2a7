//! `text_enum!`: an enum whose values are stored, serialised and shown as text.
//!
//! The text is what is in the database, in the leaves of the ledger and in JSON; it never changes
//! once it has been written. GraphQL shows the same text, unless another name stands behind `as`,
//! which either all values of an enum have or none. The macro must not give an enum behaviour.

/// Declares a `Copy` enum with its text, its database type and its GraphQL type.
///
/// Descriptions are ordinary doc comments; they become the descriptions in the schema.
macro_rules! text_enum {
    (
        $(#[$($outer:tt)*])*
        $vis:vis enum $name:ident {
            $(
                $(#[$($inner:tt)*])*
                $variant:ident = $text:tt as $graphql:tt
            ),+ $(,)?
        }
    ) => {
        $(#[$($outer)*])*
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            ::sea_orm::EnumIter,
            ::sea_orm::DeriveActiveEnum,
            ::async_graphql::Enum,
            ::serde::Serialize,
            ::serde::Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        $vis enum $name {
            $(
                $(#[$($inner)*])*
                #[sea_orm(string_value = $text)]
                #[graphql(name = $graphql)]
                #[serde(rename = $text)]
                $variant,
            )+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored text.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The value with this stored text, if there is one.
            pub fn from_text(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
    (
        $(#[$($outer:tt)*])*
        $vis:vis enum $name:ident {
            $(
                $(#[$($inner:tt)*])*
                $variant:ident = $text:tt
            ),+ $(,)?
        }
    ) => {
        text_enum! {
            $(#[$($outer)*])*
            $vis enum $name {
                $(
                    $(#[$($inner)*])*
                    $variant = $text as $text
                ),+
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use async_graphql::{InputType, Name, Value};
    use sea_orm::{ActiveEnum, Iterable};
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};
    use serde::{Deserialize, Serialize};

    use crate::enums::{DataTier, EventType};

    struct Serialised<T>(T);

    impl<T: Serialize> fmt::Display for Serialised<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }

    #[test]
    fn one_text_everywhere() {
        let tier = DataTier::OtherRecords;
        assert_eq!(tier.as_str(), "OTHER_RECORDS");
        assert_eq!(tier.to_string(), "OTHER_RECORDS");
        assert_eq!(ActiveEnum::to_value(&tier), "OTHER_RECORDS");
        assert_eq!(Serialised(tier).to_string(), "OTHER_RECORDS");
        assert_eq!(
            InputType::to_value(&tier),
            Value::Enum(Name::new("OTHER_RECORDS"))
        );
    }

    #[test]
    fn a_name_of_its_own_in_graphql() {
        let event = EventType::DisclosureSubjectRecorded;
        assert_eq!(event.as_str(), "disclosure.subject_recorded");
        assert_eq!(ActiveEnum::to_value(&event), "disclosure.subject_recorded");
        assert_eq!(Serialised(event).to_string(), "disclosure.subject_recorded");
        let shown = Value::Enum(Name::new("DISCLOSURE_SUBJECT_RECORDED"));
        assert_eq!(InputType::to_value(&event), shown);
        assert_eq!(EventType::parse(Some(shown)).ok(), Some(event));
    }

    #[test]
    fn text_leads_back_to_the_value() {
        for event in EventType::ALL.iter().copied() {
            let text = event.as_str();
            assert_eq!(EventType::from_text(text), Some(event));
            assert_eq!(
                EventType::try_from_value(&text.to_owned()).ok(),
                Some(event)
            );
            let deserializer: StrDeserializer<'_, Error> = text.into_deserializer();
            assert_eq!(EventType::deserialize(deserializer).ok(), Some(event));
        }
        assert_eq!(EventType::from_text("DISCLOSURE_RECORDED"), None);
        assert_eq!(EventType::from_text(""), None);
    }

    #[test]
    fn all_is_every_value_in_order() {
        assert_eq!(EventType::ALL, EventType::iter().collect::<Vec<_>>());
    }
}
