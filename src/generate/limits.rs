//! What a chip can never hold, however it is laid out.

use crate::device::{Device, PROCESSORS, QUADRANTS, WEIGHT_BITS};
use crate::facts::model::Model;

/// Bits of a row of kernel memory.
const ROW_BITS: i64 = 72;
use super::plan::Plan;

/// Far beyond what either chip can hold; up to here nothing that is computed overflows.
const LARGEST: i64 = 1 << 17;
/// The longest side of a kernel or a window.
const LARGEST_KERNEL: i64 = 1 << 10;
/// Calls of a model.
const MOST_CALLS: usize = 1 << 12;

/// A sentence about a number in the model that no chip could have; none where all are sensible.
pub(super) fn absurd(model: &Model, input: [i64; 3]) -> Option<String> {
    let beyond = |numbers: &[i64], most: i64| {
        let mut numbers = numbers.iter().copied();
        numbers.find(|number| !(0..=most).contains(number))
    };
    let modules = model.modules.iter().find_map(|module| {
        let channels = [module.in_channels, module.out_channels, module.groups];
        let channels: Vec<i64> = channels.into_iter().flatten().collect();
        let pool = module.pool.map_or([1; 4], |pool| {
            [pool.size[0], pool.size[1], pool.stride[0], pool.stride[1]]
        });
        let small = [
            &module.kernel,
            &module.padding,
            &module.stride,
            &module.dilation,
        ];
        let number = beyond(&channels, LARGEST)
            .or_else(|| beyond(&pool, LARGEST_KERNEL))
            .or_else(|| small.iter().find_map(|list| beyond(list, LARGEST_KERNEL)))?;
        Some((module.path.as_str(), number))
    });
    let shapes = || {
        model.calls.iter().find_map(|call| {
            let path = model.modules.get(call.module)?.path.as_str();
            let both = beyond(&call.in_shape, LARGEST).or_else(|| beyond(&call.out_shape, LARGEST));
            Some((path, both?))
        })
    };
    let own_input = || Some(("the input", beyond(&input, LARGEST)?));
    if model.calls.len() > MOST_CALLS {
        return Some(format!("it calls layers {} times", model.calls.len()));
    }
    let (what, number) = modules.or_else(shapes).or_else(own_input)?;
    Some(format!(
        "`{what}` has a size of {number}, which no chip could have"
    ))
}

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
