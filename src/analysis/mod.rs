//! Derived facts, as pure and total functions of the network, the chip and the facts.

use crate::device::Device;
use crate::facts::Facts;
use crate::network::Network;

/// All derived facts of one network on one chip.
#[derive(Debug)]
pub struct Analysis {}

impl Analysis {
    /// Derives everything.
    pub fn new(_network: &Network, _device: &'static Device, _facts: &Facts) -> Self {
        Self {}
    }
}
