//! Typed ids: a UUID in the database, a `TypeID` (prefix and 26 base32 digits) everywhere else.
//!
//! A type per table keeps one kind of id from standing where another is meant. This module makes no
//! ids: that is the task of the one source of randomness.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value,
};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use type_safe_id::{DynamicType, StaticType, TypeSafeId};
use uuid::Uuid;

/// A text is not an id of the expected kind. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseIdError {
    prefix: &'static str,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected an id that begins with {}_ and goes on with 26 base32 digits",
            self.prefix
        )
    }
}

impl std::error::Error for ParseIdError {}

/// The text form of an id whose kind is told by a prefix only; nothing for what is no prefix.
pub fn text_of(prefix: &str, uuid: Uuid) -> Option<String> {
    let kind = DynamicType::new(prefix).ok()?;
    Some(TypeSafeId::from_type_and_uuid(kind, uuid).to_string())
}

/// The UUID of an id in its text form.
///
/// # Errors
/// [`ParseIdError`] when it is not one of this prefix.
pub fn uuid_of(prefix: &'static str, text: &str) -> Result<Uuid, ParseIdError> {
    match text.parse::<TypeSafeId<DynamicType>>() {
        Ok(id) if id.type_prefix() == prefix => Ok(id.uuid()),
        _ => Err(ParseIdError { prefix }),
    }
}

/// Declares ids, each with its prefix. In GraphQL they are the built-in `ID`.
macro_rules! typed_id {
    ($(
        $(#[$($attr:tt)*])*
        pub struct $name:ident = $prefix:tt;
    )+) => {$(
        $(#[$($attr)*])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(Uuid);

        impl $name {
            /// What the text form begins with, before an underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id of this kind with this UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID that the database holds.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        const _: () = {
            #[derive(Default)]
            struct Tag;

            impl StaticType for Tag {
                const TYPE: &'static str = $prefix;
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(&TypeSafeId::<Tag>::from_uuid(self.0), f)
                }
            }

            impl FromStr for $name {
                type Err = ParseIdError;

                fn from_str(text: &str) -> Result<Self, ParseIdError> {
                    // The cause is dropped because it repeats the text.
                    match text.parse::<TypeSafeId<Tag>>() {
                        Ok(id) => Ok(Self(id.uuid())),
                        Err(_) => Err(ParseIdError { prefix: $prefix }),
                    }
                }
            }
        };

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        // Primary keys need it, although the database never numbers these.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl InputType for $name {
            type RawValueType = Self;

            fn type_name() -> Cow<'static, str> {
                <ID as InputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <ID as InputType>::create_type_info(registry)
            }

            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                match value {
                    Some(Value::String(text)) => text.parse().map_err(InputValueError::custom),
                    _ => Err(InputValueError::custom(ParseIdError { prefix: $prefix })),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.to_string())
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                <ID as OutputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <ID as OutputType>::create_type_info(registry)
            }

            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                _: &Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(Value::String(self.to_string()))
            }
        }
    )+};
}

