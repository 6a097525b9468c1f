-- The options of a pretend Mobip. Where the provider's document is silent,
-- the choice is an option, with its reason.

return {
  -- by uid; `restricted` accounts may make the calls marked so, and see
  -- the transactions of all
  accounts = {
    ["1001"] = {
      name = "Merchant",
      api_account_id = "merchant",
      api_secret_key = "secret",
      currency = "EUR",
      External_AccountID = "EXT-1",
      documents = { id_card = "aWQ=", bank_details = "YmFuaw==" },
    },
    ["1002"] = {
      name = "Platform",
      api_account_id = "platform",
      api_secret_key = "secret",
      currency = "EUR",
      restricted = true,
    },
    ["1003"] = {
      name = "Pacific",
      api_account_id = "pacific",
      api_secret_key = "secret",
      currency = "XPF",
      External_AccountID = "EXT-3",
    },
  },
  -- by uid: what get_invoice answers
  invoices = {
    ["1001"] = {
      {
        invoice_id = "INV-1",
        invoice_date = "2023-11-30",
        amount = "1990",
        label = "Fees of November",
      },
      {
        invoice_id = "INV-2",
        invoice_date = "2023-12-31",
        amount = "2490",
        label = "Fees of December",
      },
    },
  },
  token_idle = 3600, -- seconds
  get_inputs = "query", -- as PHP reads a GET; or "multipart", or "both"
  error_status = "ok", -- 200 for all; or "http"
  code_as = "text", -- return_code; or "number"
  arrays = "list", -- or "map": PHP writes a list with gaps as an object
  -- the provider's own are not public
  codes = {
    input = "901",
    credentials = "902",
    token = "903",
    permission = "904",
    not_found = "905",
    state = "906",
  },
  raw_qr = "base64", -- or "data_uri", "latin1", "bytes", "none"
  stats_as = "json", -- or "xml"
  sms_without_phone = "refuse", -- or "send"
  call_back_query = "join", -- with "&" where there is a "?"; or "append"
  call_back_method = "GET", -- the provider's is not known
  queue_trid = "mobip_trid", -- which field of the queue holds the trid
  public_url = "https://app.mobip.test",
}
