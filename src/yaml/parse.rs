//! Events to the tree.
