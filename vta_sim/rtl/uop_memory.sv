// The micro-ops, a copy for each of three readers: GEMM, the ALU, the range scanner.
module uop_memory (
    input logic clk,
    input logic write_enable,
    input logic [vta_pkg::UOP_INDEX_WIDTH-1:0] write_index,
    input logic [31:0] write_data,
    input logic [2:0] read_enable,
    input logic [3*vta_pkg::UOP_INDEX_WIDTH-1:0] read_index,
    output logic [95:0] read_data
);
  for (genvar reader = 0; reader < 3; reader++) begin : copies
    ram_1r1w #(
        .WIDTH(32),
        .DEPTH(vta_pkg::UOP_DEPTH)
    ) uops (
        .clk,
        .write_enable,
        .write_address(write_index),
        .write_data,
        .read_enable(read_enable[reader]),
        .read_address(read_index[reader*vta_pkg::UOP_INDEX_WIDTH+:vta_pkg::UOP_INDEX_WIDTH]),
        .read_data(read_data[reader*32+:32])
    );
  end
endmodule
