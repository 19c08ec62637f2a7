//! Use cases over what must not be erased, and what is to be: holds, what systems must keep, and for how long what is
//! kept.

mod anchors;
mod blocks;
mod due;
mod holds;
mod periods;
mod read;

pub(crate) use anchors::{
    Anchor, NewAnchor, anchors_by_id, anchors_told, normal as normal_anchor, record_anchor,
};
pub(crate) use blocks::{NewBlock, record_block, settle_block};
pub(crate) use due::{
    DueFilter, DueItem, KeptByLaw, Preview, Wake, Work, due, kept_by_law, preview, rule_set,
    unplanned, unplanned_in, wanted, work,
};
pub(crate) use holds::{NewHold, extend, place, release};
pub(crate) use periods::{
    NewRule, Rule, SetRule, all as rules, by_ids as rules_by_id, set_rule, told as rules_told,
};
pub(crate) use read::{
    Block, Cover, Hold, HoldFilter, blocks_by_id, blocks_of, covers, holds, holds_by_id, holds_over,
};
