//! Reading keys and values by the key table.

use crate::diagnostic::Code;
use crate::network::keys::{self, Domain, Key, LARGEST, Meaning, Range, Scope, Word};
use crate::network::problem::{Found, KeyEntry, Problem, ProblemKind};
use crate::network::{Field, Reference, References, Spanned, Target};
use crate::text::Span;
use crate::yaml::{Document, NodeId, NodeKind, Value};

/// Reads the values of one mapping and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) document: &'a Document,
    pub(super) text: &'a str,
    /// Position in the file of the layer that is being read.
    pub(super) position: Option<usize>,
    pub(super) problems: Vec<Problem>,
}

/// A key of the table that occurs in a mapping.
#[derive(Clone, Copy)]
pub(super) struct Occurrence {
    pub(super) entry: KeyEntry,
    pub(super) value: NodeId,
    /// The rule that reports the key as a whole, as misspelt or without a value; its value is then
    /// not looked at.
    reported: Option<Code>,
}

/// What is wrong with a value: the rule, the place, the kind.
pub(super) struct Fault {
    code: Code,
    span: Span,
    kind: ProblemKind,
}

type Reading<T> = Result<T, Fault>;

impl Occurrence {
    /// A field that `rule` reports as wrong, unless the key itself is reported already.
    pub(super) fn invalid<T>(&self, rule: Code) -> Field<T> {
        Field::Invalid {
            key: self.entry.name,
            span: self.entry.value,
            code: self.reported.unwrap_or(rule),
        }
    }
}

