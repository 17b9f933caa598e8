//! Whether the words that a layer reads lie as far apart as its sources wrote them.

use crate::network::Layer;

use super::fact::{Fact, value_or};

/// What a layer reads, as far as gaps matter.
pub(super) struct Reading<'a> {
    /// The layer.
    pub(super) layer: &'a Layer,
    /// Operands of its element-wise operation; 1 without one.
    pub(super) operands: i64,
    /// Words that it skips.
    pub(super) read_gap: i64,
    /// For each source the words that it left free.
    pub(super) gaps: Vec<i64>,
    /// Whether all sources left a single word an instance each, so that gaps mean nothing.
    pub(super) single_words: bool,
    /// `out_offset` of the layer that ran before; `None` for the first one.
    pub(super) previous_offset: Option<Fact<i64>>,
}

/// A gap that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// The rule that reports it, AX112 to AX117.
    pub(super) code: u16,
    /// Whether the layer then reads other words than its sources wrote.
    pub(super) reads_astray: bool,
}

impl Reading<'_> {
    /// The first misfit (`izer.py:240`), the network's input written without gaps.
    pub(super) fn misfit(&self) -> Option<Misfit> {
        let listed = !self.layer.in_sequences.is_absent();
        let count = self.gaps.len() as i64;
        let first = *self.gaps.first()?;
        // Sources that take turns, word by word, fill each other's gaps.
        let turns = match (listed, self.operands) {
            (true, 2..) => self.operands,
            (true, _) if count > 1 && first > 0 => count,
            _ => 1,
        };
        let fits = self
            .gaps
            .iter()
            .all(|gap| gap + 1 == turns * (self.read_gap + 1));
        let code = if listed && self.operands > 1 {
            if count != self.operands {
                return None;
            }
            if self.gaps.iter().any(|&gap| gap != self.operands - 1) {
                113
            } else if self.read_gap != 0 {
                114
            } else {
                return None;
            }
        } else if count > 1 {
            if self.gaps.iter().any(|&gap| gap != first) {
                112
            } else if first > 0 && first != count - 1 {
                115
            } else if !fits {
                116
            } else {
                return None;
            }
        } else if fits || self.reads_elsewhere() {
            return None;
        } else {
            117
        };
        Some(Misfit {
            code,
            reads_astray: !fits && !self.single_words,
        })
    }

    /// Whether the layer says where it reads, and that is not what ran before (AX308).
    fn reads_elsewhere(&self) -> bool {
        match (self.previous_offset, value_or(&self.layer.in_offset, -1)) {
            (Some(Ok(previous)), Ok(own)) => {
                self.layer.in_sequences.is_absent() && own >= 0 && own != previous
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Field, References};
    use crate::text::Span;

    /// What a layer with or without `in_sequences` makes of these gaps.
    fn code(listed: bool, operands: i64, read_gap: i64, gaps: &[i64]) -> Option<(u16, bool)> {
        let mut layer = Layer::default();
        if listed {
            layer.in_sequences = Field::Given {
                value: References {
                    items: Vec::new(),
                    complete: true,
                    list: true,
                },
                key: Span::at(0),
                span: Span::at(0),
            };
        }
        let misfit = Reading {
            layer: &layer,
            operands,
            read_gap,
            gaps: gaps.to_vec(),
            single_words: false,
            previous_offset: None,
        }
        .misfit()?;
        Some((misfit.code, misfit.reads_astray))
    }

    #[test]
    fn operands_take_turns() {
        assert_eq!(code(true, 2, 0, &[1, 1]), None);
        assert_eq!(code(true, 2, 0, &[0, 0]), Some((113, true)));
        assert_eq!(code(true, 2, 0, &[1, 0]), Some((113, true)));
        assert_eq!(code(true, 2, 1, &[1, 1]), Some((114, true)));
        // The tool warns, but every second word of each operand is read.
        assert_eq!(code(true, 2, 1, &[3, 3]), Some((113, false)));
        // Another fault: two sources for three operands.
        assert_eq!(code(true, 3, 0, &[1, 1]), None);
    }

    #[test]
    fn concatenated_sources_are_dense_or_take_turns() {
        assert_eq!(code(true, 1, 0, &[0, 0]), None);
        assert_eq!(code(true, 1, 0, &[1, 1]), None);
        assert_eq!(code(true, 1, 0, &[1, 0]), Some((112, true)));
        assert_eq!(code(true, 1, 0, &[2, 2]), Some((115, true)));
        assert_eq!(code(true, 1, 1, &[1, 1]), Some((116, true)));
        assert_eq!(code(true, 1, 1, &[0, 0]), Some((116, true)));
    }

    #[test]
    fn one_source_is_read_as_it_was_written() {
        for listed in [true, false] {
            assert_eq!(code(listed, 1, 0, &[0]), None);
            assert_eq!(code(listed, 1, 1, &[1]), None);
            assert_eq!(code(listed, 1, 0, &[1]), Some((117, true)));
            assert_eq!(code(listed, 1, 1, &[0]), Some((117, true)));
        }
    }
}
