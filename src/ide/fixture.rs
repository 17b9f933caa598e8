//! Texts with a cursor, for the tests of this room.

use std::sync::Arc;

use crate::device::DeviceId;
use crate::facts::{Facts, Flags, Weight};

use super::Analyzed;

/// The text of the residual example.
pub(super) const RESIDUAL: &str = include_str!("../../examples/residual.yaml");

/// Analyses a text for the MAX78000, and the offset of the `$0` in it.
pub(super) fn cursor(text: &str) -> (Analyzed, u32) {
    with_facts(text, facts())
}

/// [`cursor`] with facts.
pub(super) fn with_facts(text: &str, facts: Facts) -> (Analyzed, u32) {
    let offset = text.find("$0").expect("a cursor") as u32;
    let text = text.replacen("$0", "", 1);
    (Analyzed::new(text.into(), facts), offset)
}

/// Analyses a text without a cursor.
pub(super) fn plain(text: &str) -> Analyzed {
    Analyzed::new(Arc::from(text), facts())
}

/// The residual example with a cursor behind this text of it, and what is known beside it.
pub(super) fn residual(before: &str) -> (Analyzed, u32) {
    let offset = RESIDUAL.find(before).expect("in the example") + before.len();
    (
        Analyzed::new(RESIDUAL.into(), residual_facts()),
        offset as u32,
    )
}

/// The MAX78000, no flags.
pub(super) fn facts() -> Facts {
    Facts {
        device: Some(DeviceId::Max78000),
        flags: Some(Flags::default()),
        ..Facts::default()
    }
}

/// What the shapes of the residual example say.
pub(super) fn residual_facts() -> Facts {
    let weight = |in_channels, out_channels, kernel: &[i64]| Weight {
        in_channels,
        out_channels,
        kernel: kernel.to_vec(),
        bits: Some(8),
        bias: Some(true),
        groups: None,
    };
    Facts {
        input: Some([3, 32, 32]),
        weights: Some(vec![
            weight(3, 16, &[3, 3]),
            weight(16, 20, &[3, 3]),
            weight(20, 20, &[3, 3]),
            weight(20, 20, &[3, 3]),
            weight(20, 16, &[3, 3]),
            weight(1024, 10, &[1]),
        ]),
        ..facts()
    }
}
