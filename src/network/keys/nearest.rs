//! What somebody meant who wrote a key or a word that nobody knows.

use crate::text::{is_same_word, slip};

use super::{Key, Scope, Word, find};

/// The key that was probably meant.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// The key.
    pub key: &'static Key,
    /// The spelling of it that is nearest.
    pub spelling: &'static str,
    /// Whether there is hardly a doubt: only case, punctuation or one character differs.
    pub certain: bool,
}

/// The word that was probably meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearestWord {
    /// The spelling that is nearest.
    pub spelling: &'static str,
    /// Whether there is hardly a doubt: only case, punctuation or one character differs.
    pub certain: bool,
}

/// The key of the scope that somebody meant who wrote `name`: one that other tools call so, or
/// that is spelled nearly so. A key that merely stands at the wrong level has none.
pub fn nearest(scope: Scope, name: &str) -> Option<Nearest> {
    let keys = scope.keys();
    let other_level = match scope {
        Scope::Global => Some(Scope::Layer),
        Scope::Layer => Some(Scope::Global),
        Scope::Unload | Scope::DataBuffer => None,
    };
    let spellings = keys
        .iter()
        .flat_map(|key| key.spellings().map(move |spelling| (key, spelling)));
    match keys.iter().find(|key| is_one_of(name, key.foreign)) {
        Some(key) => Some(Nearest {
            key,
            spelling: key.name,
            certain: false,
        }),
        None if other_level.is_some_and(|level| find(level, name).is_some()) => None,
        None => misspelt(name, spellings).map(|(key, spelling, certain)| Nearest {
            key,
            spelling,
            certain,
        }),
    }
}

/// The word of the list that somebody meant who wrote `text`.
pub fn nearest_word(words: &'static [Word], text: &str) -> Option<NearestWord> {
    let spellings = words
        .iter()
        .flat_map(|word| word.spellings().map(move |spelling| (word, spelling)));
    match words.iter().find(|word| is_one_of(text, word.foreign)) {
        Some(word) => Some(NearestWord {
            spelling: word.name,
            certain: false,
        }),
        None => misspelt(text, spellings)
            .map(|(_, spelling, certain)| NearestWord { spelling, certain }),
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| is_same_word(word, other))
}

/// The nearest of the spellings, and whether it is certain.
fn misspelt<T>(
    word: &str,
    spellings: impl Iterator<Item = (T, &'static str)>,
) -> Option<(T, &'static str, bool)> {
    spellings
        .filter_map(|(item, spelling)| Some((slip(word, spelling)?, item, spelling)))
        .min_by_key(|(slip, ..)| *slip)
        .map(|(slip, item, spelling)| {
            // In a word of two or three letters, one letter may make another word.
            let certain = slip == 0 || (slip == 1 && spelling.len() > 3);
            (item, spelling, certain)
        })
}
