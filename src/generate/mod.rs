//! A whole network from a model: layers, masks and offsets, as text. Pure.
//!
//! First [`Plan`] says as data which layers there are, in what order, and what each reads; then
//! `masks` chooses processors, [`allocate`] chooses offsets, and `text` writes it all down. The text
//! is checked by all rules and compared with the model before anybody sees it.
//!
//! [`allocate`]: crate::allocate

mod build;
mod frames;
mod keep;
mod limits;
mod masks;
mod order;
mod plan;
mod text;

pub use plan::{Buffer, BufferUse, Joined, Plan, PlannedLayer};

use keep::Kept;

use std::sync::Arc;

use crate::allocate::{Problem, Relation, fullest, place};
use crate::analysis::Analysis;
use crate::check::check;
use crate::device::{Device, DeviceId};
use crate::diagnostic::{Finding, Severity};
use crate::facts::model::{Model, ModelOperator};
use crate::facts::{Facts, Flags, Weight};
use crate::network::{self, Network, Source};
use crate::rules::relocate::unplaceable;
use crate::rules::words;
use crate::yaml;

/// What a network is made of.
#[derive(Clone)]
pub struct Request<'a> {
    /// The model.
    pub model: Arc<Model>,
    /// The chip.
    pub device: DeviceId,
    /// The name of the data set, for `dataset`.
    pub dataset: &'a str,
    /// The input as channels, height and width (1-D data has width 1).
    pub input: [i64; 3],
    /// The text of a file whose values stay where the model has the same layers.
    pub existing: Option<&'a str>,
}

/// A network that no rule has anything to say against.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The network as text.
    pub text: String,
    /// The layers.
    pub plan: Plan,
    /// The layers of the file there was that the model has not, in words: the text lacks them.
    pub left_out: Vec<String>,
    /// What the rules advise: no errors, no warnings.
    pub advice: Vec<Finding>,
    /// What is known of the network beside its text.
    pub facts: Facts,
}

/// Why there is no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Sentences, the most important first; never empty.
    pub reasons: Vec<String>,
}

impl Refusal {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reasons: vec![reason.into()],
        }
    }
}

/// How much of the data memory the masks may plan with, in percent: the offsets need some room to
/// fit what the masks bring together.
const FILL: [i64; 4] = [100, 85, 70, 50];

/// Channels that the FIFO delivers to neighbouring processors.
const FIFO_CHANNELS: i64 = 4;

/// Makes a network. An input that does not fit into the memory streams through as many layers as
/// it must; where even that does not help, layers write over their input.
///
/// # Errors
/// What stands in the way: of the attempts that of the best.
pub fn generate(request: &Request) -> Result<Generated, Refusal> {
    let device = request.device.table();
    if let Some(reason) = limits::absurd(&request.model, request.input) {
        return Err(Refusal::new(reason));
    }
    let mut plan = Plan::new(request, device).map_err(Refusal::new)?;
    let limits = limits::exceeded(&plan, device);
    if !limits.is_empty() {
        return Err(Refusal { reasons: limits });
    }
    let kept = request
        .existing
        .map_or_else(Kept::default, |text| Kept::new(request, &plan, text));
    plan.rename(kept.layer_names());
    plan.place_buffer(kept.buffer.as_ref(), device);
    let streamable = match request.input[0] <= FIFO_CHANNELS {
        true => plan.streamable(device),
        false => 0,
    };
    let mut best: Option<(usize, Refusal)> = None;
    for overlay in [false, true] {
        for streaming in 0..=streamable {
            let mut plan = plan.clone();
            plan.stream(streaming);
            if streaming < streamable && !plan.could_fit(device) || overlay && !plan.overlay(device)
            {
                continue;
            }
            for fill in FILL {
                let Failure {
                    badness,
                    refusal,
                    fits,
                } = match attempt(request, device, &kept, plan.clone(), fill) {
                    Ok(generated) => return Ok(generated),
                    Err(failure) => failure,
                };
                if best.as_ref().is_none_or(|(least, _)| badness < *least) {
                    best = Some((badness, refusal));
                }
                // Other masks help only where the first ones fit, but not their offsets.
                if !fits {
                    break;
                }
            }
        }
        // Overlaps mend a lack of memory, nothing else.
        if best.as_ref().is_none_or(|(badness, _)| *badness != NO_TEXT) {
            break;
        }
    }
    let mut refusal = best.map_or_else(
        || Refusal::new("the model has no layers"),
        |(_, refusal)| refusal,
    );
    if kept.holds() {
        let held = "masks and offsets that the file has already stay: without some of them there may be \
                    room";
        refusal.reasons.push(held.to_owned());
    }
    Err(refusal)
}

/// Why an attempt failed.
struct Failure {
    /// How bad it is.
    badness: usize,
    /// What is wrong.
    refusal: Refusal,
    /// Whether other masks may help: those of this attempt leave room for all.
    fits: bool,
}

/// What is worse than any number of findings: no text at all.
const NO_TEXT: usize = usize::MAX;

