//! The exact search: places blocks below a capacity, or proves that this cannot be done.
//!
//! The ideas are those of the paper on MiniMalloc (ASPLOS 2023): blocks in canonical order, the floors of
//! sections, dominance, and independent parts apart. Two more are added: what is passed over must come to
//! rest on something later, so it rises at once; and sections that were in the way move their blocks to
//! the front of the next order. A limit of nodes ends it, never a clock, so that the same model has the
//! same answer everywhere.

mod model;
mod search;

pub use model::{Block, Model, Obstacle};

use std::collections::BTreeSet;

use search::{End, Search};

/// The answer to a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    /// What was found.
    pub answer: Answer,
    /// How many choices were tried for it.
    pub nodes: u64,
}

/// What the exact search knows in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A base for each block.
    Placed(Vec<i64>),
    /// Every possibility was ruled out.
    Impossible,
    /// The limit was reached before either was known. This proves nothing.
    NotFound,
}

/// The nodes of the shortest run.
const UNIT: u64 = 1 << 13;

/// Places all blocks below the capacity within a number of nodes.
///
/// Several orders of preference take turns, each a short while: one order often finds in a thousand
/// nodes what costs another one millions.
pub fn solve(model: &Model, capacity: i64, nodes: u64) -> Solved {
    let reduced = model.reduced();
    let mut sums = vec![0; reduced.sections()];
    for (section, height) in reduced.blocks.iter().flat_map(|block| &block.heights) {
        sums[*section] += height;
    }
    let mut failures = vec![0; sums.len()];
    let mut left = nodes;
    let mut run = 0;
    loop {
        let order = order(&reduced, run, &sums, &failures);
        let limit = (UNIT * luby(run / ORDERS + 1)).min(left);
        let search = Search::new(&reduced, &order, capacity, limit);
        let (end, unused, failed) = search.run(&order);
        left -= limit - unused;
        let answer = match end {
            End::Found(bases) => Answer::Placed(bases),
            End::Exhausted => Answer::Impossible,
            End::OutOfNodes if left == 0 => Answer::NotFound,
            End::OutOfNodes => {
                // What was in the way lately says more than what was long ago.
                for (sum, new) in failures.iter_mut().zip(failed) {
                    *sum = *sum / 2 + new;
                }
                run += 1;
                continue;
            }
        };
        return Solved {
            answer,
            nodes: nodes - left,
        };
    }
}

/// How many ways there are to order blocks.
const ORDERS: u64 = 4;

/// The blocks as a run prefers them: those that live long, are large, are in full sections or meet many
/// others first. The last tells blocks apart where all sections are full. Later runs take for full what
/// was in the way.
fn order(model: &Model, run: u64, sums: &[i64], failures: &[u64]) -> Vec<usize> {
    let mut rows = vec![Vec::new(); sums.len()];
    for (index, block) in model.blocks.iter().enumerate() {
        for (section, _) in &block.heights {
            rows[*section].push(index);
        }
    }
    let neighbours = |block: &Block| {
        let met = block
            .heights
            .iter()
            .flat_map(|(section, _)| &rows[*section]);
        met.collect::<BTreeSet<_>>().len() as i64
    };
    let key = |index: usize| {
        let block = &model.blocks[index];
        let most = |of: &dyn Fn(usize) -> i64| {
            let sections = block.heights.iter().map(|(section, _)| of(*section));
            sections.max().unwrap_or(0)
        };
        let height = block.heights.iter().map(|(_, height)| *height).max();
        let (life, area) = (block.life, block.life.saturating_mul(height.unwrap_or(0)));
        let fullness = match run < ORDERS {
            true => most(&|section| sums[section]),
            false => most(&|section| failures[section] as i64),
        };
        match run % ORDERS {
            0 => [-life, -area, -fullness],
            1 => [-fullness, -area, -life],
            2 => [-fullness, -life, -area],
            _ => [-fullness, -neighbours(block), -area],
        }
    };
    let mut order: Vec<usize> = (0..model.blocks.len()).collect();
    order.sort_by_cached_key(|&index| key(index));
    order
}

/// The sequence 1 1 2 1 1 2 4 1 1 2 ...: mostly short runs, and long ones as often as they cost the same.
fn luby(index: u64) -> u64 {
    let mut index = index;
    loop {
        let bits = u64::BITS - index.leading_zeros();
        let full = (1 << bits) - 1;
        if index == full {
            return 1 << (bits - 1);
        }
        index -= full >> 1;
    }
}
