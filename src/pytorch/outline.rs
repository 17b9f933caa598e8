//! What a model file offers, without running it.

use super::front;
use super::syntax::{ClassDef, Expr, ExprKind, FunctionDef, StmtKind};
use crate::text::Span;

/// What a Python file offers.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The models of its list `models`; `None` where it has no such list.
    pub models: Option<Vec<Entry>>,
    /// The classes at its top level that inherit from something.
    pub classes: Vec<Entry>,
    /// The functions and classes at its top level.
    pub definitions: Vec<Span>,
    /// What cannot be read.
    pub errors: Vec<(Span, String)>,
    /// The comments, from `#` to the end of the line.
    pub comments: Vec<Span>,
}

/// A model by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of the function or class that makes it.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The keywords that it takes; `None` where it takes any.
    pub keywords: Option<Vec<String>>,
}

/// Whether a text is one of the trainer's model files: it imports `ai8x` and has a list `models` or
/// a class. Told from the beginnings of its lines, so that nothing else costs more.
pub fn is_model_file(text: &str) -> bool {
    let mut imports = false;
    let mut offers = false;
    for line in text.lines() {
        let unindented = line.trim_start();
        imports |= ["import ai8x", "from ai8x"]
            .iter()
            .any(|start| unindented.starts_with(start));
        offers |= line.starts_with("class ")
            || line
                .strip_prefix("models")
                .is_some_and(|rest| rest.trim_start().starts_with('='));
        if imports && offers {
            return true;
        }
    }
    false
}

/// Reads what a file offers.
pub fn outline(text: &str) -> Outline {
    let source = front::parsed(text);
    let mut outline = Outline {
        errors: source.errors.clone(),
        comments: source.comments.clone(),
        ..Outline::default()
    };
    for statement in &source.body {
        if matches!(statement.kind, StmtKind::Class(_) | StmtKind::Function(_)) {
            outline.definitions.push(statement.span);
        }
        match &statement.kind {
            StmtKind::Class(def) if !def.bases.is_empty() => outline.classes.push(Entry {
                name: def.name.to_string(),
                span: name_span(text, statement.span, &def.name),
                keywords: class_keywords(def),
            }),
            StmtKind::Assign(targets, value) if targets.iter().any(is_models) => {
                if let ExprKind::List(items) = &value.kind {
                    outline.models = Some(items.iter().filter_map(entry).collect());
                }
            }
            _ => {}
        }
    }
    outline
}

fn is_models(target: &Expr) -> bool {
    matches!(&target.kind, ExprKind::Name(name) if &**name == "models")
}

/// `{'name': 'ai85net5', …}`
fn entry(item: &Expr) -> Option<Entry> {
    let ExprKind::Dict(pairs) = &item.kind else {
        return None;
    };
    pairs.iter().find_map(|(key, value)| {
        match (key.as_ref().map(|key| &key.kind), &value.kind) {
            (Some(ExprKind::Str(key)), ExprKind::Str(name)) if &**key == "name" => Some(Entry {
                name: name.to_string(),
                span: value.span,
                // The trainer passes the same to all of them.
                keywords: None,
            }),
            _ => None,
        }
    })
}

/// The keywords that the constructor takes; one that is inherited may take any.
fn class_keywords(def: &ClassDef) -> Option<Vec<String>> {
    let init = def
        .body
        .iter()
        .find_map(|statement| match &statement.kind {
            StmtKind::Function(function) if &*function.name == "__init__" => Some(function),
            _ => None,
        })?;
    keywords(init)
}

fn keywords(def: &FunctionDef) -> Option<Vec<String>> {
    if def.keyword_rest.is_some() {
        return None;
    }
    let all = def.parameters.iter().chain(&def.keyword_only);
    Some(all.map(|parameter| parameter.name.to_string()).collect())
}

/// Where a name stands first in a statement; the statement's start where it does not.
fn name_span(text: &str, statement: Span, name: &str) -> Span {
    let word = format!("class {name}");
    match statement.text(text).find(&word) {
        Some(at) => {
            let end = statement.start + u32::try_from(at + word.len()).unwrap_or(0);
            Span::new(end - u32::try_from(name.len()).unwrap_or(0), end)
        }
        None => Span::at(statement.start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_files_are_told_from_others() {
        assert!(is_model_file("import ai8x\n\nmodels = []\n"));
        assert!(is_model_file(
            "class Net:\n    pass\n\n\nfrom ai8x import Conv2d\n"
        ));
        assert!(!is_model_file("import torch\nmodels = []\n"));
        assert!(!is_model_file("import ai8x\nmodels_of_mine = []\n"));
        assert!(!is_model_file(""));
    }

    #[test]
    fn the_list_and_the_classes_are_found() {
        let text = "\
import ai8x  # the trainer
class Net(nn.Module):
    def __init__(self, num_classes=10, *, bias=True):
        pass
class Any(Net):
    def __init__(self, **kwargs):
        pass
class Plain:
    pass
models = [{'name': 'net', 'min_input': 1}, {'min_input': 1}, 5]
";
        let outline = outline(text);
        let entry = |entry: &Entry| {
            (
                entry.name.clone(),
                entry.span.text(text),
                entry.keywords.clone(),
            )
        };
        let models = outline.models.unwrap();
        assert_eq!(
            models.iter().map(entry).collect::<Vec<_>>(),
            [("net".to_owned(), "'net'", None)]
        );
        let own = ["self", "num_classes", "bias"].map(str::to_owned).to_vec();
        assert_eq!(
            outline.classes.iter().map(entry).collect::<Vec<_>>(),
            [
                ("Net".to_owned(), "Net", Some(own)),
                ("Any".to_owned(), "Any", None)
            ]
        );
        assert_eq!(outline.comments.len(), 1);
    }
}
