-- Requests per second and CPU of a request over the number of calls at once,
-- for us and the peers, in one run; written as SVG into doc/performance/.
-- ROUNDS=5 for calmer lines.
local plot = require("bench.plot")
local programs = require("bench.programs")

local ROUNDS = tonumber(os.getenv("ROUNDS")) or 3
local HTTP, HTTPS = os.getenv("BENCH_HTTP"), os.getenv("BENCH_HTTPS")
local AT_ONCE = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000 }
local FOLDER = "doc/performance/"

local list = programs.installed()

local function sweep(base)
  local rates, costs = {}, {}
  for i, program in ipairs(list) do
    rates[i] = { name = program.name, points = {} }
    costs[i] = { name = program.name, points = {} }
  end
  for _, at_once in ipairs(AT_ONCE) do
    local able = {}
    for _, program in ipairs(list) do
      if at_once <= (program.most or math.huge) then
        able[#able + 1] = program
      end
    end
    local got = programs.race(able, {
      base = base,
      at_once = at_once,
      warm_up = math.max(500, 2 * at_once),
      count = at_once == 1 and 6000 or 20000,
    }, ROUNDS)
    for i, program in ipairs(list) do
      local one = got[program.name]
      if one then
        local place = #rates[i].points + 1
        rates[i].points[place] = { at_once, one.rate }
        costs[i].points[place] = { at_once, one.cpu }
        print(
          ("%-16s %4d at once %8.0f requests/s %7.1f us"):format(
            program.name,
            at_once,
            one.rate,
            one.cpu
          )
        )
      end
    end
    io.stdout:flush()
  end
  return rates, costs
end

for name, base in pairs({ plain = HTTP, tls = HTTPS }) do
  local rates, costs = sweep(base)
  local how = name == "tls" and "TLS" or "plain"
  plot.write(FOLDER .. "rate_" .. name .. ".svg", {
    title = "requests per second, " .. how,
    x = "calls at once",
    series = rates,
  })
  plot.write(FOLDER .. "cpu_" .. name .. ".svg", {
    title = "microseconds of CPU a request, " .. how,
    x = "calls at once",
    series = costs,
    logarithmic = true,
  })
end
