//! The shapes sidecar: what a model and a sample would tell, written down by hand.

use schemars::{JsonSchema, Schema, schema_for};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::facts::Weight;
use crate::text::Span;

use super::serde_error::Fault;

/// Far beyond what either chip can hold, and small enough for products of three to fit.
const MOST: i64 = 1_000_000;

/// The shapes that a network of the MAX78000 or MAX78002 does not say itself.
///
/// They stand in `NAME.shapes.json` beside `NAME.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Shapes of a network")]
pub struct Shapes {
    /// The name of the model in the checkpoint; `arch` of the network must be the same.
    pub arch: Option<String>,
    /// The input of the network: channels, height and width, or channels and length.
    #[serde(deserialize_with = "input")]
    #[schemars(length(min = 2, max = 3), inner(range(min = 1, max = MOST)))]
    pub input: Option<Vec<i64>>,
    /// The layers that have weights of their own, in order of their sequence numbers: those with
    /// an operator, without `bypass` and without `weight_source`.
    pub weights: Option<Vec<WeightShape>>,
}

/// The weights of one layer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightShape {
    /// Input channels in total: a depthwise layer of 64 channels says 64.
    #[serde(rename = "in", deserialize_with = "size")]
    #[schemars(range(min = 1, max = MOST))]
    pub in_channels: i64,
    /// Output channels in total.
    #[serde(rename = "out", deserialize_with = "size")]
    #[schemars(range(min = 1, max = MOST))]
    pub out_channels: i64,
    /// The kernel: one number for Conv1d and Linear, height and width for Conv2d and
    /// ConvTranspose2d.
    #[serde(deserialize_with = "kernel")]
    #[schemars(length(min = 1, max = 2), inner(range(min = 1, max = MOST)))]
    pub kernel: Vec<i64>,
    /// Bits of a weight: 1, 2, 4 or 8, or -1 for binary weights; null for what the network file
    /// says, else 8.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "bits"
    )]
    #[schemars(extend("enum" = [1, 2, 4, 8, -1, null]))]
    pub bits: Option<i64>,
    /// Whether the layer has a bias; null where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias: Option<bool>,
    /// Groups of the convolution in the model; null where unknown.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "groups"
    )]
    #[schemars(range(min = 1, max = MOST))]
    pub groups: Option<i64>,
}

impl Shapes {
    /// Reads a sidecar.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = |error| Fault::of_json(&error, text);
        // Serde takes a list for a structure, its fields in order; people do not mean that.
        let value: serde_json::Value = serde_json::from_str(text).map_err(fault)?;
        let layers = value["weights"].as_array();
        if !value.is_object() || layers.is_some_and(|all| !all.iter().all(|one| one.is_object())) {
            return Err(Fault {
                span: Span::at(0),
                message: "the file and each entry of `weights` must be `{…}`".to_owned(),
            });
        }
        serde_json::from_str(text).map_err(fault)
    }

    /// Shapes of these facts.
    pub fn new(arch: Option<String>, input: Option<[i64; 3]>, weights: &[Weight]) -> Self {
        let weights = weights.iter().map(|weight| WeightShape {
            in_channels: weight.in_channels,
            out_channels: weight.out_channels,
            kernel: weight.kernel.clone(),
            bits: weight.bits,
            bias: weight.bias,
            groups: weight.groups,
        });
        Self {
            arch,
            input: input.map(Vec::from),
            weights: Some(weights.collect()),
        }
    }

    /// The text of a sidecar, a line a layer.
    ///
    /// # Errors
    /// Never, as far as we know: numbers can always be written.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut parts = Vec::new();
        if let Some(arch) = &self.arch {
            parts.push(format!("  \"arch\": {}", serde_json::to_string(arch)?));
        }
        if let Some(input) = &self.input {
            parts.push(format!("  \"input\": {}", serde_json::to_string(input)?));
        }
        if let Some(weights) = &self.weights {
            let lines: Vec<String> = weights
                .iter()
                .map(|weight| Ok(format!("    {}", serde_json::to_string(weight)?)))
                .collect::<serde_json::Result<_>>()?;
            parts.push(format!("  \"weights\": [\n{}\n  ]", lines.join(",\n")));
        }
        Ok(format!("{{\n{}\n}}\n", parts.join(",\n")))
    }

    /// The input as channels, height and width.
    pub fn input(&self) -> Option<[i64; 3]> {
        match *self.input.as_deref()? {
            [channels, height, width] => Some([channels, height, width]),
            [channels, length] => Some([channels, length, 1]),
            _ => None,
        }
    }

    /// The weights as facts.
    pub fn weights(&self) -> Option<Vec<Weight>> {
        let weights = self.weights.as_deref()?.iter().map(|shape| Weight {
            in_channels: shape.in_channels,
            out_channels: shape.out_channels,
            kernel: shape.kernel.clone(),
            bits: shape.bits,
            bias: shape.bias,
            groups: shape.groups,
        });
        Some(weights.collect())
    }
}

/// The JSON Schema of a sidecar.
pub fn schema() -> Schema {
    schema_for!(Shapes)
}

fn checked<E: Error>(number: i64) -> Result<i64, E> {
    if (1..=MOST).contains(&number) {
        Ok(number)
    } else {
        Err(E::custom(format!("{number} is not within 1 to {MOST}")))
    }
}

fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    checked(i64::deserialize(deserializer)?)
}

fn sizes<E: Error>(numbers: &[i64], counts: [usize; 2], meaning: &str) -> Result<(), E> {
    if !counts.contains(&numbers.len()) {
        return Err(E::custom(format!(
            "{meaning} has {} or {} numbers, not {}",
            counts[0],
            counts[1],
            numbers.len()
        )));
    }
    numbers
        .iter()
        .try_for_each(|&number| checked(number).map(drop))
}

fn input<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<i64>>, D::Error> {
    let numbers = Option::<Vec<i64>>::deserialize(deserializer)?;
    if let Some(numbers) = &numbers {
        sizes(numbers, [2, 3], "`input`")?;
    }
    Ok(numbers)
}

fn kernel<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
    let numbers = Vec::<i64>::deserialize(deserializer)?;
    sizes(&numbers, [1, 2], "`kernel`")?;
    Ok(numbers)
}

fn bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Option::deserialize(deserializer)? {
        None => Ok(None),
        Some(bits @ (1 | 2 | 4 | 8 | -1)) => Ok(Some(bits)),
        Some(bits) => Err(D::Error::custom(format!(
            "weights have 1, 2, 4 or 8 bits, or -1 for binary, not {bits}"
        ))),
    }
}

fn groups<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Option::deserialize(deserializer)?.map(checked).transpose()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn all_keys_are_read() {
        let shapes = Shapes::parse(
            r#"{"input": [3, 32, 16], "weights": [
                {"in": 3, "out": 16, "kernel": [3, 3], "bits": 8, "bias": true, "groups": 1},
                {"in": 16, "out": 10, "kernel": [1], "bits": null, "bias": null}]}"#,
        )
        .unwrap();
        assert_eq!(shapes.input(), Some([3, 32, 16]));
        let weights = shapes.weights().unwrap();
        assert_eq!(weights[0].kernel, [3, 3]);
        assert_eq!(
            (weights[0].bits, weights[0].bias, weights[0].groups),
            (Some(8), Some(true), Some(1))
        );
        assert_eq!(
            (weights[1].bits, weights[1].bias, weights[1].groups),
            (None, None, None)
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let weight = |bits, bias| Weight {
            in_channels: 3,
            out_channels: 16,
            kernel: vec![3, 3],
            bits,
            bias,
            groups: None,
        };
        let weights = [weight(Some(2), Some(false)), weight(None, None)];
        let shapes = Shapes::new(Some("net \"1\"".to_owned()), Some([3, 32, 32]), &weights);
        let text = shapes.to_json().unwrap();
        assert_eq!(Shapes::parse(&text).unwrap(), shapes);
        assert_snapshot!(text, @r#"
        {
          "arch": "net \"1\"",
          "input": [3,32,32],
          "weights": [
            {"in":3,"out":16,"kernel":[3,3],"bits":2,"bias":false},
            {"in":3,"out":16,"kernel":[3,3]}
          ]
        }
        "#);
        assert_eq!(
            Shapes::parse(&Shapes::new(None, None, &[]).to_json().unwrap())
                .unwrap()
                .weights(),
            Some(vec![])
        );
    }

    #[test]
    fn what_is_not_said_is_unknown() {
        for text in ["{}", r#"{"input": null, "weights": null}"#] {
            let shapes = Shapes::parse(text).unwrap();
            assert_eq!((shapes.input(), shapes.weights()), (None, None));
        }
        let line = Shapes::parse(r#"{"input": [128, 64]}"#).unwrap();
        assert_eq!(line.input(), Some([128, 64, 1]));
    }

    #[test]
    fn faults_have_a_place() {
        let faults: Vec<String> = [
            "",
            "[]",
            "{\"inptu\": [1, 2]}",
            "{\"input\": [1]}",
            "{\"input\": [1, 0, 2]}",
            "{\"input\": [1, \"ü\"]}",
            "{\"weights\": [\n  {\"in\": 3, \"out\": 0}]}",
            "{\"weights\": [\n  {\"in\": 3, \"out\": 4}]}",
            "{\"weights\": [{\"in\": 3, \"out\": 4, \"kernel\": [1, 2, 3]}]}",
            "{\"weights\": [{\"in\": 3, \"out\": 4, \"kernel\": [1], \"bits\": 3}]}",
            "{\"weights\": [{\"in\": 3, \"out\": 4, \"kernel\": [1], \"bais\": true}]}",
            "{} x",
        ]
        .into_iter()
        .map(|text| {
            let fault = Shapes::parse(text).unwrap_err();
            format!("{}: {}", fault.span.text(text), fault.message)
        })
        .collect();
        assert_snapshot!(faults.join("\n"), @r#"
        : EOF while parsing a value
        : the file and each entry of `weights` must be `{…}`
        "inptu": there is no key `inptu`; did you mean `input`?
        1: `input` has 2 or 3 numbers, not 1
        2: 0 is not within 1 to 1000000
        "ü": invalid type: string "ü", expected a whole number
        0: 0 is not within 1 to 1000000
        4: missing field `kernel`
        3: `kernel` has 1 or 2 numbers, not 3
        3: weights have 1, 2, 4 or 8 bits, or -1 for binary, not 3
        "bais": there is no key `bais`; did you mean `bias`?
        x: trailing characters
        "#);
    }
}
