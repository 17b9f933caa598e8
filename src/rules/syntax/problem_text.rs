//! What lowering found wrong with a key or a value, in words and with fixes.

use crate::diagnostic::{Applicability, Finding, Severity};
use crate::network::keys::{self, Domain, Key, NearestWord, Range, Scope};
use crate::network::{Found, KeyEntry, Operation, Problem, ProblemKind};
use crate::rules::words::list;
use crate::rules::{Context, Findings, edits};
use crate::text::{Span, apply_edits, slip};
use crate::{network, yaml};

/// Reports the problems of the rule that is being checked.
pub(super) fn report(cx: &Context, out: &mut Findings) {
    let code = out.rule.code;
    for problem in cx.network.problems.iter().filter(|p| p.code == code) {
        let finding = finding(cx, out, problem);
        out.push(finding);
    }
}

/// The finding of a problem.
fn finding(cx: &Context, out: &Findings, problem: &Problem) -> Finding {
    let layer = problem.position.and_then(|at| cx.network.index_at(at));
    let (message, notes) = match (&problem.kind, problem.entry) {
        (ProblemKind::MissingKeys { scope, keys }, _) => {
            let message = match (problem.span.text(cx.text), keys.as_slice()) {
                // The key is there, and marked.
                (name, [key]) if name == key.name => no_value(name, key),
                _ => missing_keys(*scope, keys),
            };
            let finding = out.new_finding(problem.span, layer, message);
            return with_missing_keys(cx, finding, layer);
        }
        (
            ProblemKind::UnknownKey {
                scope,
                nearest,
                taken,
            },
            _,
        ) => {
            return unknown_key(cx, out, problem, *scope, *nearest, *taken);
        }
        (_, Some(entry)) => describe(cx, problem, &entry),
        // Only the top of the file is wrong without a key.
        (_, None) => (
            "the top of a network file is a mapping with the keys `arch`, `dataset` and `layers`"
                .to_owned(),
            Vec::new(),
        ),
    };
    let mut finding = out.new_finding(problem.span, layer, message);
    finding.notes = notes;
    match problem.kind {
        ProblemKind::NotBoolean {
            says_opposite: true,
            ..
        } => finding.severity = Severity::Error,
        ProblemKind::Empty => finding.severity = Severity::Warning,
        _ => {}
    }
    match problem.entry {
        Some(entry) => with_fix(cx, finding, problem, &entry),
        None => finding,
    }
}

