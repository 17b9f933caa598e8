//! What is needed at a time, and where else an output could go.

use crate::allocate::{Problem, Relation, STEPS, free};
use crate::analysis::{Analysis, Region};
use crate::diagnostic::{Applicability, Finding};
use crate::network::{Network, Source};
use crate::rules::relocate::{Relocation, relocate_one};
use crate::rules::{Context, repair, run, words};

/// Ways out that are offered at most.
const ALTERNATIVES: usize = 3;

/// What is less likely comes behind what is likely.
const DOUBTFUL: usize = 1000;

/// Adds ways out of a conflict between two outputs: masks that do not fit each other are put right,
/// else either output moves to a free place, with what must go along, or to other processors.
pub(in crate::rules) fn with_moves(cx: &Context, finding: Finding, sources: &[Source]) -> Finding {
    if cx.is_trial {
        return finding;
    }
    let finding = repair::with_masks_if_unlike(cx, finding, sources);
    let mut finding = with_layout_of(cx, finding, sources);
    let problem = Problem::new(cx.network, cx.analysis, cx.device, Relation::AsWritten);
    let Ok(problem) = problem else {
        return finding;
    };
    for way in moves_of(cx, &problem, sources, &STEPS, &|_| true) {
        if finding.fixes.len() == ALTERNATIVES {
            break;
        }
        finding = finding.fix(Applicability::Unsafe, title(cx, &way), way.relocation.edits);
    }
    if finding.fixes.is_empty() {
        finding = repair::with_other_processors(cx, finding, sources, &[]);
    }
    if finding.fixes.is_empty() {
        finding = finding.note("no offset is free while everything else stays where it is");
    }
    finding
}

/// Adds ways to bring one of these outputs to a free place, preferably at the start of a memory block,
/// where the rule that speaks has less to say.
pub(in crate::rules) fn with_other_blocks(
    cx: &Context,
    finding: Finding,
    sources: &[Source],
) -> Finding {
    if cx.is_trial {
        return finding;
    }
    let problem = Problem::new(cx.network, cx.analysis, cx.device, Relation::AsWritten);
    let Ok(problem) = problem else {
        return finding;
    };
    let count = |network: &Network, analysis: &Analysis| {
        let trial = Context {
            network,
            analysis,
            is_trial: true,
            ..*cx
        };
        run::count(&trial, finding.code)
    };
    let before = count(cx.network, cx.analysis);
    let mends = |relocation: &Relocation| {
        let network = relocation.applied_to(cx.network);
        let analysis = Analysis::new(&network, cx.device, cx.facts);
        count(&network, &analysis) < before
    };
    let steps = [cx.device.sub_instance_bytes, STEPS[0]];
    let mut ways = moves_of(cx, &problem, sources, &steps, &mends);
    ways.truncate(ALTERNATIVES);
    ways.into_iter().fold(finding, |finding, way| {
        finding.fix(Applicability::Unsafe, title(cx, &way), way.relocation.edits)
    })
}

/// Adds ways to bring what a layer reads together to where it wants it.
pub(super) fn with_layout(cx: &Context, finding: Finding, reader: usize) -> Finding {
    let input = cx.analysis.graph.inputs[reader].first();
    match input.and_then(|input| input.source.ok()) {
        Some(source) => with_layout_of(cx, finding, &[source]),
        None => finding,
    }
}

/// Adds ways to bring what is read together with these sources to where its readers want it, if it is not
/// there: the fewest offsets change.
fn with_layout_of(cx: &Context, finding: Finding, sources: &[Source]) -> Finding {
    if cx.is_trial {
        return finding;
    }
    let Ok(problem) = Problem::new(cx.network, cx.analysis, cx.device, Relation::AsRead) else {
        return finding;
    };
    let bases = problem.bases();
    let mut seen = Vec::new();
    let mut ways: Vec<Move> = Vec::new();
    for bundle in sources
        .iter()
        .filter_map(|&source| problem.bundle_of(source))
    {
        if seen.contains(&bundle) {
            continue;
        }
        seen.push(bundle);
        ways.extend(arrangements(cx, &problem, bundle, &bases));
    }
    ways.sort_by_key(|way| way.rank);
    ways.truncate(ALTERNATIVES);
    ways.into_iter().fold(finding, |finding, way| {
        finding.fix(Applicability::Unsafe, title(cx, &way), way.relocation.edits)
    })
}

