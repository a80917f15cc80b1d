// Which queue an instruction goes to, or why it is illegal (cause 0: legal). Combinational.
// The causes are numbered in traps.def.
module predecode (
    input logic [127:0] word,
    output logic [1:0] queue,
    output logic [3:0] cause
);
  /* verilator lint_off UNUSED */  // of the instructions only what is checked here
  vta_pkg::memory_instruction_t memory;
  vta_pkg::alu_instruction_t alu;
  /* verilator lint_on UNUSED */
  logic is_load_queue, transfers, padded;

  assign memory = word;
  assign alu = word;
  assign transfers = memory.x_size != 0;
  assign padded = {memory.y_pad_0, memory.y_pad_1, memory.x_pad_0, memory.x_pad_1} != 0;
  assign is_load_queue =
      memory.memory_type == vta_pkg::MEMORY_INP || memory.memory_type == vta_pkg::MEMORY_WGT;

  always_comb begin
    queue = trap_pkg::QUEUE_COMPUTE;
    cause = trap_pkg::TRAP_NONE;
    case (memory.opcode)
      vta_pkg::OPCODE_LOAD: begin
        if (is_load_queue) queue = trap_pkg::QUEUE_LOAD;
        if (memory.memory_type == vta_pkg::MEMORY_OUT || memory.memory_type > vta_pkg::MEMORY_ACC8)
          cause = trap_pkg::TRAP_MEMORY_TYPE;
        else if (is_load_queue && (memory.pop_prev || memory.push_prev)) cause = trap_pkg::TRAP_TOKENS;
        else if (transfers && memory.y_size == 0) cause = trap_pkg::TRAP_Y_SIZE;
        else if (transfers && memory.memory_type == vta_pkg::MEMORY_UOP && padded)
          cause = trap_pkg::TRAP_PADDING;
      end
      vta_pkg::OPCODE_STORE: begin
        queue = trap_pkg::QUEUE_STORE;
        if (memory.pop_next || memory.push_next) cause = trap_pkg::TRAP_TOKENS;
        else if (transfers && memory.memory_type != vta_pkg::MEMORY_OUT) cause = trap_pkg::TRAP_MEMORY_TYPE;
        else if (transfers && memory.y_size == 0) cause = trap_pkg::TRAP_Y_SIZE;
        else if (transfers && padded) cause = trap_pkg::TRAP_PADDING;
      end
      vta_pkg::OPCODE_ALU: if (alu.alu_opcode > vta_pkg::ALU_MUL) cause = trap_pkg::TRAP_ALU_OPCODE;
      vta_pkg::OPCODE_GEMM, vta_pkg::OPCODE_FINISH: ;
      default: cause = trap_pkg::TRAP_OPCODE;
    endcase
  end
endmodule
