# SPDX-License-Identifier: Apache-2.0
"""Tokens of texts by real tokenizers: tokens.py FOLDER TEXTS

FOLDER is what scripts/setup --tests fetches, TEXTS a JSON list of strings. Prints a JSON list of
lists: of each text the counts of cl100k_base and o200k_base, and of the tokenizer that Claude's
models had up to version 2.
"""
import base64
import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder / "packages"))

import tiktoken
import tokenizers
import tiktoken_ext.openai_public as openai


def vocabulary(path):
    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def byte_pairs(name):
    """With the pattern that tiktoken has for it, but the vocabulary at hand, not fetched."""
    openai.load_tiktoken_bpe = lambda *_, **__: vocabulary(folder / f"{name}.tiktoken")
    encoding = tiktoken.Encoding(**openai.ENCODING_CONSTRUCTORS[name]())
    return lambda texts: [len(tokens) for tokens in encoding.encode_ordinary_batch(texts)]


def claude():
    model = tokenizers.Tokenizer.from_file(str(folder / "claude.json"))
    return lambda texts: [
        len(encoding.ids) for encoding in model.encode_batch(texts, add_special_tokens=False)
    ]


texts = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
counters = [byte_pairs("cl100k_base"), byte_pairs("o200k_base"), claude()]
json.dump(list(zip(*(count(texts) for count in counters))), sys.stdout)
