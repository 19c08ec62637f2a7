//! What else is known of recipients: how to reach them, where their privacy notice is, and which of them are
//! customers.

crate::sql_migration!(
    "alter table recipient add column contacts {bytes};
    alter table recipient add column notice_url {bytes};
    alter table recipient add column version integer not null default 1;
    create index recipient_role on recipient (controller_id, role, id);
    create table recipient_customer (
        controller_id {uuid} not null,
        recipient_id {uuid} not null,
        customer_id {uuid} not null,
        primary key (controller_id, recipient_id),
        constraint recipient_customer_once unique (controller_id, customer_id),
        foreign key (controller_id, recipient_id) references recipient (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    )",
    "drop table recipient_customer;
    drop index recipient_role;
    alter table recipient drop column version;
    alter table recipient drop column notice_url;
    alter table recipient drop column contacts"
);
