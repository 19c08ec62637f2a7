//! The register of systems; tasks of systems about requests, with what they could not erase and the files that they
//! upload; and codes for whoever asks.

crate::sql_migration!(
    "create table system (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        name text not null,
        known_by text not null,
        integration_id {uuid},
        leaves_behind text not null,
        recorded_at bigint not null,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        constraint system_name unique (controller_id, name),
        foreign key (controller_id, integration_id) references integration (controller_id, id)
    );
    create table task (
        controller_id {uuid} not null,
        id {uuid} not null,
        kind text not null,
        system text not null,
        request_id {uuid} not null,
        item_id {uuid},
        scope text,
        customer_id {uuid},
        identifier_id {uuid},
        status text not null,
        status_at bigint not null,
        planned_at bigint not null,
        not_before bigint not null,
        attempts integer not null,
        failures integer not null,
        changed boolean not null,
        suspended boolean not null,
        postponed text,
        skipped text,
        lease {uuid},
        leased_to {uuid},
        leased_until bigint,
        key_id {uuid} not null,
        instructions {bytes},
        secret {bytes},
        note {bytes},
        evidence {bytes},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, request_id) references request (controller_id, id),
        foreign key (controller_id, item_id) references request_item (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id),
        foreign key (controller_id, identifier_id) references identifier (controller_id, id)
    );
    create index task_due on task (controller_id, system, status, not_before, id);
    create index task_system on task (controller_id, system, planned_at, id);
    create index task_status on task (controller_id, status, planned_at, id);
    create index task_planned on task (controller_id, planned_at, id);
    create index task_request on task (controller_id, request_id, planned_at, id);
    create index task_customer on task (controller_id, customer_id, status);
    create index task_item on task (controller_id, item_id, planned_at, id);
    create table task_retention (
        controller_id {uuid} not null,
        id {uuid} not null,
        task_id {uuid} not null,
        position integer not null,
        ground text not null,
        until text,
        source text,
        key_id {uuid} not null,
        what {bytes} not null,
        primary key (controller_id, id),
        constraint task_retention_once unique (controller_id, task_id, position),
        foreign key (controller_id, task_id) references task (controller_id, id)
    );
    create table task_attachment (
        controller_id {uuid} not null,
        id {uuid} not null,
        task_id {uuid} not null,
        lease {uuid},
        recorded_at bigint not null,
        completed_at bigint,
        media_type text not null,
        size bigint not null,
        chunks integer not null,
        key_id {uuid} not null,
        name {bytes} not null,
        digest {bytes},
        event_id {uuid},
        primary key (controller_id, id),
        foreign key (controller_id, task_id) references task (controller_id, id)
    );
    create index task_attachment_task on task_attachment (controller_id, task_id);
    create index task_attachment_unfinished on task_attachment (recorded_at) where completed_at is null;
    create table task_attachment_chunk (
        controller_id {uuid} not null,
        id {uuid} not null,
        attachment_id {uuid} not null,
        position integer not null,
        key_id {uuid} not null,
        content {bytes} not null,
        primary key (controller_id, id),
        constraint task_attachment_chunk_once unique (controller_id, attachment_id, position),
        foreign key (controller_id, attachment_id) references task_attachment (controller_id, id)
    );
    create table request_code (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        identifier_id {uuid} not null,
        task_id {uuid} not null,
        recorded_at bigint not null,
        expires_at bigint not null,
        used_at bigint,
        key_id {uuid} not null,
        code {bytes},
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, request_id) references request (controller_id, id),
        foreign key (controller_id, identifier_id) references identifier (controller_id, id),
        foreign key (controller_id, task_id) references task (controller_id, id)
    );
    create index request_code_request on request_code (controller_id, request_id, recorded_at);
    create index request_code_old on request_code (expires_at) where code is not null;
    create index request_code_identifier on request_code (controller_id, identifier_id, recorded_at)",
    "drop table request_code; drop table task_attachment_chunk; drop table task_attachment; drop table task_retention;
    drop table task; drop table system"
);
