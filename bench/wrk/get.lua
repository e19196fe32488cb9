-- Reads one page again and again. Answers are counted by wrk itself: the load generator shares the machine's cores.
dofile(os.getenv("SCRIPTS") .. "/result.lua")
