"""Golden values and gradients for every op of the training graph.

Each op is written here a second time, in PyTorch and in the plainest form, computed in float64 on inputs that are
exact in float32. Gradients come from PyTorch's autograd, never from a rule of ours.
"""

import math

import bitsandbytes
import torch

from engine_quantised import dequantised

SEED = 20260


class Cases:
    """Collects cases; owns the random stream, so that adding a case at the end leaves the others as they are."""

    def __init__(self):
        self.random = torch.Generator().manual_seed(SEED)
        self.cases = []

    def normal(self, *shape, scale=1.0, offset=0.0):
        values = torch.randn(shape, generator=self.random) * scale + offset
        return values.float().double()

    def positive(self, *shape):
        """Uniform in [0.2, 2.2): away from zero, for denominators, logarithms and square roots."""
        return (torch.rand(shape, generator=self.random) * 2 + 0.2).float().double()

    def signed(self, *shape):
        """As `positive`, with a random sign."""
        sign = torch.randint(0, 2, shape, generator=self.random) * 2 - 1
        return self.positive(*shape) * sign

    def add(self, name, op, compute, inputs, **attributes):
        """Runs `compute` on `inputs`, and autograd from a random gradient of its output."""
        leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
        output = compute(*leaves)
        upstream = self.normal(*output.shape)
        output.backward(upstream)
        self.cases.append(
            {
                "name": name,
                "op": op,
                "attributes": attributes,
                "inputs": [{**tensor(x), "type": type_name(x)} for x in inputs],
                "output": tensor(output),
                "outputGradient": tensor(upstream),
                "inputGradients": [gradient(x) for x in leaves],
            }
        )


def type_name(x):
    return {torch.float64: "float32", torch.int64: "int64", torch.bool: "bool", torch.uint8: "uint8"}[x.dtype]


def tensor(x):
    """Shape and flat values; floats to 9 significant digits (enough to name a float32), booleans as 0 and 1."""
    flat = x.detach().flatten().tolist()
    data = [float(f"{v:.9g}") for v in flat] if x.is_floating_point() else [int(v) for v in flat]
    return {"shape": list(x.shape), "data": data}


def gradient(leaf):
    if not leaf.is_floating_point():
        return None
    return tensor(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad)


# --- the ops ---------------------------------------------------------------------------------------------------------


def rms_norm(x, weight, epsilon):
    """y = x / sqrt(mean(x²) + epsilon) · weight, over the last axis."""
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * weight


def rope(x, positions, heads, head_dim, theta, inverse):
    """Rotary embedding, Hugging Face's convention: pair (i, i + head_dim/2) turns by position · theta^(-2i/head_dim),
    or back by the same angle."""
    batch, length, _ = x.shape
    half = head_dim // 2
    frequencies = theta ** (-torch.arange(half, dtype=torch.float64) * 2 / head_dim)
    angle = (positions.double()[..., None] * frequencies)[:, :, None, :] * (-1 if inverse else 1)
    first, second = x.reshape(batch, length, heads, head_dim).split(half, dim=-1)
    turned = torch.cat(
        [first * angle.cos() - second * angle.sin(), second * angle.cos() + first * angle.sin()], dim=-1
    )
    return turned.reshape(batch, length, heads * head_dim)


def log_probabilities(hidden, table, targets, soft_cap):
    """log softmax(logits)[target], for logits = hidden · tableᵀ or softCap · tanh(hidden · tableᵀ / softCap)"""
    logits = hidden @ table.mT
    if soft_cap is not None:
        logits = soft_cap * torch.tanh(logits / soft_cap)
    return torch.log_softmax(logits, -1)[torch.arange(len(targets)), targets]


