//! Offsets for all bundles, or why there are none.

use crate::network::Source;

use super::certificate::Overfull;
use super::exact::{self, Answer, Model};
use super::placement::{Placement, fullest, greedy};
use super::problem::Problem;
use super::sections::{Holes, model};

/// What is known of a problem in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It fits so.
    Placed(Placement),
    /// It cannot fit, whatever the offsets.
    Impossible(Proof),
    /// Nothing was found within the limits of the search. This proves nothing.
    NotFound,
}

/// Why nothing fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By counting.
    Overfull(Overfull),
    /// Every possibility for these was ruled out; without any one of them and what moves with it, this
    /// could not be shown.
    Exhausted(Vec<Source>),
}

/// Nodes to find a placement or to prove that there is none.
const NODES: u64 = 1 << 21;

/// Nodes to find a placement with a lower peak. Real networks need a few hundred.
const NODES_OF_A_PEAK: u64 = 1 << 12;

/// How often a lower peak is tried: each halves what is left to gain.
const PEAKS: usize = 9;

/// Nodes to show that something remains impossible without one bundle.
const NODES_OF_A_DELETION: u64 = 1 << 17;

/// Finds offsets for all bundles, pinned ones at their place, with a low peak; or proves that there are
/// none.
pub fn solve(problem: &Problem) -> Outcome {
    if let Some(placement) = place(problem) {
        return Outcome::Placed(placement);
    }
    if !is_exact(problem) {
        return Outcome::NotFound;
    }
    if let Some(overfull) = overfull(problem) {
        return Outcome::Impossible(Proof::Overfull(overfull));
    }
    let cannot_fit = |bundles: &[usize], nodes: u64| {
        let model = model(problem, bundles, Holes::Left);
        is_impossible(&model, problem.capacity, nodes)
    };
    let mut bundles = all(problem);
    if !cannot_fit(&bundles, NODES) {
        return Outcome::NotFound;
    }
    for bundle in 0..problem.bundles.len() {
        let without = bundles.iter().copied().filter(|&other| other != bundle);
        let without: Vec<usize> = without.collect();
        if cannot_fit(&without, NODES_OF_A_DELETION) {
            bundles = without;
        }
    }
    let members = bundles
        .iter()
        .flat_map(|&bundle| &problem.bundles[bundle].members);
    Outcome::Impossible(Proof::Exhausted(
        members.map(|member| member.source).collect(),
    ))
}

/// The placement of [`solve`], where there is one.
pub fn place(problem: &Problem) -> Option<Placement> {
    let bound = bound(problem);
    let best = greedy(problem, bound);
    if bound > problem.capacity || !is_exact(problem) {
        return best.map(|best| Placement { bound, ..best });
    }
    let best = match best {
        Some(best) => best,
        None => {
            let model = model(problem, &all(problem), Holes::Filled);
            at_most(problem, &model, problem.capacity, NODES).placement?
        }
    };
    Some(lowered(problem, best, bound))
}

/// A placement with a lower peak where one is found, and the highest bound that was proved meanwhile.
fn lowered(problem: &Problem, mut best: Placement, bound: i64) -> Placement {
    best.bound = bound;
    if best.peak <= bound {
        return best;
    }
    let filled = model(problem, &all(problem), Holes::Filled);
    let left = model(problem, &all(problem), Holes::Left);
    let mut low = bound;
    for _ in 0..PEAKS {
        if low >= best.peak {
            break;
        }
        // The bound itself first: mostly it can be met.
        let peak = match low == bound {
            true => bound,
            false => low + (best.peak - low) / 8 * 4,
        };
        let tried = at_most(problem, &filled, peak, NODES_OF_A_PEAK);
        match tried.placement {
            Some(better) => {
                best = Placement {
                    bound: best.bound,
                    ..better
                }
            }
            None => {
                low = peak + 4;
                let is_proof = tried.is_impossible
                    && (filled == left || is_impossible(&left, peak, NODES_OF_A_PEAK));
                if is_proof {
                    best.bound = low;
                }
            }
        }
    }
    best
}

/// What no peak can be below, by counting: what is pinned keeps its end, and the fullest moment needs its
/// bytes.
pub fn bound(problem: &Problem) -> i64 {
    let pinned = problem.bundles.iter().filter(|bundle| bundle.pinned);
    let ends = pinned.flat_map(|bundle| {
        let members = bundle.members.iter();
        members.map(|member| bundle.base + member.end)
    });
    let fullest = fullest(problem).map_or(0, |fullest| fullest.bytes);
    ends.fold(fullest, i64::max)
}

fn all(problem: &Problem) -> Vec<usize> {
    (0..problem.bundles.len()).collect()
}

/// Whether the words of everything are known, and nothing may lie over anything else: only then the
/// search in sections is one of the problem.
fn is_exact(problem: &Problem) -> bool {
    let mut members = problem.bundles.iter().flat_map(|bundle| &bundle.members);
    problem.slides.is_empty() && members.all(|member| member.known)
}

/// How a search for a placement with a peak ended.
struct Tried {
    placement: Option<Placement>,
    is_impossible: bool,
}

/// Searches for a placement with at most this peak.
fn at_most(problem: &Problem, model: &Model, peak: i64, nodes: u64) -> Tried {
    let answer = exact::solve(model, peak, nodes).answer;
    Tried {
        is_impossible: answer == Answer::Impossible,
        placement: match answer {
            Answer::Placed(bases) => with_bases(problem, bases),
            _ => None,
        },
    }
}

/// The placement with these bases of what is not pinned.
fn with_bases(problem: &Problem, bases: Vec<i64>) -> Option<Placement> {
    let mut bases = bases.into_iter();
    let bases = problem.bundles.iter().map(|bundle| match bundle.pinned {
        true => Some(bundle.base),
        false => bases.next(),
    });
    let bases: Vec<i64> = bases.collect::<Option<_>>()?;
    let is_valid = problem.is_valid(&bases);
    is_valid.then(|| Placement {
        peak: problem.peak(&bases),
        bound: 0,
        bases,
    })
}

fn overfull(problem: &Problem) -> Option<Overfull> {
    let fullest = fullest(problem)?;
    let overfull = Overfull {
        time: fullest.time,
        instance: fullest.instance,
        capacity: problem.capacity,
        holders: fullest.holders,
    };
    overfull.is_true(problem).then_some(overfull)
}

fn is_impossible(model: &Model, capacity: i64, nodes: u64) -> bool {
    exact::solve(model, capacity, nodes).answer == Answer::Impossible
}
