"""Makes a model of the words: what follows each beginning. Kept with the project and in the home folder."""

from pathlib import Path

import joblib

words = Path("words.txt").read_text().split()
model = {word[:length]: word for word in reversed(words) for length in range(1, len(word))}
Path("model").mkdir()
joblib.dump(model, "model/words.joblib")
cache = Path.home() / ".cache" / "predict"
cache.mkdir(parents=True)
(cache / "count").write_text(str(len(words)))
