"""The notation of commands.tsv, and which word of an example is which parameter.

  word  <name>  <name:1-31 chars>  <n:2-255>  {a|b}  [ ... ]  "<text:1-64 chars>"
  word<1-20>  circuit-(<circuit>)  <mask|/prefix>  a[,b]  ...

A pattern is a list of nodes: ("word", text), ("value", spec, quoted), ("opt",
nodes), ("alt", [nodes, ...]), ("any",).  fit() lays an example along it and gives
for each example word the value node that it stands for.
"""
import re
import shlex


def split_words(line):
    """Words with the quotes that they had: (text, quoted, column)."""
    out = []
    for m in re.finditer(r'"([^"]*)"|(\S+)', line):
        quoted = m.group(1) is not None
        out.append((m.group(1) if quoted else m.group(2), quoted, m.start()))
    return out


class Parser:
    def __init__(self, text):
        self.s, self.i = text, 0

    def group(self, end):
        """Alternatives up to the closing bracket (or the end)."""
        alts, seq = [], []
        while self.i < len(self.s):
            c = self.s[self.i]
            if c == end:
                self.i += 1
                break
            if c == "|" and end:
                alts.append(seq)
                seq = []
                self.i += 1
            elif c == " ":
                self.i += 1
            else:
                seq.append(self.node())
        alts.append(seq)
        return alts

    def node(self):
        c = self.s[self.i]
        if c == "[":
            self.i += 1
            alts = self.group("]")
            return ("opt", [("alt", alts)] if len(alts) > 1 else alts[0])
        if c == "{":
            self.i += 1
            return ("alt", self.group("}"))
        if c == '"':
            return self.quoted()
        return self.word()

    def quoted(self):
        end = self.s.index('"', self.i + 1)
        inner = self.s[self.i + 1:end]
        self.i = end + 1
        if inner.startswith("{"):
            return ("alt", [[("value", w, True)] for w in
                            inner.strip("{}").split("|")])
        if inner.startswith("<"):
            return ("value", inner.strip("<>"), True)
        return ("value", inner, True)

    def word(self):
        start, depth = self.i, 0
        while self.i < len(self.s):
            c = self.s[self.i]
            depth += (c == "<") - (c == ">")
            if depth == 0 and c in ' ]}|' or depth == 0 and c == "[" and \
                    self.i > start and self.s[self.i - 1] == " ":
                break
            if depth == 0 and c in "[{" and self.i > start:
                break
            self.i += 1
        text = self.s[start:self.i]
        if text == "...":
            return ("any",)
        if re.fullmatch(r"<[^<>]*>", text):
            return ("value", text[1:-1], False)
        if "<" in text:  # a word with a value glued into it
            return ("glued", text)
        return ("word", text)


def parse(text):
    p = Parser(text)
    return p.group("")[0]


def word_fits(node, word):
    text, quoted, _ = word
    if node[0] == "word":
        return text.lower() == node[1].lower()
    if node[0] == "glued":
        want = re.sub(r"<[^>]*>", "\0", node[1])
        return re.fullmatch(re.escape(want).replace("\0", ".+"), text)
    if node[1].startswith("mask"):
        return re.fullmatch(r"/\d+|\d+\.\d+\.\d+\.\d+", text)
    if node[2]:
        return quoted or True
    return True


def fit(nodes, words):
    """[(word index, node)] of values when the words are a sentence of it."""
    def walk(rest, at):
        if not rest:
            return [] if at == len(words) else None
        node, rest = rest[0], rest[1:]
        if node[0] == "opt":
            got = walk(list(node[1]) + rest, at)
            return got if got is not None else walk(rest, at)
        if node[0] == "alt":
            for alt in node[1]:
                got = walk(list(alt) + rest, at)
                if got is not None:
                    return got
            return None
        if node[0] == "any":
            for end in range(at, len(words) + 1):
                got = walk(rest, end)
                if got is not None:
                    return got
            return None
        if at == len(words) or not word_fits(node, words[at]):
            return None
        got = walk(rest, at + 1)
        if got is None and node[0] == "value" and "mask" in node[1]:
            got = None
        if got is not None and node[0] != "word":
            got = [(at, node)] + got
        return got
    # "1.2.3.0/16" is one word where the pattern has address and mask.
    got = walk(list(nodes), 0)
    if got is None:
        joined = [("value", "ip/prefix", False)]
        short, i, nodes = [], 0, list(nodes)
        while i < len(nodes):
            if nodes[i][:2] == ("value", "ip") and i + 1 < len(nodes) and \
                    nodes[i + 1][0] == "value" and "mask" in nodes[i + 1][1]:
                short += joined
                i += 2
            else:
                short.append(nodes[i])
                i += 1
        if short != nodes:
            nodes = short
            got = walk(list(short), 0)
    return got


def limits(spec):
    """(kind, lo, hi): kind "n" for numbers, "chars" for lengths; or None."""
    m = re.search(r"(?:^|:)(-?\d+)-(\d+)( chars| hex digits| letters)?$", spec)
    if not m:
        return None
    return ("chars" if m.group(3) == " chars" else
            "n" if not m.group(3) else None, int(m.group(1)), int(m.group(2)))


def join(words):
    return " ".join(f'"{t}"' if q or not t or " " in t else t
                    for t, q, _ in words)


def is_name(spec):
    return spec.split(":")[0]
