-- attempt.lua - the attempts at authorising a payment of MobilePay Online:
-- one at a time goes to the acquirer, once; what it says is written down
-- before MobilePay hears of it; and an authorisation that is not to be used is
-- released, or a person has to.

local acquirer = require "luapay.flow.online.acquirer"
local decimal = require "luapay.decimal"
local fault = require "luapay.fault"
local kit = require "luapay.flow.kit"
local step = require "luapay.flow.kit.step"

local attempts = {}

local OPEN = kit.money.OPEN
local find = step.find

--- Whether a payment is one that the merchant initiates, without a card.
local function is_charge(main)
  return main.details.sort == "charge"
end

-- The attempts of a payment, a challenge's included, with their ids.
local function each_attempt(record, use)
  for _, entry in ipairs(record.entries) do
    local name, id = entry.step:match "^(%l+):(.+)$"
    if name == "attempt" or name == "challenge" then use(entry, id) end
  end
end

--- Whether an attempt is approved, or may be.
local function live(record, but)
  local found
  each_attempt(record, function(entry)
    local counts = OPEN[entry.state] or entry.state == "done"
    if counts and entry.step ~= but then found = entry end
  end)
  return found
end
attempts.live = live

-- ---- the acquirer's step

local function told_of(report)
  return {
    state = report.succeeded and "done" or "closed",
    status = acquirer.word(report),
    reason = report.reasonMessage,
    code = report.reasonCode,
    keep = { report = report },
  }
end

-- Nobody knows whether the money is reserved there.
local function lost()
  return { state = "parked", person = "lost" }
end

-- `secret`: the function that authorises, and the card.
local function authorise(flow, entry, secret)
  local payment = entry.details.payment
  local report = acquirer.ask(secret.fn, payment, secret.card)
    or acquirer.ask(flow.acquirer.look_up, payment)
  return report and told_of(report) or lost()
end

local function look_up(flow, entry)
  local report = acquirer.ask(flow.acquirer.look_up, entry.details.payment)
  return report and told_of(report) or lost()
end

-- A charge that was declined has ended; a customer may try another card.
local function end_charge(_, item, entry)
  local main = step.main(item)
  if not is_charge(main) or entry.state ~= "closed" then return end
  if main.state ~= "pending" then return end
  item:set(main, {
    state = "closed",
    status = "Declined",
    reason = entry.reason,
    code = entry.code,
  })
end

local ATTEMPT = {
  effect = "reserves",
  horizon = false,
  act = authorise,
  ask = look_up,
  after = end_charge,
  advice = {
    lost = "Ask the acquirer whether it has authorised this payment. Release "
      .. "the reservation there if it has; then call absent(reference). Of a "
      .. "charge that is to stand, call found(reference) instead.",
  },
}

-- ---- MobilePay's step

local function reserve(flow, item, entry, told, now)
  if entry.state ~= "done" or not entry.details.args.succeeded then return end
  if told.state and told.state ~= "done" then return end
  local main = step.main(item)
  if main.state ~= "pending" then return end
  step.learn(flow, item, main, { status = "Reserved", read = true }, now)
end

-- An approval that MobilePay does not take leaves a reservation behind.
local function unheard(_, item, entry, err)
  if not entry.details.args.succeeded or err.phase == "before_send" then
    return
  end
  item:set(entry, {
    state = "parked",
    outcome = { person = "unheard" },
  })
end

-- MobilePay refuses a repetition of what may have been heard. Of an approval
-- a person must tell; a decline moves nothing, heard or not.
local function unheard_again(item, entry)
  local approved = entry.details.args.succeeded
  item:set(entry, {
    state = approved and "parked" or "failed",
    outcome = { person = approved and "unheard" or nil },
  })
  return true
end

local REPORT = {
  horizon = false,
  repeats = true, -- an attempt is updated to what it is
  refused_again = unheard_again,
  after = reserve,
  after_failure = unheard,
  advice = {
    unheard = "The acquirer has approved it, and MobilePay does not take "
      .. "that. Release the reservation at the acquirer, then call "
      .. "absent(reference).",
  },
}

-- ---- the end of a payment that nobody completed in time

local EXPIRY = {
  advice = {
    expired = "MobilePay has let it expire, and the acquirer may hold a "
      .. "reservation. Release it there, then call absent(reference, { step "
      .. '= "expiry" }).',
    captured = "MobilePay has let it expire, and has taken captures of it. "
      .. "Ask MobilePay. If what is left is still reserved, call "
      .. 'found(reference, { step = "expiry" }); if not, release what is '
      .. "left at the acquirer, and call absent(reference, { step = "
      .. '"expiry" }).',
  },
}

