// The one main() of the test programs, compiled once: Catch2 is slow to compile.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
