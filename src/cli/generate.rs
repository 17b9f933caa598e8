//! `ai8x-lint generate`: a network file from a model.

use std::path;

use anyhow::{Context, Result, anyhow, bail};

use crate::rules::words;
use crate::text::unified_diff;
use crate::workspace::{self, ModelName, Order, SourceFile, generate_network, shown};

use super::args::GenerateArgs;
use super::complain;
use super::inputs::checkpoint;

pub(super) fn run(args: &GenerateArgs) -> Result<String> {
    let mut model = ModelName::parse(&args.model);
    model.path = path::absolute(model.path)?;
    let checkpoint = match &args.checkpoint {
        None => None,
        Some(path) => Some((path.clone(), checkpoint(path)?)),
    };
    let existing = match &args.merge {
        None => None,
        Some(path) => Some(
            SourceFile::read(path)
                .map_err(|trouble| anyhow!("{}: {}", trouble.name, trouble.message))?,
        ),
    };
    let order = Order {
        model,
        dataset: args.dataset.clone(),
        input: args.input,
        classes: args.classes,
        frames: args.frames,
        bias: args.use_bias,
        device: args.device,
        checkpoint,
        policy: args.qat_policy.clone(),
        existing: existing.as_ref().map(|file| file.text.clone()),
    };
    let mut assumed = Vec::new();
    let made = generate_network(&order, &mut assumed);
    if !assumed.is_empty() {
        complain(&format!("{}: {}", args.model, assumed.join("; ")));
    }
    let made = made.map_err(|reasons| anyhow!("{}: {}", args.model, reasons.join("\n  ")))?;
    complain(&format!(
        "{}: {}, without errors and warnings",
        args.model,
        words::count(made.plan.layers.len() as i64, "layer")
    ));
    let text = made.text;
    if let (Some(file), Some(path)) = (&existing, &args.merge) {
        if args.write {
            workspace::write(path, &text)?;
            return Ok(String::new());
        }
        return Ok(unified_diff(&file.name, &file.text, &text));
    }
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
