// The Relay text examples through the program's own commands, against answers that Python computed or that
// follow from the input.
#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/tools/temporary_folder.h"
#include "tools/compare.h"
#include "tools/run_baton.h"
#include "tools/tensor_io.h"

namespace baton {
namespace {

const std::string kExamples = BATON_SOURCE_DIR "/examples/";

struct Outcome {
  int exit_code;
  std::string out, err;
};

Outcome Baton(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int exit_code = RunBaton(arguments, {out, err});
  return {exit_code, out.str(), err.str()};
}

// Compiles an example and returns the path of the result.
std::string Compile(const TemporaryFolder& folder, std::vector<std::string> arguments) {
  const std::string executable = folder.File("example.baton");
  arguments.insert(arguments.begin(), "compile");
  arguments.insert(arguments.end(), {"-o", executable});
  const Outcome outcome = Baton(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return executable;
}

// Cons(1, Cons(2, Nil)) for the elements 1 and 2.
template <typename T>
std::string ListText(const std::vector<T>& elements) {
  const auto cons = [](std::string* out, const T& element) { absl::StrAppend(out, "Cons(", element); };
  if (elements.empty()) return "Nil";
  return absl::StrCat(absl::StrJoin(elements, ", ", cons), ", Nil", std::string(elements.size(), ')'));
}

TEST_CASE("examples: the Tree-LSTM gives the answers of numpy", "[tools]") {
  const TemporaryFolder folder;
  const std::string example = kExamples + "tree_lstm/", answer = folder.File("answer.npy");
  const std::string model =
      Compile(folder, {example + "tree_lstm.rly", "--params", example + "tree_lstm.params"});
  for (int i = 0; i < 4; ++i) {
    const Outcome outcome =
        Baton({"run", model, "--input", absl::StrCat("tree=", example, "tree_", i, ".rly"), "--output",
               "output=" + answer});
    CAPTURE(i, outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const absl::StatusOr<Tensor> got = ReadTensor(answer, "");
    const absl::StatusOr<Tensor> expected = ReadTensor(absl::StrCat(example, "expected_", i, ".npy"), "");
    REQUIRE((got.ok() && expected.ok()));
    CHECK(CompareTensors(**got, **expected, {/*relative=*/0, /*absolute=*/1e-5}) == absl::OkStatus());
  }
}

TEST_CASE("examples: the Tree-LSTM takes a tree from the command line and names what is wrong with one",
          "[tools]") {
  const TemporaryFolder folder;
  const std::string example = kExamples + "tree_lstm/";
  const std::string model =
      Compile(folder, {example + "tree_lstm.rly", "--params", example + "tree_lstm.params"});
  const Outcome right = Baton({"run", model, "--set", "tree=Node(Leaf(17), Node(Leaf(3), Leaf(4)))"});
  CHECK(right.exit_code == 0);
  CHECK(absl::StartsWith(right.out, "output: Tensor[(1, 5), float32] = [[0."));
  const Outcome wrong = Baton({"run", model, "--set", "tree=Node(Leaf(17), Leef(3))"});
  CHECK(wrong.exit_code != 0);
  CHECK(absl::StrContains(wrong.err, "input 'tree': Node.1: is 'Leef', which is no constructor of Tree"));
}

// A line of expected.txt is: letter, word, [numbers], score.
TEST_CASE("examples: the beam search finds the words that it finds in Python", "[tools]") {
  const TemporaryFolder folder;
  const std::string example = kExamples + "beam_search/";
  const std::string model =
      Compile(folder, {example + "beam_search.rly", "--params", example + "model.params"});
  std::ifstream expected(example + "expected.txt");
  int letters = 0;
  for (std::string line; std::getline(expected, line); ++letters) {
    const size_t begin = line.find('['), end = line.find(']');
    REQUIRE((begin != std::string::npos && end != std::string::npos));
    const std::vector<std::string> word = absl::StrSplit(line.substr(begin + 1, end - begin - 1), ", ");
    const Outcome outcome = Baton({"run", model, "--set", "letter=" + word[0], "--set", "width=3"});
    CAPTURE(line, outcome.err);
    CHECK(outcome.exit_code == 0);
    const std::vector<std::string> out = absl::StrSplit(outcome.out, '\n');
    REQUIRE(out.size() >= 2);
    CHECK(out[0] == "output_0: List[Tensor[(), int32]] = " + ListText(word));
    double got = 0, score = 0;
    REQUIRE(absl::SimpleAtod(out[1].substr(out[1].find("= ") + 2), &got));
    REQUIRE(absl::SimpleAtod(line.substr(end + 2), &score));
    CHECK(got == Approx(score).margin(2e-5));
  }
  CHECK(letters == 22);
}

TEST_CASE("examples: lists come out sorted, with their length and sum of squares", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = Compile(folder, {kExamples + "lists/lists.rly"});
  std::mt19937 random(1);
  // Integers up to 64 keep the sum of squares exact in float32.
  std::uniform_int_distribution<int> numbers(-64, 64);
  for (const int length : {0, 1, 2, 3, 100, 2000}) {
    std::vector<int> list(length);
    int64_t squares = 0;
    for (int& x : list) {
      x = numbers(random);
      squares += x * x;
    }
    const std::string input = folder.Write("list.rly", ListText(list));
    const Outcome outcome = Baton({"run", model, "--input", "list=" + input});
    CAPTURE(length, outcome.err);
    std::sort(list.begin(), list.end());
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out == absl::StrCat("output_0: List[Tensor[(), float32]] = ", ListText(list),
                                      "\noutput_1: Tensor[(), int32] = ", length,
                                      "\noutput_2: Tensor[(), float32] = ", squares, "\n"));
  }
}

TEST_CASE("examples: all Relay text is in the layout of baton fmt", "[tools]") {
  for (const char* file : {"beam_search/beam_search", "lists/lists", "tree_lstm/tree_lstm",
                           "tree_lstm/tree_0", "tree_lstm/tree_1", "tree_lstm/tree_2", "tree_lstm/tree_3"}) {
    CAPTURE(file);
    CHECK(Baton({"fmt", "--check", absl::StrCat(kExamples, file, ".rly")}).exit_code == 0);
  }
}

}  // namespace
}  // namespace baton
