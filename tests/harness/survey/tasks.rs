//! What there must be none of among tasks, what they could not erase, their files, and codes.

/// What there must be none of.
pub const HALVES: &[(&str, &str)] = &[
    (
        "systems without the event of their last change",
        "system s where not exists (select 1 from event e where e.controller_id = s.controller_id
            and e.id = s.event_id and e.type = 'system.registered')",
    ),
    (
        "tasks that are not under the key of their request, or of the customer where it is none",
        "task t where not exists (select 1 from request r where r.controller_id = t.controller_id
            and r.id = t.request_id and r.key_id = t.key_id)
            and not exists (select 1 from data_key k where k.controller_id = t.controller_id and k.id = t.key_id
                and t.request_id is null and k.owner_id = t.customer_id and k.class = 'REQUEST')",
    ),
    (
        "tasks of not one of a request, a rule and a notification, or of half a rule",
        "task t where (case when t.request_id is null then 0 else 1 end) + (case when t.rule_id is null then 0 else 1 end)
                + (case when t.notification_id is null then 0 else 1 end) <> 1
            or (t.rule_id is null) <> (t.rule_version is null) or (t.rule_id is null) <> (t.anchor_id is null)
            or (t.rule_id is null) <> (t.anchored_at is null)",
    ),
    (
        "tasks of rules that are not there, or in their version to come",
        "task t where t.rule_id is not null and not exists (select 1 from retention_rule r
            where r.controller_id = t.controller_id and r.id = t.rule_id and r.version >= t.rule_version)",
    ),
    (
        "what is due and was planned twice",
        "(select 1 as one from task where rule_id is not null and (skipped is null or skipped <> 'NOT_WANTED')
            group by controller_id, rule_id, anchor_id, system, kind, anchored_at having count(*) > 1) as twice",
    ),
    (
        "tasks of an item of another request",
        "task t join request_item i on i.controller_id = t.controller_id and i.id = t.item_id
            where i.request_id <> t.request_id",
    ),
    (
        "tasks without the event of their last change",
        "task t where not exists (select 1 from event e where e.controller_id = t.controller_id
            and e.id = t.event_id and (
                (t.version = 1 and e.type = 'task.planned')
                or (t.version > 1 and t.status in ('DONE', 'RETAINED', 'SKIPPED') and e.type = 'task.completed')
                or (t.version > 1 and t.status = 'FAILED' and e.type = 'task.failed')
                or (t.version > 1 and t.status in ('PENDING', 'CLAIMED') and e.type in ('task.failed',
                    'task.postponed', 'task.retried'))
                or (t.version > 1 and t.status = 'CLAIMED' and e.type = 'task.completed'
                    and t.kind in ('ERASE', 'ANONYMIZE', 'PSEUDONYMIZE', 'REVIEW'))))",
    ),
    (
        "tasks that came to an end at once",
        "task t where t.version = 1 and t.status not in ('PENDING', 'CLAIMED')",
    ),
    (
        "tasks that are held for no time",
        "task t where t.status = 'CLAIMED' and (t.leased_until is null or t.attempts < 1)",
    ),
    (
        "tasks that were skipped without a reason, or have one and were not",
        "task t where (t.status = 'SKIPPED') <> (t.skipped is not null)",
    ),
    (
        "tasks that are tried again though they failed for good, or the other way round",
        "task t where t.failures < 0 or (t.status = 'FAILED' and t.failures < 1)",
    ),
    (
        "tasks that keep a code after it was sent, or that send none",
        "task t where t.secret is not null and (t.kind <> 'SEND_CODE' or t.status in ('DONE', 'SKIPPED'))",
    ),
    (
        "tasks that send a code that is not there",
        "task t where t.kind = 'SEND_CODE' and not exists (select 1 from request_code c
            where c.controller_id = t.controller_id and c.task_id = t.id and c.request_id = t.request_id
                and c.identifier_id = t.identifier_id)",
    ),
    (
        "codes without a task that sends them",
        "request_code c where not exists (select 1 from task t where t.controller_id = c.controller_id
            and t.id = c.task_id and t.kind = 'SEND_CODE' and t.key_id = c.key_id)",
    ),
    (
        "codes without their event",
        "request_code c where not exists (select 1 from event e where e.controller_id = c.controller_id
            and e.id = c.event_id and e.type = 'request.code_issued')",
    ),
    (
        "codes that were answered with and are still known",
        "request_code c where c.used_at is not null and c.code is not null",
    ),
    (
        "codes of requests that are closed and that are still known",
        "request_code c join request r on r.controller_id = c.controller_id and r.id = c.request_id
            where c.code is not null and r.closed_at is not null",
    ),
    (
        // It stays where the task is to be done again, until the next one says what is kept.
        "what is kept by tasks that kept nothing",
        "task_retention r join task t on t.controller_id = r.controller_id and t.id = r.task_id
            where t.kind not in ('ERASE', 'ANONYMIZE', 'PSEUDONYMIZE', 'REVIEW') or t.status = 'DONE' or t.version = 1",
    ),
    (
        "tasks that kept something and do not say what",
        "task t where t.status = 'RETAINED' and not exists (select 1 from task_retention r
            where r.controller_id = t.controller_id and r.task_id = t.id and r.position = 0)",
    ),
    (
        "what is kept under another key than that of its task",
        "task_retention r join task t on t.controller_id = r.controller_id and t.id = r.task_id
            where r.key_id <> t.key_id",
    ),
    (
        "files under another key than that of their task",
        "task_attachment a join task t on t.controller_id = a.controller_id and t.id = a.task_id
            where a.key_id <> t.key_id",
    ),
    (
        "files that are half whole",
        "task_attachment a where (a.completed_at is null) <> (a.event_id is null)
            or (a.completed_at is null) <> (a.digest is null)",
    ),
    (
        "files that are whole without their event",
        "task_attachment a where a.completed_at is not null and not exists (select 1 from event e
            where e.controller_id = a.controller_id and e.id = a.event_id and e.type = 'attachment.added')",
    ),
    (
        "files that are whole without their parts",
        "task_attachment a where a.completed_at is not null and (a.size < 1 or a.chunks < 1 or a.chunks <> (
            select count(*) from task_attachment_chunk c where c.controller_id = a.controller_id
                and c.attachment_id = a.id and c.position between 0 and a.chunks - 1))",
    ),
    (
        "parts of files that are not there, or beyond their end",
        "task_attachment_chunk c where not exists (select 1 from task_attachment a
            where a.controller_id = c.controller_id and a.id = c.attachment_id and a.key_id = c.key_id
                and (a.completed_at is null or c.position < a.chunks))",
    ),
    (
        "tasks that are done with an export that nobody can read",
        "task t where t.kind = 'EXPORT' and t.status = 'DONE' and not exists (select 1 from task_attachment a
            where a.controller_id = t.controller_id and a.task_id = t.id and a.completed_at is not null)",
    ),
    (
        "packages that are ready without their parts, or their digest",
        "access_package p where p.status = 'READY' and (p.size < 1 or p.digest is null or p.expires_at is null
            or p.lease is not null or p.chunks <> (select count(*) from access_package_chunk c
                where c.controller_id = p.controller_id and c.package_id = p.id and c.key_id = p.key_id
                    and c.position between 0 and p.chunks - 1))",
    ),
    (
        "packages of other requests than their things, or under another key",
        "access_package p join request_item i on i.controller_id = p.controller_id and i.id = p.item_id
            join request r on r.controller_id = i.controller_id and r.id = i.request_id
            where r.id <> p.request_id or r.key_id <> p.key_id or i.kind not in ('ACCESS', 'PORTABILITY')",
    ),
    (
        "two packages of one thing that can be fetched",
        "(select 1 as one from access_package where status in ('PLANNED', 'READY')
            group by controller_id, item_id having count(*) > 1) as twice",
    ),
    (
        "preferences under another key than that of their customer, or their own",
        "preference p where not exists (select 1 from data_key k where k.controller_id = p.controller_id
            and k.id = p.key_id and ((k.owner_id = p.customer_id and k.class = 'PREFERENCE')
                or (p.customer_id is null and k.owner_id = p.id and k.class = 'RECORD')))",
    ),
    (
        "preferences of nobody",
        "preference p where p.customer_id is null and not exists (select 1 from preference_address a
            where a.controller_id = p.controller_id and a.preference_id = p.id)",
    ),
    (
        "links without their event",
        "access_package_link l where not exists (select 1 from event e where e.controller_id = l.controller_id
            and e.id = l.event_id and e.type = case when l.used_at is null then 'package.linked'
                else 'package.downloaded' end)",
    ),
];

/// What there must be none of where tasks are claimed; an import leaves leases, and codes, behind.
pub const HALVES_HERE: &[(&str, &str)] = &[
    (
        "tasks that are held without a lease",
        "task t where t.status = 'CLAIMED' and t.lease is null",
    ),
    (
        "codes that wait to be sent and are not known",
        "task t where t.kind = 'SEND_CODE' and t.status in ('PENDING', 'CLAIMED') and t.secret is null",
    ),
    (
        "codes that nobody answered with, of open requests, that are not known",
        "request_code c join request r on r.controller_id = c.controller_id and r.id = c.request_id
            where c.used_at is null and c.code is null and r.closed_at is null",
    ),
    (
        "files without the lease under which they were uploaded",
        "task_attachment a where a.lease is null",
    ),
];
