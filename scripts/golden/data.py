"""Golden file for src/data: similarities of texts by plain Python sets, and datasketch's error in estimating them.

    python scripts/golden/data.py

Writes test/golden/data/near-duplicates.json. The texts are made here from word lists, with a fixed seed.
"""
import json
import random
import re
import unicodedata
from pathlib import Path

from datasketch import MinHash

folder = Path(__file__).resolve().parents[2] / "test" / "golden" / "data"
random.seed(11)

subjects = "customer agent parcel invoice card account refund delivery password order charger courier".split()
verbs = "cancelled returned blocked updated lost paid checked delayed shipped reset".split()
rest = "today yesterday twice again without notice by mistake at the store in the app last week".split()
odd = [
    "", "!!!", "Hello", "HELLO…", "where is my card", "Where is my new card?", "can I get a refund", "can i get a refund please",
    "Ｗｈｅｒｅ ｉｓ my ﬁrst café order№ 12?", "where is my first cafe\u0301 orderno 12", "don't “cancel” my order", "dont cancel my order",
    "send it from London to Paris", "send it from Paris to London", "a a a a b", "a b a b a",
    "我想取消我的订单，因为送货太慢了。请尽快退款到我的银行卡。谢谢！", "我想取消我的订单 因为送货太慢了 请尽快退款到我的信用卡 谢谢",
    "请问怎么修改收货地址", "注文をキャンセルしたいのですが、どうすればよいですか。", "Хочу вернуть заказ номер 5", "хочу вернуть заказ, номер 5!",
]


def sentence():
    return f"the {random.choice(subjects)} was {random.choice(verbs)} {random.choice(rest)} {random.choice(rest)}"


def changed(text, times):
    words = text.split()
    for _ in range(times):
        at = random.randrange(len(words))
        kind = random.randrange(3)
        if kind == 0:
            words[at] = random.choice(subjects + verbs + rest)
        elif kind == 1:
            words.insert(at, random.choice(rest))
        elif len(words) > 1:
            del words[at]
    return " ".join(words)


def normalised(text):
    text = unicodedata.normalize("NFKC", text).lower()
    # Combining marks are no punctuation, though Python's \w leaves them out.
    text = "".join(c if re.match(r"\w", c) or unicodedata.category(c)[0] == "M" else " " for c in text)
    return " ".join(text.split())


def runs(units, size):
    if len(units) < size:
        return {tuple(units)} if units else set()
    return {tuple(units[i : i + size]) for i in range(len(units) - size + 1)}


def word_shingles(text):
    return runs(normalised(text).split(), 3)


def character_shingles(text):
    return runs(list(normalised(text).replace(" ", "")), 5)


def jaccard(a, b):
    return len(a & b) / len(a | b) if a and b else 0.0


def ordered(a, b):
    a, b = normalised(a).split(), normalised(b).split()
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    common = table[len(a)][len(b)]
    return common / (len(a) + len(b) - common) if common else 0.0


def minhash(shingles, seed):
    sketch = MinHash(num_perm=128, seed=seed)
    for shingle in shingles:
        sketch.update(" ".join(shingle).encode())
    return sketch


texts, pairs = [], []
for i in range(0, len(odd), 2):
    pairs.append((i, i + 1))
texts += odd
for size in (1, 2, 3, 5, 8, 12, 20):
    for times in (0, 1, 2, 4, 8):
        for _ in range(3):
            text = ". ".join(sentence().capitalize() for _ in range(size))
            pairs.append((len(texts), len(texts) + 1))
            texts += [text, changed(text, times * max(1, size // 4))]
pairs += [(random.randrange(len(texts)), random.randrange(len(texts))) for _ in range(40)]

squares = []
for a, b in pairs:
    one, other = word_shingles(texts[a]), word_shingles(texts[b])
    if one and other:
        for seed in range(1, 6):
            squares.append((minhash(one, seed).jaccard(minhash(other, seed)) - jaccard(one, other)) ** 2)

folder.mkdir(parents=True, exist_ok=True)
golden = {
    "texts": texts,
    "pairs": [
        {
            "a": a,
            "b": b,
            "words": jaccard(word_shingles(texts[a]), word_shingles(texts[b])),
            "characters": jaccard(character_shingles(texts[a]), character_shingles(texts[b])),
            "ordered": ordered(texts[a], texts[b]),
        }
        for a, b in pairs
    ],
    "datasketchError": (sum(squares) / len(squares)) ** 0.5,
}
(folder / "near-duplicates.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
