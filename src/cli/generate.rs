//! `ai8x-lint generate`: a network file from a model.

use std::path;

use anyhow::{Context, Result, anyhow, bail};

use crate::network;
use crate::rules::words;
use crate::text::unified_diff;
use crate::workspace::{self, DeviceChoice, ModelName, Order, SourceFile, generate_network, shown};

use super::args::{FactArgs, GenerateArgs};
use super::complain;
use super::inputs;

pub(super) fn run(args: &GenerateArgs) -> Result<String> {
    let existing = match &args.merge {
        None => None,
        Some(path) => Some(
            SourceFile::read(path)
                .map_err(|trouble| anyhow!("{}: {}", trouble.name, trouble.message))?,
        ),
    };
    let order = order(args, existing.as_ref())?;
    let name = order.model.show();
    let mut assumed = Vec::new();
    let made = generate_network(&order, &mut assumed);
    if !assumed.is_empty() {
        complain(&format!("{name}: {}", assumed.join("; ")));
    }
    let made = made.map_err(|reasons| anyhow!("{name}: {}", reasons.join("\n  ")))?;
    complain(&format!(
        "{name}: {}, without errors and warnings",
        words::count(made.plan.layers.len() as i64, "layer")
    ));
    let text = made.text;
    if let (Some(file), Some(path)) = (&existing, &args.merge) {
        if !made.left_out.is_empty() {
            let lost = words::list(&made.left_out);
            let left_out = format!("{name} has nothing like {lost} of {}", file.name);
            if args.write && !args.drop_layers {
                bail!("{left_out}: nothing is written; `--drop-layers` leaves that out");
            }
            complain(&format!("{left_out}: left out"));
        }
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

/// What is wanted. What the arguments leave open, the file says that is to be completed.
fn order(args: &GenerateArgs, existing: Option<&SourceFile>) -> Result<Order> {
    let checkpoint = match &args.checkpoint {
        None => None,
        Some(path) => Some((path.clone(), inputs::checkpoint(path)?)),
    };
    let mut order = Order {
        model: ModelName {
            path: path::PathBuf::new(),
            name: None,
        },
        dataset: args.dataset.clone(),
        input: args.input,
        classes: args.classes,
        frames: args.frames,
        bias: args.use_bias,
        device: args.device,
        checkpoint,
        policy: args.qat_policy.clone(),
        existing: existing.map(|file| file.text.clone()),
    };
    if let Some(file) = existing {
        let facts = FactArgs {
            device: args.device.map(DeviceChoice::One),
            ..FactArgs::default()
        };
        let assumptions = inputs::network(&file.path, None, &facts)?
            .linted
            .assumptions;
        let own = network::lower(&file.document, &file.text);
        order.dataset = order.dataset.or_else(|| own.dataset.get().cloned());
        order.device = order.device.or(assumptions.device.map(|known| known.value));
        if let Some(known) = assumptions.model {
            order.model = known.value.name;
        } else if args.model.is_none() {
            let mut unsettled = assumptions.unsettled.iter();
            let why = unsettled.find(|unsettled| unsettled.what == "model");
            let why = why.map_or_else(
                || "no model is called as its `arch` says".to_owned(),
                |unsettled| unsettled.why.clone(),
            );
            bail!("{}: its model is not known: {why}", file.name);
        }
    }
    if let Some(given) = &args.model {
        order.model = ModelName::parse(given);
        order.model.path = path::absolute(&order.model.path)?;
    }
    Ok(order)
}
