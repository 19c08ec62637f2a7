//! Packages: what a person gets who asks for their data (GDPR Art. 15 and 20).
//!
//! Words: a *package* is one ZIP file of a page to read, the same as JSON with its schema, and the files that systems
//! exported; a *link* hands it out once, to whoever has it.
//!
//! Invariants: a package says who really got data, and names no other person; what a gag order hides is not in it; its
//! content is encrypted under the key of its request, which is that of everything its customer asked for, and is deleted when
//! its time is over; who fetched it is recorded
//! before the first byte leaves; of a link, only a digest is kept. Whether the request may be answered is asked three
//! times: when a package is ordered, when a link to it is made, and when it is fetched.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
