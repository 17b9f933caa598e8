//! A whole network: masks where there are none, then offsets.

use crate::analysis::Analysis;
use crate::device::Device;
use crate::facts::Facts;
use crate::network::{Field, Network, Source};

use super::masks::{Classes, Masks, Site, choose, written};
use super::placement::lowest_free;
use super::problem::{Problem, Relation, Unplaceable};
use super::solve::{bound, place};

/// What a placement is to be good at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Objective {
    /// The lowest peak.
    #[default]
    Peak,
    /// The fewest outputs moved.
    Edits,
    /// The roundest offsets.
    Readable,
}

/// What to choose, and what stays as it is.
pub struct Request<'a> {
    /// Whether the mask that is written at a place stays.
    pub keeps_mask: &'a dyn Fn(Site) -> bool,
    /// Whether the `out_offset` that a layer has stays.
    pub keeps_offset: &'a dyn Fn(usize) -> bool,
    /// Whether the network's input may move where a layer that writes over it needs room before it.
    pub frees_input: bool,
    /// Bytes of an instance with which the masks are content: no lower peak is looked for then.
    pub enough: i64,
    /// What the offsets are to be good at.
    pub objective: Objective,
}

/// Masks and offsets for a network.
#[derive(Debug)]
pub struct Plan {
    /// The masks of all layers, where some were chosen.
    pub masks: Option<Masks>,
    /// The network with the masks.
    pub network: Network,
    /// What is known of it.
    pub analysis: Analysis,
    /// What there is to place.
    pub problem: Problem,
    /// Where each bundle lies; none where no place was found.
    pub bases: Option<Vec<i64>>,
    /// What the peak of no placement with these masks can be below.
    pub bound: i64,
    /// Rows of kernel memory and bytes of bias memory that find no place.
    pub overflow: i64,
}

/// Chooses masks and offsets.
///
/// # Errors
/// What stands in the way: of all networks like this one, whatever the numbers.
pub fn plan(
    network: &Network,
    analysis: &Analysis,
    device: &'static Device,
    facts: &Facts,
    request: &Request,
) -> Result<Plan, Unplaceable> {
    let attempt = |slides| attempt(network, analysis, device, facts, request, slides);
    let apart = attempt(false)?;
    // Layers write over what they read only where nothing else is possible and the flags allow it.
    if apart.bases.is_none() && apart.analysis.flags.overlap_data {
        let over = attempt(true)?;
        if over.bases.is_some() {
            return Ok(over);
        }
    }
    Ok(apart)
}

/// A [`plan`], in which layers may write over what they read or not.
fn attempt(
    network: &Network,
    analysis: &Analysis,
    device: &'static Device,
    facts: &Facts,
    request: &Request,
    slides: bool,
) -> Result<Plan, Unplaceable> {
    let order = &analysis.graph.order;
    let is_missing = |&layer: &usize| network.layers[layer].processors.is_absent();
    let is_free = |&layer: &usize| {
        [Site::Read(layer), Site::Write(layer)]
            .into_iter()
            .any(|site| written(network, site).is_some() && !(request.keeps_mask)(site))
    };
    let (mut masks, mut overflow) = (None, 0);
    let mut with_masks = network.clone();
    if order
        .iter()
        .any(|layer| is_missing(layer) || is_free(layer))
    {
        let classes = Classes::new(network, analysis, device, request.keeps_mask)?;
        let last = analysis.graph.final_layer;
        let any = classes.masks(network, &classes.lowest());
        let any = with_free_offsets(&any.applied_to(network, last), order, &|_| false);
        let of_any = Analysis::new(&any, device, facts);
        let mut problem = Problem::new(&any, &of_any, device, Relation::AsRead)?;
        if slides {
            problem = problem.with_slides(&of_any);
        }
        let choice = choose(&any, &of_any, device, &classes, &problem, request.enough);
        let chosen = classes.masks(network, &choice.starts);
        overflow = choice.overflow;
        with_masks = chosen.applied_to(network, last);
        masks = Some(chosen);
    }
    let free = with_free_offsets(&with_masks, order, request.keeps_offset);
    let of_free = Analysis::new(&free, device, facts);
    let mut problem = Problem::new(&free, &of_free, device, Relation::AsRead)?;
    let written = |layer: usize| network.layers[layer].out_offset.value();
    for bundle in &mut problem.bundles {
        let mut kept = bundle
            .members
            .iter()
            .filter_map(|member| match member.source {
                Source::Layer(layer) if (request.keeps_offset)(layer) => {
                    Some((layer, written(layer)? - member.offset))
                }
                _ => None,
            });
        if let Some((_, base)) = kept.next() {
            if let Some((layer, _)) = kept.find(|(_, other)| *other != base) {
                return Err(Unplaceable::Contradiction(layer));
            }
            bundle.base = base;
            bundle.pinned = true;
        }
    }
    if slides {
        problem = problem.with_slides(&of_free);
        if request.frees_input
            && let Some(input) = problem.bundle_of(Source::Input)
        {
            problem.bundles[input].pinned = false;
        }
    }
    let mut lowest = bound(&problem);
    let bases = match request.objective {
        Objective::Peak => place(&problem).map(|placement| {
            lowest = placement.bound;
            placement.bases
        }),
        Objective::Edits => few_edits(&problem, &written),
        Objective::Readable => readable(&problem),
    };
    Ok(Plan {
        masks,
        network: with_masks,
        analysis: of_free,
        problem,
        bases,
        bound: lowest,
        overflow,
    })
}

