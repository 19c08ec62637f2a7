//! What was asked under an idempotency key: digests and result ids, never the answer.

crate::sql_migration!(
    "create table idempotency (
        controller_id {uuid} not null references controller (id),
        subject {uuid} not null,
        mutation text not null,
        key_digest {bytes} not null,
        input_digest {bytes} not null,
        epoch integer not null,
        results text not null,
        expires_at bigint not null,
        primary key (controller_id, subject, mutation, key_digest)
    );
    create index idempotency_expires on idempotency (expires_at)",
    "drop table idempotency"
);
