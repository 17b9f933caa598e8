//! The bare problem of the search: blocks with a height in each of their sections.

/// Something rigid that gets one base: in each of its sections it takes the bytes from the base up to
/// its height there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Section and height, ascending by section; every height is positive.
    pub heights: Vec<(usize, i64)>,
    /// For how long it lives, in any unit; only a hint about what to try first.
    pub life: i64,
}

/// Bytes of a section that are taken already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The section.
    pub section: usize,
    /// The first byte.
    pub start: i64,
    /// The byte behind the last.
    pub end: i64,
}

/// What to place. Two blocks get in each other's way in the sections that both have, so a section is a
/// moment of a memory: here, a time in an instance. Sections count up with time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// What gets a base.
    pub blocks: Vec<Block>,
    /// What has its place.
    pub obstacles: Vec<Obstacle>,
}

impl Model {
    /// Single buffers in one memory, each with a half-open lifetime and a size.
    pub fn of_buffers(buffers: &[(i64, i64, i64)]) -> Self {
        let mut times: Vec<i64> = buffers.iter().map(|(lower, ..)| *lower).collect();
        times.sort_unstable();
        times.dedup();
        let blocks = buffers.iter().map(|&(lower, upper, size)| Block {
            heights: (0..times.len())
                .filter(|&time| lower <= times[time] && times[time] < upper)
                .map(|time| (time, size))
                .collect(),
            life: upper - lower,
        });
        Self {
            blocks: blocks.collect(),
            obstacles: Vec::new(),
        }
    }

    /// Bytes that the fullest section needs: no placement has a lower peak.
    pub fn bound(&self) -> i64 {
        let mut sums = vec![0; self.sections()];
        for (section, bytes) in self.blocks.iter().flat_map(|block| &block.heights) {
            sums[*section] += bytes;
        }
        for obstacle in &self.obstacles {
            sums[obstacle.section] += obstacle.end - obstacle.start;
        }
        sums.into_iter().max().unwrap_or(0)
    }

    /// One more than the highest section in use.
    pub(super) fn sections(&self) -> usize {
        let of_blocks = self.blocks.iter().flat_map(|block| &block.heights);
        let of_blocks = of_blocks.map(|(section, _)| *section);
        let of_obstacles = self.obstacles.iter().map(|obstacle| obstacle.section);
        of_blocks
            .chain(of_obstacles)
            .max()
            .map_or(0, |section| section + 1)
    }

    /// The same without the sections of which another one has everything: they ask nothing more.
    pub(super) fn reduced(&self) -> Self {
        let mut rows: Vec<Vec<(usize, i64)>> = vec![Vec::new(); self.sections()];
        for (index, block) in self.blocks.iter().enumerate() {
            for &(section, height) in &block.heights {
                rows[section].push((index, height));
            }
        }
        let is_free = |section: usize| self.obstacles.iter().all(|other| other.section != section);
        let covers = |wide: usize, narrow: usize| {
            let mut wide = rows[wide].iter();
            rows[narrow]
                .iter()
                .all(|own| wide.any(|other| other.0 == own.0 && other.1 >= own.1))
        };
        let mut kept: Vec<usize> = Vec::new();
        for (section, row) in rows.iter().enumerate() {
            if row.is_empty() && is_free(section)
                || is_free(section) && kept.iter().any(|&other| covers(other, section))
            {
                continue;
            }
            kept.retain(|&other| !is_free(other) || !covers(section, other));
            kept.push(section);
        }
        let renumbered = |section: usize| kept.binary_search(&section).ok();
        Self {
            blocks: self
                .blocks
                .iter()
                .map(|block| Block {
                    heights: block
                        .heights
                        .iter()
                        .filter_map(|&(section, height)| Some((renumbered(section)?, height)))
                        .collect(),
                    life: block.life,
                })
                .collect(),
            obstacles: self
                .obstacles
                .iter()
                .filter_map(|obstacle| {
                    Some(Obstacle {
                        section: renumbered(obstacle.section)?,
                        ..*obstacle
                    })
                })
                .collect(),
        }
    }
}
