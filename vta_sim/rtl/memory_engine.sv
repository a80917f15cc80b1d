// Five read clients onto one AXI-like port. A client holds request_valid with a stable address until request_ready;
// it is given the tag of its burst in that cycle. Bursts of different tags may return in any order and interleaved,
// the beats of one burst in order; each beat goes to the client of its tag. A lower client number goes first.
// Writes do not pass through here: the store unit is alone on the write channels.
module memory_engine #(
    parameter int unsigned DATA_BITS = 64,
    parameter int unsigned CLIENTS = 5,
    parameter int unsigned TAG_WIDTH = 5
) (
    input logic clk,
    input logic reset,
    input logic [CLIENTS-1:0] request_valid,
    output logic [CLIENTS-1:0] request_ready,
    input logic [CLIENTS*32-1:0] request_address,
    input logic [CLIENTS*9-1:0] request_beats,
    output logic [TAG_WIDTH-1:0] request_tag,
    output logic [CLIENTS-1:0] response_valid,
    input logic [CLIENTS-1:0] response_ready,
    output logic idle,
    // Read address channel.
    output logic ar_valid,
    input logic ar_ready,
    output logic [31:0] ar_address,
    output logic [7:0] ar_length,  // beats - 1
    output logic [TAG_WIDTH-1:0] ar_tag,
    // Read data channel; data, tag and last go to the clients directly.
    input logic r_valid,
    output logic r_ready,
    input logic [TAG_WIDTH-1:0] r_tag,
    input logic r_last
);
  localparam int unsigned TAGS = 1 << TAG_WIDTH;

  logic [TAGS-1:0] outstanding;
  logic [CLIENTS-1:0] client_of_tag[0:TAGS-1];  // one bit set
  logic [TAG_WIDTH-1:0] next_tag;
  logic [CLIENTS-1:0] granted;
  logic accept, release_tag;
  logic [31:0] granted_address;
  /* verilator lint_off UNUSED */  // 256 beats: the sum has one more bit
  logic [8:0] granted_beats;
  /* verilator lint_on UNUSED */

  always_comb begin
    granted = '0;
    granted_address = request_address[31:0];
    granted_beats = request_beats[8:0];
    for (int unsigned client = CLIENTS; client > 0; client--) begin
      if (request_valid[client-1]) begin
        granted = CLIENTS'(1) << (client - 1);
        granted_address = request_address[(client-1)*32+:32];
        granted_beats = request_beats[(client-1)*9+:9] - 1;
      end
    end
  end

  assign accept = |request_valid && !outstanding[next_tag] && (!ar_valid || ar_ready);
  assign request_ready = accept ? granted : '0;
  assign request_tag = next_tag;
  assign response_valid = r_valid ? client_of_tag[r_tag] : '0;
  assign r_ready = |(response_valid & response_ready);
  assign release_tag = r_valid && r_ready && r_last;
  assign idle = outstanding == 0 && !ar_valid;

  always_ff @(posedge clk) begin
    if (reset) begin
      ar_valid <= 1'b0;
      outstanding <= '0;
      next_tag <= '0;
    end else begin
      if (ar_ready) ar_valid <= 1'b0;
      if (release_tag) outstanding[r_tag] <= 1'b0;
      if (accept) begin
        ar_valid <= 1'b1;
        outstanding[next_tag] <= 1'b1;
        next_tag <= next_tag + 1;
      end
    end
    if (accept) begin
      ar_address <= granted_address;
      ar_length <= granted_beats[7:0];
      ar_tag <= next_tag;
      client_of_tag[next_tag] <= granted;
    end
  end

`ifndef SYNTHESIS
  localparam int unsigned BUS_BYTES = DATA_BITS / 8;
  localparam int unsigned BOUNDARY = BUS_BYTES * 256 > 4096 ? 4096 : BUS_BYTES * 256;
  logic was_waiting;
  logic [44:0] was_address;
  always_ff @(posedge clk) begin
    was_waiting <= !reset && ar_valid && !ar_ready;
    was_address <= {ar_address, ar_length, ar_tag};
    if (!reset) begin
      assert (!was_waiting || (ar_valid && was_address == {ar_address, ar_length, ar_tag}));
      assert (!r_valid || outstanding[r_tag]);
      assert (!accept || !outstanding[next_tag]);
      if (ar_valid) begin
        assert (ar_address % BUS_BYTES == 0);
        assert (ar_address % BOUNDARY + (32'(ar_length) + 1) * BUS_BYTES <= BOUNDARY);
      end
    end
  end
`endif
endmodule
