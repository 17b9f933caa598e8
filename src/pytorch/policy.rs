//! Policies of quantisation-aware training: how many bits the weights of a model get.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Bytes of a policy; the vendor's have some hundred.
const LARGEST: usize = 1 << 20;

/// A policy, as far as it is about weights.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Policy {
    /// The epoch from which on weights are quantised.
    pub start_epoch: Option<i64>,
    /// Bits of a weight where a layer has no others.
    pub weight_bits: Option<i64>,
    /// Layers that have others, by their path in the model.
    #[serde(default)]
    pub overrides: BTreeMap<String, Override>,
}

/// What a policy says of one layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Override {
    /// Bits of its weights.
    pub weight_bits: Option<i64>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LARGEST {
            return Err("it is too large for a policy".to_owned());
        }
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }

    /// Bits of the weights of a layer; none where the policy does not say, or says what the
    /// accelerator does not know.
    pub fn bits(&self, layer: &str) -> Option<i64> {
        self.overrides
            .get(layer)
            .and_then(|own| own.weight_bits)
            .or(self.weight_bits)
            .filter(|bits| [1, 2, 4, 8].contains(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_their_own_bits_or_those_of_all() {
        let policy = Policy::parse(
            "---\nstart_epoch: 10\nshift_quantile: 0.985\nweight_bits: 2\n\
             overrides:\n  conv1:\n    weight_bits: 8\n  conv2:\n    shift_quantile: 1.0\n",
        )
        .unwrap();
        assert_eq!(policy.start_epoch, Some(10));
        assert_eq!(policy.bits("conv1"), Some(8));
        assert_eq!(policy.bits("conv2"), Some(2));
        assert_eq!(policy.bits("fc"), Some(2));
    }

    #[test]
    fn bits_that_no_accelerator_has_are_unknown() {
        assert_eq!(Policy::parse("weight_bits: 3\n").unwrap().bits("fc"), None);
        assert_eq!(Policy::parse("start_epoch: 1\n").unwrap().bits("fc"), None);
    }

    #[test]
    fn what_is_no_policy_is_said() {
        assert!(Policy::parse("- 1\n").is_err());
        assert!(Policy::parse("overrides: [\n").is_err());
        assert!(Policy::parse("weight_bits: eight\n").is_err());
        let large = " ".repeat(LARGEST + 1);
        assert_eq!(
            Policy::parse(&large).unwrap_err(),
            "it is too large for a policy"
        );
    }
}
