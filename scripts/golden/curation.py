"""Golden values for levels 2 and 3 of curation: scikit-learn, apricot and brute force.

    python scripts/golden/curation.py            # writes test/golden/curation/*.json

The packages are pinned in requirements.txt. Vectors and texts are random; no third-party data is in the files.
"""

import itertools
import json
import re
from pathlib import Path

import numpy as np
from apricot import FacilityLocationSelection
from scipy.stats import entropy, rankdata
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "curation"


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def rounded(array):
    return np.round(np.asarray(array, dtype=float), 6).tolist()


def texts():
    """Sentences about four matters that share common words."""
    rng = np.random.default_rng(5)
    common = "please help with this today about your account since monday thanks".split()
    matters = [
        "refund money charged invoice billing twice statement amount".split(),
        "parcel delivery courier address street tracking package late".split(),
        "password login reset email locked browser security code".split(),
        "hotel booking room nights breakfast cancel guest arrival".split(),
    ]
    made = []
    for i in range(80):
        words = list(rng.choice(matters[i % 4], 7)) + list(rng.choice(common, 4))
        rng.shuffle(words)
        made.append(" ".join(words))
    return made


def tf_idf():
    """Cosines of tf-idf rows, whole and after a truncated SVD, with the features of src/data/embeddings/features.ts."""
    made = texts()
    # Stems are the first six letters.
    stem = lambda text: [word[:6] for word in re.findall(r"\w{3,}", text)]
    vectorizer = TfidfVectorizer(tokenizer=stem, token_pattern=None, sublinear_tf=True)
    matrix = vectorizer.fit_transform(made)
    pairs = [(i, j) for i in range(0, 80, 9) for j in range(i + 1, 80, 11)]
    full = (matrix @ matrix.T).toarray()
    reduced = TruncatedSVD(4, algorithm="arpack", random_state=0).fit_transform(matrix)
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    cosines = reduced @ reduced.T
    write(
        "tf-idf.json",
        {
            "texts": made,
            "pairs": [[i, j, rounded(full[i, j]), rounded(cosines[i, j])] for i, j in pairs],
            "dimensions": 4,
        },
    )


def unit_rows(rng, count, dimensions, centres, spread):
    directions = rng.normal(size=(centres, dimensions))
    rows = directions[rng.integers(0, centres, count)] + spread * rng.normal(size=(count, dimensions))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def k_means():
    """The mean cosine that scikit-learn's best of 50 starts reaches. On unit rows its inertia orders clusterings alike."""
    cases = []
    for seed, (count, dimensions, centres, k, spread) in enumerate(
        [(120, 8, 4, 4, 0.4), (150, 6, 5, 8, 0.8), (90, 3, 3, 3, 0.2)]
    ):
        rows = np.round(unit_rows(np.random.default_rng(seed), count, dimensions, centres, spread), 5)
        labels = KMeans(k, n_init=50, random_state=0).fit(rows).labels_
        total = 0.0
        for label in range(k):
            members = rows[labels == label]
            centre = members.sum(axis=0)
            total += (members @ (centre / np.linalg.norm(centre))).sum()
        cases.append({"dimensions": dimensions, "count": k, "rows": rows.ravel().tolist(), "mean_cosine": total / count})
    write("k-means.json", cases)


def facility_value(similarities, chosen):
    return np.maximum(0, similarities[:, list(chosen)].max(axis=1)).sum()


def selection():
    cases = []
    for seed, (count, choose) in enumerate([(10, 3), (12, 4), (14, 2), (40, 10)]):
        rows = unit_rows(np.random.default_rng(100 + seed), count, 4, 3, 0.6)
        similarities = np.round(rows @ rows.T, 6)
        positive = np.maximum(0, similarities)
        # Negative cosines cover nothing, which is what apricot does with them cut to 0.
        model = FacilityLocationSelection(choose, metric="precomputed", optimizer="lazy").fit(positive)
        case = {
            "count": count,
            "choose": choose,
            "similarities": similarities.ravel().tolist(),
            "greedy": [int(i) for i in model.ranking],
            "greedy_value": facility_value(similarities, model.ranking),
        }
        distances = 1 - similarities
        centre = int(similarities.sum(axis=1).argmax())
        chosen = [centre]
        while len(chosen) < choose:
            chosen.append(int(distances[:, chosen].min(axis=1).argmax()))
        case["k_center"] = chosen
        if count <= 14:
            subsets = list(itertools.combinations(range(count), choose))
            case["best_value"] = max(facility_value(similarities, subset) for subset in subsets)
            # The 2-approximation holds for metrics: Euclidean distance of unit rows, sqrt(2 (1 - cos)).
            euclidean = np.sqrt(np.maximum(0, 2 * distances))
            case["best_radius"] = min(euclidean[:, list(subset)].min(axis=1).max() for subset in subsets)
        cases.append(case)
    write("selection.json", cases)


def topics():
    """Class-based tf-idf by its published formula on scikit-learn's counts; entropy and ranks by scipy."""
    made = texts()
    classes = [" ".join(made[i::4]) for i in range(4)]
    vectorizer = CountVectorizer(token_pattern=r"\b[a-z]{4,}\b")
    counts = vectorizer.fit_transform(classes).toarray().astype(float)
    weights = counts / counts.sum(axis=1, keepdims=True) * np.log(1 + counts.sum(axis=1).mean() / counts.sum(axis=0))
    names = vectorizer.get_feature_names_out()
    values = [3.0, 1.0, 1.0, 7.5, 0.0, 3.0, 3.0]
    write(
        "topics.json",
        {
            "classes": classes,
            "weights": [dict(zip(names.tolist(), rounded(row))) for row in weights],
            "labels": [5, 5, 1, 20, 9],
            "evenness": float(entropy([5, 5, 1, 20, 9]) / np.log(5)),
            "values": values,
            "ranks": rounded((rankdata(values) - 0.5) / len(values)),
        },
    )


def n_grams():
    made = texts()[:20]
    rows = [text.split() for text in made]
    result = {}
    for n in (1, 2, 3):
        grams = [tuple(row[i : i + n]) for row in rows for i in range(len(row) - n + 1)]
        result[f"distinct_{n}"] = len(set(grams)) / len(grams)
    result["vocabulary"] = len({word for row in rows for word in row})
    write("n-grams.json", {"texts": made, **result})


tf_idf()
k_means()
selection()
topics()
n_grams()
