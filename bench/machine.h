// What a reader must know of the machine that figures come from.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace baton {

// Name and value: processor, CPUs, kernel, compiler, build, load (averages of 1, 5 and 15 minutes).
std::vector<std::pair<std::string, std::string>> DescribeMachine();

}  // namespace baton
