//! Tree to network. Total: a wrong value becomes [`Field::Invalid`] plus a [`Problem`], and what
//! cannot be read at all is left out.

mod layer;
mod read;

use std::collections::HashSet;

use crate::text::Span;
use crate::yaml::{Document, Item, NodeId, NodeKind};

use self::read::{Fault, Occurrence, Reader};
use super::keys::{Domain, Scope};
use super::problem::{Found, ProblemKind};
use super::{DataBuffer, Field, Layer, Network, Unload};

/// Reads the network out of the tree.
pub fn lower(document: &Document, text: &str) -> Network {
    let Some(root) = document.root() else {
        return Network::default();
    };
    let mut reader = Reader {
        document,
        text,
        position: None,
        problems: Vec::new(),
    };
    let mut network = Network {
        span: document.span(root),
        ..Network::default()
    };
    if !reader.is_mapping(root, None) {
        network.problems = reader.problems;
        return network;
    }
    let head = document.entries(root).first();
    let head = head.map_or(network.span, |entry| document.span(entry.key));
    for at in reader.occurrences(root, Scope::Global, head) {
        match at.entry.key.name {
            "arch" => network.arch = reader.text(&at),
            "dataset" => network.dataset = reader.text(&at),
            "layers" => {
                network.layers_field = reader.list(&at, 1);
                let blocks = reader.blocks(&at);
                let layers = blocks.iter().map(|block| layer::layer(&mut reader, block));
                (network.layers, network.duplicates) = in_sequence(layers.collect());
                reader.position = None;
            }
            "output_map" => network.output_map = reader.mask(&at),
            "snoop" => network.snoop = reader.numbered(&at),
            "unload" => {
                reader.list(&at, 0);
                let blocks = reader.blocks(&at);
                network.unload = blocks
                    .iter()
                    .map(|block| unload(&mut reader, block))
                    .collect();
            }
            "data_buffer" => {
                reader.list(&at, 0);
                let blocks = reader.blocks(&at);
                network.data_buffer = blocks
                    .iter()
                    .map(|block| data_buffer(&mut reader, block))
                    .collect();
            }
            // Only tests of the vendor's tool read them, and it takes any value.
            "weights" | "bias" => {}
            other => unreachable_key(other),
        }
    }
    network.has_holes = network
        .layers
        .iter()
        .enumerate()
        .any(|(index, layer)| layer.number != index as i64);
    for (index, layer) in network.layers.iter().enumerate().rev() {
        if let Some(name) = layer.name() {
            network.named.insert(name.to_lowercase(), index);
        }
    }
    network.problems = reader.problems;
    network
}

/// A mapping in a list of blocks.
struct Block {
    node: NodeId,
    span: Span,
    head: Span,
    /// Position in the file, for layers.
    position: Option<usize>,
}

impl Reader<'_> {
    /// Whether a key holds a list of at least so many blocks; says so where it does not.
    fn list(&mut self, at: &Occurrence, least: usize) -> Field<()> {
        self.judged(at, |reader| match reader.found(at.value) {
            Found::List if reader.document.items(at.value).len() >= least => Ok(()),
            found => Err((at.entry.key.wrong_type, ProblemKind::NotAList { found })),
        })
    }

    /// The mappings of a list of blocks; says which items are none.
    fn blocks(&mut self, at: &Occurrence) -> Vec<Block> {
        let layers = matches!(at.entry.key.domain, Domain::Blocks(Scope::Layer));
        let mut blocks = Vec::new();
        for item in self.document.items(at.value) {
            self.position = layers.then_some(blocks.len());
            if self.is_mapping(item.value, Some(at)) {
                blocks.push(Block {
                    node: item.value,
                    span: self.document.span(item.value),
                    head: self.head(item),
                    position: self.position,
                });
            }
        }
        self.position = None;
        blocks
    }

    /// The `-` of an item and its first key.
    fn head(&self, item: &Item) -> Span {
        let span = self.document.span(item.value);
        let start = item.dash.unwrap_or(span);
        match &self.document.raw(item.value).kind {
            NodeKind::Mapping { entries, .. } if !entries.is_empty() => {
                Span::new(start.start, self.document.span(entries[0].key).end)
            }
            _ => start.to(span),
        }
    }

    fn is_mapping(&mut self, node: NodeId, list: Option<&Occurrence>) -> bool {
        let found = self.found(node);
        if found == Found::Mapping {
            return true;
        }
        let code = if list.is_some() { 8 } else { 1 };
        let fault = Fault::new(
            code,
            self.document.span(node),
            ProblemKind::NotAMapping { found },
        );
        self.report(fault, list.map(|at| at.entry));
        false
    }
}

