# Medians of wire's raw lines as one Markdown table, with ratios of ours to the
# kernel's (ended...: to the host attachment's).  least: "bulk=0.7,small=0.4"; status 1
# when a ratio is below, or when something that has a least was not measured.

BEGIN {
	title["bulk"] = "TCP, segmentation offload: Gbit"
	title["wire"] = "TCP, frames of 1500 bytes: Gbit"
	title["small"] = "60-byte packets, thousands; flows:"
	title["ended"] = "ended TCP connections (per CPU second)"
	title["ended-bulk"] = "ended TCP, 64 MB a response: GB (per CPU second)"
	title["ended-messages"] = "ended TCP, requests (per CPU second)"
	title["ended-tls"] = "TLS 1.3 handshakes on both sides (per CPU second)"
	title["ended-tls-bulk"] = "TLS 1.3 on both sides: GB (per CPU second)"
	n = split(least, part, ",")
	for (i = 1; i <= n; i++) {
		split(part[i], a, "=")
		floor[a[1]] = a[2]
	}
}

{
	key = $1 " " $2
	if (!(key in known)) {
		known[key] = 1
		row[++rows] = key
	}
	for (i = 4; i <= NF; i++)
		if ($i ~ /^figure=/)
			all[key, $3] = all[key, $3] " " substr($i, 8)
}

function median(list, a, n, i, j, t) {
	n = split(list, a, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) {
			t = a[j]
			a[j] = a[j - 1]
			a[j - 1] = t
		}
	return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}

END {
	print "| per second of the forwarding core | kernel | css11500 | ratio |"
	print "|---|---|---|---|"
	for (i = 1; i <= rows; i++) {
		key = row[i]
		split(key, k, " ")
		base = k[1] ~ /^ended/ ? "host" : "nft"
		theirs = median(all[key, base]) + 0
		ours = median(all[key, "ours"]) + 0
		ratio = theirs > 0 ? ours / theirs : 0
		printf "| %s%s | %s%s | %s | %.2f |\n", title[k[1]],
			(k[2] == "-" ? "" : " " k[2]), theirs,
			(base == "host" ? " (host attachment)" : ""), ours, ratio
		seen[k[1]] = 1
		if (k[1] in floor && ratio < floor[k[1]]) {
			low = low sprintf("below its least: %s, %.2f of %s\n",
				key, ratio, floor[k[1]])
		}
	}
	for (w in floor)
		if (!(w in seen))
			low = low w " was not measured\n"
	printf "%s", low
	exit (low != "")
}
