//! Controllers, the integrations that call for them, and the integrations' tokens.

crate::sql_migration!(
    "create table controller (
        id {uuid} primary key,
        name text not null,
        log_origin text not null unique,
        created_at bigint not null
    );
    create table integration (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        name text not null,
        role text not null,
        created_at bigint not null,
        last_used_at bigint,
        primary key (controller_id, id),
        constraint integration_name unique (controller_id, name)
    );
    create table token (
        controller_id {uuid} not null,
        id {uuid} not null unique,
        integration_id {uuid} not null,
        issued_at bigint not null,
        expires_at bigint not null,
        revoked_at bigint,
        primary key (controller_id, id),
        foreign key (controller_id, integration_id) references integration (controller_id, id)
    );
    create index token_integration on token (controller_id, integration_id)",
    "drop table token; drop table integration; drop table controller"
);