-- What became of the amount by parts: whether some was captured, or may have
-- been, and whether all was let go.
local function parts_of(item)
  local main, captured, released = step.main(item), false, "0"
  for _, entry in ipairs(item.entries) do
    local verb = entry.step:match "^(%l+):"
    local done = entry.state == "done"
    if verb == "capture" and (done or OPEN[entry.state]) then
      captured = true
    elseif verb == "cancel" and done then
      released = decimal.add(released, entry.amount)
    end
  end
  return captured, decimal.compare(released, main.amount or "0") >= 0
end

--- The specs of the steps.
attempts.steps = {
  attempt = ATTEMPT,
  challenge = ATTEMPT,
  report = REPORT,
  rereport = REPORT,
  expiry = EXPIRY,
}

-- ---- reporting

local function report_step(flow, record, name, id, report)
  local main = step.main(record)
  local args = { paymentId = main.provider_id }
  if not is_charge(main) then args.authorizationAttemptId = id end
  for field, value in pairs(report) do
    args[field] = value
  end
  if is_charge(main) then acquirer.of_charge(args) end
  local endpoint = is_charge(main) and "update_mit_payment"
    or "update_authorization_attempt"
  return step.take(flow, record.reference, {
    step = ("%s:%s"):format(name, id),
    run = record.run,
    endpoint = endpoint,
    fingerprint = step.print { id, report.succeeded, report.reasonCode },
    details = { args = args, attempt = id },
  })
end

-- Writes down that an authorisation is gone. Pure.
local function put_released(item, entry)
  item:set(entry, { state = "closed", status = "Released" })
end

--- A payment has ended and holds no authorisation: MobilePay needs to hear of
--- no attempt any more. Pure.
---@param item table
function attempts.end_reports(item)
  for _, entry in ipairs(item.entries) do
    local name = entry.step:match "^(%l+):"
    local reports = name == "report" or name == "rereport"
    if reports and (entry.state == "unknown" or entry.state == "parked") then
      item:set(entry, { state = "failed", outcome = { ended = true } })
    end
  end
end

-- The end that MobilePay has told of, once no authorisation is left. Pure.
local function end_expired(flow, item, told, now)
  local main = step.main(item)
  if live(item) or main.state ~= "pending" then return end
  step.learn(flow, item, main, {
    status = told.status,
    reason = told.reason,
    code = told.code,
    read = true,
  }, now)
  attempts.end_reports(item)
end

-- What a release has settled: the reports that were not heard, the expiry.
-- Meanwhile another attempt may have come: it is none of those released.
local function settle_released(flow, record, ids)
  return flow.book:change(record.reference, function(item, now)
    local expiry = find(item, "expiry")
    each_attempt(item, function(entry, id)
      if entry.state == "done" and ids[id] then put_released(item, entry) end
    end)
    for _, entry in ipairs(item.entries) do
      local outcome, id = entry.outcome or {}, entry.step:match ":(.+)$"
      local unheard_of = entry.state == "parked"
        and outcome.person == "unheard"
      if unheard_of and ids[id] then
        item:set(entry, { state = "failed", outcome = { released = true } })
      end
    end
    if expiry and expiry.state == "parked" and not live(item) then
      item:set(expiry, { state = "failed", outcome = { released = true } })
      end_expired(flow, item, expiry, now)
    end
    return step.record(item)
  end, { run = record.run })
end

-- Whether an approval cannot be used: MobilePay did not take it, or the
-- payment has expired.
local function is_useless(record, id)
  if parts_of(record) then return false end -- a person must tell
  local expiry = find(record, "expiry")
  if expiry and expiry.state == "parked" then return true end
  for _, name in ipairs { "report", "rereport" } do
    local report = find(record, name .. ":" .. id)
    local outcome = report and report.outcome or {}
    if report and report.state == "parked" and outcome.person == "unheard" then
      return true
    end
  end
  return false
end