fn unload(reader: &mut Reader, block: &Block) -> Unload {
    let mut unload = Unload {
        span: block.span,
        head: block.head,
        ..Unload::default()
    };
    for at in reader.occurrences(block.node, Scope::Unload, block.head) {
        match at.entry.key.name {
            "processors" => unload.processors = reader.mask(&at),
            "channels" => unload.channels = reader.integer(&at),
            "dim" => unload.dim = reader.dimensions(&at),
            "offset" => unload.offset = reader.integer(&at),
            "width" => unload.width = reader.choice(&at),
            "write_gap" => unload.write_gap = reader.integer(&at),
            other => unreachable_key(other),
        }
    }
    unload
}

fn data_buffer(reader: &mut Reader, block: &Block) -> DataBuffer {
    let mut buffer = DataBuffer {
        span: block.span,
        head: block.head,
        ..DataBuffer::default()
    };
    for at in reader.occurrences(block.node, Scope::DataBuffer, block.head) {
        match at.entry.key.name {
            "processors" => buffer.processors = reader.mask(&at),
            "dim" => buffer.dim = reader.dimensions(&at),
            "channels" => buffer.channels = reader.integer(&at),
            "offset" => buffer.offset = reader.integer(&at),
            "name" => buffer.name = reader.text(&at),
            "width" => buffer.width = reader.choice(&at),
            other => unreachable_key(other),
        }
    }
    buffer
}

/// A key of the table that lowering does not read: a slip of ours, which a test finds.
fn unreachable_key(name: &str) {
    debug_assert!(false, "the key `{name}` of the table is not read");
}

