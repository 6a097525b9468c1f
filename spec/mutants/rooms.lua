-- Which code gets bugs, and what must notice them: for each room its files
-- (the start of their paths), how many bugs the operators make in it, the
-- specs that are run against a bug in it, the quick ones first, on which Lua
-- (5.4), and how many histories of the simulation come after them. A spec
-- that has the name of the changed file is always run first.

local FLOWS = "spec/flow"

local TRANSPORT = {
  "spec/transport/http_spec.lua",
  "spec/task_spec.lua",
  "spec/client_spec.lua",
  "spec/transport/wire_spec.lua",
  "spec/transport/curl_spec.lua",
}

local CALL = {
  "spec/retry_spec.lua",
  "spec/doubt_spec.lua",
  "spec/call_options_spec.lua",
  "spec/client_spec.lua",
  "spec/traps",
  "spec/sandbox/client_spec.lua",
  FLOWS,
}

return {
  {
    files = { "lua/luapay/flow/" },
    made = 70,
    specs = {
      "spec/flow/kit_money_spec.lua",
      "spec/flow/kit_again_spec.lua",
      "spec/flow/kit_event_spec.lua",
      "spec/flow/words",
      FLOWS,
    },
    simulate = 200,
  },
  {
    files = { "lua/luapay/journal/" },
    made = 40,
    specs = {
      "spec/journal/fingerprint_spec.lua",
      "spec/journal/sqlite_spec.lua",
      "spec/journal/journal_spec.lua",
      "spec/journal/postgres_race_spec.lua",
      FLOWS,
      "spec/journal/postgres_driver_spec.lua",
      "spec/journal/postgres_spec.lua",
      "spec/journal/workers_spec.lua",
      "spec/journal/postgres_standby_spec.lua",
      "spec/journal/postgres_module_spec.lua",
    },
    simulate = 100,
  },
  {
    files = { "lua/luapay/auth/" },
    made = 20,
    specs = {
      "spec/gate_spec.lua",
      "spec/share_spec.lua",
      "spec/mobip/auth_spec.lua",
      "spec/online/auth_spec.lua",
      "spec/subscriptions/token_spec.lua",
      "spec/client_spec.lua",
      "spec/subscriptions/login_spec.lua",
      "spec/traps",
      "spec/sandbox/client_spec.lua",
      "spec/transport/nginx_share_spec.lua",
    },
  },
  {
    files = { "lua/luapay/callback/" },
    made = 20,
    specs = {
      "spec/callback/receiver_spec.lua",
      "spec/callback",
      "spec/traps/callbacks_spec.lua",
      FLOWS,
    },
  },
  {
    files = {
      "lua/luapay/retry.lua",
      "lua/luapay/exchange.lua",
      "lua/luapay/call.lua",
      "lua/luapay/fault.lua",
      "lua/luapay/idempotency.lua",
    },
    made = 12,
    specs = CALL,
  },
  {
    -- what passes yields on is used where pcall cannot: in plain Lua 5.1
    files = { "lua/luapay/guard.lua" },
    made = 3,
    lua = "5.1",
    specs = {
      "spec/task_spec.lua",
      "spec/callback/receiver_spec.lua",
      "spec/gate_spec.lua",
      "spec/transport/curl_spec.lua",
      FLOWS,
    },
  },
  {
    files = {
      "csrc/connection.c",
      "csrc/curl.c",
      "csrc/http",
      "csrc/pool.c",
    },
    made = 20,
    specs = TRANSPORT,
  },
  {
    files = { "csrc/postgres" },
    made = 8,
    specs = {
      "spec/journal/postgres_module_spec.lua",
      "spec/journal/postgres_spec.lua",
    },
  },
  {
    files = { "csrc/" },
    made = 20,
    specs = {
      "spec/core",
      "spec/crypto_spec.lua",
      "spec/client_spec.lua",
      "spec/traps",
      "spec/flow/kit_money_spec.lua",
      "spec/mobip",
      "spec/journal/sqlite_spec.lua",
      "spec/journal/journal_spec.lua",
      "spec/docs_spec.lua",
    },
  },
}
