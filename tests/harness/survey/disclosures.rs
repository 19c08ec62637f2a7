//! What there must be of disclosures.

/// How many events of a type each disclosure must have, beside those that say what it was.
pub const EVENTS: &[(&str, &str)] = &[
    (
        "disclosure.unauthorised",
        "select id, count(*) from disclosure where ground = 'UNAUTHORISED' group by id",
    ),
    (
        "disclosure.superseded",
        "select old_id, count(*) from disclosure_supersession group by old_id",
    ),
    (
        "finding.raised",
        "select disclosure_id, count(*) from subject_finding group by disclosure_id",
    ),
];
