--: strings that double
--: ends oom or exit 1
--: says
local text = 'x'
while true do text = text .. text end
