-- How the demo prints: plain, aligned text; colour on a terminal only.

local show = {}

local function succeeds(command)
  local result = os.execute(command)
  return result == true or result == 0
end

local COLOURED = (os.getenv("NO_COLOR") or "") == ""
  and os.getenv("TERM") ~= "dumb"
  and succeeds("test -t 1")

local STATES = {
  moved = 32,
  ok = 32,
  returned = 36,
  failed = 31,
  unknown = 33,
  BROKEN = 31,
  none = 31,
  unsettled = 33,
}

local function paint(code, text)
  if not COLOURED or not code then return text end
  return ("\27[%dm%s\27[0m"):format(code, text)
end

--- A state as people read it, at least so wide.
function show.state(state, width)
  local text = state:gsub("_", " ")
  return paint(STATES[state], text .. (" "):rep((width or 0) - #text))
end

--- One line of a table.
function show.row(text, ...)
  print("  " .. (text:format(...):gsub("%s+$", "")))
end

--- Sentences, in lines that fit.
function show.say(text, ...)
  local line, width = "", 0
  for space, word in text:format(...):gmatch("(%s*)(%S+)") do
    local size = #word:gsub("\27%[%d+m", "")
    if width + #space + size > 76 then
      print(line)
      line, width, space = "", 0, ""
    end
    line, width = line .. space .. word, width + #space + size
  end
  print(line)
end

function show.title(text)
  print("\n" .. paint(1, text))
end

function show.opening(provider)
  show.title("luapay tops up clients' accounts, and takes it back")
  show.row("provider  a pretend Infobip in nginx, %s", provider.base_url)
  show.row(
    "trust     its own CA, made for this run; certificates are " .. "verified"
  )
end

function show.accounts(title, provider)
  show.title(title)
  local accounts, keys = provider:accounts(), {}
  for key in pairs(accounts) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    show.row(
      "%-8s %10s %s",
      key,
      accounts[key].balance,
      accounts[key].currency
    )
  end
end

--- What became of each order.
function show.items(orders, report)
  for i, item in ipairs(report.items) do
    local order, id = orders[i], item.provider_id
    show.row(
      "%s  %-7s %9s %s  %s %s",
      item.reference,
      order.accountKey,
      order.amount,
      order.currencycode,
      show.state(item.money, 12),
      id and "transaction " .. tostring(id) or ""
    )
  end
end

--- What went wrong, and what that means for the whole.
function show.fault(fault)
  for _, item in ipairs(fault.report.items) do
    if item.fault then
      show.say("%s: %s", item.reference, tostring(item.fault))
    end
  end
  show.say(
    "The whole: %s, outcome %s.",
    show.state(fault.kind),
    show.state(fault.outcome)
  )
end

--- The bookings that were not shown yet.
function show.ledger(provider, seen)
  print("\n  the provider's ledger")
  for number, row in ipairs(provider:ledger()) do
    if number > seen.shown then
      show.row(
        "%3d  %-8s %s  %-7s %9s %s  %s",
        number,
        row.kind,
        row.transactionId,
        row.account,
        row.booked,
        row.booked_currency,
        row.reverses and "undoes " .. row.reverses or row.description
      )
      seen.shown = number
    end
  end
end

return show
