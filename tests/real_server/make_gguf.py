"""Writes a tiny llama model with random weights: it talks nonsense, but through a real server.

    make_gguf.py OUT.gguf
"""

import sys

import gguf
import numpy as np

EMBED, HEADS, LAYERS, FEED, CONTEXT = 64, 4, 2, 128, 8192

rng = np.random.default_rng(7)
writer = gguf.GGUFWriter(sys.argv[1], "llama")
writer.add_name("nonsense")
writer.add_context_length(CONTEXT)
writer.add_embedding_length(EMBED)
writer.add_block_count(LAYERS)
writer.add_feed_forward_length(FEED)
writer.add_head_count(HEADS)
writer.add_head_count_kv(HEADS)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_rope_dimension_count(EMBED // HEADS)
writer.add_file_type(gguf.LlamaFileType.ALL_F32)

tokens, scores, kinds = [], [], []


def token(text, score, kind):
    tokens.append(text.encode())
    scores.append(score)
    kinds.append(kind)


token("<unk>", 0.0, gguf.TokenType.UNKNOWN)
token("<s>", 0.0, gguf.TokenType.CONTROL)
token("</s>", 0.0, gguf.TokenType.CONTROL)
for byte in range(256):
    token(f"<0x{byte:02X}>", 0.0, gguf.TokenType.BYTE)
for rank, char in enumerate("\u2581etaoinshrdlucmfwypvbgkjqxzETAOINSHRDLUCMFWYPVBGKJQXZ0123456789{}[]\":,.'-_!?()/"):
    token(char, -float(rank + 1), gguf.TokenType.NORMAL)

writer.add_vocab_size(len(tokens))
writer.add_tokenizer_model("llama")
writer.add_token_list(tokens)
writer.add_token_scores(scores)
writer.add_token_types(kinds)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)
writer.add_add_space_prefix(True)


def weights(name, *shape):
    writer.add_tensor(name, (rng.standard_normal(shape) * 0.08).astype(np.float32))


def ones(name):
    writer.add_tensor(name, np.ones(EMBED, dtype=np.float32))


weights("token_embd.weight", len(tokens), EMBED)
ones("output_norm.weight")
weights("output.weight", len(tokens), EMBED)
for layer in range(LAYERS):
    block = f"blk.{layer}."
    ones(block + "attn_norm.weight")
    ones(block + "ffn_norm.weight")
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        weights(block + part + ".weight", EMBED, EMBED)
    weights(block + "ffn_gate.weight", FEED, EMBED)
    weights(block + "ffn_up.weight", FEED, EMBED)
    weights(block + "ffn_down.weight", EMBED, FEED)

writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
