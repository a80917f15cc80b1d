// Walks the padding cells of one 2-D load, one each time `advance` is high, row by row: `index` is the scratchpad
// element. `active` from the cycle after `start` until the last cell is taken.
module pad_walker #(
    parameter int unsigned INDEX_WIDTH = 11
) (
    input logic clk,
    input logic reset,
    input logic start,
    /* verilator lint_off UNUSED */
    input vta_pkg::memory_instruction_t instruction,
    /* verilator lint_on UNUSED */
    input logic advance,
    output logic active,
    output logic [INDEX_WIDTH-1:0] index
);
  logic [16:0] width;  // of a row with its padding; larger ones do not fit any scratchpad
  logic [INDEX_WIDTH-1:0] row_index;
  logic [16:0] x, row, first_data_row, last_pad_row, num_rows, next_x, next_row, first_x;
  logic [16:0] data_begin, data_end;
  logic [INDEX_WIDTH-1:0] rows_end_index, next_row_index;
  logic in_data_row, next_in_data_row, row_done, skip_rows, has_side_padding;

  assign in_data_row = row >= first_data_row && row < last_pad_row;
  always_comb begin
    next_x = x + 1;
    if (in_data_row && next_x == data_begin) next_x = data_end;
    row_done = next_x >= width;
    next_row = row + 1;
    next_row_index = row_index + INDEX_WIDTH'(width);
    // Rows of data without padding at their sides have no cell to visit.
    skip_rows = next_row == first_data_row && !has_side_padding;
    if (skip_rows) begin
      next_row = last_pad_row;
      next_row_index = rows_end_index;
    end
    next_in_data_row = next_row >= first_data_row && next_row < last_pad_row;
    first_x = next_in_data_row && data_begin == 0 ? data_end : 17'd0;
  end

  assign index = row_index + INDEX_WIDTH'(x);

  logic [16:0] start_width, start_last;
  logic start_side, start_top;
  assign start_width = 17'(instruction.x_pad_0) + 17'(instruction.x_size) + 17'(instruction.x_pad_1);
  assign start_last = 17'(instruction.y_pad_0) + 17'(instruction.y_size);
  assign start_side = instruction.x_pad_0 != 0 || instruction.x_pad_1 != 0;
  assign start_top = instruction.y_pad_0 != 0;

  logic [INDEX_WIDTH-1:0] start_end_index;
  assign start_end_index =
      INDEX_WIDTH'(instruction.sram_base) + INDEX_WIDTH'(start_last) * INDEX_WIDTH'(start_width);

  always_ff @(posedge clk) begin
    if (reset) begin
      active <= 1'b0;
    end else if (start) begin
      active <= start_side || start_top || instruction.y_pad_1 != 0;
      width <= start_width;
      first_data_row <= 17'(instruction.y_pad_0);
      last_pad_row <= start_last;
      num_rows <= start_last + 17'(instruction.y_pad_1);
      data_begin <= 17'(instruction.x_pad_0);
      data_end <= 17'(instruction.x_pad_0) + 17'(instruction.x_size);
      has_side_padding <= start_side;
      rows_end_index <= start_end_index;
      x <= !start_top && instruction.x_pad_0 == 0 && start_side ? 17'(instruction.x_size) : 17'd0;
      row <= start_top || start_side ? 17'd0 : start_last;
      row_index <= start_top || start_side ? INDEX_WIDTH'(instruction.sram_base) : start_end_index;
    end else if (active && advance) begin
      x <= row_done ? first_x : next_x;
      if (row_done) begin
        row <= next_row;
        row_index <= next_row_index;
        active <= next_row < num_rows;
      end
    end
  end
endmodule
