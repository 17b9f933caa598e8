//! Why nothing fits, as plain data, and the check of it. Nothing of the search is used here.

use std::collections::HashSet;

use crate::network::Source;

use super::Problem;

/// At one time more data must lie in one instance than it has room for: no offsets help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overfull {
    /// The step of execution; -1 is before the first layer.
    pub time: i64,
    /// The instance.
    pub instance: u32,
    /// Bytes of the instance.
    pub capacity: i64,
    /// Whose data live then, with the bytes that each has in the instance.
    pub holders: Vec<(Source, i64)>,
}

impl Overfull {
    /// Bytes that are needed.
    pub fn bytes(&self) -> i64 {
        self.holders.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Whether all that it says of the problem is true: counted word by word.
    pub fn is_true(&self, problem: &Problem) -> bool {
        let mut words = HashSet::new();
        for (source, bytes) in &self.holders {
            let Some(bundle) = problem.bundle_of(*source) else {
                return false;
            };
            let members = &problem.bundles[bundle].members;
            let Some(member) = members.iter().find(|member| member.source == *source) else {
                return false;
            };
            let before = words.len();
            for (instance, part) in &member.region.parts {
                for run in (0..part.count).filter(|_| *instance == self.instance) {
                    let first = part.start + run * part.step;
                    words.extend((first..first + part.run).map(|word| (bundle, word)));
                }
            }
            let is_alive = member.born <= self.time && self.time <= member.dies;
            // What shares a word with another one counts less than it says.
            if !is_alive || (words.len() - before) as i64 * 4 != *bytes {
                return false;
            }
        }
        self.capacity == problem.capacity && words.len() as i64 * 4 > self.capacity
    }
}
