-- A plot as SVG: lines over a logarithmic axis. It shows in light and dark
-- surroundings, and each line carries its name.

local plot = {}

local WIDTH, HEIGHT = 720, 400
local LEFT, RIGHT, TOP, BOTTOM = 64, 150, 40, 48

-- Ours stands out; the others are told apart by colour and by name.
local COLOURS = {
  "#c2185b",
  "#78909c",
  "#1565c0",
  "#00838f",
  "#2e7d32",
  "#ef6c00",
  "#6a1b9a",
}

local function each_value(series, use)
  for _, line in ipairs(series) do
    for _, point in ipairs(line.points) do
      use(point[1], point[2])
    end
  end
end

local function bounds(given)
  local x_most, most, least = 1, 0, math.huge
  each_value(given.series, function(x, y)
    x_most, most, least =
      math.max(x_most, x), math.max(most, y), math.min(least, y)
  end)
  return x_most, most, least
end

local function log2(value)
  return math.log(value) / math.log(2)
end

-- A round number of at least this.
local function round_up(value)
  local power = 10 ^ math.floor(math.log(value) / math.log(10))
  for _, factor in ipairs({ 1, 2, 2.5, 5, 10 }) do
    if factor * power >= value then return factor * power end
  end
end

local function short(value)
  if value >= 2000 then return ("%gk"):format(value / 1000) end
  return ("%g"):format(value)
end

local function text(out, x, y, words, more)
  out[#out + 1] = ('<text x="%.1f" y="%.1f"%s>%s</text>'):format(
    x,
    y,
    more or "",
    words
  )
end

local function grid_line(out, x1, y1, x2, y2)
  out[#out + 1] = ('<path class="grid" d="M%.1f %.1fL%.1f %.1f"/>'):format(
    x1,
    y1,
    x2,
    y2
  )
end

-- The steps of the vertical axis, and where a value stands.
local function vertical(given, most, least)
  local high, ticks = HEIGHT - TOP - BOTTOM, {}
  if not given.logarithmic then
    local top = round_up(most)
    for i = 0, 5 do
      ticks[#ticks + 1] = top * i / 5
    end
    return ticks,
      function(y)
        return HEIGHT - BOTTOM - high * y / top
      end
  end
  local low = math.floor(log2(least))
  local top = math.ceil(log2(most))
  for i = low, top do
    ticks[#ticks + 1] = 2 ^ i
  end
  return ticks,
    function(y)
      return HEIGHT - BOTTOM - high * (log2(y) - low) / (top - low)
    end
end

-- Names at the ends of the lines, far enough from each other to be read.
local function names(out, ends)
  table.sort(ends, function(a, b)
    return a.y < b.y
  end)
  local last = -math.huge
  for _, one in ipairs(ends) do
    last = math.max(one.y, last + 14)
    text(
      out,
      one.x + 6,
      last + 4,
      one.name,
      (' style="fill:%s"'):format(one.colour)
    )
  end
end

--- Draws a plot.
---@param given { title: string, x: string, series: table[],
--- logarithmic: boolean? } a line of `series` has `name` and `points`
---@return string svg
function plot.draw(given)
  local x_most, most, least = bounds(given)
  local wide = WIDTH - LEFT - RIGHT
  local function x_of(x)
    return LEFT + wide * log2(x) / log2(x_most)
  end
  local ticks, y_of = vertical(given, most, least)
  local out = {
    ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d"'):format(
      WIDTH,
      HEIGHT
    ) .. ' role="img" font-family="sans-serif" font-size="12">',
    "<title>" .. given.title .. "</title>",
    "<style>text{fill:#333}.grid{stroke:#8884;fill:none}"
      .. ".line{fill:none}"
      .. "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>",
  }
  text(out, LEFT, 22, given.title, ' font-size="15" font-weight="bold"')
  for _, y in ipairs(ticks) do
    grid_line(out, LEFT, y_of(y), WIDTH - RIGHT, y_of(y))
    text(out, LEFT - 8, y_of(y) + 4, short(y), ' text-anchor="end"')
  end
  local x = 1
  while x <= x_most do
    grid_line(out, x_of(x), TOP, x_of(x), HEIGHT - BOTTOM)
    text(out, x_of(x), HEIGHT - BOTTOM + 18, short(x), ' text-anchor="middle"')
    -- the last one is at the end, whatever it is
    x = (x < x_most and x * 8 > x_most) and x_most or x * 4
  end
  text(out, LEFT + wide / 2, HEIGHT - 10, given.x, ' text-anchor="middle"')
  local ends = {}
  for i = #given.series, 1, -1 do -- ours, the first, over all others
    local line = given.series[i]
    local path = {}
    for j, point in ipairs(line.points) do
      path[j] = ("%.1f %.1f"):format(x_of(point[1]), y_of(point[2]))
    end
    local colour = COLOURS[i] or "#777"
    local shape = '<path class="line" stroke="%s" stroke-width="%s" d="M%s"/>'
    local weight = i == 1 and 3.5 or 1.5
    out[#out + 1] = shape:format(colour, weight, table.concat(path, "L"))
    local last = line.points[#line.points]
    ends[#ends + 1] = {
      x = x_of(last[1]),
      y = y_of(last[2]),
      name = line.name,
      colour = colour,
    }
  end
  names(out, ends)
  out[#out + 1] = "</svg>\n"
  return table.concat(out, "\n")
end

--- Draws a plot into a file.
function plot.write(path, given)
  local file = assert(io.open(path, "w"))
  file:write(plot.draw(given))
  file:close()
end

return plot
