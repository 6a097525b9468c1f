-- Bugs made by the operators that change nothing a user could notice, by
-- file: the reason, a part of the line, and of what the bug makes of it. A
-- bug stands here only when somebody has read the code.

-- stylua: ignore start

return {
  { "lua/luapay/flow/kit/report.lua",
    { "one tick of a clock that counts nanoseconds: progress is reported "
      .. "once a second all the same",
      "core.now() < self.next",
      "core.now() <= self.next" },
  },
  { "lua/luapay/journal/store/sql/init.lua",
    { "every transaction locks the names of its items before it adds them, "
      .. "so that none of them meets it",
      '["23505"] = true',
      '["23505"] = false' },
  },
  { "csrc/money.c",
    { "where Lua has integers, no amount is as large as the largest; where "
      .. "it has none, spec/core/money_spec.lua has the border",
      "units <= PAY_MAX_INTEGER",
      "units < PAY_MAX_INTEGER" },
  },
  { "lua/luapay/callback/token.lua",
    { "a token with one more byte of chance: what counts is its signature "
      .. "and its end",
      "crypto.random(12)",
      "crypto.random(13)" },
  },
  { "lua/luapay/journal/commit.lua",
    { "the thread wakes when nobody writes any more, and returns the same: "
      .. "its job is not in the queue any more",
      "one.is_done = true",
      "one.is_done = false" },
    { "one tick of a clock that counts nanoseconds: a committer that is "
      .. "away is replaced then, or at the next look",
      "now > committer.till",
      "now >= committer.till" },
  },
}