/// The bases at which a bundle is free that one of its members has already, or any, with what changes
/// then; none if nothing does at one of them.
fn arrangements(cx: &Context, problem: &Problem, bundle: usize, bases: &[i64]) -> Vec<Move> {
    let own = &problem.bundles[bundle];
    let written = own.members.iter().filter_map(|member| match member.source {
        Source::Layer(layer) => Some(cx.analysis.memory[layer].out_offset.ok()? - member.offset),
        Source::Input | Source::Buffer => None,
    });
    let graph = &cx.analysis.graph;
    let read = graph.order.iter().filter_map(|&reader| {
        let first = graph.inputs[reader].first()?.source.ok()?;
        let member = own.members.iter().find(|member| member.source == first)?;
        Some(cx.analysis.memory[reader].in_offset.ok()? - member.offset)
    });
    let written: Vec<i64> = match own.pinned {
        true => vec![own.base],
        false => written.chain(read).collect(),
    };
    let mut candidates = written.clone();
    let others: Vec<Option<i64>> = bases.iter().copied().map(Some).collect();
    if !own.pinned {
        let steps = STEPS.into_iter();
        candidates.extend(steps.filter_map(|step| free(problem, bundle, &others, step).next()));
    }
    candidates.retain(|&base| problem.fits(bundle, base));
    candidates.sort_unstable();
    candidates.dedup();
    let mut ways = Vec::new();
    for base in candidates {
        let Some(relocation) = relocate_one(cx, own, base) else {
            continue;
        };
        if relocation.edits.is_empty() {
            return Vec::new();
        }
        // Where the file says itself that it belongs, it may meet something that it is allowed to.
        let is_free = problem.is_free(bundle, base, bases);
        if is_free || written.contains(&base) {
            ways.push(Move {
                rank: relocation.edits.len() + if is_free { 0 } else { DOUBTFUL },
                next: problem.next_owner(bundle, base, bases),
                relocation,
            });
        }
    }
    ways.sort_by_key(|way| way.rank);
    ways
}

/// Adds a way to bring the output of a layer, which lies where it does not fit, to a free place. What
/// has a place among others' is left: where all of it belongs is not known.
pub(super) fn with_place(cx: &Context, finding: Finding, layer: usize) -> Finding {
    if cx.is_trial {
        return finding;
    }
    // Its words are known only where they fit: see what it would take at the lowest offset.
    let mut network = cx.network.clone();
    let head = network.layers[layer].head;
    network.layers[layer].out_offset.set(0, head);
    let analysis = Analysis::new(&network, cx.device, cx.facts);
    let problem = Problem::new(&network, &analysis, cx.device, Relation::AsRead);
    let Ok(problem) = problem else {
        return finding;
    };
    let Some(bundle) = problem.bundle_of(Source::Layer(layer)) else {
        return finding;
    };
    let own = &problem.bundles[bundle];
    let mut ways = arrangements(cx, &problem, bundle, &problem.bases());
    if ways.is_empty() && !own.pinned && own.members.len() == 1 {
        ways = free_places(cx, &problem, bundle, &STEPS, &|_| true);
    }
    ways.truncate(ALTERNATIVES);
    ways.into_iter().fold(finding, |finding, way| {
        finding.fix(Applicability::Unsafe, title(cx, &way), way.relocation.edits)
    })
}

/// An output that moves to a free place.
struct Move {
    /// The place among those of its output.
    rank: usize,
    relocation: Relocation,
    /// What comes there next.
    next: Option<Source>,
}

/// The free places of outputs, the lowest of each before the second of one.
fn moves_of(
    cx: &Context,
    problem: &Problem,
    sources: &[Source],
    steps: &[i64],
    suits: &dyn Fn(&Relocation) -> bool,
) -> Vec<Move> {
    let bundles = sources
        .iter()
        .filter_map(|&source| problem.bundle_of(source))
        .filter(|bundle| !problem.bundles[*bundle].pinned);
    let mut moves: Vec<Move> = bundles
        .flat_map(|bundle| free_places(cx, problem, bundle, steps, suits))
        .collect();
    moves.sort_by_key(|way| way.rank);
    moves
}

