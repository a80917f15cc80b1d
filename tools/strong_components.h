// The parts of a graph whose nodes all reach one another: what functions call each other in circles.
#pragma once

#include <vector>

namespace baton {

// `successors[i]` are the nodes that node i has edges to. Each component comes after those that it has edges
// to. Takes time in proportion to nodes and edges. R. Tarjan, "Depth-First Search and Linear Graph
// Algorithms", 1972.
std::vector<std::vector<int>> StrongComponents(const std::vector<std::vector<int>>& successors);

}  // namespace baton
