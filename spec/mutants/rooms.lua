-- Which code gets bugs, and what must notice them: for each room its files,
-- how many bugs the operators make in it, and the specs and the simulation
-- that are run against a bug in it, the quick ones first.

local FLOWS = "spec/flow"

return {
  {
    files = "lua/luapay/flow/",
    made = 70,
    specs = { FLOWS },
    simulate = 60,
  },
  {
    files = "lua/luapay/journal/",
    made = 40,
    specs = { FLOWS, "spec/journal" },
    simulate = 60,
  },
  {
    files = "lua/luapay/auth/",
    made = 20,
    specs = {
      "spec/gate_spec.lua",
      "spec/share_spec.lua",
      "spec/client_spec.lua",
      "spec/mobip/auth_spec.lua",
      "spec/online/auth_spec.lua",
      "spec/subscriptions/token_spec.lua",
      "spec/subscriptions/login_spec.lua",
      "spec/sandbox/client_spec.lua",
    },
  },
  {
    files = "lua/luapay/callback/",
    made = 25,
    specs = {
      "spec/callback/receiver_spec.lua",
      "spec/callback",
      "spec/traps/callbacks_spec.lua",
    },
  },
  {
    files = "lua/luapay/retry.lua",
    made = 5,
    specs = {
      "spec/retry_spec.lua",
      "spec/client_spec.lua",
      "spec/doubt_spec.lua",
      "spec/call_options_spec.lua",
    },
  },
  {
    files = "lua/luapay/exchange.lua",
    made = 5,
    specs = {
      "spec/doubt_spec.lua",
      "spec/client_spec.lua",
      "spec/call_options_spec.lua",
      "spec/retry_spec.lua",
      "spec/traps",
    },
  },
  {
    files = "lua/luapay/fault.lua",
    made = 3,
    specs = { "spec/fault_spec.lua", "spec/client_spec.lua", FLOWS },
  },
  {
    files = "lua/luapay/idempotency.lua",
    made = 2,
    specs = {
      "spec/client_spec.lua",
      "spec/doubt_spec.lua",
      "spec/call_options_spec.lua",
      "spec/online",
    },
  },
  {
    files = "csrc/",
    made = 30,
    specs = {
      "spec/core",
      "spec/crypto_spec.lua",
      "spec/client_spec.lua",
      "spec/transport/http_spec.lua",
      "spec/transport/curl_spec.lua",
      "spec/sandbox/client_spec.lua",
      "spec/traps",
      "spec/mobip",
    },
  },
}
