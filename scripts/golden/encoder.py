"""A tiny encoder with random weights, as a user would have it, and the vectors that transformers makes with it.

Writes test/golden/encoder/: config.json, tokenizer.json, 1_Pooling/config.json and model.onnx, and golden.json: the mean
of the tokens' vectors and that of [CLS], each scaled to length 1, with texts padded in one batch.
"""

import json
import shutil
import warnings
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "encoder"
CORPUS = [
    "my parcel delivery is late where is the courier",
    "the courier has a late delivery the package",
    "reset the password of my login the browser is locked",
] * 4
TEXTS = [
    "My parcel delivery is late, where is the courier?",
    "Reset the password of my login!",
    "",
    "x",
    "Zoë 👋 naïve 退款",
    # Longer than the model reads: cut, with [SEP] last.
    "the courier has a late delivery " * 12,
]
POSITIONS = 48

tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=120, special_tokens=special))
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")]
)
# The trainer breaks ties in an order that changes from run to run, so the vocabulary that was trained once is kept.
if (FOLDER / "tokenizer.json").exists():
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
shutil.rmtree(FOLDER, ignore_errors=True)
(FOLDER / "1_Pooling").mkdir(parents=True)
tokenizer.save(str(FOLDER / "tokenizer.json"))
(FOLDER / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}) + "\n")

torch.manual_seed(3)
model = BertModel(
    BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=POSITIONS, attn_implementation="eager",
    ),
    add_pooling_layer=False,
).eval()  # fmt: skip
with torch.no_grad():
    # Large enough that words count beside positions.
    model.embeddings.word_embeddings.weight.normal_(0, 1.0)
model.config.save_pretrained(FOLDER)
fast = PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
)
names = ["input_ids", "attention_mask", "token_type_ids"]
encoded = fast(TEXTS, padding=True, truncation=True, max_length=POSITIONS, return_tensors="pt", return_token_type_ids=True)
inputs = {name: encoded[name] for name in names}
with torch.no_grad():
    tokens = model(**inputs).last_hidden_state


class Exported(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        named = dict(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return self.model(**named).last_hidden_state


mask = inputs["attention_mask"][..., None]
mean = torch.nn.functional.normalize((tokens * mask).sum(1) / mask.sum(1), dim=1)
cls = torch.nn.functional.normalize(tokens[:, 0], dim=1)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    axes = {name: {0: "batch", 1: "length"} for name in [*names, "last_hidden_state"]}
    torch.onnx.export(
        Exported().eval(), tuple(inputs.values()), str(FOLDER / "model.onnx"), input_names=names, output_names=["last_hidden_state"],
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
rounded = lambda row: [round(value, 6) for value in row.tolist()]
golden = [{"text": text, "mean": rounded(mean[i]), "cls": rounded(cls[i])} for i, text in enumerate(TEXTS)]
(FOLDER / "golden.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n", "utf8")
