// The chip: host registers, fetch, three queues, load, compute, store, four token counters, the memory engine, the
// counters. DATA_BITS: width of the memory port. The record_* ports tell when instructions pass; they are for
// observation only.
module vta_top #(
    parameter int unsigned DATA_BITS = 64,
    parameter int unsigned TAG_WIDTH = 5
) (
    input logic clk,
    input logic reset,
    // Host registers.
    input logic host_write,
    input logic host_read,
    input logic [11:0] host_address,
    input logic [31:0] host_write_data,
    output logic [31:0] host_read_data,
    output logic run_over,
    // Memory: reads.
    output logic ar_valid,
    input logic ar_ready,
    output logic [31:0] ar_address,
    output logic [7:0] ar_length,
    output logic [TAG_WIDTH-1:0] ar_tag,
    input logic r_valid,
    output logic r_ready,
    input logic [DATA_BITS-1:0] r_data,
    input logic [TAG_WIDTH-1:0] r_tag,
    input logic r_last,
    // Memory: writes.
    output logic aw_valid,
    input logic aw_ready,
    output logic [31:0] aw_address,
    output logic [7:0] aw_length,
    output logic w_valid,
    input logic w_ready,
    output logic [DATA_BITS-1:0] w_data,
    output logic [DATA_BITS/8-1:0] w_strobe,
    output logic w_last,
    input logic b_valid,
    output logic b_ready,
    // Of load, compute, store: an instruction is at the head; it is taken; one retires, with its steps.
    output logic [2:0] record_head,
    output logic [2:0] record_begin,
    output logic [2:0] record_retire,
    output logic [95:0] record_steps
);
  localparam int unsigned CLIENTS = 5;  // fetch, UOP, INP, WGT, ACC
  localparam int unsigned LOAD = 0, COMPUTE = 1, STORE = 2;
  localparam int unsigned TOKEN_WIDTH = 10;
  localparam int unsigned QUEUE_WIDTH = 160;

  logic launch, running, drain, core_reset, memory_idle, finish, trap, token_overflow;
  logic [3:0] trap_cause;
  logic [27:0] instruction_count;
  logic [31:0] instruction_base, uop_base, inp_base, wgt_base, acc_base, out_base;
  logic [31:0] fetch_index;
  logic [9:0] queue_state;
  logic [vta_pkg::NUM_COUNTERS*64-1:0] counters;
  logic [3*QUEUE_WIDTH-1:0] heads;
  logic [2:0] head_valid, pop_head, push_valid, push_ready;
  logic [127:0] push_word;

  host_registers host (
      .clk,
      .reset,
      .host_write,
      .host_read,
      .host_address,
      .host_write_data,
      .host_read_data,
      .run_over,
      .launch,
      .running,
      .drain,
      .core_reset,
      .memory_idle,
      .instruction_count,
      .instruction_base,
      .uop_base,
      .inp_base,
      .wgt_base,
      .acc_base,
      .out_base,
      .finish,
      .trap,
      .trap_cause,
      .trap_instruction(fetch_index),
      .token_overflow,
      .queue_state,
      .queue_heads({
        heads[STORE*QUEUE_WIDTH+128+:32], heads[COMPUTE*QUEUE_WIDTH+128+:32], heads[LOAD*QUEUE_WIDTH+128+:32]
      }),
      .counters
  );

  // Memory port.
  logic [CLIENTS-1:0] request_valid, request_ready, response_valid, response_ready;
  logic [CLIENTS*32-1:0] request_address;
  logic [CLIENTS*9-1:0] request_beats;
  logic [TAG_WIDTH-1:0] request_tag;
  logic reads_idle, writes_idle;
  assign memory_idle = reads_idle && writes_idle;
  memory_engine #(
      .DATA_BITS(DATA_BITS),
      .CLIENTS  (CLIENTS),
      .TAG_WIDTH(TAG_WIDTH)
  ) memory (
      .clk,
      .reset(core_reset),
      .request_valid,
      .request_ready,
      .request_address,
      .request_beats,
      .request_tag,
      .response_valid,
      .response_ready,
      .idle(reads_idle),
      .ar_valid,
      .ar_ready,
      .ar_address,
      .ar_length,
      .ar_tag,
      .r_valid,
      .r_ready,
      .r_tag,
      .r_last
  );

  // Fetch and the queues, which hold each instruction's index in the program with it.
  logic fetch_done, fetch_waiting;
  logic [7:0] fetch_bytes, uop_bytes, inp_bytes, wgt_bytes, acc_bytes, out_bytes;
  fetch #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH)
  ) fetcher (
      .clk,
      .reset(core_reset),
      .launch,
      .drain,
      .instruction_base,
      .instruction_count,
      .dispatched_all(fetch_done),
      .trap,
      .trap_cause,
      .instruction_index(fetch_index),
      .request_valid(request_valid[0]),
      .request_ready(request_ready[0]),
      .request_address(request_address[31:0]),
      .request_beats(request_beats[8:0]),
      .request_tag,
      .response_valid(response_valid[0]),
      .response_ready(response_ready[0]),
      .response_tag(r_tag),
      .response_data(r_data),
      .push_valid,
      .push_ready,
      .push_word,
      .waiting(fetch_waiting),
      .bytes_read(fetch_bytes)
  );
  for (genvar i = 0; i < 3; i++) begin : queues
    instruction_queue #(
        .WIDTH(QUEUE_WIDTH),
        .DEPTH(512)
    ) waiting (
        .clk,
        .reset(core_reset),
        .push_valid(push_valid[i]),
        .push_ready(push_ready[i]),
        .push_data({fetch_index, push_word}),
        .head_valid(head_valid[i]),
        .head_data(heads[i*QUEUE_WIDTH+:QUEUE_WIDTH]),
        .pop(pop_head[i])
    );
  end

  // Tokens, numbered l2g, g2l, g2s, s2g.
  logic [3:0] token_push, token_pop, token_available, overflow;
  logic [4*TOKEN_WIDTH-1:0] token_count;
  for (genvar i = 0; i < 4; i++) begin : tokens
    token_counter #(
        .WIDTH(TOKEN_WIDTH)
    ) counter (
        .clk,
        .reset(core_reset),
        .push(token_push[i]),
        .pop(token_pop[i]),
        .available(token_available[i]),
        .overflow(overflow[i]),
        .count(token_count[i*TOKEN_WIDTH+:TOKEN_WIDTH])
    );
  end
  assign token_overflow = |overflow;

  // Load and its scratchpads.
  localparam int unsigned INP_WORD = vta_pkg::INP_BITS < DATA_BITS ? vta_pkg::INP_BITS : DATA_BITS;
  localparam int unsigned WGT_WORD = vta_pkg::WGT_BITS < DATA_BITS ? vta_pkg::WGT_BITS : DATA_BITS;
  localparam int unsigned INP_WORDS = vta_pkg::INP_BITS / INP_WORD;
  localparam int unsigned WGT_WORDS = vta_pkg::WGT_BITS / WGT_WORD;
  localparam int unsigned INP_PART_WIDTH = INP_WORDS > 1 ? $clog2(INP_WORDS) : 1;
  localparam int unsigned WGT_PART_WIDTH = WGT_WORDS > 1 ? $clog2(WGT_WORDS) : 1;
  logic load_busy, load_stall_memory, load_stall_g2l, inp_write, inp_zero, wgt_write, wgt_zero;
  logic [vta_pkg::INP_INDEX_WIDTH-1:0] inp_write_index, inp_read_index;
  logic [vta_pkg::WGT_INDEX_WIDTH-1:0] wgt_write_index, wgt_read_index;
  logic [INP_PART_WIDTH-1:0] inp_part;
  logic [WGT_PART_WIDTH-1:0] wgt_part;
  /* verilator lint_off UNUSED */  // an element in the low bits of a wider bus
  logic [DATA_BITS-1:0] inp_write_data, wgt_write_data;
  /* verilator lint_on UNUSED */
  logic [vta_pkg::INP_BITS-1:0] inp_data;
  logic [vta_pkg::WGT_BITS-1:0] wgt_data;
  logic operand_read_enable;

  load #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH),
      .INP_PART_WIDTH(INP_PART_WIDTH),
      .WGT_PART_WIDTH(WGT_PART_WIDTH)
  ) loader (
      .clk,
      .reset(core_reset),
      .drain,
      .inp_base,
      .wgt_base,
      .head_valid(head_valid[LOAD]),
      .head(heads[LOAD*QUEUE_WIDTH+:128]),
      .pop_head(pop_head[LOAD]),
      .g2l_available(token_available[1]),
      .g2l_pop(token_pop[1]),
      .l2g_push(token_push[0]),
      .busy(load_busy),
      .stall_g2l(load_stall_g2l),
      .stall_memory(load_stall_memory),
      .retire(record_retire[LOAD]),
      .retire_steps(record_steps[31:0]),
      .inp_bytes_read(inp_bytes),
      .wgt_bytes_read(wgt_bytes),
      .request_valid(request_valid[3:2]),
      .request_ready(request_ready[3:2]),
      .request_address(request_address[127:64]),
      .request_beats(request_beats[35:18]),
      .request_tag,
      .response_valid(response_valid[3:2]),
      .response_ready(response_ready[3:2]),
      .response_tag(r_tag),
      .response_data(r_data),
      .response_last(r_last),
      .inp_write_valid(inp_write),
      .inp_write_zero(inp_zero),
      .inp_write_index,
      .inp_write_part(inp_part),
      .inp_write_data,
      .wgt_write_valid(wgt_write),
      .wgt_write_zero(wgt_zero),
      .wgt_write_index,
      .wgt_write_part(wgt_part),
      .wgt_write_data
  );

  logic [INP_WORDS-1:0] inp_write_enable;
  logic [WGT_WORDS-1:0] wgt_write_enable;
  assign inp_write_enable = !inp_write ? '0 : inp_zero ? '1 : INP_WORDS'(1) << inp_part;
  assign wgt_write_enable = !wgt_write ? '0 : wgt_zero ? '1 : WGT_WORDS'(1) << wgt_part;
  ram_1r1w #(
      .WIDTH(vta_pkg::INP_BITS),
      .DEPTH(vta_pkg::INP_DEPTH),
      .WORD (INP_WORD)
  ) inp_scratchpad (
      .clk,
      .write_enable(inp_write_enable),
      .write_address(inp_write_index),
      .write_data(inp_zero ? '0 : {INP_WORDS{inp_write_data[INP_WORD-1:0]}}),
      .read_enable(operand_read_enable),
      .read_address(inp_read_index),
      .read_data(inp_data)
  );
  /* verilator lint_off WIDTHCONCAT */  // an element of 32768 bits is meant
  ram_1r1w #(
      .WIDTH(vta_pkg::WGT_BITS),
      .DEPTH(vta_pkg::WGT_DEPTH),
      .WORD (WGT_WORD)
  ) wgt_scratchpad (
      .clk,
      .write_enable(wgt_write_enable),
      .write_address(wgt_write_index),
      .write_data(wgt_zero ? '0 : {WGT_WORDS{wgt_write_data[WGT_WORD-1:0]}}),
      .read_enable(operand_read_enable),
      .read_address(wgt_read_index),
      .read_data(wgt_data)
  );
  /* verilator lint_on WIDTHCONCAT */

  logic compute_busy, compute_stall_memory, compute_stall_hazard, gemm_busy, alu_busy, gemm_step, alu_step;
  logic [1:0] compute_stall_tokens, reset_step;
  logic out_read_enable;
  logic [vta_pkg::ACC_INDEX_WIDTH-1:0] out_read_index;
  logic [vta_pkg::OUT_BITS-1:0] out_data;

  compute #(
      .DATA_BITS(DATA_BITS),
      .TAG_WIDTH(TAG_WIDTH)
  ) computer (
      .clk,
      .reset(core_reset),
      .drain,
      .uop_base,
      .acc_base,
      .head_valid(head_valid[COMPUTE]),
      .head(heads[COMPUTE*QUEUE_WIDTH+:128]),
      .pop_head(pop_head[COMPUTE]),
      .token_available({token_available[3], token_available[0]}),
      .token_pop({token_pop[3], token_pop[0]}),
      .token_push({token_push[2], token_push[1]}),
      .busy(compute_busy),
      .stall_tokens(compute_stall_tokens),
      .stall_memory(compute_stall_memory),
      .stall_hazard(compute_stall_hazard),
      .retire(record_retire[COMPUTE]),
      .retire_steps(record_steps[63:32]),
      .finish,
      .gemm_busy,
      .alu_busy,
      .gemm_step,
      .reset_step,
      .alu_step,
      .uop_bytes_read(uop_bytes),
      .acc_bytes_read(acc_bytes),
      .request_valid({request_valid[4], request_valid[1]}),
      .request_ready({request_ready[4], request_ready[1]}),
      .request_address({request_address[159:128], request_address[63:32]}),
      .request_beats({request_beats[44:36], request_beats[17:9]}),
      .request_tag,
      .response_valid({response_valid[4], response_valid[1]}),
      .response_ready({response_ready[4], response_ready[1]}),
      .response_tag(r_tag),
      .response_data(r_data),
      .response_last(r_last),
      .operand_read_enable,
      .inp_read_index,
      .inp_data,
      .wgt_read_index,
      .wgt_data,
      .out_read_enable,
      .out_read_index,
      .out_data
  );

  logic store_busy, store_stall_memory, store_stall_g2s;
  store #(
      .DATA_BITS(DATA_BITS)
  ) storer (
      .clk,
      .reset(core_reset),
      .drain,
      .base(out_base),
      .head_valid(head_valid[STORE]),
      .head(heads[STORE*QUEUE_WIDTH+:128]),
      .pop_head(pop_head[STORE]),
      .g2s_available(token_available[2]),
      .g2s_pop(token_pop[2]),
      .s2g_push(token_push[3]),
      .busy(store_busy),
      .bus_idle(writes_idle),
      .stall_g2s(store_stall_g2s),
      .stall_memory(store_stall_memory),
      .retire(record_retire[STORE]),
      .retire_steps(record_steps[95:64]),
      .bytes_written(out_bytes),
      .out_read_enable,
      .out_read_index,
      .out_data,
      .aw_valid,
      .aw_ready,
      .aw_address,
      .aw_length,
      .w_valid,
      .w_ready,
      .w_data,
      .w_strobe,
      .w_last,
      .b_valid,
      .b_ready
  );

  assign record_head = head_valid;
  assign record_begin = pop_head;
  assign queue_state = {
    memory_idle && !load_busy && !compute_busy && !store_busy,
    fetch_done || (push_valid != 0 && (push_valid & push_ready) == 0),
    compute_stall_tokens[1] && !compute_busy,
    store_stall_g2s,
    load_stall_g2l && !load_busy,
    compute_stall_tokens[0] && !compute_busy,
    1'b0,
    head_valid[STORE],
    head_valid[COMPUTE],
    head_valid[LOAD]
  };

  // One row of counters.def each.
  logic [vta_pkg::NUM_COUNTERS*10-1:0] amount;
  always_comb begin
    amount = '0;
    amount[vta_pkg::COUNTER_CYCLES*10+:10] = 10'd1;
    amount[vta_pkg::COUNTER_FETCH_INSTRUCTIONS*10+:10] = 10'((push_valid & push_ready) != 0);
    amount[vta_pkg::COUNTER_FETCH_BUSY_CYCLES*10+:10] = 10'(!fetch_done && !trap);
    amount[vta_pkg::COUNTER_FETCH_MEMORY_STALL_CYCLES*10+:10] = 10'(fetch_waiting);
    amount[vta_pkg::COUNTER_FETCH_STARVED_CYCLES*10+:10] = 10'(!head_valid[COMPUTE] && !fetch_done);
    amount[vta_pkg::COUNTER_LOAD_INSTRUCTIONS*10+:10] = 10'(record_retire[LOAD]);
    amount[vta_pkg::COUNTER_LOAD_BUSY_CYCLES*10+:10] = 10'(load_busy);
    amount[vta_pkg::COUNTER_LOAD_G2L_STALL_CYCLES*10+:10] = 10'(load_stall_g2l && !load_busy);
    amount[vta_pkg::COUNTER_LOAD_MEMORY_STALL_CYCLES*10+:10] = 10'(load_stall_memory);
    amount[vta_pkg::COUNTER_COMPUTE_INSTRUCTIONS*10+:10] = 10'(record_retire[COMPUTE]);
    amount[vta_pkg::COUNTER_COMPUTE_BUSY_CYCLES*10+:10] = 10'(compute_busy);
    amount[vta_pkg::COUNTER_COMPUTE_L2G_STALL_CYCLES*10+:10] = 10'(compute_stall_tokens[0] && !compute_busy);
    amount[vta_pkg::COUNTER_COMPUTE_S2G_STALL_CYCLES*10+:10] = 10'(compute_stall_tokens[1] && !compute_busy);
    amount[vta_pkg::COUNTER_COMPUTE_MEMORY_STALL_CYCLES*10+:10] = 10'(compute_stall_memory);
    amount[vta_pkg::COUNTER_COMPUTE_HAZARD_STALL_CYCLES*10+:10] = 10'(compute_stall_hazard);
    amount[vta_pkg::COUNTER_GEMM_BUSY_CYCLES*10+:10] = 10'(gemm_busy);
    amount[vta_pkg::COUNTER_ALU_BUSY_CYCLES*10+:10] = 10'(alu_busy);
    amount[vta_pkg::COUNTER_STORE_INSTRUCTIONS*10+:10] = 10'(record_retire[STORE]);
    amount[vta_pkg::COUNTER_STORE_BUSY_CYCLES*10+:10] = 10'(store_busy);
    amount[vta_pkg::COUNTER_STORE_G2S_STALL_CYCLES*10+:10] = 10'(store_stall_g2s);
    amount[vta_pkg::COUNTER_STORE_MEMORY_STALL_CYCLES*10+:10] = 10'(store_stall_memory);
    amount[vta_pkg::COUNTER_GEMM_STEPS*10+:10] = 10'(gemm_step);
    amount[vta_pkg::COUNTER_RESET_STEPS*10+:10] = 10'(reset_step[0]) + 10'(reset_step[1]);
    amount[vta_pkg::COUNTER_ALU_STEPS*10+:10] = 10'(alu_step);
    amount[vta_pkg::COUNTER_FETCH_BYTES_READ*10+:10] = 10'(fetch_bytes);
    amount[vta_pkg::COUNTER_UOP_BYTES_READ*10+:10] = 10'(uop_bytes);
    amount[vta_pkg::COUNTER_INP_BYTES_READ*10+:10] = 10'(inp_bytes);
    amount[vta_pkg::COUNTER_WGT_BYTES_READ*10+:10] = 10'(wgt_bytes);
    amount[vta_pkg::COUNTER_ACC_BYTES_READ*10+:10] = 10'(acc_bytes);
    amount[vta_pkg::COUNTER_OUT_BYTES_WRITTEN*10+:10] = 10'(out_bytes);
    amount[vta_pkg::COUNTER_READ_BURSTS*10+:10] = 10'(ar_valid && ar_ready);
    amount[vta_pkg::COUNTER_READ_BEATS*10+:10] = 10'(r_valid && r_ready);
    amount[vta_pkg::COUNTER_WRITE_BURSTS*10+:10] = 10'(aw_valid && aw_ready);
    amount[vta_pkg::COUNTER_WRITE_BEATS*10+:10] = 10'(w_valid && w_ready);
    amount[vta_pkg::COUNTER_MAX_L2G_TOKENS*10+:10] = token_count[0*TOKEN_WIDTH+:TOKEN_WIDTH];
    amount[vta_pkg::COUNTER_MAX_G2L_TOKENS*10+:10] = token_count[1*TOKEN_WIDTH+:TOKEN_WIDTH];
    amount[vta_pkg::COUNTER_MAX_G2S_TOKENS*10+:10] = token_count[2*TOKEN_WIDTH+:TOKEN_WIDTH];
    amount[vta_pkg::COUNTER_MAX_S2G_TOKENS*10+:10] = token_count[3*TOKEN_WIDTH+:TOKEN_WIDTH];
  end

  performance_counters performance (
      .clk,
      .clear(launch),
      .enable(running && !run_over),
      .amount,
      .counters
  );
endmodule