/// Message and notes of a wrong value.
fn describe(cx: &Context, problem: &Problem, entry: &KeyEntry) -> (String, Vec<String>) {
    let key = entry.key;
    let name = entry.name.text(cx.text);
    let text = shown(problem.span.text(cx.text));
    let mut notes = Vec::new();
    let message = match &problem.kind {
        ProblemKind::NotAMapping { found } => format!(
            "each item of `{name}` is a mapping of keys and values, but this one is {}",
            found.phrase()
        ),
        ProblemKind::NotAList { found: Found::List } => format!("`{name}` is empty"),
        ProblemKind::NotAList { found } => format!(
            "`{name}` is a list whose items start with `-`, but this is {}",
            found.phrase()
        ),
        ProblemKind::Empty => format!(
            "`{name}` has no value, so its default counts: {}",
            key.default
        ),
        ProblemKind::WrongType {
            found: Found::Nothing,
        } => no_value(name, key),
        ProblemKind::Kernel { .. } if text.is_empty() => no_value(name, key),
        ProblemKind::WrongType { found } => format!(
            "`{name}` takes {}, but `{text}` is {}",
            expected(key),
            found.phrase()
        ),
        ProblemKind::OutOfRange { value } => {
            format!(
                "`{name}` must be {}, but is {value}",
                allowed(key.domain.range(), *value)
            )
        }
        ProblemKind::Unsupported { nearest } => {
            if let Domain::Words { .. } = key.domain {
                notes.push(format!("`{name}` takes {}", expected(key)));
                format!("`{text}` is no value of `{name}`{}", question(nearest))
            } else {
                format!("`{name}` takes {}, but this is `{text}`", expected(key))
            }
        }
        ProblemKind::ListLength { found: 0 } => {
            format!("`{name}` takes {}, but this list is empty", expected(key))
        }
        ProblemKind::ListLength { found } => format!(
            "`{name}` takes {}, but this list has {}",
            expected(key),
            crate::rules::words::count(*found as i64, "item")
        ),
        ProblemKind::Unequal {
            pair: [height, width],
        } => format!("`{name}` must be the same for height and width, but is {height} and {width}"),
        ProblemKind::NotHex => format!("`{text}` is no hex number, and so no processor mask"),
        ProblemKind::MaskEmpty => {
            format!("`{name}` is {text}, but at least one processor must take part")
        }
        ProblemKind::MaskTooLarge => {
            let digits = hex_digits(&text);
            if digits > 16 {
                notes.push(format!(
                    "the mask has {digits} hex digits; 16 are all there are"
                ));
            }
            format!("`{text}` has bits beyond the 64 processors")
        }
        ProblemKind::Kernel { operation } => kernel_message(&text, *operation, &mut notes),
        ProblemKind::NotBoolean {
            acts_as,
            says_opposite,
        } => {
            if *says_opposite {
                notes.push(
                    "the vendor's tool asks Python whether the value is true, and any text but the \
                     empty one is"
                        .to_owned(),
                );
            }
            format!("`{name}` takes `true` or `false`; `{text}` counts as {acts_as}")
        }
        // Reported by rules of their own.
        ProblemKind::UnknownKey { .. }
        | ProblemKind::MissingKeys { .. }
        | ProblemKind::AliasConflict { .. } => String::new(),
    };
    (message, notes)
}

fn no_value(name: &str, key: &Key) -> String {
    format!("`{name}` has no value; it takes {}", expected(key))
}

fn kernel_message(text: &str, operation: Option<Operation>, notes: &mut Vec<String>) -> String {
    match operation {
        Some(Operation::Conv2d) => {
            if numbers(text).is_some_and(|numbers| numbers.iter().any(|&size| size > 3)) {
                notes.push("a larger kernel is built from several 3x3 layers".to_owned());
            }
            format!("a Conv2d has the kernels `3x3` and `1x1`, but this is `{text}`")
        }
        Some(Operation::ConvTranspose2d) => {
            format!("a ConvTranspose2d has the kernel `3x3`, but this is `{text}`")
        }
        Some(Operation::Conv1d) => {
            format!("a Conv1d has a kernel length from 1 to 9, but this is `{text}`")
        }
        Some(_) => {
            notes
                .push("without a convolution there is no kernel: the key is not needed".to_owned());
            format!("`{text}` is no kernel length from 1 to 9")
        }
        None => format!("`{text}` is no kernel of any operator"),
    }
}

/// What a key takes, with article.
fn expected(key: &Key) -> String {
    match key.domain {
        Domain::Mask { .. } => "a processor mask such as 0x000000000000000f".to_owned(),
        Domain::NumericMask => "a processor mask written as a number, without dots".to_owned(),
        Domain::Integer(range) => format!("a whole number {}", limits(range)),
        Domain::Offset(_) => "a whole number of bytes".to_owned(),
        Domain::Numbers { numbers, words, .. } => {
            let words = words.iter().map(|word| format!("`{}`", word.name));
            either(numbers.iter().map(i64::to_string).chain(words).collect())
        }
        Domain::Words { words, .. } => either(
            words
                .iter()
                .map(|word| format!("`{}`", word.name))
                .collect(),
        ),
        Domain::Boolean => "`true` or `false`".to_owned(),
        Domain::Pair(range) => format!("one number {}, or two as `[height, width]`", limits(range)),
        Domain::Dimensions(_) => "`[height, width]` or one length for 1-D data".to_owned(),
        Domain::Crop => "two numbers of rows, `[front, back]`".to_owned(),
        Domain::Kernel => "a kernel such as `3x3`".to_owned(),
        Domain::Reference => "the number or the name of a layer".to_owned(),
        Domain::References => "the number or the name of a layer, or a list of them".to_owned(),
        Domain::Target => "the number or the name of a layer, or `stop`".to_owned(),
        Domain::Integers(range) => format!("a number {} or a list of them", limits(range)),
        Domain::Numbered { count } => format!("a list of {count} whole numbers"),
        Domain::Text => "text".to_owned(),
        Domain::Blocks(_) => "a list of mappings".to_owned(),
    }
}

