//! `ai8x-lint generate`: a network file from a model.

use std::path::{self, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::rules::words;
use crate::workspace::{self, Order, generate_network, shown};

use super::args::GenerateArgs;
use super::complain;
use super::inputs::checkpoint;

pub(super) fn run(args: &GenerateArgs) -> Result<String> {
    let (file, name) = model(&args.model);
    let checkpoint = match &args.checkpoint {
        None => None,
        Some(path) => Some((path.clone(), checkpoint(path)?)),
    };
    let order = Order {
        file: path::absolute(file)?,
        name,
        dataset: args.dataset.clone(),
        input: args.input,
        classes: args.classes,
        bias: args.use_bias,
        device: args.device,
        checkpoint,
        policy: args.qat_policy.clone(),
    };
    let mut assumed = Vec::new();
    let made = generate_network(&order, &mut assumed);
    for sentence in &assumed {
        complain(&format!("{}: {sentence}", args.model));
    }
    let made = made.map_err(|reasons| anyhow!("{}: {}", args.model, reasons.join("\n  ")))?;
    complain(&format!(
        "{}: {}, without errors and warnings",
        args.model,
        words::count(made.plan.layers.len() as i64, "layer")
    ));
    let text = made.text;
    match &args.output_file {
        None => Ok(text),
        Some(path) if path.exists() => bail!("{} exists already", shown(path)),
        Some(path) => {
            std::fs::write(path, text)
                .with_context(|| format!("{} cannot be written", workspace::shown(path)))?;
            Ok(String::new())
        }
    }
}

/// File and name of `FILE:NAME`. A drive letter is no file.
fn model(text: &str) -> (PathBuf, Option<String>) {
    match text.rsplit_once(':') {
        Some((file, name)) if file.len() > 1 && !name.contains(['/', '\\']) => {
            (file.into(), Some(name.to_owned()))
        }
        _ => (text.into(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_a_file_and_a_name() {
        let read = |text: &str| {
            let (file, name) = model(text);
            (file.display().to_string(), name.unwrap_or_default())
        };
        assert_eq!(read("a/b.py:net"), ("a/b.py".into(), "net".into()));
        assert_eq!(read("b.py"), ("b.py".into(), String::new()));
        assert_eq!(read("C:/b.py"), ("C:/b.py".into(), String::new()));
        assert_eq!(read("C:\\b.py:net"), ("C:\\b.py".into(), "net".into()));
    }
}
