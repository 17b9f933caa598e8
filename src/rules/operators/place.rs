//! Where findings of this area point.

use crate::network::Layer;
use crate::rules::Context;
use crate::text::Span;

/// The pooling window.
pub(super) fn pool(layer: &Layer) -> Option<Span> {
    layer.max_pool.span().or(layer.avg_pool.span())
}

/// The operator, or the layer where it is left out.
pub(super) fn operator(layer: &Layer) -> Span {
    layer.op.span().unwrap_or(layer.head)
}

/// The element-wise operation, wherever it is written.
pub(super) fn eltwise(layer: &Layer) -> Span {
    layer.eltwise.span().unwrap_or_else(|| operator(layer))
}

/// What decides the height and width that a layer writes.
pub(super) fn output_dims(cx: &Context, index: usize) -> Span {
    let layer = &cx.network.layers[index];
    let shape = &cx.analysis.shapes[index];
    let key = if shape.pooled_dim != shape.in_dim {
        pool(layer).or(layer.pool_stride.span())
    } else if shape.out_dim != shape.pooled_dim {
        layer
            .flatten
            .span()
            .or(layer.pad.span())
            .or(layer.dilation.span())
            .or(layer.kernel_size.span())
    } else {
        layer.in_dim.span()
    };
    key.unwrap_or_else(|| operator(layer))
}
