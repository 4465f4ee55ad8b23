"""Spans that Presidio finds: JSON lines {"text", "before"} on standard input, a JSON list of spans for each on standard output.

presidio.py patterns   the default recognisers without a language model (spaCy's blank English tokeniser)
presidio.py <model>    the default engine, with this spaCy model in the place of its en_core_web_lg

The words of the turn before are handed over as context, as Attune gets them. Offsets are in UTF-16 units.
"""

import json
import sys

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider, SpacyNlpEngine


class BlankEngine(SpacyNlpEngine):
    """spaCy's rules of English without weights: tokens, no entities."""

    def __init__(self):
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])

    def load(self):
        import spacy

        self.nlp = {"en": spacy.blank("en")}


def engine(kind):
    if kind == "patterns":
        nlp = BlankEngine()
        nlp.load()
    else:
        provider = NlpEngineProvider()
        provider.nlp_configuration["models"] = [{"lang_code": "en", "model_name": kind}]
        nlp = provider.create_engine()
    return AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])


def utf16(text):
    """Offset of each character in UTF-16 units; None where they are the same."""
    if all(ord(character) < 0x10000 for character in text):
        return None
    offsets, at = [], 0
    for character in text:
        offsets.append(at)
        at += 2 if ord(character) >= 0x10000 else 1
    return [*offsets, at]


def main():
    analyzer = engine(sys.argv[1])
    for line in sys.stdin:
        record = json.loads(line)
        text = record["text"]
        context = [word.lower() for word in record["before"].split()][-20:] or None
        results = analyzer.analyze(text=text, language="en", context=context)
        place = utf16(text)
        spans = [
            {
                "type": result.entity_type,
                "start": place[result.start] if place else result.start,
                "end": place[result.end] if place else result.end,
                "score": result.score,
            }
            for result in results
        ]
        print(json.dumps(spans))


if __name__ == "__main__":
    main()
