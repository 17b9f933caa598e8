//! A whole network from a model: layers, masks and offsets, as text. Pure.
//!
//! First [`Plan`] says as data which layers there are, in what order, and what each reads; then
//! [`allocate`] chooses processors and offsets, and `text` writes it all down. The text
//! is checked by all rules and compared with the model before anybody sees it.
//!
//! [`allocate`]: crate::allocate

mod build;
mod frames;
mod keep;
mod limits;
mod order;
mod plan;
mod text;

pub use plan::{Buffer, BufferUse, Joined, Plan, PlannedLayer};

use keep::Kept;

use std::sync::Arc;

use crate::allocate::{self, fullest};
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
    for overlaps in [false, true] {
        for streaming in 0..=streamable {
            let mut plan = plan.clone();
            plan.stream(streaming);
            plan.overlaps = overlaps;
            if streaming < streamable && !plan.could_fit(device) {
                continue;
            }
            for percent in FILL {
                let enough = device.instance_bytes * percent / 100;
                let Failure {
                    badness,
                    refusal,
                    fits,
                } = match attempt(request, device, &kept, plan.clone(), enough) {
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
    enough: i64,
) -> Result<Generated, Failure> {
    let facts = facts(request, &plan);
    for (index, layer) in plan.layers.iter_mut().enumerate() {
        if let Some(own) = kept.layer(index) {
            layer.processors = own.processors;
            layer.output_processors = own.output_processors;
            layer.out_offset = own.out_offset.unwrap_or(layer.out_offset);
        }
    }
    plan.input_offset = kept.input_offset.unwrap_or(0);
    let text = text::write(request, &plan, kept);
    let network = network::lower(&yaml::parse(&text), &text);
    let analysis = Analysis::new(&network, device, &facts);
    let holds_buffer: Vec<bool> = plan
        .layers
        .iter()
        .map(|layer| matches!(layer.buffer, Some(BufferUse::Shift | BufferUse::Insert)))
        .collect();
    let is_kept = |layer: usize| {
        kept.layer(layer)
            .is_some_and(|own| own.out_offset.is_some())
    };
    let wanted = allocate::Request {
        keeps_mask: &|_| true,
        keeps_offset: &|layer| holds_buffer[layer] || is_kept(layer),
        frees_input: kept.input_offset.is_none(),
        enough,
        objective: allocate::Objective::Peak,
    };
    let chosen = allocate::plan(&network, &analysis, device, &facts, &wanted);
    let fits = chosen.as_ref().is_ok_and(|chosen| chosen.bound <= enough);
    let placed = chosen
        .map_err(|reason| unplaceable(&network, &reason))
        .and_then(|chosen| place_all(&mut plan, &network, &chosen));
    if let Err(reason) = placed {
        let text = text::write(request, &plan, kept);
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
            overlap_data: plan.overlaps,
            ..Flags::default()
        }),
        model: Some(Arc::clone(model)),
    }
}

/// Gives every layer its masks, and every output its place.
fn place_all(plan: &mut Plan, network: &Network, chosen: &allocate::Plan) -> Result<(), String> {
    if let Some(masks) = &chosen.masks {
        for (index, layer) in plan.layers.iter_mut().enumerate() {
            layer.processors = masks.processors[index];
            layer.output_processors = masks.outputs[index];
        }
    }
    let problem = &chosen.problem;
    let Some(bases) = &chosen.bases else {
        let fullest = fullest(problem).filter(|fullest| fullest.bytes > problem.capacity);
        let Some(fullest) = fullest else {
            return Err("no place in the data memory was found for all outputs".to_owned());
        };
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
    };
    for (bundle, base) in problem.bundles.iter().zip(bases) {
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
