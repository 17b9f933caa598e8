//! Offsets for all bundles, one after the other: greedy in several orders, the best of them.

use crate::device::INSTANCES;
use crate::network::Source;

use super::problem::{Bundle, Member, Problem};

/// Offsets that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The base of each bundle, in bytes.
    pub bases: Vec<i64>,
    /// The highest byte in use of any instance, plus one.
    pub peak: i64,
    /// What no placement's peak can be below.
    pub bound: i64,
}

/// By what bundles are ordered: the first by the lowest.
type Key = fn(&Bundle) -> (i64, i64);

/// Offsets are rounded up to one of these, the largest that costs nothing.
pub const STEPS: [i64; 4] = [0x400, 0x100, 0x10, 4];

/// The fullest moment of an instance: its bytes are a lower bound for the peak of any placement, and
/// where they exceed the capacity nothing fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fullest {
    /// The step of execution; -1 is before the first layer.
    pub time: i64,
    /// The instance.
    pub instance: u32,
    /// Bytes that are needed there and then.
    pub bytes: i64,
    /// Whose data they are, with the bytes of each.
    pub holders: Vec<(Source, i64)>,
}

/// Finds the fullest moment.
pub fn fullest(problem: &Problem) -> Option<Fullest> {
    let members = || problem.bundles.iter().flat_map(|bundle| &bundle.members);
    let mut times: Vec<i64> = members().map(|member| member.born).collect();
    times.sort_unstable();
    times.dedup();
    let mut fullest: Option<Fullest> = None;
    for time in times {
        for instance in 0..INSTANCES {
            let holders = holders(problem, instance, time);
            let bytes = holders.iter().map(|(_, bytes)| bytes).sum();
            if fullest.as_ref().is_none_or(|fullest| bytes > fullest.bytes) {
                fullest = Some(Fullest {
                    time,
                    instance,
                    bytes,
                    holders,
                });
            }
        }
    }
    fullest
}

/// Whose data must lie apart in an instance at a time, with the bytes of each. What shares words with
/// another member of its bundle, or may lie over what it reads, does not count.
fn holders(problem: &Problem, instance: u32, time: i64) -> Vec<(Source, i64)> {
    let mut holders = Vec::new();
    let is_there = |member: &&Member| {
        member.born <= time && time <= member.dies && member.instances >> instance & 1 != 0
    };
    for bundle in &problem.bundles {
        let mut counted: Vec<&Member> = Vec::new();
        for member in bundle.members.iter().filter(is_there) {
            let shares = |other: &&Member| member.region.intersects(&other.region);
            if counted.iter().any(shares) || problem.slides_at(member.source, time) {
                continue;
            }
            counted.push(member);
            holders.push((member.source, member.bytes_in(instance)));
        }
    }
    holders
}

/// How often the order is changed after a placement that is higher than it must be.
const PROMOTIONS: usize = 24;

/// Finds offsets for all bundles, pinned ones at their place; no peak can be below the bound. None where
/// no order fits; that proves nothing.
pub(super) fn greedy(problem: &Problem, bound: i64) -> Option<Placement> {
    let keys: [Key; 4] = [
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
            for _ in 0..PROMOTIONS {
                if best.as_ref().is_some_and(|best| best.peak <= bound) {
                    break;
                }
                let placement = in_order(problem, &order, step);
                // What ends highest, or found no place, chooses first the next time.
                let promoted = match &placement {
                    Ok(placement) => problem.highest(&placement.bases),
                    Err(bundle) => Some(*bundle),
                };
                if let Ok(placement) = placement
                    && best.as_ref().is_none_or(|best| placement.peak < best.peak)
                {
                    best = Some(placement);
                }
                let Some(at) = order.iter().position(|&bundle| Some(bundle) == promoted) else {
                    break;
                };
                let first = order
                    .iter()
                    .position(|&bundle| !problem.bundles[bundle].pinned);
                match first {
                    Some(first) if first < at => order[first..=at].rotate_right(1),
                    _ => break,
                }
            }
        }
    }
    best.filter(|placement| problem.is_valid(&placement.bases))
}

/// Places bundles one after the other; an error names the one for which there is no room.
fn in_order(problem: &Problem, order: &[usize], step: i64) -> Result<Placement, usize> {
    let mut bases: Vec<Option<i64>> = vec![None; problem.bundles.len()];
    for &bundle in order {
        let base = match problem.bundles[bundle].pinned {
            true => problem.bundles[bundle].base,
            false => lowest_free(problem, bundle, &bases, step).ok_or(bundle)?,
        };
        bases[bundle] = Some(base);
    }
    let bases: Vec<i64> = bases.into_iter().flatten().collect();
    let peak = problem.peak(&bases);
    Ok(Placement {
        bases,
        peak,
        bound: 0,
    })
}

/// The lowest base, a multiple of `step`, at which a bundle meets none of those with a base.
pub fn lowest_free(
    problem: &Problem,
    bundle: usize,
    bases: &[Option<i64>],
    step: i64,
) -> Option<i64> {
    // Something that is never there with it is nothing to lie behind.
    places(problem, bundle, bases, step, |other| {
        let beside = |member: &Member| {
            let mut others = problem.bundles[other].members.iter();
            others.any(|second| {
                member.lives_beside(second)
                    && (member.instances & second.instances != 0 || !member.known || !second.known)
            })
        };
        problem.bundles[bundle].members.iter().any(beside)
    })
    .next()
}

/// The bases, multiples of `step`, at which a bundle meets none of those with a base: 0 and those
/// right behind something, the lowest first.
pub fn free(
    problem: &Problem,
    bundle: usize,
    bases: &[Option<i64>],
    step: i64,
) -> impl Iterator<Item = i64> {
    places(problem, bundle, bases, step, |_| true)
}

fn places(
    problem: &Problem,
    bundle: usize,
    bases: &[Option<i64>],
    step: i64,
    counts: impl Fn(usize) -> bool,
) -> impl Iterator<Item = i64> {
    let placed: Vec<(usize, i64)> = bases
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != bundle && counts(*other))
        .filter_map(|(other, base)| Some((other, (*base)?)))
        .collect();
    // It lies at 0 or right behind something, or between the words of something with gaps.
    let mut candidates = vec![0];
    for &(other, base) in &placed {
        for member in &problem.bundles[bundle].members {
            for second in &problem.bundles[other].members {
                let end = base + second.end - member.offset;
                candidates.push(end);
                candidates.push(base + second.offset + 4 - member.offset);
                candidates.extend(problem.slide(member, second).map(|lag| base + lag));
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
    candidates.into_iter().filter(move |&base| {
        problem.fits(bundle, base)
            && !placed
                .iter()
                .any(|&other| problem.collide((bundle, base), other))
    })
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
