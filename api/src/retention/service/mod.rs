//! Use cases over what must not be erased: holds, and what systems must keep.

mod blocks;
mod holds;
mod read;

pub(crate) use blocks::{NewBlock, record_block, settle_block};
pub(crate) use holds::{NewHold, extend, place, release};
pub(crate) use read::{
    Block, Cover, Hold, HoldFilter, blocks_by_id, blocks_of, covers, holds, holds_by_id, holds_over,
};