def attention(q, k, v, segments, heads, kv_heads, head_dim, scale=None, cap=None, window=None):
    """softmax(q kᵀ / sqrt(head_dim)) v, where a token sees itself and earlier ones of its own segment only; with a
    window, the latest `window` of them. With a cap, scores s become cap · tanh(s / cap).
    Query head h reads key-value head floor(h · kv_heads / heads). Written token by token, to share no code with
    the batched form that is tested."""
    batch, length, _ = q.shape
    q = q.reshape(batch, length, heads, head_dim)
    k = k.reshape(batch, length, kv_heads, head_dim)
    v = v.reshape(batch, length, kv_heads, head_dim)
    rows = []
    for b in range(batch):
        for t in range(length):
            seen = [s for s in range(t + 1) if segments[b, s] == segments[b, t]][-(window or length) :]
            for h in range(heads):
                g = h * kv_heads // heads
                scores = k[b, seen, g] @ q[b, t, h] * (scale or 1 / math.sqrt(head_dim))
                scores = scores if cap is None else cap * torch.tanh(scores / cap)
                rows.append(torch.softmax(scores, -1) @ v[b, seen, g])
    return torch.stack(rows).reshape(batch, length, heads * head_dim)


# --- the cases -------------------------------------------------------------------------------------------------------


def elementwise(c):
    shapes = [
        ("same shape", (2, 3), (2, 3)),
        ("row", (2, 3, 4), (4,)),
        ("column", (2, 3, 4), (3, 1)),
        ("scalar", (2, 3), ()),
        ("both sides", (3, 1), (2, 1, 4)),
        ("left is smaller", (4,), (2, 3, 4)),
    ]
    binary = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}
    for op, compute in binary.items():
        for name, left, right in shapes:
            b = c.signed(*right) if op == "div" else c.normal(*right)
            c.add(f"{op}: {name}", op, compute, [c.normal(*left), b])
    c.add("neg", "neg", torch.neg, [c.normal(3, 4)])
    c.add("exp", "exp", torch.exp, [c.normal(3, 4)])
    c.add("log", "log", torch.log, [c.positive(3, 4)])
    c.add("sqrt", "sqrt", torch.sqrt, [c.positive(3, 4)])
    c.add("sigmoid", "sigmoid", torch.sigmoid, [c.normal(3, 4, scale=2)])
    c.add("sigmoid: far out", "sigmoid", torch.sigmoid, [c.normal(2, 4, scale=20)])
    c.add("silu", "silu", torch.nn.functional.silu, [c.normal(3, 4, scale=2)])
    c.add("silu: far out", "silu", torch.nn.functional.silu, [c.normal(2, 4, scale=20)])


