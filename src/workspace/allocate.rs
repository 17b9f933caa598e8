//! New offsets for a whole network, or for the output of one layer, checked by all rules.

use std::collections::BTreeMap;

use crate::allocate::{
    Objective, Outcome, Overfull, Plan, Problem, Proof, Relation, Request, Site, Unplaceable,
    bound, field, lowest_free, plan, solve,
};
use crate::analysis::{Analysis, kernel_capacity};
use crate::device::DeviceId;
use crate::diagnostic::{Code, Severity};
use crate::network::{self, Field, Network, Source};
use crate::rules::relocate::{relocate, relocate_one, unplaceable};
use crate::rules::{Context, words};
use crate::text::{Edit, Span, apply_edits};

use super::assume::Overrides;
use super::config::Config;
use super::lint::{Linted, lint_trial};
use super::source::SourceFile;

/// What to choose, and what stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    /// Move the output of this layer only.
    pub only: Option<usize>,
    /// Whether masks stay as they are where there are any.
    pub keep_masks: bool,
    /// Whether offsets stay as they are where there are any.
    pub keep_offsets: bool,
    /// What the offsets are to be good at.
    pub objective: Objective,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            only: None,
            keep_masks: true,
            keep_offsets: false,
            objective: Objective::Peak,
        }
    }
}

/// New masks and offsets.
#[derive(Clone, Debug)]
pub struct Allocated {
    /// The changes; none where all is well as it is.
    pub edits: Vec<Edit>,
    /// The text with the changes.
    pub text: String,
    /// The layers whose output moves, with their new offset in bytes.
    pub moved: Vec<(usize, i64)>,
    /// The number of masks that are new.
    pub masks: usize,
    /// The highest byte in use of any instance, plus one, as the file has it; none where that is not
    /// known.
    pub before: Option<i64>,
    /// The highest byte in use of any instance, plus one, with the changes.
    pub after: i64,
    /// No placement with these masks has a lower peak.
    pub bound: i64,
    /// Bytes of an instance.
    pub capacity: i64,
    /// Rows of kernel memory in use on each processor, and the rows that there are.
    pub kernel_rows: Vec<[i64; 2]>,
    /// Bytes of bias memory in use in each quadrant, where they are known.
    pub bias: Option<Vec<i64>>,
    /// Bytes of bias memory of a quadrant.
    pub bias_capacity: i64,
}

impl Allocated {
    /// What changes, and what for.
    pub fn summary(&self) -> String {
        let percent = |bytes: i64| bytes * 100 / self.capacity.max(1);
        let masks = match self.masks {
            0 => String::new(),
            count => format!(" and {}", words::count(count as i64, "new mask")),
        };
        let before = match self.before {
            Some(before) => format!("{} ({} %) before, ", words::offset(before), percent(before)),
            None => String::new(),
        };
        format!(
            "{} moved{masks}; highest byte in use {before}{} ({} %) with these offsets; with these \
             masks it cannot be below {}",
            words::count(self.moved.len() as i64, "output"),
            words::offset(self.after),
            percent(self.after),
            words::offset(self.bound)
        )
    }
}

