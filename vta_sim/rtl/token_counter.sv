// One dependence queue: tokens carry no information, so a count is the queue. A push at the largest count sets
// `overflow`, which stays until reset and stops the run: no token is lost silently.
module token_counter #(
    parameter int unsigned WIDTH = 10
) (
    input logic clk,
    input logic reset,
    input logic push,
    input logic pop,
    output logic available,
    output logic overflow,
    output logic [WIDTH-1:0] count
);
  assign available = count != 0;

  always_ff @(posedge clk) begin
    if (reset) begin
      count <= 0;
      overflow <= 1'b0;
    end else if (push && !pop) begin
      if (&count) overflow <= 1'b1;
      else count <= count + 1;
    end else if (pop && !push) begin
      count <= count - 1;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) if (!reset) assert (!pop || available);
`endif
endmodule
