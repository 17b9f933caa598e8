//! A tree for broken text: where the grammar breaks, the culprit is replaced by blanks and the
//! text is read again, so that all offsets stay valid.

use std::collections::HashSet;

use crate::text::Span;

use super::characters::{self, MAX_LENGTH};
use super::dialect;
use super::explain::explain;
use super::line::Line;
use super::parse::{Fault, Stop, read};
use super::repair::{Candidate, Repair, candidates, window};
use super::tree::{Document, Gap, NodeKind, SyntaxError, SyntaxErrorKind};

/// So many culprits are looked for in one text; what follows them is left out of the tree.
const MAX_CULPRITS: usize = 32;
/// So many bytes may be read again in all: a broken megabyte must not take seconds.
const MAX_WORK: usize = 4 << 20;

/// Reads a text; never fails.
///
/// What breaks the grammar is left out of the tree, with one error a culprit.
pub fn parse(text: &str) -> Document {
    if text.len() > MAX_LENGTH {
        return characters::too_long();
    }
    let (clean, errors) = characters::printable(text);
    let (mut document, stop) = read(&clean);
    if let Some(stop) = stop {
        let mut recovery = Recovery {
            text: clean.into_owned(),
            errors: Vec::new(),
            touched: HashSet::new(),
            work: 0,
            repaired: Repaired::default(),
        };
        document = recovery.run(document, stop);
        document.errors.append(&mut recovery.errors);
        recovery.repaired.mark(text, &recovery.text, &mut document);
    }
    document.errors.extend(errors);
    add_tabs(text, &mut document);
    document.errors.sort_by_key(|error| error.span);
    document.unreadable.sort_unstable();
    document
}

/// Adds the tabs that the parser took, but for lines that have an error already.
fn add_tabs(text: &str, document: &mut Document) {
    let line = |span: Span| Line::at(text, span.start as usize).start;
    let mut faulty: Option<HashSet<usize>> = None;
    for error in dialect::tabs(text, document) {
        let faulty = faulty.get_or_insert_with(|| {
            document
                .errors
                .iter()
                .map(|error| line(error.span))
                .collect()
        });
        if !faulty.contains(&line(error.span)) {
            document.errors.push(error);
        }
    }
}

/// What was done to a text to make it readable.
#[derive(Default)]
struct Repaired {
    /// What the tree does not hold.
    lost: Vec<Span>,
    /// Words that became keys.
    words: Vec<Span>,
}

struct Recovery {
    /// The text as changed so far.
    text: String,
    errors: Vec<SyntaxError>,
    /// The starts of the changed lines.
    touched: HashSet<usize>,
    /// How many bytes were read again.
    work: usize,
    repaired: Repaired,
}

impl Recovery {
    fn run(&mut self, mut document: Document, mut stop: Stop) -> Document {
        for _ in 0..MAX_CULPRITS {
            let next = match &stop {
                Stop::Grammar(fault) => self.mend(&document, fault),
                Stop::AnchorBeforeColon(span) => self.split_anchor(*span),
                Stop::SecondDocument(span) => self.join_documents(&document, *span),
                Stop::Final => None,
            };
            match next {
                Some((repaired, None)) => return repaired,
                Some((repaired, Some(further))) => (document, stop) = (repaired, further),
                None => break,
            }
        }
        self.give_up(&stop);
        document
    }

    /// Leaves out what follows.
    fn give_up(&mut self, stop: &Stop) {
        let at = match stop {
            Stop::Grammar(fault) => fault.at as u32,
            Stop::AnchorBeforeColon(span) | Stop::SecondDocument(span) => span.start,
            Stop::Final => return,
        };
        if let Stop::Grammar(fault) = stop {
            let culprit = Line::at(&self.text, fault.at);
            self.report(&culprit, fault);
        }
        let end = self.text.trim_ascii_end().len() as u32;
        self.repaired.lost.push(Span::new(at, end));
    }

    /// Finds the culprit of a fault, and blanks it.
    fn mend(&mut self, document: &Document, fault: &Fault) -> Option<(Document, Option<Stop>)> {
        if let Some(span) = anchor_before_colon(&self.text, fault.at) {
            return self.split_anchor(span);
        }
        let mut best: Option<Trial> = None;
        let repeated = repeated_keys(document);
        let windows = [1, 2, 4, 8, 16, 64, 256]
            .into_iter()
            .map(|reach| window(&self.text, fault, reach))
            .collect::<Vec<_>>();
        let groups = [candidates(&self.text, fault), windows];
        for group in groups {
            for candidate in group {
                let Some(trial) = self.attempt(candidate) else {
                    continue;
                };
                let done = trial.reach.is_none() && trial.repeated <= repeated;
                let progress = trial.reach.is_none_or(|reach| reach > fault.at);
                if progress && best.as_ref().is_none_or(|best| trial.beats(best)) {
                    best = Some(trial);
                }
                if done {
                    break;
                }
            }
            if best.is_some() {
                break;
            }
        }
        let best = best?;
        self.report(&best.candidate.culprit, fault);
        self.accept(&best.candidate.repair, best.text);
        Some((best.document, best.stop))
    }

