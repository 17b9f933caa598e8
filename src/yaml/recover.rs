//! A tree for broken text: where the grammar breaks, the culprit is mended or left out and the
//! text is read again; then all places are put back on the original text.

use std::collections::{HashMap, HashSet};

use crate::text::{Span, apply_edits};

use super::characters::{self, MAX_LENGTH};
use super::dialect;
use super::explain::explain;
use super::line::Line;
use super::parse::{Fault, Stop, read};
use super::repair::{Mend, Repair, leave_out_around, repairs};
use super::tree::{Document, Gap, Mended, NodeId, NodeKind, SyntaxError, SyntaxErrorKind};

/// So many culprits are looked for in one text; what follows them is left out of the tree.
const MAX_CULPRITS: usize = 32;
/// So many times the text's own length may be read again in all, and some more of small ones: a
/// keystroke must not wait for a text with many faults.
const MAX_READINGS: usize = 24;
const MAX_WORK_ON_SMALL: usize = 64 << 10;
/// However long the text, no more bytes are read again: a broken megabyte must not take seconds.
const MAX_WORK: usize = 4 << 20;

/// Reads a text; never fails.
///
/// What breaks the grammar is mended or left out, with one error a culprit.
pub fn parse(text: &str) -> Document {
    parse_with(text, &read)
}

/// Reads a text up to the first fault of grammar, as [`read`] does.
type Reader<'a> = &'a dyn Fn(&str) -> (Document, Option<Stop>);

/// The same with a reader that knows something of the text.
pub(super) fn parse_with(text: &str, read: Reader) -> Document {
    if text.len() > MAX_LENGTH {
        return characters::too_long();
    }
    let (clean, errors) = characters::printable(text);
    let (mut document, stop) = read(&clean);
    if let Some(stop) = stop {
        let mut recovery = Recovery {
            text: clean.into_owned(),
            edits: Vec::new(),
            errors: Vec::new(),
            touched: HashSet::new(),
            lost: Vec::new(),
            work: 0,
            read,
        };
        document = recovery.run(document, stop);
        recovery.finish(text, &mut document);
    }
    document.errors.extend(errors);
    add_tabs(text, &mut document);
    if !text.is_ascii() {
        between_characters(text, &mut document);
    }
    document.errors.sort_by_key(|error| error.span);
    document.unreadable.sort_unstable();
    document
}

/// Moves places to the ends of characters: the parser counts a longer line break, or a byte order
/// mark inside the text, as one byte.
fn between_characters(text: &str, document: &mut Document) {
    let snap = |span: &mut Span| *span = span.whole_characters(text);
    for error in &mut document.errors {
        snap(&mut error.span);
    }
    for comment in &mut document.comments {
        snap(&mut comment.span);
    }
    for node in &mut document.nodes {
        snap(&mut node.span);
        node.anchor.iter_mut().for_each(snap);
        if let NodeKind::Sequence { items, .. } = &mut node.kind {
            items
                .iter_mut()
                .filter_map(|item| item.dash.as_mut())
                .for_each(snap);
        }
    }
}

/// Adds the tabs that the parser took, but for lines that have an error already.
fn add_tabs(text: &str, document: &mut Document) {
    let line = |span: Span| line_start(text, span);
    let mut faulty: Option<HashSet<u32>> = None;
    for error in dialect::tabs(text, document) {
        let faulty = faulty.get_or_insert_with(|| {
            let broken = |error: &&SyntaxError| {
                matches!(error.kind, SyntaxErrorKind::Grammar | SyntaxErrorKind::Tab)
            };
            let errors = document.errors.iter().filter(broken);
            errors.map(|error| line(error.span)).collect()
        });
        if !faulty.contains(&line(error.span)) {
            document.errors.push(error);
        }
    }
}

/// Where the line of a place starts.
fn line_start(text: &str, span: Span) -> u32 {
    Line::at(text, span.start as usize).start as u32
}

struct Recovery<'a> {
    /// The text as mended so far.
    text: String,
    /// What was done to it: the place in the text of that moment, and the length afterwards.
    edits: Vec<(Span, u32)>,
    /// The faults, in terms of the original text, as all that follows.
    errors: Vec<SyntaxError>,
    /// The starts of the mended lines.
    touched: HashSet<u32>,
    /// What the tree does not hold.
    lost: Vec<Span>,
    /// How many bytes were read again.
    work: usize,
    read: Reader<'a>,
}

