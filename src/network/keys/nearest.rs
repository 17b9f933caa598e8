//! What somebody meant who wrote a word that nobody knows.

use strsim::damerau_levenshtein;

use super::{Key, Scope, Word};

/// The key that was probably meant.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// The key.
    pub key: &'static Key,
    /// The spelling of it that is nearest.
    pub spelling: &'static str,
    /// Whether only case, punctuation or one character differs: then there is no doubt.
    pub certain: bool,
}

/// The key of the scope that somebody meant who wrote `name`.
pub fn nearest(scope: Scope, name: &str) -> Option<Nearest> {
    let keys = scope.keys();
    let foreign = keys
        .iter()
        .find(|key| key.foreign.iter().any(|word| folded(word) == folded(name)))
        .map(|key| Nearest {
            key,
            spelling: key.name,
            certain: false,
        });
    foreign.or_else(|| {
        keys.iter()
            .flat_map(|key| key.spellings().map(move |spelling| (key, spelling)))
            .filter_map(|(key, spelling)| Some((distance(name, spelling)?, key, spelling)))
            .min_by_key(|(distance, ..)| *distance)
            .map(|(distance, key, spelling)| Nearest {
                key,
                spelling,
                certain: distance == 0 || (distance == 1 && spelling.len() > 3),
            })
    })
}

/// The word of the list that somebody meant who wrote `text`.
pub fn nearest_word(words: &'static [Word], text: &str) -> Option<&'static str> {
    let foreign = words
        .iter()
        .find(|word| word.foreign.iter().any(|name| folded(name) == folded(text)))
        .map(|word| word.name);
    foreign.or_else(|| {
        words
            .iter()
            .flat_map(Word::spellings)
            .filter_map(|spelling| Some((distance(text, spelling)?, spelling)))
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, spelling)| spelling)
    })
}

/// How many characters differ, case and punctuation aside; `None` where it is too many for a slip.
fn distance(text: &str, spelling: &str) -> Option<usize> {
    // Nobody misspells a key by more than a few characters, and the comparison is quadratic.
    if text.len() > spelling.len() + 4 {
        return None;
    }
    let (text, spelling) = (folded(text), folded(spelling));
    let distance = damerau_levenshtein(&text, &spelling);
    (distance <= (spelling.len() / 3).clamp(1, 3) && distance < text.len()).then_some(distance)
}

/// Lower case, letters and digits only.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
