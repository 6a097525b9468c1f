-- The pretend providers that a sandbox server serves side by side, by
-- their names in luapay.sandbox. The first one answers for what nobody knows.

return {
  "infobip",
  "mobip",
  "mobilepay_online",
  "mobilepay_subscriptions",
}
