// LOAD ACC and ACC8: a 2-D load whose pieces are placed in the accumulator they belong to; ACC8 widens each byte to a
// lane. Handshakes as dma_read. WORD: what one write enable covers.
module acc_loader #(
    parameter int unsigned DATA_BITS = 64,
    parameter int unsigned TAG_WIDTH = 5,
    parameter int unsigned WORD = 64
) (
    input logic clk,
    input logic reset,
    input logic drain,
    input logic start,
    output logic ready,
    input vta_pkg::memory_instruction_t instruction,
    input logic [31:0] base,
    output logic done,
    output logic waiting,
    output logic [31:0] elements_written,
    output logic [7:0] bytes_read,
    output logic request_valid,
    input logic request_ready,
    output logic [31:0] request_address,
    output logic [8:0] request_beats,
    input logic [TAG_WIDTH-1:0] request_tag,
    input logic response_valid,
    output logic response_ready,
    input logic [TAG_WIDTH-1:0] response_tag,
    input logic [DATA_BITS-1:0] response_data,
    input logic response_last,
    output logic write_valid,
    input logic write_ready,
    output logic [vta_pkg::ACC_BITS/WORD-1:0] write_enable,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] write_index,
    output logic [vta_pkg::ACC_BITS-1:0] write_data
);
  localparam int unsigned WORDS = vta_pkg::ACC_BITS / WORD;
  localparam int unsigned PART_WIDTH = WORDS > 1 ? $clog2(WORDS) : 1;
  localparam int unsigned NARROW_BITS = vta_pkg::ACC_BITS / 4;  // of an ACC8 element
  localparam int unsigned PIECE = NARROW_BITS < DATA_BITS ? NARROW_BITS : DATA_BITS;  // of which a beat brings this
  localparam int unsigned PIECES = NARROW_BITS / PIECE;

  logic narrow, write_zero;
  logic [PART_WIDTH-1:0] part;
  /* verilator lint_off UNUSED */  // an element in the low bits of a wider bus
  logic [DATA_BITS-1:0] data;
  /* verilator lint_on UNUSED */

  dma_read #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH),
      .LOG_ELEMENT_BYTES($clog2(vta_pkg::ACC_BITS / 8)),
      .INDEX_WIDTH(vta_pkg::ACC_INDEX_WIDTH),
      .PART_WIDTH(PART_WIDTH),
      .NARROW(1)
  ) dma (
      .clk,
      .reset,
      .drain,
      .start,
      .ready,
      .instruction,
      .base,
      .done,
      .waiting,
      .narrow,
      .elements_written,
      .bytes_read,
      .request_valid,
      .request_ready,
      .request_address,
      .request_beats,
      .request_tag,
      .response_valid,
      .response_ready,
      .response_tag,
      .response_data,
      .response_last,
      .write_valid,
      .write_ready,
      .write_zero,
      .write_index,
      .write_part(part),
      .write_data(data)
  );

  logic [PIECE*4-1:0] widened;
  for (genvar lane = 0; lane < PIECE / 8; lane++) begin : lanes
    assign widened[lane*32+:32] = {{24{data[lane*8+7]}}, data[lane*8+:8]};
  end

  always_comb begin
    write_data = '0;
    write_enable = '1;
    if (!write_zero && narrow) begin
      write_data = {PIECES{widened}};
      if (PIECES > 1) write_enable = WORDS'({PIECE * 4 / WORD{1'b1}}) << (part * (PIECE * 4 / WORD));
    end else if (!write_zero) begin
      write_data = {WORDS{data[WORD-1:0]}};
      if (WORDS > 1) write_enable = WORDS'(1) << part;
    end
  end
endmodule
