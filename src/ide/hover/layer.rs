//! Layers and networks as a whole, and the settings in force.

use std::fmt::Write as _;

use crate::analysis::{ChannelSource, Fact, MaskSource, broken_by};
use crate::map::{Share, Step, Theme};
use crate::network::Source;
use crate::rules::words::{count, dims, list, mask as literal, offset as hex};

use crate::ide::{model, words};

use super::{Analyzed, drawing, heading, joined};

/// All about a layer: its shapes, its memory, who reads it, what it costs.
pub(super) fn about(analyzed: &Analyzed, layer: usize, picture: Option<Theme>) -> Option<String> {
    let step = analyzed.step(layer);
    let mut parts = vec![heading(analyzed, layer)];
    parts.extend(drawing(analyzed, layer, picture));
    if let Some(step) = step {
        parts.push(lifetime(analyzed, step));
        parts.extend(gap(analyzed, step));
        let cost = &step.cost;
        let numbers: Vec<String> = [
            cost.macs.map(|macs| words::large(macs, "MAC")),
            cost.weight_bytes
                .filter(|bytes| *bytes > 0)
                .map(|bytes| format!("{} of weights", words::large(bytes, "byte"))),
            cost.kernel_rows
                .filter(|rows| *rows > 0)
                .map(|rows| format!("{} of kernel memory a processor", count(rows, "row"))),
            cost.cycles
                .map(|cycles| format!("about {}", words::large(cycles, "cycle"))),
        ]
        .into_iter()
        .flatten()
        .collect();
        parts.push(numbers.join(", "));
    }
    parts.push(defaults(analyzed, layer));
    parts.extend(model::about(analyzed, layer));
    Some(joined(&parts))
}

/// What it reads, who reads it, how long it is needed, and how much is live meanwhile.
fn lifetime(analyzed: &Analyzed, step: &Step) -> String {
    let graph = &analyzed.analysis.graph;
    let layer = step.layer;
    let inputs: Vec<String> = graph
        .inputs
        .get(layer)
        .into_iter()
        .flatten()
        .filter_map(|input| Some(analyzed.network.source_label(input.source.ok()?)))
        .collect();
    let mut text = String::new();
    if !inputs.is_empty() {
        let _ = write!(text, "Reads {}. ", list(&inputs));
    }
    text.push_str(&read_by(analyzed, Source::Layer(layer)).unwrap_or_default());
    // Where a part is not known, the number of the others says nothing.
    if step.complete {
        let live = step.tensors.len() as i64;
        let _ = write!(
            text,
            " {} live while it runs, up to {} of the {} bytes of an instance.",
            if live == 1 {
                "1 tensor is".to_owned()
            } else {
                format!("{live} tensors are")
            },
            hex(step.used_bytes),
            hex(analyzed.device.instance_bytes)
        );
    }
    text
}

/// Why the memory map of a layer is not complete, where it is not.
fn gap(analyzed: &Analyzed, step: &Step) -> Option<String> {
    if step.complete {
        return None;
    }
    let memory = &analyzed.analysis.memory[step.layer];
    let cause = [&memory.reads, &memory.writes]
        .into_iter()
        .find_map(broken_by);
    Some(match cause {
        Some(code) => format!("Not all that it reads and writes is known, because of {code}."),
        None => {
            "Not all that it reads and writes is known: the shape of the network's input or of \
                 the weights is missing. Give `in_dim`, `in_channels` and `out_channels` in the \
                 layers, or the shapes in `NAME.shapes.json` beside `NAME.yaml`."
                .to_owned()
        }
    })
}

/// `Read by layer 5, needed until then.`
pub(super) fn read_by(analyzed: &Analyzed, source: Source) -> Option<String> {
    let graph = &analyzed.analysis.graph;
    let readers: Vec<String> = graph
        .readers(source)
        .map(|reader| analyzed.network.label(reader))
        .collect();
    let is_output = matches!(source, Source::Layer(layer) if graph.final_layer == Some(layer)
        || analyzed.analysis.parameters.get(layer)?.output == Ok(true));
    Some(match (readers.is_empty(), is_output) {
        (true, true) => "Its output is the network's.".to_owned(),
        (true, false) => "No layer reads it.".to_owned(),
        (false, true) => format!(
            "Read by {}; its output is also the network's.",
            list(&readers)
        ),
        (false, false) => format!("Read by {}.", list(&readers)),
    })
}

/// The settings that the file leaves out, where they say more than the usual.
fn defaults(analyzed: &Analyzed, layer: usize) -> String {
    let Some(keys) = analyzed.network.layers.get(layer) else {
        return String::new();
    };
    let named = [
        ("in_dim", keys.in_dim.is_absent()),
        ("in_offset", keys.in_offset.is_absent()),
        ("out_offset", keys.out_offset.is_absent()),
        ("output_processors", keys.output_processors.is_absent()),
    ];
    let lines: Vec<String> = named
        .into_iter()
        .filter(|(_, absent)| *absent)
        .filter_map(|(name, _)| Some(format!("`{name}` {}", value(analyzed, layer, name)?)))
        .collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("By default: {}.", lines.join("; "))
    }
}

/// The value of a key in force, and where it comes from.
pub(super) fn in_force(analyzed: &Analyzed, layer: usize, key: &str) -> Option<String> {
    Some(format!("In force: {}", value(analyzed, layer, key)?))
}

