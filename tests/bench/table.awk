# Medians of run's raw lines as one Markdown table, with ratios of ours to
# HAProxy and nginx (above 1: ours does more, or takes less memory).
#
# A figure is work per CPU second of the proxy, corrected for how fast the
# machine was just then: lg spends the same CPU time on a unit of a workload
# whatever the proxy is, so a run in which lg was a tenth slower than its median
# counts a tenth more.  `direct` is corrected against its own runs only.

BEGIN {
	split("hs13rsa hs13ec hs13res hs12rsa hs12ec hs12res term13 bulk " \
	      "bulkterm msg tcpcps tcpbulk tcpmsg httpcps httpmsg insert many manyms manymb mem", order, " ")
	title["hs13rsa"] = "full handshakes, TLS 1.3, RSA-2048"
	title["hs13ec"] = "full handshakes, TLS 1.3, P-256"
	title["hs13res"] = "resumed handshakes, TLS 1.3, P-256"
	title["hs12rsa"] = "full handshakes, TLS 1.2, RSA-2048"
	title["hs12ec"] = "full handshakes, TLS 1.2, P-256"
	title["hs12res"] = "resumed handshakes, TLS 1.2, P-256"
	title["term13"] = "TLS to clear, full handshakes, 1.3, P-256"
	title["bulk"] = "bulk, TLS on both legs, GB"
	title["bulkterm"] = "bulk, TLS to clear, GB"
	title["msg"] = "500-byte messages, 200 TLS connections"
	title["tcpcps"] = "TCP connections"
	title["tcpbulk"] = "TCP bulk, GB"
	title["tcpmsg"] = "500-byte messages, 200 TCP connections"
	title["httpcps"] = "HTTP requests by cookie, a connection each"
	title["httpmsg"] = "HTTP requests by cookie, 200 connections"
	title["insert"] = "TLS to clear, HTTP with 7 fields inserted, 200 connections"
	title["many"] = "full handshakes, 1.3, P-256, one of 1,000 TLS entries"
	title["manyms"] = "1,000 TLS entries: ms until ready"
	title["manymb"] = "1,000 TLS entries: MB at start"
	title["mem"] = "KB per idle connection, TLS on both legs"
}

function median(list,	v, n, i, j, t)
{
	n = split(list, v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) {
			t = v[j]
			v[j] = v[j - 1]
			v[j - 1] = t
		}
	if (n == 0)
		return ""
	return n % 2 ? v[(n + 1) / 2] + 0 : (v[n / 2] + v[n / 2 + 1]) / 2
}

function figure(peer, name,	w, o, n, i, ref, list)
{
	if (name ~ /^mem$|^manym[sb]$/)
		return median(figures[peer, name])
	ref = median(own[peer == "direct" ? peer : "", name])
	n = split(figures[peer, name], w, " ")
	split(owns[peer, name], o, " ")
	for (i = 1; i <= n; i++)
		list = list " " w[i] * o[i] / ref
	return median(list)
}

function text(v)
{
	return v == "" ? "-" : sprintf(v < 20 ? "%.2f" : "%.0f", v)
}

function ratio(name, other,	a, b)
{
	a = figure("ours", name)
	b = figure(other, name)
	if (a == "" || b == "" || !a || !b)
		return "-"
	return sprintf("%.2f", name ~ /^mem$|^manym[sb]$/ ? b / a : a / b)
}

/^# / {
	version[++nversion] = substr($0, 3)
	peer = $2
	sub(/:$/, "", peer)
	if (!(peer in known)) {
		known[peer] = 1
		peers[++npeer] = peer
	}
	next
}

{
	for (key in v)
		delete v[key]
	for (i = 3; i <= NF; i++)
		if (split($i, a, "=") == 2)
			v[a[1]] = a[2]
	if ($2 == "mem" && v["kb_per_conn"] != "") {
		figures[$1, $2] = figures[$1, $2] " " v["kb_per_conn"]
	} else if (v["cpu"] > 0 && v["work"] > 0) {
		figures[$1, $2] = figures[$1, $2] " " v["work"] / v["cpu"]
		owns[$1, $2] = owns[$1, $2] " " v["own"] / v["work"]
		group = $1 == "direct" ? $1 : ""
		own[group, $2] = own[group, $2] " " v["own"] / v["work"]
	} else {
		trouble[++ntrouble] = "FAILED: " $0
	}
	if (v["err"] > 0)
		trouble[++ntrouble] = "with failed connections: " $0
	if (v["disturbed"])
		trouble[++ntrouble] = "disturbed by other programs: " $1 " " $2
	if ($2 == "many" && v["start_ms"] != "") {
		figures[$1, "manyms"] = figures[$1, "manyms"] " " v["start_ms"]
		figures[$1, "manymb"] = figures[$1, "manymb"] " " \
			v["start_kb"] / 1024
		seen["manyms"] = seen["manymb"] = 1
	}
	seen[$2] = 1
}

END {
	for (i = 1; i <= nversion; i++)
		print version[i]
	line = "| per CPU second of the proxy |"
	rule = "|---|"
	for (p = 1; p <= npeer; p++) {
		line = line " " peers[p] " |"
		rule = rule "---|"
	}
	with_ratio = ("ours" in known)
	if (with_ratio) {
		line = line " ours/haproxy | ours/nginx |"
		rule = rule "---|---|"
	}
	print "\n" line "\n" rule
	for (i = 1; i in order; i++) {
		name = order[i]
		if (!(name in seen))
			continue
		line = "| " title[name] " |"
		for (p = 1; p <= npeer; p++)
			line = line " " text(figure(peers[p], name)) " |"
		if (with_ratio)
			line = line " " ratio(name, "haproxy") " | " \
			       ratio(name, "nginx") " |"
		print line
	}
	if (ntrouble)
		print ""
	for (i = 1; i <= ntrouble; i++)
		print trouble[i]
	exit ntrouble && index(trouble[1], "FAILED") == 1
}