-- Releases what is not to be used, where the acquirer can.
local function release(flow, record)
  local main, released = step.main(record), {}
  local list = {}
  each_attempt(record, function(entry, id)
    if entry.state == "done" and is_useless(record, id) then
      list[#list + 1] = id
    end
  end)
  for _, id in ipairs(list) do
    local payment = acquirer.payment(main, id)
    released[id] = acquirer.release(flow.acquirer, payment) or nil
  end
  if not next(released) then return record end
  return settle_released(flow, record, released) or record
end

-- What MobilePay has not heard of an attempt, and by which step it hears it.
local function unreported(record, entry, id)
  local first = find(record, "report:" .. id)
  local kept = (entry.outcome or {}).report
  if entry.state == "done" then
    local again = find(record, "rereport:" .. id)
    local heard = again or first
    if not heard then return "report", kept end
    if heard.details.args.succeeded then return nil end
    if not again then return "rereport", kept or { succeeded = true } end
    return nil
  end
  if entry.step:find "^challenge:" and entry.state == "closed" then
    if find(record, "rereport:" .. id) then return nil end
    return "rereport", kept
  end
  if first then return nil end
  if entry.state == "closed" then return "report", kept end
  -- who has sent it tells MobilePay how it went
  if OPEN[entry.state] and entry.state ~= "sent" then
    return "report", acquirer.unknown()
  end
end

--- Tells MobilePay what it has not heard. Safe to repeat.
---@async
---@param flow table
---@param record table
---@return table record
---@return luapay.Fault? fault
function attempts.inform(flow, record)
  local todo, err = {}, nil
  each_attempt(record, function(entry, id)
    local name, report = unreported(record, entry, id)
    if name and report then todo[#todo + 1] = { name, id, report } end
  end)
  for _, one in ipairs(todo) do
    local now, why = report_step(flow, record, one[1], one[2], one[3])
    if now.entries[1] then record = now end
    err = err or why
  end
  return release(flow, record), err
end

-- ---- an attempt, from the card to MobilePay

local function refusal(flow, item, main, other)
  local open = OPEN[main.state] or other and OPEN[other.state]
  local word = other and other.step .. " is " .. other.state
    or "it is " .. (main.status or main.state)
  return step.fault(flow, {
    kind = open and "unsettled" or "incomplete",
    code = open and "unknown" or (main.status or main.state):lower(),
    outcome = (open or other) and "unknown" or "failed",
    message = ("%s: not authorised: %s"):format(item.reference, word),
  })
end

-- One at a time, of a payment that waits for one. Pure.
local function guard(flow, item, want)
  local main, other = step.main(item), live(item, want.step)
  if main.state == "pending" and main.status ~= "Reserved" and not other then
    return nil
  end
  return refusal(flow, item, main, other)
end

local function want_of(main, name, id, secret)
  return {
    step = ("%s:%s"):format(name, id),
    run = main.run,
    endpoint = "acquirer",
    fingerprint = step.print { name, id },
    amount = main.amount,
    currency = main.currency,
    details = { attempt = id, payment = acquirer.payment(main, id) },
    guard = guard,
    secret = secret,
  }
end

--- Takes an attempt to the acquirer, unless another one has the payment, and
--- tells MobilePay. Safe to repeat.
---@async
---@param flow table
---@param record table of the payment
---@param name "attempt"|"challenge"
---@param id string
---@param secret table fn, card
---@param before? fun(item: table, now: number) PURE: in the transaction
---@return table record
---@return luapay.Fault? fault why it was not taken, or the journal's
function attempts.take(flow, record, name, id, secret, before)
  local want = want_of(step.main(record), name, id, secret)
  local own = want.guard
  if before then
    function want.guard(...)
      local _, item, _, now = ...
      return before(item, now) or own(...)
    end
  end
  local now, err = step.take(flow, record.reference, want)
  if not now.entries[1] then return record, err end
  local informed, why = attempts.inform(flow, now)
  return informed, err or why
end

-- A card as the acquirer's function gets it, out of its event's hands.
local function take_card(event)
  local card = event.card or event.token or event.encrypted
  if type(card) == "table" and type(card.take) == "function" then
    return card:take()
  end
  return card
end

local function wipe(card)
  if type(card) == "table" and type(card.wipe) == "function" then
    card:wipe()
  end
end

-- What begin has written decides what MobilePay hears.
local REPORTED = { late = acquirer.late, refused = acquirer.taken }

local function go_on(flow, got, want, id)
  local record = got.record
  if got.verdict == "send" then
    record = step.send(flow, record, find(record, want.step), want.secret)
  elseif got.verdict == "open" then
    kit.settle.one(flow, record.reference, record.run, want.step)
    record = flow.book:get(record.reference, record.run) or record
  end
  wipe(want.secret.card)
  local reported = REPORTED[got.verdict]
  if reported then
    return report_step(flow, record, "report", id, reported())
  end
  return attempts.inform(flow, record)
end

--- Takes the event of a card. It is written down; MobilePay must have its
--- answer before the acquirer is asked, so the rest happens `later`.
---@async
---@return boolean taken
---@return luapay.Fault? fault of the journal: let it come again
function attempts.on_card(flow, event, record)
  local id, main = event.authorizationAttemptId, step.main(record)
  if main.state ~= "pending" then return true end -- its end was told
  local secret = { fn = flow.acquirer.authorise }
  local want = want_of(main, "attempt", id, secret)
  local is_late = event.time and flow.journal:now() - event.time > flow.window
  local got, err = flow.book:change(record.reference, function(item, now)
    local verdict, why = "late", nil
    if not is_late or find(item, want.step) then
      verdict, why = step.begin(flow, item, want, now, nil, { item })
    end
    return { verdict = verdict, why = why, record = step.record(item) }
  end, { run = record.run })
  if not got then return false, err end
  if got.verdict == "busy" then return true end
  secret.card = take_card(event)
  flow.later(function()
    go_on(flow, got, want, id)
  end)
  return true
end

--- Takes the event of a payment that was not completed in time.
---@async
---@return boolean taken
---@return luapay.Fault? fault of the journal
function attempts.on_expiry(flow, event, record)
  local got, err = flow.book:change(record.reference, function(item, now)
    if not live(item) then
      end_expired(flow, item, {
        status = event.status,
        reason = event.text,
        code = event.status_code,
      }, now)
      return step.record(item)
    end
    local captured, all_released = parts_of(item)
    if not find(item, "expiry") and not all_released then
      local expiry = item:add {
        step = "expiry",
        state = "parked",
        status = event.status,
        reason = event.text,
        outcome = { person = captured and "captured" or "expired" },
      }
      item:set(expiry, { seen_at = now })
    end
    return step.record(item)
  end, { run = record.run })
  if not got then return false, err end
  release(flow, got)
  return true
end

-- A person has found an authorisation of a payment that had ended: it is
-- not over yet; one that has expired waits until that is released.
local function revive(item, expiry)
  local found
  each_attempt(item, function(entry)
    if entry.state == "done" then found = entry end
  end)
  local main = step.main(item)
  if not found or main.state ~= "closed" then return end
  item:set(main, { state = "pending", status = "Initiated" })
  if not expiry then return end
  item:set(expiry, { state = "parked", outcome = { person = "expired" } })
end

--- What a person's word makes possible, in the transaction that writes it.
--- Pure.
---@param flow table
---@param item table
---@param now number
function attempts.after_person(flow, item, now)
  local expiry = find(item, "expiry")
  for _, entry in ipairs(item.entries) do
    local name, id = entry.step:match "^(%l+):(.+)$"
    local absent = (entry.outcome or {}).absent
    local is_report = name == "report" or name == "rereport"
    if is_report and entry.state == "failed" and absent then
      for _, kind in ipairs { "challenge:", "attempt:" } do
        local attempt = find(item, kind .. id)
        if attempt and attempt.state == "done" then
          put_released(item, attempt)
        end
      end
    elseif name == "attempt" and entry.state == "failed" then
      entry = item:entry(entry.step)
      item:set(entry, { state = "closed", status = "Released" })
      end_charge(flow, item, entry)
    end
  end
  local settled = expiry and (expiry.outcome or {}).released
  if expiry and expiry.state == "failed" and not settled then
    each_attempt(item, function(entry)
      if entry.state == "done" then put_released(item, entry) end
    end)
    -- it was acted upon, and is not reopened
    item:set(expiry, { outcome = { released = true } })
    end_expired(flow, item, expiry, now)
  else
    revive(item, expiry)
  end
end

--- After `found` and `absent`, when the provider was asked: see kit.
---@async
function attempts.settled(flow, reference)
  local record = flow.book:change(reference, function(item, now)
    attempts.after_person(flow, item, now)
    return step.record(item)
  end)
  if record then attempts.inform(flow, record) end
end

--- After the kit's recover: MobilePay hears what it has not heard.
---@async
---@return true? good
---@return luapay.Fault? fault of the journal
function attempts.recover(flow, runs)
  local good, err = pcall(function()
    local filter = { states = { "pending", "parked", "unknown" }, runs = runs }
    for record in flow.book:items(filter) do
      attempts.inform(flow, record)
    end
  end)
  if good then return true end
  if fault.is(err) then return nil, err end
  error(err, 0)
end

--- Where work goes on when an event was answered: nginx's timers; elsewhere
--- it is done at once.
function attempts.later(work)
  local ngx = rawget(_G, "ngx")
  local at = ngx and ngx.timer and ngx.timer.at
  if at and at(0, function()
    work()
  end) then return end
  work()
end

return attempts
