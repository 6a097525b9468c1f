-- Prints figures beside what was asked of them, and remembers whether all
-- were reached.

local report = { short = 0 }

function report.median(list)
  local sorted = {}
  for i, value in ipairs(list) do
    sorted[i] = value
  end
  table.sort(sorted)
  local n = #sorted
  return (sorted[math.floor((n + 1) / 2)] + sorted[math.ceil((n + 1) / 2)]) / 2
end

--- "asked 0.90  got 0.93  ok". With at_most, less is better.
function report.verdict(asked, got, at_most)
  local reached = got >= asked
  if at_most then reached = got <= asked end
  if not reached then report.short = report.short + 1 end
  return ("asked %.2f  got %.2f  %s"):format(
    asked,
    got,
    reached and "ok" or "short"
  )
end

--- Ends the program; with STRICT=1 it has failed when a figure is short.
function report.finish()
  print()
  print(report.short == 0 and "all as asked" or report.short .. " short")
  io.stdout:flush()
  local strict = (os.getenv("STRICT") or "") ~= ""
  os.exit(strict and report.short > 0 and 1 or 0)
end

return report
