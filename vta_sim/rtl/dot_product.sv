// One lane of GEMM: the sum of BLOCK exact products, registered. `sum` holds while `enable` is low.
module dot_product (
    input logic clk,
    input logic enable,
    input logic [vta_pkg::BLOCK*vta_pkg::INP_WIDTH-1:0] inp,
    input logic [vta_pkg::BLOCK*vta_pkg::WGT_WIDTH-1:0] wgt,
    output logic [vta_pkg::ACC_WIDTH-1:0] sum
);
  always_ff @(posedge clk) begin
    if (enable) begin : products
      logic signed [vta_pkg::ACC_WIDTH-1:0] total, a, b;
      total = 0;
      for (int unsigned k = 0; k < vta_pkg::BLOCK; k++) begin
        a = {
          {vta_pkg::ACC_WIDTH - vta_pkg::INP_WIDTH{inp[k*vta_pkg::INP_WIDTH+vta_pkg::INP_WIDTH-1]}},
          inp[k*vta_pkg::INP_WIDTH+:vta_pkg::INP_WIDTH]
        };
        b = {
          {vta_pkg::ACC_WIDTH - vta_pkg::WGT_WIDTH{wgt[k*vta_pkg::WGT_WIDTH+vta_pkg::WGT_WIDTH-1]}},
          wgt[k*vta_pkg::WGT_WIDTH+:vta_pkg::WGT_WIDTH]
        };
        total = total + a * b;
      end
      sum <= total;
    end
  end
endmodule
