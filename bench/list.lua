-- How long reading a list of 50 payments takes: from the text of an answer to
-- the caller's table, every field checked; as a ratio to lua-cjson's decode of
-- the same text, which checks nothing.
local cjson = require("cjson")
local core = require("luapay.core")

local LIST = assert(core.find("mobilepay_subscriptions.list_payment_requests"))
local CALLS, ROUNDS = 400, 15

local ROW = '{"payment_id":"%08x-5a5d-4c1f-9a2e-5b6f0f2f5c11",'
  .. '"agreement_id":"63679ab7-cc49-4f75-80a7-86217fc105ea",'
  .. '"amount":"%d.50","currency":"DKK","due_date":"2026-12-24",'
  .. '"next_payment_date":"2027-01-24","external_id":"PMT%06d",'
  .. '"description":"Monthly payment, December 2026","status":"%s",'
  .. '"status_text":null,"status_code":0}'

local rows = {}
for i = 1, 50 do
  local status = i % 3 == 0 and "Pending" or "Executed"
  rows[i] = ROW:format(i * 7919, 100 + i, i, status)
end
local TEXT = "[" .. table.concat(rows, ",") .. "]"

local function ours()
  return assert(core.interpret(LIST, 200, TEXT))
end

local function theirs()
  return assert(cjson.decode(TEXT))
end

local function time(work)
  local began = os.clock()
  for _ = 1, CALLS do
    work()
  end
  return os.clock() - began
end

assert(#ours() == 50)
local ratios = {}
for round = 1, ROUNDS do
  ratios[round] = time(ours) / time(theirs)
end
table.sort(ratios)
print(("%.3f"):format(ratios[(ROUNDS + 1) / 2]))
