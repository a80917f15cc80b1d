// The 2-D load: rows of DRAM elements into a dense scratchpad rectangle, zeros around them. One instruction at a time:
// `start` while `ready`; `done` for one cycle when the last write was accepted. Rows are requested ahead without
// waiting; a context for each tag knows where its next beat belongs, so bursts return in any order.
// Writes leave as pieces: an element, or a part of one as wide as the bus (write_part). write_zero: padding.
// NARROW: instructions with `narrow` read elements of a quarter of the size (ACC8).
module dma_read #(
    parameter int unsigned DATA_BITS = 64,
    parameter int unsigned TAG_WIDTH = 5,
    parameter int unsigned LOG_ELEMENT_BYTES = 4,
    parameter int unsigned INDEX_WIDTH = 11,
    parameter int unsigned PART_WIDTH = 1,
    parameter bit NARROW = 0
) (
    input logic clk,
    input logic reset,
    input logic drain,
    input logic start,
    output logic ready,
    input vta_pkg::memory_instruction_t instruction,
    input logic [31:0] base,
    output logic done,
    output logic waiting,  // for memory: requested, nothing arrives
    output logic narrow,
    output logic [31:0] elements_written,
    output logic [7:0] bytes_read,  // in this cycle
    // Read client.
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
    // Scratchpad.
    output logic write_valid,
    input logic write_ready,
    output logic write_zero,
    output logic [INDEX_WIDTH-1:0] write_index,
    output logic [PART_WIDTH-1:0] write_part,
    output logic [DATA_BITS-1:0] write_data
);
  localparam int unsigned BUS_BYTES = DATA_BITS / 8;
  localparam int unsigned LOG_BUS = $clog2(BUS_BYTES);
  localparam int unsigned BOUNDARY = BUS_BYTES * 256 > 4096 ? 4096 : BUS_BYTES * 256;
  localparam int unsigned SMALLEST = NARROW ? LOG_ELEMENT_BYTES - 2 : LOG_ELEMENT_BYTES;
  localparam bit HAS_SLOTS = SMALLEST < LOG_BUS;  // several elements in a beat
  localparam int unsigned SLOT_WIDTH = HAS_SLOTS ? LOG_BUS - SMALLEST : 1;

  logic busy;
  logic [4:0] log_element;
  assign log_element = 5'(LOG_ELEMENT_BYTES) - ((NARROW && narrow) ? 5'd2 : 5'd0);
  assign ready = !busy;

  // Requests. A row is cut at boundaries; offset counts the bytes of it that were requested.
  logic [15:0] rows_left;
  logic [31:0] row_address, row_bytes, stride_bytes, offset, address, left;
  logic [INDEX_WIDTH-1:0] row_index, row_pitch;
  logic [12:0] to_boundary, chunk;
  logic accept_request, row_requested;

  assign address = row_address + offset;
  assign left = row_bytes - offset;
  assign to_boundary = 13'(BOUNDARY) - (address[12:0] & 13'(BOUNDARY - 1));
  assign row_requested = left <= 32'(to_boundary);
  assign chunk = row_requested ? left[12:0] : to_boundary;
  assign request_valid = rows_left != 0 && !drain;
  assign request_address = {address[31:LOG_BUS], {LOG_BUS{1'b0}}};
  assign request_beats = 9'((13'(address[LOG_BUS-1:0]) + chunk + 13'(BUS_BYTES - 1)) >> LOG_BUS);
  assign accept_request = request_valid && request_ready;

  // Where the beats of each tag belong.
  logic [INDEX_WIDTH-1:0] context_index[0:(1<<TAG_WIDTH)-1];
  logic [PART_WIDTH-1:0] context_part[0:(1<<TAG_WIDTH)-1];
  logic [INDEX_WIDTH-1:0] index;
  logic [PART_WIDTH-1:0] part, last_part;
  logic piece, beat_used, element_used, pad_active, pad_taken;
  logic [INDEX_WIDTH-1:0] pad_index;

  assign index = context_index[response_tag];
  assign part = context_part[response_tag];
  assign last_part = (log_element > 5'(LOG_BUS)) ? PART_WIDTH'((16'd1 << (log_element - 5'(LOG_BUS))) - 16'd1) : '0;
  assign write_valid = response_valid || pad_active;
  assign write_zero = !response_valid;
  assign write_index = response_valid ? index : pad_index;
  assign write_part = part;
  assign piece = response_valid && write_ready;
  assign element_used = part == last_part;
  assign response_ready = write_ready && beat_used;
  assign bytes_read = piece ? (log_element < 5'(LOG_BUS) ? 8'd1 << log_element : 8'(BUS_BYTES)) : 8'd0;
  assign pad_taken = pad_active && !response_valid && write_ready;

  if (HAS_SLOTS) begin : slots
    // Which elements of a beat belong to the row: from a first slot, until none is left of the burst.
    logic [SLOT_WIDTH-1:0] context_slot[0:(1<<TAG_WIDTH)-1];
    logic [12:0] context_left[0:(1<<TAG_WIDTH)-1];
    logic [SLOT_WIDTH-1:0] slot, last_slot;
    logic [12:0] elements;
    assign slot = context_slot[response_tag];
    assign elements = context_left[response_tag];
    assign last_slot = (log_element < 5'(LOG_BUS)) ? SLOT_WIDTH'((6'd1 << (5'(LOG_BUS) - log_element)) - 6'd1) : '0;
    assign beat_used = slot == last_slot || elements == 13'd1;
    assign write_data = response_data >> ({{32 - SLOT_WIDTH{1'b0}}, slot} << (log_element + 5'd3));
    always_ff @(posedge clk) begin
      if (piece) begin
        context_slot[response_tag] <= slot == last_slot ? '0 : slot + 1;
        if (element_used) context_left[response_tag] <= elements - 1;
      end
      if (accept_request) begin
        context_slot[request_tag] <= SLOT_WIDTH'(address[LOG_BUS-1:0] >> log_element);
        context_left[request_tag] <= chunk >> log_element;
      end
    end
  end else begin : parts
    assign beat_used = 1'b1;
    assign write_data = response_data;
  end

  always_ff @(posedge clk) begin
    if (piece) begin
      context_part[response_tag] <= element_used ? '0 : part + 1;
      if (element_used) context_index[response_tag] <= index + 1;
    end
    if (accept_request) begin
      context_part[request_tag] <= PART_WIDTH'(address >> LOG_BUS) & last_part;
      context_index[request_tag] <= row_index + INDEX_WIDTH'(offset >> log_element);
    end
  end

  pad_walker #(
      .INDEX_WIDTH(INDEX_WIDTH)
  ) padding (
      .clk,
      .reset,
      .start,
      .instruction,
      .advance(pad_taken),
      .active(pad_active),
      .index(pad_index)
  );

  logic [TAG_WIDTH:0] outstanding;
  logic burst_done;
  assign burst_done = response_valid && response_ready && response_last;
  assign done = busy && rows_left == 0 && outstanding == 0 && !pad_active;
  assign waiting = outstanding != 0 && !response_valid;

  logic is_narrow;
  logic [4:0] start_log;
  logic [INDEX_WIDTH-1:0] start_pitch;
  assign is_narrow = NARROW && instruction.memory_type == vta_pkg::MEMORY_ACC8;
  assign start_log = 5'(LOG_ELEMENT_BYTES) - (is_narrow ? 5'd2 : 5'd0);
  assign start_pitch =
      INDEX_WIDTH'(instruction.x_pad_0) + INDEX_WIDTH'(instruction.x_size) + INDEX_WIDTH'(instruction.x_pad_1);

  always_ff @(posedge clk) begin
    if (reset) begin
      busy <= 1'b0;
      rows_left <= 0;
      outstanding <= 0;
      narrow <= 1'b0;
      elements_written <= 0;
    end else begin
      if (accept_request != burst_done) outstanding <= accept_request ? outstanding + 1 : outstanding - 1;
      if (done) busy <= 1'b0;
      if ((piece && element_used) || pad_taken) elements_written <= elements_written + 1;
      if (start) begin
        busy <= 1'b1;
        narrow <= is_narrow;
        rows_left <= instruction.y_size;
        row_address <= base + (instruction.dram_base << start_log);
        row_bytes <= 32'(instruction.x_size) << start_log;
        stride_bytes <= 32'(instruction.x_stride) << start_log;
        offset <= 0;
        row_pitch <= start_pitch;
        row_index <= INDEX_WIDTH'(instruction.sram_base) + INDEX_WIDTH'(instruction.x_pad_0)
            + INDEX_WIDTH'(instruction.y_pad_0) * start_pitch;
        elements_written <= 0;
      end else if (accept_request) begin
        offset <= row_requested ? 0 : offset + 32'(chunk);
        if (row_requested) begin
          rows_left <= rows_left - 1;
          row_address <= row_address + stride_bytes;
          row_index <= row_index + row_pitch;
        end
      end
    end
  end
endmodule
