//! A set of rows of kernel memory.

use std::ops::Range;

/// A set of rows. Those below 0 and behind the end are free.
#[derive(Clone)]
pub(super) struct Rows {
    words: Vec<u64>,
}

impl Rows {
    pub(super) fn new(rows: i64) -> Self {
        Self {
            words: vec![0; (rows as usize).div_ceil(64)],
        }
    }

    pub(super) fn is_taken(&self, row: i64) -> bool {
        self.first_in(row..row + 1).is_some()
    }

    /// The words that hold a range: index, and the bits of the range.
    fn parts(&self, range: &Range<i64>) -> impl DoubleEndedIterator<Item = (usize, u64)> + use<> {
        let limit = self.words.len() * 64;
        let clamp = |row: i64| usize::try_from(row).unwrap_or(0).min(limit);
        let (start, end) = (clamp(range.start), clamp(range.end));
        let words = if start < end {
            start / 64..end.div_ceil(64)
        } else {
            0..0
        };
        words.map(move |word| {
            let below = u64::MAX.checked_shl((start.max(word * 64) - word * 64) as u32);
            let above = u64::MAX >> (64 - (end.min(word * 64 + 64) - word * 64));
            (word, below.unwrap_or(0) & above)
        })
    }

    pub(super) fn first_in(&self, range: Range<i64>) -> Option<i64> {
        self.parts(&range).find_map(|(word, bits)| {
            let taken = self.words[word] & bits;
            (taken != 0).then(|| (word * 64) as i64 + i64::from(taken.trailing_zeros()))
        })
    }

    pub(super) fn last_in(&self, range: Range<i64>) -> Option<i64> {
        self.parts(&range).rev().find_map(|(word, bits)| {
            let taken = self.words[word] & bits;
            (taken != 0).then(|| (word * 64) as i64 + 63 - i64::from(taken.leading_zeros()))
        })
    }

    pub(super) fn fill(&mut self, range: Range<i64>) {
        for (word, bits) in self.parts(&range) {
            self.words[word] |= bits;
        }
    }

    pub(super) fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(super) fn count(&self) -> i64 {
        self.words
            .iter()
            .map(|word| i64::from(word.count_ones()))
            .sum()
    }

    /// The length of the longest free stretch below `capacity`.
    pub(super) fn longest_free(&self, capacity: i64) -> i64 {
        let mut longest = 0;
        let mut start = 0;
        while start < capacity {
            let end = self.first_in(start..capacity).unwrap_or(capacity);
            longest = longest.max(end - start);
            start = end + 1;
        }
        longest
    }
}
