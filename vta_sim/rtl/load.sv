// The load unit: LOAD INP and LOAD WGT in program order. Pops g2l before an instruction starts, pushes l2g when its
// last write was done. The two memories have a DMA each, so neighbours that differ in memory overlap; they retire in
// order.
module load #(
    parameter int unsigned DATA_BITS = 64,
    parameter int unsigned TAG_WIDTH = 5,
    parameter int unsigned INP_PART_WIDTH = 1,
    parameter int unsigned WGT_PART_WIDTH = 1
) (
    input logic clk,
    input logic reset,
    input logic drain,
    input logic [31:0] inp_base,
    input logic [31:0] wgt_base,
    input logic head_valid,
    input logic [127:0] head,
    output logic pop_head,
    // Tokens.
    input logic g2l_available,
    output logic g2l_pop,
    output logic l2g_push,
    // What the counters and the record of instructions see.
    output logic busy,
    output logic stall_g2l,
    output logic stall_memory,
    output logic retire,
    output logic [31:0] retire_steps,
    output logic [7:0] inp_bytes_read,
    output logic [7:0] wgt_bytes_read,
    // Read clients: 0 INP, 1 WGT.
    output logic [1:0] request_valid,
    input logic [1:0] request_ready,
    output logic [63:0] request_address,
    output logic [17:0] request_beats,
    input logic [TAG_WIDTH-1:0] request_tag,
    input logic [1:0] response_valid,
    output logic [1:0] response_ready,
    input logic [TAG_WIDTH-1:0] response_tag,
    input logic [DATA_BITS-1:0] response_data,
    input logic response_last,
    // Scratchpad writes.
    output logic inp_write_valid,
    output logic inp_write_zero,
    output logic [vta_pkg::INP_INDEX_WIDTH-1:0] inp_write_index,
    output logic [INP_PART_WIDTH-1:0] inp_write_part,
    output logic [DATA_BITS-1:0] inp_write_data,
    output logic wgt_write_valid,
    output logic wgt_write_zero,
    output logic [vta_pkg::WGT_INDEX_WIDTH-1:0] wgt_write_index,
    output logic [WGT_PART_WIDTH-1:0] wgt_write_part,
    output logic [DATA_BITS-1:0] wgt_write_data
);
  vta_pkg::memory_instruction_t instruction;
  logic is_wgt, transfers, can_pop, dispatch;
  logic [1:0] dma_ready, dma_start, dma_done, dma_waiting;
  logic [31:0] steps_of_inp, steps_of_wgt;

  // At most two instructions in flight, the older first.
  logic [1:0] valid, done, is_wgt_of, push_of;
  logic [31:0] steps_of[0:1];

  assign instruction = head;
  assign is_wgt = instruction.memory_type == vta_pkg::MEMORY_WGT;
  assign transfers = instruction.x_size != 0;
  assign can_pop = !instruction.pop_next || g2l_available;
  assign dispatch = head_valid && !drain && can_pop && !valid[1] && (!transfers || dma_ready[is_wgt]);
  assign pop_head = dispatch;
  assign g2l_pop = dispatch && instruction.pop_next;
  assign dma_start = (dispatch && transfers) ? 2'b01 << is_wgt : 2'b00;

  assign retire = valid[0] && done[0];
  assign retire_steps = steps_of[0];
  assign l2g_push = retire && push_of[0];
  assign busy = |valid;
  assign stall_g2l = head_valid && !can_pop;
  assign stall_memory = |dma_waiting;

  // Entry `place` after this cycle: what was there or behind it, or the new one.
  logic place;
  assign place = valid[0] && !retire;
  always_ff @(posedge clk) begin
    if (reset) begin
      valid <= 2'b00;
    end else begin
      for (int unsigned entry = 0; entry < 2; entry++) begin
        if (valid[entry] && !done[entry] && dma_done[is_wgt_of[entry]]) begin
          done[entry] <= 1'b1;
          steps_of[entry] <= is_wgt_of[entry] ? steps_of_wgt : steps_of_inp;
        end
      end
      if (retire) begin
        valid <= {1'b0, valid[1]};
        is_wgt_of[0] <= is_wgt_of[1];
        push_of[0] <= push_of[1];
        done[0] <= done[1] || dma_done[is_wgt_of[1]];
        steps_of[0] <= done[1] ? steps_of[1] : is_wgt_of[1] ? steps_of_wgt : steps_of_inp;
      end
      if (dispatch) begin
        valid[place] <= 1'b1;
        is_wgt_of[place] <= is_wgt;
        push_of[place] <= instruction.push_next;
        done[place] <= !transfers;
        steps_of[place] <= 0;
      end
    end
  end

  /* verilator lint_off PINCONNECTEMPTY */
  dma_read #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH),
      .LOG_ELEMENT_BYTES($clog2(vta_pkg::INP_BITS / 8)),
      .INDEX_WIDTH(vta_pkg::INP_INDEX_WIDTH),
      .PART_WIDTH(INP_PART_WIDTH)
  ) inp_dma (
      .clk,
      .reset,
      .drain,
      .start(dma_start[0]),
      .ready(dma_ready[0]),
      .instruction,
      .base(inp_base),
      .done(dma_done[0]),
      .waiting(dma_waiting[0]),
      .narrow(),
      .elements_written(steps_of_inp),
      .bytes_read(inp_bytes_read),
      .request_valid(request_valid[0]),
      .request_ready(request_ready[0]),
      .request_address(request_address[31:0]),
      .request_beats(request_beats[8:0]),
      .request_tag,
      .response_valid(response_valid[0]),
      .response_ready(response_ready[0]),
      .response_tag,
      .response_data,
      .response_last,
      .write_valid(inp_write_valid),
      .write_ready(1'b1),
      .write_zero(inp_write_zero),
      .write_index(inp_write_index),
      .write_part(inp_write_part),
      .write_data(inp_write_data)
  );

  dma_read #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH),
      .LOG_ELEMENT_BYTES($clog2(vta_pkg::WGT_BITS / 8)),
      .INDEX_WIDTH(vta_pkg::WGT_INDEX_WIDTH),
      .PART_WIDTH(WGT_PART_WIDTH)
  ) wgt_dma (
      .clk,
      .reset,
      .drain,
      .start(dma_start[1]),
      .ready(dma_ready[1]),
      .instruction,
      .base(wgt_base),
      .done(dma_done[1]),
      .waiting(dma_waiting[1]),
      .narrow(),
      .elements_written(steps_of_wgt),
      .bytes_read(wgt_bytes_read),
      .request_valid(request_valid[1]),
      .request_ready(request_ready[1]),
      .request_address(request_address[63:32]),
      .request_beats(request_beats[17:9]),
      .request_tag,
      .response_valid(response_valid[1]),
      .response_ready(response_ready[1]),
      .response_tag,
      .response_data,
      .response_last,
      .write_valid(wgt_write_valid),
      .write_ready(1'b1),
      .write_zero(wgt_write_zero),
      .write_index(wgt_write_index),
      .write_part(wgt_write_part),
      .write_data(wgt_write_data)
  );
  /* verilator lint_on PINCONNECTEMPTY */
endmodule