/// Layers in order of their numbers, and those whose number an earlier one has.
fn in_sequence(layers: Vec<Layer>) -> (Vec<Layer>, Vec<Layer>) {
    let mut number = -1;
    let mut taken = HashSet::new();
    let mut kept = Vec::with_capacity(layers.len());
    let mut duplicates = Vec::new();
    for mut layer in layers {
        number = layer.sequence.value().unwrap_or(number + 1);
        layer.number = number;
        if taken.insert(number) {
            kept.push(layer);
        } else {
            duplicates.push(layer);
        }
    }
    kept.sort_by_key(|layer| layer.number);
    (kept, duplicates)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::network::{Eltwise, Operation, Problem, Reference, Source, Target, Unresolved};
    use crate::yaml;

    fn read(text: &str) -> Network {
        lower(&yaml::parse(text), text)
    }

    /// A network of these layers.
    fn network(layers: &str) -> Network {
        read(&format!("arch: a\ndataset: d\nlayers:\n{layers}"))
    }

    /// A layer with these further keys, and the codes of what is wrong with it.
    fn layer(keys: &str) -> (Layer, Vec<u16>) {
        let mut network = network(&format!("- {{processors: 0xf, {keys}}}"));
        let codes = codes(&network.problems);
        (network.layers.remove(0), codes)
    }

    fn codes(problems: &[Problem]) -> Vec<u16> {
        problems.iter().map(|problem| problem.code.0).collect()
    }

    #[test]
    fn every_key_of_the_table_is_read() {
        for scope in Scope::ALL {
            for name in scope.keys().iter().flat_map(|key| key.spellings()) {
                let text = match scope {
                    Scope::Global => format!("{name}: 1\n"),
                    Scope::Layer => format!("layers:\n- {name}: 1\n"),
                    Scope::Unload => format!("unload:\n- {name}: 1\n"),
                    Scope::DataBuffer => format!("data_buffer:\n- {name}: 1\n"),
                };
                let network = read(&text);
                let unknown = codes(&network.problems).contains(&scope.unknown_key().0);
                assert!(!unknown, "{text}");
            }
        }
    }

    #[test]
    fn masks_are_numbers_or_hex_text() {
        for (text, mask) in [
            ("15", 0xf),
            ("0xf", 0xf),
            ("0111", 73),
            ("0x0000_0000_0000_000f", 0xf),
            ("0x0000.0000.0000.000f", 0xf),
            ("0x0000.0000_0000.000f", 0xf),
            ("ffff", 0xffff),
            ("\" 0xF \"", 0xf),
            ("1e5", 0x1e5),
            ("0xffff.ffff.ffff.ffff", u64::MAX),
            ("18446744073709551615", u64::MAX),
        ] {
            let (layer, codes) = layer(&format!("output_processors: {text}"));
            assert_eq!(layer.output_processors.value(), Some(mask), "{text}");
            assert_eq!(codes, [0; 0], "{text}");
        }
        for text in [
            "0",
            "-1",
            "0x1ffffffffffffffff",
            "0x1.ffff.ffff.ffff.ffff",
            "0x000g",
            "0x",
            "0000.0001",
            "\"-f\"",
            "[1]",
            "~",
        ] {
            let (layer, codes) = layer(&format!("output_processors: {text}"));
            assert!(layer.output_processors.invalid().is_some(), "{text}");
            assert_eq!(codes, [11], "{text}");
        }
    }

    #[test]
    fn an_empty_mask_is_missing() {
        let network = network("- processors:\n  op: none\n");
        assert_eq!(codes(&network.problems), [9]);
        assert_eq!(network.problems[0].span.len(), 10);
        assert_eq!(
            network.layers[0].processors.invalid(),
            Some(crate::diagnostic::Code(9))
        );
    }

    #[test]
    fn booleans_are_what_python_finds_true() {
        for (text, value, wrong) in [
            ("true", true, false),
            ("No", false, false),
            ("1", true, true),
            ("0", false, true),
            ("0.0", false, true),
            ("\"flase\"", true, true),
            ("\"\"", false, true),
            ("~", false, true),
            ("[]", false, true),
            ("[0]", true, true),
            ("{}", false, true),
        ] {
            let (layer, codes) = layer(&format!("streaming: {text}"));
            assert_eq!(layer.streaming.value(), Some(value), "{text}");
            assert_eq!(codes == [28], wrong, "{text}");
        }
        let (layer, codes) = super::tests::layer("streaming: 'Off'");
        assert_eq!((layer.streaming.value(), codes), (None, vec![28]));
    }

    #[test]
    fn booleans_are_no_numbers() {
        let (layer, codes) = layer("pad: yes");
        assert_eq!((layer.pad.value(), codes), (None, vec![8]));
        let (layer, codes) = super::tests::layer("output_processors: on");
        assert_eq!((layer.output_processors.value(), codes), (None, vec![11]));
        assert_eq!(super::tests::layer("in_sequences: no").1, [8]);
        assert_eq!(super::tests::layer("output_width: no").1, [22]);
    }

    #[test]
    fn pairs_and_dimensions() {
        let value = |keys: &str| {
            let (layer, codes) = layer(keys);
            let field = [layer.max_pool, layer.in_dim, layer.stride, layer.in_crop]
                .into_iter()
                .find_map(|field| field.value());
            (field, codes)
        };
        assert_eq!(value("max_pool: 2"), (Some([2, 2]), vec![]));
        assert_eq!(value("max_pool: [2, 3]"), (Some([2, 3]), vec![]));
        assert_eq!(value("max_pool: [2]"), (None, vec![56]));
        assert_eq!(value("max_pool: [2, 2, 2]"), (None, vec![56]));
        assert_eq!(value("max_pool: [2, x]"), (None, vec![8]));
        assert_eq!(value("max_pool: 17"), (None, vec![60]));
        assert_eq!(value("in_dim: 30"), (Some([30, 1]), vec![]));
        assert_eq!(value("in_dim: [3, 4]"), (Some([3, 4]), vec![]));
        assert_eq!(value("in_dim: [3]"), (None, vec![56]));
        assert_eq!(value("in_dim: [3, 4, 5]"), (None, vec![13]));
        assert_eq!(value("in_dim: 3x4"), (None, vec![13]));
        assert_eq!(value("in_dim: 0"), (None, vec![58]));
        assert_eq!(value("stride: [1, 2]"), (None, vec![25]));
        assert_eq!(value("in_crop: 2"), (None, vec![55]));
        assert_eq!(value("in_crop: [2, 1]"), (Some([2, 1]), vec![]));
    }

    #[test]
    fn limits_of_the_chip_are_left_to_its_rules() {
        let (layer, codes) = layer("pad: 3, out_offset: -4, dilation: 5000, groups: 0");
        assert_eq!(layer.pad.value(), Some(3));
        assert_eq!(layer.out_offset.value(), Some(-4));
        assert_eq!(layer.dilation.value(), Some([5000, 5000]));
        assert_eq!((layer.groups.value(), codes), (None, vec![58]));
        let (layer, codes) = super::tests::layer("out_offset: 99999999999999999999");
        assert_eq!((layer.out_offset.value(), codes), (None, vec![8]));
    }

    #[test]
    fn words_in_any_case() {
        let (layer, codes) = layer("op: BITWISE_xor, activate: rElU, quantization: Bin");
        assert_eq!(layer.op.value(), Some(Operation::Eltwise(Eltwise::Xor)));
        assert_eq!(layer.quantization.value(), Some(-1));
        assert_eq!(codes, [0; 0]);
        assert_eq!(super::tests::layer("op: no").1, [8]);
        assert_eq!(super::tests::layer("op: conv").1, [15]);
        assert_eq!(super::tests::layer("eltwise: bitwise_or").1, [18]);
    }

    #[test]
    fn the_kernel_is_the_operators() {
        for (keys, kernel, wrong) in [
            ("kernel_size: 3x3", Some([3, 3]), None),
            ("kernel_size: 1X1, op: conv2d", Some([1, 1]), None),
            ("kernel_size: 3, op: conv2d", None, Some(24)),
            ("kernel_size: [3, 3], op: conv2d", None, Some(24)),
            ("kernel_size: 1x1, op: convtranspose2d", None, Some(24)),
            ("kernel_size: 9, op: conv1d", Some([9, 1]), None),
            ("kernel_size: \"3\", op: conv1d", Some([3, 1]), None),
            ("kernel_size: 10, op: conv1d", None, Some(24)),
            ("kernel_size: 3x3, op: conv1d", None, Some(24)),
            ("kernel_size: 1, op: add", Some([1, 1]), None),
            ("kernel_size: 1x1, op: fc", None, None),
        ] {
            let (layer, codes) = layer(keys);
            assert_eq!(layer.kernel_size.value(), kernel, "{keys}");
            assert_eq!(codes.first().copied(), wrong, "{keys}");
        }
        // Where the operator is wrong, any operator's kernel will do.
        assert_eq!(layer("kernel_size: 3, op: conf").1, [15]);
    }

    #[test]
    fn a_misspelt_key_is_not_missing_as_well() {
        let network = network("- {Processors: 0xf, activation_: relu, frobnicate: 1}");
        assert_eq!(codes(&network.problems), [6, 6, 6]);
        assert_eq!(
            network.layers[0].processors.invalid(),
            Some(crate::diagnostic::Code(6))
        );
        assert!(!network.layers[0].activate.is_absent());
    }

    #[test]
    fn the_first_of_two_spellings_counts() {
        let (layer, codes) = layer("groups: 1, conv_groups: 4");
        assert_eq!((layer.groups.value(), codes), (Some(1), vec![7]));
        let (layer, codes) = super::tests::layer("pad: 1, pad: 2");
        assert_eq!((layer.pad.value(), codes), (Some(1), vec![]));
    }

    #[test]
    fn an_empty_value_may_stand_for_the_default() {
        let (layer, codes) = layer("in_offset: , pad: ");
        assert!(layer.in_offset.is_absent());
        assert_eq!(layer.pad.invalid(), Some(crate::diagnostic::Code(8)));
        assert_eq!(codes, [8, 8]);
    }

    #[test]
    fn references_and_targets() {
        let (layer, codes) = layer("in_sequences: [input, -2, 1.5, Conv], next_sequence: STOP");
        let references = layer.in_sequences.get().expect("in_sequences can be read");
        let values: Vec<_> = references
            .items
            .iter()
            .map(|item| item.value.clone())
            .collect();
        assert_eq!(
            values,
            [
                Reference::Name("input".into()),
                Reference::Number(-2),
                Reference::Name("Conv".into())
            ]
        );
        assert!(references.list && !references.complete);
        assert_eq!(layer.next_sequence.get(), Some(&Target::Stop));
        assert_eq!(codes, [8]);
        assert_eq!(super::tests::layer("in_sequences: []").1, [56]);
    }

    #[test]
    fn layers_stand_in_order_of_their_numbers() {
        let numbers = |layers: &[Layer]| -> Vec<(i64, usize)> {
            layers
                .iter()
                .map(|layer| (layer.number, layer.position))
                .collect()
        };
        let holes = network(
            "- {processors: 1, sequence: 4}\n- {processors: 1}\n- {processors: 1, sequence: 0}",
        );
        assert_eq!(numbers(&holes.layers), [(0, 2), (4, 0), (5, 1)]);
        assert!(holes.has_holes);
        assert_eq!(holes.index_at(0), Some(1));
        let twice = network("- {processors: 1}\n- {processors: 1, sequence: 0}");
        assert_eq!(numbers(&twice.layers), [(0, 0)]);
        assert_eq!(numbers(&twice.duplicates), [(0, 1)]);
        assert_eq!(twice.index_at(1), None);
    }

    #[test]
    fn names_are_looked_up_as_the_tool_does() {
        let network = read(
            "arch: a\ndataset: d\ndata_buffer:\n- {name: ring, processors: 1, channels: 1, dim: 1, \
             offset: 0}\nlayers:\n- {name: One, processors: 1}\n- {name: two, processors: 1}\n",
        );
        let name = |name: &str| network.resolve(&Reference::Name(name.to_owned()));
        assert_eq!(name("INPUT"), Ok(Source::Input));
        assert_eq!(name("one"), Ok(Source::Layer(0)));
        assert_eq!(name("TWO"), Ok(Source::Layer(1)));
        assert_eq!(name("Ring"), Ok(Source::Buffer));
        assert_eq!(name("three"), Err(Unresolved::UnknownName));
        let number = |number| network.resolve(&Reference::Number(number));
        assert_eq!(number(-1), Ok(Source::Input));
        assert_eq!(number(-2), Ok(Source::Buffer));
        assert_eq!(number(1), Ok(Source::Layer(1)));
        assert_eq!(number(2), Err(Unresolved::OutOfRange));
        assert_eq!(number(-3), Err(Unresolved::OutOfRange));
        assert_eq!(network.label(0), "layer 0 (`One`)");
    }

    #[test]
    fn what_is_no_network_is_read_as_far_as_it_goes() {
        assert_eq!(codes(&read("").problems), [0; 0]);
        assert_eq!(codes(&read("- 1").problems), [1]);
        assert_eq!(codes(&read("arch: a\ndataset: d\nlayers: 5").problems), [1]);
        assert_eq!(
            codes(&read("arch: a\ndataset: d\nlayers: []").problems),
            [1]
        );
        assert_eq!(codes(&read("arch: a\nlayers:").problems), [5]);
        let network = network("- 5\n- {processors: 1}\nunload: 3");
        assert_eq!(codes(&network.problems), [8, 8]);
        assert_eq!(network.layers.len(), 1);
    }

    #[test]
    fn an_unreadable_value_hides_no_missing_key() {
        let network = network("- op: none\n  pad: @0\n");
        assert_eq!(codes(&network.problems), [9]);
        assert_eq!(
            network.layers[0].pad.invalid(),
            Some(crate::diagnostic::Code(1))
        );
    }

    #[test]
    fn keys_in_unreadable_text_count_as_given() {
        let network = network("- op: none\n  @processors: 0xf\n");
        assert_eq!(codes(&network.problems), [0; 0]);
        assert_eq!(
            network.layers[0].processors.invalid(),
            Some(crate::diagnostic::Code(1))
        );
    }

    fn value() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            "[-+]?[0-9]{1,20}",
            "0x[0-9a-f._]{0,20}",
            "[a-z0-9]{1,6}",
            prop::sample::select(vec!["", "~", "yes", "\"1\"", ".inf", "2001-01-01", "3x3"])
                .prop_map(str::to_owned),
        ];
        let list = prop::collection::vec(scalar.clone(), 0..4)
            .prop_map(|items| format!("[{}]", items.join(", ")));
        prop_oneof![scalar, list, Just("{a: 1}".to_owned())]
    }

    proptest! {
        /// Whatever stands behind a key, it is read or reported, inside the text.
        #[test]
        fn any_value_is_read_or_reported(
            key in prop::sample::select(Scope::Layer.keys().iter().collect::<Vec<_>>()),
            value in value(),
        ) {
            let text = format!("arch: a\ndataset: d\nlayers:\n- op: none\n  {}: {value}\n", key.name);
            let network = read(&text);
            for problem in &network.problems {
                prop_assert!((problem.span.end as usize) <= text.len());
                prop_assert!(text.get(problem.span.range()).is_some());
            }
        }
    }
}
