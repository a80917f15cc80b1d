// The compute unit: the sequencer, its four units (micro-op loader, accumulator loader, GEMM, ALU), the range scanner
// and the scratchpads that only they use. INP and WGT are read through ports; store reads OUT.
module compute #(
    parameter int unsigned DATA_BITS = 64,
    parameter int unsigned TAG_WIDTH = 5
) (
    input logic clk,
    input logic reset,
    input logic drain,
    input logic [31:0] uop_base,
    input logic [31:0] acc_base,
    input logic head_valid,
    input logic [127:0] head,
    output logic pop_head,
    // Tokens: bit 0 load (l2g, g2l), bit 1 store (s2g, g2s).
    input logic [1:0] token_available,
    output logic [1:0] token_pop,
    output logic [1:0] token_push,
    output logic busy,
    output logic [1:0] stall_tokens,
    output logic stall_memory,
    output logic stall_hazard,
    output logic retire,
    output logic [31:0] retire_steps,
    output logic finish,
    output logic gemm_busy,
    output logic alu_busy,
    output logic gemm_step,
    output logic [1:0] reset_step,
    output logic alu_step,
    output logic [7:0] uop_bytes_read,
    output logic [7:0] acc_bytes_read,
    // Read clients: 0 UOP, 1 ACC.
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
    output logic operand_read_enable,
    output logic [vta_pkg::INP_INDEX_WIDTH-1:0] inp_read_index,
    input logic [vta_pkg::INP_BITS-1:0] inp_data,
    output logic [vta_pkg::WGT_INDEX_WIDTH-1:0] wgt_read_index,
    input logic [vta_pkg::WGT_BITS-1:0] wgt_data,
    input logic out_read_enable,
    input logic [vta_pkg::ACC_INDEX_WIDTH-1:0] out_read_index,
    output logic [vta_pkg::OUT_BITS-1:0] out_data
);
  localparam int unsigned ID_WIDTH = 3;
  localparam int unsigned WORD = DATA_BITS < vta_pkg::ACC_BITS ? DATA_BITS : vta_pkg::ACC_BITS;
  localparam int unsigned UOP = 0, ACC = 1, GEMM = 2, ALU = 3;

  // A load of accumulators that finds no free cycle of its bank for a while gets one.
  localparam int unsigned PATIENCE = 8;
  logic hold, acc_load_valid, acc_load_ready;
  logic [$clog2(PATIENCE)-1:0] patience;
  assign hold = patience == '1;
  always_ff @(posedge clk) begin
    if (reset) patience <= 0;
    else if (acc_load_valid && !acc_load_ready) patience <= patience + 1;
    else if (patience != 0) patience <= 0;
  end

  logic [ID_WIDTH-1:0] start_id, scan_id, gemm_done_id, alu_done_id, uop_id, acc_id;
  logic [3:0] start, unit_ready, done;
  logic [31:0] gemm_steps, alu_steps, uop_elements, acc_elements;
  logic head_scanned, scan_valid, scan_wanted;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] scan_first, scan_last;
  logic [(1<<ID_WIDTH)-1:0] in_flight;

  sequencer #(
      .ID_WIDTH(ID_WIDTH)
  ) order (
      .clk,
      .reset,
      .drain,
      .head_valid,
      .head,
      .pop_head,
      .token_available,
      .token_pop,
      .token_push,
      .start_id,
      .start,
      .ready(unit_ready),
      .done,
      .done_id({alu_done_id, gemm_done_id, acc_id, uop_id}),
      .done_steps({alu_steps + 32'd1, gemm_steps + 32'd1, acc_elements, uop_elements}),
      .head_scanned,
      .scan_valid,
      .scan_id,
      .scan_first,
      .scan_last,
      .scan_wanted,
      .in_flight,
      .busy,
      .stall_tokens,
      .stall_hazard,
      .retire,
      .retire_steps,
      .finish
  );

  // Micro-ops.
  logic uop_write, uop_zero, uop_waiting, acc_waiting;
  logic [vta_pkg::UOP_INDEX_WIDTH-1:0] uop_write_index, gemm_uop_index, alu_uop_index, scan_uop_index;
  /* verilator lint_off UNUSED */
  logic [DATA_BITS-1:0] uop_write_data;  // a micro-op in its low bits
  /* verilator lint_on UNUSED */
  logic gemm_uop_read, alu_uop_read, scan_uop_read;
  logic [31:0] gemm_uop, alu_uop, scan_uop;

  /* verilator lint_off PINCONNECTEMPTY */
  dma_read #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH),
      .LOG_ELEMENT_BYTES(2),
      .INDEX_WIDTH(vta_pkg::UOP_INDEX_WIDTH),
      .PART_WIDTH(1)
  ) uop_loader (
      .clk,
      .reset,
      .drain,
      .start(start[UOP]),
      .ready(unit_ready[UOP]),
      .instruction(head),
      .base(uop_base),
      .done(done[UOP]),
      .waiting(uop_waiting),
      .narrow(),
      .elements_written(uop_elements),
      .bytes_read(uop_bytes_read),
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
      .write_valid(uop_write),
      .write_ready(1'b1),
      .write_zero(uop_zero),
      .write_index(uop_write_index),
      .write_part(),
      .write_data(uop_write_data)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  uop_memory uops (
      .clk,
      .write_enable(uop_write),
      .write_index(uop_write_index),
      .write_data(uop_zero ? 32'd0 : uop_write_data[31:0]),
      .read_enable({scan_uop_read, alu_uop_read, gemm_uop_read}),
      .read_index({scan_uop_index, alu_uop_index, gemm_uop_index}),
      .read_data({scan_uop, alu_uop, gemm_uop})
  );

  range_scanner #(
      .ID_WIDTH(ID_WIDTH)
  ) scanner (
      .clk,
      .reset,
      .uops_written(uop_write),
      .head_wanted(scan_wanted),
      .head,
      .dispatch(start[GEMM] || start[ALU]),
      .dispatch_id(start_id),
      .pop_head,
      .in_flight,
      .uop_read_enable(scan_uop_read),
      .uop_read_index(scan_uop_index),
      .uop_data(scan_uop),
      .head_scanned,
      .scan_valid,
      .scan_id,
      .first(scan_first),
      .last(scan_last)
  );

  // The engines, each behind a queue.
  localparam int unsigned ENGINE_QUEUE = 4;
  logic gemm_full, alu_full, gemm_waits, alu_waits, gemm_ready, alu_ready, gemm_start, alu_start;
  logic [127:0] gemm_instruction, alu_instruction;
  logic [ID_WIDTH-1:0] gemm_id, alu_id;
  assign unit_ready[GEMM] = !gemm_full;
  assign unit_ready[ALU] = !alu_full;
  assign gemm_start = gemm_waits && gemm_ready;
  assign alu_start = alu_waits && alu_ready;

  small_fifo #(
      .WIDTH(128 + ID_WIDTH),
      .DEPTH(ENGINE_QUEUE)
  ) gemm_queue (
      .clk,
      .reset,
      .push(start[GEMM]),
      .push_data({start_id, head}),
      .full(gemm_full),
      .valid(gemm_waits),
      .head({gemm_id, gemm_instruction}),
      .pop(gemm_start)
  );
  small_fifo #(
      .WIDTH(128 + ID_WIDTH),
      .DEPTH(ENGINE_QUEUE)
  ) alu_queue (
      .clk,
      .reset,
      .push(start[ALU]),
      .push_data({start_id, head}),
      .full(alu_full),
      .valid(alu_waits),
      .head({alu_id, alu_instruction}),
      .pop(alu_start)
  );

  logic gemm_taken, gemm_read, gemm_write, gemm_out_write, gemm_writes_reset, alu_write, alu_writes_reset;
  logic gemm_steps_now, alu_steps_now;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] gemm_read_index, gemm_write_index, alu_write_index;
  logic [vta_pkg::ACC_BITS-1:0] gemm_read_data, gemm_write_data, alu_write_data;
  logic [1:0] alu_read;
  logic [2*(vta_pkg::ACC_INDEX_WIDTH-1)-1:0] alu_read_index;
  logic [2*vta_pkg::ACC_BITS-1:0] bank_read_data;

  gemm #(
      .ID_WIDTH(ID_WIDTH)
  ) matrix (
      .clk,
      .reset,
      .hold,
      .start(gemm_start),
      .ready(gemm_ready),
      .instruction(gemm_instruction),
      .id(gemm_id),
      .done(done[GEMM]),
      .done_id(gemm_done_id),
      .step(gemm_steps_now),
      .step_is_reset(gemm_writes_reset),
      .uop_read_enable(gemm_uop_read),
      .uop_read_index(gemm_uop_index),
      .uop_data(gemm_uop),
      .operand_read_enable,
      .inp_read_index,
      .inp_data,
      .wgt_read_index,
      .wgt_data,
      .acc_taken(gemm_taken),
      .acc_read_enable(gemm_read),
      .acc_read_index(gemm_read_index),
      .acc_read_data(gemm_read_data),
      .acc_write_enable(gemm_write),
      .out_write_enable(gemm_out_write),
      .acc_write_index(gemm_write_index),
      .acc_write_data(gemm_write_data)
  );

  alu #(
      .ID_WIDTH(ID_WIDTH)
  ) vector (
      .clk,
      .reset,
      .hold,
      .start(alu_start),
      .ready(alu_ready),
      .instruction(alu_instruction),
      .id(alu_id),
      .done(done[ALU]),
      .done_id(alu_done_id),
      .step(alu_steps_now),
      .step_is_reset(alu_writes_reset),
      .uop_read_enable(alu_uop_read),
      .uop_read_index(alu_uop_index),
      .uop_data(alu_uop),
      .gemm_taken,
      .gemm_bank(gemm_read_index[vta_pkg::ACC_INDEX_WIDTH-1]),
      .acc_read_enable(alu_read),
      .acc_read_index(alu_read_index),
      .acc_read_data(bank_read_data),
      .acc_write_enable(alu_write),
      .acc_write_index(alu_write_index),
      .acc_write_data(alu_write_data)
  );

  logic [vta_pkg::ACC_BITS/WORD-1:0] acc_load_enable;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] acc_load_index;
  logic [vta_pkg::ACC_BITS-1:0] acc_load_data;
  acc_loader #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH),
      .WORD(WORD)
  ) accumulator_loader (
      .clk,
      .reset,
      .drain,
      .start(start[ACC]),
      .ready(unit_ready[ACC]),
      .instruction(head),
      .base(acc_base),
      .done(done[ACC]),
      .waiting(acc_waiting),
      .elements_written(acc_elements),
      .bytes_read(acc_bytes_read),
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
      .write_valid(acc_load_valid),
      .write_ready(acc_load_ready),
      .write_enable(acc_load_enable),
      .write_index(acc_load_index),
      .write_data(acc_load_data)
  );

  accumulator_file #(
      .WORD(WORD)
  ) accumulators (
      .clk,
      .gemm_read_enable(gemm_read),
      .gemm_read_index,
      .gemm_read_data,
      .gemm_write_enable(gemm_write),
      .gemm_out_write_enable(gemm_out_write),
      .gemm_write_index,
      .gemm_write_data,
      .alu_read_enable(alu_read),
      .alu_read_index,
      .bank_read_data,
      .alu_write_enable(alu_write),
      .alu_write_index,
      .alu_write_data,
      .load_valid(acc_load_valid),
      .load_ready(acc_load_ready),
      .load_enable(acc_load_enable),
      .load_index(acc_load_index),
      .load_data(acc_load_data),
      .out_read_enable,
      .out_read_index,
      .out_read_data(out_data)
  );

  // Steps of the instruction that each engine is writing, without the present one.
  always_ff @(posedge clk) begin
    if (start[UOP]) uop_id <= start_id;
    if (start[ACC]) acc_id <= start_id;
    if (reset) gemm_steps <= 0;
    else if (gemm_steps_now) gemm_steps <= done[GEMM] ? 0 : gemm_steps + 1;
    if (reset) alu_steps <= 0;
    else if (alu_steps_now) alu_steps <= done[ALU] ? 0 : alu_steps + 1;
  end

  // What each engine has before it.
  logic [ID_WIDTH:0] gemm_count, alu_count;
  always_ff @(posedge clk) begin
    if (reset) {gemm_count, alu_count} <= '0;
    else begin
      gemm_count <= gemm_count + (ID_WIDTH + 1)'(start[GEMM]) - (ID_WIDTH + 1)'(done[GEMM]);
      alu_count <= alu_count + (ID_WIDTH + 1)'(start[ALU]) - (ID_WIDTH + 1)'(done[ALU]);
    end
  end
  assign gemm_busy = gemm_count != 0;
  assign alu_busy = alu_count != 0;
  assign gemm_step = gemm_steps_now && !gemm_writes_reset;
  assign reset_step = {alu_steps_now && alu_writes_reset, gemm_steps_now && gemm_writes_reset};
  assign alu_step = alu_steps_now && !alu_writes_reset;
  assign stall_memory = busy && !gemm_busy && !alu_busy && (uop_waiting || acc_waiting);
endmodule
