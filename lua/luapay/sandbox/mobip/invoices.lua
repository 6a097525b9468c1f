-- A pretend Mobip's own invoices to the merchant. (state, args, caller) ->
-- response.

local say = require "luapay.sandbox.mobip.answers"

local invoices = {}

--- The caller's invoices, in short.
function invoices.get_invoice_list(state, _, caller)
  local rows = {}
  for i, invoice in ipairs(state.options.invoices[caller.uid] or {}) do
    rows[i] = {
      invoice_id = invoice.invoice_id,
      invoice_date = invoice.invoice_date,
      amount = invoice.amount,
    }
  end
  return say.yes(state, { invoice_data = say.array(state, rows) })
end

--- One of them, in full.
function invoices.get_invoice(state, args, caller)
  for _, invoice in ipairs(state.options.invoices[caller.uid] or {}) do
    if invoice.invoice_id == args.invoice_id then
      return say.yes(state, { invoice_data = invoice })
    end
  end
  return say.no(state, "not_found", "No such invoice")
end

return invoices
