//! What a file offers to the trainer: models and data sets, which it lists by name.

use crate::text::Span;

use super::interpreter::Interpreter;
use super::model::TrainingDevice;
use super::value::{Kind, Value};
use super::{definitions, on_own_stack};

/// Names that one file may offer.
const MOST_OFFERS: usize = 4096;

/// A name that a file offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// A data set of the trainer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSet {
    /// Its name.
    pub name: String,
    /// Channels, height and width; of signals channels, length and 1.
    pub input: Option<[i64; 3]>,
    /// The number of its labels.
    pub classes: Option<i64>,
}

/// The models that a file offers: those in its list `models`, else all functions and classes.
pub fn offers(text: &str) -> Vec<Offer> {
    let listed = on_own_stack(|| {
        listed(text, "models", |name, entry, _| {
            let span = name.origin.span;
            Some(Offer {
                name: word(&name)?,
                span: if span.is_empty() {
                    entry.origin.span
                } else {
                    span
                },
            })
        })
    });
    let defined = || {
        let all = definitions(text).into_iter();
        all.map(|(name, span)| Offer { name, span }).collect()
    };
    listed
        .filter(|listed| !listed.is_empty())
        .unwrap_or_else(defined)
}

/// The data sets that a file offers in its list `datasets`.
pub fn data_sets(text: &str) -> Vec<DataSet> {
    let found = on_own_stack(|| {
        listed(text, "datasets", |name, _, entries| {
            Some(DataSet {
                name: word(&name)?,
                input: get(entries, "input").and_then(|input| shape(&input)),
                classes: get(entries, "output").and_then(|output| length(&output)),
            })
        })
    });
    found.unwrap_or_default()
}

/// The entries of a list of dictionaries that have a `name`: what `read` makes of the name, the
/// entry, and its content.
fn listed<T>(
    text: &str,
    list: &str,
    read: impl Fn(Value, &Value, &[(Value, Value)]) -> Option<T>,
) -> Vec<T> {
    let nothing = |_: &str| None;
    let mut interpreter = Interpreter::new(TrainingDevice::Ai85, &nothing);
    let root = interpreter.load("", text);
    let entries = interpreter
        .global(root, list)
        .map(|list| elements(&list))
        .unwrap_or_default();
    let found = entries
        .iter()
        .take(MOST_OFFERS)
        .filter_map(|entry| {
            let Kind::Dict(content) = &entry.kind else {
                return None;
            };
            let content = content.borrow();
            read(get(&content, "name")?, entry, &content)
        })
        .collect();
    interpreter.finish();
    found
}

fn elements(value: &Value) -> Vec<Value> {
    match &value.kind {
        Kind::List(list) => list.borrow().clone(),
        Kind::Tuple(list) => list.to_vec(),
        _ => Vec::new(),
    }
}

fn get(entries: &[(Value, Value)], wanted: &str) -> Option<Value> {
    let is_wanted = |key: &Value| matches!(&key.kind, Kind::Str(key) if **key == *wanted);
    let entry = entries.iter().find(|(key, _)| is_wanted(key))?;
    Some(entry.1.clone())
}

fn word(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Str(text) if !text.is_empty() => Some(text.to_string()),
        _ => None,
    }
}

/// As the trainer takes the shape of an input: where there are two numbers, the third is 1.
fn shape(value: &Value) -> Option<[i64; 3]> {
    let sizes: Option<Vec<i64>> = elements(value)
        .iter()
        .map(|size| match size.kind {
            Kind::Int(size) if size > 0 => Some(size),
            _ => None,
        })
        .collect();
    match sizes?[..] {
        [channels, length] => Some([channels, length, 1]),
        [channels, height, width] => Some([channels, height, width]),
        _ => None,
    }
}

/// As Python counts labels: of a plain text, its characters.
fn length(value: &Value) -> Option<i64> {
    let length = match &value.kind {
        Kind::List(list) => list.borrow().len(),
        Kind::Tuple(list) => list.len(),
        Kind::Dict(entries) => entries.borrow().len(),
        Kind::Str(text) => text.chars().count(),
        _ => return None,
    };
    i64::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_those_of_the_list() {
        let names = |text: &str| -> Vec<String> {
            let offers = offers(text).into_iter();
            offers.map(|offer| offer.name).collect()
        };
        let code = "class Net:\n    pass\n\ndef net(**kwargs):\n    return Net(**kwargs)\n";
        assert_eq!(names(code), ["Net", "net"]);
        let listed = format!("{code}\nmodels = [{{'name': 'net', 'dim': 2}}]\n");
        assert_eq!(names(&listed), ["net"]);
        let span = offers(&listed)[0].span;
        assert_eq!(span.text(&listed), "'net'");
    }

    #[test]
    fn data_sets_have_inputs_and_labels() {
        let text = "\
class Sounds:
    labels = {'few': ['up', 'down']}

def load(data, args):
    return None

datasets = [
    {'name': 'a', 'input': (3, 32, 30), 'output': list(map(str, range(10))), 'loader': load},
    {'name': 'b', 'input': (128, 64), 'output': Sounds.labels['few']},
    {'name': 'c', 'input': (4, 64, 64), 'output': ('rgb')},
    {'name': 'd', 'input': shape(), 'output': ([1])},
    {'input': (1, 2)},
]
";
        let found: Vec<String> = data_sets(text)
            .iter()
            .map(|set| format!("{} {:?} {:?}", set.name, set.input, set.classes))
            .collect();
        assert_eq!(
            found,
            [
                "a Some([3, 32, 30]) Some(10)",
                "b Some([128, 64, 1]) Some(2)",
                "c Some([4, 64, 64]) Some(3)",
                "d None Some(1)",
            ]
        );
        assert_eq!(data_sets("datasets = 3\n"), []);
        assert_eq!(data_sets("datasets = [\n"), []);
    }
}
