"""Token classifiers in three kinds of tokenizers, with random weights: what transformers' pipeline finds with them.

Writes test/golden/classifier/<name>/: config.json, tokenizer.json and model.onnx as a user would have them, and
golden.json: ids and offsets of every token, the likeliest label of each with its probability, and the spans of the
pipeline (aggregation "simple"). Offsets are code points in Python; the file holds UTF-16 units.
"""

import json
import shutil
import warnings
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForTokenClassification,
    XLMRobertaConfig,
    XLMRobertaForTokenClassification,
    pipeline,
)

ROOT = Path(__file__).resolve().parents[2] / "test/golden/classifier"
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]

# The tokenizers learn from this; what they are tried on has more: accents in both forms, emoji, blanks of many kinds.
CORPUS = [
    "Hello, my name is Anna Schmidt and I live in Munich.",
    "Please send the invoice to José García, 12 Main Street, Springfield.",
    "The order was placed by Jean-Pierre Dubois at Acme Corporation on Monday.",
    "I can't reset my password; could you help me, please? Thanks, Wei Zhang",
    "Ihre Bestellung wird nach Köln geliefert. Viele Grüße, Jürgen Müller",
    "Our offices are in London, Paris, Zürich and São Paulo.",
] * 4

TEXTS = [
    "My name is Anna Schmidt and I live in Munich.",
    "JOSÉ GARCÍA wrote:  two  spaces,\ttabs\nand\r\nlines.",
    "Jose\u0301 Garci\u0301a (decomposed) and José García (composed)",
    "Smile 😀 then Zoë 👩‍👩‍👧 from Zürich 🇨🇭!",
    "ﬁne ﬁgures: ½ of №5 ™ costs ２０ €…",
    "Привет, Wei Zhang 张伟 lives in 北京市。",
    "I'll e-mail O'Brien\u2019s boss, don't worry -- it's 3.5%.",
    "\u00a0 leading and trailing blanks \u3000",
    "x",
    "Straße İstanbul ΟΔΟΣ naïve coöperate",
    "antidisestablishmentarianism" * 5,
    "zero\u200bwidth and soft\u00adhyphen",
]


def wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=260, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")]
    )
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer, dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]")


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(
        vocab_size=340, special_tokens=special, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    ids = {t: tokenizer.token_to_id(t) for t in special}
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]), True, False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer, dict(pad_token="<pad>", unk_token="<unk>", cls_token="<s>", sep_token="</s>")


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=200, special_tokens=special, unk_token="<unk>")
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("<s>", "</s>")]
    )
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer, dict(pad_token="<pad>", unk_token="<unk>", cls_token="<s>", sep_token="</s>")


SHAPE = dict(
    hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0, num_labels=len(LABELS), id2label=dict(enumerate(LABELS)),
    label2id={label: i for i, label in enumerate(LABELS)}, attn_implementation="eager",
)  # fmt: skip

CASES = {
    "wordpiece": (wordpiece, BertConfig, BertForTokenClassification, 128),
    "byte-level": (byte_level, RobertaConfig, RobertaForTokenClassification, 130),
    "unigram": (unigram, XLMRobertaConfig, XLMRobertaForTokenClassification, 130),
}


def utf16(text, offset):
    return len(text[:offset].encode("utf-16-le")) // 2


def trimmed(text, start, end):
    """Without the blanks that belong to a token of SentencePiece, in UTF-16 units."""
    while start < end and (text[start].isspace() or text[start] in "\u200b"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "\u200b"):
        end -= 1
    return utf16(text, start), utf16(text, end)


def export(model, folder, inputs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        axes = {name: {0: "batch", 1: "length"} for name in [*inputs, "logits"]}
        torch.onnx.export(
            model, (dict(inputs),), str(folder / "model.onnx"), input_names=list(inputs), output_names=["logits"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip


def make(name):
    build, config_class, model_class, positions = CASES[name]
    folder = ROOT / name
    raw, named = build()
    # Trainers break ties in an order that changes from run to run, so the vocabulary that was trained once is kept.
    if (folder / "tokenizer.json").exists():
        raw = Tokenizer.from_file(str(folder / "tokenizer.json"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=128, **named)
    torch.manual_seed(7)
    config = config_class(
        vocab_size=raw.get_vocab_size(), max_position_embeddings=positions, type_vocab_size=1,
        pad_token_id=tokenizer.pad_token_id, **SHAPE,
    )  # fmt: skip
    model = model_class(config).eval()
    with torch.no_grad():
        # Large logits, so that labels change from token to token.
        model.classifier.weight.normal_(0, 2.0)
    model.save_pretrained(folder)
    (folder / "model.safetensors").unlink()
    raw.save(str(folder / "tokenizer.json"))
    names = ["input_ids", "attention_mask"]
    sample = tokenizer("Anna Schmidt", return_tensors="pt")
    export(model, folder, {key: sample[key] for key in names})
    finder = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple")
    cases = []
    for text in TEXTS:
        encoded = tokenizer(text, return_offsets_mapping=True, return_tensors="pt", add_special_tokens=True)
        with torch.no_grad():
            probabilities = model(encoded["input_ids"], attention_mask=encoded["attention_mask"]).logits[0].softmax(-1)
        tokens = []
        for i, (start, end) in enumerate(encoded["offset_mapping"][0].tolist()):
            token_id = encoded["input_ids"][0, i].item()
            if token_id in (tokenizer.cls_token_id, tokenizer.sep_token_id):
                continue
            best = probabilities[i].argmax().item()
            start, end = trimmed(text, start, end)
            tokens.append([token_id, start, end, LABELS[best], round(probabilities[i, best].item(), 5)])
        spans = []
        for found in finder(text):
            start, end = trimmed(text, found["start"], found["end"])
            spans.append([found["entity_group"], start, end, round(float(found["score"]), 5)])
        cases.append({"text": text, "tokens": tokens, "spans": spans})
    (folder / "golden.json").write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n", "utf8")


for case in CASES:
    make(case)