/// What a number should be that is not.
fn allowed(range: Range, value: i128) -> String {
    if range.is_limited() {
        format!("from {} to {}", range.min, range.max)
    } else if value > i128::from(range.max) {
        "a number that 32 bits hold".to_owned()
    } else {
        format!("at least {}", range.min)
    }
}

fn limits(range: Range) -> String {
    if range.is_limited() {
        format!("from {} to {}", range.min, range.max)
    } else {
        format!("of at least {}", range.min)
    }
}

/// `a, b or c`
fn either(mut words: Vec<String>) -> String {
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} or {last}", words.join(", ")),
        last => last.unwrap_or_default(),
    }
}

fn question(nearest: &Option<NearestWord>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!("; did you mean `{}`?", nearest.spelling)
    })
}

/// Text for a message: one line, not endless.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.len() < text.trim_end().len() => format!("{line} …"),
        None => line.to_owned(),
    }
}

/// Number of hex digits of a mask as written.
pub(super) fn hex_digits(text: &str) -> usize {
    let digits = text.trim_matches(['"', '\'']).to_ascii_lowercase();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    digits.bytes().filter(u8::is_ascii_hexdigit).count()
}

/// Adds the one natural replacement of the value, where there is one.
fn with_fix(cx: &Context, finding: Finding, problem: &Problem, entry: &KeyEntry) -> Finding {
    let value = entry.value.text(cx.text);
    let Some((applicability, text)) = replacement(value, problem, entry.key) else {
        return finding;
    };
    let title = format!("Write `{text}`");
    finding.fix(
        applicability,
        title,
        edits::replace_value(entry.value, &text),
    )
}

/// What was meant by a wrong value.
fn replacement(value: &str, problem: &Problem, key: &Key) -> Option<(Applicability, String)> {
    use Applicability::{Safe, Unsafe};
    let numbers = numbers(value);
    match &problem.kind {
        ProblemKind::Unsupported {
            nearest: Some(nearest),
        } => {
            let applicability = if nearest.certain { Safe } else { Unsafe };
            Some((applicability, nearest.spelling.to_owned()))
        }
        ProblemKind::Kernel { operation } => kernel_replacement(&numbers?, *operation),
        ProblemKind::NotBoolean { acts_as, .. } => boolean_replacement(value, *acts_as),
        ProblemKind::WrongType { .. }
        | ProblemKind::Unsupported { .. }
        | ProblemKind::ListLength { .. } => match key.domain {
            Domain::Integer(range) | Domain::Offset(range) => {
                let numbers = numbers?;
                let (first, rest) = numbers.split_first()?;
                let fits = (range.min..=range.max).contains(first)
                    && rest.iter().all(|number| number == first);
                fits.then(|| (Safe, written(value, *first)))
            }
            Domain::Numbers { numbers: known, .. } => match numbers?.as_slice() {
                [number] if known.contains(number) => Some((Safe, number.to_string())),
                _ => None,
            },
            Domain::Pair(range) | Domain::Dimensions(range) => {
                let numbers = numbers?;
                let fit = numbers.iter().all(|n| (range.min..=range.max).contains(n));
                match numbers.as_slice() {
                    [number] if fit => Some((Unsafe, number.to_string())),
                    [height, width] if fit => Some((Safe, format!("[{height}, {width}]"))),
                    _ => None,
                }
            }
            Domain::NumericMask => {
                let digits: String = value
                    .chars()
                    .filter(|c| !matches!(c, '.' | '_' | '"' | '\''))
                    .collect();
                let hex = digits.strip_prefix("0x").unwrap_or(&digits);
                u64::from_str_radix(hex, 16).ok()?;
                Some((Safe, format!("0x{hex}")))
            }
            Domain::Words { words, .. } => {
                let nearest = keys::nearest_word(words, value)?;
                Some((Unsafe, nearest.spelling.to_owned()))
            }
            Domain::Text => {
                let plain = !value.is_empty() && !value.contains(['\n', '"', '[', '{', '\\']);
                plain.then(|| (Safe, format!("\"{value}\"")))
            }
            _ => None,
        },
        _ => None,
    }
}