impl Recovery<'_> {
    fn run(&mut self, mut document: Document, mut stop: Stop) -> Document {
        while self.errors.len() < MAX_CULPRITS {
            let next = match &stop {
                Stop::Grammar(fault) => self.mend(&document, fault),
                Stop::Joined(at) => self.split(*at),
                Stop::SecondDocument(span) => self.join_documents(&document, *span),
                Stop::Final => None,
            };
            match next {
                Some((repaired, None)) => return self.with_mended(repaired),
                Some((repaired, Some(further))) => (document, stop) = (repaired, further),
                None => break,
            }
        }
        self.give_up(&stop);
        document
    }

    fn with_mended(&self, tree: Document) -> Document {
        let mended = Mended {
            text: self.text.clone(),
            tree: tree.clone(),
        };
        Document {
            mended: Some(Box::new(mended)),
            ..tree
        }
    }

    /// Leaves out what follows.
    fn give_up(&mut self, stop: &Stop) {
        let at = match stop {
            Stop::Grammar(fault) => {
                let culprit = Line::at(&self.text, fault.at);
                self.report(&culprit, Mend::LeaveOut, fault);
                fault.at as u32
            }
            Stop::Joined(at) => {
                self.errors.push(SyntaxError {
                    span: self.original(Span::at(*at as u32)),
                    kind: SyntaxErrorKind::Grammar,
                    message: "a space is missing here".to_owned(),
                });
                *at as u32
            }
            Stop::SecondDocument(span) => span.start,
            Stop::Final => return,
        };
        let rest = Span::new(at, self.text.trim_ascii_end().len() as u32);
        self.lost.push(self.original(rest));
    }

    /// Finds the culprit of a fault, and mends it or leaves it out.
    fn mend(&mut self, document: &Document, fault: &Fault) -> Option<(Document, Option<Stop>)> {
        if let Some(at) = joined_anchor(&self.text, fault.at) {
            return self.split(at);
        }
        let repeated = repeated_keys(document);
        let best = self
            .best(repairs(&self.text, fault), fault, repeated)
            .or_else(|| {
                let around = [1, 4, 16, 64, 256];
                let around = around.map(|reach| leave_out_around(&self.text, fault, reach));
                self.best(around.into(), fault, repeated)
            })?;
        self.report(&best.repair.culprit, best.repair.mend, fault);
        if !best.repair.lost.is_empty() {
            self.lost.push(self.original(best.repair.lost));
        }
        Some(self.accept(best))
    }

    /// The repair that lets reading go furthest, with the fewest keys that stand twice.
    fn best(&mut self, repairs: Vec<Repair>, fault: &Fault, repeated: usize) -> Option<Trial> {
        let mut best: Option<Trial> = None;
        for repair in repairs {
            let Some(trial) = self.attempt(repair) else {
                continue;
            };
            let progress = trial.left < self.text.len() - fault.at;
            let done =
                (trial.left == 0 || self.is_another(fault, &trial)) && trial.repeated <= repeated;
            if progress && best.as_ref().is_none_or(|best| trial.rank() < best.rank()) {
                best = Some(trial);
            }
            if done {
                break;
            }
        }
        best
    }

    /// Whether the next fault is another culprit's: the repaired line was wrong by itself, and
    /// the lines around it can be read now.
    fn is_another(&self, fault: &Fault, trial: &Trial) -> bool {
        let culprit = &trial.repair.culprit;
        let line = Line::at(&self.text, fault.at.max(culprit.start));
        let next = line.lines_after(&self.text).nth(1);
        culprit.fault.is_some()
            && next.is_some_and(|next| trial.left <= self.text.len() - next.start)
    }

    fn is_tired(&self) -> bool {
        self.work > MAX_WORK.min(MAX_WORK_ON_SMALL + MAX_READINGS * self.text.len())
    }

    fn attempt(&mut self, repair: Repair) -> Option<Trial> {
        if self.is_tired() {
            return None;
        }
        let text = apply_edits(&self.text, &repair.edits)?;
        let (document, stop) = (self.read)(&text);
        let stopped_at = match &stop {
            None | Some(Stop::Final) => text.len(),
            Some(Stop::Grammar(Fault { at, .. }) | Stop::Joined(at)) => *at,
            Some(Stop::SecondDocument(span)) => span.start as usize,
        };
        self.work += stopped_at + text.len() / 8;
        // Behind the repair, places count from the end, which did not move.
        let first = repair.edits.iter().map(|edit| edit.span.start).min()?;
        let read_all = matches!(stop, None | Some(Stop::Final));
        let left = match read_all || stopped_at > first as usize {
            true => text.len().saturating_sub(stopped_at),
            false => self.text.len() - stopped_at,
        };
        Some(Trial {
            repeated: repeated_keys(&document),
            repair,
            text,
            document,
            stop,
            left,
        })
    }

    fn accept(&mut self, trial: Trial) -> (Document, Option<Stop>) {
        // Later edits first, so that the places of the earlier ones hold.
        let edits = trial.repair.edits.iter().rev();
        self.edits
            .extend(edits.map(|edit| (edit.span, edit.new_text.len() as u32)));
        self.text = trial.text;
        (trial.document, trial.stop)
    }

    /// One error a culprit: a line that is fine by itself, right behind one that is not, only
    /// suffers from that.
    fn report(&mut self, culprit: &Line, mend: Mend, fault: &Fault) {
        let start = |line: &Line| self.original(Span::at(line.start as u32)).start;
        let follows = culprit.fault.is_none()
            && culprit
                .lines_before(&self.text)
                .next()
                .is_some_and(|before| self.touched.contains(&start(&before)));
        let start = start(culprit);
        if self.touched.insert(start) && !follows {
            let mut error = explain(&self.text, culprit, mend, fault);
            error.span = self.original(error.span);
            self.errors.push(error);
        }
    }

    /// Lets a token start where PyYAML lets one start; that is no fault.
    fn split(&mut self, at: usize) -> Option<(Document, Option<Stop>)> {
        if self.is_tired() || !self.text.is_char_boundary(at) {
            return None;
        }
        self.text.insert(at, ' ');
        self.edits.push((Span::at(at as u32), 1));
        self.work += at + self.text.len() / 8;
        Some((self.read)(&self.text))
    }

    /// Goes on behind a `---`, unless a document of its own stands there.
    fn join_documents(
        &mut self,
        document: &Document,
        span: Span,
    ) -> Option<(Document, Option<Stop>)> {
        let known = |error: &SyntaxError| error.kind == SyntaxErrorKind::SecondDocument;
        if !self.errors.iter().any(known) {
            self.errors.push(SyntaxError {
                span: self.original(span),
                kind: SyntaxErrorKind::SecondDocument,
                message: "a second document starts here, but a file holds one network".to_owned(),
            });
        }
        let trial = self.attempt(Repair::join(&self.text, span))?;
        let goes_on = !matches!(trial.stop, Some(Stop::Grammar(_)))
            && trial.repeated <= repeated_keys(document);
        goes_on.then(|| self.accept(trial))
    }

    /// A place in the mended text in terms of the original text.
    fn original(&self, span: Span) -> Span {
        let mut span = span;
        for &(old, new) in self.edits.iter().rev() {
            let inserted = old.start + new;
            let inside = |offset: u32| offset.min(old.end.max(old.start));
            let start = match span.start {
                offset if offset < old.start || (offset == old.start && span.is_empty()) => offset,
                offset if offset >= inserted => offset - new + old.len(),
                offset => inside(offset),
            };
            let end = match span.end {
                offset if offset <= old.start => offset,
                offset if offset > inserted => offset - new + old.len(),
                offset => inside(offset),
            };
            span = Span::new(start, end);
        }
        span
    }

    /// Puts the tree back on the original text, and tells it what it lacks.
    fn finish(self, text: &str, document: &mut Document) {
        let original = |span: Span| self.original(span);
        for node in &mut document.nodes {
            node.span = original(node.span);
            node.anchor = node.anchor.map(original);
            if let NodeKind::Sequence { items, .. } = &mut node.kind {
                for item in items {
                    item.dash = item.dash.map(original);
                }
            }
        }
        for span in &mut document.block_texts {
            *span = self.original(*span);
        }
        for comment in &mut document.comments {
            comment.span = original(comment.span);
        }
        for error in &mut document.errors {
            error.span = original(error.span);
        }
        // A line that was mended is faulty already.
        document
            .errors
            .retain(|error| !self.touched.contains(&line_start(text, error.span)));
        document.errors.extend(self.errors);
        let comments = document.comments.iter().map(|comment| comment.span);
        let skipped: HashMap<u32, u32> = comments
            .chain(self.lost.iter().copied())
            .filter(|span| !span.is_empty())
            .map(|span| (span.end, span.start))
            .collect();
        for &span in &self.lost {
            let after = end_of_read(text, span.start, &skipped);
            document.gaps.push(Gap { span, after });
            let between = Span::new(after, span.start).text(text);
            let unreadable = document.nodes.iter().position(|node| {
                matches!(node.kind, NodeKind::Scalar(_)) && node.span == Span::at(after)
            });
            if !between.contains(['\n', '\r'])
                && let Some(index) = unreadable
            {
                document.unreadable.push(NodeId(index as u32));
            }
        }
    }
}

/// Where what was read ends before an offset; comments and other gaps, by their ends, do not count.
fn end_of_read(text: &str, mut at: u32, skipped: &HashMap<u32, u32>) -> u32 {
    loop {
        let before = text.get(..at as usize).unwrap_or_default();
        at = before.trim_ascii_end().len() as u32;
        match skipped.get(&at) {
            Some(start) => at = *start,
            None => return at,
        }
    }
}

/// A repair that was tried.
struct Trial {
    repair: Repair,
    text: String,
    document: Document,
    stop: Option<Stop>,
    /// How many bytes were not read.
    left: usize,
    /// How many keys stand twice: a lost dash merges two layers.
    repeated: usize,
}

impl Trial {
    /// The lower, the better.
    fn rank(&self) -> (usize, usize) {
        (self.left, self.repeated)
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

/// Where another token starts in the anchor that the line of a fault starts with.
fn joined_anchor(text: &str, at: usize) -> Option<usize> {
    let line = Line::at(text, at);
    let name = line.content.text(text).strip_prefix('&')?;
    let name = name.split([' ', '\t']).next()?;
    Some(line.content.start as usize + 1 + dialect::end_of_anchor(name)?)
}
