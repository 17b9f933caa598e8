//! What the hardware runs where it differs from what the file says: small kernels emulated by
//! larger ones, dilation, flipped padding (`backend/max7800x.py`, its `hw_` variables).

use crate::device::{Device, MAX_DILATED_KERNEL, STRETCHED_KERNEL_LIMIT};

use super::fact::{Fact, broken};
use super::parameters::{Operator, Parameters};
use super::shapes::{Shape, Spread};

/// How a dilated Conv1d is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dilation {
    /// Without dilation.
    None,
    /// By a longer kernel with zeros between its values.
    Stretched,
    /// By a 3x3 Conv2d over the data folded to rows of `dilation` values.
    Folded,
}

impl Dilation {
    /// How a Conv1d with a kernel of `length` is run; broken where it cannot be.
    pub const fn of_conv1d(length: i64, dilation: i64) -> Fact<Self> {
        if dilation <= 1 || length <= 1 {
            Ok(Self::None)
        } else if (length - 1) * dilation < STRETCHED_KERNEL_LIMIT {
            Ok(Self::Stretched)
        } else if length <= MAX_DILATED_KERNEL {
            Ok(Self::Folded)
        } else {
            broken(429)
        }
    }
}

/// The operation of one layer as the hardware runs it. Pairs are height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardware {
    /// Kernel size.
    pub kernel: [i64; 2],
    /// Padding; of a transposed convolution what the hardware adds, not what PyTorch removes.
    pub pad: [i64; 2],
    /// Dimensions that it reads.
    pub in_dim: [i64; 2],
    /// Dimensions behind pooling.
    pub pooled_dim: [i64; 2],
    /// Whether a 1x1 kernel is run as a 3x3 one, because the layer or the one before streams.
    pub emulates_1x1: bool,
    /// How dilation is run.
    pub dilation: Dilation,
    /// Pixels that it writes behind the output that the file describes.
    pub out_pad: i64,
    /// Bytes that it writes before `out_offset`.
    pub out_ignore: i64,
    /// Words of TRAM that the layer needs on each processor, an input pass.
    pub tram: i64,
}

/// Layers for which the vendor's tool checks streaming: one more than can stream.
pub(super) fn may_stream(device: &Device, layer: usize) -> bool {
    layer <= device.max_streaming_layers
}

/// The kernel of one layer as the hardware runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HardwareKernel {
    /// Height and width.
    pub size: [i64; 2],
    /// Whether a 1x1 kernel is run as a 3x3 one, because the layer or the one before streams.
    pub emulates_1x1: bool,
    /// How dilation is run.
    pub dilation: Dilation,
}

/// Derives the kernel that the hardware runs; it does not depend on the data. `near_stream` says
/// that the layer or the one before streams.
pub(super) fn hardware_kernel(
    device: &Device,
    layer: usize,
    parameters: &Parameters,
    near_stream: bool,
) -> Fact<HardwareKernel> {
    let operator = parameters.operator?;
    let (size, [dilation, _]) = (parameters.kernel?, parameters.dilation?);
    let mut kernel = HardwareKernel {
        size,
        emulates_1x1: false,
        dilation: Dilation::None,
    };
    if near_stream
        && may_stream(device, layer)
        && matches!(operator, Operator::Conv2d | Operator::ConvTranspose2d)
        && size == [1, 1]
    {
        kernel.emulates_1x1 = true;
        kernel.size = [3, 3];
    }
    if operator == Operator::Conv1d {
        let length = size[0];
        kernel.dilation = Dilation::of_conv1d(length, dilation)?;
        match kernel.dilation {
            Dilation::None => {}
            Dilation::Stretched => kernel.size = [1 + (length - 1) * dilation, 1],
            Dilation::Folded => kernel.size = [3, 3],
        }
    }
    Ok(kernel)
}

/// Derives what the hardware runs. `near_stream` says that the layer or the one before streams.
pub(super) fn hardware(
    device: &Device,
    layer: usize,
    parameters: &Parameters,
    shape: &Shape,
    output_spread: Fact<Spread>,
    near_stream: bool,
) -> Fact<Hardware> {
    let operator = parameters.operator?;
    let kernel = hardware_kernel(device, layer, parameters, near_stream)?;
    let mut hardware = Hardware {
        kernel: kernel.size,
        pad: parameters.pad?,
        in_dim: shape.in_dim?,
        pooled_dim: shape.pooled_dim?,
        emulates_1x1: kernel.emulates_1x1,
        dilation: kernel.dilation,
        out_pad: 0,
        out_ignore: 0,
        tram: 1,
    };
    let dilation = parameters.dilation?;
    if kernel.emulates_1x1 {
        hardware.pad = [1, 1];
    }
    if kernel.dilation == Dilation::Folded {
        let rows = (hardware.in_dim[0] + dilation[0] - 1).div_euclid(dilation[0]);
        let [out_length, _] = shape.out_dim?;
        hardware.in_dim = [rows, dilation[0]];
        hardware.pooled_dim = hardware.in_dim;
        hardware.pad = [1, 1];
        hardware.out_pad = rows * dilation[0] - out_length;
        if parameters.kernel?[0] == MAX_DILATED_KERNEL {
            hardware.out_ignore = 4 * dilation[0] * output_spread?.passes;
        }
    }
    if operator == Operator::ConvTranspose2d {
        let Hardware { kernel, pad, .. } = hardware;
        hardware.pad = std::array::from_fn(|side| dilation[side] * (kernel[side] - 1) - pad[side]);
    }
    let (width, pad, kernel) = (hardware.pooled_dim[1], hardware.pad[1], hardware.kernel[1]);
    hardware.tram = match operator {
        Operator::Passthrough => 1,
        Operator::ConvTranspose2d => {
            ((width - 1) * 2 + 1 + parameters.output_pad? + 2 * pad - kernel).max(0) + 1
        }
        _ => (width + 2 * pad - kernel).max(0) + 1,
    };
    Ok(hardware)
}
