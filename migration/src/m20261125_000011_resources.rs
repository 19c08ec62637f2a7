//! Resources beside IP prefixes: port ranges of an address; domains and mailboxes need no column of their own.

crate::sql_migration!(
    "alter table assignment add column first_port integer;
    alter table assignment add column last_port integer",
    "alter table assignment drop column last_port; alter table assignment drop column first_port"
);