/// Chooses offsets for all outputs, or for one while the others stay, and masks where there are none.
/// The place of the network's input, comments and everything else are kept, and so is the value on a
/// line with the comment `# ai8x-lint: keep`.
///
/// # Errors
/// A sentence that says why there are none.
pub fn allocate(
    file: &SourceFile,
    config: &Config,
    overrides: &Overrides,
    choices: &Choices,
) -> Result<Allocated, String> {
    let before = lint_trial(file, config, overrides);
    let facts = before.assumptions.facts();
    let network = network::lower(&file.document, &file.text);
    let device = facts.device.unwrap_or(DeviceId::Max78000).table();
    let analysis = Analysis::new(&network, device, &facts);
    let cx = Context {
        text: &file.text,
        document: &file.document,
        network: &network,
        facts: &facts,
        device,
        analysis: &analysis,
        is_trial: false,
    };
    let as_written = || Problem::new(&network, &analysis, device, Relation::AsWritten);
    let old_peak = |problem: Problem| {
        let known = problem.bundles.iter().flat_map(|bundle| &bundle.members);
        let mut known = known.map(|member| member.known);
        known
            .all(|known| known)
            .then(|| problem.peak(&problem.bases()))
    };
    let old = as_written().ok().and_then(old_peak);
    let (problem, bases, bound, masks) = match choices.only {
        Some(layer) => {
            let problem = as_written().map_err(|reason| unplaceable(&network, &reason))?;
            if problem.bundle_of(Source::Layer(layer)).is_none() {
                let layer = network.label(layer);
                return Err(format!(
                    "{layer} does not run, so that its output lies nowhere"
                ));
            }
            let bases = moved(&problem, layer).ok_or_else(|| {
                format!(
                    "no offset is free for the output of {} while everything else stays where it is",
                    network.label(layer)
                )
            })?;
            let bound = bound(&problem);
            (problem, bases, bound, None)
        }
        None => {
            let plan = planned(&cx, choices).map_err(|reason| unplaceable(&network, &reason))?;
            if plan.overflow > 0 {
                return Err(
                    "no masks were found with which the weights and biases fit; that is no proof \
                     that there are none"
                        .to_owned(),
                );
            }
            let bases = plan.bases;
            let bases = bases.ok_or_else(|| no_place(&network, &plan.analysis, &plan.problem))?;
            (plan.problem, bases, plan.bound, plan.masks)
        }
    };
    let only = choices
        .only
        .and_then(|layer| problem.bundle_of(Source::Layer(layer)));
    let relocation = match only {
        Some(bundle) => relocate_one(&cx, &problem.bundles[bundle], bases[bundle]),
        None => relocate(&cx, &problem, &bases, masks.as_ref()),
    };
    let relocation = relocation.ok_or("the layers are written in a form that cannot be edited")?;
    let text = apply_edits(&file.text, &relocation.edits)
        .ok_or("the new offsets cannot be written into the file")?;
    let changed = file.with_text(text.clone());
    let after = lint_trial(&changed, config, overrides);
    let had_masks = cx
        .executed()
        .all(|(_, layer)| !layer.processors.is_absent());
    // Where masks are missing most rules say nothing, so that only errors tell.
    let least = if had_masks {
        Severity::Warning
    } else {
        Severity::Error
    };
    if let Some(worse) = worse(&before, &after, least) {
        return Err(format!(
            "with the offsets found the file would be worse: {worse}"
        ));
    }
    let network = network::lower(&changed.document, &changed.text);
    let analysis = Analysis::new(&network, device, &facts);
    let capacities = (0..).map(|processor| kernel_capacity(device, processor));
    let rows = analysis.kernels.used.iter().copied().zip(capacities);
    Ok(Allocated {
        edits: relocation.edits,
        text,
        moved: relocation.moved,
        masks: relocation.masks.len(),
        before: old,
        after: problem.peak(&bases),
        bound,
        capacity: problem.capacity,
        kernel_rows: rows.map(|(used, capacity)| [used, capacity]).collect(),
        bias: analysis.bias.used.ok().map(|used| used.to_vec()),
        bias_capacity: device.bias_bytes as i64,
    })
}

/// The plan for a whole network, with what the file and the choices say stays as it is.
fn planned(cx: &Context, choices: &Choices) -> Result<Plan, Unplaceable> {
    let is_kept = |span: Option<Span>| span.is_some_and(|span| says_keep(cx.text, span));
    let keeps_mask =
        |site: Site| choices.keep_masks || is_kept(field(cx.network, site).and_then(Field::span));
    let keeps_offset = |layer: usize| {
        let field = &cx.network.layers[layer].out_offset;
        choices.keep_offsets && !field.is_absent() || is_kept(field.span())
    };
    let request = Request {
        keeps_mask: &keeps_mask,
        keeps_offset: &keeps_offset,
        frees_input: false,
        enough: 0,
        objective: choices.objective,
    };
    plan(cx.network, cx.analysis, cx.device, cx.facts, &request)
}

/// Whether a value has the comment `# ai8x-lint: keep` on its line.
fn says_keep(text: &str, span: Span) -> bool {
    let behind = text.get(span.end as usize..).unwrap_or_default();
    let line = behind.lines().next().unwrap_or_default();
    let comment = line.split_once("ai8x-lint:").map(|(_, words)| words);
    comment.is_some_and(|words| words.split_whitespace().next() == Some("keep"))
}

/// Why no offsets were found.
fn no_place(network: &Network, analysis: &Analysis, problem: &Problem) -> String {
    match solve(problem) {
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
    }
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

/// A finding that a lint has more of than the one before, of this severity or a higher one.
fn worse(before: &Linted, after: &Linted, least: Severity) -> Option<String> {
    let count = |linted: &Linted| {
        let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
        let findings = linted.report.findings.iter();
        for finding in findings.filter(|finding| finding.severity <= least) {
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
