//! MAX78002.

use super::{Device, DeviceId};

/// The facts of the MAX78002, from `izer/tornadocnn.py`; the constant's name there follows each
/// value.
pub static MAX78002: Device = Device {
    id: DeviceId::Max78002,
    name: "MAX78002",
    max_layers: 128,                          // MAX_LAYERS
    max_streaming_layers: 8,                  // MAX_STREAM_LAYERS; README, "Streaming"
    max_start_layer: 127,                     // MAX_START_LAYER
    max_dim: 2048,                            // MAX_ROW_COL
    documented_max_dim: 2047,                 // README, "Limitations"
    max_channels: 1024,                       // MAX_CHANNELS
    documented_max_channels: 2048,            // README, "Limitations"
    instance_bytes: 0x1_4000,                 // INSTANCE_WIDTH * 16
    instance_pitch: 0x2_0000,                 // INSTANCE_SIZE * 16
    sub_instance_bytes: 0x4000,               // INSTANCE_COUNT and README, "Read-ahead"
    out_offset_limit: 0x5_0000,               // 4 * MEM_SIZE
    data_base: 0x180_0000,                    // C_SRAM_BASE
    quadrant_pitch: 0x100_0000,               // C_GROUP_OFFS
    kernel_words: 4096,                       // MASK_WIDTH_SMALL
    kernel_words_large: 5120,                 // MASK_WIDTH_LARGE
    kernel_sub_memory: 1024,                  // MASK_INSTANCES
    kernel_sub_memory_large: 256,             // MASK_INSTANCE_SMALL
    depthwise_in_one_sub_memory: true,        // REQUIRE_SEMLOCK and kernels.py
    bias_bytes: 2048,                         // BIAS_SIZE
    flatten_bias_first: false,                // REQUIRE_FLATTEN_BIAS_FIRST
    tram_words: 12288,                        // TRAM_SIZE
    max_frame: 1 << 21,                       // max7800x.py:469
    max_dilation: 2047,                       // MAX_DILATION_1D
    max_pool_dilation: 16,                    // MAX_POOL_DILATION
    counter_limit: 2048,                      // MAX_ROW_COL's register width
    counts_padding: false,                    // PAD_ENA_OFFS
    stream_start_bits: 15,                    // MAX_ISVAL_BITS
    stream_delta2_bits: 14,                   // MAX_DSVAL2_BITS
    rollover_bits: 18,                        // MAX_FBUF_BITS
    frame_bits: 22,                           // MAX_IFRM_BITS
    tram_pointer_bits: 14,                    // MAX_TPTR_BITS
    streaming_bias: true,                     // SUPPORT_STREAM_BIAS
    write_gap_bits: 8,                        // MAX_WRITE_GAP_BITS
    write_pointer_bits: 21,                   // MAX_WPTR_BITS
    depthwise: true,                          // SUPPORT_DEPTHWISE
    extended_features: true, // SUPPORT_CALCX4, SUPPORT_READ_AHEAD, SUPPORT_SNOOP, ...
    read_gap: true,          // SUPPORT_READ_GAP
    conv1d_pad_multipass: false, // SUPPORT_MULTIPASS_PADDED_CONV1D
    eltwise_conv_bias: false, // SUPPORT_MULTIPASS_ELTWISE_CONV_BIAS
    streaming_final_pad_zero: true, // REQUIRE_NEW_STREAMING
    streaming_passthrough: false, // SUPPORT_STREAMING_PASSTHROUGH
    passthrough_pool_one_pass: false, // MAX_POOL_PASSES
    eltwise_multipass_emulated: false, // EMULATE_ELTWISE_MP
    avg_pool_after_eltwise_costs_layer: true, // REQUIRE_PASSTHROUGH_AVGPOOL_AFTER_ELTWISE
    latency_formula: false,  // SUPPORT_LATENCY_CALC
};
