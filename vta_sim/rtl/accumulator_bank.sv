// Half of the accumulators, selected by the top bit of their index, with the OUT elements of the same indices. One read
// and one write a cycle. A read of the element that is written in the same cycle gives the new value: this is what
// makes neighbouring steps sequential.
module accumulator_bank #(
    parameter int unsigned WORD = 64
) (
    input logic clk,
    input logic read_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-2:0] read_index,
    output logic [vta_pkg::ACC_BITS-1:0] read_data,
    input logic [vta_pkg::ACC_BITS/WORD-1:0] write_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-2:0] write_index,
    input logic [vta_pkg::ACC_BITS-1:0] write_data,
    input logic out_write_enable,
    input logic out_read_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-2:0] out_read_index,
    output logic [vta_pkg::OUT_BITS-1:0] out_read_data
);
  localparam int unsigned DEPTH = vta_pkg::ACC_DEPTH / 2;
  localparam int unsigned LANES = vta_pkg::BATCH * vta_pkg::BLOCK;

  logic forward;
  logic [vta_pkg::ACC_BITS-1:0] stored, forwarded;
  logic [vta_pkg::OUT_BITS-1:0] narrowed;

  // Whole elements are forwarded; loads write parts, and no step reads an element that a load writes.
  always_ff @(posedge clk) begin
    if (read_enable) begin
      forward <= (&write_enable) && write_index == read_index;
      if ((&write_enable) && write_index == read_index) forwarded <= write_data;
    end
  end
  assign read_data = forward ? forwarded : stored;

  ram_1r1w #(
      .WIDTH(vta_pkg::ACC_BITS),
      .DEPTH(DEPTH),
      .WORD (WORD)
  ) accumulators (
      .clk,
      .write_enable,
      .write_address(write_index),
      .write_data,
      .read_enable,
      .read_address(read_index),
      .read_data(stored)
  );

  always_comb begin
    narrowed = '0;
    if (out_write_enable) begin
      for (int unsigned lane = 0; lane < LANES; lane++) begin
        narrowed[lane*vta_pkg::OUT_WIDTH+:vta_pkg::OUT_WIDTH] =
            write_data[lane*vta_pkg::ACC_WIDTH+:vta_pkg::OUT_WIDTH];
      end
    end
  end

  ram_1r1w #(
      .WIDTH(vta_pkg::OUT_BITS),
      .DEPTH(DEPTH)
  ) outputs (
      .clk,
      .write_enable(out_write_enable),
      .write_address(write_index),
      .write_data(narrowed),
      .read_enable(out_read_enable),
      .read_address(out_read_index),
      .read_data(out_read_data)
  );
endmodule
