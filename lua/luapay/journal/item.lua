-- An item as a change sees it: all entries of one reference, read together
-- inside a transaction. What is written here is written together, or not at
-- all. Which state may become which is the flow's to say, not the journal's.

local clock = require "luapay.journal.clock"
local entries = require "luapay.journal.entry"

local Item = {}
Item.__index = Item

--- The entry of a step.
---@param step string
---@return luapay.JournalEntry?
function Item:entry(step)
  for _, entry in ipairs(self.entries) do
    if entry.step == step then return entry end
  end
  return nil
end

local function own(item, entry)
  item.work:need_kept(item)
  for _, known in ipairs(item.entries) do
    if known == entry then
      item.changed[entry] = true
      entry.updated_at = item.now
      return
    end
  end
  error("journal: this entry is not of this item", 3)
end

local function set(item, entry, fields)
  local was = entry.state
  entries.set(entry, fields)
  if fields.due_at then
    clock.set_due(entry, item.work.times, entry.due_at)
  elseif fields.state and fields.state ~= was then
    clock.set_due(entry, item.work.times, nil)
  end
  if was == "sent" and entry.state ~= was then
    clock.note_sent(entry, item.work.times)
  end
  if fields.state and entry.state ~= "sent" then clock.release(entry) end
  if fields.plan and entry.plan then item.work:need_plan(entry.plan) end
end

--- Changes fields of an entry; a field set to `NONE` is erased. Whoever sets
--- a state gives the entry up: it is nobody's any more. `due_at` says when an
--- unknown is to be asked about.
---@param entry luapay.JournalEntry of this item
---@param fields table
---@return luapay.JournalEntry entry
function Item:set(entry, fields)
  own(self, entry)
  set(self, entry, fields)
  return entry
end

--- Adds an entry. The first of an item is its main one.
---@param fields table `step` and `state`, and what else is known
---@return luapay.JournalEntry entry
function Item:add(fields)
  if not (fields.step and fields.state) then
    error("journal: an entry needs a step and a state", 2)
  elseif self:entry(fields.step) then
    error("journal: there is an entry of the step " .. fields.step, 2)
  end
  self.work:need_kept(self)
  local entry = {
    account = self.account,
    flow = self.flow,
    run = self.run,
    reference = self.reference,
    main = #self.entries == 0,
    state = "planned",
    attempt = 0,
    created_at = self.now,
    updated_at = self.now,
  }
  self.entries[#self.entries + 1] = entry
  self.changed[entry] = true
  local sends = fields.state == "sent"
  if sends then
    fields = entries.copy(fields)
    fields.state = nil
  end
  set(self, entry, fields)
  if sends then self:send(entry) end
  return entry
end

--- Refuses the whole change where nothing may be sent: see
--- `journal:restored`. For what is sent without `send`.
function Item:need_leave()
  self.work:need_leave(self)
end

--- Says that the request of an entry is about to leave: when this is
--- durable, this worker may send it, until `entry.send_by` by
--- core.boottime(), and nobody else.
---@param entry luapay.JournalEntry of this item
---@return luapay.JournalEntry entry
function Item:send(entry)
  own(self, entry)
  local work = self.work
  work:need_leave(self)
  entry.state, entry.attempt = "sent", entry.attempt + 1
  entry.worker, entry.sent_at = work.worker, self.now
  entry.plan, entry.fault, entry.due_at, entry.due_until = nil, nil, nil, nil
  clock.grant(entry, work.times, work.lease)
  entry.send_by = work.begun + work.lease / 2
  clock.note_sending(entry, work.times, entry.send_by)
  return entry
end

--- Makes an entry this worker's for one lease; its state stays.
---@param entry luapay.JournalEntry of this item
---@return luapay.JournalEntry entry
function Item:hold(entry)
  own(self, entry)
  local work = self.work
  local may_leave = entry.worker == work.worker and entry.state == "sent"
  entry.worker, entry.due_at, entry.due_until = work.worker, nil, nil
  clock.grant(entry, work.times, work.lease)
  entry.send_by = work.begun + work.lease / 2
  if may_leave then
    clock.note_sending(entry, work.times, entry.send_by)
  else
    clock.note_sent(entry, work.times)
  end
  return entry
end

--- Removes an entry that was planned and never sent.
---@param entry luapay.JournalEntry of this item
function Item:drop(entry)
  own(self, entry)
  if entry.state ~= "planned" or entry.attempt ~= 0 then
    error("journal: only what was never sent can be removed", 2)
  end
  for i, known in ipairs(self.entries) do
    if known == entry then table.remove(self.entries, i) end
  end
  self.changed[entry] = nil
  self.dropped[#self.dropped + 1] = entry
end

--- For how many more seconds an entry is somebody's, or nil.
---@return number?
function Item:leased(entry)
  return clock.left(entry, self.work.times)
end

--- Whether an entry is still of the worker and the attempt of `was`, which
--- the caller holds.
---@return boolean
function Item.mine(_, entry, was)
  return entry.worker == was.worker and entry.attempt == was.attempt
end

--- Seconds since a request of an entry may last have left; never too many.
--- A machine that knows nothing of it counts from now on, also when this
--- change writes nothing else.
---@return number
function Item:age(entry)
  if not clock.is_noted(entry, self.work.times) then
    self.asked_age[entry.step] = true
  end
  return clock.age(entry, self.work.times)
end

--- Notes when the requests whose age was asked for have left at the latest.
function Item:note_ages()
  for step in pairs(self.asked_age) do
    local entry = self:entry(step)
    -- of what may have been sent: as far as the journal knows, or in doubt
    if entry and (entry.attempt > 0 or entry.clocks) then
      if clock.note_sent(entry, self.work.times) then
        self.changed[entry] = true
      end
    end
  end
end

--- Whose a provider's id is: the reference and the run of another item of
--- this account and flow. Nobody else can bind it meanwhile.
---@param provider_id string
---@return string? reference
---@return string? run
function Item:owner(provider_id)
  return self.work:owner(self, entries.short_id(provider_id))
end

--- Notes who has settled something and why. Notes are kept as they are.
---@param entry luapay.JournalEntry of this item
---@param note table verb, who, why, before, after
function Item:note(entry, note)
  self.notes[#self.notes + 1] = { entry = entry, note = note }
end

--- The unbound events of a provider's id. They are this item's from here
--- on, and no longer kept.
---@param id string
---@return table[] events oldest first
function Item:events(id)
  id = entries.short_id(id)
  local found = self.work:events(self, id)
  self.taken[#self.taken + 1] = id
  return found
end

--- Keeps a verified event whose item is not known yet.
---@param id string the provider's id that it names
---@param event table
function Item:keep_event(id, event)
  self.events_kept[#self.events_kept + 1] =
    { id = entries.short_id(id), event = event }
end

local item = {}

--- An item to be changed.
---@param work table see work.lua
---@param fields table account, flow, run, reference, entries, summary
---@return luapay.journal.Item
function item.new(work, fields)
  fields.work, fields.now = work, work.times.now
  fields.changed, fields.dropped, fields.notes = {}, {}, {}
  fields.taken, fields.events_kept, fields.asked_age = {}, {}, {}
  return setmetatable(fields, Item)
end

return item
