//! Whether messages reached whom they were sent to; and to which body complaints go on.

crate::sql_migration!(
    "alter table request_message add column delivery text;
    alter table request_message add column delivery_at bigint;
    alter table request_message add column version integer not null default 1;
    alter table request_item add column escalation_body text;
    create index request_message_failed on request_message (controller_id, request_id) where delivery = 'FAILED'",
    "drop index request_message_failed;
    alter table request_item drop column escalation_body;
    alter table request_message drop column version;
    alter table request_message drop column delivery_at;
    alter table request_message drop column delivery"
);
