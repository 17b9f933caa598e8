//! What a chip can never hold, however it is laid out.

use crate::device::{Device, PROCESSORS, QUADRANTS, WEIGHT_BITS};

use super::masks::ROW_BITS;
use super::plan::Plan;

/// Sentences about what is too large; none where all may fit.
pub(super) fn exceeded(plan: &Plan, device: &Device) -> Vec<String> {
    let mut reasons = Vec::new();
    let own = || {
        let layers = plan.layers.iter();
        layers.filter(|layer| layer.weight_source.is_none() && layer.operator.convolves())
    };
    for layer in own().filter(|layer| layer.stride_not_run()) {
        reasons.push(format!(
            "`{}` has a stride of {}: the accelerator moves a convolution by one pixel, so the model has \
             to pool instead",
            layer.name, layer.stride[0]
        ));
    }
    let bits: i64 = own()
        .map(|layer| layer.weights * layer.bits.unwrap_or(WEIGHT_BITS))
        .sum();
    let processors = i64::from(PROCESSORS);
    // Some processors of the larger chip have more.
    let large = i64::from(QUADRANTS);
    let rows = (processors - large) * device.kernel_words as i64
        + large * device.kernel_words_large as i64;
    if bits > rows * ROW_BITS {
        reasons.push(format!(
            "the weights take {} bytes, but the kernel memory of the {} has {}: it needs fewer bits a \
             weight, from a checkpoint or a policy that was trained for that",
            bits / 8,
            device.name,
            rows * ROW_BITS / 8
        ));
    }
    let bias: i64 = own()
        .filter(|layer| layer.bias)
        .map(|layer| layer.writes[0])
        .sum();
    let room = i64::from(QUADRANTS) * device.bias_bytes as i64;
    if bias > room {
        reasons.push(format!(
            "the bias of all layers takes {bias} bytes, but the {} has {room}",
            device.name
        ));
    }
    if let Some(last) = plan.layers.last()
        && last.output_bytes() > device.instance_bytes
    {
        reasons.push(format!(
            "the output of `{}` takes {:#x} bytes of each memory instance, but the {} has {:#x}",
            last.name,
            last.output_bytes(),
            device.name,
            device.instance_bytes
        ));
    }
    reasons
}