fn kernel_replacement(
    numbers: &[i64],
    operation: Option<Operation>,
) -> Option<(Applicability, String)> {
    let &[first, ref rest @ ..] = numbers else {
        return None;
    };
    if rest.len() > 1 || rest.iter().any(|&number| number != first && number != 1) {
        return None;
    }
    let square = rest.iter().all(|&number| number == first);
    let text = match operation? {
        Operation::Conv2d if square && [1, 3].contains(&first) => format!("{first}x{first}"),
        Operation::ConvTranspose2d if square && first == 3 => "3x3".to_owned(),
        // `3x1` is a length of 3; `3x3` would be another thing.
        Operation::Conv1d if rest.iter().all(|&n| n == 1) && (1..=9).contains(&first) => {
            first.to_string()
        }
        _ => return None,
    };
    Some((Applicability::Safe, text))
}

fn boolean_replacement(value: &str, acts_as: bool) -> Option<(Applicability, String)> {
    let word = value.trim_matches(['"', '\'']).trim();
    let says = |words: &[&str]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
    if says(&["false", "no", "off", "0", "n", "f"]) {
        Some((Applicability::Safe, "false".to_owned()))
    } else if says(&["true", "yes", "on", "1", "y", "t"]) {
        Some((Applicability::Safe, "true".to_owned()))
    } else if word.is_empty() {
        None
    } else {
        Some((Applicability::Unsafe, acts_as.to_string()))
    }
}

/// The whole numbers in a value such as `3`, `"3"`, `[3, 3]`, `(3, 3)`, `3x3` or `3.0`.
fn numbers(value: &str) -> Option<Vec<i64>> {
    let inner = value.trim_matches(['"', '\'', '[', ']', '(', ')', ' ']);
    let inner = inner.strip_suffix(".0").unwrap_or(inner);
    if let Some(hex) = inner.strip_prefix("0x") {
        return Some(vec![i64::from_str_radix(hex, 16).ok()?]);
    }
    inner
        .split([',', 'x', 'X', '*'])
        .map(|part| part.trim().parse().ok())
        .collect()
}

/// A number as it stands in a value, hex as hex.
fn written(value: &str, number: i64) -> String {
    if value.contains("0x") {
        format!("0x{number:04x}")
    } else {
        number.to_string()
    }
}

fn missing_keys(scope: Scope, keys: &[&Key]) -> String {
    let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
    let place = match scope {
        Scope::Global => "the file",
        Scope::Layer => "the layer",
        Scope::Unload | Scope::DataBuffer => "the block",
    };
    format!("{place} lacks {}", list(&names))
}

