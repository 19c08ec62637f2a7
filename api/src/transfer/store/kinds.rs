//! The tables of an export, each said once, in an order in which a row comes after those that it refers to.

use sea_orm::ConnectionTrait;

use super::table::{self, Row, Table};
use crate::error::Result;
use crate::platform::db::Scope;

/// Declares the kinds: the table of each, the columns that its rows are ordered by, which of its columns are cells,
/// and which are left out. The first of those that it is ordered by is the row's id to its cells and its index.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $name:ident = $table:ident by $($order:ident)+, cells $cells:tt, without $without:tt;
    )+) => {
        /// A table of an export.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// All of them, in order.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            /// The name of the table.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($table),)+
                }
            }

            /// Its columns, without the one that names the controller.
            pub(crate) fn table(self) -> Table {
                match self {
                    $(Self::$name => Table {
                        name: stringify!($table),
                        columns: table::columns::<entity::$table::Entity>(&$cells, &$without),
                        order: &[$(stringify!($order)),+],
                    },)+
                }
            }

            /// The rows after another one, in order.
            pub(crate) async fn page(
                self,
                db: &impl ConnectionTrait,
                scope: Scope,
                table: &Table,
                after: Option<&Row>,
            ) -> Result<Vec<Row>> {
                match self {
                    $(Self::$name => {
                        table::page::<entity::$table::Entity>(db, scope, table, after).await
                    })+
                }
            }

            /// How many rows there are.
            pub(crate) async fn count(
                self,
                db: &impl ConnectionTrait,
                scope: Scope,
            ) -> Result<u64> {
                match self {
                    $(Self::$name => table::count::<entity::$table::Entity>(db, scope).await,)+
                }
            }

            /// Whether a row can be one of the table.
            pub(crate) fn check(
                self,
                scope: Scope,
                table: &Table,
                row: &Row,
            ) -> Result<()> {
                match self {
                    $(Self::$name => table::check::<entity::$table::Entity>(scope, table, row),)+
                }
            }

            /// Inserts rows; with `again`, one that is there already stays.
            pub(crate) async fn insert(
                self,
                db: &impl ConnectionTrait,
                scope: Scope,
                table: &Table,
                rows: &[Row],
                again: bool,
            ) -> Result<()> {
                match self {
                    $(Self::$name => {
                        table::insert::<entity::$table::Entity>(db, scope, table, rows, again).await
                    })+
                }
            }
        }
    };
}

