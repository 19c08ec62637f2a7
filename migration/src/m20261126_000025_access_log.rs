//! Who read which customer's personal fields. Lines outlast what they are about, and are written before every answer: nothing
//! but the controller is referred to.

crate::sql_migration!(
    "create table access_log_entry (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        at bigint not null,
        customer_id {uuid},
        record_id {uuid},
        fields text not null,
        visibility text not null,
        operation text not null,
        integration_id {uuid},
        staff_system text,
        key_id {uuid} not null,
        staff {bytes},
        reason {bytes},
        primary key (controller_id, id)
    );
    create index access_log_entry_at on access_log_entry (controller_id, at, id);
    create index access_log_entry_customer on access_log_entry (controller_id, customer_id, at, id);
    create index access_log_entry_integration on access_log_entry (controller_id, integration_id, at, id)",
    "drop table access_log_entry"
);
