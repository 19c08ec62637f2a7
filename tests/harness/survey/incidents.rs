//! What there must be of incidents, and what there must be none of.

/// What there must be none of.
pub const HALVES: &[(&str, &str)] = &[
    (
        "incidents without their key",
        "incident i where not exists (select 1 from data_key k where k.controller_id = i.controller_id
            and k.id = i.key_id and k.owner_id = i.id)",
    ),
    (
        "incidents without the event of their last change",
        "incident i where not exists (select 1 from event e where e.controller_id = i.controller_id
            and e.id = i.event_id and ((i.version = 1 and e.type = 'incident.reported')
                or (i.version > 1 and e.type in ('incident.assessed', 'incident.notification_recorded'))))",
    ),
    (
        "incidents that happened and nobody became aware of, or of whom nobody wrote down who is affected",
        "incident i where i.status in ('CONFIRMED', 'CONTAINED', 'MITIGATED', 'CLOSED')
            and (i.aware_at is null or i.frozen_at is null)",
    ),
    (
        "incidents that are over and do not say since when, or the other way round",
        "incident i where (i.status in ('CLOSED', 'NEAR_MISS', 'FALSE_ALARM')) <> (i.closed_at is not null)",
    ),
    (
        "incidents whose first end is not that of their clocks",
        "incident i where coalesce(i.next_due_at, -1) <> coalesce((select min(coalesce(c.due_at, c.since))
            from incident_clock c where c.controller_id = i.controller_id and c.incident_id = i.id
                and c.met_at is null and c.stopped_at is null), -1)",
    ),
    (
        "clocks that run of what is over or never happened",
        "incident_clock c join incident i on i.controller_id = c.controller_id and i.id = c.incident_id
            where i.status in ('SUSPECTED', 'CLOSED', 'NEAR_MISS', 'FALSE_ALARM') and c.met_at is null
                and c.stopped_at is null",
    ),
    (
        "clocks that were met by nothing that was said",
        "incident_clock c where c.met_at is not null and not exists (select 1 from incident_notification n
            where n.controller_id = c.controller_id and n.incident_id = c.incident_id and n.target = c.target
                and n.phase = c.phase and n.status = 'COMPLETED' and n.at = c.met_at)",
    ),
    (
        "notifications under another key than that of their incident, or without their event",
        "incident_notification n where not exists (select 1 from incident i where i.controller_id = n.controller_id
                and i.id = n.incident_id and i.key_id = n.key_id)
            or not exists (select 1 from event e where e.controller_id = n.controller_id
                and e.id = n.event_id and e.type = 'incident.notification_recorded')",
    ),
    (
        "notifications whose tasks are planned and not counted, or that nobody has to plan",
        "incident_notification n where n.planning and (n.system is null
                or (n.withdrawn_at is null) <> (n.unreached is null) and n.withdrawn_at is null)
            or n.system is not null and n.status <> 'PLANNED'",
    ),
    (
        "tasks of a notification for those who are not affected, or twice for one",
        "task t join incident_notification n on n.controller_id = t.controller_id and n.id = t.notification_id
            where t.kind <> 'NOTIFY' or not exists (select 1 from incident_customer c
                where c.controller_id = n.controller_id and c.incident_id = n.incident_id and c.target = n.target
                    and c.customer_id = t.customer_id)",
    ),
];
