//! How messages write numbers, so that all rules write them alike.

use crate::analysis::place_of_word;
use crate::device::{self, Device};

/// A byte offset: `0x2000`.
pub(crate) fn offset(bytes: i64) -> String {
    if bytes < 0 {
        format!("-0x{:x}", bytes.unsigned_abs())
    } else {
        format!("0x{bytes:04x}")
    }
}

/// A processor mask with all its digits: `0x00000000000fffff`.
pub(crate) fn mask(mask: u64) -> String {
    format!("0x{mask:016x}")
}

/// A number and its noun: `1 channel`, `3 channels`, `2 passes`.
pub(crate) fn count(number: i64, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else if noun.ends_with('s') {
        format!("{number} {noun}es")
    } else {
        format!("{number} {noun}s")
    }
}

/// Height and width: `32x16`.
pub(crate) fn dims([height, width]: [i64; 2]) -> String {
    format!("{height}x{width}")
}

/// The processors of a mask as ranges: `0 to 3, 16`; `none` for an empty one.
pub(crate) fn processors(mask: u64) -> String {
    let mut ranges: Vec<String> = Vec::new();
    let mut processor = 0;
    while processor < device::PROCESSORS {
        let run = (mask >> processor).trailing_ones();
        match run {
            0 => {}
            1 => ranges.push(processor.to_string()),
            _ => ranges.push(format!("{processor} to {}", processor + run - 1)),
        }
        processor += run + 1;
    }
    if ranges.is_empty() {
        "none".to_owned()
    } else {
        ranges.join(", ")
    }
}

/// A data-memory word: `offset 0x2000 of instance 3`.
pub(crate) fn word(device: &Device, word: i64) -> String {
    let (instance, bytes) = place_of_word(device, word);
    format!("offset {} of instance {instance}", offset(bytes))
}

/// Items as a list in words: `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(offset(0x2000), "0x2000");
        assert_eq!(offset(-4), "-0x4");
        assert_eq!(mask(0xf), "0x000000000000000f");
        assert_eq!(count(2, "pass"), "2 passes");
        assert_eq!(processors(0x1_000f), "0 to 3, 16");
        assert_eq!(processors(u64::MAX), "0 to 63");
        assert_eq!(processors(1 << 63), "63");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
