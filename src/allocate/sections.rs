//! A problem as blocks in sections: each step of execution in each instance is a section.

use crate::analysis::instance_base;
use crate::device::INSTANCES;

use super::exact::{Block, Model, Obstacle};
use super::problem::{Bundle, Problem};

/// What a block takes of a section where a bundle leaves words free between or below its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holes {
    /// All of it: what fits so fits.
    Filled,
    /// Nothing: what does not fit even so cannot fit.
    Left,
}

/// The sections of bundles; `only` says which of them count. The blocks stand for those that are not
/// pinned, in their order.
pub(super) fn model(problem: &Problem, only: &[usize], holes: Holes) -> Model {
    let bundles = || only.iter().map(|&bundle| &problem.bundles[bundle]);
    let mut times: Vec<i64> = bundles()
        .flat_map(|bundle| &bundle.members)
        .map(|member| member.born)
        .collect();
    times.sort_unstable();
    times.dedup();
    let mut model = Model::default();
    for bundle in bundles() {
        let mut heights = Vec::new();
        for (index, &time) in times.iter().enumerate() {
            for instance in 0..INSTANCES {
                let Some((start, end, bytes)) = extent(problem, bundle, instance, time) else {
                    continue;
                };
                let section = index * INSTANCES as usize + instance as usize;
                let height = match holes {
                    _ if bundle.pinned => end - start,
                    Holes::Filled => end,
                    Holes::Left if end > bytes => continue,
                    Holes::Left => end,
                };
                if !bundle.pinned {
                    heights.push((section, height));
                } else if holes == Holes::Filled || end - start == bytes {
                    model.obstacles.push(Obstacle {
                        section,
                        start: bundle.base + start,
                        end: bundle.base + end,
                    });
                }
            }
        }
        if !bundle.pinned {
            let born = bundle.members.iter().map(|member| member.born).min();
            let dies = bundle.members.iter().map(|member| member.dies).max();
            let last = times.last().copied().unwrap_or(0);
            model.blocks.push(Block {
                life: dies.unwrap_or(0).min(last) - born.unwrap_or(0) + 1,
                heights,
            });
        }
    }
    model
}

/// Where the members that live at a time lie in an instance, from the bundle's base: the first byte, the
/// byte behind the last, and how many bytes of these are in use.
fn extent(problem: &Problem, bundle: &Bundle, instance: u32, time: i64) -> Option<(i64, i64, i64)> {
    let base = instance_base(problem.device(), instance);
    let members = bundle.members.iter();
    let members = members.filter(|member| member.born <= time && time <= member.dies);
    let parts = members.flat_map(|member| &member.region.parts);
    let parts = parts.filter(|(own, _)| *own == instance);
    let spans = parts.map(|(_, part)| {
        let span = [part.start - base, part.last() + 1 - base];
        (span[0] * 4, span[1] * 4, part.count * part.run * 4)
    });
    spans.reduce(|all, part| (all.0.min(part.0), all.1.max(part.1), all.2 + part.2))
}
