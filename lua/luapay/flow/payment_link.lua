-- payment_link.lua - asks for money with a link by SMS or e-mail, or with a
-- QR code, and waits until it is paid. Only Mobip's own word PAID is paid.

local asking = require "luapay.flow.payment_link_asking"
local base = require "luapay.flow.base"
local fault = require "luapay.fault"
local items = require "luapay.flow.items"
local links = require "luapay.flow.payment_link_request"
local picture = require "luapay.mobip.picture"
local qr = require "luapay.mobip.qr"
local settle = require "luapay.flow.payment_link_settle"
local task = require "luapay.task"

local Link = {}

--- Makes one payment request, or a list of them side by side.
---
--- An item: `reference` (a text of your own, once in a run; also the
--- `track_id` unless that is given), and the arguments of
--- send_payment_request; without `media` those of create_one_use_qr: then
--- nothing is sent to the customer, the link is yours to show. All are
--- checked before anything is sent.
---
--- Returns for each `{ reference, state, status, provider_id (the trid),
--- url_checkout, url_qr, raw_qr }`: for one item that, for a list a report
--- with `items` and `counts`. `state` is "pending" until it is paid ("done")
--- or has ended otherwise ("failed", with Mobip's `status`).
---
--- Safe to repeat: what was made is not made again. A request whose answer
--- was lost is parked for a person: Mobip cannot be asked without its trid.
---@async
---@param given luapay.PaymentLinkItem|luapay.PaymentLinkItem[]
---@return table? result
---@return luapay.Fault? fault kind "argument", "unsettled" (unknown),
--- "incomplete" (failed), or for one item that of its call
function Link:run(given)
  local one = given.reference ~= nil or given.item_name ~= nil
  local list = one and { given } or given
  local good, refusal = links.check(self, list)
  if not good then return nil, refusal end
  local report = { items = {} }
  task.map(list, { concurrency = self.concurrency }, function(item, index)
    report.items[index] = links.make(self, item)
  end)
  local done, err = items.conclude(self, report)
  if not one then return done, err end
  local only = report.items[1]
  if done then return only end
  if only.state == "failed" and only.fault then
    err = fault.copy(only.fault)
    err.report = report
  end
  return nil, err
end

--- Asks Mobip how a payment stands, now.
---@async
---@param reference string
---@return table? item `paid`: whether it is paid and was not given back
---@return luapay.Fault? fault of the call, or of the journal; code "absent"
function Link:look(reference)
  return asking.look(self, reference)
end

--- Waits until a payment has ended: asks, waits `every` seconds, half as
--- long again each time, `most` seconds at most, until `patience` is over.
---@async
---@param reference string
---@param options? { patience: number? } seconds; the flow's unless given
---@return table? item as of `look`; its `status` is Mobip's last word
---@return luapay.Fault? fault of kind "timeout" when patience is over: it
--- may still be paid, wait again
function Link:await(reference, options)
  return asking.await(self, reference, options or {})
end

--- Sends the message to the customer once more. Each call is another
--- message; one whose answer was lost may have been sent.
---@async
---@param reference string
---@param media "SMS"|"EMAIL"
---@return table? item
---@return luapay.Fault? fault
function Link:resend(reference, media)
  return settle.resend(self, reference, media)
end

--- Ends a request that nobody has paid. Safe to repeat.
---@async
---@param reference string
---@return table? item its `status` is "CANCELLED"
---@return luapay.Fault? fault: it is not cancelled, or that is not known;
--- `fault.report` says how it stands where that could be asked
function Link:cancel(reference)
  return asking.cancel(self, reference)
end

--- Takes an event of luapay.callback.mobip. Late and repeated ones move
--- nothing back.
---@async
---@param event table
---@return luapay.JournalEntry|false|nil entry false: it is none of this
--- flow's
---@return luapay.Fault? fault of the journal
function Link:on_callback(event)
  if event.api ~= "mobip" or event.kind ~= "link" then return false end
  local entry, err = self.journal:find {
    flow = self.name,
    step = "request",
    provider_id = tostring(event.trid),
  }
  if not entry then return entry, err end
  return asking.apply(self, entry, event.status, event.raw)
end

--- The QR code of an item that `run` returned, as the bytes of a PNG.
---@param item table
---@return string? bytes
---@return luapay.Fault? fault of kind "decode"
function Link:png(item)
  return picture.decode(item.raw_qr or "")
end

--- The same as text for a terminal: half blocks in UTF-8. Needs lua-zlib.
---@param item table
---@param options? { light: boolean? } light: for a terminal that is light
---@return string? text
---@return luapay.Fault? fault of kind "decode"
function Link:text(item, options)
  local bytes, err = picture.decode(item.raw_qr or "")
  if not bytes then return nil, err end
  return qr.text(bytes, options)
end

--- After a crash: parks requests that may have been made, finds out what
--- became of cancellations, and asks Mobip about all that are pending.
---@async
---@return table? report settled, parked, unknown, entries, and `items`: the
--- pending ones, as of `look`
---@return luapay.Fault? fault of the journal
function Link:recover()
  return settle.recover(self)
end

local function seconds(default)
  return { type = "number", positive = true, default = default }
end

local OPTIONS = {
  concurrency = seconds(8),
  every = seconds(2),
  most = seconds(60),
  patience = seconds(900),
}

--- Makes a flow: `luapay.flow.payment_link{...}`.
---
--- `client` (Mobip's), `journal`, and what all flows take; `concurrency`:
--- requests side by side, 8; `every` (2), `most` (60) and `patience` (900):
--- seconds, see `await`.
---@param options luapay.PaymentLinkOptions
---@return luapay.PaymentLink
return function(options)
  return base.new("payment_link", Link, options, OPTIONS)
end
