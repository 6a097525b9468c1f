-- query.lua - makes the requests that come as a query: Mobip's hint
-- and Infobip's redirect.

local core = require "luapay.core"

local query = {}

local function request(path, pairs_of)
  local parts = {}
  for _, pair in ipairs(pairs_of) do
    if pair[2] then
      parts[#parts + 1] = pair[1] .. "=" .. core.escape(pair[2])
    end
  end
  return {
    method = "GET",
    path = path,
    query = table.concat(parts, "&"),
    headers = {},
  }
end

--- A maker of Mobip's: `link { resp_code, track_id, path }`.
function query.mobip()
  local maker = {}
  function maker:link(given)
    given = given or {}
    return request(given.path or "/mobip", {
      { "resp_code", given.resp_code or "PROCESSED" },
      { "track_id", given.track_id },
    })
  end
  return maker
end

--- A maker of Infobip's: `buy { ChID, path }`.
function query.infobip(receiver)
  local maker = {}
  function maker:buy(given)
    given = given or {}
    local id = given.ChID or "8F0792F86035A9F4290821F1EE6BC06A"
    return request(given.path or "/buy", { { receiver.reader.parameter, id } })
  end
  return maker
end

return query
