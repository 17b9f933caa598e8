//! Sets of data-memory words as arithmetic progressions, with exact intersection.

/// The words `start + i*step + j` for `0 <= i < count` and `0 <= j < run`.
///
/// Words are 32 bits; the address counts from the first data-memory word of quadrant 0, so that
/// instances and quadrants lie at their real distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Progression {
    /// The first word.
    pub start: i64,
    /// Distance of two runs; at least `run`.
    pub step: i64,
    /// Number of runs; at least 1.
    pub count: i64,
    /// Words in a row; at least 1.
    pub run: i64,
}

impl Progression {
    /// The last word.
    pub const fn last(&self) -> i64 {
        self.start + (self.count - 1) * self.step + self.run - 1
    }

    /// The first word that is not before `word`.
    pub fn first_from(&self, word: i64) -> Option<i64> {
        let runs = (word - self.start).max(0) / self.step;
        let in_run = word.max(self.start + runs * self.step);
        let next = self.start + (runs + 1) * self.step;
        [in_run, next].into_iter().find(|word| self.contains(*word))
    }

    /// Whether the words lie without gaps.
    const fn dense(&self) -> bool {
        self.step == self.run || self.count == 1
    }

    /// Whether one starts before the other ends, and the other way round.
    const fn meets(&self, other: &Self) -> bool {
        self.start <= other.last() && other.start <= self.last()
    }

    /// The lowest word that both hold.
    pub fn first_common(&self, other: &Self) -> Option<i64> {
        if !self.meets(other) {
            return None;
        }
        if self.dense() && other.dense() {
            return Some(self.start.max(other.start));
        }
        // Runs are at most 4 words unless dense: compare word by word of a run. A dense set is a
        // single run of step 1.
        let (a, b) = (self.unit(), other.unit());
        (0..a.run)
            .flat_map(|i| (0..b.run).map(move |j| (i, j)))
            .filter_map(|(i, j)| {
                common(
                    (a.start + i, a.step, a.count),
                    (b.start + j, b.step, b.count),
                )
            })
            .min()
    }

    /// The lowest word that all three hold.
    fn first_common_of_three(&self, second: &Self, third: &Self) -> Option<i64> {
        if !(self.meets(second) && self.meets(third) && second.meets(third)) {
            return None;
        }
        let (a, b) = (self.unit(), second.unit());
        (0..a.run)
            .flat_map(|i| (0..b.run).map(move |j| (i, j)))
            .filter_map(|(i, j)| {
                let first = (a.start + i, a.step, a.count);
                let second = (b.start + j, b.step, b.count);
                let word = common(first, second)?;
                let step = a.step / gcd_and_inverse(a.step, b.step).0 * b.step;
                let end = (first.0 + a.step * (a.count - 1)).min(second.0 + b.step * (b.count - 1));
                third.first_common(&Self {
                    start: word,
                    step,
                    count: (end - word) / step + 1,
                    run: 1,
                })
            })
            .min()
    }

    /// The lowest word that none of `covers` holds.
    ///
    /// Words that lie a common multiple of all steps apart are alike: of these, a set holds all
    /// between its ends or none. Each such row of words is walked from the end of one cover to the
    /// next.
    fn first_outside(&self, covers: &[&Self]) -> Option<i64> {
        let part = self.unit();
        let period = covers.iter().fold(part.step, |period, covers| {
            let step = covers.unit().step;
            (period / gcd_and_inverse(period, step).0).saturating_mul(step)
        });
        (0..period.min(part.last() - part.start + 1))
            .filter(|offset| offset % part.step < part.run)
            .filter_map(|offset| {
                let mut word = part.start + offset;
                while word <= part.last() {
                    let covers = covers.iter().filter(|covers| covers.contains(word));
                    let Some(last) = covers.map(|covers| covers.last()).max() else {
                        return Some(word);
                    };
                    let steps = (last - word) / period + 1;
                    word = word.saturating_add(steps.saturating_mul(period));
                }
                None
            })
            .min()
    }

    /// A dense set as words of distance 1; others as they are.
    fn unit(self) -> Self {
        if self.dense() {
            Self {
                start: self.start,
                step: 1,
                count: self.last() - self.start + 1,
                run: 1,
            }
        } else {
            self
        }
    }

    /// Whether `word` is in the set.
    pub const fn contains(&self, word: i64) -> bool {
        word >= self.start && word <= self.last() && (word - self.start) % self.step < self.run
    }
}

/// The lowest common member of two progressions (start, step, count) of single words.
fn common(
    (start_a, step_a, count_a): (i64, i64, i64),
    (start_b, step_b, count_b): (i64, i64, i64),
) -> Option<i64> {
    let (gcd, inverse) = gcd_and_inverse(step_a, step_b);
    let difference = start_b - start_a;
    if difference % gcd != 0 {
        return None;
    }
    // start_a + step_a * x = start_b (mod step_b)
    let modulus = step_b / gcd;
    let x =
        ((difference / gcd).rem_euclid(modulus) * inverse.rem_euclid(modulus)).rem_euclid(modulus);
    let lcm = step_a * modulus;
    let mut word = start_a + step_a * x;
    let lowest = start_a.max(start_b);
    if word < lowest {
        word += (lowest - word + lcm - 1) / lcm * lcm;
    }
    let end = (start_a + step_a * (count_a - 1)).min(start_b + step_b * (count_b - 1));
    (word <= end).then_some(word)
}

