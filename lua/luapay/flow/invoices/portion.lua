-- portion.lua - cuts customers with their invoices into portions
-- that one request takes.

local portions = {}

local function head_of(customer)
  local head = {}
  for name, value in pairs(customer) do
    if name ~= "InvoicesList" then head[name] = value end
  end
  return head
end

-- A customer with more invoices than a portion takes comes in several.
local function cut(customer, most)
  local pieces, list = {}, customer.InvoicesList or {}
  for first = 1, math.max(1, #list), most do
    local piece = head_of(customer)
    piece.InvoicesList = {}
    for i = first, math.min(first + most - 1, #list) do
      table.insert(piece.InvoicesList, list[i])
    end
    pieces[#pieces + 1] = piece
  end
  return pieces
end

-- Takes customer after customer, and has each checked: what stands behind a
-- hole would be left out in silence.
local function taker(customers, check)
  local at = 0
  return function()
    at = at + 1
    local customer
    if type(customers) == "function" then
      customer = customers()
    else
      customer = customers[at]
    end
    if customer ~= nil then check(customer, at) end
    return customer
  end
end

--- Gives portion after portion: customers with at most so many invoices,
--- and not more customers than that.
---@param customers table[]|fun(): table?
---@param most integer
---@param check fun(customer: any, number: integer) raises
---@return fun(): table[]?
function portions.each(customers, most, check)
  local take, waiting = taker(customers, check), {}
  local function next_piece()
    if not waiting[1] then
      local customer = take()
      if customer == nil then return nil end
      waiting = cut(customer, most)
    end
    return table.remove(waiting, 1)
  end
  local left
  return function()
    local list, count = {}, 0
    while #list < most do
      local piece = left or next_piece()
      left = nil
      if not piece then break end
      count = count + #piece.InvoicesList
      if list[1] and count > most then
        left = piece
        break
      end
      list[#list + 1] = piece
    end
    return list[1] and list or nil
  end
end

return portions