def softmaxes(c):
    for op, compute in [("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)]:
        last = lambda x, compute=compute: compute(x, -1)
        c.add(f"{op}: 2-D", op, last, [c.normal(3, 5)])
        c.add(f"{op}: 4-D", op, last, [c.normal(2, 2, 3, 4)])
        c.add(f"{op}: large values", op, last, [c.normal(3, 5, scale=60)])


def matmuls(c):
    def product(trans_a, trans_b, alpha=1.0):
        return lambda a, b: alpha * (a.mT if trans_a else a) @ (b.mT if trans_b else b)

    for trans_a in (False, True):
        for trans_b in (False, True):
            name = f"matmul: {'Aᵀ' if trans_a else 'A'}{'Bᵀ' if trans_b else 'B'}"
            a = (4, 3) if trans_a else (3, 4)
            b = (5, 4) if trans_b else (4, 5)
            attributes = {"transA": trans_a, "transB": trans_b, "alpha": 1}
            run = product(trans_a, trans_b)
            c.add(f"{name}, 2-D", "matmul", run, [c.normal(*a), c.normal(*b)], **attributes)
            c.add(f"{name}, batched", "matmul", run, [c.normal(2, *a), c.normal(2, *b)], **attributes)
            c.add(f"{name}, two batch axes", "matmul", run, [c.normal(2, 2, *a), c.normal(2, 2, *b)], **attributes)
            if not trans_a:
                c.add(f"{name}, one matrix for a batch", "matmul", run, [c.normal(2, *a), c.normal(*b)], **attributes)
            attributes["alpha"] = 0.25
            run = product(trans_a, trans_b, 0.25)
            c.add(f"{name}, scaled", "matmul", run, [c.normal(*a), c.normal(*b)], **attributes)


def model_ops(c):
    for name, shape, epsilon in [("2-D", (3, 6), 1e-5), ("3-D", (2, 3, 4), 1e-6), ("large epsilon", (2, 4), 0.5)]:
        run = lambda x, w, epsilon=epsilon: rms_norm(x, w, epsilon)
        c.add(f"rmsNorm: {name}", "rmsNorm", run, [c.normal(*shape), c.normal(shape[-1], offset=1)], epsilon=epsilon)

    rotations = [
        ("one head", 1, 4, 10000.0, False, [[0, 1, 2, 3, 4]]),
        ("two heads", 2, 4, 10000.0, False, [[0, 1, 2], [3, 4, 5]]),
        ("positions restart", 1, 6, 500000.0, False, [[0, 1, 2, 0, 1]]),
        ("far positions", 1, 4, 10000.0, False, [[100, 511, 2047]]),
        ("inverse", 2, 4, 10000.0, True, [[0, 1, 2], [3, 0, 1]]),
    ]
    for name, heads, head_dim, theta, inverse, positions in rotations:
        run = lambda x, p, h=heads, d=head_dim, t=theta, i=inverse: rope(x, p, h, d, t, i)
        x = c.normal(len(positions), len(positions[0]), heads * head_dim)
        attributes = {"heads": heads, "headDim": head_dim, "theta": theta, "inverse": inverse}
        c.add(f"rope: {name}", "rope", run, [x, torch.tensor(positions)], **attributes)

    gatherings = [
        ("1-D ids", [3, 0, 4]),
        ("repeated ids", [2, 2, 0, 2, 1]),
        ("2-D ids with repeats", [[0, 1, 4], [4, 4, 0]]),
    ]
    for name, ids in gatherings:
        c.add(f"gather: {name}", "gather", lambda t, i: t[i], [c.normal(5, 3), torch.tensor(ids)])
    for name, ids in gatherings:
        run = lambda i, x: torch.zeros(5, 3, dtype=x.dtype).index_add(0, i.flatten(), x.reshape(-1, 3))
        ids = torch.tensor(ids)
        c.add(f"scatterAddRows: {name}", "scatterAddRows", run, [ids, c.normal(*ids.shape, 3)], rows=5)
    index = torch.tensor([[0], [4], [2]])
    c.add("pick", "pick", lambda x, i: x.gather(1, i), [c.normal(3, 5), index])
    run = lambda x, i, value: x.scatter_add(1, i, value)
    c.add("addAt", "addAt", run, [c.normal(3, 5), index, c.normal(3, 1)])

    predictions = [
        ("at once", c.normal(4, 3), c.normal(5, 3), [0, 4, 2, 2], 8, None),
        ("two rows at a time", c.normal(5, 3), c.normal(4, 3), [1, 3, 0, 3, 2], 2, None),
        ("large logits", c.normal(3, 2, scale=40), c.normal(6, 2), [5, 0, 2], 2, None),
        ("soft cap", c.normal(4, 3, scale=3), c.normal(5, 3), [3, 0, 0, 1], 3, 4.0),
    ]
    for name, hidden, table, targets, rows_at_once, soft_cap in predictions:
        run = lambda h, w, t, cap=soft_cap: log_probabilities(h, w, t, cap)
        attributes = {"rowsAtOnce": rows_at_once, **({"softCap": soft_cap} if soft_cap else {})}
        inputs = [hidden, table, torch.tensor(targets)]
        c.add(f"logProbabilities: {name}", "logProbabilities", run, inputs, **attributes)


def attentions(c):
    shapes = [
        ("one segment", 2, 2, 4, [[0, 0, 0, 0, 0]]),
        ("grouped heads", 4, 2, 2, [[0, 0, 0, 0]]),
        ("one key-value head, batch of two", 2, 1, 4, [[0, 0, 0], [0, 0, 0]]),
        ("two segments", 2, 1, 4, [[0, 0, 1, 1, 1]]),
        ("grouped heads, other segments in each row", 4, 2, 2, [[0, 0, 0], [0, 1, 1]]),
        ("every token its own segment", 1, 1, 4, [[0, 1, 2]]),
        ("one token", 2, 2, 2, [[7]]),
    ]
    for name, heads, kv_heads, head_dim, segments in shapes:
        batch, length = len(segments), len(segments[0])
        run = lambda q, k, v, s, h=heads, g=kv_heads, d=head_dim: attention(q, k, v, s, h, g, d)
        q = c.normal(batch, length, heads * head_dim)
        k = c.normal(batch, length, kv_heads * head_dim)
        v = c.normal(batch, length, kv_heads * head_dim)
        attributes = {"heads": heads, "keyValueHeads": kv_heads, "headDim": head_dim}
        c.add(f"attention: {name}", "attention", run, [q, k, v, torch.tensor(segments)], **attributes)


def structure_ops(c):
    for axes, keep in [([0], False), ([1], True), ([2], False), ([0, 2], False), ([0, 1, 2], False), ([1, 2], True)]:
        run = lambda x, axes=axes, keep=keep: x.sum(axes, keepdim=keep)
        name = f"reduceSum: axes {axes}{', kept' if keep else ''}"
        c.add(name, "reduceSum", run, [c.normal(2, 3, 4)], axes=axes, keepDims=keep)
    largest = lambda x: x.amax(-1, keepdim=True)
    c.add("reduceMax", "reduceMax", largest, [c.normal(2, 3, 4)])
    c.add("reduceMax: equal maxima", "reduceMax", largest, [torch.tensor([[1.0, 3, 3], [2, 2, 2]]).double()])
    for shape, target in [((1, 4), [3, 4]), ((3, 1), [2, 3, 4]), ((), [2, 2])]:
        run = lambda x, target=target: x.expand(target)
        c.add(f"expand: {list(shape)} to {target}", "expand", run, [c.normal(*shape)], shape=target)
    for shape in [[6, 4], [2, 3, 2, 2], [24]]:
        run = lambda x, shape=shape: x.reshape(shape)
        c.add(f"reshape: to {shape}", "reshape", run, [c.normal(2, 3, 4)], shape=shape)
    for shape, order in [((3, 4), [1, 0]), ((2, 3, 4), [2, 0, 1]), ((2, 2, 3, 2), [0, 2, 1, 3])]:
        run = lambda x, order=order: x.permute(order)
        c.add(f"transpose: {order}", "transpose", run, [c.normal(*shape)], permutation=order)
    for axis, shapes in [(0, [(2, 3), (1, 3)]), (1, [(2, 3), (2, 1), (2, 2)]), (2, [(2, 2, 3), (2, 2, 2)])]:
        run = lambda *parts, axis=axis: torch.cat(parts, axis)
        c.add(f"concat: axis {axis}", "concat", run, [c.normal(*s) for s in shapes], axis=axis)
    for axis, start, end in [(0, 1, 3), (1, 0, 2), (2, 3, 4)]:
        run = lambda x, axis=axis, start=start, end=end: x.narrow(axis, start, end - start)
        name = f"slice: axis {axis}, {start} to {end}"
        c.add(name, "slice", run, [c.normal(4, 3, 4)], axis=axis, start=start, end=end)

    choices = [("same shape", (2, 3), (2, 3), (2, 3)), ("scalar branch", (2, 3), (2, 3), ())]
    choices += [("condition is a row", (4,), (2, 3, 4), (2, 3, 4)), ("all broadcast", (3, 1), (2, 1, 4), (4,))]
    for name, condition, a, b in choices:
        chosen = torch.rand(condition, generator=c.random) < 0.5
        c.add(f"where: {name}", "where", torch.where, [chosen, c.normal(*a), c.normal(*b)])

    for rate in [0.1, 0.5]:
        run = lambda x, keep, rate=rate: x * keep / (1 - rate)
        kept = torch.rand((3, 4), generator=c.random) >= rate
        c.add(f"dropout: {rate}", "dropout", run, [c.normal(3, 4), kept], rate=rate)


def bent_ops(c):
    """What came with the families beyond Llama: soft caps, GeGLU, windows."""
    c.add("tanh", "tanh", torch.tanh, [c.normal(3, 4, scale=2)])
    c.add("tanh: far out", "tanh", torch.tanh, [c.normal(2, 4, scale=20)])
    gelu = lambda x: torch.nn.functional.gelu(x, approximate="tanh")
    c.add("geluTanh", "geluTanh", gelu, [c.normal(3, 4, scale=2)])
    c.add("geluTanh: far out", "geluTanh", gelu, [c.normal(2, 4, scale=20)])
    shapes = [
        ("soft cap", 2, 1, 4, [[0, 0, 0, 0]], {"attentionSoftCap": 1.5}),
        ("soft cap, scale and window", 4, 2, 2, [[0, 0, 0, 0], [0, 1, 1, 1]], {"attentionScale": 0.9, "attentionSoftCap": 2.0, "window": 2}),
        ("window", 2, 2, 2, [[0, 0, 0, 0, 0, 0, 1, 1, 1, 1]], {"window": 3}),
        ("window as long as the row", 1, 1, 4, [[0, 0, 0]], {"window": 3}),
    ]
    for name, heads, kv_heads, head_dim, segments, more in shapes:
        batch, length = len(segments), len(segments[0])
        scale, cap, window = [more.get(key) for key in ["attentionScale", "attentionSoftCap", "window"]]
        run = lambda q, k, v, s, h=heads, g=kv_heads, d=head_dim, a=scale, c=cap, w=window: attention(q, k, v, s, h, g, d, a, c, w)
        sizes = [heads, kv_heads, kv_heads]
        inputs = [c.normal(batch, length, size * head_dim, scale=1.5) for size in sizes]
        attributes = {"heads": heads, "keyValueHeads": kv_heads, "headDim": head_dim, **more}
        c.add(f"attention: {name}", "attention", run, [*inputs, torch.tensor(segments)], **attributes)


def four_bit(c):
    """Products with matrices that bitsandbytes holds in 4 bits; it turns them back into floats itself."""
    for name, kind, rows, columns in [
        ("whole blocks", "nf4", 8, 16),
        ("a block cut short, an odd number of values", "nf4", 5, 13),
        ("one row", "nf4", 1, 7),
        ("whole blocks", "fp4", 8, 16),
        ("a block cut short, an odd number of values", "fp4", 5, 13),
    ]:
        matrix = c.normal(rows, columns).float()
        codes, state = bitsandbytes.functional.quantize_4bit(matrix, quant_type=kind)
        held = dequantised(codes, state).double()
        for transposed in (False, True):
            run = lambda x, codes, scales, w=held, t=transposed: x @ (w if t else w.T)
            x = c.normal(3, rows if transposed else columns)
            attributes = {"type": kind, "rows": rows, "columns": columns, "transposed": transposed}
            title = f"matmul4Bit: {kind}, {name}{', transposed' if transposed else ''}"
            c.add(title, "matmul4Bit", run, [x, codes.flatten(), state.absmax.double()], **attributes)
            c.cases[-1]["inputGradients"][2] = None


def ordering(c):
    c.add("after", "after", lambda x, _: x.clone(), [c.normal(2, 3), c.normal(3)])
    c.cases[-1]["inputGradients"][1] = None


def op_cases():
    c = Cases()
    for group in [elementwise, softmaxes, matmuls, model_ops, attentions, structure_ops, bent_ops, four_bit, ordering]:
        group(c)
    for case in c.cases:
        for part in [*case["inputs"], case["output"]]:
            assert len(part["data"]) <= 80, case["name"]
    return c.cases
