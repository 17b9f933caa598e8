//! What somebody meant who wrote a word that nobody knows.

use strsim::damerau_levenshtein;

/// The candidate that is nearest to `word`, if a slip of the hand can explain the difference.
/// Case and punctuation count for nothing; of equally near candidates the first one wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter_map(|candidate| Some((slip(word, candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean …?` for the nearest candidate, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates)
        .map(|candidate| format!("; did you mean `{candidate}`?"))
        .unwrap_or_default()
}

/// How many characters differ, 0 where only case or punctuation does; `None` where it is too many
/// for a slip.
pub fn slip(word: &str, candidate: &str) -> Option<usize> {
    // The comparison is quadratic, and words come from users.
    if word.len() > candidate.len() + 4 {
        return None;
    }
    let [word, candidate]: [String; 2] = [word, candidate].map(|text| folded(text).collect());
    let most = (candidate.len() / 3).clamp(1, 3);
    // Most words differ in length alone by more than that.
    let characters = |text: &str| text.chars().count();
    if characters(&word).abs_diff(characters(&candidate)) > most {
        return None;
    }
    let distance = damerau_levenshtein(&word, &candidate);
    (distance <= most && distance < word.len()).then_some(distance)
}

/// Whether two words differ in case and punctuation only.
pub fn is_same_word(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

/// Lower case, letters and digits only.
fn folded(word: &str) -> impl Iterator<Item = char> {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_slips_and_nothing_else() {
        let words = ["device", "exclude", "extend-select"];
        assert_eq!(nearest("devise", words), Some("device"));
        assert_eq!(nearest("Extend_Select", words), Some("extend-select"));
        assert_eq!(nearest("colour", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest(&"x".repeat(100_000), words), None);
    }

    #[test]
    fn the_same_word_differs_in_case_and_punctuation_only() {
        assert!(is_same_word("In_Dim", "in-dim") && is_same_word("pad", "PAD"));
        assert!(!is_same_word("pad", "pads") && !is_same_word("pad", ""));
    }

    #[test]
    fn phrases_the_question() {
        assert_eq!(
            did_you_mean("devise", ["device"]),
            "; did you mean `device`?"
        );
        assert_eq!(did_you_mean("colour", ["device"]), "");
    }
}
