"""Golden values for src/evaluate: ROUGE-L from rouge-score, intervals from scipy.

    python scripts/golden/evaluate.py            # writes test/golden/evaluate/*.json

The packages are pinned in requirements.txt.
"""

import json
import random
from pathlib import Path

import numpy as np
from rouge_score import rouge_scorer, tokenize
from scipy import special, stats

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "evaluate"


def write(name: str, value: object) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(json.dumps(value, indent=1) + "\n")


def rouge() -> None:
    words = "the a hotel room booked for two nights at 5 pm please confirm your name don't e-mail".split()
    rng = random.Random(7)
    pairs = [
        ("", ""),
        ("hello", ""),
        ("!!!", "hello"),
        ("Hello, how can I help?", "hello how CAN i help"),
        ("What's your name?", "May I have your name, please?"),
        ("Your room 404-B costs $12.50", "Your room 404B costs $ 12.50!"),
        ("snake_case and tabs\tand\nnewlines", "snake case and newlines"),
        ("a a a b a a", "a b a a a"),
    ]
    for _ in range(60):
        make = lambda: " ".join(rng.choice(words) for _ in range(rng.randint(1, 18)))
        pairs.append((make(), make()))
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    cases = []
    for prediction, reference in pairs:
        score = scorer.score(reference, prediction)["rougeL"]
        cases.append(
            {
                "prediction": prediction,
                "reference": reference,
                "tokens": tokenize.tokenize(prediction, None),
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.fmeasure,
            }
        )
    write("rouge.json", cases)


def wilson() -> None:
    cases = []
    for k, n in [(0, 10), (10, 10), (1, 7), (3, 30), (50, 100), (999, 1000), (0, 1), (37, 50)]:
        for confidence in (0.9, 0.95, 0.99):
            interval = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
            cases.append({"successes": k, "trials": n, "confidence": confidence, "interval": list(interval)})
    write("wilson.json", cases)


def normal() -> None:
    x = [-37.0, -20.0, -8.3, -5.0, -3.0, -2.83, -1.96, -1.0, -1e-3, 0.0, 0.4, 1.5, 2.82, 3.5, 7.0]
    p = [1e-300, 1e-20, 1e-6, 0.001, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999999]
    write(
        "normal.json",
        {
            "cdf": [[v, float(special.ndtr(v))] for v in x],
            "quantile": [[v, float(special.ndtri(v))] for v in p],
        },
    )


def bca_from_distribution() -> None:
    """Deterministic: scipy's end points for a resampled distribution that is written down too."""
    cases = []
    for seed, sample in enumerate(
        [np.random.default_rng(1).exponential(size=25), np.random.default_rng(2).normal(size=12) ** 3]
    ):
        first = stats.bootstrap((sample,), np.mean, n_resamples=499, method="BCa", rng=np.random.default_rng(seed))
        by_method = {
            method: stats.bootstrap(
                (sample,), np.mean, n_resamples=0, bootstrap_result=first, method=method, confidence_level=0.9
            ).confidence_interval
            for method in ("BCa", "percentile")
        }
        cases.append(
            {
                "sample": sample.tolist(),
                "resampled": first.bootstrap_distribution.tolist(),
                "confidence": 0.9,
                "bca": list(by_method["BCa"]),
                "percentile": list(by_method["percentile"]),
            }
        )
    write("bca.json", cases)


def paired_clusters() -> None:
    """Clustered paired comparison of ratios; scipy with many resamples, so that only our own noise is left."""
    rng = np.random.default_rng(11)
    count = 40
    weight = rng.integers(3, 60, count).astype(float)
    difficulty = rng.gamma(2.0, 0.5, count)
    base = weight * (2.0 + difficulty) + rng.normal(size=count) * np.sqrt(weight)
    tuned = weight * (1.2 + 0.7 * difficulty) + rng.normal(size=count) * np.sqrt(weight)
    statistics = {
        "mean": lambda b, t, w, axis=-1: t.sum(axis) / w.sum(axis) - b.sum(axis) / w.sum(axis),
        "exponential": lambda b, t, w, axis=-1: np.exp(t.sum(axis) / w.sum(axis)) - np.exp(b.sum(axis) / w.sum(axis)),
        "ratio": lambda b, t, w, axis=-1: np.exp(t.sum(axis) / w.sum(axis) - b.sum(axis) / w.sum(axis)),
        "base": lambda b, t, w, axis=-1: np.exp(b.sum(axis) / w.sum(axis)),
    }
    cases = {}
    for name, statistic in statistics.items():
        intervals = {}
        for method in ("BCa", "percentile"):
            result = stats.bootstrap(
                (base, tuned, weight),
                statistic,
                paired=True,
                vectorized=True,
                n_resamples=200_000,
                batch=20_000,
                method=method,
                rng=np.random.default_rng(5),
            )
            intervals[method] = list(result.confidence_interval)
            error = float(result.standard_error)
        cases[name] = {"value": float(statistic(base, tuned, weight)), "standard_error": error, **intervals}
    write(
        "paired-clusters.json",
        {"base": base.tolist(), "tuned": tuned.tolist(), "weight": weight.tolist(), "statistics": cases},
    )


def clustered_examples() -> None:
    """Right or wrong answers to several questions about each document; scipy draws documents, and for comparison questions."""
    rng = np.random.default_rng(23)
    items = []
    for cluster in range(30):
        difficulty, gain = rng.beta(1.0, 1.0), rng.choice([-0.2, 0.7])
        for _ in range(rng.integers(2, 14)):
            base = int(rng.random() < difficulty)
            tuned = int(rng.random() < np.clip(difficulty + gain, 0.0, 1.0))
            items.append([cluster, base, tuned])
    rng.shuffle(items)
    table = np.array(items)
    clusters = np.unique(table[:, 0])
    differences = np.array([(table[table[:, 0] == c, 2] - table[table[:, 0] == c, 1]).sum() for c in clusters])
    sizes = np.array([(table[:, 0] == c).sum() for c in clusters])
    share = lambda d, n, axis=-1: d.sum(axis) / n.sum(axis)
    options = {"n_resamples": 200_000, "batch": 20_000, "vectorized": True, "method": "BCa", "rng": np.random.default_rng(5)}
    drawn = stats.bootstrap((differences, sizes), share, paired=True, **options)
    single = stats.bootstrap((table[:, 2] - table[:, 1],), np.mean, **options)
    value = {
        "value": float(share(differences, sizes)),
        "interval": [float(end) for end in drawn.confidence_interval],
        "standard_error": float(drawn.standard_error),
        "standard_error_of_examples": float(single.standard_error),
        "items": items,
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "clustered-examples.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")


rouge()
wilson()
normal()
bca_from_distribution()
paired_clusters()
clustered_examples()
