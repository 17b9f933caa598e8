//! Branch and bound over the blocks in one order of preference.

use super::model::{Model, Obstacle};

/// How a search ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// A base for each block.
    Found(Vec<i64>),
    /// There is no placement.
    Exhausted,
    /// The nodes were used up before either was known.
    OutOfNodes,
}

/// A search in progress.
///
/// Blocks are placed from the lowest base to the highest (canonical order), each at the lowest base that
/// those placed leave to it. What can be placed at all can be placed so: everything can be pushed down
/// until it rests on something.
pub(super) struct Search {
    capacity: i64,
    nodes_left: u64,
    /// The blocks, in the order of preference. Everywhere below a block goes by its place in it.
    blocks: Vec<Known>,
    /// For each section the blocks in it.
    rows: Vec<Vec<usize>>,
    is_placed: Vec<bool>,
    /// The lowest base that those placed leave to a block; the base of a placed one.
    floors: Vec<i64>,
    /// At least the floor: a base that an unplaced block cannot end below, whatever comes next.
    reaches: Vec<i64>,
    /// For each section the lowest reach of its unplaced blocks.
    lows: Vec<i64>,
    /// For each section the bytes of its unplaced blocks.
    waiting: Vec<i64>,
    /// For each section how many unplaced blocks are both in it or before it and in a later one.
    crossing: Vec<u32>,
    /// For each section how often it was what made a choice impossible.
    failures: Vec<u64>,
    risen_blocks: Vec<Risen>,
    risen_lows: Vec<(usize, i64)>,
    /// The sections that a check has seen have its number.
    seen: Vec<u64>,
    check: u64,
}

/// What does not change of a block.
struct Known {
    /// Section and height, ascending by section.
    heights: Vec<(usize, i64)>,
    first: usize,
    last: usize,
    /// The largest height.
    height: i64,
    neighbours: Vec<Neighbour>,
    /// Obstacles in its sections, each with its own height there.
    obstacles: Vec<(Obstacle, i64)>,
}

/// Another block that shares a section.
struct Neighbour {
    block: usize,
    /// How far its base must be above this one's if it lies above.
    above: i64,
    /// How far this one's base must be above its if it lies below.
    below: i64,
}

/// What a block had before it rose, to be restored when a choice is taken back.
struct Risen {
    block: usize,
    floor: i64,
    reach: i64,
}

struct OutOfNodes;

impl Search {
    pub(super) fn new(model: &Model, order: &[usize], capacity: i64, nodes: u64) -> Self {
        let sections = model.sections();
        let mut rows = vec![Vec::new(); sections];
        let mut waiting = vec![0; sections];
        let mut crossing = vec![0; sections];
        for (own, &block) in order.iter().enumerate() {
            let heights = &model.blocks[block].heights;
            for &(section, height) in heights {
                rows[section].push(own);
                waiting[section] += height;
            }
            if let (Some(first), Some(last)) = (heights.first(), heights.last()) {
                crossing[first.0..last.0].iter_mut().for_each(|c| *c += 1);
            }
        }
        let known = |own| Known::new(model, order, &rows, own);
        let blocks: Vec<Known> = (0..order.len()).map(known).collect();
        let floors: Vec<i64> = blocks.iter().map(|block| block.clear(0)).collect();
        Self {
            capacity,
            nodes_left: nodes,
            is_placed: vec![false; blocks.len()],
            reaches: floors.clone(),
            floors,
            lows: vec![0; sections],
            waiting,
            crossing,
            failures: vec![0; sections],
            risen_blocks: Vec::new(),
            risen_lows: Vec::new(),
            seen: vec![0; sections],
            check: 0,
            rows,
            blocks,
        }
    }

    /// Searches; returns the end, the nodes that are left and, for each section, how often it was in the
    /// way.
    pub(super) fn run(mut self, order: &[usize]) -> (End, u64, Vec<u64>) {
        let fits = |own: usize| self.reaches[own] + self.blocks[own].height <= self.capacity;
        let end = if !(0..self.blocks.len()).all(fits)
            || !(0..self.rows.len()).all(|section| self.low_fits(section))
        {
            End::Exhausted
        } else {
            match self.solve_parts((0..self.blocks.len()).collect(), (0, 0)) {
                Ok(true) => {
                    let mut bases = vec![0; order.len()];
                    for (own, &block) in order.iter().enumerate() {
                        bases[block] = self.floors[own];
                    }
                    End::Found(bases)
                }
                Ok(false) => End::Exhausted,
                Err(OutOfNodes) => End::OutOfNodes,
            }
        };
        (end, self.nodes_left, self.failures)
    }