/// One attempt.
fn attempt(
    request: &Request,
    device: &'static Device,
    kept: &Kept,
    mut plan: Plan,
    fill: i64,
) -> Result<Generated, Failure> {
    let facts = facts(request, &plan);
    let fits = masks::choose(&mut plan, kept, device, fill);
    plan.input_offset = kept.input_offset.unwrap_or(0);
    let text = text::write(request, &plan, kept);
    let network = network::lower(&yaml::parse(&text), &text);
    let analysis = Analysis::new(&network, device, &facts);
    if let Err(reason) = place_all(&mut plan, kept, &network, &analysis, device) {
        // Where something is wrong already without offsets, that is the reason.
        let reasons = blockers(&check(&text, &facts), |finding| {
            !AWAITS_OFFSETS.contains(&(finding.code.0 / 100)) && finding.severity == Severity::Error
        });
        return Err(match reasons.is_empty() {
            true => Failure {
                badness: NO_TEXT,
                refusal: Refusal::new(reason),
                fits,
            },
            false => Failure {
                badness: NO_TEXT - 1,
                refusal: Refusal { reasons },
                fits,
            },
        });
    }
    let text = text::write(request, &plan, kept);
    let findings = check(&text, &facts);
    let reasons = blockers(&findings, |_| true);
    if reasons.is_empty() {
        return Ok(Generated {
            text,
            plan,
            left_out: kept.left_out.clone(),
            advice: findings,
            facts,
        });
    }
    Err(Failure {
        badness: reasons.len(),
        refusal: Refusal { reasons },
        fits,
    })
}

/// The areas whose rules may speak as long as all offsets are 0.
const AWAITS_OFFSETS: [u16; 2] = [3, 5];

/// The errors and warnings among findings, in words.
fn blockers(findings: &[Finding], counts: impl Fn(&Finding) -> bool) -> Vec<String> {
    let mut found: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.severity <= Severity::Warning && counts(finding))
        .collect();
    found.sort_by_key(|finding| finding.severity);
    found
        .iter()
        .map(|finding| {
            let place = match finding.layer {
                Some(layer) => format!("layer {layer}: "),
                None => String::new(),
            };
            format!("{place}{} {}", finding.code, finding.message)
        })
        .collect()
}

/// What the model says about the network beside its text.
fn facts(request: &Request, plan: &Plan) -> Facts {
    let model = &request.model;
    let weights = model.modules.iter();
    let weights = weights.filter(|module| module.operator.convolves());
    let weights = weights.map(|module| {
        Some(Weight {
            in_channels: module.in_channels?,
            out_channels: module.out_channels?,
            kernel: match module.operator {
                ModelOperator::Linear => vec![1],
                _ => module.kernel.clone(),
            },
            bits: module.bits,
            bias: module.bias,
            groups: module.groups,
        })
    });
    Facts {
        device: Some(request.device),
        input: Some(request.input),
        arch: Some(model.name.clone()),
        weights: weights.collect(),
        flags: Some(Flags {
            fifo: plan.streams(),
            overlap_data: plan.overlays(),
            ..Flags::default()
        }),
        model: Some(Arc::clone(model)),
    }
}

/// Gives every output its place.
fn place_all(
    plan: &mut Plan,
    kept: &Kept,
    network: &Network,
    analysis: &Analysis,
    device: &'static Device,
) -> Result<(), String> {
    let mut problem = Problem::new(network, analysis, device, Relation::AsRead)
        .map_err(|reason| unplaceable(network, &reason))?;
    for (index, layer) in plan.layers.iter().enumerate() {
        if let Some(&input) = layer.inputs.first().filter(|_| layer.overlay > 0) {
            problem.overlay(input, Source::Layer(index), layer.overlay);
        }
    }
    for bundle in &mut problem.bundles {
        let held = bundle.members.iter().find_map(|member| {
            let Source::Layer(layer) = member.source else {
                return None;
            };
            Some(kept.layer(layer)?.out_offset? - member.offset)
        });
        if let Some(base) = held {
            bundle.base = base;
            bundle.pinned = true;
        }
    }
    // Where layers write over their input, more is alive than takes room.
    let fullest = fullest(&problem).filter(|_| !plan.overlays());
    if let Some(fullest) = fullest.filter(|fullest| fullest.bytes > problem.capacity) {
        let holders = fullest.holders.iter().map(|(source, bytes)| {
            let label = network.source_label(*source);
            format!("{label} {}", words::offset(*bytes))
        });
        return Err(format!(
            "the data memory is too small: instance {} needs {} bytes at one time, but has {}: {}",
            fullest.instance,
            words::offset(fullest.bytes),
            words::offset(problem.capacity),
            words::list(&holders.collect::<Vec<_>>())
        ));
    }
    let placement = place(&problem)
        .ok_or_else(|| "no place in the data memory was found for all outputs".to_owned())?;
    for (bundle, base) in problem.bundles.iter().zip(&placement.bases) {
        for member in &bundle.members {
            let offset = base + member.offset;
            match member.source {
                Source::Layer(layer) => {
                    if let Some(layer) = plan.layers.get_mut(layer) {
                        layer.out_offset = offset;
                    }
                }
                Source::Input => plan.input_offset = offset,
                Source::Buffer => {}
            }
        }
    }
    Ok(())
}
