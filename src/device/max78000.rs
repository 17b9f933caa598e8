//! MAX78000.

use super::{Device, DeviceId};

/// The facts of the MAX78000, from `izer/tornadocnn.py`; the constant's name there follows each
/// value.
pub static MAX78000: Device = Device {
    id: DeviceId::Max78000,
    name: "MAX78000",
    max_layers: 32,                            // MAX_LAYERS
    max_streaming_layers: 8,                   // MAX_STREAM_LAYERS; README, "Streaming"
    max_start_layer: 0,                        // MAX_START_LAYER
    max_dim: 1024,                             // MAX_ROW_COL
    documented_max_dim: 1023,                  // README, "Limitations"
    max_channels: 1024,                        // MAX_CHANNELS
    documented_max_channels: 1024,             // README, "Limitations"
    instance_bytes: 0x8000,                    // INSTANCE_WIDTH * 16
    instance_pitch: 0x8000,                    // INSTANCE_SIZE * 16
    sub_instance_bytes: 0x8000,                // INSTANCE_COUNT and README, "Read-ahead"
    out_offset_limit: 0x20000,                 // 4 * MEM_SIZE
    data_base: 0x40_0000,                      // C_SRAM_BASE
    quadrant_pitch: 0x40_0000,                 // C_GROUP_OFFS
    kernel_words: 768,                         // MASK_WIDTH_SMALL
    kernel_words_large: 768,                   // MASK_WIDTH_LARGE
    kernel_sub_memory: 768,                    // MASK_INSTANCES
    kernel_sub_memory_large: 768,              // MASK_INSTANCE_SMALL
    depthwise_in_one_sub_memory: false,        // REQUIRE_SEMLOCK and kernels.py
    bias_bytes: 512,                           // BIAS_SIZE
    flatten_bias_first: true,                  // REQUIRE_FLATTEN_BIAS_FIRST
    tram_words: 3072,                          // TRAM_SIZE
    max_frame: 1 << 21,                        // max7800x.py:469
    max_dilation: 1023,                        // MAX_DILATION_1D
    max_pool_dilation: 1,                      // MAX_POOL_DILATION
    counter_limit: 1024,                       // MAX_ROW_COL's register width
    counts_padding: true,                      // no PAD_ENA_OFFS
    stream_start_bits: 14,                     // MAX_ISVAL_BITS
    stream_delta2_bits: 12,                    // MAX_DSVAL2_BITS
    rollover_bits: 17,                         // MAX_FBUF_BITS
    frame_bits: 20,                            // MAX_IFRM_BITS
    tram_pointer_bits: 12,                     // MAX_TPTR_BITS
    streaming_bias: false,                     // SUPPORT_STREAM_BIAS
    write_gap_bits: 4,                         // MAX_WRITE_GAP_BITS
    write_pointer_bits: 17,                    // MAX_WPTR_BITS
    depthwise: false,                          // SUPPORT_DEPTHWISE
    extended_features: false, // SUPPORT_CALCX4, SUPPORT_READ_AHEAD, SUPPORT_SNOOP, ...
    read_gap: false,          // SUPPORT_READ_GAP
    conv1d_pad_multipass: true, // SUPPORT_MULTIPASS_PADDED_CONV1D
    eltwise_conv_bias: true,  // SUPPORT_MULTIPASS_ELTWISE_CONV_BIAS
    streaming_final_pad_zero: false, // REQUIRE_NEW_STREAMING
    streaming_passthrough: true, // SUPPORT_STREAMING_PASSTHROUGH
    passthrough_pool_one_pass: true, // MAX_POOL_PASSES
    eltwise_multipass_emulated: true, // EMULATE_ELTWISE_MP
    avg_pool_after_eltwise_costs_layer: false, // REQUIRE_PASSTHROUGH_AVGPOOL_AFTER_ELTWISE
    latency_formula: true,    // SUPPORT_LATENCY_CALC
};
