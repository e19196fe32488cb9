-- What both scripts say at their end: one line of JSON, written to the file that RESULT names.
function done(summary, latency, _)
  local e, seconds = summary.errors, summary.duration / 1e6
  local good = summary.requests - e.status
  local line = string.format(
    '{"seconds":%.3f,"accepted":%d,"refused":%d,"rate":%.1f,"broken":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f}',
    seconds, good, e.status, good / seconds, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3)
  local file = assert(io.open(os.getenv("RESULT"), "w"))
  file:write(line .. "\n")
  file:close()
end
