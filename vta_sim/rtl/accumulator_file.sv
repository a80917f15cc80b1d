// ACC and OUT in two banks. GEMM never waits. The ALU takes an element only in a cycle in which GEMM takes none of the
// same bank; both write exactly one cycle after they take, so they do not meet at the write port either. Loads write
// when no engine writes their bank (load_ready). Reads give data in the next cycle.
module accumulator_file #(
    parameter int unsigned WORD = 64
) (
    input logic clk,
    input logic gemm_read_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] gemm_read_index,
    output logic [vta_pkg::ACC_BITS-1:0] gemm_read_data,
    input logic gemm_write_enable,
    input logic gemm_out_write_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] gemm_write_index,
    input logic [vta_pkg::ACC_BITS-1:0] gemm_write_data,
    // The ALU may read an element of each bank; read_data holds for each bank until its next read.
    input logic [1:0] alu_read_enable,
    input logic [2*(vta_pkg::ACC_INDEX_WIDTH-1)-1:0] alu_read_index,
    output logic [2*vta_pkg::ACC_BITS-1:0] bank_read_data,
    input logic alu_write_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] alu_write_index,
    input logic [vta_pkg::ACC_BITS-1:0] alu_write_data,
    input logic load_valid,
    output logic load_ready,
    input logic [vta_pkg::ACC_BITS/WORD-1:0] load_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] load_index,
    input logic [vta_pkg::ACC_BITS-1:0] load_data,
    input logic out_read_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] out_read_index,
    output logic [vta_pkg::OUT_BITS-1:0] out_read_data
);
  localparam int unsigned TOP = vta_pkg::ACC_INDEX_WIDTH - 1;
  localparam int unsigned WORDS = vta_pkg::ACC_BITS / WORD;

  logic [1:0] gemm_reads, gemm_writes, alu_writes, load_writes, out_reads;
  logic [2*vta_pkg::OUT_BITS-1:0] out_data;
  logic gemm_read_bank, out_read_bank;

  assign gemm_reads = {1'b0, gemm_read_enable} << gemm_read_index[TOP];
  assign gemm_writes = {1'b0, gemm_write_enable} << gemm_write_index[TOP];
  assign alu_writes = {1'b0, alu_write_enable} << alu_write_index[TOP];
  assign load_ready = !gemm_writes[load_index[TOP]] && !alu_writes[load_index[TOP]];
  assign load_writes = {1'b0, load_valid && load_ready} << load_index[TOP];
  assign out_reads = {1'b0, out_read_enable} << out_read_index[TOP];

  always_ff @(posedge clk) begin
    if (gemm_read_enable) gemm_read_bank <= gemm_read_index[TOP];
    if (out_read_enable) out_read_bank <= out_read_index[TOP];
  end
  assign gemm_read_data = bank_read_data[gemm_read_bank*vta_pkg::ACC_BITS+:vta_pkg::ACC_BITS];
  assign out_read_data = out_data[out_read_bank*vta_pkg::OUT_BITS+:vta_pkg::OUT_BITS];

  for (genvar bank = 0; bank < 2; bank++) begin : banks
    logic [TOP-1:0] write_index;
    logic [vta_pkg::ACC_BITS-1:0] write_data;
    logic [WORDS-1:0] write_enable;
    always_comb begin
      write_enable = '0;
      write_index = load_index[TOP-1:0];
      write_data = load_data;
      if (gemm_writes[bank]) begin
        write_enable = '1;
        write_index = gemm_write_index[TOP-1:0];
        write_data = gemm_write_data;
      end else if (alu_writes[bank]) begin
        write_enable = '1;
        write_index = alu_write_index[TOP-1:0];
        write_data = alu_write_data;
      end else if (load_writes[bank]) begin
        write_enable = load_enable;
      end
    end
    accumulator_bank #(
        .WORD(WORD)
    ) half (
        .clk,
        .read_enable(gemm_reads[bank] || alu_read_enable[bank]),
        .read_index(gemm_reads[bank] ? gemm_read_index[TOP-1:0] : alu_read_index[bank*TOP+:TOP]),
        .read_data(bank_read_data[bank*vta_pkg::ACC_BITS+:vta_pkg::ACC_BITS]),
        .write_enable,
        .write_index,
        .write_data,
        .out_write_enable((gemm_writes[bank] && gemm_out_write_enable) || alu_writes[bank]),
        .out_read_enable(out_reads[bank]),
        .out_read_index(out_read_index[TOP-1:0]),
        .out_read_data(out_data[bank*vta_pkg::OUT_BITS+:vta_pkg::OUT_BITS])
    );
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    assert ((gemm_reads & alu_read_enable) == 0);
    assert ((gemm_writes & alu_writes) == 0);
  end
`endif
endmodule
