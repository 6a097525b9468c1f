-- Requests per second and CPU of a request over the number of calls at once,
-- for us and the peers, in one run: printed, and written as SVG into
-- doc/performance/.
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
        io.stderr:write(
          ("%-16s %4d at once %8.0f requests/s %7.1f us\n"):format(
            program.name,
            at_once,
            one.rate,
            one.cpu
          )
        )
      end
    end
  end
  return rates, costs
end

-- Three digits, as what is plotted cannot be read more exactly.
local function short(value)
  return (value < 100 and "%.1f" or "%.0f"):format(value)
end

-- What a plot shows, as text.
local function show(title, series, unit)
  local line = { ("%-22s"):format(title) }
  for i, at_once in ipairs(AT_ONCE) do
    line[i + 1] = ("%6d"):format(at_once)
  end
  print(table.concat(line))
  for _, one in ipairs(series) do
    line = { ("  %-20s"):format(one.name) }
    for i, point in ipairs(one.points) do
      line[i + 1] = ("%6s"):format(short(point[2] / unit))
    end
    print(table.concat(line))
  end
  print()
end

local function plots(name, how, base)
  local rates, costs = sweep(base)
  show(how .. ", 1000 requests/s", rates, 1000)
  plot.write(FOLDER .. "rate_" .. name .. ".svg", {
    title = "requests per second, " .. how,
    x = "calls at once",
    series = rates,
  })
  show(how .. ", CPU us", costs, 1)
  plot.write(FOLDER .. "cpu_" .. name .. ".svg", {
    title = "microseconds of CPU a request, " .. how,
    x = "calls at once",
    series = costs,
    logarithmic = true,
  })
end

plots("plain", "plain", HTTP)
plots("tls", "TLS", HTTPS)
