// The ALU engine. Stages of a step:
//   0 loop nest, uop read   1 indices   2 ACC read   3 operation, ACC and OUT write
// Stage 2 waits while GEMM takes an element of the same bank. It needs one cycle with an immediate; with a tensor one
// when source and destination lie in different banks or the source repeats (a broadcast), else two. A GEMM reset may
// run here too. Instructions follow each other without a gap. `hold` keeps stage 0 for a cycle.
module alu #(
    parameter int unsigned ID_WIDTH = 3
) (
    input logic clk,
    input logic reset,
    input logic hold,
    input logic start,
    output logic ready,
    /* verilator lint_off UNUSED */
    input logic [127:0] instruction,  // ALU or GEMM reset
    /* verilator lint_on UNUSED */
    input logic [ID_WIDTH-1:0] id,
    output logic done,
    output logic [ID_WIDTH-1:0] done_id,
    output logic step,
    output logic step_is_reset,
    output logic uop_read_enable,
    output logic [vta_pkg::UOP_INDEX_WIDTH-1:0] uop_read_index,
    /* verilator lint_off UNUSED */
    input logic [31:0] uop_data,  // the weight's index is not used
    /* verilator lint_on UNUSED */
    // What GEMM takes in this cycle.
    input logic gemm_taken,
    input logic gemm_bank,
    output logic [1:0] acc_read_enable,
    output logic [2*(vta_pkg::ACC_INDEX_WIDTH-1)-1:0] acc_read_index,
    input logic [2*vta_pkg::ACC_BITS-1:0] acc_read_data,
    output logic acc_write_enable,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] acc_write_index,
    output logic [vta_pkg::ACC_BITS-1:0] acc_write_data
);
  localparam int unsigned LANES = vta_pkg::BATCH * vta_pkg::BLOCK;
  localparam int unsigned TOP = vta_pkg::ACC_INDEX_WIDTH - 1;

  /* verilator lint_off UNUSED */
  vta_pkg::alu_instruction_t alu_instruction;
  vta_pkg::gemm_instruction_t gemm_instruction;
  vta_pkg::uop_t uop;
  /* verilator lint_on UNUSED */
  logic is_reset;
  assign alu_instruction = instruction;
  assign gemm_instruction = instruction;
  assign uop = uop_data;
  assign is_reset = alu_instruction.opcode == vta_pkg::OPCODE_GEMM;

  // Stage 0. What the step does besides its indices travels with it.
  localparam int unsigned MODE_WIDTH = ID_WIDTH + 1 + 3 + 1 + 16;
  logic walking, walk_last, issue, free_1, free_2;
  logic [MODE_WIDTH-1:0] mode_0;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_offset_0, src_offset_0;

  /* verilator lint_off PINCONNECTEMPTY */
  loop_walker #(
      .SRC_WIDTH(vta_pkg::ACC_INDEX_WIDTH),
      .WGT_WIDTH(1)
  ) walker (
      .clk,
      .reset,
      .start,
      .ready,
      .uop_bgn(alu_instruction.uop_bgn),
      .uop_last(alu_instruction.uop_end[vta_pkg::UOP_INDEX_WIDTH-1:0] - 1'b1),
      .iter_out(alu_instruction.iter_out),
      .iter_in(alu_instruction.iter_in),
      .dst_factor_out(is_reset ? gemm_instruction.dst_factor_out : alu_instruction.dst_factor_out),
      .dst_factor_in(is_reset ? gemm_instruction.dst_factor_in : alu_instruction.dst_factor_in),
      .src_factor_out(alu_instruction.src_factor_out),
      .src_factor_in(alu_instruction.src_factor_in),
      .wgt_factor_out(1'b0),
      .wgt_factor_in(1'b0),
      .advance(issue),
      .valid(walking),
      .last(walk_last),
      .uop_index(uop_read_index),
      .dst_offset(dst_offset_0),
      .src_offset(src_offset_0),
      .wgt_offset()
  );
  /* verilator lint_on PINCONNECTEMPTY */

  assign issue = walking && !hold && free_1;
  assign uop_read_enable = issue;

  // Stage 1.
  logic valid_1, last_1;
  logic [MODE_WIDTH-1:0] mode_1;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_offset_1, src_offset_1;
  assign free_1 = !valid_1 || free_2;

  // Stage 2.
  logic valid_2, last_2, take, reset_2, use_imm_2;
  logic [MODE_WIDTH-1:0] mode_2;
  logic [ID_WIDTH-1:0] id_2;
  logic [2:0] operation_2;
  logic [15:0] imm_2;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_2, src_2;
  assign {id_2, reset_2, operation_2, use_imm_2, imm_2} = mode_2;
  assign free_2 = !valid_2 || take;

  // The source of this step: read before (source_valid: index source_index, data in the source register), read in this
  // cycle beside the destination, or read alone first.
  logic source_valid, source_arrives, source_bank, needs_source, reads_source, reads_both;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] source_index;
  logic [1:0] free_banks;
  assign free_banks = ~({1'b0, gemm_taken} << gemm_bank);
  assign needs_source = !use_imm_2 && !reset_2 && !(source_valid && source_index == src_2);
  assign reads_both = needs_source && src_2[TOP] != dst_2[TOP] && !gemm_taken;
  assign reads_source = valid_2 && needs_source && free_banks[src_2[TOP]] && (reads_both || src_2[TOP] == dst_2[TOP] || gemm_taken);
  assign take = valid_2 && free_banks[dst_2[TOP]] && (!needs_source || reads_both);

  always_comb begin
    acc_read_enable = 2'b00;
    acc_read_index = {2{dst_2[TOP-1:0]}};
    if (take && !reset_2) acc_read_enable[dst_2[TOP]] = 1'b1;
    if (reads_source) begin
      acc_read_enable[src_2[TOP]] = 1'b1;
      acc_read_index[src_2[TOP]*TOP+:TOP] = src_2[TOP-1:0];
    end
  end

  // Stage 3.
  logic valid_3, last_3, reset_3, use_imm_3;
  logic [ID_WIDTH-1:0] id_3;
  logic [2:0] operation_3;
  logic [15:0] imm_3;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_3;
  logic [vta_pkg::ACC_BITS-1:0] source, held_source, left, right;

  assign left = acc_read_data[dst_3[TOP]*vta_pkg::ACC_BITS+:vta_pkg::ACC_BITS];
  assign source = source_arrives ? acc_read_data[source_bank*vta_pkg::ACC_BITS+:vta_pkg::ACC_BITS] : held_source;
  assign right = use_imm_3 ? {LANES{{vta_pkg::ACC_WIDTH - 16{imm_3[15]}}, imm_3}} : source;

  for (genvar lane = 0; lane < LANES; lane++) begin : lanes
    alu_lane one (
        .enable(valid_3 && !reset_3),
        .operation(operation_3),
        .a(left[lane*vta_pkg::ACC_WIDTH+:vta_pkg::ACC_WIDTH]),
        .b(right[lane*vta_pkg::ACC_WIDTH+:vta_pkg::ACC_WIDTH]),
        .result(acc_write_data[lane*vta_pkg::ACC_WIDTH+:vta_pkg::ACC_WIDTH])
    );
  end
  assign acc_write_enable = valid_3;
  assign acc_write_index = dst_3;
  assign done = valid_3 && last_3;
  assign done_id = id_3;
  assign step = valid_3;
  assign step_is_reset = reset_3;

  always_ff @(posedge clk) begin
    if (reset) begin
      {valid_1, valid_2, valid_3} <= '0;
      source_valid <= 1'b0;
    end else begin
      if (free_1) valid_1 <= issue;
      if (free_2) valid_2 <= valid_1;
      valid_3 <= take;
      // A source stays good until its element, or perhaps a load, writes it.
      if (reads_source) source_valid <= 1'b1;
      if (take && (last_2 || dst_2 == (reads_source ? src_2 : source_index))) source_valid <= 1'b0;
    end
    if (start) mode_0 <= {id, is_reset, alu_instruction.alu_opcode, alu_instruction.use_imm, alu_instruction.imm};
    if (issue) begin
      {last_1, mode_1} <= {walk_last, mode_0};
      dst_offset_1 <= dst_offset_0;
      src_offset_1 <= src_offset_0;
    end
    if (free_2 && valid_1) begin
      {last_2, mode_2} <= {last_1, mode_1};
      dst_2 <= uop.dst_idx + dst_offset_1;
      src_2 <= uop.src_idx[vta_pkg::ACC_INDEX_WIDTH-1:0] + src_offset_1;
    end
    source_arrives <= reads_source;
    if (reads_source) {source_bank, source_index} <= {src_2[TOP], src_2};
    if (source_arrives) held_source <= source;
    if (take) {last_3, dst_3, id_3, reset_3, operation_3, use_imm_3, imm_3} <=
        {last_2, dst_2, id_2, reset_2, operation_2, use_imm_2, imm_2};
  end
endmodule
