//! Ways to put masks right that do not fit each other, or that lead to too much in one place.

use crate::allocate::{Classes, Masks, Problem, Relation, Site, Unplaceable, field, lowest_free};
use crate::analysis::{Analysis, is_contiguous};
use crate::device::PROCESSORS_PER_INSTANCE;
use crate::diagnostic::{Applicability, Code, Finding};
use crate::network::{Field, Network, Source};

use super::relocate::{Relocation, relocate_some};
use super::{Context, run, words};

/// Alternatives that are offered at most.
const ALTERNATIVES: usize = 3;
/// Starts of a class that are tried at most.
const TRIALS: usize = 20;

/// Adds ways to make the masks around some layers fit: the fewest masks change, to what others of the
/// same data say where possible.
pub(in crate::rules) fn with_masks(cx: &Context, finding: Finding, layers: &[usize]) -> Finding {
    let Some(repair) = Repair::new(cx, finding.code) else {
        return finding;
    };
    let seeds = repair.classes_at(layers);
    let mut ways: Vec<Way> = seeds
        .into_iter()
        .flat_map(|class| repair.ways(class, ALTERNATIVES))
        .collect();
    ways.sort_by_key(|way| way.rank);
    offer(cx, finding, ways)
}

/// As [`with_masks`], if the masks of what these sources wrote do not fit each other as they are.
pub(in crate::rules) fn with_masks_if_unlike(
    cx: &Context,
    finding: Finding,
    sources: &[Source],
) -> Finding {
    let Some(repair) = Repair::new(cx, finding.code) else {
        return finding;
    };
    let mut classes: Vec<usize> = Vec::new();
    for source in sources {
        let class = repair.classes.class_of(*source);
        classes.extend(class.filter(|class| !classes.contains(class)));
    }
    let ways = classes
        .into_iter()
        .filter(|&class| repair.is_unlike(class))
        .flat_map(|class| repair.ways(class, 1));
    let ways = ways.collect();
    offer(cx, finding, ways)
}

/// Adds ways to bring what sources wrote, or what layers read, to other processors, where nothing is in
/// their way.
pub(in crate::rules) fn with_other_processors(
    cx: &Context,
    finding: Finding,
    sources: &[Source],
    readers: &[usize],
) -> Finding {
    let Some(repair) = Repair::new(cx, finding.code) else {
        return finding;
    };
    let mut classes: Vec<usize> = Vec::new();
    let written = sources
        .iter()
        .filter_map(|&source| repair.classes.class_of(source));
    let read = readers
        .iter()
        .filter_map(|&layer| repair.classes.class_read(layer));
    for class in written.chain(read) {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    let mut ways = Vec::new();
    for class in classes {
        if repair.holds_input(class) {
            continue;
        }
        let found = repair.candidates(class).into_iter().take(TRIALS);
        let found = found.filter_map(|candidate| repair.tried(candidate));
        let good = found.filter(|way| way.rank.0 == 0);
        // Of several the first one with which the least is left.
        ways.extend(good.min_by_key(|way| way.conflicts));
        if ways.len() == ALTERNATIVES {
            break;
        }
    }
    ways.sort_by_key(|way| way.rank);
    offer(cx, finding, ways)
}

/// Adds a way to bring what a layer wrote, with all that belongs to it, to processors without gaps
/// between them, if nothing else is wrong then.
pub(in crate::rules) fn with_masks_without_gaps(
    cx: &Context,
    finding: Finding,
    layer: usize,
) -> Finding {
    // Where no mask is kept, none has gaps but that of the input.
    let packed = |cx: &Context| Classes::new(cx.network, cx.analysis, cx.device, &|_| false);
    let Some(repair) = Repair::of(cx, finding.code, packed) else {
        return finding;
    };
    let class = repair.classes.class_of(Source::Layer(layer)).into_iter();
    let ways = class.flat_map(|class| repair.ways(class, 1));
    let ways = ways.filter(|way| way.rank.0 == 0).collect();
    offer(cx, finding, ways)
}

fn offer(cx: &Context, finding: Finding, ways: Vec<Way>) -> Finding {
    let mut finding = finding;
    for way in ways.into_iter().take(ALTERNATIVES) {
        let known = finding.fixes.iter();
        if known
            .into_iter()
            .any(|fix| fix.edits == way.relocation.edits)
        {
            continue;
        }
        finding = finding.fix(
            Applicability::Unsafe,
            title(cx, &way.relocation),
            way.relocation.edits,
        );
    }
    finding
}

/// ``Set `processors` of layer 5 to 0x00000000000000f0``.
fn title(cx: &Context, relocation: &Relocation) -> String {
    let site = |site: &Site| match site {
        Site::Read(layer) => format!("`processors` of {}", cx.network.label(*layer)),
        Site::Write(layer) => format!("`output_processors` of {}", cx.network.label(*layer)),
        Site::OutputMap(_) => "`output_map`".to_owned(),
    };
    let mut texts: Vec<String> = Vec::new();
    let mut rest = &relocation.masks[..];
    while let Some((_, mask)) = rest.first() {
        let same = rest.iter().take_while(|(_, other)| other == mask).count();
        let sites: Vec<String> = rest[..same].iter().map(|(own, _)| site(own)).collect();
        texts.push(format!("{} to {}", words::list(&sites), words::mask(*mask)));
        rest = &rest[same..];
    }
    let offsets = relocation.moved.iter().map(|(layer, offset)| {
        let label = cx.network.label(*layer);
        format!("`out_offset` of {label} to {}", words::offset(*offset))
    });
    texts.extend(offsets);
    format!("Set {}", words::list(&texts))
}

/// A class that starts elsewhere.
struct Candidate {
    class: usize,
    start: u32,
    masks: Masks,
    relocation: Relocation,
    /// Bits that change.
    bits: u32,
}

/// A way out. What is less is better: what else is wrong then, the masks that change, the bits of them
/// that do, whether it starts between two instances, and where it starts.
struct Way {
    rank: (usize, usize, u32, bool, u32),
    /// Data that get in each other's way then.
    conflicts: usize,
    relocation: Relocation,
}

struct Repair<'a> {
    cx: &'a Context<'a>,
    classes: Classes,
    /// The rule that speaks, and how often it does.
    code: Code,
    count: usize,
}

