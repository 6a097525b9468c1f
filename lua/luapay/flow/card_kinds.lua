-- The payments of MobilePay Online that end at an acquirer: which methods
-- make, answer and settle each kind, and which may be made again.

--- `again`: making it once more, with the same reference, is a repetition.
return {
  payment = {
    initiate = "initiate_payment",
    patch = "update_authorization_attempt",
    capture = "capture_payment",
    cancel = "cancel_payment",
    refund = "refund_payment",
    again = true,
  },
  cit = {
    initiate = "initiate_cit_payment",
    patch = "update_authorization_attempt",
    capture = "capture_payment",
    cancel = "cancel_payment",
    refund = "refund_payment",
  },
  mit = {
    initiate = "initiate_mit_payment",
    patch = "update_mit_payment",
    capture = "capture_mit_payment",
    cancel = "cancel_mit_payment",
    refund = "refund_mit_payment",
  },
}
