// The GEMM engine: one step a cycle, never stalled once issued. Stages of a step:
//   0 loop nest, uop read   1 indices   2 INP and WGT read   3 products; ACC read   4 accumulate, ACC and OUT write
// Instructions follow each other without a gap; the accumulator file forwards a value written in the cycle of its
// read. A reset step writes zero and leaves OUT alone. `hold` keeps stage 0 for a cycle.
module gemm #(
    parameter int unsigned ID_WIDTH = 3
) (
    input logic clk,
    input logic reset,
    input logic hold,
    input logic start,
    output logic ready,
    /* verilator lint_off UNUSED */
    input vta_pkg::gemm_instruction_t instruction,
    /* verilator lint_on UNUSED */
    input logic [ID_WIDTH-1:0] id,
    output logic done,
    output logic [ID_WIDTH-1:0] done_id,
    output logic step,
    output logic step_is_reset,
    output logic uop_read_enable,
    output logic [vta_pkg::UOP_INDEX_WIDTH-1:0] uop_read_index,
    input logic [31:0] uop_data,
    output logic operand_read_enable,
    output logic [vta_pkg::INP_INDEX_WIDTH-1:0] inp_read_index,
    input logic [vta_pkg::INP_BITS-1:0] inp_data,
    output logic [vta_pkg::WGT_INDEX_WIDTH-1:0] wgt_read_index,
    input logic [vta_pkg::WGT_BITS-1:0] wgt_data,
    // Stage 3: an ACC element is taken, read unless it is reset.
    output logic acc_taken,
    output logic acc_read_enable,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] acc_read_index,
    input logic [vta_pkg::ACC_BITS-1:0] acc_read_data,
    // Stage 4.
    output logic acc_write_enable,
    output logic out_write_enable,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] acc_write_index,
    output logic [vta_pkg::ACC_BITS-1:0] acc_write_data
);
  localparam int unsigned LANES = vta_pkg::BATCH * vta_pkg::BLOCK;
  localparam int unsigned INP_ROW = vta_pkg::BLOCK * vta_pkg::INP_WIDTH;
  localparam int unsigned WGT_ROW = vta_pkg::BLOCK * vta_pkg::WGT_WIDTH;

  // Stage 0.
  logic walking, walk_last, issue, reset_0;
  logic [ID_WIDTH-1:0] id_0;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_offset_0;
  logic [vta_pkg::INP_INDEX_WIDTH-1:0] src_offset_0;
  logic [vta_pkg::WGT_INDEX_WIDTH-1:0] wgt_offset_0;

  loop_walker #(
      .SRC_WIDTH(vta_pkg::INP_INDEX_WIDTH),
      .WGT_WIDTH(vta_pkg::WGT_INDEX_WIDTH)
  ) walker (
      .clk,
      .reset,
      .start,
      .ready,
      .uop_bgn(instruction.uop_bgn),
      .uop_last(instruction.uop_end[vta_pkg::UOP_INDEX_WIDTH-1:0] - 1'b1),
      .iter_out(instruction.iter_out),
      .iter_in(instruction.iter_in),
      .dst_factor_out(instruction.dst_factor_out),
      .dst_factor_in(instruction.dst_factor_in),
      .src_factor_out(instruction.src_factor_out),
      .src_factor_in(instruction.src_factor_in),
      .wgt_factor_out(instruction.wgt_factor_out),
      .wgt_factor_in(instruction.wgt_factor_in),
      .advance(issue),
      .valid(walking),
      .last(walk_last),
      .uop_index(uop_read_index),
      .dst_offset(dst_offset_0),
      .src_offset(src_offset_0),
      .wgt_offset(wgt_offset_0)
  );

  assign issue = walking && !hold;
  assign uop_read_enable = issue;

  // Stages 1 to 4: bit s is stage s.
  logic [4:1] valid, last, resets;
  logic [ID_WIDTH-1:0] id_1, id_2, id_3, id_4;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_offset_1, dst_2, dst_3, dst_4;
  logic [vta_pkg::INP_INDEX_WIDTH-1:0] src_offset_1;
  logic [vta_pkg::WGT_INDEX_WIDTH-1:0] wgt_offset_1;
  /* verilator lint_off UNUSED */  // its reserved bits
  vta_pkg::uop_t uop;
  /* verilator lint_on UNUSED */
  assign uop = uop_data;

  always_ff @(posedge clk) begin
    if (reset) begin
      valid <= '0;
    end else begin
      valid <= {valid[3:1], issue};
    end
    if (start) {id_0, reset_0} <= {id, instruction.reset};
    last <= {last[3:1], walk_last};
    resets <= {resets[3:1], reset_0};
    {id_4, id_3, id_2, id_1} <= {id_3, id_2, id_1, id_0};
    {dst_4, dst_3} <= {dst_3, dst_2};
    if (issue) begin
      dst_offset_1 <= dst_offset_0;
      src_offset_1 <= src_offset_0;
      wgt_offset_1 <= wgt_offset_0;
    end
    if (valid[1]) begin
      dst_2 <= uop.dst_idx + dst_offset_1;
      inp_read_index <= uop.src_idx + src_offset_1;
      wgt_read_index <= uop.wgt_idx + wgt_offset_1;
    end
  end

  assign operand_read_enable = valid[2] && !resets[2];
  assign acc_taken = valid[3];
  assign acc_read_enable = valid[3] && !resets[3];
  assign acc_read_index = dst_3;
  assign acc_write_enable = valid[4];
  assign out_write_enable = valid[4] && !resets[4];
  assign acc_write_index = dst_4;
  assign done = valid[4] && last[4];
  assign done_id = id_4;
  assign step = valid[4];
  assign step_is_reset = resets[4];

  logic [vta_pkg::ACC_BITS-1:0] sums, accumulated;
  for (genvar row = 0; row < vta_pkg::BATCH; row++) begin : rows
    for (genvar column = 0; column < vta_pkg::BLOCK; column++) begin : columns
      dot_product lane (
          .clk,
          .enable(acc_read_enable),
          .inp(inp_data[row*INP_ROW+:INP_ROW]),
          .wgt(wgt_data[column*WGT_ROW+:WGT_ROW]),
          .sum(sums[(row*vta_pkg::BLOCK+column)*vta_pkg::ACC_WIDTH+:vta_pkg::ACC_WIDTH])
      );
    end
  end

  always_comb begin
    accumulated = '0;
    if (out_write_enable) begin
      for (int unsigned lane = 0; lane < LANES; lane++) begin
        accumulated[lane*vta_pkg::ACC_WIDTH+:vta_pkg::ACC_WIDTH] =
            acc_read_data[lane*vta_pkg::ACC_WIDTH+:vta_pkg::ACC_WIDTH] +
            sums[lane*vta_pkg::ACC_WIDTH+:vta_pkg::ACC_WIDTH];
      end
    end
  end
  assign acc_write_data = accumulated;
endmodule
