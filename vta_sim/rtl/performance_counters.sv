// The counters of accel/vta/counters.def. Each adds its `amount` every cycle of a run; from FIRST_MAXIMUM on they keep
// the largest amount instead.
module performance_counters #(
    parameter int unsigned FIRST_MAXIMUM = vta_pkg::COUNTER_MAX_L2G_TOKENS
) (
    input logic clk,
    input logic clear,
    input logic enable,
    input logic [vta_pkg::NUM_COUNTERS*10-1:0] amount,
    output logic [vta_pkg::NUM_COUNTERS*64-1:0] counters
);
  for (genvar i = 0; i < vta_pkg::NUM_COUNTERS; i++) begin : each
    logic [9:0] increment;
    logic [63:0] count;
    assign increment = amount[i*10+:10];
    assign counters[i*64+:64] = count;
    always_ff @(posedge clk) begin
      if (clear) count <= 0;
      else if (enable && increment != 0) begin
        if (i < FIRST_MAXIMUM) count <= count + 64'(increment);
        else if (count < 64'(increment)) count <= 64'(increment);
      end
    end
  end
endmodule
