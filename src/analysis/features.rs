//! Which chip a network is made for, as far as its features tell.

use crate::device::Device;
use crate::diagnostic::Code;
use crate::facts::Flags;
use crate::network::Network;

use super::parameters::Parameters;

/// The rule that reports a feature which the network asks for and the chip lacks (AX701 to AX705).
///
/// Such a network is made for the other chip: what the memory of this one holds says nothing.
pub(super) fn missing_feature(
    network: &Network,
    parameters: &[Parameters],
    device: &Device,
    flags: &Flags,
) -> Option<Code> {
    if device.extended_features {
        return None;
    }
    let any = |asks: fn(&crate::network::Layer) -> bool| network.layers.iter().any(asks);
    let features = [
        (
            701,
            flags.read_ahead || any(|layer| layer.readahead.value() == Some(true)),
        ),
        (
            702,
            flags.calcx4 || any(|layer| layer.calcx4.value() == Some(true)),
        ),
        (703, !network.snoop.is_absent()),
        (
            704,
            parameters
                .iter()
                .any(|parameters| parameters.bypass == Ok(true)),
        ),
        (
            705,
            parameters
                .iter()
                .any(|parameters| parameters.quantization == Ok(Some(-1))),
        ),
    ];
    features
        .into_iter()
        .find(|(_, asked)| *asked)
        .map(|(code, _)| Code(code))
}