typed_id! {
    /// A controller.
    pub struct ControllerId = "ctl";
    /// An integration: a machine client of a controller.
    pub struct IntegrationId = "int";
    /// A token of an integration: the `jti` claim.
    pub struct TokenId = "tok";
    /// A customer.
    pub struct CustomerId = "cus";
    /// An identifier of a customer.
    pub struct IdentifierId = "idn";
    /// An assignment of a resource to a customer.
    pub struct AssignmentId = "asg";
    /// A recipient of data.
    pub struct RecipientId = "rcp";
    /// A disclosure.
    pub struct DisclosureId = "dis";
    /// One subject of a disclosure.
    pub struct DisclosureSubjectId = "dsb";
    /// An event.
    pub struct EventId = "evt";
    /// A data key.
    pub struct DataKeyId = "key";
    /// A brand of a controller.
    pub struct BrandId = "brd";
    /// A relation between two customers.
    pub struct RelationId = "rel";
    /// A snapshot of the ids that an outside system has.
    pub struct SnapshotId = "snp";
    /// A finding about a subject of a disclosure.
    pub struct FindingId = "fnd";
    /// A request.
    pub struct RequestId = "req";
    /// One thing that a request asks for.
    pub struct RequestItemId = "itm";
    /// A clock of such a thing.
    pub struct RequestClockId = "clk";
    /// What an outside system calls a request.
    pub struct RequestReferenceId = "ref";
    /// An attempt to make sure who asks.
    pub struct RequestVerificationId = "vfy";
    /// A message about a request.
    pub struct RequestMessageId = "msg";
    /// A code that was sent to whoever asks.
    pub struct RequestCodeId = "cod";
    /// A system where data about customers lives.
    pub struct SystemId = "sys";
    /// A task of a system.
    pub struct TaskId = "tsk";
    /// What holds a task while it is being done.
    pub struct LeaseId = "lse";
    /// What a task could not erase.
    pub struct TaskRetentionId = "rtn";
    /// A file that was uploaded for a task.
    pub struct AttachmentId = "att";
    /// A part of such a file.
    pub struct AttachmentChunkId = "chk";
    /// Something that a person said about a use of their data.
    pub struct PreferenceId = "prf";
    /// That personal fields were read.
    pub struct AccessLogEntryId = "acc";
    /// A package of what is known of a person.
    pub struct AccessPackageId = "pkg";
    /// A part of the content of a package.
    pub struct AccessPackageChunkId = "pkc";
    /// A link to a package.
    pub struct AccessPackageLinkId = "pkl";
    /// The key of the digests of addresses.
    pub struct ContactKeyId = "cky";
    /// Id of a retention rule.
    pub struct RetentionRuleId = "rrl";
    /// Id of what such a rule counts from.
    pub struct RetentionAnchorId = "anc";
    /// A rule about what advertising rests on.
    pub struct ContactRuleId = "crl";
    /// A template of messages.
    pub struct MessageTemplateId = "tpl";
    /// A term that the controller has promised.
    pub struct HouseTermId = "htm";
    /// A notice to a recipient about what became of data that it has.
    pub struct RecipientNoticeId = "ntc";
    /// An agreement with a recipient, or what allows that data goes to it.
    pub struct InstrumentId = "ins";
    /// That data goes from one place to another.
    pub struct DataFlowId = "flw";
    /// An incident.
    pub struct IncidentId = "inc";
    /// What was said of a notification of an incident.
    pub struct IncidentNotificationId = "inn";
    /// A legal hold.
    pub struct LegalHoldId = "hld";
    /// What keeps data of a customer from being erased.
    pub struct DeletionBlockId = "blk";
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    // The example of the TypeID specification.
    const UUID: Uuid = Uuid::from_u128(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881);
    const TEXT: &str = "cus_01h2xcejqtf2nbrexx3vqjhp41";

    struct Serialised<T>(T);

    impl<T: Serialize> fmt::Display for Serialised<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }

    #[test]
    fn text_and_uuid_lead_to_each_other() {
        let id = CustomerId::from_uuid(UUID);
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(format!("{id:?}"), TEXT);
        assert_eq!(TEXT.parse::<CustomerId>(), Ok(id));
        assert_eq!(id.uuid(), UUID);
        for (uuid, text) in [
            (Uuid::nil(), "cus_00000000000000000000000000"),
            (Uuid::max(), "cus_7zzzzzzzzzzzzzzzzzzzzzzzzz"),
        ] {
            assert_eq!(CustomerId::from_uuid(uuid).to_string(), text);
            assert_eq!(text.parse::<CustomerId>(), Ok(CustomerId::from_uuid(uuid)));
        }
    }

    #[test]
    fn every_kind_has_its_prefix() {
        let texts = [
            ControllerId::from_uuid(UUID).to_string(),
            IntegrationId::from_uuid(UUID).to_string(),
            TokenId::from_uuid(UUID).to_string(),
            CustomerId::from_uuid(UUID).to_string(),
            IdentifierId::from_uuid(UUID).to_string(),
            AssignmentId::from_uuid(UUID).to_string(),
            RecipientId::from_uuid(UUID).to_string(),
            DisclosureId::from_uuid(UUID).to_string(),
            DisclosureSubjectId::from_uuid(UUID).to_string(),
            EventId::from_uuid(UUID).to_string(),
            DataKeyId::from_uuid(UUID).to_string(),
        ];
        let prefixes: Vec<_> = texts.iter().filter_map(|text| text.get(..4)).collect();
        assert_eq!(
            prefixes,
            [
                "ctl_", "int_", "tok_", "cus_", "idn_", "asg_", "rcp_", "dis_", "dsb_", "evt_",
                "key_"
            ]
        );
    }

    #[test]
    fn only_the_exact_form_is_accepted_and_no_refusal_repeats_it() {
        for text in [
            "",
            "cus",
            "cus_",
            "01h2xcejqtf2nbrexx3vqjhp41",
            "_01h2xcejqtf2nbrexx3vqjhp41",
            "rcp_01h2xcejqtf2nbrexx3vqjhp41",
            "CUS_01h2xcejqtf2nbrexx3vqjhp41",
            "cus_01H2XCEJQTF2NBREXX3VQJHP41",
            "cus-01h2xcejqtf2nbrexx3vqjhp41",
            "cus__01h2xcejqtf2nbrexx3vqjhp41",
            "cus_01h2xcejqtf2nbrexx3vqjhp4",
            "cus_01h2xcejqtf2nbrexx3vqjhp411",
            "cus_81h2xcejqtf2nbrexx3vqjhp41",
            "cus_01h2xcejqtf2nbrexx3vqjhpl1",
            "cus_01h2xcejqtf2nbrexx3vqjhpu1",
            " cus_01h2xcejqtf2nbrexx3vqjhp41",
            "cus_01h2xcejqtf2nbrexx3vqjhp41 ",
            "cus_01h2xcejqtf2nbrexx3vqjhpé1",
            "0188bac7-4afa-78aa-bc3b-bd1eef28d881",
            "jane@example.com",
        ] {
            assert_eq!(
                text.parse::<CustomerId>(),
                Err(ParseIdError { prefix: "cus" }),
                "{text}"
            );
        }
        let message = ParseIdError { prefix: "cus" }.to_string();
        assert_eq!(
            message,
            "expected an id that begins with cus_ and goes on with 26 base32 digits"
        );
    }

    #[test]
    fn a_kind_that_is_known_by_its_prefix_only_has_the_same_form() {
        assert_eq!(text_of("cus", UUID).as_deref(), Some(TEXT));
        assert_eq!(text_of("Cus", UUID), None);
        assert_eq!(uuid_of("cus", TEXT), Ok(UUID));
        assert_eq!(uuid_of("rcp", TEXT), Err(ParseIdError { prefix: "rcp" }));
        assert_eq!(uuid_of("cus", "cus_"), Err(ParseIdError { prefix: "cus" }));
    }

    #[test]
    fn order_is_that_of_the_uuids() {
        let (earlier, later) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (earlier, later) = (EventId::from_uuid(earlier), EventId::from_uuid(later));
        assert!(earlier < later);
        assert!(earlier.to_string() < later.to_string());
    }

    #[test]
    fn graphql_shows_the_built_in_id() {
        let id = CustomerId::from_uuid(UUID);
        assert_eq!(<CustomerId as InputType>::type_name(), "ID");
        assert_eq!(<CustomerId as OutputType>::type_name(), "ID");
        assert_eq!(InputType::to_value(&id), Value::from(TEXT));
        assert_eq!(CustomerId::parse(Some(Value::from(TEXT))).ok(), Some(id));
        assert!(CustomerId::parse(Some(Value::from("jane@example.com"))).is_err());
        assert!(CustomerId::parse(Some(Value::from(7))).is_err());
        assert!(CustomerId::parse(Some(Value::Null)).is_err());
        assert!(CustomerId::parse(None).is_err());
        assert!(matches!(
            Option::<CustomerId>::parse(Some(Value::Null)),
            Ok(None)
        ));
    }

    #[test]
    fn json_is_the_text() {
        let id = CustomerId::from_uuid(UUID);
        assert_eq!(Serialised(id).to_string(), TEXT);
        let deserializer: StrDeserializer<'_, Error> = TEXT.into_deserializer();
        assert_eq!(CustomerId::deserialize(deserializer).ok(), Some(id));
    }

    #[test]
    fn a_database_value_is_the_uuid() {
        let id = CustomerId::from_uuid(UUID);
        let stored = sea_query::Value::from(id);
        assert_eq!(stored, sea_query::Value::from(UUID));
        assert_eq!(
            <CustomerId as sea_query::ValueType>::try_from(stored).ok(),
            Some(id)
        );
        let absent = sea_query::Value::from(None::<CustomerId>);
        assert_eq!(absent, sea_query::Value::Uuid(None));
        assert!(matches!(
            <Option<CustomerId> as sea_query::ValueType>::try_from(absent),
            Ok(None)
        ));
        assert!(CustomerId::try_from_u64(1).is_err());
    }
}