impl Reader<'_> {
    pub(super) fn report(&mut self, fault: Fault, entry: Option<KeyEntry>) {
        self.problems.push(Problem {
            code: fault.code,
            span: fault.span,
            position: self.position,
            entry,
            kind: fault.kind,
        });
    }

    /// The keys of a mapping that the scope knows, each once: of a repeated key the first entry
    /// counts. A misspelt key stands for the key that was meant, so that nobody misses it; keys
    /// that nevertheless are missing are reported at `head`.
    pub(super) fn occurrences(
        &mut self,
        mapping: NodeId,
        scope: Scope,
        head: Span,
    ) -> Vec<Occurrence> {
        let mut known: Vec<Occurrence> = Vec::new();
        let mut unknown = Vec::new();
        for entry in self.document.entries(mapping) {
            let name = self.document.span(entry.key);
            let Some(value) = self.document.value(entry.key) else {
                continue; // a list or a mapping as key: the YAML is at fault
            };
            let Value::String(text) = value else {
                unknown.push((name, entry.value));
                continue;
            };
            let Some(key) = keys::find(scope, &text) else {
                if text != "<<" && !self.document.is_unreadable(entry.key) {
                    unknown.push((name, entry.value));
                }
                continue;
            };
            let occurrence = self.occurrence(key, name, entry.value);
            if key.empty_is_default && self.is_empty(entry.value) {
                let fault = Fault::new(key.wrong_type.0, name, ProblemKind::Empty);
                self.report(fault, Some(occurrence.entry));
                continue;
            }
            match known
                .iter()
                .find(|other| std::ptr::eq(other.entry.key, key))
            {
                None => known.push(occurrence),
                // The same spelling twice is a fault of the mapping (AX002).
                Some(first) if first.entry.name.text(self.text) != name.text(self.text) => {
                    let kind = ProblemKind::AliasConflict {
                        first: first.entry,
                        second: occurrence.entry,
                    };
                    self.report(Fault::new(7, name, kind), Some(occurrence.entry));
                }
                Some(_) => {}
            }
        }
        for (name, value) in unknown {
            let nearest = keys::nearest(scope, name.text(self.text));
            let taken = nearest.is_some_and(|nearest| {
                known
                    .iter()
                    .any(|other| std::ptr::eq(other.entry.key, nearest.key))
            });
            let code = scope.unknown_key();
            let kind = ProblemKind::UnknownKey {
                scope,
                nearest,
                taken,
            };
            self.report(
                Fault {
                    code,
                    span: name,
                    kind,
                },
                None,
            );
            if let Some(nearest) = nearest.filter(|_| !taken) {
                known.push(Occurrence {
                    reported: Some(code),
                    ..self.occurrence(nearest.key, name, value)
                });
            }
        }
        if self.fill_gaps(mapping, scope, &mut known) {
            self.report_missing(scope, head, &mut known);
        }
        known
    }

    /// Keys that stand in text which could not be read count as given, without a value. Yields
    /// whether the mapping can be judged: nothing is missing in it, or it is known what.
    fn fill_gaps(&self, mapping: NodeId, scope: Scope, known: &mut Vec<Occurrence>) -> bool {
        let document = self.document;
        // What is missing in a value is no key of this mapping.
        let inside: Vec<Span> = document
            .entries(mapping)
            .iter()
            .map(|entry| entry.value)
            .filter(|&value| document.value(value).is_none() || document.is_unreadable(value))
            .flat_map(|value| document.gaps_in(value))
            .collect();
        let gaps = document
            .gaps_in(mapping)
            .filter(|gap| !inside.contains(gap));
        let mut judged = true;
        for gap in gaps {
            let words = gap
                .text(self.text)
                .split(|c: char| c != '_' && !c.is_alphanumeric());
            let keys: Vec<&'static Key> =
                words.filter_map(|word| keys::find(scope, word)).collect();
            for &key in &keys {
                if !known.iter().any(|at| std::ptr::eq(at.entry.key, key)) {
                    known.push(Occurrence {
                        entry: KeyEntry {
                            key,
                            name: gap,
                            value: gap,
                        },
                        value: mapping,
                        reported: Some(Code(1)),
                    });
                }
            }
            judged &= !keys.is_empty();
        }
        judged
    }

    /// Reports the required keys that are missing; one without a value counts as missing.
    fn report_missing(&mut self, scope: Scope, head: Span, known: &mut [Occurrence]) {
        let code = scope.missing_key();
        let mut span = head;
        let mut missing = Vec::new();
        for key in scope.keys().iter().filter(|key| key.required) {
            let given = known.iter_mut().find(|at| std::ptr::eq(at.entry.key, key));
            match given {
                None => missing.push(key),
                Some(at) if at.reported.is_none() && self.is_empty(at.value) => {
                    at.reported = Some(code);
                    span = at.entry.name;
                    missing.push(key);
                }
                Some(_) => {}
            }
        }
        if !missing.is_empty() {
            let kind = ProblemKind::MissingKeys {
                scope,
                keys: missing,
            };
            self.report(Fault { code, span, kind }, None);
        }
    }

    fn is_empty(&self, node: NodeId) -> bool {
        self.found(node) == Found::Nothing && !self.document.is_unreadable(node)
    }

    fn occurrence(&self, key: &'static Key, name: Span, value: NodeId) -> Occurrence {
        Occurrence {
            entry: KeyEntry {
                key,
                name,
                value: self.document.span(value),
            },
            value,
            reported: None,
        }
    }

    /// The field of a key, read by `read`.
    fn field<T>(
        &mut self,
        at: &Occurrence,
        read: impl FnOnce(&mut Self, &Occurrence) -> Reading<T>,
    ) -> Field<T> {
        if let Some(code) = at.reported {
            return at.invalid(code);
        }
        if self.is_unreadable(at.value) {
            return at.invalid(Code(1));
        }
        match read(self, at) {
            Ok(value) => Field::Given {
                value,
                key: at.entry.name,
                span: at.entry.value,
            },
            Err(fault) => {
                let code = fault.code;
                self.report(fault, Some(at.entry));
                at.invalid(code)
            }
        }
    }

    pub(super) fn text(&mut self, at: &Occurrence) -> Field<String> {
        self.field(at, |reader, at| match reader.document.value(at.value) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(reader.wrong_type(at, at.value)),
        })
    }

    /// What Python finds true. Text that says no and is true is a fault, for nobody means it.
    pub(super) fn boolean(&mut self, at: &Occurrence) -> Field<bool> {
        self.field(at, |reader, at| {
            let acts_as = match reader.document.value(at.value) {
                Some(Value::Bool(value)) => return Ok(value),
                Some(Value::Null) => false,
                Some(Value::Int(value)) => value != 0,
                Some(Value::Float(value)) => value != 0.0,
                Some(Value::String(text)) => !text.is_empty(),
                Some(Value::Timestamp) => true,
                None => {
                    !reader.document.items(at.value).is_empty()
                        || !reader.document.entries(at.value).is_empty()
                }
            };
            let says_opposite = match reader.document.value(at.value) {
                Some(Value::String(text)) => acts_as && says_no(&text),
                _ => false,
            };
            let kind = ProblemKind::NotBoolean {
                acts_as,
                says_opposite,
            };
            let fault = Fault::new(28, at.entry.value, kind);
            if says_opposite {
                return Err(fault);
            }
            reader.report(fault, Some(at.entry));
            Ok(acts_as)
        })
    }

    /// A mask, by the domain of its key.
    pub(super) fn mask(&mut self, at: &Occurrence) -> Field<u64> {
        self.field(at, |reader, at| {
            let (code, text_allowed) = match at.entry.key.domain {
                Domain::Mask { code } => (code, true),
                _ => (at.entry.key.wrong_type, false),
            };
            let fault = |kind| Fault {
                code,
                span: at.entry.value,
                kind,
            };
            let value = match reader.document.value(at.value) {
                Some(Value::Int(value)) => value,
                Some(Value::String(text)) if text_allowed => {
                    hex(&text).ok_or_else(|| fault(ProblemKind::NotHex))?
                }
                _ => return Err(reader.wrong_type(at, at.value)),
            };
            if value < 1 {
                return Err(fault(ProblemKind::MaskEmpty));
            }
            u64::try_from(value).map_err(|_| fault(ProblemKind::MaskTooLarge))
        })
    }

    /// A whole number in the range of its key.
    pub(super) fn integer(&mut self, at: &Occurrence) -> Field<i64> {
        self.field(at, |reader, at| {
            reader.number(at, at.value, at.entry.key.domain.range())
        })
    }

    /// One of the numbers of its key, or the number that one of its words stands for.
    pub(super) fn choice(&mut self, at: &Occurrence) -> Field<i64> {
        self.field(at, |reader, at| {
            let Domain::Numbers {
                numbers,
                words,
                code,
            } = at.entry.key.domain
            else {
                return Err(reader.wrong_type(at, at.value));
            };
            let (found, text) = match reader.document.value(at.value) {
                Some(Value::Int(value)) => (i64::try_from(value).ok(), None),
                Some(Value::String(text)) => match Word::find(words, &text) {
                    Some(word) => match word.meaning {
                        Meaning::Number(number) => return Ok(number),
                        _ => (None, None),
                    },
                    None => (None, Some(text)),
                },
                _ => return Err(reader.wrong_type(at, at.value)),
            };
            match found.filter(|value| numbers.contains(value)) {
                Some(value) => Ok(value),
                None => Err(Fault {
                    code,
                    span: at.entry.value,
                    kind: ProblemKind::Unsupported {
                        nearest: text.and_then(|text| keys::nearest_word(words, &text)),
                    },
                }),
            }
        })
    }

    /// What the word of its key stands for; `meaning` picks the type.
    pub(super) fn word<T>(
        &mut self,
        at: &Occurrence,
        meaning: impl FnOnce(Meaning) -> Option<T>,
    ) -> Field<T> {
        self.field(at, |reader, at| {
            let (Domain::Words { words, code }, Some(Value::String(text))) =
                (at.entry.key.domain, reader.document.value(at.value))
            else {
                return Err(reader.wrong_type(at, at.value));
            };
            Word::find(words, &text)
                .and_then(|word| meaning(word.meaning))
                .ok_or_else(|| Fault {
                    code,
                    span: at.entry.value,
                    kind: ProblemKind::Unsupported {
                        nearest: keys::nearest_word(words, &text),
                    },
                })
        })
    }

    /// A number for both directions, or a list of two.
    pub(super) fn pair(&mut self, at: &Occurrence) -> Field<[i64; 2]> {
        self.field(at, |reader, at| {
            let range = at.entry.key.domain.range();
            if !reader.is_list(at.value) {
                let value = reader.number(at, at.value, range)?;
                return Ok([value, value]);
            }
            reader.two(at, range)
        })
    }

    /// `[height, width]`, or a length, which stands for `[length, 1]`.
    pub(super) fn dimensions(&mut self, at: &Occurrence) -> Field<[i64; 2]> {
        self.field(at, |reader, at| {
            let range = at.entry.key.domain.range();
            if !reader.is_list(at.value) {
                return Ok([reader.number(at, at.value, range)?, 1]);
            }
            if reader.document.items(at.value).len() > 2 {
                return Err(Fault {
                    code: at.entry.key.wrong_type,
                    span: at.entry.value,
                    kind: ProblemKind::ListLength {
                        found: reader.document.items(at.value).len(),
                    },
                });
            }
            reader.two(at, range)
        })
    }

    /// Exactly two numbers.
    pub(super) fn crop(&mut self, at: &Occurrence) -> Field<[i64; 2]> {
        self.field(at, |reader, at| {
            if !reader.is_list(at.value) {
                return Err(reader.wrong_type(at, at.value));
            }
            reader.two(at, at.entry.key.domain.range())
        })
    }

    /// A number or a list of numbers.
    pub(super) fn integers(&mut self, at: &Occurrence) -> Field<Vec<Spanned<i64>>> {
        self.field(at, |reader, at| {
            let range = at.entry.key.domain.range();
            if !reader.is_list(at.value) {
                return Ok(vec![Spanned {
                    value: reader.number(at, at.value, range)?,
                    span: at.entry.value,
                }]);
            }
            let items = reader.document.items(at.value);
            if items.is_empty() {
                return Err(reader.list_length(at));
            }
            items
                .iter()
                .map(|item| {
                    Ok(Spanned {
                        value: reader.number(at, item.value, range)?,
                        span: reader.document.span(item.value),
                    })
                })
                .collect()
        })
    }

    /// Exactly as many numbers as the key wants.
    pub(super) fn numbered(&mut self, at: &Occurrence) -> Field<Vec<i64>> {
        self.field(at, |reader, at| {
            let code = at.entry.key.wrong_type;
            let Domain::Numbered { count } = at.entry.key.domain else {
                return Err(reader.wrong_type(at, at.value));
            };
            if !reader.is_list(at.value) {
                return Err(reader.wrong_type(at, at.value));
            }
            let items = reader.document.items(at.value);
            if items.len() != count {
                return Err(Fault {
                    code,
                    ..reader.list_length(at)
                });
            }
            items
                .iter()
                .map(|item| match reader.document.value(item.value) {
                    Some(Value::Int(value)) => Ok(clamp(value)),
                    _ => Err(reader.wrong_type(at, item.value)),
                })
                .collect()
        })
    }

    pub(super) fn reference(&mut self, at: &Occurrence) -> Field<Reference> {
        self.field(at, |reader, at| reader.one_reference(at, at.value))
    }

    /// A reference or a list of them; entries that are none are reported and left out.
    pub(super) fn references(&mut self, at: &Occurrence) -> Field<References> {
        self.field(at, |reader, at| {
            let list = reader.is_list(at.value);
            let nodes: Vec<NodeId> = if list {
                let items = reader.document.items(at.value);
                items.iter().map(|item| item.value).collect()
            } else {
                vec![at.value]
            };
            if nodes.is_empty() {
                return Err(reader.list_length(at));
            }
            let count = nodes.len();
            let mut items = Vec::with_capacity(count);
            for node in nodes {
                match reader.one_reference(at, node) {
                    Ok(value) => items.push(Spanned {
                        value,
                        span: reader.document.span(node),
                    }),
                    Err(fault) if list => reader.report(fault, Some(at.entry)),
                    Err(fault) => return Err(fault),
                }
            }
            Ok(References {
                complete: items.len() == count,
                items,
                list,
            })
        })
    }

    pub(super) fn target(&mut self, at: &Occurrence) -> Field<Target> {
        self.field(at, |reader, at| {
            let reference = reader.one_reference(at, at.value)?;
            let stop = match &reference {
                Reference::Number(number) => *number == -1,
                Reference::Name(name) => name.eq_ignore_ascii_case("stop"),
            };
            Ok(if stop {
                Target::Stop
            } else {
                Target::Layer(reference)
            })
        })
    }

    fn one_reference(&mut self, at: &Occurrence, node: NodeId) -> Reading<Reference> {
        match self.document.value(node) {
            Some(Value::Int(value)) => Ok(Reference::Number(clamp(value))),
            Some(Value::String(name)) => Ok(Reference::Name(name)),
            _ => Err(self.wrong_type(at, node)),
        }
    }

    /// The text that the vendor's tool makes of a `kernel_size`: numbers and words as written,
    /// in lower case; `None` for a list or a mapping.
    pub(super) fn kernel_text(&self, at: &Occurrence) -> Option<String> {
        match self.document.value(at.value)? {
            Value::Int(value) => Some(value.to_string()),
            Value::String(text) => Some(text.to_lowercase()),
            _ => Some(String::new()),
        }
    }

    /// A field whose reading is up to the caller.
    pub(super) fn judged<T>(
        &mut self,
        at: &Occurrence,
        judge: impl FnOnce(&Self) -> Result<T, (Code, ProblemKind)>,
    ) -> Field<T> {
        self.field(at, |reader, at| {
            judge(reader).map_err(|(code, kind)| Fault {
                code,
                span: at.entry.value,
                kind,
            })
        })
    }

    fn two(&mut self, at: &Occurrence, range: Range) -> Reading<[i64; 2]> {
        match self.document.items(at.value) {
            [first, second] => Ok([
                self.number(at, first.value, range)?,
                self.number(at, second.value, range)?,
            ]),
            _ => Err(self.list_length(at)),
        }
    }

    /// A whole number. One outside the range stays where a rule with the chip's limits judges it.
    fn number(&mut self, at: &Occurrence, node: NodeId, range: Range) -> Reading<i64> {
        let value = match self.document.value(node) {
            Some(Value::Int(value)) => value,
            _ => return Err(self.wrong_type(at, node)),
        };
        let code = if value < i128::from(range.min) {
            Some(range.below)
        } else if value > i128::from(range.max) {
            Some(range.above)
        } else {
            None
        };
        match code {
            Some(code) if code.0 < 100 || value.abs() > i128::from(LARGEST) => Err(Fault {
                code: if code.0 < 100 { code } else { Code(8) },
                span: self.document.span(node),
                kind: ProblemKind::OutOfRange { value },
            }),
            _ => Ok(clamp(value)),
        }
    }

    /// Whether a value, or an item of it, is a fault of the YAML, which says so itself.
    fn is_unreadable(&self, node: NodeId) -> bool {
        let items = self.document.items(node).iter();
        self.document.is_unreadable(node)
            || items
                .map(|item| item.value)
                .any(|item| self.document.is_unreadable(item))
    }

    fn is_list(&self, node: NodeId) -> bool {
        matches!(self.document.node(node).kind, NodeKind::Sequence { .. })
    }

    fn wrong_type(&self, at: &Occurrence, node: NodeId) -> Fault {
        Fault {
            code: at.entry.key.wrong_type,
            span: self.document.span(node),
            kind: ProblemKind::WrongType {
                found: self.found(node),
            },
        }
    }

    fn list_length(&self, at: &Occurrence) -> Fault {
        let kind = ProblemKind::ListLength {
            found: self.document.items(at.value).len(),
        };
        Fault::new(56, at.entry.value, kind)
    }

    /// What kind of value a node is.
    pub(super) fn found(&self, node: NodeId) -> Found {
        match &self.document.node(node).kind {
            NodeKind::Sequence { .. } => Found::List,
            NodeKind::Mapping { .. } => Found::Mapping,
            NodeKind::Scalar(scalar) => match scalar.resolve() {
                Value::Null => Found::Nothing,
                Value::Bool(_) => Found::Boolean,
                Value::Int(_) => Found::Integer,
                Value::Float(_) => Found::Float,
                Value::Timestamp => Found::Date,
                Value::String(_) => Found::Text,
            },
            NodeKind::Alias(_) => Found::Nothing,
        }
    }
}

impl Fault {
    pub(super) fn new(code: u16, span: Span, kind: ProblemKind) -> Self {
        Self {
            code: Code(code),
            span,
            kind,
        }
    }
}

/// Text as a mask, as Python's `int(text, 16)` reads it after dots and underscores are dropped.
fn hex(text: &str) -> Option<i128> {
    let digits: String = text.chars().filter(|c| !matches!(c, '.' | '_')).collect();
    let digits = digits.trim();
    let (negative, digits) = match digits.strip_prefix(['-', '+']) {
        Some(rest) => (digits.starts_with('-'), rest),
        None => (false, digits),
    };
    let digits = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
        .unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    // More digits than fit are too large in any case.
    let value = i128::from_str_radix(digits, 16).unwrap_or(i128::MAX);
    Some(if negative { -value } else { value })
}

/// Whether a text says no.
fn says_no(text: &str) -> bool {
    let text = text.trim();
    ["false", "no", "off", "0", "n", "f", "none", "null"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

fn clamp(value: i128) -> i64 {
    value.clamp(-i128::from(LARGEST), i128::from(LARGEST)) as i64
}
