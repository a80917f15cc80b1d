#include "vm/core/status.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "absl/strings/cord.h"

using baton::Annotate;

namespace {

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  BATON_ASSIGN_OR_RETURN(const int half, Half(value));
  BATON_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

absl::StatusOr<std::unique_ptr<int>> Owned() {
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<int> value,
                         absl::StatusOr<std::unique_ptr<int>>(std::make_unique<int>(3)));
  return value;
}

absl::Status CheckTwice(const absl::Status& first, const absl::Status& second, int* reached) {
  BATON_RETURN_IF_ERROR(first);
  *reached = 1;
  BATON_RETURN_IF_ERROR(second);
  *reached = 2;
  return absl::OkStatus();
}

}  // namespace

TEST_CASE("status: Annotate appends context and keeps the code", "[core]") {
  const absl::Status status = Annotate(absl::DataLossError("cut off"), "m.baton");
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  CHECK(status.message() == "cut off; m.baton");
  CHECK(Annotate(absl::DataLossError("cut off"), "").message() == "cut off");
  CHECK(Annotate(absl::OkStatus(), "m.baton").ok());
}

TEST_CASE("status: Annotate keeps payloads", "[core]") {
  absl::Status status = absl::InternalError("a");
  status.SetPayload("url", absl::Cord("payload"));
  CHECK(Annotate(status, "b").GetPayload("url") == absl::Cord("payload"));
}

TEST_CASE("status: BATON_RETURN_IF_ERROR returns the first error", "[core]") {
  int reached = 0;
  CHECK(CheckTwice(absl::OkStatus(), absl::OkStatus(), &reached).ok());
  CHECK(reached == 2);
  reached = 0;
  CHECK(CheckTwice(absl::OkStatus(), absl::InternalError("second"), &reached).message() == "second");
  CHECK(reached == 1);
}

TEST_CASE("status: BATON_ASSIGN_OR_RETURN assigns or returns", "[core]") {
  CHECK(*Quarter(8) == 2);
  CHECK(Quarter(3).status().message() == "odd");
  CHECK(Quarter(6).status().message() == "odd");
  CHECK(**Owned() == 3);
}

TEST_CASE("status: BATON_CHECK lets true conditions pass", "[core]") {
  int evaluations = 0;
  BATON_CHECK(++evaluations == 1);
  CHECK(evaluations == 1);
}
