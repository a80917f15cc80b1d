// Scratchpad memory: one synchronous read port, one write port that enables words of WORD bits. A read of the cell
// that is written in the same cycle gives the old value. read_data holds while read_enable is low.
module ram_1r1w #(
    parameter int unsigned WIDTH = 32,
    parameter int unsigned DEPTH = 16,
    parameter int unsigned WORD = WIDTH
) (
    input logic clk,
    input logic [WIDTH/WORD-1:0] write_enable,
    input logic [$clog2(DEPTH)-1:0] write_address,
    input logic [WIDTH-1:0] write_data,
    input logic read_enable,
    input logic [$clog2(DEPTH)-1:0] read_address,
    output logic [WIDTH-1:0] read_data
);
  logic [WIDTH-1:0] memory[0:DEPTH-1];

  always_ff @(posedge clk) begin
    for (int unsigned word = 0; word < WIDTH / WORD; word++) begin
      if (write_enable[word]) memory[write_address][word*WORD+:WORD] <= write_data[word*WORD+:WORD];
    end
    if (read_enable) read_data <= memory[read_address];
  end
endmodule
