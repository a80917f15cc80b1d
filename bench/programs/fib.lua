-- lua5.4 fib.lua N [TIMES]: as fib.rly; prints nanoseconds per call of each of TIMES runs.
local n, times = tonumber(arg[1]), tonumber(arg[2] or 5)

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

-- Calls of fib(n), itself included: 2 fib(n + 1) - 1.
local function calls(n)
  local a, b = 0, 1
  for _ = 1, n do a, b = b, a + b end
  return 2 * b - 1
end

for _ = 1, times do
  local start = os.clock()
  local value = fib(n)
  local seconds = os.clock() - start
  print(string.format("fib %d = %d: %.3f ms, %.3f ns per call", n, value, seconds * 1e3, seconds * 1e9 / calls(n)))
end
