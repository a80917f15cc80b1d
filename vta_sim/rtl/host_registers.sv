// What the host reads and writes (accel/vta/host_registers.def). One access a cycle; the data of a read is there in the
// cycle after host_read. A soft reset lets memory transactions under way end, then resets everything else.
module host_registers (
    input logic clk,
    input logic reset,
    input logic host_write,
    input logic host_read,
    input logic [11:0] host_address,
    input logic [31:0] host_write_data,
    output logic [31:0] host_read_data,
    output logic run_over,  // the run is over: finished, trapped or a token counter overflowed
    output logic launch,
    output logic running,
    output logic drain,
    output logic core_reset,
    input logic memory_idle,
    output logic [27:0] instruction_count,
    output logic [31:0] instruction_base,
    output logic [31:0] uop_base,
    output logic [31:0] inp_base,
    output logic [31:0] wgt_base,
    output logic [31:0] acc_base,
    output logic [31:0] out_base,
    input logic finish,
    input logic trap,
    input logic [3:0] trap_cause,
    input logic [31:0] trap_instruction,
    input logic token_overflow,
    input logic [9:0] queue_state,
    input logic [95:0] queue_heads,  // load, compute, store
    input logic [vta_pkg::NUM_COUNTERS*64-1:0] counters
);
  localparam int unsigned COUNTER_WORDS = 2 * vta_pkg::NUM_COUNTERS;

  logic finished, resetting, pulse;
  logic write_control;
  assign write_control = host_write && host_address == vta_pkg::REGISTER_CONTROL;
  assign run_over = finished || (running && (trap || token_overflow));
  assign drain = resetting;
  assign core_reset = reset || pulse;

  always_ff @(posedge clk) begin
    launch <= 1'b0;
    pulse <= resetting && memory_idle && !pulse;
    if (reset) begin
      running <= 1'b0;
      finished <= 1'b0;
      resetting <= 1'b0;
    end else begin
      if (write_control && host_write_data[0]) begin
        launch <= 1'b1;
        running <= 1'b1;
        finished <= 1'b0;
      end
      if (finish) {running, finished} <= 2'b01;
      if (write_control && host_write_data[2]) resetting <= 1'b1;
      if (pulse) {resetting, running, finished} <= 3'b000;
    end
    if (host_write) begin
      case (host_address)
        vta_pkg::REGISTER_INSTRUCTION_COUNT: instruction_count <= host_write_data[27:0];
        vta_pkg::REGISTER_INSTRUCTION_BASE: instruction_base <= host_write_data;
        vta_pkg::REGISTER_UOP_BASE: uop_base <= host_write_data;
        vta_pkg::REGISTER_INP_BASE: inp_base <= host_write_data;
        vta_pkg::REGISTER_WGT_BASE: wgt_base <= host_write_data;
        vta_pkg::REGISTER_ACC_BASE: acc_base <= host_write_data;
        vta_pkg::REGISTER_OUT_BASE: out_base <= host_write_data;
        default: ;
      endcase
    end
  end

  logic [9:0] counter_word;
  assign counter_word = 10'((host_address - vta_pkg::REGISTER_COUNTERS) >> 2);

  always_ff @(posedge clk) begin
    if (host_read) begin
      case (host_address)
        vta_pkg::REGISTER_CONTROL:
        host_read_data <= {26'd0, token_overflow, running || resetting, trap, 1'b0, finished, 1'b0};
        vta_pkg::REGISTER_CYCLE_COUNT: host_read_data <= counters[vta_pkg::COUNTER_CYCLES*64+:32];
        vta_pkg::REGISTER_INSTRUCTION_COUNT: host_read_data <= {4'd0, instruction_count};
        vta_pkg::REGISTER_INSTRUCTION_BASE: host_read_data <= instruction_base;
        vta_pkg::REGISTER_UOP_BASE: host_read_data <= uop_base;
        vta_pkg::REGISTER_INP_BASE: host_read_data <= inp_base;
        vta_pkg::REGISTER_WGT_BASE: host_read_data <= wgt_base;
        vta_pkg::REGISTER_ACC_BASE: host_read_data <= acc_base;
        vta_pkg::REGISTER_OUT_BASE: host_read_data <= out_base;
        vta_pkg::REGISTER_TRAP_CAUSE: host_read_data <= {28'd0, trap ? trap_cause : 4'd0};
        vta_pkg::REGISTER_TRAP_INSTRUCTION: host_read_data <= trap_instruction;
        vta_pkg::REGISTER_QUEUE_STATE: host_read_data <= {22'd0, queue_state};
        vta_pkg::REGISTER_LOAD_HEAD: host_read_data <= queue_heads[31:0];
        vta_pkg::REGISTER_COMPUTE_HEAD: host_read_data <= queue_heads[63:32];
        vta_pkg::REGISTER_STORE_HEAD: host_read_data <= queue_heads[95:64];
        default:
        if (host_address >= vta_pkg::REGISTER_COUNTERS && counter_word < 10'(COUNTER_WORDS))
          host_read_data <= counters[counter_word*32+:32];
        else host_read_data <= 0;
      endcase
    end
  end
endmodule
