//! The JSON Schema of a network file, made from the key table.
//!
//! It says what a file may look like to any editor with a YAML plug-in. It knows single keys only:
//! what depends on several keys, on layers or on the chip is up to the rules.

use schemars::Schema;
use schemars::consts::meta_schemas::DRAFT2020_12;
use serde_json::{Map, Value, json};

use super::keys::{Devices, Domain, Key, Range, Scope, Word};

/// The schema of a network file.
pub fn network() -> Schema {
    let mut schema = mapping(Scope::Global);
    schema.insert("$schema".into(), DRAFT2020_12.into());
    schema.insert(
        "title".into(),
        "Network of the MAX78000 or MAX78002 AI accelerator".into(),
    );
    let definitions: Map<String, Value> = Scope::ALL
        .into_iter()
        .filter_map(|scope| Some((definition(scope)?.to_owned(), mapping(scope).into())))
        .collect();
    schema.insert("$defs".into(), definitions.into());
    schema.into()
}

/// The name of a scope's definition; the top of the file has none.
fn definition(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::Global => None,
        Scope::Layer => Some("layer"),
        Scope::Unload => Some("unload"),
        Scope::DataBuffer => Some("data_buffer"),
    }
}

/// The schema of a mapping with the keys of a scope.
fn mapping(scope: Scope) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut conflicts = Vec::new();
    for key in scope.keys() {
        let names: Vec<&str> = key.spellings().collect();
        for (i, name) in names.iter().enumerate() {
            properties.insert((*name).to_owned(), property(key, name));
            conflicts.extend(
                names[i + 1..]
                    .iter()
                    .map(|other| json!({"not": {"required": [name, other]}})),
            );
        }
    }
    let required: Vec<&str> = scope
        .keys()
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    schema.insert("additionalProperties".into(), false.into());
    schema.insert("required".into(), required.into());
    if !conflicts.is_empty() {
        schema.insert("allOf".into(), conflicts.into());
    }
    schema
}

/// The schema of one spelling of a key.
fn property(key: &Key, name: &str) -> Value {
    let mut description = if name == key.name {
        key.documentation.to_owned()
    } else {
        format!("The same as `{}`. {}", key.name, key.documentation)
    };
    if !key.default.is_empty() {
        description += &format!("\n\nDefault: {}.", key.default);
    }
    if key.devices == Devices::Max78002 {
        description += "\n\nMAX78002 only.";
    }
    let mut schema = domain(&key.domain);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".into(), description.into());
    }
    schema
}

fn domain(domain: &Domain) -> Value {
    match *domain {
        Domain::Mask { .. } => json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": u64::MAX},
            {"type": "string", "pattern": "^(0[xX])?[._]*[0-9a-fA-F][0-9a-fA-F._]*$"},
        ]}),
        // Underscores are part of a number in YAML 1.1, but make it text in YAML 1.2.
        Domain::NumericMask => json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": u64::MAX},
            {"type": "string", "pattern": "^0[xX][0-9a-fA-F_]+$"},
        ]}),
        Domain::Integer(range) => integer(range),
        Domain::Offset(range) => {
            let mut schema = integer(range);
            schema["multipleOf"] = 4.into();
            schema
        }
        Domain::Numbers { numbers, words, .. } => {
            if words.is_empty() {
                json!({"enum": numbers})
            } else {
                let mut choices = vec![json!({"enum": numbers})];
                choices.extend(word_choices(words));
                json!({"anyOf": choices})
            }
        }
        Domain::Words { words, .. } => json!({"anyOf": word_choices(words)}),
        Domain::Boolean => json!({"type": "boolean"}),
        Domain::Pair(range) | Domain::Dimensions(range) => json!({"anyOf": [
            integer(range),
            list(integer(range), 2, Some(2)),
        ]}),
        Domain::Crop => list(integer(Range::NATURAL), 2, Some(2)),
        Domain::Kernel => json!({"anyOf": [
            {"enum": ["3x3", "1x1"]},
            {"type": "integer", "minimum": 1, "maximum": 9},
            {"type": "string", "pattern": "^(3[xX]3|1[xX]1|[1-9])$"},
        ]}),
        Domain::Reference | Domain::Target => json!({"type": ["integer", "string"]}),
        Domain::References => json!({"anyOf": [
            {"type": ["integer", "string"]},
            list(json!({"type": ["integer", "string"]}), 1, None),
        ]}),
        Domain::Integers(range) => json!({"anyOf": [
            integer(range),
            list(integer(range), 1, None),
        ]}),
        Domain::Numbered { count } => list(json!({"type": "integer"}), count, Some(count)),
        Domain::Text => json!({"type": "string"}),
        Domain::Blocks(scope) => {
            let name = definition(scope).unwrap_or_default();
            list(json!({"$ref": format!("#/$defs/{name}")}), 1, None)
        }
    }
}

fn integer(range: Range) -> Value {
    let mut schema = json!({"type": "integer", "minimum": range.min});
    if range.is_limited() {
        schema["maximum"] = range.max.into();
    }
    schema
}

fn list(items: Value, least: usize, most: Option<usize>) -> Value {
    let mut schema = json!({"type": "array", "items": items, "minItems": least});
    if let Some(most) = most {
        schema["maxItems"] = most.into();
    }
    schema
}

/// The recommended words each with its meaning, then all spellings in any case.
fn word_choices(words: &'static [Word]) -> Vec<Value> {
    let mut choices: Vec<Value> = words
        .iter()
        .map(|word| json!({"const": word.name, "description": word.documentation}))
        .collect();
    let spellings: Vec<String> = words
        .iter()
        .flat_map(Word::spellings)
        .map(any_case)
        .collect();
    choices.push(json!({"type": "string", "pattern": format!("^({})$", spellings.join("|"))}));
    choices
}

/// A pattern for a word in any case; JSON Schema has no flag for it.
fn any_case(word: &str) -> String {
    word.chars()
        .map(|c| {
            if c.is_ascii_alphabetic() {
                format!("[{}{}]", c.to_ascii_uppercase(), c.to_ascii_lowercase())
            } else {
                c.to_string()
            }
        })
        .collect()
}
