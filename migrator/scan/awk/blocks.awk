# Which lines of a file of settings belong together.

BEGIN {
  unused = "^[ \t]*[\"" q "]?(disabled[\"" q "]?[ \t]*[:=][ \t]*[\"" q "]?(true|yes|on|1)|enabled[\"" q "]?[ \t]*[:=][ \t]*[\"" q "]?(false|no|off|0))[\"" q "]?[ \t]*,?[ \t]*$"
}

# Keep where blocks begin, by how far lines are set in: `opened_at[depth]` is the line that opened the innermost; and
# the last line that said something, in `above`.
function block(line,   at, item) {
  match(line, /^[ \t]*/)
  at = RLENGTH
  item = index(line, "-") && line ~ ("^[ \t]*-[ \t]+([{]|[\"" q "]?[A-Za-z0-9_.-]+[\"" q "]?[ \t]*:([ \t]|$))")
  if (item) {
    match(line, /^[ \t]*-[ \t]+/)
    at = RLENGTH
  }
  while (depth && level[depth] > at) {
    depth--
  }
  if (!depth || level[depth] < at) {
    level[++depth] = at
    opened_at[depth] = last
    opened_by[depth] = title
  }
  if (item || (index(line, "[") && line ~ /^[ \t]*\[+[A-Za-z_][^]=,"]*\]+[ \t]*$/)) {
    opened_at[depth] = FNR
    opened_by[depth] = line
  }
  last = FNR
  above = title
  title = line
}

# Whether the line stands in a block that says of itself that it is not in use: `enabled: false` in a section or an object,
# a flow of Node-RED that is disabled, and what stands in that (`"z"` names the flow that a node is of).
function is_off(low,   v) {
  if (off && (off > depth || opened_at[off] != off_at)) {
    off = 0
  }
  if (off) {
    return 1
  }
  if (index(low, "\"id\"") && match(low, /^[ \t{]*"id"[ \t]*:[ \t]*"[^"]+"/)) {
    own_id = quoted(low)
  }
  if ((index(low, "abled") && low ~ unused) || (json && low ~ /^[ \t]*"d"[ \t]*:[ \t]*true,?[ \t]*$/)) {
    if (own_id != "") {
      unused_id[own_id]
    }
    v = 1
  } else if (json && index(low, "\"z\"") && match(low, /^[ \t]*"z"[ \t]*:[ \t]*"[^"]+"/)) {
    v = quoted(low) in unused_id
  }
  if (v && depth && opened_at[depth]) {
    off = depth
    off_at = opened_at[depth]
  }
  return v
}

# The last word in quotes of what was matched.
function quoted(low) {
  low = substr(low, RSTART, RLENGTH - 1)
  sub(/^.*"/, "", low)
  return low
}