/// The two lowest places that are free for a bundle and suit, at multiples of the first step with any.
fn free_places(
    cx: &Context,
    problem: &Problem,
    bundle: usize,
    steps: &[i64],
    suits: &dyn Fn(&Relocation) -> bool,
) -> Vec<Move> {
    let bases = problem.bases();
    let others: Vec<Option<i64>> = bases.iter().copied().map(Some).collect();
    let lowest = |&step: &i64| -> Vec<Move> {
        let relocations = free(problem, bundle, &others, step).filter_map(|base| {
            let relocation = relocate_one(cx, &problem.bundles[bundle], base)?;
            Some((base, relocation))
        });
        relocations
            .filter(|(_, relocation)| !relocation.moved.is_empty() && suits(relocation))
            .take(2)
            .enumerate()
            .map(|(rank, (base, relocation))| Move {
                rank,
                relocation,
                next: problem.next_owner(bundle, base, &bases),
            })
            .collect()
    };
    let mut found = steps.iter().map(lowest);
    found.find(|moves| !moves.is_empty()).unwrap_or_default()
}

/// ``Move `out_offset` of layer 8 to 0x3400, and `in_offset` of layer 9 with it (free until layer 11)``.
fn title(cx: &Context, way: &Move) -> String {
    let moved: Vec<String> = way
        .relocation
        .moved
        .iter()
        .map(|(layer, offset)| {
            let label = cx.network.label(*layer);
            format!("`out_offset` of {label} to {}", words::offset(*offset))
        })
        .collect();
    let followers = &way.relocation.followers;
    let labels = followers.iter().map(|(layer, _)| cx.network.label(*layer));
    let labels: Vec<String> = labels.collect();
    if let ([], [(_, offset), ..]) = (&moved[..], &followers[..]) {
        let (labels, offset) = (words::list(&labels), words::offset(*offset));
        return format!("Set `in_offset` of {labels} to {offset}, where its input lies");
    }
    let along = if labels.is_empty() {
        String::new()
    } else {
        format!(", and `in_offset` of {} with it", words::list(&labels))
    };
    let until = match way.next {
        Some(next) => format!("free until {}", cx.network.source_label(next)),
        None => "free to the end".to_owned(),
    };
    format!("Move {}{along} ({until})", words::list(&moved))
}

/// What is needed while `layer` runs: outputs that it or a later layer reads, and the output of the
/// layer just before, which the vendor's tool protects whoever reads it. Unknown regions are left
/// out.
pub(super) fn live<'a>(cx: &'a Context, layer: usize) -> Vec<(Source, &'a Region)> {
    let graph = &cx.analysis.graph;
    let Some(time) = graph.time(layer) else {
        return Vec::new();
    };
    let outputs = graph.order.iter().take(time).enumerate();
    let inputs = (last_use(cx, Source::Input, 0) >= time).then_some(Source::Input);
    outputs
        .filter(|(at, other)| at + 1 == time || last_use(cx, Source::Layer(**other), *at) >= time)
        .map(|(_, &other)| Source::Layer(other))
        .chain(inputs)
        .filter_map(|source| Some((source, region(cx, source)?)))
        .collect()
}

/// When data that is written at `time` is read last; outputs of the network are kept to the end.
fn last_use(cx: &Context, source: Source, time: usize) -> usize {
    let graph = &cx.analysis.graph;
    let is_output = matches!(source, Source::Layer(layer)
        if cx.analysis.parameters[layer].output == Ok(true)
            || graph.final_layer == Some(layer));
    if is_output {
        return usize::MAX;
    }
    graph
        .readers(source)
        .filter_map(|reader| graph.time(reader))
        .fold(time, usize::max)
}

/// The words of a source. The input stands where the first layer reads, whoever puts it there.
fn region<'a>(cx: &'a Context, source: Source) -> Option<&'a Region> {
    match source {
        Source::Layer(layer) => cx.analysis.memory[layer].writes.as_ref().ok(),
        Source::Input => {
            let first = *cx.analysis.graph.order.first()?;
            cx.analysis.memory[first].reads.as_ref().ok()
        }
        Source::Buffer => None,
    }
}
