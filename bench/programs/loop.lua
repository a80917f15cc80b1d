-- lua5.4 loop.lua N [TIMES]: the loop of loop.rly; prints nanoseconds per iteration of each of TIMES runs.
local n, times = tonumber(arg[1]), tonumber(arg[2] or 5)

local function loop(n)
  local i, sum = 0, 0
  while i < n do
    sum = sum + i
    i = i + 1
  end
  return sum
end

for _ = 1, times do
  local start = os.clock()
  local sum = loop(n)
  local seconds = os.clock() - start
  print(string.format("loop %d = %d: %.3f ms, %.3f ns per iteration", n, sum, seconds * 1e3, seconds * 1e9 / n))
end
