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
        if analyzed.step(index).is_none() {
            continue;
        }
        // An inlay hint behind the head shows the shapes.
        found.push(Lens {
            span: layer.head,
            title: "memory map".to_owned(),
            command: LensCommand::ShowMap { layer: Some(index) },
        });
        found.push(Lens {
            span: layer.head,
            title: readers(analyzed, index),
            command: LensCommand::ShowReaders { layer: index },
        });
    }
    found
}

/// Who reads the output of a layer, and which of them is the last to need it.
fn readers(analyzed: &Analyzed, layer: usize) -> String {
    let graph = &analyzed.analysis.graph;
    let mut readers: Vec<usize> = graph.readers(Source::Layer(layer)).collect();
    readers.sort_by_key(|reader| graph.time(*reader));
    let label = |reader: usize| words::title(analyzed, reader);
    let mut title = match readers.as_slice() {
        [] => "read by no layer".to_owned(),
        [only] => format!("read by {}", label(*only)),
        [.., last] => format!(
            "read by {}, last by {}",
            count(readers.len() as i64, "layer"),
            label(*last)
        ),
    };
    let is_kept = analyzed.analysis.parameters[layer].output == Ok(true);
    if is_kept || graph.final_layer == Some(layer) {
        title = match readers.as_slice() {
            [] => "output of the network".to_owned(),
            _ => format!("output of the network, {title}"),
        };
    }
    title
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
        - name: memory map ShowMap { layer: Some(0) }
        - name: read by #1 body ShowReaders { layer: 0 }
        - name: memory map ShowMap { layer: Some(1) }
        - name: read by 2 layers, last by #3 branch ShowReaders { layer: 1 }
        - name: memory map ShowMap { layer: Some(2) }
        - name: read by #4 join ShowReaders { layer: 2 }
        - name: memory map ShowMap { layer: Some(3) }
        - name: read by #4 join ShowReaders { layer: 3 }
        - name: memory map ShowMap { layer: Some(4) }
        - name: read by #5 shrink ShowReaders { layer: 4 }
        - name: memory map ShowMap { layer: Some(5) }
        - name: read by #6 scores ShowReaders { layer: 5 }
        - name: memory map ShowMap { layer: Some(6) }
        - name: output of the network ShowReaders { layer: 6 }
        ");
        insta::assert_snapshot!(shown(&fixture::plain("arch: a\nlayers:\n  - op: conv2d\n  - op: none\n    in_sequences: 0\n  - op: fc\n    in_sequences: 0\n")), @r"
        layers: Memory map: 3 layers ShowMap { layer: None }
        - op: memory map ShowMap { layer: Some(0) }
        - op: read by 2 layers, last by #2 ShowReaders { layer: 0 }
        - op: memory map ShowMap { layer: Some(1) }
        - op: read by no layer ShowReaders { layer: 1 }
        - op: memory map ShowMap { layer: Some(2) }
        - op: output of the network ShowReaders { layer: 2 }
        ");
        insta::assert_snapshot!(shown(&fixture::plain("arch: a\nlayers:\n  - op: conv2d\n    output: true\n  - op: fc\n")).lines().nth(2).unwrap_or_default(), @"- op: output of the network, read by #1 ShowReaders { layer: 0 }");
        insta::assert_snapshot!(shown(&fixture::plain("arch: a\nlayers: []\n")), @"");
    }
}