fn value(analyzed: &Analyzed, layer: usize, key: &str) -> Option<String> {
    let analysis = &analyzed.analysis;
    let parameters = analysis.parameters.get(layer)?;
    let shape = analysis.shapes.get(layer)?;
    let memory = analysis.memory.get(layer)?;
    let pair = |pair: Fact<[i64; 2]>| {
        pair.ok()
            .map(|pair| format!("{} (height x width)", dims(pair)))
    };
    // `0x0` for no padding would look like a number in hex.
    let both_ways = |both: Fact<[i64; 2]>| match both {
        Ok([height, width]) if height == width => Some(height.to_string()),
        _ => pair(both),
    };
    let number = |number: Fact<i64>, noun: &str| number.ok().map(|number| count(number, noun));
    let yes = |value: Fact<bool>| value.ok().map(|value| value.to_string());
    match key {
        "op" => Some(parameters.operator.ok()?.name().to_owned()),
        "in_sequences" => {
            let inputs = analysis.graph.inputs.get(layer)?.iter();
            let labels: Option<Vec<String>> = inputs
                .map(|input| Some(analyzed.network.source_label(input.source.ok()?)))
                .collect();
            labels.map(|labels| list(&labels))
        }
        "in_dim" => shape.in_dim.ok().map(dims),
        "in_channels" => Some(format!(
            "{}, {}",
            count(shape.in_channels.ok()?, "channel"),
            from(shape.in_channels_from)
        )),
        "out_channels" => Some(format!(
            "{}, {}",
            count(shape.out_channels.ok()?, "channel"),
            from(shape.out_channels_from)
        )),
        "in_offset" => memory.in_offset.ok().map(hex),
        "out_offset" => memory.out_offset.ok().map(hex),
        "output_processors" => Some(format!(
            "{}, {}",
            literal(memory.output_map.ok()?),
            match memory.output_map_from {
                MaskSource::Own => "as written".to_owned(),
                MaskSource::Next(next) =>
                    format!("from `processors` of {}", analyzed.network.label(next)),
                MaskSource::OutputMap => "from `output_map`".to_owned(),
                MaskSource::Default => "the lowest processors".to_owned(),
            }
        )),
        "kernel_size" => pair(parameters.kernel),
        "pad" => both_ways(parameters.pad),
        "stride" => both_ways(parameters.stride),
        "dilation" => both_ways(parameters.dilation),
        "max_pool" | "avg_pool" => {
            let after = shape.pooled_dim.ok().map(dims);
            let window = pair(parameters.pool)?;
            Some(match after {
                Some(after) => format!("{window}, leaves {after}"),
                None => window,
            })
        }
        "pool_stride" => both_ways(parameters.pool_stride),
        "pool_dilation" => both_ways(parameters.pool_dilation),
        "operands" => number(parameters.operands, "operand"),
        "write_gap" => number(parameters.write_gap, "word"),
        "read_gap" => number(parameters.read_gap, "word"),
        "output_width" => number(parameters.output_width, "bit"),
        "groups" => number(parameters.groups, "group"),
        "pool_first" => yes(parameters.pool_first),
        "streaming" => yes(parameters.streaming),
        "bypass" => yes(parameters.bypass),
        "output" => yes(parameters.output),
        "flatten" => match (
            parameters.flatten.ok()?,
            shape.pooled_dim,
            shape.stored_channels,
        ) {
            (true, Ok([height, width]), Ok(channels)) => Some(format!(
                "{channels} x {height} x {width} = {}",
                count(
                    channels.saturating_mul(height).saturating_mul(width),
                    "input"
                )
            )),
            (flatten, _, _) => Some(flatten.to_string()),
        },
        _ => None,
    }
}

fn from(source: ChannelSource) -> &'static str {
    match source {
        ChannelSource::Key => "as written",
        ChannelSource::Weights => "from the weights",
        ChannelSource::Data => "from the data that it reads",
        ChannelSource::Groups => "from `groups`",
        ChannelSource::Mask => "from the bits of the mask",
    }
}

/// All about the network.
pub(super) fn network(analyzed: &Analyzed) -> Vec<String> {
    let budget = &analyzed.map().budget;
    let name = analyzed
        .network
        .arch
        .get()
        .map_or("network", String::as_str);
    let chip = analyzed.device.name;
    let mut lines = vec![format!(
        "**{}**  {}{}",
        name.replace(['*', '`', '[', ']', '<', '>', '\n'], " "),
        count(analyzed.network.layers.len() as i64, "layer"),
        match analyzed.facts.device {
            Some(_) => format!(" on the {chip}"),
            None => format!(", shown for the {chip}: no chip is chosen"),
        }
    )];
    let mut table = String::from("| memory | used | of | fullest |\n|---|--:|--:|---|\n");
    for (memory, share, unit, part) in [
        ("data", &budget.data_memory, "bytes", "instance"),
        ("kernels", &budget.kernel_memory, "rows", "processor"),
        ("bias", &budget.bias_memory, "bytes", "quadrant"),
    ] {
        table.push_str(&row(memory, share, unit, part));
    }
    lines.push(table);
    let costs: Vec<String> = [
        budget
            .weight_bytes
            .map(|bytes| format!("{} of weights", words::large(bytes, "byte"))),
        budget.macs.map(|macs| words::large(macs, "MAC")),
        budget
            .cycles
            .map(|cycles| format!("about {} a run", words::large(cycles, "cycle"))),
    ]
    .into_iter()
    .flatten()
    .collect();
    lines.push(costs.join(", "));
    lines
}

fn row(memory: &str, share: &Share, unit: &str, part: &str) -> String {
    let Some((number, usage)) = share.fullest() else {
        return String::new();
    };
    // Nothing is not "0 % or more".
    if !share.complete && usage.used == 0 {
        return format!(
            "| {memory} | unknown | {} {unit} | |\n",
            words::grouped(usage.limit)
        );
    }
    let more = if share.complete { "" } else { " or more" };
    format!(
        "| {memory} | {} %{more} | {} of {} {unit} | {part} {number} |\n",
        usage.percent,
        words::grouped(usage.used),
        words::grouped(usage.limit)
    )
}
