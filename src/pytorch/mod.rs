//! What lies beside a network, read as text and bytes: checkpoints, samples, data sets, policies,
//! and the scripts that call the vendor's tools.

pub mod checkpoint;
pub mod dataset;
pub mod npy;
pub mod policy;
pub mod script;