/// A network in which all outputs that may move are at offset 0, so that what they take is known.
fn with_free_offsets(network: &Network, order: &[usize], keeps: &dyn Fn(usize) -> bool) -> Network {
    let mut network = network.clone();
    for (time, &index) in order.iter().enumerate() {
        let layer = &mut network.layers[index];
        if layer.out_offset.is_absent() || !keeps(index) {
            let head = layer.head;
            layer.out_offset.set(0, head);
        }
        // Each layer reads where its predecessor wrote, and what names its inputs is put right by
        // them; the input is where the first layer says.
        if time > 0 {
            layer.in_offset = Field::Absent;
        }
    }
    network
}

/// Steps of offsets that are easy to read, the easiest first.
const ROUND: [i64; 7] = [0x4000, 0x1000, 0x800, 0x400, 0x100, 0x10, 4];

/// The roundest offsets that there are in the order of the layers.
fn readable(problem: &Problem) -> Option<Vec<i64>> {
    let order: Vec<usize> = (0..problem.bundles.len()).collect();
    ROUND
        .into_iter()
        .find_map(|step| in_order(problem, vec![None; order.len()], &order, step))
        .or_else(|| place(problem).map(|placement| placement.bases))
}

/// Places bundles one after the other, the pinned ones first, beside those that have their place.
fn in_order(
    problem: &Problem,
    mut bases: Vec<Option<i64>>,
    order: &[usize],
    step: i64,
) -> Option<Vec<i64>> {
    for (base, bundle) in bases.iter_mut().zip(&problem.bundles) {
        if bundle.pinned {
            *base = Some(bundle.base);
        }
    }
    for &bundle in order {
        if bases[bundle].is_none() {
            bases[bundle] = Some(lowest_free(problem, bundle, &bases, step)?);
        }
    }
    let bases: Vec<i64> = bases.into_iter().collect::<Option<_>>()?;
    problem.is_valid(&bases).then_some(bases)
}

/// How many bundles that are in the way are moved at most before a new placement is made.
const MOVED: usize = 3;

/// The offsets that need the fewest edits: what does not get in the way stays where it is.
fn few_edits(problem: &Problem, written: &dyn Fn(usize) -> Option<i64>) -> Option<Vec<i64>> {
    let count = problem.bundles.len();
    // Where most of a bundle is already, and how many edits it takes to bring it elsewhere.
    let places: Vec<(Option<i64>, usize)> = problem
        .bundles
        .iter()
        .map(|bundle| {
            let bases: Vec<i64> = bundle
                .members
                .iter()
                .filter_map(|member| match member.source {
                    Source::Layer(layer) => Some(written(layer)? - member.offset),
                    Source::Input | Source::Buffer => None,
                })
                .collect();
            let votes = |base: i64| bases.iter().filter(|&&other| other == base).count();
            let best = bases
                .iter()
                .copied()
                .max_by_key(|&base| (votes(base), -base));
            let base = if bundle.pinned {
                Some(bundle.base)
            } else {
                best
            };
            (base, best.map_or(0, votes))
        })
        .collect();
    let fits = |bundle: usize| {
        let (base, _) = places[bundle];
        problem.bundles[bundle].pinned || base.is_some_and(|base| problem.fits(bundle, base))
    };
    let placed = |bundle: usize| Some((bundle, places[bundle].0.filter(|_| fits(bundle))?));
    let collides = |bundle: usize| {
        let Some(own) = placed(bundle) else {
            return true;
        };
        (0..count)
            .filter(|&other| other != bundle)
            .filter_map(placed)
            .any(|other| problem.collide(own, other))
    };
    let all: Vec<usize> = (0..count).collect();
    let mut in_the_way: Vec<usize> = all
        .iter()
        .copied()
        .filter(|&bundle| !problem.bundles[bundle].pinned && collides(bundle))
        .collect();
    in_the_way.sort_by_key(|&bundle| (places[bundle].1, bundle));
    let without = |moved: &[usize]| {
        let bases = all.iter().map(|&bundle| {
            let stays = !moved.contains(&bundle) && fits(bundle);
            places[bundle].0.filter(|_| stays)
        });
        let bases: Vec<Option<i64>> = bases.collect();
        [0x400, 0x100, 0x10, 4]
            .into_iter()
            .find_map(|step| in_order(problem, bases.clone(), &all, step))
    };
    (0..=MOVED.min(in_the_way.len()))
        .find_map(|number| {
            subsets(&in_the_way, number)
                .iter()
                .find_map(|moved| without(moved))
        })
        .or_else(|| place(problem).map(|placement| placement.bases))
}

/// The subsets of a size, in the order of their elements; of many elements the first ones only.
fn subsets(elements: &[usize], size: usize) -> Vec<Vec<usize>> {
    const MOST: usize = 16;
    let elements = &elements[..elements.len().min(MOST)];
    let mut subsets = vec![Vec::new()];
    for _ in 0..size {
        subsets = subsets
            .iter()
            .flat_map(|subset: &Vec<usize>| {
                let last = subset.last().copied();
                let from = last.and_then(|last| elements.iter().position(|&e| e == last));
                elements[from.map_or(0, |from| from + 1)..]
                    .iter()
                    .map(|&element| [&subset[..], &[element]].concat())
            })
            .collect();
    }
    subsets
}
