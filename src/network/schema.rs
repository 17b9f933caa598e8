//! The JSON Schema of a network file, made from the key table.
