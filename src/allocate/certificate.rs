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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocate::{Outcome, Proof, solve};
    use crate::analysis::{Progression, Region};
    use crate::device::DeviceId;

    use super::super::problem::{Bundle, Member};

    /// The first and last step of an output, and its bytes in some instances.
    type Output = (i64, i64, &'static [(u32, i64)]);

    /// Outputs of layers 0, 1, ...
    fn problem(outputs: &[Output]) -> Problem {
        let device = DeviceId::Max78000.table();
        let bundles = outputs.iter().enumerate().map(|(layer, output)| {
            let (born, dies, bytes) = *output;
            let parts = bytes.iter().map(|&(instance, bytes)| {
                let part = Progression {
                    start: crate::analysis::instance_base(device, instance),
                    step: 1,
                    count: bytes / 4,
                    run: 1,
                };
                (instance, part)
            });
            let region = Region {
                parts: parts.collect(),
            };
            let member = Member {
                source: Source::Layer(layer),
                offset: 0,
                end: bytes.iter().map(|(_, bytes)| *bytes).max().unwrap_or(0),
                instances: region.instances(),
                region,
                known: true,
                born,
                dies,
            };
            Bundle {
                members: vec![member],
                base: 0,
                pinned: false,
            }
        });
        Problem::of_bundles(bundles.collect(), device)
    }

    fn proof(problem: &Problem) -> Proof {
        match solve(problem) {
            Outcome::Impossible(proof) => proof,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_full_instance_is_counted_and_a_wrong_count_is_seen() {
        let problem = problem(&[
            (0, 1, &[(3, 0x5000)]),
            (1, 2, &[(3, 0x3004), (4, 4)]),
            (2, 3, &[(3, 0x4000)]),
        ]);
        let Proof::Overfull(overfull) = proof(&problem) else {
            panic!("not by counting");
        };
        assert_eq!(overfull.instance, 3);
        assert_eq!(overfull.time, 1);
        assert_eq!(overfull.bytes(), 0x8004);
        assert!(overfull.is_true(&problem));
        let changed = |change: &dyn Fn(&mut Overfull)| {
            let mut overfull = overfull.clone();
            change(&mut overfull);
            overfull.is_true(&problem)
        };
        assert!(!changed(&|it| it.time = 2), "the first is gone by then");
        assert!(!changed(&|it| it.instance = 4), "little lies there");
        assert!(!changed(&|it| it.capacity = 0x1000), "it has more");
        assert!(!changed(&|it| it.holders[0].1 += 4), "it is smaller");
        assert!(!changed(&|it| it.holders.truncate(1)), "one fits");
        let twice = |it: &mut Overfull| it.holders = vec![it.holders[0]; 2];
        assert!(!changed(&twice), "one counts once");
    }

    /// Three outputs, of which each two share an instance: no instance is too full, but a third place is
    /// needed. The fourth has nothing to do with it.
    #[test]
    fn what_only_a_search_can_rule_out_names_no_more_than_is_needed() {
        const HALF: i64 = 0x4000;
        let outputs: [Output; 4] = [
            (0, 9, &[(0, HALF), (1, HALF)]),
            (0, 9, &[(1, HALF), (2, HALF)]),
            (0, 9, &[(5, HALF)]),
            (0, 9, &[(2, HALF), (0, HALF)]),
        ];
        let all = problem(&outputs);
        let layers = [0, 1, 3].map(Source::Layer);
        assert_eq!(proof(&all), Proof::Exhausted(layers.to_vec()));
        for left_out in [0, 1, 3] {
            let mut fewer = outputs;
            fewer[left_out].2 = &[];
            assert!(
                matches!(solve(&problem(&fewer)), Outcome::Placed(_)),
                "without {left_out}"
            );
        }
    }
}
