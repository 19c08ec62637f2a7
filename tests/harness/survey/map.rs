//! What there must be none of on the data map.

/// What there must be none of.
pub const HALVES: &[(&str, &str)] = &[
    (
        "systems that nobody runs whom there is",
        "system s where s.host_id is not null and not exists (select 1 from recipient r
            where r.controller_id = s.controller_id and r.id = s.host_id)",
    ),
    (
        "instruments without the event of their last change",
        "instrument i where not exists (select 1 from event e where e.controller_id = i.controller_id
            and e.id = i.event_id and e.type = case when i.version = 1 then 'instrument.added'
                else 'instrument.ended' end)",
    ),
    (
        "instruments that are neither an agreement nor a mechanism, or both, or of half a mechanism",
        "instrument i where (i.agreement is null) = (i.mechanism is null)
            or i.scheme is not null and coalesce(i.mechanism, '') <> 'ADEQUACY_DECISION'
            or (i.derogation is not null) <> (coalesce(i.mechanism, '') = 'DEROGATION')",
    ),
    (
        "instruments that end without having been ended, or after what was agreed",
        "instrument i where i.ended_at is null and coalesce(i.ends_on, '') <> coalesce(i.valid_until, '')
            or i.ends_on > i.valid_until",
    ),
    (
        "recipients that work for others and are no sub-processors, or for themselves",
        "recipient_engagement g join recipient r on r.controller_id = g.controller_id and r.id = g.recipient_id
            join recipient b on b.controller_id = g.controller_id and b.id = g.engaged_by
            where r.role <> 'SUB_PROCESSOR' or b.role not in ('PROCESSOR', 'SUB_PROCESSOR')
                or g.engaged_by = g.recipient_id",
    ),
    (
        "flows without the event of their last change",
        "data_flow f where not exists (select 1 from event e where e.controller_id = f.controller_id
            and e.id = f.event_id and e.type = case when f.version = 1 then 'data_flow.declared'
                else 'data_flow.retired' end)",
    ),
    (
        "flows to nowhere or to two places, or of nothing",
        "data_flow f where (f.to_system is null) = (f.to_recipient is null) or f.categories = '' or f.subjects = ''",
    ),
    (
        "flows that another took the place of while they count",
        "data_flow f join data_flow o on o.controller_id = f.controller_id and o.id = f.replaces
            where o.valid_until is null or o.valid_until >= f.valid_from",
    ),
    (
        "flows under an agreement or a mechanism with somebody else, or that is the other one",
        "data_flow f left join system s on s.controller_id = f.controller_id and s.id = f.to_system
            join instrument i on i.controller_id = f.controller_id and i.id in (f.agreement_id, f.mechanism_id)
            where (i.id = f.agreement_id) <> (i.agreement is not null)
                or f.to_recipient is not null and i.recipient_id <> f.to_recipient",
    ),
];