kinds! {
    /// The controller itself.
    Controller = controller by id, cells [], without [];
    /// Who called, without their tokens.
    Integration = integration by id, cells [], without [];
    /// Where data lives.
    System = system by id, cells [], without [];
    /// Whose content is under which key, without the keys.
    Key = data_key by id, cells [], without ["epoch", "wrapped"];
    /// How far those have read who follow the ledger: before the events, so that nothing old is new to them.
    Follower = follower by name, cells [], without [];
    /// Trading names.
    Brand = brand by id, cells [], without [];
    /// Persons and organisations.
    Customer = customer by id, cells ["name"], without [];
    /// Under which brand they are served.
    CustomerBrand = customer_brand by customer_id, cells [], without [];
    /// Which of them are one.
    CustomerMerge = customer_merge by customer_id, cells [], without [];
    /// What they are to each other.
    CustomerRelation = customer_relation by id, cells [], without [];
    /// What they are known by.
    Identifier = identifier by id, cells ["value"], without [];
    /// What they held.
    Assignment = assignment by id, cells ["resource"], without [];
    /// Whom data went to.
    Recipient = recipient by id, cells ["name", "contacts", "notice_url"], without [];
    /// Which of those are customers.
    RecipientCustomer = recipient_customer by recipient_id, cells [], without [];
    /// For whom which of those work.
    RecipientEngagement = recipient_engagement by recipient_id, cells [], without [];
    /// What was agreed with them, and what allows that data goes to them.
    Instrument = instrument by id, cells [], without [];
    /// Where data goes.
    DataFlow = data_flow by id, cells [], without [];
    /// That data went out.
    Disclosure = disclosure by id, cells ["reference", "authority", "note"], without [];
    /// Which data.
    DisclosureCategory = disclosure_category by category disclosure_id, cells [], without [];
    /// Whose data.
    DisclosureSubject = disclosure_subject by id, cells ["lookup"], without [];
    /// What took the place of what.
    DisclosureSupersession = disclosure_supersession by old_id, cells ["reason"], without [];
    /// What turned out later.
    SubjectFinding = subject_finding by id, cells [], without [];
    /// By when the controller promised to answer.
    HouseTerm = house_term by id, cells [], without [];
    /// What persons said about uses of their data.
    Preference = preference by id, cells ["ip", "user_agent", "note"], without [];
    /// What the digests of addresses are keyed with: they cannot be made again once the addresses are gone.
    ContactKey = contact_key by id, cells ["secret"], without [];
    /// For which addresses they count, as digests.
    PreferenceAddress = preference_address by preference_id digest, cells [], without [];
    /// What advertising rests on.
    ContactRule = contact_rule by id, cells [], without [];
    /// What messages are for.
    MessageTemplate = message_template by id, cells [], without [];
    /// What persons asked for.
    Request = request by id, cells ["lookup", "requester_name", "requester_contact", "requester_proof", "body",
        "regime_note"], without [];
    /// Each thing of it.
    RequestItem = request_item by id, cells ["note"], without [];
    /// By when what is owed.
    RequestClock = request_clock by id, cells ["note", "pause_note"], without [];
    /// What outside systems call it.
    RequestReference = request_reference by id, cells ["reference"], without [];
    /// How it was made sure who asks.
    RequestVerification = request_verification by id, cells ["evidence", "note"], without [];
    /// Messages about it.
    RequestMessage = request_message by id, cells ["body"], without [];
    /// What must not be erased.
    LegalHold = legal_hold by id, cells ["reason", "authority", "last_reason"], without [];
    /// Of whom.
    LegalHoldCustomer = legal_hold_customer by customer_id hold_id, cells [], without [];
    /// In which systems.
    LegalHoldSystem = legal_hold_system by system hold_id, cells [], without [];
    /// Which data.
    LegalHoldCategory = legal_hold_category by category hold_id, cells [], without [];
    /// What systems must keep.
    DeletionBlock = deletion_block by id, cells ["what"], without [];
    /// For how long what is kept.
    RetentionRule = retention_rule by id, cells [], without [];
    /// What that counts from.
    RetentionAnchor = retention_anchor by id, cells ["reference"], without [];
    /// What happened to data, or to systems.
    Incident = incident by id, cells ["title", "description", "consequences", "measures", "last_reason"], without [];
    /// At whom.
    IncidentRecipient = incident_recipient by recipient_id incident_id, cells [], without [];
    /// Whom that affects.
    IncidentCustomer = incident_customer by customer_id incident_id target, cells [], without [];
    /// By when who is to be told.
    IncidentClock = incident_clock by incident_id regime target phase, cells [], without [];
    /// Who was.
    IncidentNotification = incident_notification by id, cells ["text", "reference", "reason"], without [];
    /// What systems have to do about it, without what only they may know.
    Task = task by id, cells ["instructions", "note", "evidence"], without ["secret", "lease"];
    /// What they could not erase.
    TaskRetention = task_retention by id, cells ["what"], without [];
    /// Files that they uploaded.
    TaskAttachment = task_attachment by id, cells ["name", "digest"], without ["lease"];
    /// What is in those.
    TaskAttachmentChunk = task_attachment_chunk by id, cells ["content"], without [];
    /// Who was told of it.
    RecipientNotice = recipient_notice by id, cells ["note"], without [];
    /// That codes were sent to whoever asks, without the codes.
    RequestCode = request_code by id, cells [], without ["code"];
    /// Who read personal fields.
    AccessLogEntry = access_log_entry by id, cells ["staff", "reason"], without [];
    /// The leaves of the ledger.
    Event = event by id, cells ["opening"], without [];
    /// How long each log is: last, because a controller without logs is one whose import did not end.
    Log = ledger_state by log, cells [], without [];
}

impl Kind {
    /// The kind of a table's name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.as_str() == name)
    }

    /// Whether its rows can be looked up by a text.
    pub(crate) fn is_indexed(self) -> bool {
        matches!(
            self,
            Self::Identifier
                | Self::Assignment
                | Self::Recipient
                | Self::DisclosureSubject
                | Self::RequestReference
                | Self::RetentionAnchor
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Shape;
    use super::*;

    /// Bytes that are not encrypted: hashes and digests.
    const PLAIN: &[&str] = &[
        "event.leaf_hash",
        "disclosure_subject.line",
        "preference_address.digest",
    ];

    #[test]
    fn every_column_of_bytes_is_a_cell_or_known_to_be_none() {
        for kind in Kind::ALL {
            let table = kind.table();
            for column in &table.columns {
                let place = format!("{}.{}", table.name, column.name);
                let plain = PLAIN.contains(&place.as_str());
                let bytes = column.shape == Shape::Bytes;
                assert_eq!(bytes, plain || column.is_cell(), "{place}");
            }
            assert_eq!(Kind::named(table.name), Some(*kind));
        }
    }

    #[test]
    fn cells_have_a_row_and_a_key() {
        for kind in Kind::ALL {
            let table = kind.table();
            assert!(table.order_is_known(), "{}", table.name);
            if table.has_cells() {
                assert!(table.place("key_id").is_some(), "{}", table.name);
            }
        }
    }
}
