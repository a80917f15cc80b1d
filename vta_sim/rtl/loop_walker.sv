// The loop nest of GEMM and ALU: for iter_out, for iter_in, for uops. One step each time `advance` is high; all outputs
// are registers. `start` is allowed while `ready`: idle, or in the cycle that takes the last step. The caller starts no
// empty nest.
module loop_walker #(
    parameter int unsigned SRC_WIDTH = 11,
    parameter int unsigned WGT_WIDTH = 10
) (
    input logic clk,
    input logic reset,
    input logic start,
    output logic ready,
    input logic [vta_pkg::UOP_INDEX_WIDTH-1:0] uop_bgn,
    input logic [vta_pkg::UOP_INDEX_WIDTH-1:0] uop_last,
    input logic [13:0] iter_out,
    input logic [13:0] iter_in,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_factor_out,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_factor_in,
    input logic [SRC_WIDTH-1:0] src_factor_out,
    input logic [SRC_WIDTH-1:0] src_factor_in,
    input logic [WGT_WIDTH-1:0] wgt_factor_out,
    input logic [WGT_WIDTH-1:0] wgt_factor_in,
    input logic advance,
    output logic valid,
    output logic last,
    output logic [vta_pkg::UOP_INDEX_WIDTH-1:0] uop_index,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_offset,
    output logic [SRC_WIDTH-1:0] src_offset,
    output logic [WGT_WIDTH-1:0] wgt_offset
);
  logic [vta_pkg::UOP_INDEX_WIDTH-1:0] first_uop, last_uop;
  logic [13:0] out_left, in_left, num_in;  // rounds behind the present one; num_in: iter_in - 1
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] dst_out, dst_in, dst_row;
  logic [SRC_WIDTH-1:0] src_out, src_in, src_row;
  logic [WGT_WIDTH-1:0] wgt_out, wgt_in, wgt_row;
  logic uops_end, in_end;

  assign uops_end = uop_index == last_uop;
  assign in_end = in_left == 0;
  assign last = uops_end && in_end && out_left == 0;
  assign ready = !valid || (advance && last);

  always_ff @(posedge clk) begin
    if (reset) begin
      valid <= 1'b0;
    end else if (start) begin
      valid <= 1'b1;
      first_uop <= uop_bgn;
      last_uop <= uop_last;
      uop_index <= uop_bgn;
      out_left <= iter_out - 1;
      in_left <= iter_in - 1;
      num_in <= iter_in - 1;
      {dst_out, dst_in} <= {dst_factor_out, dst_factor_in};
      {src_out, src_in} <= {src_factor_out, src_factor_in};
      {wgt_out, wgt_in} <= {wgt_factor_out, wgt_factor_in};
      {dst_offset, dst_row} <= '0;
      {src_offset, src_row} <= '0;
      {wgt_offset, wgt_row} <= '0;
    end else if (valid && advance) begin
      uop_index <= uops_end ? first_uop : uop_index + 1;
      if (last) valid <= 1'b0;
      if (uops_end && !in_end) begin
        in_left <= in_left - 1;
        dst_offset <= dst_offset + dst_in;
        src_offset <= src_offset + src_in;
        wgt_offset <= wgt_offset + wgt_in;
      end else if (uops_end) begin
        in_left <= num_in;
        out_left <= out_left - 1;
        {dst_offset, dst_row} <= {2{dst_row + dst_out}};
        {src_offset, src_row} <= {2{src_row + src_out}};
        {wgt_offset, wgt_row} <= {2{wgt_row + wgt_out}};
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) if (!reset) assert (!start || (ready && iter_out != 0 && iter_in != 0));
`endif
endmodule
