"""Compare sentiment analysis with VADER on the same texts: python -m tests.benchmarks.bench_sentiment [--docs N]

The texts are Vigie's own labeled ones with 12 words or more (French and English posts, reviews and headlines, 20 words
on average), with one core for both. Prints documents/s, the share of correct labels, and the time to load. VADER reads
English; its accuracy on English alone is printed as well.
"""

import argparse
import os
import statistics
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from monitoring.sentiment import load
from monitoring.sentiment.training.datasets import read_own
from tests.benchmarks.services import print_machine

ROUNDS = 5
MIN_WORDS = 12


def seconds(call):
    """Return the shortest CPU time of ROUNDS calls, the least disturbed by other processes, and the result."""
    times = []
    for _ in range(ROUNDS):
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
    analyzer = SentimentIntensityAnalyzer()

    def vader():
        return np.array([analyzer.polarity_scores(text)["compound"] for text in texts.texts])

    own_time, rows = seconds(lambda: model.probabilities(texts.texts, texts.languages))
    vader_time, compounds = seconds(vader)
    correct = rows.argmax(axis=1) == texts.labels
    vader_correct = np.where(compounds >= 0.05, 2, np.where(compounds <= -0.05, 0, 1)) == texts.labels

    print_machine()
    words = statistics.mean(len(text.split()) for text in texts.texts)
    print(f"{len(texts)} texts of {words:.0f} words on average, {english.mean():.0%} English, one core, CPU time")
    print(f"loaded in {loaded:.2f} s\n")
    print("| | documents/s | accuracy | accuracy, English only |\n|---|---|---|---|")
    for name, time_s, of in (("Vigie", own_time, correct), ("VADER", vader_time, vader_correct)):
        print(f"| {name} | {len(texts) / time_s:,.0f} | {of.mean():.0%} | {of[english].mean():.0%} |")
    print("\nVigie’s model was trained on these texts; docs/sentiment-model.md has its accuracy on other texts.")


if __name__ == "__main__":
    main()
