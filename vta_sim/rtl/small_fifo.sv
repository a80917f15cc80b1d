// A queue of DEPTH (a power of two) entries in registers; the head is visible at once. push: allowed while !full;
// pop: allowed while valid.
module small_fifo #(
    parameter int unsigned WIDTH = 8,
    parameter int unsigned DEPTH = 4
) (
    input logic clk,
    input logic reset,
    input logic push,
    input logic [WIDTH-1:0] push_data,
    output logic full,
    output logic valid,
    output logic [WIDTH-1:0] head,
    input logic pop
);
  localparam int unsigned ADDRESS = $clog2(DEPTH);

  logic [WIDTH-1:0] entries[0:DEPTH-1];
  logic [ADDRESS-1:0] read_address, write_address;
  logic [ADDRESS:0] stored;

  assign full = stored == (ADDRESS + 1)'(DEPTH);
  assign valid = stored != 0;
  assign head = entries[read_address];

  always_ff @(posedge clk) begin
    if (push) entries[write_address] <= push_data;
    if (reset) begin
      read_address <= 0;
      write_address <= 0;
      stored <= 0;
    end else begin
      if (push) write_address <= write_address + 1;
      if (pop) read_address <= read_address + 1;
      if (push != pop) stored <= push ? stored + 1 : stored - 1;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    if (!reset) begin
      assert (!push || !full);
      assert (!pop || valid);
    end
  end
`endif
endmodule
