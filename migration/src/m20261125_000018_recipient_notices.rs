//! Notices to recipients about what was corrected, erased or restricted.

crate::sql_migration!(
    "create table recipient_notice (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        item_id {uuid} not null,
        recipient_id {uuid} not null,
        status text not null,
        status_at bigint not null,
        planned_at bigint not null,
        channel text,
        key_id {uuid} not null,
        note {bytes},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        constraint recipient_notice_once unique (controller_id, item_id, recipient_id),
        foreign key (controller_id, request_id) references request (controller_id, id),
        foreign key (controller_id, item_id) references request_item (controller_id, id),
        foreign key (controller_id, recipient_id) references recipient (controller_id, id)
    );
    create index recipient_notice_planned on recipient_notice (controller_id, planned_at, id);
    create index recipient_notice_status on recipient_notice (controller_id, status, planned_at, id);
    create index recipient_notice_request on recipient_notice (controller_id, request_id, planned_at, id);
    create index recipient_notice_item on recipient_notice (controller_id, item_id, planned_at, id);
    create index recipient_notice_recipient on recipient_notice (controller_id, recipient_id, planned_at, id)",
    "drop table recipient_notice"
);
