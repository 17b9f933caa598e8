//! The key table.
