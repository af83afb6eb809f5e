"""The files of a transformer model's folder (SENTIMENT_MODEL_DIR).

Apart from onnx_model.py, because the check at start (monitoring/checks.py) needs no numpy.
"""

MODEL_FILES = ("model.onnx", "tokenizer.json", "config.json")
