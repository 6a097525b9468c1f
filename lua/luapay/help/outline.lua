-- outline.lua - the fields of an endpoint in the order in which they are
-- told, and what is to be said of the endpoint as a whole.

local outline = {}

local function add(rows, fields, prefix, depth, which)
  for _, field in ipairs(fields) do
    if not which or which(field) then
      local path = prefix .. field.name
      rows[#rows + 1] = { path = path, field = field, depth = depth }
      if field.fields then
        local inner = path .. (field.type == "list" and "[]." or ".")
        add(rows, field.fields, inner, depth + 1)
      end
    end
  end
  return rows
end

local function is_own(field)
  return not (field.client or field.signature)
end

--- Whether a call without it is refused: not what is made or set for it.
---@return boolean
function outline.is_required(field)
  return field.required and not field.key and not field.preset or false
end

--- What a caller passes: required first. Each row has the `field`, its
--- `path` ("links[].rel") and its `depth`, 0 at the top.
---@return table[]
function outline.params(endpoint)
  local rows = add({}, endpoint.params, "", 0, function(field)
    return is_own(field) and outline.is_required(field)
  end)
  return add(rows, endpoint.params, "", 0, function(field)
    return is_own(field) and not outline.is_required(field)
  end)
end

--- What the client fills in, and a call may override.
---@return table[]
function outline.client(endpoint)
  return add({}, endpoint.params, "", 0, function(field)
    return not is_own(field)
  end)
end

--- What comes back.
---@return table[]
function outline.result(endpoint)
  return add({}, endpoint.result, "", 0)
end

--- The documented refusals, those that differ in nothing but their status
--- together: `statuses`, `code`, `kind`, `doc`.
---@return table[]
function outline.refusals(endpoint)
  local list, known = {}, {}
  for _, r in ipairs(endpoint.refusals) do
    local id = (r.code or "") .. "\n" .. r.kind .. "\n" .. (r.doc or "")
    local row = known[id]
    if row then
      row.statuses = row.statuses .. ", " .. r.status
    else
      row = { code = r.code, kind = r.kind, doc = r.doc or "" }
      row.statuses = tostring(r.status)
      known[id], list[#list + 1] = row, row
    end
  end
  return list
end

local function key_of(endpoint)
  for _, field in ipairs(endpoint.params) do
    if field.key then return field.name end
  end
end

local AGAIN = {
  read = "Changes nothing, so it is sent again when an attempt fails.",
  safe = "Sent twice, it ends in the same state, so it is sent again when"
    .. " an attempt fails.",
  once = "Sent once, whatever happens: sent twice, it might be done twice."
    .. " When the outcome of a fault is unknown, ask the provider before you"
    .. " call again.",
  keyed = "The provider recognises a repetition by %s: it is sent again when"
    .. " an attempt fails. To repeat a call yourself, pass the same one.",
}

--- Whether it is sent again when an attempt fails, and why.
---@param quote fun(text: string): string
---@return string
function outline.again(endpoint, quote)
  local key = key_of(endpoint)
  return AGAIN[endpoint["repeat"]]:format(key and quote(key))
end

local ANSWERS = {
  list = "A list. Each element has:",
  nothing = "An empty table.",
  bytes = "`{ content = ... }`: what the provider sent, as it is.",
  either = "`{ content = ... }` with what the provider sent, as it is; or,"
    .. " where it sent JSON:",
}

--- What a page of a list has beside its elements; nil for what has no pages.
---@return string?
function outline.pages(endpoint)
  for _, field in ipairs(endpoint.params) do
    if field.name == "pageNumber" then
      return "It comes in pages: `page.items()` returns all elements of this"
        .. " one, `page.next()` the next page, or nil behind the last, and"
        .. " `page.number` tells which one it is."
    end
  end
end

--- What kind of thing comes back; nil for a table of fields.
---@return string?
function outline.answer(endpoint)
  return ANSWERS[endpoint.answer]
end

return outline
