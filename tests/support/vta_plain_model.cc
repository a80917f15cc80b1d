#include "tests/support/vta_plain_model.h"

#include <algorithm>
#include <cstring>

#include "accel/vta/isa.h"
#include "vm/core/status.h"

namespace baton::vta::test {
namespace {

class PlainModel {
 public:
  PlainModel(const Config& config, const ProgramFile& program)
      : c_(config),
        memory_(program.image_bytes),
        uop_(c_.uop_depth()),
        inp_(c_.inp_depth() * c_.inp_bytes()),
        wgt_(c_.wgt_depth() * c_.wgt_bytes()),
        acc_(c_.acc_depth() * c_.acc8_bytes()),
        out_(c_.out_depth() * c_.out_bytes()) {
    for (const Segment& segment : program.inputs) {
      std::copy(segment.bytes.begin(), segment.bytes.end(), memory_.begin() + segment.address);
    }
  }

  // False after FINISH.
  bool Step(uint32_t address) {
    Word word;
    std::memcpy(&word, &memory_[address], sizeof(word));
    const auto instruction = Unpack(c_, word);
    BATON_CHECK(instruction.ok());
    if (const auto* memory = std::get_if<MemoryInstruction>(&*instruction)) {
      memory->opcode == static_cast<uint32_t>(Opcode::kLoad) ? Load(*memory) : Store(*memory);
    } else if (const auto* gemm = std::get_if<GemmInstruction>(&*instruction)) {
      Gemm(*gemm);
    } else if (const auto* alu = std::get_if<AluInstruction>(&*instruction)) {
      Alu(*alu);
    }
    return OpcodeOf(*instruction) != Opcode::kFinish;
  }

  std::vector<uint8_t> memory() && { return std::move(memory_); }

 private:
  void Load(const MemoryInstruction& m) {
    if (m.x_size == 0) return;
    const uint32_t width = m.x_pad_0 + m.x_size + m.x_pad_1;
    const uint32_t height = m.y_pad_0 + m.y_size + m.y_pad_1;
    const uint32_t bytes = ElementBytes(c_, m.memory_type);
    const std::vector<uint8_t> zeros(bytes);
    for (uint32_t row = 0; row < height; ++row) {
      for (uint32_t column = 0; column < width; ++column) {
        const uint32_t y = row - m.y_pad_0;  // wraps in the padding
        const uint32_t x = column - m.x_pad_0;
        const bool is_data = y < m.y_size && x < m.x_size;
        const uint32_t address = (m.dram_base + y * m.x_stride + x) * bytes;
        Write(m.memory_type, m.sram_base + row * width + column,
              is_data ? &memory_.at(address) : zeros.data());
      }
    }
  }

  void Write(uint32_t memory_type, uint32_t index, const uint8_t* bytes) {
    const uint32_t lanes = c_.acc8_bytes();
    switch (static_cast<MemoryType>(memory_type)) {
      case MemoryType::kUop:
        std::memcpy(&uop_.at(index), bytes, 4);
        break;
      case MemoryType::kInp:
        std::memcpy(&inp_.at(index * c_.inp_bytes()), bytes, c_.inp_bytes());
        break;
      case MemoryType::kWgt:
        std::memcpy(&wgt_.at(index * c_.wgt_bytes()), bytes, c_.wgt_bytes());
        break;
      case MemoryType::kAcc:
        std::memcpy(&acc_.at(index * lanes), bytes, c_.acc_bytes());
        break;
      case MemoryType::kAcc8:
        for (uint32_t i = 0; i < lanes; ++i) acc_.at(index * lanes + i) = static_cast<int8_t>(bytes[i]);
        break;
      case MemoryType::kOut:
        BATON_CHECK(false);
    }
  }

