"""Whether an item is probably noise, learned from what a project's team has kept and ignored. Pure: numpy only.

fitted = fit(Lesson(Features.of(texts, vectors), is_noise))
if fitted.is_better:
    scores = fitted.model.scores(Features.of(new_texts, new_vectors))
"""