    /// Solves what has become independent part by part: where no block crosses from one section to the
    /// next, the sides know nothing of each other, and one that has no solution spoils all.
    fn solve_parts(&mut self, blocks: Vec<usize>, last: (i64, usize)) -> Result<bool, OutOfNodes> {
        let mut spans: Vec<(usize, usize)> = blocks
            .iter()
            .map(|&own| (self.blocks[own].first, self.blocks[own].last))
            .collect();
        spans.sort_unstable();
        let mut ends: Vec<usize> = Vec::new();
        for (first, last) in spans {
            match ends.last_mut() {
                Some(end) if first <= *end => *end = (*end).max(last),
                _ => ends.push(last),
            }
        }
        if ends.len() <= 1 {
            return self.solve(&blocks, last);
        }
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); ends.len()];
        for own in blocks {
            let part = ends.partition_point(|end| *end < self.blocks[own].first);
            parts[part].push(own);
        }
        // A small part fails soonest.
        parts.sort_by_key(Vec::len);
        for part in &parts {
            if !self.solve(part, last)? {
                for &own in parts.iter().flatten() {
                    if self.is_placed[own] {
                        self.take_back(own);
                    }
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Places all of these; `last` is the base and the block of the choice before. Where that fails, all
    /// is as it was but for floors, reaches and lows.
    fn solve(&mut self, blocks: &[usize], last: (i64, usize)) -> Result<bool, OutOfNodes> {
        if let [single] = blocks {
            self.put(*single);
            return Ok(true);
        }
        let mut ceiling = i64::MAX;
        let (mut from, mut to) = (usize::MAX, 0);
        for &own in blocks {
            let block = &self.blocks[own];
            ceiling = ceiling.min(self.floors[own] + block.height);
            from = from.min(block.first);
            to = to.max(block.last);
        }
        // Above the ceiling, what ends at it would have room below, so it would have come first
        // (dominance). Of those with one base, the order says nothing: one order is enough.
        let mut choices: Vec<(i64, usize)> = blocks
            .iter()
            .map(|&own| (self.floors[own], own))
            .filter(|&choice| choice.0 < ceiling && choice >= last)
            .collect();
        choices.sort_unstable();
        for (number, &(base, own)) in choices.iter().enumerate() {
            if self.nodes_left == 0 {
                return Err(OutOfNodes);
            }
            self.nodes_left -= 1;
            if let Some(before) = number.checked_sub(1) {
                let again = if choices[before].0 < base { 0 } else { before };
                if !self.pass_over(&choices[again..number], base) {
                    break;
                }
            }
            let marks = (self.risen_blocks.len(), self.risen_lows.len());
            let may_part = self.put(own);
            if self.sections_fit(from, to, base) && self.lift_others(own, base) {
                let rest = blocks.iter().copied().filter(|&other| other != own);
                let rest: Vec<usize> = rest.collect();
                let solved = match may_part {
                    true => self.solve_parts(rest, (base, own))?,
                    false => self.solve(&rest, (base, own))?,
                };
                if solved {
                    return Ok(true);
                }
            }
            self.restore(marks);
            self.take_back(own);
        }
        Ok(false)
    }

    /// Puts a block at its floor; whether the others may have come apart.
    fn put(&mut self, own: usize) -> bool {
        self.is_placed[own] = true;
        let block = &self.blocks[own];
        for &(section, height) in &block.heights {
            self.waiting[section] -= height;
        }
        let mut may_part = self.crossing[block.last] == 0
            || block
                .first
                .checked_sub(1)
                .is_some_and(|before| self.crossing[before] == 0);
        for crossing in &mut self.crossing[block.first..block.last] {
            *crossing -= 1;
            may_part |= *crossing == 0;
        }
        may_part
    }

    fn take_back(&mut self, own: usize) {
        self.is_placed[own] = false;
        let block = &self.blocks[own];
        for &(section, height) in &block.heights {
            self.waiting[section] += height;
        }
        for crossing in &mut self.crossing[block.first..block.last] {
            *crossing += 1;
        }
    }

    fn restore(&mut self, (blocks, lows): (usize, usize)) {
        for risen in self.risen_blocks.drain(blocks..).rev() {
            self.floors[risen.block] = risen.floor;
            self.reaches[risen.block] = risen.reach;
        }
        for (section, low) in self.risen_lows.drain(lows..).rev() {
            self.lows[section] = low;
        }
    }

    /// Whether what waits in each of these sections can still lie above `base`, where the canonical order
    /// has come to.
    fn sections_fit(&mut self, from: usize, to: usize, base: i64) -> bool {
        let sections = self.waiting[from..=to].iter().zip(&self.lows[from..=to]);
        let worst = sections.clone().fold(0, |worst, (waiting, low)| {
            worst.max(waiting + base.max(*low))
        });
        let fits = worst <= self.capacity;
        if !fits {
            let in_the_way = |section: &usize| self.waiting[*section] + base > self.capacity;
            if let Some(section) = (from..=to).find(in_the_way) {
                self.failures[section] += 1;
            }
        }
        fits
    }

    /// Lifts the neighbours of a block that has its base now; whether all still fit.
    fn lift_others(&mut self, own: usize, base: i64) -> bool {
        let mark = self.risen_blocks.len();
        for neighbour in &self.blocks[own].neighbours {
            let other = neighbour.block;
            if self.is_placed[other] || self.floors[other] >= base + neighbour.above {
                continue;
            }
            self.risen_blocks.push(Risen {
                block: other,
                floor: self.floors[other],
                reach: self.reaches[other],
            });
            self.floors[other] = self.blocks[other].clear(base + neighbour.above);
            self.reaches[other] = self.reaches[other].max(self.floors[other]);
            if self.reaches[other] + self.blocks[other].height > self.capacity {
                return false;
            }
        }
        self.check += 1;
        for at in 0..self.blocks[own].heights.len() {
            let section = self.blocks[own].heights[at].0;
            self.seen[section] = self.check;
            if !self.low_fits(section) {
                return false;
            }
        }
        self.lows_fit(mark)
    }

    /// The choices were not made at bases up to `base`, from which the order counts up: so each of them
    /// must come to lie on something that is not placed yet. Whether that can be.
    fn pass_over(&mut self, choices: &[(i64, usize)], base: i64) -> bool {
        let mark = self.risen_blocks.len();
        for &(_, own) in choices {
            let block = &self.blocks[own];
            let below = block.neighbours.iter();
            let below = below.filter(|neighbour| !self.is_placed[neighbour.block]);
            let reach = below
                .map(|neighbour| self.reaches[neighbour.block].max(base) + neighbour.below)
                .min();
            match reach {
                Some(reach) if reach + block.height <= self.capacity => {
                    if reach > self.reaches[own] {
                        self.risen_blocks.push(Risen {
                            block: own,
                            floor: self.floors[own],
                            reach: self.reaches[own],
                        });
                        self.reaches[own] = reach;
                    }
                }
                _ => return false,
            }
        }
        self.check += 1;
        self.lows_fit(mark)
    }

    /// Brings the lows up to date for the sections of blocks that have risen since `mark`; whether what
    /// waits there still fits.
    fn lows_fit(&mut self, mark: usize) -> bool {
        for at in mark..self.risen_blocks.len() {
            let Risen { block, reach, .. } = self.risen_blocks[at];
            for at in 0..self.blocks[block].heights.len() {
                let section = self.blocks[block].heights[at].0;
                // What was not the lowest does not change the low.
                if self.lows[section] == reach && self.seen[section] != self.check {
                    self.seen[section] = self.check;
                    if !self.low_fits(section) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Brings the low of a section up to date; whether all that waits there fits above it.
    fn low_fits(&mut self, section: usize) -> bool {
        let waiting = self.rows[section].iter();
        let waiting = waiting.filter(|own| !self.is_placed[**own]);
        let Some(low) = waiting.map(|own| self.reaches[*own]).min() else {
            return true;
        };
        if low != self.lows[section] {
            self.risen_lows.push((section, self.lows[section]));
            self.lows[section] = low;
        }
        let fits = low + self.waiting[section] <= self.capacity;
        self.failures[section] += u64::from(!fits);
        fits
    }
}

impl Known {
    fn new(model: &Model, order: &[usize], rows: &[Vec<usize>], own: usize) -> Self {
        let block = |own: usize| &model.blocks[order[own]];
        let heights = block(own).heights.clone();
        let mut above = vec![0; order.len()];
        for &(section, height) in &heights {
            for &other in &rows[section] {
                above[other] = height.max(above[other]);
            }
        }
        let neighbours = (0..order.len()).filter(|&other| other != own && above[other] > 0);
        let neighbours = neighbours.map(|other| {
            let shared = block(other)
                .heights
                .iter()
                .filter(|(section, _)| heights.binary_search_by_key(section, |own| own.0).is_ok());
            Neighbour {
                block: other,
                above: above[other],
                below: shared.map(|(_, height)| *height).max().unwrap_or(0),
            }
        });
        let obstacles = model.obstacles.iter().filter_map(|obstacle| {
            let at = heights.binary_search_by_key(&obstacle.section, |own| own.0);
            Some((*obstacle, heights[at.ok()?].1))
        });
        Self {
            first: heights.first().map_or(0, |first| first.0),
            last: heights.last().map_or(0, |last| last.0),
            height: heights.iter().map(|(_, height)| *height).max().unwrap_or(0),
            neighbours: neighbours.collect(),
            obstacles: obstacles.collect(),
            heights,
        }
    }

    /// The lowest base from `base` on that is clear of the obstacles.
    fn clear(&self, mut base: i64) -> i64 {
        let hits = |base: i64| {
            self.obstacles
                .iter()
                .find(|(obstacle, height)| base < obstacle.end && obstacle.start < base + height)
        };
        while let Some((obstacle, _)) = hits(base) {
            base = obstacle.end;
        }
        base
    }
}
