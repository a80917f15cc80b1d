// One lane of the ALU, combinational: signed minimum and maximum, wrapping sum and product, arithmetic shift right by
// min(b, 31), left by -b when b is negative. The result is 0 while `enable` is low.
module alu_lane (
    input logic enable,
    input logic [2:0] operation,
    input logic [vta_pkg::ACC_WIDTH-1:0] a,
    input logic [vta_pkg::ACC_WIDTH-1:0] b,
    output logic [vta_pkg::ACC_WIDTH-1:0] result
);
  localparam int unsigned WIDTH = vta_pkg::ACC_WIDTH;
  localparam int unsigned AMOUNT = $clog2(WIDTH);

  logic [WIDTH-1:0] left_amount;
  assign left_amount = -b;

  always_comb begin
    result = '0;
    if (enable) begin
      case (operation)
        vta_pkg::ALU_MIN: result = ($signed(a) < $signed(b)) ? a : b;
        vta_pkg::ALU_MAX: result = ($signed(a) > $signed(b)) ? a : b;
        vta_pkg::ALU_ADD: result = a + b;
        vta_pkg::ALU_MUL: result = a * b;
        default:
        if (b[WIDTH-1]) result = left_amount >= WIDTH ? '0 : a << left_amount[AMOUNT-1:0];
        else result = $signed(a) >>> (b >= WIDTH ? AMOUNT'(WIDTH - 1) : b[AMOUNT-1:0]);
      endcase
    end
  end
endmodule
