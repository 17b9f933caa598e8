//! `ai8x-lint allocate`: where in data memory each layer writes.

use anyhow::{Result, anyhow, bail};

use crate::allocate::Objective;
use crate::network;
use crate::rules::words;
use crate::text::unified_diff;
use crate::workspace::{self, Allocated, Choices, Selection};

use super::args::{AllocateArgs, Goal, Keep};
use super::{complain, inputs, map};

pub(super) fn run(args: &AllocateArgs) -> Result<String> {
    let inputs::Network { file, config, .. } =
        inputs::network(&args.file, args.config.as_deref(), &args.facts)?;
    if !file.is_network() {
        bail!(
            "{}: it has neither `layers` nor `arch`, so it is no network",
            file.name
        );
    }
    let only = match &args.layer {
        Some(layer) => Some(map::number(
            &network::lower(&file.document, &file.text),
            layer,
        )?),
        None => None,
    };
    let overrides = inputs::overrides(&args.facts, Selection::default())?;
    let choices = Choices {
        only,
        keep_masks: matches!(args.keep, Keep::Masks | Keep::All),
        keep_offsets: matches!(args.keep, Keep::Offsets | Keep::All),
        objective: match args.objective {
            Goal::Peak => Objective::Peak,
            Goal::Edits => Objective::Edits,
            Goal::Readable => Objective::Readable,
        },
    };
    let allocated = workspace::allocate(&file, &config, &overrides, &choices)
        .map_err(|reason| anyhow!("{}: {reason}", file.name))?;
    complain(&format!("{}: {}", file.name, allocated.summary()));
    if args.write && !allocated.edits.is_empty() {
        workspace::write(&args.file, &allocated.text)?;
    }
    let mut text = String::new();
    if args.diff || !args.write && !args.report {
        text += &unified_diff(&file.name, &file.text, &allocated.text);
    }
    if args.report {
        text += &report(&allocated);
    }
    Ok(text)
}

/// How full the memories are.
fn report(allocated: &Allocated) -> String {
    let of = |part: i64, whole: i64| format!("{} %", part * 100 / whole.max(1));
    let bytes = |bytes: i64| {
        let share = of(bytes, allocated.capacity);
        format!("{} ({share})", words::offset(bytes))
    };
    let before = allocated.before.map_or("not known".to_owned(), bytes);
    let mut lines = vec![
        format!("data memory   highest byte before   {before}"),
        format!(
            "              highest byte after    {}",
            bytes(allocated.after)
        ),
        format!(
            "              lower bound           {}",
            bytes(allocated.bound)
        ),
    ];
    let rows = allocated.kernel_rows.iter();
    if let Some([used, all]) = rows.max_by_key(|[used, all]| used * 1000 / (*all).max(1)) {
        let share = of(*used, *all);
        lines.push(format!(
            "kernel memory fullest processor     {used} of {all} rows ({share})"
        ));
    }
    let bias = match &allocated.bias {
        Some(used) => {
            let used: Vec<String> = used.iter().map(ToString::to_string).collect();
            format!("{} of {} bytes", used.join(" + "), allocated.bias_capacity)
        }
        None => "not known".to_owned(),
    };
    lines.push(format!("bias memory   the four quadrants    {bias}"));
    lines.join("\n") + "\n"
}
