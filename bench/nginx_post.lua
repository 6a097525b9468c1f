-- For wrk: a POST as large as the benchmark's call.
_G.wrk.method = "POST"
_G.wrk.body = ("x"):rep(420)
_G.wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
