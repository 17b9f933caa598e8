//! New offsets for a whole network, or for the output of one layer, checked by all rules.

use std::collections::BTreeMap;

use crate::allocate::{
    Outcome, Overfull, Placement, Problem, Proof, Relation, Unplaceable, bound, lowest_free, solve,
};
use crate::analysis::Analysis;
use crate::device::DeviceId;
use crate::diagnostic::{Code, Severity};
use crate::network::{self, Network, Source};
use crate::rules::relocate::{relocate, relocate_one};
use crate::rules::{Context, words};
use crate::text::{Edit, apply_edits};

use super::assume::Overrides;
use super::config::Config;
use super::lint::{Linted, lint};
use super::source::SourceFile;

/// New offsets.
#[derive(Clone, Debug)]
pub struct Allocated {
    /// The changes; none where all is well as it is.
    pub edits: Vec<Edit>,
    /// The text with the changes.
    pub text: String,
    /// The layers whose output moves, with their new offset in bytes.
    pub moved: Vec<(usize, i64)>,
    /// The highest byte in use of any instance, plus one: before, and with the changes.
    pub peak: [i64; 2],
    /// No placement with these masks has a lower peak.
    pub bound: i64,
    /// Bytes of an instance.
    pub capacity: i64,
}

/// Chooses offsets for all outputs, or for that of `only` while the others stay. Masks, the place of
/// the network's input, comments and everything else are kept.
///
/// # Errors
/// A sentence that says why there are none.
pub fn allocate(
    file: &SourceFile,
    config: &Config,
    overrides: &Overrides,
    only: Option<usize>,
) -> Result<Allocated, String> {
    let before = lint(file, config, overrides);
    let facts = before.assumptions.facts();
    let network = network::lower(&file.document, &file.text);
    let device = facts.device.unwrap_or(DeviceId::Max78000).table();
    let analysis = Analysis::new(&network, device, &facts);
    let relation = match only {
        Some(_) => Relation::AsWritten,
        None => Relation::AsRead,
    };
    let problem = Problem::new(&network, &analysis, device, relation)
        .map_err(|reason| in_words(&network, &reason))?;
    let (problem, bases, bound) = match only {
        None => {
            let (problem, placement) = placed(&network, &analysis, problem)?;
            (problem, placement.bases, placement.bound)
        }
        Some(layer) => {
            let bases = moved(&problem, layer).ok_or_else(|| {
                format!(
                    "no offset is free for the output of {} while everything else stays where it is",
                    network.label(layer)
                )
            })?;
            let bound = bound(&problem);
            (problem, bases, bound)
        }
    };
    let cx = Context {
        text: &file.text,
        document: &file.document,
        network: &network,
        facts: &facts,
        device,
        analysis: &analysis,
    };
    let relocation = match only.and_then(|layer| problem.bundle_of(Source::Layer(layer))) {
        Some(bundle) => relocate_one(&cx, &problem.bundles[bundle], bases[bundle]),
        None => relocate(&cx, &problem, &bases),
    };
    let relocation = relocation.ok_or("the layers are written in a form that cannot be edited")?;
    let text = apply_edits(&file.text, &relocation.edits)
        .ok_or("the new offsets cannot be written into the file")?;
    let after = lint(&file.with_text(text.clone()), config, overrides);
    if let Some(worse) = worse(&before, &after) {
        return Err(format!(
            "with the offsets found the file would be worse: {worse}"
        ));
    }
    Ok(Allocated {
        edits: relocation.edits,
        text,
        moved: relocation.moved,
        peak: [problem.peak(&problem.bases()), problem.peak(&bases)],
        bound,
        capacity: problem.capacity,
    })
}

/// Bases for everything. Layers write over what they read only where nothing else is possible and the
/// flags allow it.
fn placed(
    network: &Network,
    analysis: &Analysis,
    problem: Problem,
) -> Result<(Problem, Placement), String> {
    let outcome = solve(&problem);
    if let Outcome::Placed(placement) = outcome {
        return Ok((problem, placement));
    }
    if analysis.flags.overlap_data {
        let problem = problem.with_slides(analysis);
        if let Outcome::Placed(placement) = solve(&problem) {
            return Ok((problem, placement));
        }
    }
    Err(match outcome {
        Outcome::Impossible(Proof::Overfull(overfull)) => counted(network, analysis, &overfull),
        Outcome::Impossible(Proof::Exhausted(sources)) => {
            let labels = sources.iter().map(|source| network.source_label(*source));
            let labels: Vec<String> = labels.collect();
            format!(
                "no offsets are possible with these masks: every way to place {} was ruled out",
                words::list(&labels)
            )
        }
        _ => "no free place was found; that is no proof that there is none".to_owned(),
    })
}

/// ``layer 0 at its time: instance 3 needs 0xa8c0 bytes, has 0x8000: ...``
fn counted(network: &Network, analysis: &Analysis, overfull: &Overfull) -> String {
    let time = usize::try_from(overfull.time);
    let layer = time.ok().and_then(|time| analysis.graph.order.get(time));
    let time = match layer {
        Some(&layer) => format!("{} at its time", network.label(layer)),
        None => "before the first layer".to_owned(),
    };
    let holders: Vec<String> = overfull
        .holders
        .iter()
        .map(|(source, bytes)| {
            let label = match source {
                Source::Layer(layer) => format!("output of {}", network.label(*layer)),
                _ => network.source_label(*source),
            };
            format!("{label} {}", words::offset(*bytes))
        })
        .collect();
    format!(
        "{time}: instance {} needs {} bytes, has {}: {}",
        overfull.instance,
        words::offset(overfull.bytes()),
        words::offset(overfull.capacity),
        holders.join(", ")
    )
}

/// All bases as they are, but that of the bundle with the output of `layer`: the lowest free one.
fn moved(problem: &Problem, layer: usize) -> Option<Vec<i64>> {
    let mut bases = problem.bases();
    let bundle = problem.bundle_of(Source::Layer(layer))?;
    let others: Vec<Option<i64>> = bases.iter().copied().map(Some).collect();
    bases[bundle] = lowest_free(problem, bundle, &others, 0x10)?;
    Some(bases)
}

/// A finding that a lint has more of than the one before, errors and warnings.
fn worse(before: &Linted, after: &Linted) -> Option<String> {
    let count = |linted: &Linted| {
        let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
        let findings = linted.report.findings.iter();
        for finding in findings.filter(|finding| finding.severity <= Severity::Warning) {
            *counts.entry(finding.code).or_default() += 1;
        }
        counts
    };
    let (old, new) = (count(before), count(after));
    let code = new
        .into_iter()
        .find(|(code, count)| old.get(code).is_none_or(|old| old < count))?
        .0;
    let finding = after
        .report
        .findings
        .iter()
        .find(|finding| finding.code == code)?;
    Some(format!("{code}, {}", finding.message))
}

fn in_words(network: &Network, reason: &Unplaceable) -> String {
    match reason {
        Unplaceable::Unknown(layer) => format!(
            "what {} reads or writes is not known: correct the errors first, or say the shapes",
            network.label(*layer)
        ),
        Unplaceable::Contradiction(layer) => format!(
            "what {} reads together cannot lie as it wants: another layer wants it otherwise",
            network.label(*layer)
        ),
        Unplaceable::Buffer => {
            "the place of the `data_buffer` is not known: correct the errors in it first".to_owned()
        }
    }
}