  void Store(const MemoryInstruction& m) {
    for (uint32_t y = 0; y < m.y_size; ++y) {
      for (uint32_t x = 0; x < m.x_size; ++x) {
        for (uint32_t i = 0; i < c_.out_bytes(); ++i) {
          memory_.at((m.dram_base + y * m.x_stride + x) * c_.out_bytes() + i) =
              out_.at((m.sram_base + y * m.x_size + x) * c_.out_bytes() + i);
        }
      }
    }
  }

  template <typename Loop, typename Body>
  void ForEachStep(const Loop& l, Body body) {
    for (uint32_t o = 0; o < l.iter_out; ++o) {
      for (uint32_t i = 0; i < l.iter_in; ++i) {
        for (uint32_t u = l.uop_bgn; u < l.uop_end; ++u) body(o, i, UnpackUop(c_, uop_.at(u)));
      }
    }
  }

  void Gemm(const GemmInstruction& g) {
    const int block = c_.block();
    ForEachStep(g, [&](uint32_t o, uint32_t i, const Uop& uop) {
      const uint32_t d = uop.dst_idx + o * g.dst_factor_out + i * g.dst_factor_in;
      const uint32_t s = uop.src_idx + o * g.src_factor_out + i * g.src_factor_in;
      const uint32_t w = uop.wgt_idx + o * g.wgt_factor_out + i * g.wgt_factor_in;
      for (int b = 0; b < c_.batch(); ++b) {
        for (int n = 0; n < block; ++n) {
          int32_t& acc = acc_.at((d * c_.batch() + b) * block + n);
          if (g.reset) {
            acc = 0;
            continue;
          }
          int64_t sum = acc;
          for (int k = 0; k < block; ++k) {
            sum += inp_.at((s * c_.batch() + b) * block + k) * wgt_.at((w * block + n) * block + k);
          }
          acc = static_cast<int32_t>(sum);
          out_.at((d * c_.batch() + b) * block + n) = static_cast<uint8_t>(sum);
        }
      }
    });
  }

  void Alu(const AluInstruction& a) {
    const uint32_t lanes = c_.acc8_bytes();
    ForEachStep(a, [&](uint32_t o, uint32_t i, const Uop& uop) {
      const uint32_t d = uop.dst_idx + o * a.dst_factor_out + i * a.dst_factor_in;
      const uint32_t s = uop.src_idx + o * a.src_factor_out + i * a.src_factor_in;
      for (uint32_t lane = 0; lane < lanes; ++lane) {
        int32_t& acc = acc_.at(d * lanes + lane);
        acc =
            Result(static_cast<AluOpcode>(a.alu_opcode), acc, a.use_imm ? a.imm : acc_.at(s * lanes + lane));
        out_.at(d * lanes + lane) = static_cast<uint8_t>(acc);
      }
    });
  }

  static int32_t Result(AluOpcode opcode, int64_t a, int64_t b) {
    switch (opcode) {
      case AluOpcode::kMin:
        return static_cast<int32_t>(std::min(a, b));
      case AluOpcode::kMax:
        return static_cast<int32_t>(std::max(a, b));
      case AluOpcode::kAdd:
        return static_cast<int32_t>(a + b);
      case AluOpcode::kShr:
        if (b >= 0) return static_cast<int32_t>(a >> std::min<int64_t>(b, 31));
        return b <= -32 ? 0 : static_cast<int32_t>(static_cast<uint64_t>(a) << -b);
      case AluOpcode::kMul:
        return static_cast<int32_t>(a * b);
    }
    return 0;
  }

  const Config& c_;
  std::vector<uint8_t> memory_;
  std::vector<uint32_t> uop_;
  std::vector<int8_t> inp_;
  std::vector<int8_t> wgt_;
  std::vector<int32_t> acc_;
  std::vector<uint8_t> out_;
};

}  // namespace

std::vector<uint8_t> RunPlainModel(const Config& config, const ProgramFile& program) {
  PlainModel model(config, program);
  for (uint32_t i = 0; i < program.instruction_count; ++i) {
    if (!model.Step(program.instruction_address + i * kInstructionBytes)) break;
  }
  return std::move(model).memory();
}

}  // namespace baton::vta::test
