// The store unit: rows of OUT to memory, in order. Pops g2s before an instruction starts; pushes s2g when memory has
// acknowledged its last burst. Bursts are announced ahead of their data; all have one identifier, so memory keeps
// their order. The first stage of data is the OUT scratchpad's output register.
module store #(
    parameter int unsigned DATA_BITS = 64
) (
    input logic clk,
    input logic reset,
    input logic drain,
    input logic [31:0] base,
    input logic head_valid,
    input logic [127:0] head,
    output logic pop_head,
    input logic g2s_available,
    output logic g2s_pop,
    output logic s2g_push,
    output logic busy,
    output logic bus_idle,
    output logic stall_g2s,
    output logic stall_memory,
    output logic retire,
    output logic [31:0] retire_steps,
    output logic [7:0] bytes_written,
    output logic out_read_enable,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] out_read_index,
    input logic [vta_pkg::OUT_BITS-1:0] out_data,
    // Write channels.
    output logic aw_valid,
    input logic aw_ready,
    output logic [31:0] aw_address,
    output logic [7:0] aw_length,  // beats - 1
    output logic w_valid,
    input logic w_ready,
    output logic [DATA_BITS-1:0] w_data,
    output logic [DATA_BITS/8-1:0] w_strobe,
    output logic w_last,
    input logic b_valid,
    output logic b_ready
);
  localparam int unsigned BUS_BYTES = DATA_BITS / 8;
  localparam int unsigned LOG_BUS = $clog2(BUS_BYTES);
  localparam int unsigned ELEMENT_BYTES = vta_pkg::OUT_BITS / 8;
  localparam int unsigned LOG_ELEMENT = $clog2(ELEMENT_BYTES);
  localparam int unsigned BOUNDARY = BUS_BYTES * 256 > 4096 ? 4096 : BUS_BYTES * 256;
  localparam int unsigned OUTSTANDING_WIDTH = 6;

  /* verilator lint_off UNUSED */
  vta_pkg::memory_instruction_t instruction;
  /* verilator lint_on UNUSED */
  logic can_pop, start, push, finished;
  assign instruction = head;
  assign can_pop = !instruction.pop_prev || g2s_available;
  assign start = head_valid && can_pop && !drain && !busy;
  assign pop_head = start;
  assign g2s_pop = start && instruction.pop_prev;
  assign stall_g2s = head_valid && !busy && !can_pop;

  // Bursts: a row is cut at boundaries; offset counts the bytes of it that were announced.
  logic [15:0] rows_left;
  logic [31:0] row_address, row_bytes, stride_bytes, offset, address, left, elements_left, elements_taken;
  logic [12:0] to_boundary, chunk;
  logic [7:0] length;  // beats - 1
  logic row_announced, announce, bursts_full, burst_valid, burst_done;
  logic [OUTSTANDING_WIDTH-1:0] outstanding;

  assign address = row_address + offset;
  assign left = row_bytes - offset;
  assign to_boundary = 13'(BOUNDARY) - (address[12:0] & 13'(BOUNDARY - 1));
  assign row_announced = left <= 32'(to_boundary);
  assign chunk = row_announced ? left[12:0] : to_boundary;
  assign length = 8'((13'(address[LOG_BUS-1:0]) + chunk - 13'd1) >> LOG_BUS);
  assign announce = rows_left != 0 && !drain && !bursts_full && !(&outstanding) && (!aw_valid || aw_ready);
  assign b_ready = 1'b1;

  // Announced bursts that wait for data: beats - 1, first byte in the bus, elements.
  localparam int unsigned BURST_WIDTH = 8 + LOG_BUS + 13;
  logic [7:0] burst_length;
  /* verilator lint_off UNUSED */  // needed when a beat holds several elements
  logic [LOG_BUS-1:0] burst_first;
  logic [12:0] burst_elements;
  /* verilator lint_on UNUSED */
  small_fifo #(
      .WIDTH(BURST_WIDTH),
      .DEPTH(8)
  ) bursts (
      .clk,
      .reset,
      .push(announce),
      .push_data({length, address[LOG_BUS-1:0], chunk >> LOG_ELEMENT}),
      .full(bursts_full),
      .valid(burst_valid),
      .head({burst_length, burst_first, burst_elements}),
      .pop(burst_done)
  );

  // Elements, in the order of their indices. `element`: the scratchpad's output register holds one.
  logic element, take_element;
  logic [7:0] beat;  // of the burst
  assign out_read_enable = elements_left != 0 && (!element || take_element);
  assign bytes_written = take_element ? 8'(ELEMENT_BYTES) : 8'd0;
  assign burst_done = w_valid && w_ready && w_last;

  if (ELEMENT_BYTES >= BUS_BYTES) begin : parts_of_elements
    localparam int unsigned PARTS = ELEMENT_BYTES / BUS_BYTES;
    assign w_valid = element && burst_valid;
    assign w_last = beat == burst_length;
    assign w_strobe = '1;
    if (PARTS > 1) begin : several
      logic [$clog2(PARTS)-1:0] part;
      assign take_element = w_valid && w_ready && part == '1;
      assign w_data = out_data[part*DATA_BITS+:DATA_BITS];
      always_ff @(posedge clk) begin
        if (reset) part <= 0;
        else if (w_valid && w_ready) part <= part + 1;
      end
    end else begin : one
      assign take_element = w_valid && w_ready;
      assign w_data = out_data;
    end
    always_ff @(posedge clk) begin
      if (reset) beat <= 0;
      else if (w_valid && w_ready) beat <= w_last ? 0 : beat + 1;
    end
  end else begin : several_elements
    // A beat is filled slot by slot, from the burst's first byte on.
    localparam int unsigned SLOT_WIDTH = LOG_BUS - LOG_ELEMENT;
    logic [SLOT_WIDTH-1:0] slot, next_slot;
    logic [12:0] elements;  // taken of the burst
    logic first_beat, ends_beat, ends_burst;
    assign slot = first_beat ? burst_first[LOG_BUS-1:LOG_ELEMENT] : next_slot;
    assign ends_burst = elements + 1 == burst_elements;
    assign ends_beat = slot == '1 || ends_burst;
    assign take_element = element && burst_valid && !w_valid;
    always_ff @(posedge clk) begin
      if (reset) begin
        w_valid <= 1'b0;
        first_beat <= 1'b1;
        elements <= 0;
        w_strobe <= '0;
        beat <= 0;
      end else if (take_element) begin
        w_data[slot*ELEMENT_BYTES*8+:ELEMENT_BYTES*8] <= out_data;
        w_strobe[slot*ELEMENT_BYTES+:ELEMENT_BYTES] <= '1;
        w_valid <= ends_beat;
        w_last <= ends_burst;
        next_slot <= slot + 1;
        first_beat <= 1'b0;
        elements <= elements + 1;
      end else if (w_valid && w_ready) begin
        w_valid <= 1'b0;
        w_strobe <= '0;
        beat <= w_last ? 0 : beat + 1;
        if (w_last) begin
          first_beat <= 1'b1;
          elements <= 0;
        end
      end
    end
