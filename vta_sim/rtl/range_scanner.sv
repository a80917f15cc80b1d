// Finds which accumulators an instruction of GEMM or ALU touches: the least and the largest index of its micro-ops,
// which it reads over a port of its own, and the farthest offset of its loops. Works in program order on instructions
// that were dispatched before they were scanned, then on the head of the queue. The micro-ops' part is kept for the
// next instruction of the engine with the same micro-ops. A range that wraps is everything.
module range_scanner #(
    parameter int unsigned ID_WIDTH = 3
) (
    input logic clk,
    input logic reset,
    input logic uops_written,
    // The head, and its dispatch.
    input logic head_wanted,
    input logic [127:0] head,
    input logic dispatch,  // of an instruction with micro-ops
    input logic [ID_WIDTH-1:0] dispatch_id,
    input logic pop_head,
    input logic [(1<<ID_WIDTH)-1:0] in_flight,
    output logic uop_read_enable,
    output logic [vta_pkg::UOP_INDEX_WIDTH-1:0] uop_read_index,
    /* verilator lint_off UNUSED */
    input logic [31:0] uop_data,  // the weight's index is not used
    /* verilator lint_on UNUSED */
    output logic head_scanned,
    output logic scan_valid,  // for an instruction in flight
    output logic [ID_WIDTH-1:0] scan_id,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] first,
    output logic [vta_pkg::ACC_INDEX_WIDTH-1:0] last
);
  localparam int unsigned ACC_INDEX = vta_pkg::ACC_INDEX_WIDTH;
  localparam int unsigned UOP_INDEX = vta_pkg::UOP_INDEX_WIDTH;
  localparam int unsigned WIDE = ACC_INDEX + 15;  // of the farthest offset

  typedef enum logic [2:0] {
    IDLE,
    READ,
    OFFSETS,
    ADD,
    RESULT
  } state_t;
  state_t state;

  // Dispatched without a scan.
  logic waiting_valid, waiting_pop, waiting_full, take_head, push_waiting;
  logic [127:0] waiting_word;
  logic [ID_WIDTH-1:0] waiting_id;
  small_fifo #(
      .WIDTH(130 + ID_WIDTH),
      .DEPTH(1 << ID_WIDTH)
  ) waiting (
      .clk,
      .reset,
      .push(push_waiting),
      .push_data({generation_of[dispatch_id] + 2'd1, dispatch_id, head}),
      .full(waiting_full),
      .valid(waiting_valid),
      .head({waiting_generation, waiting_id, waiting_word}),
      .pop(waiting_pop)
  );

  // An entry of the sequencer may have a new instruction when its old one comes up here.
  logic [1:0] generation_of[0:(1<<ID_WIDTH)-1];
  logic [1:0] generation, waiting_generation;
  always_ff @(posedge clk) begin
    if (reset) for (int unsigned entry = 0; entry < (1 << ID_WIDTH); entry++) generation_of[entry] <= 0;
    else if (pop_head) generation_of[dispatch_id] <= generation_of[dispatch_id] + 1;
  end

  // The instruction at work: of_head until it is dispatched, then id.
  logic of_head, abandoned;
  logic [ID_WIDTH-1:0] id;
  logic [127:0] word;
  /* verilator lint_off UNUSED */
  vta_pkg::gemm_instruction_t gemm;
  vta_pkg::alu_instruction_t alu;
  vta_pkg::uop_t uop;
  /* verilator lint_on UNUSED */
  logic is_alu, uses_source;
  assign gemm = word;
  assign alu = word;
  assign uop = uop_data;
  assign is_alu = alu.opcode == vta_pkg::OPCODE_ALU;
  assign uses_source = is_alu && !alu.use_imm;

  assign take_head = state == IDLE && !waiting_valid && head_wanted && !pop_head;
  assign waiting_pop = state == IDLE && waiting_valid;
  assign push_waiting = dispatch && !(of_head && state != IDLE);
  assign head_scanned = state == RESULT && of_head;
  assign scan_valid = state == RESULT && !of_head && !abandoned;
  assign scan_id = id;
  assign abandoned = !of_head && !(in_flight[id] && generation == generation_of[id]);

  // Micro-ops: read one a cycle, folded in the next. The last ones of each engine are kept.
  logic [UOP_INDEX:0] at, end_at;
  logic fold;
  logic [ACC_INDEX-1:0] least_dst, most_dst, least_src, most_src, src;
  logic [1:0] kept;
  logic [UOP_INDEX-1:0] kept_bgn[0:1];
  logic [UOP_INDEX:0] kept_end[0:1];
  logic [4*ACC_INDEX-1:0] kept_range[0:1];
  logic hit, uops_done;
  assign src = uop.src_idx[ACC_INDEX-1:0];
  assign hit = kept[is_alu] && kept_bgn[is_alu] == gemm.uop_bgn && kept_end[is_alu] == gemm.uop_end;
  assign uop_read_enable = state == READ && at != end_at && !hit;
  assign uop_read_index = at[UOP_INDEX-1:0];
  assign uops_done = state == READ && (hit || (at == end_at && !fold));

  logic [WIDE-1:0] farthest_dst, farthest_src, dst_end, src_end;
  logic [13:0] out_steps, in_steps;
  assign out_steps = gemm.iter_out - 1;
  assign in_steps = gemm.iter_in - 1;
  assign dst_end = farthest_dst + WIDE'(most_dst);
  assign src_end = farthest_src + WIDE'(most_src);

  always_ff @(posedge clk) begin
    fold <= uop_read_enable;
    if (reset) begin
      state <= IDLE;
      of_head <= 1'b0;
      kept <= 2'b00;
    end else begin
      case (state)
        IDLE:
        if (waiting_valid || take_head) begin
          state <= READ;
          of_head <= !waiting_valid;
        end
        READ: if (uops_done) state <= OFFSETS;
        OFFSETS: state <= ADD;
        ADD: state <= RESULT;
        default: if (!of_head) state <= IDLE;
      endcase
      if (state != IDLE && of_head && pop_head) of_head <= 1'b0;
      if (state != IDLE && abandoned) state <= IDLE;
      if (state == RESULT && of_head && pop_head) state <= IDLE;  // dispatched with the result
      if (uops_done && !hit) kept[is_alu] <= 1'b1;
      if (uops_written) kept <= 2'b00;
    end

    if (state == IDLE) begin
      word <= waiting_valid ? waiting_word : head;
      {generation, id} <= {waiting_generation, waiting_id};
      at <= waiting_valid ? {1'b0, waiting_word[8+:UOP_INDEX]} : {1'b0, head[8+:UOP_INDEX]};
      end_at <= waiting_valid ? waiting_word[8+UOP_INDEX+:UOP_INDEX+1] : head[8+UOP_INDEX+:UOP_INDEX+1];
      least_dst <= '1;
      least_src <= '1;
      most_dst <= '0;
      most_src <= '0;
    end else if (of_head && pop_head) begin
      {generation, id} <= {generation_of[dispatch_id] + 2'd1, dispatch_id};
    end
    if (uop_read_enable) at <= at + 1;
    if (fold && state == READ) begin
      if (uop.dst_idx < least_dst) least_dst <= uop.dst_idx;
      if (uop.dst_idx > most_dst) most_dst <= uop.dst_idx;
      if (src < least_src) least_src <= src;
      if (src > most_src) most_src <= src;
    end
    if (state == READ && hit) {least_dst, most_dst, least_src, most_src} <= kept_range[is_alu];
    if (uops_done && !hit) begin
      kept_bgn[is_alu] <= gemm.uop_bgn;
      kept_end[is_alu] <= gemm.uop_end;
      kept_range[is_alu] <= {least_dst, most_dst, least_src, most_src};
    end
    if (state == OFFSETS) begin
      farthest_dst <= WIDE'(out_steps) * WIDE'(gemm.dst_factor_out) + WIDE'(in_steps) * WIDE'(gemm.dst_factor_in);
      farthest_src <= WIDE'(out_steps) * WIDE'(alu.src_factor_out) + WIDE'(in_steps) * WIDE'(alu.src_factor_in);
    end
    if (state == ADD) begin
      first <= uses_source && least_src < least_dst ? least_src : least_dst;
      last <= ACC_INDEX'(uses_source && src_end > dst_end ? src_end : dst_end);
      if (dst_end >= WIDE'(vta_pkg::ACC_DEPTH) || (uses_source && src_end >= WIDE'(vta_pkg::ACC_DEPTH))) begin
        first <= '0;
        last <= '1;
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) if (!reset) assert (!push_waiting || !waiting_full);
`endif
endmodule
