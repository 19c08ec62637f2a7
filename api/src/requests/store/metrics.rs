//! Statements over what is reported of requests.

use entity::enums::{OptOutScope, Regime, RequestStatus, RequestType};
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use crate::error::Result;
use crate::platform::db::{Scope, raw, scoped};
use crate::requests::rules::metrics::Counted;

/// How many items of requests that came in within a time stand where, by what was asked and by whose clock, and within how
/// many whole days they were answered.
pub(in crate::requests) async fn counted(
    db: &impl ConnectionTrait,
    scope: Scope,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Counted>> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: RequestType,
        scope: Option<OptOutScope>,
        regime: Regime,
        status: RequestStatus,
        days: Option<i64>,
        number: i64,
    }
    let own = scoped("r", "$1");
    let sql = format!(
        "select i.kind, i.scope, c.regime, i.status,
            case when c.met_at is null then null else (c.met_at - c.since) / 86400000 end as days,
            count(*) as number
        from request r
        join request_item i on i.controller_id = r.controller_id and i.request_id = r.id
        join request_clock c on c.controller_id = i.controller_id and c.item_id = i.id and c.duty = 'ANSWER'
        where {own} and r.received_at >= $2 and r.received_at < $3
        group by 1, 2, 3, 4, 5"
    );
    let values: [Value; 3] = [scope.controller.into(), from.into(), until.into()];
    let rows = Row::find_by_statement(raw(db, &sql, values))
        .all(db)
        .await?;
    let counted = |row: Row| Counted {
        kind: row.kind,
        scope: row.scope,
        regime: row.regime,
        status: row.status,
        days: row.days,
        number: row.number,
    };
    Ok(rows.into_iter().map(counted).collect())
}
