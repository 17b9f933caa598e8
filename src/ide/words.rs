//! What lists of layers say of one.

use crate::device::{INSTANCES, PROCESSORS_PER_INSTANCE};
use crate::map::Step;
use crate::network::Layer;
use crate::rules::words::{count, processors as ranges};

use super::Analyzed;

/// A large number: `1,048,576`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A large number and its noun: `1,048,576 MACs`.
pub(super) fn large(number: i64, noun: &str) -> String {
    count(number, noun).replacen(&number.to_string(), &grouped(number), 1)
}

/// `#3 conv2`, or `#3` without a name.
pub(super) fn title(analyzed: &Analyzed, layer: usize) -> String {
    match analyzed.network.layers.get(layer).and_then(Layer::name) {
        Some(name) => format!("#{layer} {name}"),
        None => format!("#{layer}"),
    }
}

/// `Conv2d 3x3  16x32x32 -> 20x32x32`.
pub(super) fn detail(analyzed: &Analyzed, layer: usize) -> String {
    let Some(step) = analyzed.step(layer) else {
        return "does not run".to_owned();
    };
    match shapes(step) {
        Some(shapes) => format!("{}  {shapes}", step.operation),
        None => step.operation.clone(),
    }
}

/// `16x32x32 -> 20x32x32`; none where neither side is known.
pub(super) fn shapes(step: &Step) -> Option<String> {
    let input = step.input.map(|[operands, channels, height, width]| {
        let one = format!("{channels}x{height}x{width}");
        match operands {
            1 => one,
            _ => format!("{operands} x {one}"),
        }
    });
    let output = step
        .output
        .map(|[channels, height, width]| format!("{channels}x{height}x{width}"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let known = |side: Option<String>| side.unwrap_or_else(|| "?".to_owned());
    Some(format!("{} -> {}", known(input), known(output)))
}

/// The instances of data memory that belong to the processors of a mask: `instances 0 to 4`.
pub(super) fn instances(mask: u64) -> String {
    let of_instance = (1 << PROCESSORS_PER_INSTANCE) - 1;
    let instances = (0..INSTANCES)
        .filter(|instance| (mask >> (instance * PROCESSORS_PER_INSTANCE)) & of_instance != 0)
        .fold(0_u64, |all, instance| all | 1 << instance);
    let noun = match instances.count_ones() {
        1 => "instance",
        _ => "instances",
    };
    format!("{noun} {}", ranges(instances))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        let shown = [0, 999, 1_000, 10_958_848, -100, -1_234_567].map(grouped);
        assert_eq!(
            shown,
            ["0", "999", "1,000", "10,958,848", "-100", "-1,234,567"]
        );
        assert_eq!(large(1, "MAC"), "1 MAC");
        assert_eq!(large(3_600, "byte"), "3,600 bytes");
    }
}
