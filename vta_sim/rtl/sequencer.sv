// The head of the compute queue: waits for tokens, finds the unit of each instruction and starts it as soon as nothing
// older in another unit is in its way. Up to ENTRIES instructions are in flight; they retire, and push their tokens,
// in program order.
//
// Instructions of one unit follow each other in order, so only other units matter. An instruction waits
//   - GEMM, ALU, LOAD ACC: for older ones whose range of accumulators meets its own, or is not known yet;
//   - LOAD UOP: for GEMM and ALU whose micro-ops it replaces, and these for a LOAD UOP that gives theirs.
// Ranges of GEMM and ALU come from range_scanner. A GEMM reset goes to the ALU when that is idle and GEMM is not.
module sequencer #(
    parameter int unsigned ID_WIDTH = 3
) (
    input logic clk,
    input logic reset,
    input logic drain,
    input logic head_valid,
    input logic [127:0] head,
    output logic pop_head,
    // Tokens: bit 0 previous (load), bit 1 next (store).
    input logic [1:0] token_available,
    output logic [1:0] token_pop,
    output logic [1:0] token_push,
    // Units.
    output logic [ID_WIDTH-1:0] start_id,
    output logic [3:0] start,
    input logic [3:0] ready,
    input logic [3:0] done,
    input logic [4*ID_WIDTH-1:0] done_id,
    input logic [4*32-1:0] done_steps,
    // The scanner: the range of the head, or of what was dispatched before.
    input logic head_scanned,
    input logic scan_valid,
    input logic [ID_WIDTH-1:0] scan_id,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] scan_first,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] scan_last,
    output logic scan_wanted,  // the head has micro-ops, and nothing older changes them
    output logic [(1<<ID_WIDTH)-1:0] in_flight,  // started, not done
    // For counters and records.
    output logic busy,
    output logic [1:0] stall_tokens,
    output logic stall_hazard,
    output logic retire,
    output logic [31:0] retire_steps,
    output logic finish
);
  localparam int unsigned ENTRIES = 1 << ID_WIDTH;
  localparam int unsigned ACC_INDEX = vta_pkg::ACC_INDEX_WIDTH;
  localparam int unsigned UOP_INDEX = vta_pkg::UOP_INDEX_WIDTH;
  localparam logic [1:0] UOP_LOADER = 2'd0, ACC_LOADER = 2'd1, GEMM = 2'd2, ALU = 2'd3;

  // The head.
  /* verilator lint_off UNUSED */
  vta_pkg::memory_instruction_t memory;
  vta_pkg::gemm_instruction_t loops;
  /* verilator lint_on UNUSED */
  logic is_load, is_engine, is_empty, is_finish, can_pop, is_reset, alu_free, gemm_free;
  logic [1:0] unit;
  logic [UOP_INDEX:0] uop_first, uop_end;
  logic [ACC_INDEX-1:0] acc_first, acc_last;
  logic acc_known;
  assign memory = head;
  assign loops = head;
  assign is_load = memory.opcode == vta_pkg::OPCODE_LOAD;
  assign is_finish = memory.opcode == vta_pkg::OPCODE_FINISH;
  assign is_engine = !is_load && !is_finish;
  assign is_reset = memory.opcode == vta_pkg::OPCODE_GEMM && loops.reset;
  assign is_empty = is_finish || (is_load && memory.x_size == 0) ||
      (is_engine && (loops.iter_out == 0 || loops.iter_in == 0 || {1'b0, loops.uop_bgn} >= loops.uop_end));
  assign can_pop = (!memory.pop_prev || token_available[0]) && (!memory.pop_next || token_available[1]);

  // A load's range, everything when it would not fit.
  logic [16:0] pitch, rows;
  logic [33:0] cells, cells_end;
  assign pitch = 17'(memory.x_pad_0) + 17'(memory.x_size) + 17'(memory.x_pad_1);
  assign rows = 17'(memory.y_pad_0) + 17'(memory.y_size) + 17'(memory.y_pad_1);
  assign cells = 34'(pitch) * 34'(rows);
  assign cells_end = cells + 34'(memory.sram_base);

  always_comb begin
    acc_first = scan_first;
    acc_last = scan_last;
    acc_known = head_scanned;
    uop_first = {1'b0, loops.uop_bgn};
    uop_end = loops.uop_end;
    if (is_load) begin
      acc_known = 1'b1;
      acc_first = memory.sram_base[ACC_INDEX-1:0];
      acc_last = ACC_INDEX'(cells_end - 1);
      if (cells_end > 34'(vta_pkg::ACC_DEPTH)) {acc_first, acc_last} = {{ACC_INDEX{1'b0}}, {ACC_INDEX{1'b1}}};
      uop_first = {1'b0, memory.sram_base[UOP_INDEX-1:0]};
      uop_end = (UOP_INDEX + 1)'(cells_end);
      if (cells_end > 34'(vta_pkg::UOP_DEPTH)) {uop_first, uop_end} = {{UOP_INDEX + 1{1'b0}}, {UOP_INDEX + 1{1'b1}}};
    end
  end

  // In flight: a ring, the oldest at `oldest`.
  logic [ENTRIES-1:0] used, finished;
  logic [ID_WIDTH-1:0] oldest, next;
  logic [1:0] unit_of[0:ENTRIES-1];
  logic [2:0] ending_of[0:ENTRIES-1];  // finish, push_next, push_prev
  logic [31:0] steps_of[0:ENTRIES-1];
  logic [ENTRIES-1:0] known;
  logic [ACC_INDEX-1:0] first_of[0:ENTRIES-1];
  logic [ACC_INDEX-1:0] last_of[0:ENTRIES-1];
  logic [UOP_INDEX:0] uop_first_of[0:ENTRIES-1];
  logic [UOP_INDEX:0] uop_end_of[0:ENTRIES-1];

  assign in_flight = used & ~finished;
  assign alu_free = !alu_in_flight;
  assign gemm_free = !gemm_in_flight;

  // What is in the way of the head, for each unit it may go to.
  logic uops_in_way, alu_in_flight, gemm_in_flight;
  logic [3:0] acc_in_way;  // of instructions in that unit
  always_comb begin
    uops_in_way = 1'b0;
    alu_in_flight = 1'b0;
    gemm_in_flight = 1'b0;
    acc_in_way = '0;
    if (head_valid) begin
      for (int unsigned entry = 0; entry < ENTRIES; entry++) begin
        if (in_flight[entry]) begin
          if (unit_of[entry] == ALU) alu_in_flight = 1'b1;
          if (unit_of[entry] == GEMM) gemm_in_flight = 1'b1;
          if (uop_first < uop_end_of[entry] && uop_first_of[entry] < uop_end) begin
            if (unit_of[entry] == UOP_LOADER ? is_engine : is_load && memory.memory_type == vta_pkg::MEMORY_UOP && unit_of[entry] != ACC_LOADER)
              uops_in_way = 1'b1;
          end
          if (unit_of[entry] != UOP_LOADER &&
              (!known[entry] || !acc_known || (acc_first <= last_of[entry] && first_of[entry] <= acc_last)))
            acc_in_way[unit_of[entry]] = 1'b1;
        end
      end
    end
  end

  logic clear, dispatch, reset_to_alu;
  always_comb begin
    reset_to_alu = 1'b0;
    unit = UOP_LOADER;
    clear = !uops_in_way;
    if (is_load) begin
      if (memory.memory_type != vta_pkg::MEMORY_UOP) begin
        unit = ACC_LOADER;
        clear = !acc_in_way[GEMM] && !acc_in_way[ALU];
      end
    end else begin
      reset_to_alu = is_reset && alu_free && !gemm_free && acc_known && !acc_in_way[GEMM];
      unit = (memory.opcode == vta_pkg::OPCODE_ALU || reset_to_alu) ? ALU : GEMM;
      // A reset that could go to the ALU waits for its range.
      clear = !uops_in_way && !acc_in_way[ACC_LOADER] && !acc_in_way[unit ^ 2'd1] &&
          !(is_reset && alu_free && !gemm_free && !acc_known);
    end
  end

  assign scan_wanted = head_valid && is_engine && !is_empty && !uops_in_way && !drain;
  assign dispatch = head_valid && !drain && can_pop && !used[next] && (is_empty || (clear && ready[unit]));
  assign pop_head = dispatch;
  assign start = (dispatch && !is_empty) ? 4'b0001 << unit : 4'b0000;
  assign start_id = next;
  assign token_pop = dispatch ? {memory.pop_next, memory.pop_prev} : 2'b00;

  assign retire = used[oldest] && finished[oldest];
  assign retire_steps = steps_of[oldest];
  assign token_push = retire ? ending_of[oldest][1:0] : 2'b00;
  assign finish = retire && ending_of[oldest][2];
  assign busy = |used;
  assign stall_tokens = {
    head_valid && memory.pop_next && !token_available[1], head_valid && memory.pop_prev && !token_available[0]
  };
  assign stall_hazard = head_valid && can_pop && !is_empty && !clear;

  always_ff @(posedge clk) begin
    if (reset) begin
      used <= '0;
      finished <= '0;
      oldest <= '0;
      next <= '0;
    end else begin
      if (retire) begin
        used[oldest] <= 1'b0;
        oldest <= oldest + 1;
      end
      for (int unsigned from = 0; from < 4; from++) begin
        if (done[from]) begin
          finished[done_id[from*ID_WIDTH+:ID_WIDTH]] <= 1'b1;
          steps_of[done_id[from*ID_WIDTH+:ID_WIDTH]] <= done_steps[from*32+:32];
        end
      end
      if (scan_valid) begin
        known[scan_id] <= 1'b1;
        first_of[scan_id] <= scan_first;
        last_of[scan_id] <= scan_last;
      end
      if (dispatch) begin
        used[next] <= 1'b1;
        finished[next] <= is_empty;
        next <= next + 1;
        unit_of[next] <= unit;
        ending_of[next] <= {is_finish, memory.push_next, memory.push_prev};
        steps_of[next] <= 0;
        known[next] <= acc_known;
        first_of[next] <= acc_first;
        last_of[next] <= acc_last;
        uop_first_of[next] <= uop_first;
        uop_end_of[next] <= uop_end;
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    if (!reset) begin
      for (int unsigned from = 0; from < 4; from++) begin
        assert (!done[from] || in_flight[done_id[from*ID_WIDTH+:ID_WIDTH]]);
      end
      assert ((start & ~ready) == 0);
    end
  end
`endif
endmodule