    fn attempt(&mut self, candidate: Candidate) -> Option<Trial> {
        if self.work > MAX_WORK {
            return None;
        }
        let text = candidate.repair.apply(&self.text)?;
        let (document, stop) = read(&text);
        let reach = match &stop {
            None | Some(Stop::Final) => None,
            Some(Stop::Grammar(fault)) => Some(fault.at),
            Some(Stop::AnchorBeforeColon(span) | Stop::SecondDocument(span)) => {
                Some(span.start as usize)
            }
        };
        self.work += reach.unwrap_or(text.len()) + text.len() / 8;
        Some(Trial {
            repeated: repeated_keys(&document),
            candidate,
            text,
            document,
            stop,
            reach,
        })
    }

    fn accept(&mut self, repair: &Repair, text: String) {
        self.text = text;
        if !repair.lost.is_empty() {
            self.repaired.lost.push(repair.lost);
        }
        self.repaired.words.extend(repair.word);
    }

    /// One error a culprit: a line that is fine by itself, right behind one that is not, only
    /// suffers from that.
    fn report(&mut self, culprit: &Line, fault: &Fault) {
        let follows = culprit.fault.is_none()
            && culprit
                .before(&self.text)
                .is_some_and(|before| self.touched.contains(&before.start));
        let known = !self.touched.insert(culprit.start);
        if !follows && !known {
            self.errors.push(explain(&self.text, culprit, fault));
        }
    }

    /// Reads `&name: value` as PyYAML does: as a value whose key is nothing.
    fn split_anchor(&mut self, span: Span) -> Option<(Document, Option<Stop>)> {
        let end = span.end as usize;
        let colon = self
            .text
            .get(span.range())?
            .ends_with(':')
            .then_some(end - 1)?;
        let repair = Repair {
            blank: span,
            set: vec![(span.start as usize, b'~'), (colon, b':')],
            ..Repair::default()
        };
        self.text = repair.apply(&self.text)?;
        Some(read(&self.text))
    }

    /// Goes on behind a `---`, unless a document of its own stands there.
    fn join_documents(
        &mut self,
        document: &Document,
        span: Span,
    ) -> Option<(Document, Option<Stop>)> {
        if self
            .errors
            .iter()
            .all(|error| error.kind != SyntaxErrorKind::SecondDocument)
        {
            self.errors.push(SyntaxError {
                span,
                kind: SyntaxErrorKind::SecondDocument,
                message: "a second document starts here, but a file holds one network".to_owned(),
            });
        }
        let candidate = Candidate {
            culprit: Line::at(&self.text, span.start as usize),
            repair: Repair {
                blank: span,
                ..Repair::default()
            },
        };
        let trial = self.attempt(candidate)?;
        let goes_on = !matches!(trial.stop, Some(Stop::Grammar(_)))
            && trial.repeated <= repeated_keys(document);
        goes_on.then(|| {
            self.text = trial.text;
            (trial.document, trial.stop)
        })
    }
}

/// A repair that was tried.
struct Trial {
    candidate: Candidate,
    text: String,
    document: Document,
    stop: Option<Stop>,
    /// How far reading came; `None` for the end.
    reach: Option<usize>,
    /// How many keys stand twice: a lost dash merges two layers.
    repeated: usize,
}

impl Trial {
    fn beats(&self, other: &Self) -> bool {
        let reach = |trial: &Self| trial.reach.unwrap_or(usize::MAX);
        (reach(self), other.repeated) > (reach(other), self.repeated)
    }
}

fn repeated_keys(document: &Document) -> usize {
    let mut keys = HashSet::new();
    let mut repeated = 0;
    for node in &document.nodes {
        if let NodeKind::Mapping { entries, .. } = &node.kind {
            keys.clear();
            for entry in entries {
                if let NodeKind::Scalar(key) = &document.node(entry.key).kind
                    && !keys.insert(key.text.as_str())
                {
                    repeated += 1;
                }
            }
        }
    }
    repeated
}

/// `&name:` at the start of the text of a line.
fn anchor_before_colon(text: &str, at: usize) -> Option<Span> {
    let line = Line::at(text, at);
    let content = line.content.text(text);
    let name = content.strip_prefix('&')?;
    let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))?;
    let rest = name.get(length..)?.strip_prefix(':')?;
    let start = line.content.start;
    (length > 0 && (rest.is_empty() || rest.starts_with([' ', '\t'])))
        .then(|| Span::new(start, start + length as u32 + 2))
}

impl Repaired {
    /// Tells the tree what it lacks.
    fn mark(&self, text: &str, changed: &str, document: &mut Document) {
        for word in &self.words {
            for node in &mut document.nodes {
                if let NodeKind::Scalar(scalar) = &mut node.kind
                    && node.span.start == word.start
                {
                    node.span = *word;
                    word.text(text).clone_into(&mut scalar.text);
                }
            }
        }
        let bytes = changed.as_bytes();
        for &span in &self.lost {
            let mut after = span.start;
            loop {
                while after > 0 && bytes[after as usize - 1].is_ascii_whitespace() {
                    after -= 1;
                }
                let before = document
                    .comments
                    .iter()
                    .find(|comment| comment.span.end == after);
                match before {
                    Some(comment) => after = comment.span.start,
                    None => break,
                }
            }
            document.gaps.push(Gap { span, after });
            let unreadable = document.nodes.iter().position(|node| {
                matches!(node.kind, NodeKind::Scalar(_))
                    && node.span.is_empty()
                    && node.span.start == after
                    && !text[after as usize..span.start as usize].contains(['\n', '\r'])
            });
            document
                .unreadable
                .extend(unreadable.map(|id| super::tree::NodeId(id as u32)));
        }
    }
}
