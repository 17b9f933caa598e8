//! The map as JSON.

use schemars::{Schema, schema_for};

use super::MemoryMap;

/// The maps of one network, one a chip.
pub fn json(maps: &[MemoryMap]) -> String {
    serde_json::to_string_pretty(maps).unwrap_or_default() + "\n"
}

/// The JSON Schema of [`json`].
pub fn json_schema() -> Schema {
    let mut schema = schema_for!(Vec<MemoryMap>);
    schema.insert("title".to_owned(), "Memory map of ai8x-lint".into());
    schema.insert(
        "description".to_owned(),
        "What `ai8x-lint map --format json` prints: one map, or one of each chip where the chip is \
         not known."
            .into(),
    );
    schema
}
