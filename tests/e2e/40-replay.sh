#!/bin/bash
# Every configuration in examples/ is accepted line by line, and what the switch
# shows for it, fed back, shows the same again.
# labels: quick
. "$(dirname "$0")/lib.sh"

replay_show() { # FILE OUT
	"$CSS" replay --show "${slots[@]}" "$1" >"$2" 2>"$2.messages"
}

shown() {
	grep -v '^!Generated on' "$1"
}

count=0
for file in "$ROOT"/examples/*.cfg; do
	[ -e "$file" ] || fail "no examples/*.cfg"
	slots=()
	# A file may say which chassis it is for: "! replay: --chassis 11506"
	read -r -a slots <<<"$(sed -n 's/^! replay: //p' "$file")"
	replay_show "$file" once ||
		fail "$(basename "$file"): $(head -n 6 once.messages)"
	ok "$(basename "$file"): its display is accepted" \
		replay_show once twice
	same "$(basename "$file"): the round trip changes nothing" \
		"$(shown twice)" "$(shown once)"
	ok "$(basename "$file"): the display is a whole configuration" \
		grep -q '^!Active version' once
	count=$((count + 1))
done
ok "there are examples" [ $count -gt 0 ]
echo "$count configurations"
