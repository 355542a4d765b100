#!/bin/bash
# replay names file, line and column of each rejected line, in both forms.
# labels: quick
. "$(dirname "$0")/lib.sh"

cat >bad.cfg <<'END'
! a comment
service web1
  ip address 10.1.1.1
  weight heavy
  port 99999
  active
owner shop
  content c
    vip adress 10.1.1.3
END
"$CSS" replay bad.cfg >out 2>report
same "rejected lines give status 1" $? 1
same "nothing but the report without --show" "$(<out)" ""
has "the first rejected line" "$(<report)" '^bad\.cfg:4:[0-9]+: .+'
has "the second" "$(<report)" '^bad\.cfg:5:[0-9]+: .+'
has "the third" "$(<report)" '^bad\.cfg:9:[0-9]+: .+'
same "three rejected lines" "$(grep -c '^bad\.cfg:' report)" 3

# head, line, caret: the caret stands under the column that the head names
awk '
/^bad\.cfg:/ { split($0, part, ":"); column = part[3]; getline text
	getline caret
	at = index(caret, "^")
	word = substr(text, at, 4)
	print part[2], at - column, word }
' report >carets
same "the carets are under the wrong words" "$(<carets)" "4 0 heav
5 0 9999
9 0 adre"

"$CSS" replay --json bad.cfg >out 2>report
same "--json: status 1" $? 1
ok "--json: one object a line with the five fields" \
	"$PYTHON" - out <<'END'
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1]) if l.strip()]
assert [r["line"] for r in rows] == [4, 5, 9], rows
for r in rows:
    assert set(r) == {"file", "line", "column", "text", "message"}, r
    assert r["file"] == "bad.cfg" and r["message"], r
    assert r["text"].strip() and r["column"] >= 1, r
END

printf 'service s1\n  ip address 10.1.1.1\n' >good.cfg
ok "a good file gives status 0" "$CSS" replay good.cfg
"$CSS" replay good.cfg missing.cfg >out 2>report
same "a file that is not there: status 2" $? 2
has "and its name" "$(<report)" 'missing\.cfg'
same "in one line" "$(wc -l <report)" 1
cat >names.cfg <<'END'
ssl associate cert c absent.pem
END
ok "a certificate that is not at hand is a warning" "$CSS" replay names.cfg
head -c 300000 /dev/urandom >noise.cfg
"$CSS" replay noise.cfg >out 2>report
ok "noise is rejected, not fatal" [ $? -lt 3 ]
"$CSS" replay --chassis 11501S good.cfg
same "other chassis are taken" $? 0
