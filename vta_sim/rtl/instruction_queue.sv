// A queue of DEPTH entries in a synchronous memory, with its head in an output register.
// push: accepted while push_ready. pop: takes the head, allowed while head_valid. A pushed entry is the head two
// cycles later; one entry a cycle goes through.
module instruction_queue #(
    parameter int unsigned WIDTH = 128,
    parameter int unsigned DEPTH = 512
) (
    input logic clk,
    input logic reset,
    input logic push_valid,
    output logic push_ready,
    input logic [WIDTH-1:0] push_data,
    output logic head_valid,
    output logic [WIDTH-1:0] head_data,
    input logic pop
);
  localparam int unsigned ADDRESS = $clog2(DEPTH);

  logic [ADDRESS-1:0] read_address, write_address;
  logic [ADDRESS:0] stored;  // entries in the memory: the head is not one of them
  logic push, fetch_head;

  assign push_ready = stored != (ADDRESS + 1)'(DEPTH);
  assign push = push_valid && push_ready;
  assign fetch_head = stored != 0 && (!head_valid || pop);

  ram_1r1w #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) entries (
      .clk,
      .write_enable(push),
      .write_address,
      .write_data(push_data),
      .read_enable(fetch_head),
      .read_address,
      .read_data(head_data)
  );

  always_ff @(posedge clk) begin
    if (reset) begin
      read_address <= 0;
      write_address <= 0;
      stored <= 0;
      head_valid <= 1'b0;
    end else begin
      if (push) write_address <= write_address + 1;
      if (fetch_head) read_address <= read_address + 1;
      if (fetch_head || pop) head_valid <= fetch_head;
      if (push != fetch_head) stored <= push ? stored + 1 : stored - 1;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk) begin
    if (!reset) begin
      assert (stored <= (ADDRESS + 1)'(DEPTH));
      assert (!pop || head_valid);
    end
  end
`endif
endmodule