/// The greatest common divisor of `a` and `b`, and the inverse of `a / gcd` modulo `b / gcd`.
fn gcd_and_inverse(a: i64, b: i64) -> (i64, i64) {
    let (mut r0, mut r1) = (a, b);
    let (mut s0, mut s1) = (1, 0);
    while r1 != 0 {
        let quotient = r0 / r1;
        (r0, r1) = (r1, r0 - quotient * r1);
        (s0, s1) = (s1, s0 - quotient * s1);
    }
    (r0, s0)
}

/// A set of words: what a layer reads or writes, instance by instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The parts; each lies in one instance unless it runs past its end. The first number is the
    /// instance that it starts in, 0 to 15.
    pub parts: Vec<(u32, Progression)>,
}

impl Region {
    /// The lowest word that both hold, by instance order of `self`.
    pub fn first_common(&self, other: &Self) -> Option<i64> {
        self.parts
            .iter()
            .flat_map(|(_, a)| other.parts.iter().filter_map(|(_, b)| a.first_common(b)))
            .min()
    }

    /// The lowest word that all three hold.
    pub fn first_common_of_three(&self, second: &Self, third: &Self) -> Option<i64> {
        self.parts
            .iter()
            .flat_map(|(_, a)| second.parts.iter().map(move |(_, b)| (a, b)))
            // Of 16 instances each, few pairs share one: this keeps the third loop rare.
            .filter(|(a, b)| a.meets(b))
            .flat_map(|(a, b)| {
                third
                    .parts
                    .iter()
                    .filter_map(move |(_, c)| a.first_common_of_three(b, c))
            })
            .min()
    }

    /// Whether they share any word.
    pub fn intersects(&self, other: &Self) -> bool {
        self.parts
            .iter()
            .any(|(_, a)| other.parts.iter().any(|(_, b)| a.first_common(b).is_some()))
    }

    /// Whether `word` is in the set.
    pub fn contains(&self, word: i64) -> bool {
        self.parts.iter().any(|(_, part)| part.contains(word))
    }

    /// The lowest word of the set that none of `others` holds.
    pub fn first_outside(&self, others: &[&Self]) -> Option<i64> {
        self.parts
            .iter()
            .map(|(_, part)| part)
            .filter_map(|part| {
                let covers: Vec<&Progression> = others
                    .iter()
                    .flat_map(|other| other.parts.iter().map(|(_, covers)| covers))
                    .filter(|covers| covers.meets(part))
                    .collect();
                // Most readers read just what one writer wrote.
                if covers.contains(&part) {
                    None
                } else {
                    part.first_outside(&covers)
                }
            })
            .min()
    }

    /// The instances that it touches with its starts, as a mask of 16 bits.
    pub fn instances(&self) -> u16 {
        self.parts
            .iter()
            .fold(0, |mask, (instance, _)| mask | 1 << (instance & 15))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn words(progression: &Progression) -> BTreeSet<i64> {
        (0..progression.count)
            .flat_map(|i| (0..progression.run).map(move |j| (i, j)))
            .map(|(i, j)| progression.start + i * progression.step + j)
            .collect()
    }

    fn progressions() -> impl Strategy<Value = Progression> {
        (0..60i64, 1..5i64, 0..9i64, 1..20i64).prop_map(|(start, run, gap, count)| Progression {
            start,
            step: run + gap,
            count,
            run,
        })
    }

    proptest! {
        #[test]
        fn the_first_word_from_a_word_agrees_with_enumeration(a in progressions(), word in 0..800i64) {
            let expected = words(&a).range(word..).next().copied();
            prop_assert_eq!(a.first_from(word), expected);
        }

        #[test]
        fn first_common_agrees_with_enumeration(a in progressions(), b in progressions()) {
            let expected = words(&a).intersection(&words(&b)).next().copied();
            prop_assert_eq!(a.first_common(&b), expected);
            prop_assert_eq!(b.first_common(&a), expected);
        }

        #[test]
        fn first_common_of_three_agrees_with_enumeration(
            a in progressions(), b in progressions(), c in progressions()
        ) {
            let (mut both, b_words, c_words) = (words(&a), words(&b), words(&c));
            both.retain(|word| b_words.contains(word) && c_words.contains(word));
            prop_assert_eq!(a.first_common_of_three(&b, &c), both.first().copied());
        }

        #[test]
        fn contains_agrees_with_enumeration(a in progressions(), word in 0..300i64) {
            prop_assert_eq!(a.contains(word), words(&a).contains(&word));
        }

        #[test]
        fn first_outside_agrees_with_enumeration(
            a in progressions(), b in progressions(), c in progressions()
        ) {
            let region = |p: &Progression| Region { parts: vec![(0, *p)] };
            let (mut left, b_words, c_words) = (words(&a), words(&b), words(&c));
            left.retain(|word| !b_words.contains(word) && !c_words.contains(word));
            prop_assert_eq!(
                region(&a).first_outside(&[&region(&b), &region(&c)]),
                left.first().copied()
            );
        }
    }
}
