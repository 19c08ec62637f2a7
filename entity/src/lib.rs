//! The vocabulary of Privops: tables, typed ids, instants, and enums stored as text. No behaviour.
//!
//! Every table row carries its controller. A query for one starts at [`Scoped`], so that the controller,
//! and what a viewer may see, cannot be forgotten.

#[macro_use]
mod text_enum;
pub mod date;
pub mod enums;
pub mod id;
pub mod time;

pub mod access_log_entry;
pub mod access_package;
pub mod access_package_chunk;
pub mod access_package_link;
pub mod assignment;
pub mod blind_index;
pub mod brand;
pub mod contact_key;
pub mod contact_rule;
pub mod controller;
pub mod customer;
pub mod customer_brand;
pub mod customer_merge;
pub mod customer_relation;
pub mod data_flow;
pub mod data_key;
pub mod deletion_block;
pub mod disclosure;
pub mod disclosure_category;
pub mod disclosure_subject;
pub mod disclosure_supersession;
pub mod event;
pub mod follower;
pub mod house_term;
pub mod idempotency;
pub mod identifier;
pub mod incident;
pub mod incident_clock;
pub mod incident_customer;
pub mod incident_notification;
pub mod incident_recipient;
pub mod instrument;
pub mod integration;
pub mod keyring_epoch;
pub mod ledger_state;
pub mod legal_hold;
pub mod legal_hold_category;
pub mod legal_hold_customer;
pub mod legal_hold_system;
pub mod message_template;
pub mod preference;
pub mod preference_address;
pub mod recipient;
pub mod recipient_customer;
pub mod recipient_engagement;
pub mod recipient_notice;
pub mod request;
pub mod request_clock;
pub mod request_code;
pub mod request_item;
pub mod request_message;
pub mod request_reference;
pub mod request_verification;
pub mod retention_anchor;
pub mod retention_rule;
pub mod snapshot;
pub mod snapshot_value;
pub mod subject_finding;
pub mod system;
pub mod task;
pub mod task_attachment;
pub mod task_attachment_chunk;
pub mod task_retention;
pub mod token;

/// A table whose rows belong to one controller each.
pub trait Scoped: sea_orm::EntityTrait {
    /// The column that names the controller.
    const CONTROLLER: Self::Column;
    /// Where rows can be sealed: the column that says so, and its value for an open row.
    const OPEN: Option<(Self::Column, &'static str)> = None;
}

/// Declares the relations (none: joins are written out in `store.rs`), the active-model behaviour and the
/// scope of a table.
macro_rules! table {
    () => {
        /// Relations are not declared: joins are written out where they are used.
        #[derive(Debug, Clone, Copy, sea_orm::EnumIter, sea_orm::DeriveRelation)]
        pub enum Relation {}

        impl sea_orm::ActiveModelBehavior for ActiveModel {}
    };
    (scoped) => {
        crate::table!();

        impl crate::Scoped for Entity {
            const CONTROLLER: Column = Column::ControllerId;
        }
    };
    (scoped, open where $column:ident is $open:literal) => {
        crate::table!();

        impl crate::Scoped for Entity {
            const CONTROLLER: Column = Column::ControllerId;
            const OPEN: Option<(Column, &'static str)> = Some((Column::$column, $open));
        }
    };
}
pub(crate) use table;
