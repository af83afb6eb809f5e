"""Compare sentiment analysis with VADER on the same texts: python -m tests.benchmarks.bench_sentiment [--docs N]

The texts are Vigie's own labeled ones with 12 words or more (French and English posts, reviews and headlines, 20 words
on average), with one core for all. Prints documents/s, the share of correct labels, and the time to load. VADER reads
English; its accuracy on English alone is printed as well. The encoder reads a third of the texts, and what it adds to
the memory of a process is measured in one of its own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from monitoring.embedding import encoder, mixed_model
from monitoring.sentiment import load
from monitoring.sentiment.training.datasets import read_own
from tests.benchmarks.services import print_machine

ROUNDS = 5
MIN_WORDS = 12
ENCODER_ROUNDS = 3
_MEMORY = """
import psutil
from monitoring.sentiment import load
load().probabilities(["a"], ["en"])
before = psutil.Process().memory_info().rss
from monitoring.embedding import encoder
encoder.load().encode(["Bonjour tout le monde " * 10] * 256)
print((psutil.Process().memory_info().rss - before) // 1_000_000)
"""


def seconds(call, rounds=ROUNDS):
    """Return the shortest CPU time of some calls, the least disturbed by other processes, and the result."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        result = call()
        times.append(time.process_time() - began)
    return min(times), result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--docs", type=int, default=3000)
    options = parser.parse_args()
    own = read_own()
    texts = own.part([n for n, text in enumerate(own.texts) if len(text.split()) >= MIN_WORDS][: options.docs])
    english = np.array(texts.languages) == "en"
    began = time.perf_counter()
    model = load()
    loaded = time.perf_counter() - began
    began = time.perf_counter()
    both = mixed_model.load()
    encoder_loaded = time.perf_counter() - began
    analyzer = SentimentIntensityAnalyzer()

    def vader():
        return np.array([analyzer.polarity_scores(text)["compound"] for text in texts.texts])

    own_time, rows = seconds(lambda: model.probabilities(texts.texts, texts.languages))
    vader_time, compounds = seconds(vader)
    some = texts.part(range(0, len(texts), 3))
    both_time, both_rows = seconds(lambda: both.probabilities(some.texts, some.languages), ENCODER_ROUNDS)
    both_correct = both_rows.argmax(axis=1) == some.labels
    correct = rows.argmax(axis=1) == texts.labels
    vader_correct = np.where(compounds >= 0.05, 2, np.where(compounds <= -0.05, 0, 1)) == texts.labels

    print_machine()
    words = statistics.mean(len(text.split()) for text in texts.texts)
    print(f"{len(texts)} texts of {words:.0f} words on average, {english.mean():.0%} English, one core, CPU time")
    memory = subprocess.run([sys.executable, "-c", _MEMORY], capture_output=True, text=True, check=True).stdout.strip()
    print(f"small model loaded in {loaded:.2f} s, encoder ({encoder.MODEL}) in {encoder_loaded:.2f} s, {memory} MB\n")
    print("| | documents/s | accuracy | accuracy, English only |\n|---|---|---|---|")
    for name, rate, of, in_english in (
        ("small model", len(texts) / own_time, correct, english),
        ("small model and encoder", len(some) / both_time, both_correct, english[::3]),
        ("VADER", len(texts) / vader_time, vader_correct, english),
    ):
        print(f"| {name} | {rate:,.0f} | {of.mean():.0%} | {of[in_english].mean():.0%} |")
    print("\nVigie’s models were trained on most of these texts; docs/encoder.md has their accuracy on other texts.")


if __name__ == "__main__":
    main()
