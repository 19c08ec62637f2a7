//! Disclosures that repeat: a record may stand for many over a period; what repeats shares a line of the
//! accounting. What was recorded before has a line of its own.

crate::sql_migration!(
    "alter table disclosure add column disclosed_until bigint;
    alter table disclosure add column occurrences bigint not null default 1;
    alter table disclosure_subject add column disclosed_until bigint;
    alter table disclosure_subject add column occurrences bigint not null default 1;
    alter table disclosure_subject add column superseded boolean not null default false;
    alter table disclosure_subject add column lookup_at bigint;
    alter table disclosure_subject add column resolved_by_hand boolean not null default false;
    alter table disclosure_subject add column line {bytes} not null default '';
    update disclosure_subject set line = {bytes_of:disclosure_id};
    create index disclosure_subject_line on disclosure_subject
        (controller_id, customer_id, line, disclosed_at, disclosed_until, occurrences, visibility, disclosure_id,
            superseded)
        where not superseded and customer_id is not null",
    "drop index disclosure_subject_line;
    alter table disclosure_subject drop column line;
    alter table disclosure_subject drop column resolved_by_hand;
    alter table disclosure_subject drop column lookup_at;
    alter table disclosure_subject drop column superseded;
    alter table disclosure_subject drop column occurrences;
    alter table disclosure_subject drop column disclosed_until;
    alter table disclosure drop column occurrences;
    alter table disclosure drop column disclosed_until"
);
