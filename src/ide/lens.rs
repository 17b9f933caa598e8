//! Lines above the list of layers and above each layer.

use crate::network::Source;
use crate::rules::words::count;
use crate::text::Span;

use super::{Analyzed, words};

/// A line above a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The place.
    pub span: Span,
    /// The line.
    pub title: String,
    /// What a click does.
    pub command: LensCommand,
}

/// What a click on a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensCommand {
    /// Shows the memory map of a layer, or of the network.
    ShowMap {
        /// The layer.
        layer: Option<usize>,
    },
    /// Shows who reads the output of a layer.
    ShowReaders {
        /// The layer.
        layer: usize,
    },
}

/// All lines, in order of the layers.
pub fn lenses(analyzed: &Analyzed) -> Vec<Lens> {
    let network = &analyzed.network;
    let mut found = Vec::new();
    if let (Some(key), false) = (network.layers_field.key(), network.layers.is_empty()) {
        found.push(Lens {
            span: key,
            title: summary(analyzed),
            command: LensCommand::ShowMap { layer: None },
        });
    }
    for (index, layer) in network.layers.iter().enumerate() {
        let Some(step) = analyzed.step(index) else {
            continue;
        };
        let title = words::shapes(step).map_or_else(
            || "memory map".to_owned(),
            |shapes| format!("{shapes}, memory map"),
        );
        found.push(Lens {
            span: layer.head,
            title,
            command: LensCommand::ShowMap { layer: Some(index) },
        });
        let readers = analyzed.analysis.graph.readers(Source::Layer(index));
        let title = match readers.count() {
            0 if analyzed.analysis.graph.final_layer == Some(index) => {
                "output of the network".to_owned()
            }
            0 => "read by no layer".to_owned(),
            number => format!("read by {}", count(number as i64, "layer")),
        };
        found.push(Lens {
            span: layer.head,
            title,
            command: LensCommand::ShowReaders { layer: index },
        });
    }
    found
}

/// `Memory map: 7 layers, data 75 %, kernels 14 %, bias 13 %`.
fn summary(analyzed: &Analyzed) -> String {
    let budget = &analyzed.map().budget;
    let mut parts = vec![count(analyzed.network.layers.len() as i64, "layer")];
    for (memory, share) in [
        ("data", &budget.data_memory),
        ("kernels", &budget.kernel_memory),
        ("bias", &budget.bias_memory),
    ] {
        if let (true, Some((_, usage))) = (share.complete, share.fullest()) {
            parts.push(format!("{memory} {} %", usage.percent));
        }
    }
    format!("Memory map: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture;

    fn shown(analyzed: &Analyzed) -> String {
        let lines: Vec<String> = lenses(analyzed)
            .iter()
            .map(|lens| {
                let place = lens.span.text(&analyzed.text).lines().next();
                format!(
                    "{}: {} {:?}",
                    place.unwrap_or_default(),
                    lens.title,
                    lens.command
                )
            })
            .collect();
        lines.join("\n")
    }

    #[test]
    fn the_list_and_each_layer_have_lines() {
        insta::assert_snapshot!(shown(&fixture::residual("").0), @r"
        layers: Memory map: 7 layers, data 50 %, kernels 22 %, bias 11 % ShowMap { layer: None }
        - name: 3x32x32 -> 16x32x32, memory map ShowMap { layer: Some(0) }
        - name: read by 1 layer ShowReaders { layer: 0 }
        - name: 16x32x32 -> 20x32x32, memory map ShowMap { layer: Some(1) }
        - name: read by 2 layers ShowReaders { layer: 1 }
        - name: 20x32x32 -> 20x32x32, memory map ShowMap { layer: Some(2) }
        - name: read by 1 layer ShowReaders { layer: 2 }
        - name: 20x32x32 -> 20x32x32, memory map ShowMap { layer: Some(3) }
        - name: read by 1 layer ShowReaders { layer: 3 }
        - name: 2 x 20x32x32 -> 20x32x32, memory map ShowMap { layer: Some(4) }
        - name: read by 1 layer ShowReaders { layer: 4 }
        - name: 20x32x32 -> 16x8x8, memory map ShowMap { layer: Some(5) }
        - name: read by 1 layer ShowReaders { layer: 5 }
        - name: 16x8x8 -> 10x1x1, memory map ShowMap { layer: Some(6) }
        - name: output of the network ShowReaders { layer: 6 }
        ");
        insta::assert_snapshot!(shown(&fixture::plain("arch: a\nlayers:\n  - op: conv2d\n  - op: none\n    in_sequences: 0\n  - op: fc\n    in_sequences: 0\n")), @r"
        layers: Memory map: 3 layers ShowMap { layer: None }
        - op: memory map ShowMap { layer: Some(0) }
        - op: read by 2 layers ShowReaders { layer: 0 }
        - op: memory map ShowMap { layer: Some(1) }
        - op: read by no layer ShowReaders { layer: 1 }
        - op: memory map ShowMap { layer: Some(2) }
        - op: output of the network ShowReaders { layer: 2 }
        ");
        insta::assert_snapshot!(shown(&fixture::plain("arch: a\nlayers: []\n")), @"");
    }
}
