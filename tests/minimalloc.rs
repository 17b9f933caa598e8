//! The exact search against brute force on small random inputs, and on the public "challenging" inputs of
//! MiniMalloc (buffers with half-open lifetimes, one memory; the capacity stands in the file's name).

mod support;

use std::path::Path;

use ai8x_lint::allocate::exact::{Answer, Block, Model, Obstacle, solve};

/// The lifetimes and sizes of a file: `id,lower,upper,size`.
fn buffers(path: &Path) -> Vec<(i64, i64, i64)> {
    let text = std::fs::read_to_string(path).expect("an input");
    let rows = text.lines().skip(1).map(|line| {
        let number = |column| line.split(',').nth(column)?.trim().parse().ok();
        Some((number(1)?, number(2)?, number(3)?))
    });
    rows.collect::<Option<_>>().expect("numbers")
}

/// Whether no two buffers that live at one time share a byte, and all end at the capacity or below.
fn verify(buffers: &[(i64, i64, i64)], bases: &[i64], capacity: i64) {
    assert_eq!(buffers.len(), bases.len());
    let placed: Vec<_> = buffers.iter().zip(bases).collect();
    for (at, ((lower, upper, size), base)) in placed.iter().enumerate() {
        assert!(**base >= 0 && *base + size <= capacity, "buffer {at}");
        for (other, ((second_lower, second_upper, second_size), second)) in
            placed[..at].iter().enumerate()
        {
            let apart_in_time = upper <= second_lower || second_upper <= lower;
            let apart = *base + size <= **second || *second + second_size <= **base;
            assert!(apart_in_time || apart, "buffers {at} and {other}");
        }
    }
}

#[test]
fn the_challenging_inputs_are_solved() {
    let Some(shared) = support::shared() else {
        return;
    };
    let folder = shared.join("golden/allocator/minimalloc");
    for name in SOLVED {
        let buffers = buffers(&folder.join(format!("{name}.1048576.csv")));
        let model = Model::of_buffers(&buffers);
        let solved = solve(&model, 1_048_576, 1 << 20);
        println!("{name}: {} buffers, {} nodes", buffers.len(), solved.nodes);
        let Answer::Placed(bases) = solved.answer else {
            panic!("{name}: {:?}", solved.answer);
        };
        verify(&buffers, &bases, 1_048_576);
        let below = solve(&model, model.bound() - 1, 1 << 20);
        assert_eq!(
            (below.answer, below.nodes),
            (Answer::Impossible, 0),
            "{name}"
        );
    }
}

/// Quick enough without optimization.
const SOLVED: &[&str] = &["B", "C", "D", "E", "F", "G", "H", "J", "K"];

#[test]
fn the_small_example_fits_into_twelve_bytes() {
    let buffers = [(0, 3, 4), (3, 9, 4), (0, 9, 4), (9, 21, 4), (0, 21, 4)];
    let model = Model::of_buffers(&buffers);
    let Answer::Placed(bases) = solve(&model, 12, 1000).answer else {
        panic!("no placement");
    };
    verify(&buffers, &bases, 12);
    assert_eq!(solve(&model, 11, 1000).answer, Answer::Impossible);
}

#[test]
fn without_nodes_nothing_is_called_impossible() {
    let buffers = [(0, 2, 4), (1, 3, 4), (2, 4, 4)];
    let answer = solve(&Model::of_buffers(&buffers), 8, 0).answer;
    assert_eq!(answer, Answer::NotFound);
}

/// Numbers that look random and are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % end) as i64
    }

    /// Blocks with one height over a span of time, or with any heights in any sections; some with
    /// obstacles.
    fn model(&mut self) -> Model {
        let count = 2 + self.below(6).min(self.below(6));
        let rigid = self.below(3) > 0;
        let blocks = (0..count).map(|_| {
            let (first, life, size) = (self.below(6), 1 + self.below(4), 1 + self.below(6));
            let spread = self.below(64) | 1 << first;
            let heights = (0..10).filter_map(|section: i64| {
                let lives = match rigid {
                    true => spread >> section & 1 == 1,
                    false => (first..first + life).contains(&section),
                };
                let height = if rigid { 1 + self.below(6) } else { size };
                lives.then_some((section as usize, height))
            });
            Block {
                heights: heights.collect(),
                life,
            }
        });
        let blocks = blocks.collect();
        let obstacles = (0..self.below(3)).map(|_| {
            let start = self.below(8);
            Obstacle {
                section: self.below(6) as usize,
                start,
                end: start + 1 + self.below(3),
            }
        });
        Model {
            blocks,
            obstacles: obstacles.collect(),
        }
    }
}

fn collide(one: (&Block, i64), other: (&Block, i64)) -> bool {
    one.0.heights.iter().any(|(section, height)| {
        let second = other.0.heights.iter().find(|(own, _)| own == section);
        second.is_some_and(|(_, second)| one.1 < other.1 + second && other.1 < one.1 + height)
    })
}

fn fits(model: &Model, capacity: i64, placed: &[Option<i64>], block: usize, base: i64) -> bool {
    let own = &model.blocks[block];
    own.heights.iter().all(|(section, height)| {
        let mut obstacles = model.obstacles.iter();
        base + height <= capacity
            && obstacles.all(|obstacle| {
                obstacle.section != *section
                    || base + height <= obstacle.start
                    || obstacle.end <= base
            })
    }) && placed.iter().enumerate().all(|(other, second)| {
        second.is_none_or(|second| {
            other == block || !collide((own, base), (&model.blocks[other], second))
        })
    })
}

/// Tries every order, each block at the first byte at which it fits, until one fits nowhere.
fn brute_force(model: &Model, capacity: i64, placed: &mut Vec<Option<i64>>) -> bool {
    let open = (0..placed.len()).filter(|own| placed[*own].is_none());
    let places: Option<Vec<(usize, i64)>> = open
        .map(|own| {
            let mut bases = 0..capacity;
            Some((
                own,
                bases.find(|&base| fits(model, capacity, placed, own, base))?,
            ))
        })
        .collect();
    let Some(places) = places else {
        return false;
    };
    places.is_empty()
        || places.into_iter().any(|(block, base)| {
            placed[block] = Some(base);
            let found = brute_force(model, capacity, placed);
            placed[block] = placed[block].filter(|_| found);
            found
        })
}

#[test]
fn brute_force_agrees() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut possible = 0;
    for number in 0..10_000 {
        let model = numbers.model();
        let capacity = model.bound() + numbers.below(3);
        let answer = solve(&model, capacity, 1 << 20).answer;
        let expected = brute_force(&model, capacity, &mut vec![None; model.blocks.len()]);
        match &answer {
            Answer::Placed(bases) => {
                let placed: Vec<Option<i64>> = bases.iter().copied().map(Some).collect();
                for (block, &base) in bases.iter().enumerate() {
                    assert!(
                        base >= 0 && fits(&model, capacity, &placed, block, base),
                        "{number}: block {block} of {model:?} at {bases:?}"
                    );
                }
            }
            other => assert_eq!(*other, Answer::Impossible, "{number}"),
        }
        possible += usize::from(expected);
        assert_eq!(
            matches!(answer, Answer::Placed(_)),
            expected,
            "{number}: {model:?} in {capacity}"
        );
        // What has its place needs no room below the capacity.
        if model.obstacles.is_empty() {
            let below = solve(&model, model.bound() - 1, 1 << 20).answer;
            assert_eq!(below, Answer::Impossible, "{number}: {model:?}");
        }
    }
    println!("{possible} of 10000 fit");
    assert!((1000..9500).contains(&possible), "{possible} fit");
}
