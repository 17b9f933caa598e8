//! Faults put into the vendor's networks are mended by the first fix that is offered, with one group of
//! outputs or masks moved. `AI8X_LINT_ALL_FAULTS` asks for all faults, else some are tried.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use ai8x_lint::allocate::{Classes, Problem, Relation};
use ai8x_lint::analysis::Analysis;
use ai8x_lint::device::Device;
use ai8x_lint::diagnostic::{Applicability, Code, Finding};
use ai8x_lint::network::{self, Network, Source};
use ai8x_lint::text::{Edit, Span, apply_edits};
use ai8x_lint::workspace::{Config, Linted, Overrides, SourceFile, lint_once, tried};
use support::networks::vendor_networks;

/// Faults of each kind that are found, all of them and by default. Many another changes nothing that
/// matters: an output moves to a place that is free, a mask to processors that nobody else uses.
const FAULTS: [usize; 2] = [100, 12];
/// How many are put in for one that is found.
const TRIES: usize = 10;

/// A network, and what is said of it without a fault.
struct Subject {
    file: SourceFile,
    overrides: Overrides,
    before: Vec<(Code, Option<usize>)>,
    network: Network,
    analysis: Analysis,
    device: &'static Device,
}

impl Subject {
    fn new(file: SourceFile, overrides: Overrides) -> Self {
        let linted = lint_once(&file, &Config::default(), &overrides);
        let facts = linted.assumptions.facts();
        let network = network::lower(&file.document, &file.text);
        let device = facts.device.expect("a device").table();
        Self {
            before: loud(&linted)
                .map(|found| (found.code, found.layer))
                .collect(),
            analysis: Analysis::new(&network, device, &facts),
            network,
            file,
            overrides,
            device,
        }
    }

    fn linted(&self, text: &str) -> Linted {
        let file = self.file.with_text(text.to_owned());
        lint_once(&file, &Config::default(), &self.overrides)
    }

    /// How many outputs that belong together, and masks that do, a fix moves.
    fn moved(&self, faulty: &str, fixed: &str) -> [usize; 2] {
        let layers = |text: &str| {
            let file = self.file.with_text(text.to_owned());
            network::lower(&file.document, &file.text).layers
        };
        let problem = Problem::new(&self.network, &self.analysis, self.device, Relation::AsRead);
        let classes = Classes::of_fault(&self.network, &self.analysis, self.device);
        let (mut bundles, mut masks) = (BTreeSet::new(), BTreeSet::new());
        for (layer, (old, new)) in layers(faulty).iter().zip(layers(fixed)).enumerate() {
            let source = Source::Layer(layer);
            if old.out_offset.value() != new.out_offset.value() {
                bundles.insert(problem.as_ref().ok().and_then(|all| all.bundle_of(source)));
            }
            let classes = classes.as_ref().ok();
            if old.processors.value() != new.processors.value() {
                masks.insert(classes.and_then(|all| all.class_read(layer)));
            }
            if old.output_processors.value() != new.output_processors.value() {
                masks.insert(classes.and_then(|all| all.class_of(source)));
            }
        }
        [bundles.len(), masks.len()]
    }

    /// The findings that a fault brings.
    fn fresh(&self, linted: &Linted) -> Vec<Finding> {
        let is_new = |found: &&Finding| !self.before.contains(&(found.code, found.layer));
        loud(linted).filter(is_new).cloned().collect()
    }

    /// Places of `out_offset` of layers that run.
    fn offsets(&self) -> Vec<Span> {
        let layers = self.analysis.graph.order.iter();
        layers
            .filter_map(|&layer| self.network.layers[layer].out_offset.span())
            .collect()
    }

    /// Places of masks of layers that run: what is read, what is written, or both.
    fn masks(&self, kind: Kind) -> Vec<(Span, u64)> {
        let layers = self.analysis.graph.order.iter();
        let layers = layers.map(|&layer| &self.network.layers[layer]);
        let fields = layers.flat_map(|layer| match kind {
            Kind::Unlike => vec![&layer.output_processors],
            _ => vec![&layer.processors, &layer.output_processors],
        });
        fields
            .filter_map(|field| Some((field.span()?, field.value()?)))
            .collect()
    }
}

fn loud(linted: &Linted) -> impl Iterator<Item = &Finding> {
    let findings = linted.report.findings.iter();
    findings.filter(|finding| support::is_loud(finding))
}

/// Kinds of faults of a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Shifted,
    BitDropped,
    BitAdded,
    OtherQuadrant,
    OtherStart,
    Unlike,
}

const KINDS: [Kind; 6] = [
    Kind::Shifted,
    Kind::BitDropped,
    Kind::BitAdded,
    Kind::OtherQuadrant,
    Kind::OtherStart,
    Kind::Unlike,
];

/// Numbers that look random and are always the same (a multiplicative congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        items.get(self.below(items.len())).copied()
    }

    /// A mask with a fault; none where this one cannot have it.
    fn faulty(&mut self, mask: u64, kind: Kind) -> Option<u64> {
        let bits = |set: bool| -> Vec<u32> {
            (0..64)
                .filter(|bit| (mask >> bit & 1 == 1) == set)
                .collect()
        };
        let distances: Vec<i32> = match kind {
            Kind::BitDropped => return Some(mask & !(1 << self.of(&bits(true))?)),
            Kind::BitAdded => return Some(mask | 1 << self.of(&bits(false))?),
            Kind::Shifted => vec![-3, -2, -1, 1, 2, 3],
            Kind::OtherQuadrant => vec![-48, -32, -16, 16, 32, 48],
            Kind::OtherStart | Kind::Unlike => (-15..16)
                .map(|step| step * 4)
                .filter(|step| step % 16 != 0)
                .collect(),
        };
        let shifted = distances.iter().filter_map(|&by| {
            let by_bits = by.unsigned_abs();
            let (moved, back) = match by > 0 {
                true => (mask << by_bits, mask << by_bits >> by_bits),
                false => (mask >> by_bits, mask >> by_bits << by_bits),
            };
            (back == mask).then_some(moved)
        });
        self.of(&shifted.collect::<Vec<u64>>())
    }
}

