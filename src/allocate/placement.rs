//! Offsets for all bundles: greedy in several orders, the best of them.

use crate::device::INSTANCES;

use super::problem::{Bundle, Problem};

/// Offsets that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The base of each bundle, in bytes.
    pub bases: Vec<i64>,
    /// The highest byte in use of any instance, plus one.
    pub peak: i64,
}

/// Offsets are rounded up to one of these, the largest that costs nothing.
const STEPS: [i64; 4] = [0x400, 0x100, 0x10, 4];

/// No placement can have a lower peak: at some step an instance holds so many bytes.
pub fn bound(problem: &Problem) -> i64 {
    let members = || problem.bundles.iter().flat_map(|bundle| &bundle.members);
    let births = members().map(|member| member.born);
    births
        .flat_map(|time| (0..INSTANCES).map(move |instance| (time, instance)))
        .map(|(time, instance)| {
            let alive = members().filter(|member| member.born <= time && time <= member.dies);
            alive.map(|member| member.bytes_in(instance)).sum()
        })
        .max()
        .unwrap_or(0)
}

/// Finds offsets for all bundles, pinned ones at their place. None where no order fits; that
/// proves nothing.
pub fn place(problem: &Problem) -> Option<Placement> {
    let keys: [fn(&Bundle) -> (i64, i64); 4] = [
        |bundle| (-size(bundle), born(bundle)),
        |bundle| (-life(bundle), -size(bundle)),
        |bundle| (-size(bundle).saturating_mul(life(bundle)), born(bundle)),
        |bundle| (born(bundle), -size(bundle)),
    ];
    let mut best: Option<Placement> = None;
    for step in STEPS {
        for key in keys {
            let mut order: Vec<usize> = (0..problem.bundles.len()).collect();
            order.sort_by_key(|&bundle| {
                let bundle = &problem.bundles[bundle];
                (!bundle.pinned, key(bundle))
            });
            let placement = in_order(problem, &order, step);
            if let Some(placement) = placement
                && best.as_ref().is_none_or(|best| placement.peak < best.peak)
            {
                best = Some(placement);
            }
        }
    }
    best.filter(|placement| problem.is_valid(&placement.bases))
}

fn in_order(problem: &Problem, order: &[usize], step: i64) -> Option<Placement> {
    let mut bases: Vec<Option<i64>> = vec![None; problem.bundles.len()];
    for &bundle in order {
        bases[bundle] = match problem.bundles[bundle].pinned {
            true => Some(problem.bundles[bundle].base),
            false => Some(lowest_free(problem, bundle, &bases, step)?),
        };
    }
    let bases: Vec<i64> = bases.into_iter().collect::<Option<_>>()?;
    let peak = problem
        .bundles
        .iter()
        .zip(&bases)
        .map(|(bundle, base)| base + end(bundle))
        .max()
        .unwrap_or(0);
    Some(Placement { bases, peak })
}

/// The lowest base, a multiple of `step`, at which a bundle meets none of those with a base.
pub fn lowest_free(
    problem: &Problem,
    bundle: usize,
    bases: &[Option<i64>],
    step: i64,
) -> Option<i64> {
    let placed = || {
        bases
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != bundle)
            .filter_map(|(other, base)| Some((other, (*base)?)))
    };
    // It lies at 0 or right behind something, or between the words of something with gaps.
    let mut candidates = vec![0];
    for (other, base) in placed() {
        for member in &problem.bundles[bundle].members {
            for second in &problem.bundles[other].members {
                let end = base + second.end - member.offset;
                candidates.push(end);
                candidates.push(base + second.offset + 4 - member.offset);
            }
        }
    }
    for candidate in &mut candidates {
        *candidate = (*candidate).max(0).div_euclid(step) * step
            + if *candidate > 0 && *candidate % step != 0 {
                step
            } else {
                0
            };
    }
    candidates.sort_unstable();
    candidates.dedup();
    candidates.into_iter().find(|&base| {
        problem.fits(bundle, base)
            && !placed().any(|(other, at)| problem.collide((bundle, base), (other, at)))
    })
}

fn end(bundle: &Bundle) -> i64 {
    bundle
        .members
        .iter()
        .map(|member| member.end)
        .max()
        .unwrap_or(0)
}

fn size(bundle: &Bundle) -> i64 {
    let members = || bundle.members.iter();
    (0..INSTANCES)
        .map(|instance| members().map(|member| member.bytes_in(instance)).sum())
        .max()
        .unwrap_or(0)
}

fn born(bundle: &Bundle) -> i64 {
    bundle
        .members
        .iter()
        .map(|member| member.born)
        .min()
        .unwrap_or(0)
}

fn life(bundle: &Bundle) -> i64 {
    let dies = bundle.members.iter().map(|member| member.dies).max();
    dies.unwrap_or(0).min(1 << 20) - born(bundle)
}