`ifndef SYNTHESIS
    always_ff @(posedge clk) if (!reset && w_valid) assert (w_last == (beat == burst_length));
`endif
  end

  assign finished = rows_left == 0 && !burst_valid && !aw_valid && outstanding == 0;
  assign retire = busy && finished;
  assign retire_steps = elements_taken;
  assign s2g_push = retire && push;
  assign bus_idle = !burst_valid && !aw_valid && outstanding == 0;
  assign stall_memory = busy && !(w_valid && w_ready) && (w_valid || aw_valid || outstanding != 0);

  always_ff @(posedge clk) begin
    if (reset) begin
      busy <= 1'b0;
      aw_valid <= 1'b0;
      outstanding <= 0;
      rows_left <= 0;
      elements_left <= 0;
      element <= 1'b0;
    end else begin
      if (announce != b_valid) outstanding <= announce ? outstanding + 1 : outstanding - 1;
      if (aw_ready) aw_valid <= 1'b0;
      if (announce) begin
        aw_valid <= 1'b1;
        offset <= row_announced ? 0 : offset + 32'(chunk);
        if (row_announced) begin
          rows_left <= rows_left - 1;
          row_address <= row_address + stride_bytes;
        end
      end
      if (out_read_enable) begin
        out_read_index <= out_read_index + 1;
        elements_left <= elements_left - 1;
      end
      if (out_read_enable || take_element) element <= out_read_enable;
      if (take_element) elements_taken <= elements_taken + 1;
      if (retire) busy <= 1'b0;
      if (start) begin
        busy <= 1'b1;
        push <= instruction.push_prev;
        rows_left <= instruction.x_size == 0 ? 0 : instruction.y_size;
        row_address <= base + (instruction.dram_base << LOG_ELEMENT);
        row_bytes <= 32'(instruction.x_size) << LOG_ELEMENT;
        stride_bytes <= 32'(instruction.x_stride) << LOG_ELEMENT;
        offset <= 0;
        elements_left <= 32'(instruction.y_size) * 32'(instruction.x_size);
        elements_taken <= 0;
        out_read_index <= vta_pkg::ACC_INDEX_WIDTH'(instruction.sram_base);
      end
    end
    if (announce) begin
      aw_address <= {address[31:LOG_BUS], {LOG_BUS{1'b0}}};
      aw_length <= length;
    end
  end

`ifndef SYNTHESIS
  logic aw_waited, w_waited;
  logic [39:0] aw_was;
  logic [DATA_BITS+DATA_BITS/8:0] w_was;
  always_ff @(posedge clk) begin
    aw_waited <= !reset && aw_valid && !aw_ready;
    w_waited <= !reset && w_valid && !w_ready;
    aw_was <= {aw_address, aw_length};
    w_was <= {w_data, w_strobe, w_last};
    if (!reset) begin
      assert (!aw_waited || (aw_valid && aw_was == {aw_address, aw_length}));
      assert (!w_waited || (w_valid && w_was == {w_data, w_strobe, w_last}));
      assert (!b_valid || outstanding != 0);
      if (aw_valid) assert (aw_address % BOUNDARY + (32'(aw_length) + 1) * BUS_BYTES <= BOUNDARY);
    end
  end
`endif
endmodule
