// Reads the instruction stream ahead of its use, checks each instruction and puts it into its queue, one a cycle.
// The buffer has SLOTS slots of SLOT_BYTES; a burst fills one slot, so that bursts may return in any order and none
// crosses a 2 KiB boundary. `launch` starts a run. An illegal instruction raises `trap` for ever after: nothing
// behind it is dispatched.
module fetch #(
    parameter int unsigned DATA_BITS = 64,
    parameter int unsigned TAG_WIDTH = 5
) (
    input logic clk,
    input logic reset,
    input logic launch,
    input logic drain,
    input logic [31:0] instruction_base,
    input logic [27:0] instruction_count,
    output logic dispatched_all,
    output logic trap,
    output logic [3:0] trap_cause,
    output logic [31:0] instruction_index,
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
    // The queues, numbered as trap_pkg::QUEUE_*.
    output logic [2:0] push_valid,
    input logic [2:0] push_ready,
    output logic [127:0] push_word,
    output logic waiting,  // for memory, with nothing to dispatch
    output logic [7:0] bytes_read  // in this cycle
);
  localparam int unsigned SLOTS = 4;
  localparam int unsigned SLOT_BYTES = 256;
  localparam int unsigned BUS_BYTES = DATA_BITS / 8;
  localparam int unsigned SLOT_BEATS = SLOT_BYTES / BUS_BYTES;
  localparam int unsigned LOG_SLOT = $clog2(SLOT_BYTES);
  localparam int unsigned BEAT_WIDTH = $clog2(SLOT_BEATS);
  // A word of the buffer holds one instruction, or a beat of a wider bus.
  localparam int unsigned WORD_BITS = DATA_BITS < 128 ? 128 : DATA_BITS;
  localparam int unsigned PARTS = WORD_BITS / DATA_BITS;
  localparam int unsigned LOG_PARTS = $clog2(PARTS);
  localparam int unsigned BUFFER_WORDS = SLOTS * SLOT_BYTES * 8 / WORD_BITS;
  localparam int unsigned LOG_WORD_BYTES = $clog2(WORD_BITS / 8);
  localparam int unsigned WORD_ADDRESS = $clog2(BUFFER_WORDS);

  // Requests: whole slots, from request_at up to the end of the stream.
  logic [31:0] request_at, stream_end, read_at;
  logic [2:0] slots_used;
  logic running;
  logic [31:0] slot_end;
  logic accept_request, free_slot;

  assign slot_end = {request_at[31:LOG_SLOT] + 1'b1, {LOG_SLOT{1'b0}}};
  logic [31:0] burst_end;
  assign burst_end = (stream_end - request_at) < (slot_end - request_at) ? stream_end : slot_end;
  assign request_valid = running && !drain && request_at != stream_end && slots_used != 3'(SLOTS);
  assign request_address = {request_at[31:$clog2(BUS_BYTES)], {$clog2(BUS_BYTES) {1'b0}}};
  /* verilator lint_off UNUSED */  // a slot has few beats
  logic [31:0] request_bytes;
  /* verilator lint_on UNUSED */
  assign request_bytes = burst_end - request_address + BUS_BYTES - 1;
  assign request_beats = request_bytes[8+$clog2(BUS_BYTES):$clog2(BUS_BYTES)];
  assign accept_request = request_valid && request_ready;

  // Responses: which slot a tag fills, and how many beats of each slot are there.
  logic [1:0] slot_of_tag[0:(1<<TAG_WIDTH)-1];
  logic [BEAT_WIDTH:0] filled[0:SLOTS-1];  // beats from the slot's start
  logic [1:0] response_slot;
  logic [BEAT_WIDTH-1:0] response_beat;
  logic [PARTS-1:0] write_enable;
  logic [WORD_ADDRESS-1:0] write_address;

  assign response_slot = slot_of_tag[response_tag];
  assign response_beat = filled[response_slot][BEAT_WIDTH-1:0];
  assign response_ready = 1'b1;

  if (PARTS > 1) begin : narrow_bus
    assign write_enable = PARTS'(response_valid) << response_beat[LOG_PARTS-1:0];
    assign write_address = {response_slot, response_beat[BEAT_WIDTH-1:LOG_PARTS]};
  end else begin : wide_bus
    assign write_enable = response_valid;
    assign write_address = {response_slot, response_beat};
  end

  // Reading: the word of the instruction at read_at is read one cycle before it is dispatched.
  logic [WORD_BITS-1:0] word;
  logic [1:0] read_slot;
  logic [BEAT_WIDTH:0] beats_needed;
  logic word_arrived, take_word, word_valid, dispatch;
  logic [127:0] instruction;

  assign read_slot = read_at[LOG_SLOT+1:LOG_SLOT];
  // read_at is a multiple of 16: the beat that holds its last byte.
  if (BUS_BYTES <= 16) begin : whole_beats
    assign beats_needed = (BEAT_WIDTH + 1)'(6'(read_at[LOG_SLOT-1:4]) + 6'd1) << $clog2(16 / BUS_BYTES);
  end else begin : part_beats
    assign beats_needed = (BEAT_WIDTH + 1)'(read_at[LOG_SLOT-1:$clog2(BUS_BYTES)]) + 1;
  end
  assign word_arrived = running && read_at != request_at && filled[read_slot] >= beats_needed;
  assign take_word = word_arrived && (!word_valid || dispatch);
  assign free_slot = take_word && (read_at[LOG_SLOT-1:4] == '1 || read_at + 32'd16 == stream_end);

  ram_1r1w #(
      .WIDTH(WORD_BITS),
      .DEPTH(BUFFER_WORDS),
      .WORD (DATA_BITS)
  ) buffer (
      .clk,
      .write_enable,
      .write_address,
      .write_data({PARTS{response_data}}),
      .read_enable(take_word),
      .read_address(read_at[LOG_WORD_BYTES+:WORD_ADDRESS]),
      .read_data(word)
  );

  if (WORD_BITS > 128) begin : select_instruction
    logic [LOG_WORD_BYTES-5:0] part;
    always_ff @(posedge clk) if (take_word) part <= read_at[LOG_WORD_BYTES-1:4];
    assign instruction = word[part*128+:128];
  end else begin : whole_word
    assign instruction = word;
  end

  logic [1:0] queue;
  logic [3:0] cause;
  predecode check (
      .word(instruction),
      .queue,
      .cause
  );

  assign push_word = instruction;
  assign push_valid = (word_valid && !trap && !drain && cause == 0) ? 3'b001 << queue : 3'b000;
  assign dispatch = |(push_valid & push_ready);
  assign waiting = running && !word_valid && read_at != stream_end;
  assign bytes_read = take_word ? 8'd16 : 8'd0;
  assign dispatched_all = running && read_at == stream_end && !word_valid;

  always_ff @(posedge clk) begin
    if (accept_request) slot_of_tag[request_tag] <= request_at[LOG_SLOT+1:LOG_SLOT];
    if (reset) begin
      running <= 1'b0;
      trap <= 1'b0;
      trap_cause <= trap_pkg::TRAP_NONE;
      word_valid <= 1'b0;
      slots_used <= 0;
      request_at <= 0;
      read_at <= 0;
      stream_end <= 0;
      instruction_index <= 0;
    end else if (launch) begin
      running <= 1'b1;
      request_at <= instruction_base;
      read_at <= instruction_base;
      stream_end <= instruction_base + {instruction_count, 4'd0};
      instruction_index <= 0;
    end else begin
      if (accept_request) request_at <= burst_end;
      slots_used <= slots_used + 3'(accept_request) - 3'(free_slot);
      if (take_word) read_at <= read_at + 32'd16;
      if (take_word || dispatch) word_valid <= take_word;
      if (dispatch) instruction_index <= instruction_index + 1;
      if (word_valid && cause != trap_pkg::TRAP_NONE && !trap) begin
        trap <= 1'b1;
        trap_cause <= cause;
      end
    end
  end

  for (genvar slot = 0; slot < SLOTS; slot++) begin : slots
    // The first burst of a stream may start inside its slot.
    always_ff @(posedge clk) begin
      if (accept_request && request_at[LOG_SLOT+1:LOG_SLOT] == slot)
        filled[slot] <= {1'b0, request_at[LOG_SLOT-1:$clog2(BUS_BYTES)]};
      else if (reset) filled[slot] <= 0;
      else if (response_valid && response_slot == slot) filled[slot] <= filled[slot] + 1;
    end
  end
endmodule