/// Adds the one key whose value somebody else states: the processors to which the previous layer
/// writes.
fn with_missing_keys(cx: &Context, finding: Finding, layer: Option<usize>) -> Finding {
    let writer = layer
        .and_then(|index| index.checked_sub(1))
        .and_then(|index| cx.network.layers.get(index));
    let (Some(index), Some(mask)) = (layer, writer.and_then(|w| w.output_processors.span())) else {
        return finding;
    };
    let layer = &cx.network.layers[index];
    if !layer.in_sequences.is_absent() || !layer.processors.is_absent() {
        return finding;
    }
    let line = format!("processors: {}", mask.text(cx.text));
    match edits::insert_key(cx, layer, &line).filter(|change| mends(cx, change)) {
        Some(change) => finding.fix(
            Applicability::Unsafe,
            "Read from the processors to which the previous layer writes",
            change,
        ),
        None => finding,
    }
}

/// A key that its scope does not know.
fn unknown_key(
    cx: &Context,
    out: &Findings,
    problem: &Problem,
    scope: Scope,
    nearest: Option<keys::Nearest>,
    taken: bool,
) -> Finding {
    let layer = problem.position.and_then(|at| cx.network.index_at(at));
    let name = problem.span.text(cx.text);
    let elsewhere = Scope::ALL
        .into_iter()
        .find(|&other| other != scope && keys::find(other, name).is_some());
    let mut message = format!("unknown key `{}` {}", shown(name), place(scope));
    if let Some(nearest) = nearest {
        let spelling = nearest.spelling;
        message += &match (slip(name, spelling), taken) {
            (_, true) => format!("; `{spelling}`, which it may stand for, is given already"),
            (Some(_), false) => format!("; did you mean `{spelling}`?"),
            (None, false) => format!("; here it may be called `{spelling}`"),
        };
    } else if let Some(other) = elsewhere {
        message += &format!("; it belongs {}", place(other));
    }
    let mut finding = out.new_finding(problem.span, layer, message);
    let Some(nearest) = nearest.filter(|_| !taken) else {
        return finding;
    };
    if slip(name, nearest.spelling).is_none() {
        let summary = nearest.key.summary();
        finding = finding.note(format!("`{}`: {summary}", nearest.spelling));
    }
    let mut change = edits::rename_key(problem.span, nearest.spelling);
    if let (Domain::Kernel, Some(value)) = (nearest.key.domain, value_of(cx, problem.span)) {
        change.extend(kernel_text(cx, value).map(|text| crate::text::Edit::replace(value, text)));
    }
    if !mends(cx, &change) {
        return finding;
    }
    let applicability = if nearest.certain {
        Applicability::Safe
    } else {
        Applicability::Unsafe
    };
    finding.fix(
        applicability,
        format!("Rename to `{}`", nearest.spelling),
        change,
    )
}

/// `3x3` for a value such as `[3, 3]` or `3`.
fn kernel_text(cx: &Context, value: Span) -> Option<String> {
    match numbers(value.text(cx.text))?.as_slice() {
        [number] => Some(format!("{number}x{number}")),
        [height, width] => Some(format!("{height}x{width}")),
        _ => None,
    }
}

fn value_of(cx: &Context, key: Span) -> Option<Span> {
    cx.document
        .mappings()
        .flat_map(|(entries, _)| entries)
        .find(|entry| cx.document.span(entry.key) == key)
        .map(|entry| cx.document.span(entry.value))
}

/// Whether edits leave fewer wrong keys and values than there are. In a trial nobody asks: a file
/// with many unknown keys would be read for each of them, in the trial of each.
fn mends(cx: &Context, change: &[crate::text::Edit]) -> bool {
    if cx.is_trial {
        return false;
    }
    apply_edits(cx.text, change).is_some_and(|text| {
        let network = network::lower(&yaml::parse(&text), &text);
        network.problems.len() < cx.network.problems.len()
    })
}

/// Where the keys of a scope stand.
const fn place(scope: Scope) -> &'static str {
    match scope {
        Scope::Global => "at the top of the file",
        Scope::Layer => "in a layer",
        Scope::Unload => "in an `unload` block",
        Scope::DataBuffer => "in a `data_buffer` block",
    }
}
