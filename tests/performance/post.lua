-- Posts the request in a directory's `request.body` with the token in `request.token`, and prints the figures as JSON.

local function content(path)
  local file = assert(io.open(path, "r"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(arguments)
  wrk.method = "POST"
  wrk.body = content(arguments[1] .. "/request.body")
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. content(arguments[1] .. "/request.token")
  wrk.headers["Linli-Purpose"] = "STATISTICS"
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"duration":%d,"p50":%d,"p99":%d,"errors":%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