impl<'a> Repair<'a> {
    fn new(cx: &'a Context<'a>, code: Code) -> Option<Self> {
        Self::of(cx, code, |cx| {
            Classes::of_fault(cx.network, cx.analysis, cx.device)
        })
    }

    /// A repair of these classes.
    fn of(
        cx: &'a Context<'a>,
        code: Code,
        classes: impl Fn(&Context) -> Result<Classes, Unplaceable>,
    ) -> Option<Self> {
        if cx.is_trial {
            return None;
        }
        let classes = classes(cx).ok()?;
        let trial = Context {
            is_trial: true,
            ..*cx
        };
        Some(Self {
            cx,
            classes,
            code,
            count: run::count(&trial, code),
        })
    }

    /// The classes that layers read and write.
    fn classes_at(&self, layers: &[usize]) -> Vec<usize> {
        let mut classes: Vec<usize> = Vec::new();
        for &layer in layers {
            let read = self.classes.class_read(layer);
            let written = self.classes.class_of(Source::Layer(layer));
            for class in [read, written].into_iter().flatten() {
                if !classes.contains(&class) {
                    classes.push(class);
                }
            }
        }
        classes
    }

    fn holds_input(&self, class: usize) -> bool {
        self.classes.class_of(Source::Input) == Some(class)
    }

    /// Whether the masks of a class say that it starts in different places, or one of them has other bits
    /// than it must.
    fn is_unlike(&self, class: usize) -> bool {
        let starts = self.classes.written_starts(self.cx.network, class);
        match starts[..] {
            [start] => !self
                .candidate(class, start)
                .is_some_and(|candidate| candidate.relocation.edits.is_empty()),
            _ => true,
        }
    }

    fn candidate(&self, class: usize, start: u32) -> Option<Candidate> {
        let cx = self.cx;
        let masks = self.classes.masks_of(cx.network, class, start)?;
        let relocation = relocate_some(cx, &[], Some(&masks))?;
        let bits = relocation.masks.iter().map(|(site, mask)| {
            let old = field(cx.network, *site).and_then(Field::value);
            (old.unwrap_or(*mask) ^ mask).count_ones()
        });
        Some(Candidate {
            class,
            start,
            bits: bits.sum(),
            masks,
            relocation,
        })
    }

    /// Whether nothing tells of a mask but itself, and that has gaps that could be meant in many ways.
    fn is_guess(&self, candidate: &Candidate) -> bool {
        let cx = self.cx;
        let masks = &candidate.relocation.masks;
        let unclear = |(site, new): &(Site, u64)| {
            let old = field(cx.network, *site).and_then(Field::value);
            old.is_some_and(|old| {
                let differs = old.count_ones().abs_diff(new.count_ones());
                differs > 0 && !is_contiguous(old) && (old ^ new).count_ones() > differs
            })
        };
        masks.len() >= self.classes.written_count(cx.network, candidate.class)
            && masks.iter().any(unclear)
    }

    /// Where a class could start that starts elsewhere or has wrong masks, the fewest changes first.
    fn candidates(&self, class: usize) -> Vec<Candidate> {
        let written = self.classes.written_starts(self.cx.network, class);
        let mut starts = written.clone();
        starts.extend(self.classes.second_starts(self.cx.network, class));
        starts.extend(&self.classes.classes()[class].starts);
        starts.sort_unstable();
        starts.dedup();
        let candidates = starts.into_iter();
        let mut candidates: Vec<Candidate> = candidates
            .filter_map(|start| self.candidate(class, start))
            .filter(|candidate| !candidate.relocation.edits.is_empty() && !self.is_guess(candidate))
            .collect();
        candidates.sort_by_key(|candidate| {
            (
                candidate.relocation.masks.len(),
                candidate.bits,
                !candidate.start.is_multiple_of(PROCESSORS_PER_INSTANCE),
                !written.contains(&candidate.start),
                candidate.start,
            )
        });
        candidates
    }

