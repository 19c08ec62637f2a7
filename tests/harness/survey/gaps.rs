//! What there must be none of in a ledger.

/// What there must be none of once every event has its number.
pub const GAPS: &[(&str, &str)] = &[
    (
        "logs whose size is not that of their numbered events",
        "ledger_state s where s.size <> (select count(e.idx) from event e
            where e.controller_id = s.controller_id and e.log = s.log)",
    ),
    (
        "logs with a number given twice",
        "ledger_state s where s.size <> (select count(distinct e.idx) from event e
            where e.controller_id = s.controller_id and e.log = s.log)",
    ),
    (
        "logs that do not begin at 0",
        "ledger_state s where s.size > 0 and 0 <> (select min(e.idx) from event e
            where e.controller_id = s.controller_id and e.log = s.log)",
    ),
    (
        "logs that do not end at their size",
        "ledger_state s where s.size > 0 and s.size - 1 <> (select max(e.idx) from event e
            where e.controller_id = s.controller_id and e.log = s.log)",
    ),
    (
        "events of a log that is not there",
        "event e where not exists (select 1 from ledger_state s
            where s.controller_id = e.controller_id and s.log = e.log)",
    ),
    ("events without a number", "event e where e.idx is null"),
];
