# Telling what was found.

# Tell a mention: its kind, its place (`ORIGIN` where that is no file), and what is said. A line with control
# characters is data and says nothing, and of an `example` hosts alone are told. What a name may hide behind is kept for the resolver.
function say(kind, text) {
  if (ORIGIN == "" && $0 ~ /[\001-\010\016-\032]/) {
    pages = 1
    return
  }
  if (example && kind !~ /^(url|address|setting|client|section|group|source)$/) {
    return
  }
  print " " kind " " (ORIGIN != "" ? ORIGIN : FILENAME) ":" FNR ":" text
  if (kind == "section") {
    sub(/^.*[ \t]/, "", text)
    parts[tolower(text)]
  }
  if (resolver != "" && asks < 40 && kind ~ /^(url|address|setting|client)$/ && !(kind == "setting" && FILENAME ~ program)) {
    ask_for(kind, tolower(text))
  }
}