    /// Ways to make the masks of a class fit: what the file says at some place comes first, and is enough
    /// if nothing else is wrong with it.
    fn ways(&self, class: usize, most: usize) -> Vec<Way> {
        let written = self.classes.written_starts(self.cx.network, class);
        let mut good: Vec<Way> = Vec::new();
        let mut rest: Vec<Way> = Vec::new();
        for (number, candidate) in self.candidates(class).into_iter().take(TRIALS).enumerate() {
            if good.len() >= most || !good.is_empty() && !written.contains(&candidate.start) {
                continue;
            }
            let changes = candidate.relocation.masks.len();
            if good.first().is_some_and(|first| first.rank.1 < changes) {
                break;
            }
            let likely = number < ALTERNATIVES || written.contains(&candidate.start);
            match self.tried(candidate) {
                Some(way) if way.rank.0 == 0 => good.push(way),
                Some(way) if likely => rest.push(way),
                _ => {}
            }
        }
        if good.is_empty() { rest } else { good }
    }

    /// What comes of a candidate. Where data get in each other's way then, they move, too.
    fn tried(&self, candidate: Candidate) -> Option<Way> {
        let cx = self.cx;
        let network = candidate.relocation.applied_to(cx.network);
        let analysis = Analysis::new(&network, cx.device, cx.facts);
        let trial = Context {
            network: &network,
            analysis: &analysis,
            is_trial: true,
            ..*cx
        };
        let mends = run::count(&trial, self.code) < self.count;
        let mut relocation = candidate.relocation;
        let changes = relocation.masks.len();
        let mut problems = self.problems(&analysis);
        let mut is_moved = false;
        // Of data in each other's way an offset may be the rest of the way out.
        let is_of_places = matches!(self.code.0, 300..=399 | 516..=521);
        if (mends && problems > 0 || is_of_places && !mends)
            && let Some(moved) = self.moved(&network, &analysis, candidate.class, &candidate.masks)
        {
            relocation = moved;
            problems = self.faults(&analysis);
            is_moved = true;
        }
        (mends || is_moved).then(|| Way {
            rank: (
                problems,
                changes + relocation.moved.len(),
                candidate.bits,
                !candidate.start.is_multiple_of(PROCESSORS_PER_INSTANCE),
                candidate.start,
            ),
            conflicts: if is_moved {
                0
            } else {
                analysis.conflicts.len()
            },
            relocation,
        })
    }

    /// What is wrong and was not before.
    fn problems(&self, analysis: &Analysis) -> usize {
        let before = self.cx.analysis;
        let conflicts = analysis.conflicts.iter().filter(|conflict| {
            let mut old = before.conflicts.iter();
            !old.any(|old| {
                (old.kind, old.writer, old.victim)
                    == (conflict.kind, conflict.writer, conflict.victim)
            })
        });
        self.faults(analysis) + conflicts.count()
    }

    /// As [`Self::problems`] without data that get in each other's way, which an offset may mend.
    fn faults(&self, analysis: &Analysis) -> usize {
        let before = self.cx.analysis;
        let faults = analysis.faults.iter().filter(|fault| {
            let mut old = before.faults.iter();
            !old.any(|old| (old.code, old.layer) == (fault.code, fault.layer))
        });
        let weights = usize::from(analysis.kernels.fault.is_some())
            + usize::from(analysis.bias.exhausted.is_some());
        faults.count() + weights
    }

    /// The new masks with a new offset for what they bring into the way of others; none where that is not
    /// what is wrong, or does not help.
    fn moved(
        &self,
        network: &Network,
        analysis: &Analysis,
        class: usize,
        masks: &Masks,
    ) -> Option<Relocation> {
        let cx = self.cx;
        let problem = Problem::new(network, analysis, cx.device, Relation::AsWritten).ok()?;
        let bases = problem.bases();
        let others: Vec<Option<i64>> = bases.iter().copied().map(Some).collect();
        for (index, bundle) in problem.bundles.iter().enumerate() {
            let own = bundle.members.iter();
            let mut own = own.filter_map(|member| self.classes.class_of(member.source));
            if bundle.pinned || !own.any(|other| other == class) {
                continue;
            }
            let base = [0x400, 0x100, 0x10, 4]
                .into_iter()
                .find_map(|step| lowest_free(&problem, index, &others, step))?;
            let mut bases = bases.clone();
            bases[index] = base;
            if base != bundle.base && problem.is_valid(&bases) {
                return relocate_some(cx, &[(bundle, base)], Some(masks));
            }
        }
        None
    }
}