/// How faults end.
#[derive(Default)]
struct Outcome {
    silent: usize,
    found: usize,
    mended: usize,
    wrong: Vec<String>,
}

impl Outcome {
    /// Puts a text with a fault right with the first fix that is offered.
    fn try_fault(&mut self, subject: &Subject, edit: Edit) {
        let old = edit.span.text(&subject.file.text).to_owned();
        let what = format!("{}: {old} -> {}", subject.file.name, edit.new_text);
        let text = apply_edits(&subject.file.text, &[edit]).expect("an edit that applies");
        let linted = subject.linted(&text);
        let fresh = subject.fresh(&linted);
        if fresh.is_empty() {
            self.silent += 1;
            return;
        }
        self.found += 1;
        let file = subject.file.with_text(text.clone());
        let offered = fresh.iter().find_map(|finding| {
            let finding = tried(
                finding.clone(),
                &linted,
                &file,
                &Config::default(),
                &subject.overrides,
            );
            let fixes = finding.fixes.into_iter();
            let mut offered = fixes.filter(|fix| fix.applicability != Applicability::DisplayOnly);
            offered.next()
        });
        let Some(fix) = offered else {
            let shown: Vec<String> = fresh
                .iter()
                .map(|found| support::show(&text, found))
                .collect();
            self.wrong
                .push(format!("{what}: no fix: {}", shown.join(" | ")));
            return;
        };
        let fixed = apply_edits(&text, &fix.edits).expect("edits that apply");
        match subject.fresh(&subject.linted(&fixed)).first() {
            None if subject.moved(&text, &fixed).iter().any(|&moved| moved > 1) => {
                self.wrong
                    .push(format!("{what}: {:?} moves more than one group", fix.title));
            }
            None => self.mended += 1,
            Some(left) => self.wrong.push(format!(
                "{what}: {}: after {:?}: {}",
                support::show(&text, &fresh[0]),
                fix.title,
                support::show(&fixed, left)
            )),
        }
    }

    fn report(&self, name: &str) {
        println!(
            "{name:14} {} found, {} silent, {} mended",
            self.found, self.silent, self.mended
        );
        for wrong in &self.wrong {
            println!("    {wrong}");
        }
    }

    fn assert(&self) {
        assert!(
            self.mended * 100 >= self.found * 99,
            "{} of {}:\n{}",
            self.mended,
            self.found,
            self.wrong.join("\n")
        );
    }
}

fn faults() -> usize {
    FAULTS[usize::from(std::env::var_os("AI8X_LINT_ALL_FAULTS").is_none())]
}

fn subjects(shared: &std::path::Path) -> Vec<Subject> {
    let networks = vendor_networks(shared).into_iter();
    networks
        .map(|(file, overrides)| Subject::new(file, overrides))
        .collect()
}

#[test]
fn faults_of_masks_are_mended() {
    let Some(shared) = support::shared() else {
        return;
    };
    let subjects = subjects(&shared);
    let mut outcomes: BTreeMap<Kind, Outcome> = BTreeMap::new();
    for kind in KINDS {
        let mut numbers = Numbers(kind as u64 + 1);
        let outcome = outcomes.entry(kind).or_default();
        for _ in 0..TRIES * faults() {
            if outcome.found == faults() {
                break;
            }
            let subject = &subjects[numbers.below(subjects.len())];
            let Some((span, mask)) = numbers.of(&subject.masks(kind)) else {
                continue;
            };
            let Some(new) = numbers.faulty(mask, kind).filter(|&new| new != 0) else {
                continue;
            };
            outcome.try_fault(subject, Edit::replace(span, format!("0x{new:016x}")));
        }
    }
    let mut all = Outcome::default();
    for (kind, outcome) in outcomes {
        outcome.report(&format!("{kind:?}"));
        all.found += outcome.found;
        all.silent += outcome.silent;
        all.mended += outcome.mended;
        all.wrong.extend(outcome.wrong);
    }
    all.report("masks");
    assert_eq!(all.found, KINDS.len() * faults());
    all.assert();
}

/// An output is moved onto another one.
#[test]
fn collisions_are_mended() {
    let Some(shared) = support::shared() else {
        return;
    };
    let subjects = subjects(&shared);
    let mut numbers = Numbers(7);
    let mut outcome = Outcome::default();
    let wanted = 6 * faults();
    for _ in 0..TRIES * wanted {
        if outcome.found == wanted {
            break;
        }
        let subject = &subjects[numbers.below(subjects.len())];
        let offsets = subject.offsets();
        let (Some(span), Some(other)) = (numbers.of(&offsets), numbers.of(&offsets)) else {
            continue;
        };
        outcome.try_fault(subject, Edit::replace(span, other.text(&subject.file.text)));
    }
    outcome.report("collisions");
    assert_eq!(outcome.found, wanted);
    outcome.assert();
}
