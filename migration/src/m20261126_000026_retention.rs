//! For how long data is kept: rules, what they count from, and tasks that come from them and from no request.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "create table retention_rule (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        name text not null,
        systems text not null,
        categories text not null,
        anchor text not null,
        from_year_end boolean not null,
        period text not null,
        action text not null,
        basis text,
        statute text,
        protected boolean not null,
        recorded_at bigint not null,
        ended_at bigint,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id)
    );
    create unique index retention_rule_name on retention_rule (controller_id, name);
    create table retention_anchor (
        controller_id {uuid} not null,
        id {uuid} not null,
        customer_id {uuid} not null,
        anchor text not null,
        at bigint,
        system text,
        key_id {uuid} not null,
        reference {bytes},
        recorded_at bigint not null,
        integration_id {uuid},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create unique index retention_anchor_once on retention_anchor (controller_id, customer_id, anchor)
        where system is null;
    create index retention_anchor_customer on retention_anchor (controller_id, customer_id, anchor);
    create index retention_anchor_at on retention_anchor (controller_id, anchor, at, id);
    create index customer_services_ended on customer (controller_id, services_ended_at, id)
        where services_ended_at is not null;
    alter table task add column rule_id {uuid};
    alter table task add column rule_version integer;
    alter table task add column anchor_id {uuid};
    alter table task add column anchored_at bigint;
    alter table task add column despite text;
    create unique index task_retention_due on task (controller_id, rule_id, anchor_id, system, kind, anchored_at)
        where rule_id is not null and (skipped is null or skipped <> 'NOT_WANTED');
    create index task_rule on task (controller_id, rule_id, status, id) where rule_id is not null;
    create index task_despite on task (controller_id, planned_at, id) where despite is not null";

// Those tasks have no place before this version.
const DOWN: &str = "delete from task_retention where exists (select 1 from task t
        where t.controller_id = task_retention.controller_id and t.id = task_retention.task_id
            and t.request_id is null);
    delete from task_attachment_chunk where exists (select 1 from task_attachment a
        join task t on t.controller_id = a.controller_id and t.id = a.task_id
        where a.controller_id = task_attachment_chunk.controller_id and a.id = task_attachment_chunk.attachment_id
            and t.request_id is null);
    delete from task_attachment where exists (select 1 from task t
        where t.controller_id = task_attachment.controller_id and t.id = task_attachment.task_id
            and t.request_id is null);
    delete from task where request_id is null;
    drop index task_despite; drop index task_rule; drop index task_retention_due;
    alter table task drop column despite;
    alter table task drop column anchored_at; alter table task drop column anchor_id;
    alter table task drop column rule_version; alter table task drop column rule_id;
    delete from blind_index where field = 'anchor.reference';
    drop index customer_services_ended;
    drop table retention_anchor; drop table retention_rule";

/// Says whether a task must have a request. `SQLite` cannot change that of a column, so its definition is written anew,
/// which changes nothing that is stored (the procedure is that of its documentation of ALTER TABLE, section 7).
async fn require_request(manager: &SchemaManager<'_>, required: bool) -> Result<(), DbErr> {
    let (free, bound) = ("request_id blob,", "request_id blob not null,");
    let (from, to) = if required {
        (free, bound)
    } else {
        (bound, free)
    };
    let sql = match (manager.get_database_backend(), required) {
        (DbBackend::Postgres, true) => {
            "alter table task alter column request_id set not null".to_owned()
        }
        (DbBackend::Postgres, false) => {
            "alter table task alter column request_id drop not null".to_owned()
        }
        _ => format!(
            "pragma writable_schema = on;
            update sqlite_schema set sql = replace(sql, '{from}', '{to}') where type = 'table' and name = 'task';
            pragma writable_schema = reset"
        ),
    };
    crate::run(manager, &sql).await
}

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait needs the form of the trait"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        require_request(manager, false).await?;
        crate::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, DOWN).await?;
        require_request(manager, true).await
    }
}
