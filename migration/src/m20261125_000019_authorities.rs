//! Until when whoever asks may ask for another.

crate::sql_migration!(
    "alter table request add column authority_until text",
    "alter table request drop column authority_until"
);
