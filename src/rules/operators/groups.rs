//! What the rules on grouped convolutions share.

use crate::analysis::ChannelSource;
use crate::rules::Context;
use crate::text::Span;

/// A grouped convolution whose channels are known apart from its groups.
pub(super) struct Grouped {
    /// The layer.
    pub(super) layer: usize,
    /// The value of `groups`.
    pub(super) span: Span,
    /// The number of groups, 2 or more.
    pub(super) groups: i64,
    /// Input channels in total.
    pub(super) channels_in: i64,
    /// Output channels.
    pub(super) channels_out: i64,
}

impl Grouped {
    /// Whether the channels fall into that many groups.
    pub(super) fn divides(&self) -> bool {
        self.channels_in % self.groups == 0 && self.channels_out % self.groups == 0
    }
}

/// The grouped convolutions of a chip that has them. Where `flatten` forbids them (AX440), and
/// where only a mask or `groups` itself tells the channels, there is nothing to compare.
pub(super) fn layers<'a>(cx: &'a Context) -> impl Iterator<Item = Grouped> + 'a {
    cx.executed().filter_map(|(layer, keys)| {
        let parameters = &cx.analysis.parameters[layer];
        let shape = &cx.analysis.shapes[layer];
        let guessed = |from| matches!(from, ChannelSource::Mask | ChannelSource::Groups);
        let grouped = Grouped {
            layer,
            span: keys.groups.span()?,
            groups: parameters.groups.ok().filter(|&groups| groups > 1)?,
            channels_in: shape.in_channels.ok()?,
            channels_out: shape.out_channels.ok()?,
        };
        let compares = cx.device.depthwise
            && parameters.flatten == Ok(false)
            && !guessed(shape.in_channels_from)
            && !guessed(shape.out_channels_from);
        compares.then_some(grouped)
    })
}
