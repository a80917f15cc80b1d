-- lua5.4 tak.lua N [TIMES]: as tak.rly; prints nanoseconds per call of each of TIMES runs.
local n, times = tonumber(arg[1]), tonumber(arg[2] or 5)

local function tak(x, y, z)
  if y < x then
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
  end
  return z
end

local calls = 0
local function count(x, y, z)
  calls = calls + 1
  if y < x then
    return count(count(x - 1, y, z), count(y - 1, z, x), count(z - 1, x, y))
  end
  return z
end
count(3 * n, 2 * n, n)

for _ = 1, times do
  local start = os.clock()
  local value = tak(3 * n, 2 * n, n)
  local seconds = os.clock() - start
  print(string.format("tak %d = %d: %.3f ms, %.3f ns per call (%d)", n, value, seconds * 1e3, seconds * 1e9 / calls, calls))
end
