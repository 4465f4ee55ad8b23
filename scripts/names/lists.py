"""Collects the raw lists behind models/names: names, places and ordinary words, from openly licensed sources.

    python3 -m venv .venv && .venv/bin/pip install -r scripts/names/requirements.txt
    ATTUNE_DATA=<folder of the public sets> .venv/bin/python scripts/names/lists.py lists.json
    node scripts/names/build.ts lists.json

Sources: Faker (MIT), phonenumbers (Apache-2.0: places that area codes belong to), the time zone database (public
domain), and for ordinary words, as counts only, the English of GSM8K (MIT), MMLU (MIT), HH-RLHF (MIT), ABCD (MIT),
STAR (MIT) and CUAD (CC-BY-4.0). None of the sets that recognition is measured on gives a name here.
"""

import csv
import gzip
import importlib
import io
import json
import os
import pkgutil
import re
import sys
import tarfile
import zoneinfo
from collections import Counter
from pathlib import Path

import faker.providers.address
import faker.providers.lorem
import faker.providers.person
from phonenumbers.geodata import GEOCODE_DATA

NAME = re.compile(r"^[^\W\d_][^\W\d_'’.\- ]*(?:['’.\- ][^\W\d_'’.\-]+){0,3}$")


def strings(value):
    """All texts in nested tuples, lists and weighted dictionaries."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key in value:
            yield from strings(key)
    elif isinstance(value, (tuple, list, set)):
        for item in value:
            yield from strings(item)


def providers(package):
    """(locale, provider class) of every locale of a kind of provider."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.ispkg:
            imported = importlib.import_module(f"{package.__name__}.{module.name}")
            yield module.name, imported.Provider


def fields(provider, pattern):
    for name in sorted(vars(provider)):
        if re.search(pattern, name) and not re.search(r"format|pattern|prefix|suffix|abbr|code", name):
            value = getattr(provider, name)
            if not callable(value):
                yield from strings(value)


def keep(values):
    return sorted({v.strip() for v in values if NAME.match(v.strip()) and len(v.strip()) > 1})


def people():
    given, family = [], []
    for _, provider in providers(faker.providers.person):
        given += fields(provider, r"first.*name|given|first_romanized|^male_names|^female_names")
        family += fields(provider, r"last.*name|surname|family|last_romanized")
    return keep(given), keep(family)


def places():
    city, region, country = [], [], []
    for _, provider in providers(faker.providers.address):
        city += fields(provider, r"^(cities|city_names|towns|villages|municipalities|city)$|cities$|city_names$")
        region += fields(provider, r"states?$|provinces?$|regions?$|departments?$|districts?$|counties$|prefectures$|cantons?$|voivodeships$")
        country += fields(provider, r"^(countries|country_names?)$")
    area = Counter()
    for names in GEOCODE_DATA.values():
        for language in ("en", "de", "fr", "it", "es", "pt", "sv", "fi", "pl", "nl", "hu", "tr", "hr", "ro", "ru", "el"):
            for part in re.split(r"[/,;()]| and | & | - ", names.get(language, "")):
                area[part.strip()] += 1
    city += area
    major = [zone.rsplit("/", 1)[-1].replace("_", " ") for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")]
    # A place that many area codes belong to is a large one.
    major += [name for name, count in area.items() if count >= 12]
    return keep(major), keep(c for c in city if not re.search(r"\b(?:cell|mobile|county|area|region|district|province|oblast|zone|service|telecom)\b", c, re.I)), keep(region), keep(country)


def texts(root: Path):
    """English with its capital letters as people write it."""
    for split in ("train", "test"):
        for line in (root / f"gsm8k/grade_school_math/data/{split}.jsonl").read_text("utf8").splitlines():
            record = json.loads(line)
            yield record["question"]
            yield record["answer"]
    for path in sorted((root / "mmlu/data").glob("*/*.csv")):
        for row in csv.reader(io.StringIO(path.read_text("utf8"))):
            yield from row[:5]
    for path in sorted((root / "hh-rlhf").rglob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).decode("utf8").splitlines():
            yield json.loads(line)["chosen"]
    yield (root / "abcd/data/guidelines.json").read_text("utf8")
    for archive, suffix in (("star/dialogues-dev.tar.gz", ".json"), ("cuad/full_contract_txt.tar.gz", ".txt")):
        with tarfile.open(root / archive) as tar:
            for member in sorted(tar.getmembers(), key=lambda m: m.name):
                if not member.isfile() or not member.name.endswith(suffix):
                    continue
                text = tar.extractfile(member).read().decode("utf8")
                if suffix == ".txt":
                    yield text
                else:
                    yield from (e["Text"] for e in json.loads(text)["Events"] if e["Agent"] != "UserGuide" and "Text" in e)


WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def vocabulary(root: Path):
    """Words by how often they stand in lower case, and capitalised where no sentence begins."""
    low, capital = Counter(), Counter()
    for text in texts(root):
        for match in WORD.finditer(text):
            word = match.group()
            if word.islower():
                low[word] += 1
            elif word[0].isupper() and word[1:].islower() and re.search(r"[\w,] $", text[max(0, match.start() - 2) : match.start()]):
                capital[word.lower()] += 1
    share = {w: n / (n + capital[w]) for w, n in low.items() if len(w) > 1 and n >= 4}
    frequent = [w for w, n in low.most_common(1500)]
    # What is a name as well is an ordinary word only if it is one most of the time.
    return sorted(w for w in share if share[w] > 0.15), sorted(w for w in share if share[w] > 0.5), sorted(frequent)


def main():
    given, family = people()
    major, city, region, country = places()
    words, plain, frequent = vocabulary(Path(os.environ["ATTUNE_DATA"]))
    foreign = []
    for locale, provider in providers(faker.providers.lorem):
        foreign += (w.lower() for w in fields(provider, r"^word_list$") if locale not in ("la", "en_PH"))
    lists = {"given": given, "family": family, "major": major, "city": city, "region": region, "country": country, "words": words, "plain": plain, "frequent": frequent, "foreign": sorted(set(foreign))}
    Path(sys.argv[1]).write_text(json.dumps(lists, ensure_ascii=False, indent=0) + "\n", "utf8")
    print({key: len(value) for key, value in lists.items()})


main()
