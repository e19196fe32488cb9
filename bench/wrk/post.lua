-- Posts a form, with an e-mail address that nobody had before in every request.
-- FORM is the body and HEADERS "Name: value|Name: value"; both may hold MARK once, eight characters that each request
-- replaces by its own. The request is put together once: only those eight characters change.
dofile(os.getenv("SCRIPTS") .. "/result.lua")

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_letter", string.char(96 + threads))
end

function init(_)
  local mark, headers = os.getenv("MARK"), { ["Content-Type"] = "application/x-www-form-urlencoded" }
  for pair in string.gmatch(os.getenv("HEADERS"), "[^|]+") do
    local name, value = pair:match("^%s*([^:]+):%s*(.*)$")
    headers[name] = value
  end
  local whole = wrk.format("POST", nil, headers, os.getenv("FORM"))
  local from, to = whole:find(mark, 1, true)
  before, after, made = whole:sub(1, from - 1) .. thread_letter, whole:sub(to + 1), 0
end

function request()
  made = made + 1
  return before .. string.format("%07d", made) .. after
end
